//! What the state has and the code does not: the engine has no block to make it from or to import it to.

use drplan::plan::Plan;
use drplan::plan::audit::audit;
use serde_json::json;

use crate::defects::{found, subjects, without};
use crate::worlds::{World, example, managed, state_of};

/// The plan of the example without the blocks of a type and name.
fn without_block(type_name: &str, name: &str) -> Plan {
    let mut world = World::read(&example());
    for module in &mut world.configuration.as_mut().unwrap().modules {
        module.resources.retain(|block| block.data || (&*block.type_name, &*block.name) != (type_name, name));
    }
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

#[test]
fn what_the_code_does_not_have_is_not_imported() {
    const ROLES: &str = "module.iam.aws_iam_role.service";
    let plan = without_block("aws_iam_role", "service");
    assert_eq!(found(&plan, "not-in-code"), [(ROLES.to_owned(), String::new())]);
    let finding = plan.findings.iter().find(|one| one.code == "not-in-code").unwrap();
    assert!(finding.message.contains("does not import it"), "{}", finding.message);
    let of_roles = |step: &&drplan::plan::step::Step| step.id.starts_with(&format!("infra/{ROLES}["));
    assert_eq!(plan.steps.iter().filter(of_roles).count(), 0);
    for role in plan.resources.iter().filter(|one| one.address.starts_with(&format!("{ROLES}["))) {
        assert_eq!((role.disposition.as_str(), role.engine.as_str()), ("share", "none"), "{}", role.reason);
        // It is told of the new cluster all the same, and what the code has of it is imported.
        assert!(plan.steps.iter().any(|step| step.id == format!("infra/trust/{}", role.address)));
        let policy = role.address.replace("aws_iam_role.", "aws_iam_role_policy.");
        assert!(plan.steps.iter().any(|step| step.id == format!("infra/{policy}")), "{policy}");
    }
    let whole = World::read(&example()).plan();
    without(&whole, "not-in-code");
    assert!(whole.steps.iter().any(|step| of_roles(&step)));
}

/// A bucket's copy is there; it only does not come under the engine.
#[test]
fn what_is_there_already_stays_there() {
    let plan = without_block("aws_s3_bucket", "media");
    let media = plan.resources.iter().find(|one| one.address == "module.s3.aws_s3_bucket.media").unwrap();
    assert_eq!((media.disposition.as_str(), media.engine.as_str()), ("adopt", "exclude"), "{}", media.reason);
    assert!(!plan.steps.iter().any(|step| step.id == "infra/module.s3.aws_s3_bucket.media"));
}

/// A plan of nothing but a state was said to be applicable, and nothing could have made what is in it.
#[test]
fn a_plan_without_any_code_cannot_be_applied() {
    let mut world = World::read(&example());
    without(&world.plan(), "configuration-missing");
    world.configuration = None;
    assert_eq!(found(&world.plan(), "configuration-missing"), [("terraform".to_owned(), String::new())]);
    let empty = World::of_state(state_of(&[]));
    without(&empty.plan(), "configuration-missing");
    let shared = World::of_state(state_of(&[managed("aws_iam_role.app", json!({ "id": "app" }), &[])]));
    assert_eq!(subjects(&shared.plan(), "configuration-missing"), ["terraform"]);
}

/// What is told of a store says it already.
#[test]
fn a_recovery_region_that_nobody_looked_at_is_told_once() {
    let network =
        [managed("aws_vpc.main", json!({ "id": "vpc-0a1b2c3d", "cidr_block": "10.0.0.0/16" }), &[])];
    let mut world = World::of_state(state_of(&network));
    assert_eq!(subjects(&world.plan(), "recovery-unseen"), ["us-west-2"]);
    world.inventory = World::read(&example()).inventory;
    without(&world.plan(), "recovery-unseen");
    without(&World::of_state(state_of(&[])).plan(), "recovery-unseen");
    let mut stores = World::read(&example());
    stores.inventory = None;
    let plan = stores.plan();
    without(&plan, "recovery-unseen");
    assert!(!subjects(&plan, "inventory-missing").is_empty());
}

/// A plan that says it makes what the code does not have waits for it for ever.
#[test]
fn what_the_code_does_not_have_has_no_step() {
    const CLUSTER: &str = "module.eks.aws_eks_cluster.this";
    let plan = without_block("aws_eks_cluster", "this");
    let cluster = plan.resources.iter().find(|one| one.address == CLUSTER).unwrap();
    assert_eq!((cluster.disposition.as_str(), cluster.engine.as_str()), ("skip", "exclude"));
    assert!(!plan.steps.iter().any(|step| step.id == format!("infra/{CLUSTER}")));
    assert_eq!(subjects(&plan, "cluster-left-out"), [CLUSTER]);
    // What still names it stops the engine before its first call.
    assert_eq!(subjects(&plan, "reference-undeclared"), ["aws_eks_cluster.this"]);
    without(&World::read(&example()).plan(), "reference-undeclared");
}

#[test]
fn a_store_that_the_code_does_not_have_is_an_error() {
    const DATABASE: &str = "module.rds.aws_db_instance.primary";
    let plan = without_block("aws_db_instance", "primary");
    assert_eq!(subjects(&plan, "store-not-in-code"), [DATABASE]);
    without(&World::read(&example()).plan(), "store-not-in-code");
}

/// The group of a restored database was renamed in the code: the state's is not made.
#[test]
fn a_restore_is_not_given_what_the_code_does_not_make() {
    let plan = without_block("aws_security_group", "rds");
    assert_eq!(subjects(&plan, "setting-unplaced"), ["module.rds.aws_db_instance.primary"]);
    without(&World::read(&example()).plan(), "setting-unplaced");
}

#[test]
fn what_is_restored_needs_code_to_go_into() {
    let database = managed(
        "aws_db_instance.orders",
        json!({
            "id": "orders", "identifier": "orders", "engine": "postgres", "engine_version": "16.4",
            "arn": "arn:aws:rds:us-east-2:123456789012:db:orders",
        }),
        &[],
    );
    let mut world = World::of_state(state_of(&[database]));
    world.inventory = World::read(&example()).inventory;
    world.inventory.as_mut().unwrap().db_snapshots = Some(vec![crate::worlds::snapshot_of("orders")]);
    assert_eq!(subjects(&world.plan(), "configuration-missing"), ["terraform"]);
}
