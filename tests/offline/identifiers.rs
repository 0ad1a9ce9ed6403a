//! A restored database is called what the code says in the recovery: the engine changes what is called otherwise.

use drplan::plan::action::Action;
use drplan::plan::values::UseDisposition;
use serde_json::json;

use crate::defects::{with, without};
use crate::worlds::{Copy, World, managed, snapshot_of, state_of};

const DATABASE: &str = "module.rds.aws_db_instance.primary";

/// The example with another `identifier` in the code, in the state and in drplan.hcl.
fn named(code: &str, state: &str, settings: Option<&str>) -> World {
    let copy = Copy::new();
    copy.edit("terraform/modules/rds/main.tf", |text| {
        let line = "identifier     = \"${var.name}-primary\"";
        assert!(text.contains(line));
        text.replace(line, &format!("identifier     = {code}"))
    });
    copy.edit("terraform/main.tf", |text| {
        assert!(text.contains("source = \"./modules/rds\""));
        text.replace(
            "source = \"./modules/rds\"",
            "source = \"./modules/rds\"\n  db_identifier = var.db_identifier",
        )
    });
    let mut world = World::read(copy.path());
    world.state = world
        .state
        .replace("\"identifier\": \"ecommerce-prod-primary\"", &format!("\"identifier\": \"{state}\""));
    for snapshot in world.inventory.as_mut().unwrap().db_snapshots.as_mut().unwrap() {
        state.clone_into(&mut snapshot.source);
    }
    world.settings.databases[0].identifier = settings.map(str::to_owned);
    world
}

fn restored_as(world: &World) -> String {
    let plan = world.plan();
    let restore = plan.steps.iter().find_map(|step| match &step.action {
        Action::RestoreDatabase { identifier, .. } => Some(identifier.clone()),
        _ => None,
    });
    restore.expect("a restore")
}

#[test]
fn it_is_called_what_the_code_says() {
    let own = named("\"${var.name}-primary\"", "ecommerce-prod-primary", None);
    assert_eq!(restored_as(&own), "ecommerce-prod-primary");
    let regional = named("\"shop-${var.region}\"", "shop-us-east-2", None);
    assert_eq!(restored_as(&regional), "shop-us-west-2");
    without(&regional.plan(), "identifier-differs");
    let written = named("\"shop-us-east-2\"", "shop-us-east-2", None);
    assert_eq!(restored_as(&written), "shop-us-east-2");
}

#[test]
fn another_name_must_be_the_codes_too() {
    let code = "identifier-differs";
    let differs = named("\"${var.name}-primary\"", "ecommerce-prod-primary", Some("shop-dr"));
    assert_eq!(restored_as(&differs), "shop-dr");
    with(&differs.plan(), code, DATABASE, "drplan.hcl:82");
    let written = named("\"shop-dr\"", "ecommerce-prod-primary", Some("shop-dr"));
    without(&written.plan(), code);
    let mut given = named("var.db_identifier", "ecommerce-prod-primary", Some("shop-dr"));
    with(&given.plan(), code, DATABASE, "drplan.hcl:82");
    let mut variable = given.settings.terraform.variables[0].clone();
    variable.name = "db_identifier".to_owned();
    variable.source = drplan::model::settings::ValueSource::Plain("shop-dr".to_owned());
    given.settings.terraform.variables.push(variable);
    without(&given.plan(), code);
}

/// RDS has the hosts of all databases of a region in one zone.
#[test]
fn what_two_databases_own_is_each_ones_own() {
    let database = |name: &str| {
        let attributes = json!({
            "id": name, "identifier": name, "engine": "postgres", "engine_version": "16.4",
            "hosted_zone_id": "Z2XHWR1WZ565X2", "arn": format!("arn:aws:rds:us-east-2:123456789012:db:{name}"),
        });
        managed(&format!("aws_db_instance.{name}"), attributes, &[])
    };
    let mut world = World::of_state(state_of(&[database("orders"), database("carts")]));
    let mut inventory = World::read(&crate::worlds::example()).inventory.unwrap();
    inventory.db_snapshots = Some(vec![snapshot_of("orders"), snapshot_of("carts")]);
    world.inventory = Some(inventory);
    let plan = world.plan();
    without(&plan, "literal-unplaced");
    let zone = plan.values.iter().find(|value| value.value == "Z2XHWR1WZ565X2").unwrap();
    assert_eq!(zone.uses.len(), 2);
    assert!(zone.uses.iter().all(|one| one.disposition == UseDisposition::Own), "{zone:?}");
}
