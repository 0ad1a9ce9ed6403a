//! What a database needs besides its data: a class that can be had, a password that opens it, an order of its changes;
//! and what is said of its loss.

use drplan::model::inventory::{DbInstance, OrderableClass, Workspace};
use drplan::model::settings::{AcceptedLoss, BackupSchedule, Database, Objective, PointKind, ValueSource};
use drplan::plan::Plan;
use drplan::plan::action::{Action, Check};
use drplan::plan::audit::audit;
use drplan::plan::forecast::{Component, Verdict};
use serde_json::{Value, json};

use crate::defects::subjects;
use crate::worlds::{RECOVERY, World, example, managed, snapshot_of, state_of};

const ORDERS: &str = "aws_db_instance.orders";
const EXAMPLE: &str = "module.rds.aws_db_instance.primary";

fn arn(region: &str, rest: &str) -> String {
    format!("arn:aws:rds:{region}:123456789012:{rest}")
}

/// One database, in a region that has a snapshot of it.
pub(crate) fn restored(more: Value) -> World {
    let mut attributes = json!({
        "id": "orders", "identifier": "orders", "instance_class": "db.r6g.large", "engine": "postgres",
        "engine_version": "16.4", "allocated_storage": 100, "arn": arn("us-east-2", "db:orders"),
        "username": "orders",
    });
    attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut world = World::of_state(state_of(&[managed(ORDERS, attributes, &[])]));
    let mut inventory = World::read(&example()).inventory.unwrap();
    inventory.db_instances = Some(Vec::new());
    inventory.automated_backups = Some(Vec::new());
    inventory.backup_points = Some(Vec::new());
    inventory.db_snapshots = Some(vec![snapshot_of("orders")]);
    world.inventory = Some(inventory);
    world
}

/// The same, in a region that has a replica of it.
fn promoted(class: &str) -> World {
    let mut world = restored(json!({}));
    let inventory = world.inventory.as_mut().unwrap();
    inventory.db_snapshots = Some(Vec::new());
    inventory.db_instances = Some(vec![DbInstance {
        id: "orders-dr".to_owned(),
        arn: arn(RECOVERY, "db:orders-dr"),
        status: "available".to_owned(),
        class: class.to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        replica_of: Some(arn("us-east-2", "db:orders")),
        lag_seconds: Some(4),
        endpoint: None,
        port: Some(5432),
        kms_key: None,
        tags: std::collections::BTreeMap::new(),
    }]);
    inventory.orderable_classes = Some(vec![OrderableClass {
        class: "db.t3.medium".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        zones: Vec::new(),
    }]);
    world
}

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.as_str()).collect()
}

fn settings_of(plan: &Plan) -> Vec<&str> {
    let all = plan.steps.iter().filter_map(|step| match &step.action {
        Action::ModifyDatabase { settings, .. } => Some(settings),
        _ => None,
    });
    all.flatten().map(|setting| setting.name.as_str()).collect()
}

fn accepted(address: &str) -> AcceptedLoss {
    AcceptedLoss { address: address.to_owned(), reason: "a cache of another system".to_owned(), place: None }
}

fn component<'p>(plan: &'p Plan, name: &str) -> &'p Component {
    plan.forecast.components.iter().find(|component| component.component == name).unwrap()
}

#[test]
fn a_replica_of_a_smaller_class_must_be_able_to_get_the_codes() {
    let code = "class-not-orderable";
    assert_eq!(subjects(&planned(&promoted("db.t3.medium")), code), [ORDERS]);
    let checks = |plan: &Plan| {
        let asks = |action: &Action| matches!(action, Action::Check { check: Check::DbClass { .. } });
        plan.steps.iter().filter(|step| asks(&step.action)).count()
    };
    assert_eq!(checks(&planned(&promoted("db.t3.medium"))), 1);
    // What runs under it already is not ordered.
    let plan = planned(&promoted("db.r6g.large"));
    assert_eq!((subjects(&plan, code), checks(&plan)), (Vec::new(), 0));
}

#[test]
fn what_stands_in_the_workspace_already_orders_no_class() {
    let mut world = restored(json!({}));
    let inventory = world.inventory.as_mut().unwrap();
    inventory.orderable_classes.as_mut().unwrap().retain(|class| class.class != "db.r6g.large");
    inventory.workspace = Some(Workspace {
        name: "dr".to_owned(),
        lineage: None,
        serial: Some(3),
        addresses: vec![ORDERS.to_owned()],
    });
    let plan = planned(&world);
    assert_eq!(subjects(&plan, "store-origin-unknown"), [ORDERS]);
    assert_eq!(subjects(&plan, "class-not-orderable"), Vec::<String>::new());
}

#[test]
fn an_engine_that_nobody_asked_for_is_unknown_and_not_sold_out() {
    let mut world = restored(json!({ "engine": "mysql", "engine_version": "8.0.35" }));
    let inventory = world.inventory.as_mut().unwrap();
    inventory.asked = None;
    for snapshot in inventory.db_snapshots.iter_mut().flatten() {
        "mysql".clone_into(&mut snapshot.engine);
        "8.0.35".clone_into(&mut snapshot.engine_version);
    }
    let plan = planned(&world);
    assert_eq!(subjects(&plan, "class-not-orderable"), Vec::<String>::new());
    assert!(
        plan.findings.iter().any(|one| one.code == "inventory-gap" && one.message.contains("mysql 8.0.35"))
    );
}

/// A copy of last week that is still on its way is not old, it is not there.
#[test]
fn a_point_that_is_being_made_is_waited_for() {
    let with = |status: &str, data_at: &str| {
        let mut world = restored(json!({}));
        for snapshot in world.inventory.as_mut().unwrap().db_snapshots.iter_mut().flatten() {
            status.clone_into(&mut snapshot.status);
            snapshot.data_at = data_at.parse().unwrap();
        }
        planned(&world)
    };
    let plan = with("creating", "2026-11-15T11:00:00Z");
    assert_eq!(subjects(&plan, "recovery-point-missing"), [ORDERS]);
    assert_eq!(subjects(&plan, "recovery-point-old"), Vec::<String>::new());
    let finding = plan.findings.iter().find(|finding| finding.code == "recovery-point-missing").unwrap();
    assert!(finding.fix.starts_with("wait until copied snapshot"), "{}", finding.fix);
    // Nothing comes of what failed.
    let plan = with("failed", "2026-11-22T11:00:00Z");
    let finding = plan.findings.iter().find(|finding| finding.code == "recovery-point-missing").unwrap();
    assert!(finding.fix.starts_with("have its automated backups replicated"), "{}", finding.fix);
    assert_eq!(subjects(&with("available", "2026-11-15T11:00:00Z"), "recovery-point-old"), [ORDERS]);
}

#[test]
fn a_restored_database_without_a_password_is_told() {
    let code = "password-of-backup";
    let mut world = restored(json!({}));
    let plan = planned(&world);
    assert_eq!(subjects(&plan, code), [ORDERS]);
    assert!(!ids(&plan).contains(&"restore/password/aws_db_instance.orders"));

    world.settings.databases.push(Database {
        name: "orders".to_owned(),
        password: Some(ValueSource::Environment("DB_PASSWORD".to_owned())),
        ..Database::default()
    });
    let plan = planned(&world);
    assert_eq!(subjects(&plan, code), Vec::<String>::new());
    assert!(ids(&plan).contains(&"restore/password/aws_db_instance.orders"));
    // A replica has the one in use.
    assert_eq!(subjects(&planned(&promoted("db.r6g.large")), code), Vec::<String>::new());
    assert_eq!(subjects(&planned(&World::read(&example())), code), Vec::<String>::new());
}

/// ModifyDBInstance takes either a managed password or one of ours.
#[test]
fn a_password_that_rds_manages_is_not_set() {
    let key = "arn:aws:kms:us-east-2:123456789012:key/7c0d3a1e-0f5b-4f6e-9d52-2b6f3f1a9c11";
    let mut world =
        restored(json!({ "manage_master_user_password": true, "master_user_secret_kms_key_id": key }));
    world.settings.databases.push(Database {
        name: "orders".to_owned(),
        password: Some(ValueSource::Environment("DB_PASSWORD".to_owned())),
        ..Database::default()
    });
    let plan = planned(&world);
    assert!(!ids(&plan).contains(&"restore/password/aws_db_instance.orders"));
    // Nobody's key of the lost region stays behind.
    assert_eq!(settings_of(&plan), ["ManageMasterUserPassword"]);
    assert_eq!(subjects(&plan, "password-of-backup"), Vec::<String>::new());
    let plan = planned(&restored(json!({ "manage_master_user_password": false })));
    assert_eq!(settings_of(&plan), Vec::<&str>::new());
}

#[test]
fn a_database_is_read_through_when_it_is_signed_in_to_as_ever() {
    let plan = planned(&World::read(&example()));
    let warm_up = plan.steps.iter().find(|step| step.id == format!("restore/warm-up/{EXAMPLE}")).unwrap();
    assert_eq!(warm_up.needs, [format!("restore/password/{EXAMPLE}")]);
}

#[test]
fn what_a_replica_lags_behind_has_no_schedule() {
    let schedule = |of: &[PointKind]| BackupSchedule {
        store: ORDERS.to_owned(),
        interval_seconds: 300,
        copy_seconds: 600,
        of: of.to_vec(),
        place: None,
    };
    let mut world = promoted("db.r6g.large");
    world.settings.objectives.push(Objective {
        component: "database".to_owned(),
        rto_seconds: None,
        rpo_seconds: Some(86_400),
        place: None,
    });
    let mut loss = |schedules: Vec<BackupSchedule>, prefer: &[PointKind]| {
        world.settings.backups = schedules;
        world.settings.databases =
            vec![Database { name: "orders".to_owned(), prefer: prefer.to_vec(), ..Database::default() }];
        let plan = planned(&world);
        let rpo = plan.forecast.rpo.iter().find(|rpo| rpo.store == ORDERS).unwrap().clone();
        assert_eq!(rpo.now_seconds, Some(4));
        (rpo.worst_seconds, rpo.verdict, rpo.why)
    };
    // Logs that are shipped every five minutes say nothing of it, whatever else may be taken.
    for prefer in [&[PointKind::Replica][..], &[PointKind::Replica, PointKind::AutomatedBackup]] {
        let (worst, verdict, why) = loss(vec![schedule(&[])], prefer);
        assert_eq!((worst, verdict), (None, Verdict::Unknown));
        assert!(why.contains("(4 s when it was seen)"), "{why}");
    }
    let (worst, verdict, _) = loss(vec![schedule(&[PointKind::Replica])], &[PointKind::Replica]);
    assert_eq!((worst, verdict), (Some(900), Verdict::Ok));
}

#[test]
fn what_is_given_up_is_neither_well_nor_forgotten() {
    let mut world = restored(json!({}));
    world.settings.accepted_losses.push(accepted(ORDERS));
    let plan = planned(&world);
    assert_eq!(plan.forecast.rpo[0].verdict, Verdict::Accepted);
    let database = component(&plan, "database");
    assert!(database.p50_seconds.is_some());
    assert_eq!(database.given_up, [ORDERS]);

    let mut world = restored(json!({}));
    world.settings.skips.push(accepted(ORDERS));
    let plan = planned(&world);
    assert_eq!(plan.forecast.rpo[0].verdict, Verdict::Accepted);
    let database = component(&plan, "database");
    assert_eq!((database.p50_seconds, database.verdict), (None, Verdict::Accepted));
    assert_eq!(database.given_up, [ORDERS]);

    assert!(component(&planned(&restored(json!({}))), "database").given_up.is_empty());
}

/// What is restored gets the first class of the rule that can be had, which is what the rule says.
#[test]
fn a_restore_asks_for_a_class_that_is_on_offer() {
    let class_of = |world: &World| {
        let plan = planned(world);
        let restore = plan.steps.iter().find_map(|step| match &step.action {
            Action::RestoreDatabase { settings, .. } => Some(settings.clone()),
            _ => None,
        });
        let settings = restore.unwrap();
        settings.into_iter().find(|setting| setting.name == "DBInstanceClass").unwrap().value.unwrap()
    };
    let mut world = World::read(&example());
    assert_eq!(class_of(&world), "db.r6g.large");
    let classes = world.inventory.as_mut().unwrap().orderable_classes.as_mut().unwrap();
    classes.retain(|known| known.class != "db.r6g.large");
    assert_eq!(class_of(&world), "db.r6i.large");
    // A read replica is the engine's, and the engine goes by the code.
    let plan = planned(&world);
    let replica = plan
        .findings
        .iter()
        .find(|one| one.code == "class-not-orderable" && one.subject.ends_with("read_replica"));
    assert!(replica.unwrap().fix.contains("in the code, by a variable"), "{replica:?}");
}
