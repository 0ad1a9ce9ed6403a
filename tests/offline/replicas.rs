//! Read replicas: made again after their source, stores of their own without one, promoted under one address only;
//! and what the recovery workspace holds already.

use drplan::model::inventory::{DbInstance, Workspace};
use drplan::plan::Plan;
use drplan::plan::action::{Action, EngineChange, Setting};
use drplan::plan::audit::audit;
use drplan::plan::resource::PlannedResource;
use drplan::plan::step::Step;
use serde_json::{Value, json};

use crate::worlds::{RECOVERY, World, managed, snapshot_of, state_of};

const PRIMARY: &str = "aws_db_instance.orders";
const ACCOUNT: &str = "123456789012";

fn arn(region: &str, rest: &str) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:{rest}")
}

fn database(name: &str, region: &str, more: Value, needs: &[&str]) -> Value {
    let mut attributes = json!({
        "id": name, "identifier": name, "instance_class": "db.r6g.large", "engine": "postgres",
        "engine_version": "16.4", "allocated_storage": 100, "arn": arn(region, &format!("db:{name}")),
        "endpoint": format!("{name}.cabc123def45.{region}.rds.amazonaws.com:5432"), "port": 5432,
        "address": format!("{name}.cabc123def45.{region}.rds.amazonaws.com"),
    });
    attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    managed(&format!("aws_db_instance.{name}"), attributes, needs)
}

fn world(resources: &[Value]) -> World {
    let mut world = World::of_state(state_of(resources));
    let mut inventory = World::read(&crate::worlds::example()).inventory.unwrap();
    inventory.db_instances = Some(Vec::new());
    inventory.db_snapshots = Some(Vec::new());
    inventory.automated_backups = Some(Vec::new());
    inventory.backup_points = Some(Vec::new());
    world.inventory = Some(inventory);
    world
}

fn with_snapshot(mut world: World, of: &str) -> World {
    let snapshots = world.inventory.as_mut().unwrap().db_snapshots.as_mut().unwrap();
    snapshots.push(snapshot_of(of));
    world
}

fn replica_there(id: &str) -> DbInstance {
    DbInstance {
        id: id.to_owned(),
        arn: arn(RECOVERY, &format!("db:{id}")),
        status: "available".to_owned(),
        class: "db.r6g.large".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        replica_of: Some(arn("us-east-2", "db:orders")),
        lag_seconds: Some(4),
        endpoint: None,
        port: Some(5432),
        kms_key: None,
        tags: std::collections::BTreeMap::new(),
    }
}

fn of<'p>(plan: &'p Plan, address: &str) -> &'p PlannedResource {
    plan.resources.iter().find(|resource| resource.address == address).unwrap()
}

fn step<'p>(plan: &'p Plan, id: &str) -> &'p Step {
    plan.steps.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}"))
}

fn names(settings: &[Setting]) -> Vec<&str> {
    settings.iter().map(|setting| setting.name.as_str()).collect()
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// Made "from its source", which no step brings back, was a plan that the auditor refused.
#[test]
fn a_replica_of_what_the_state_does_not_have_is_a_store_of_its_own() {
    let reports =
        || world(&[database("reports", "us-east-2", json!({ "replicate_source_db": "elsewhere" }), &[])]);
    let plan = reports().plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(of(&plan, "aws_db_instance.reports").disposition.as_str(), "block");
    assert!(codes(&plan).contains(&"recovery-point-missing"));

    let plan = with_snapshot(reports(), "reports").plan();
    assert_eq!(audit(&plan), Ok(()));
    let replica = of(&plan, "aws_db_instance.reports");
    assert_eq!(replica.disposition.as_str(), "restore");
    assert!(replica.reason.contains("elsewhere, which is not in the state"), "{}", replica.reason);
}

#[test]
fn a_replica_of_a_region_that_is_not_lost_is_made_from_it() {
    let source = arn("eu-west-1", "db:elsewhere");
    let plan = world(&[
        database("reports", "us-east-2", json!({ "replicate_source_db": source }), &[]),
        managed("aws_vpc.main", json!({ "id": "vpc-0a1b2c3d", "arn": format!("arn:aws:ec2:us-east-2:{ACCOUNT}:vpc/vpc-0a1b2c3d") }), &[]),
    ])
    .plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(of(&plan, "aws_db_instance.reports").disposition.as_str(), "create");
}

#[test]
fn replicas_of_replicas_are_made_after_each_other() {
    let plan = with_snapshot(
        world(&[
            // Names that sort before their sources.
            database("a", "us-east-2", json!({ "replicate_source_db": "b" }), &["aws_db_instance.b"]),
            database("b", "us-east-2", json!({ "replicate_source_db": "orders" }), &[PRIMARY]),
            database("orders", "us-east-2", json!({}), &[]),
        ]),
        "orders",
    )
    .plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(of(&plan, "aws_db_instance.a").disposition.as_str(), "create");
    assert!(step(&plan, "infra/aws_db_instance.a").needs.contains(&"infra/aws_db_instance.b".to_owned()));

    // And none of them comes back without the first.
    let plan = world(&[
        database("a", "us-east-2", json!({ "replicate_source_db": "b" }), &["aws_db_instance.b"]),
        database("b", "us-east-2", json!({ "replicate_source_db": "orders" }), &[PRIMARY]),
        database("orders", "us-east-2", json!({}), &[]),
    ])
    .plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(of(&plan, "aws_db_instance.a").disposition.as_str(), "skip");
}

/// The state's own address of the replica and its source's would both have promoted and imported it.
#[test]
fn a_replica_of_the_recovery_region_is_promoted_and_imported_once() {
    let source = json!({
        "db_subnet_group_name": "data", "multi_az": true, "parameter_group_name": "orders16",
        "vpc_security_group_ids": ["sg-0aa11bb22cc33dd44"], "backup_retention_period": 7,
        "backup_window": "07:00-07:30", "maintenance_window": "sun:08:00-sun:09:00",
    });
    let mut world = world(&[
        database("orders", "us-east-2", source, &["aws_security_group.data"]),
        database(
            "orders-dr",
            RECOVERY,
            json!({ "replicate_source_db": arn("us-east-2", "db:orders") }),
            &[PRIMARY],
        ),
        managed(
            "aws_security_group.data",
            json!({ "id": "sg-0aa11bb22cc33dd44",
                "arn": format!("arn:aws:ec2:us-east-2:{ACCOUNT}:security-group/sg-0aa11bb22cc33dd44") }),
            &[],
        ),
    ]);
    world.inventory.as_mut().unwrap().db_instances = Some(vec![replica_there("orders-dr")]);
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let promoted: Vec<(&str, &str, Vec<&str>)> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::PromoteReplica { address, identifier, settings } => {
                Some((address.as_str(), identifier.as_str(), names(settings)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(promoted, [(PRIMARY, "orders", vec!["BackupRetentionPeriod", "PreferredBackupWindow"])]);
    let imported: Vec<(&str, Option<&str>)> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::Engine { address, change: EngineChange::Import, import_id, .. } => {
                Some((address.as_str(), import_id.as_deref()))
            }
            _ => None,
        })
        .filter(|(address, _)| address.starts_with("aws_db_instance"))
        .collect();
    assert_eq!(imported, [(PRIMARY, Some("orders"))]);
    let there = of(&plan, "aws_db_instance.orders-dr");
    assert_eq!((there.disposition.as_str(), there.engine.as_str()), ("adopt", "exclude"));
    assert!(there.reason.contains("promoted as aws_db_instance.orders"), "{}", there.reason);

    // It gets the network and the groups of its source, and its zones only then.
    let groups = step(&plan, "restore/settings/aws_db_instance.orders");
    let Action::ModifyDatabase { settings, identifier, .. } = &groups.action else { panic!("{groups:?}") };
    assert_eq!(identifier, "orders");
    assert_eq!(
        names(settings),
        [
            "DBInstanceClass",
            "DBSubnetGroupName",
            "VpcSecurityGroupIds",
            "DBParameterGroupName",
            "PreferredMaintenanceWindow"
        ]
    );
    assert_eq!(settings[2].known_after.as_deref(), Some("infra/aws_security_group.data"));
    assert!(groups.needs.contains(&"infra/aws_security_group.data".to_owned()));
    let zones = step(&plan, "restore/zones/aws_db_instance.orders");
    assert_eq!(zones.needs, std::slice::from_ref(&groups.id));
    // The engine takes it over when nothing changes it any more, and makes replicas of it only then.
    let adopted = step(&plan, "restore/adopt/aws_db_instance.orders");
    assert!(adopted.needs.contains(&zones.id), "{:?}", adopted.needs);

    // The engine knows it by the code's identifier: it is renamed before its endpoint is read.
    let rename = step(&plan, "restore/rename/aws_db_instance.orders");
    let Action::ModifyDatabase { settings, identifier, .. } = &rename.action else { panic!("{rename:?}") };
    assert_eq!(identifier, "orders-dr");
    assert_eq!(
        (names(settings), settings[0].value.as_deref()),
        (vec!["NewDBInstanceIdentifier"], Some("orders"))
    );
    assert!(step(&plan, "restore/aws_db_instance.orders").needs.contains(&rename.id));
}

#[test]
fn a_replica_of_the_right_name_keeps_it_and_a_taken_name_is_told() {
    let orders = || database("orders", "us-east-2", json!({}), &[]);
    let there = |all: &[DbInstance]| {
        let mut world = world(&[orders()]);
        world.inventory.as_mut().unwrap().db_instances = Some(all.to_vec());
        world.plan()
    };
    let plan = there(&[replica_there("orders")]);
    assert_eq!(audit(&plan), Ok(()));
    assert!(!plan.steps.iter().any(|step| step.id.starts_with("restore/rename/")));
    assert!(!codes(&plan).contains(&"name-taken"));

    let other = DbInstance { replica_of: None, ..replica_there("orders") };
    let plan = there(&[replica_there("orders-dr"), other]);
    assert!(codes(&plan).contains(&"name-taken"));
}

/// The source still changes its settings and its password when the restore itself is done.
#[test]
fn a_replica_is_made_when_nothing_changes_its_source_any_more() {
    let plan = World::read(&crate::worlds::example()).plan();
    let primary = "module.rds.aws_db_instance.primary";
    let adopted = step(&plan, &format!("restore/adopt/{primary}"));
    assert!(adopted.needs.contains(&format!("restore/password/{primary}")), "{:?}", adopted.needs);
    let replica = step(&plan, "infra/module.rds.aws_db_instance.read_replica");
    assert!(replica.needs.contains(&adopted.id), "{:?}", replica.needs);
}

/// Each parameter is one of the call's that it is sent with.
#[test]
fn a_restore_sends_what_its_call_takes_and_the_rest_afterwards() {
    let plan = World::read(&crate::worlds::example()).plan();
    let address = "module.rds.aws_db_instance.primary";
    let restore = step(&plan, &format!("restore/{address}"));
    let Action::RestoreDatabase { settings, .. } = &restore.action else { panic!("{restore:?}") };
    for modified in ["PreferredMaintenanceWindow", "MaxAllocatedStorage", "MonitoringInterval"] {
        assert!(!names(settings).contains(&modified), "{modified}");
    }
    let later = step(&plan, &format!("restore/settings/{address}"));
    let Action::ModifyDatabase { settings, .. } = &later.action else { panic!("{later:?}") };
    assert_eq!(
        names(settings),
        [
            "PreferredMaintenanceWindow",
            "MaxAllocatedStorage",
            "EnablePerformanceInsights",
            "PerformanceInsightsKMSKeyId",
            "PerformanceInsightsRetentionPeriod",
            "MonitoringInterval",
            "MonitoringRoleArn"
        ]
    );
    let key = settings[3].value.as_deref().unwrap();
    assert!(key.starts_with("arn:aws:kms:us-west-2:"), "{key}");
    // A database that is being changed takes no other change.
    let password = step(&plan, &format!("restore/password/{address}"));
    assert_eq!(password.needs, std::slice::from_ref(&later.id));
}

fn in_workspace(mut world: World, addresses: &[&str]) -> World {
    world.inventory.as_mut().unwrap().workspace = Some(Workspace {
        name: RECOVERY.to_owned(),
        lineage: None,
        serial: Some(3),
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
    });
    world
}

/// Values of what is there already were "known after" a step that no plan had.
#[test]
fn what_the_recovery_workspace_holds_is_kept_and_read() {
    let resources = [
        managed("aws_vpc.main", json!({ "id": "vpc-0a1b2c3d4e5f60718" }), &[]),
        managed(
            "aws_subnet.a",
            json!({ "id": "subnet-0a1b2c3d4e5f60718", "vpc_id": "vpc-0a1b2c3d4e5f60718",
                "availability_zone": "us-east-2a" }),
            &["aws_vpc.main"],
        ),
    ];
    let plan = in_workspace(world(&resources), &["aws_vpc.main"]).plan();
    assert_eq!(audit(&plan), Ok(()));
    let vpc = of(&plan, "aws_vpc.main");
    assert_eq!((vpc.disposition.as_str(), vpc.engine.as_str()), ("adopt", "none"));
    let kept = step(&plan, "infra/aws_vpc.main");
    assert!(matches!(&kept.action, Action::Engine { change: EngineChange::Keep, import_id: None, .. }));
    assert_eq!(step(&plan, "infra/aws_subnet.a").needs, std::slice::from_ref(&kept.id));
}

#[test]
fn a_store_in_the_recovery_workspace_is_not_taken_for_the_restored_one() {
    let resources = [database("orders", "us-east-2", json!({}), &[])];
    let plan = with_snapshot(in_workspace(world(&resources), &[PRIMARY]), "orders").plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(of(&plan, PRIMARY).disposition.as_str(), "block");
    assert!(codes(&plan).contains(&"store-origin-unknown"));

    let plan = with_snapshot(in_workspace(world(&resources), &[]), "orders").plan();
    assert_eq!(of(&plan, PRIMARY).disposition.as_str(), "restore");
    assert!(!codes(&plan).contains(&"store-origin-unknown"));
}

/// Option groups are regional, and no copy takes one along.
#[test]
fn an_option_group_that_nobody_makes_is_told() {
    let told = |group: &str| {
        let orders = database("orders", "us-east-2", json!({ "option_group_name": group }), &[]);
        codes(&with_snapshot(world(&[orders]), "orders").plan()).contains(&"setting-unplaced")
    };
    assert!(told("ecommerce-custom-og"));
    assert!(!told("default:postgres-16"));
}

/// The id of the lost region's group went into the call.
#[test]
fn a_group_that_nobody_makes_goes_into_no_call() {
    let group = "sg-0d1e2f3a4b5c6d7e8";
    let attributes = json!({ "vpc_security_group_ids": [group], "db_subnet_group_name": "of-another-stack" });
    let mut world = with_snapshot(world(&[database("orders", "us-east-2", attributes, &[])]), "orders");
    let told = |plan: &Plan| {
        let found = plan.findings.iter().filter(|finding| finding.code == "setting-unplaced");
        found.map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let messages = told(&plan);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].contains("DB subnet group of-another-stack") && messages[1].contains(group));
    let Action::RestoreDatabase { settings, .. } = &step(&plan, "restore/aws_db_instance.orders").action
    else {
        panic!("no restore");
    };
    assert!(settings.iter().all(|setting| setting.value.as_deref() != Some(group)));

    world.inventory.as_mut().unwrap().db_subnet_groups.as_mut().unwrap().push("of-another-stack".to_owned());
    world.settings.rewrites.push(drplan::model::settings::Rewrite {
        text: group.to_owned(),
        to: Some("sg-0123456789abcdef0".to_owned()),
        place: None,
    });
    let plan = world.plan();
    assert_eq!(told(&plan), Vec::<String>::new());
    let Action::RestoreDatabase { settings, .. } = &step(&plan, "restore/aws_db_instance.orders").action
    else {
        panic!("no restore");
    };
    let groups = settings.iter().find(|setting| setting.name == "VpcSecurityGroupIds").unwrap();
    assert_eq!(groups.value.as_deref(), Some("sg-0123456789abcdef0"));
}
