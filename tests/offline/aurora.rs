//! An Aurora cluster is a cluster: it comes back with its instances, and each of them goes into the engine's state.

use drplan::model::inventory::{DbCluster, DbSnapshot, Inventory};
use drplan::plan::Plan;
use drplan::plan::action::{Action, EngineChange};
use drplan::plan::audit::audit;
use serde_json::{Value, json};

use crate::worlds::{NOW, RECOVERY, World, managed, state_of};

const CLUSTER: &str = "aws_rds_cluster.orders";
const ACCOUNT: &str = "123456789012";

fn arn(region: &str, rest: &str) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:{rest}")
}

fn instance(name: &str, class: &str) -> Value {
    managed(
        &format!("aws_rds_cluster_instance.{name}"),
        json!({
            "id": format!("orders-{name}"), "identifier": format!("orders-{name}"),
            "cluster_identifier": "orders", "instance_class": class, "engine": "aurora-postgresql",
            "endpoint": format!("orders-{name}.cabc123def45.us-east-2.rds.amazonaws.com"),
            "arn": arn("us-east-2", &format!("db:orders-{name}")),
        }),
        &[CLUSTER],
    )
}

fn aurora() -> World {
    let cluster = managed(
        CLUSTER,
        json!({
            "id": "orders", "cluster_identifier": "orders", "engine": "aurora-postgresql",
            "engine_version": "16.4", "port": 5432, "arn": arn("us-east-2", "cluster:orders"),
            "endpoint": "orders.cluster-cabc123def45.us-east-2.rds.amazonaws.com",
        }),
        &[],
    );
    let alarm = managed(
        "aws_cloudwatch_metric_alarm.writer",
        json!({ "id": "writer", "alarm_name": "writer",
            "arn": format!("arn:aws:cloudwatch:us-east-2:{ACCOUNT}:alarm:writer") }),
        &[CLUSTER, "aws_rds_cluster_instance.writer"],
    );
    let state =
        state_of(&[cluster, instance("writer", "db.r6g.large"), instance("reader", "db.r6g.xlarge"), alarm]);
    let mut world = World::of_state(state);
    world.inventory = Some(seen());
    world
}

/// A recovery region with a copied snapshot of the cluster.
fn seen() -> Inventory {
    let mut inventory = crate::worlds::World::read(&crate::worlds::example()).inventory.unwrap();
    inventory.account = Some(ACCOUNT.to_owned());
    inventory.db_snapshots = Some(vec![DbSnapshot {
        id: "orders-copy".to_owned(),
        arn: arn(RECOVERY, "cluster-snapshot:orders-copy"),
        source: "orders".to_owned(),
        of_cluster: true,
        copied_from: Some(arn("us-east-2", "cluster-snapshot:orders-nightly")),
        status: "available".to_owned(),
        data_at: NOW.parse().unwrap(),
        kms_key: None,
        engine: "aurora-postgresql".to_owned(),
        engine_version: "16.4".to_owned(),
        storage_gib: 40,
    }]);
    inventory
}

fn imports(plan: &Plan) -> Vec<(&str, Option<&str>, &[String])> {
    let engine = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Engine { address, change: EngineChange::Import, import_id, .. } => {
            Some((address.as_str(), import_id.as_deref(), &step.needs[..]))
        }
        _ => None,
    });
    engine.filter(|(address, ..)| address.starts_with("aws_rds_")).collect()
}

#[test]
fn a_cluster_is_restored_with_its_instances() {
    let plan = aurora().plan();
    assert_eq!(audit(&plan), Ok(()));
    let restores: Vec<&Action> = plan
        .steps
        .iter()
        .map(|step| &step.action)
        .filter(|action| matches!(action.kind(), "restore_cluster" | "restore_backup" | "restore_database"))
        .collect();
    let [Action::RestoreCluster { address, identifier, instances, .. }] = restores[..] else {
        panic!("{restores:#?}")
    };
    assert_eq!((address.as_str(), identifier.as_str()), (CLUSTER, "orders"));
    assert_eq!(instances, &["orders-reader db.r6g.xlarge", "orders-writer db.r6g.large"]);
    let adopted = format!("restore/adopt/{CLUSTER}");
    let restored = format!("restore/{CLUSTER}");
    assert_eq!(
        imports(&plan),
        [
            (CLUSTER, Some("orders"), &[restored.clone()][..]),
            ("aws_rds_cluster_instance.reader", Some("orders-reader"), &[restored.clone(), adopted.clone()]),
            ("aws_rds_cluster_instance.writer", Some("orders-writer"), &[restored.clone(), adopted]),
        ]
        .map(|(address, id, needs)| (address, id, sorted(needs)))
        .iter()
        .map(|(address, id, needs)| (*address, *id, &needs[..]))
        .collect::<Vec<_>>()
    );
    for resource in plan.resources.iter().filter(|one| one.type_name == "aws_rds_cluster_instance") {
        assert_eq!((resource.disposition.as_str(), resource.engine.as_str()), ("restore", "exclude"));
        assert_eq!(resource.known_after.as_deref(), Some(&*restored), "{}", resource.address);
    }
    // What depends on an instance is made once the engine has it.
    let alarm = plan.steps.iter().find(|step| step.id == "infra/aws_cloudwatch_metric_alarm.writer").unwrap();
    assert!(alarm.needs.iter().any(|need| need == "restore/adopt/aws_rds_cluster_instance.writer"));
}

/// A cache may have the name of a cluster, and is not what its instances go with.
#[test]
fn a_cache_of_the_same_name_leads_no_instance_of_the_cluster() {
    let mut world = aurora();
    let cache = managed(
        "aws_elasticache_replication_group.a",
        json!({ "id": "orders", "replication_group_id": "orders",
            "arn": format!("arn:aws:elasticache:us-east-2:{ACCOUNT}:replicationgroup:orders") }),
        &[],
    );
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    state["resources"].as_array_mut().unwrap().insert(0, cache);
    world.state = state.to_string();
    let plan = world.plan();
    let instances = plan.steps.iter().find_map(|step| match &step.action {
        Action::RestoreCluster { instances, .. } => Some(instances.len()),
        _ => None,
    });
    assert_eq!(instances, Some(2));
}

fn sorted(needs: &[String]) -> Vec<String> {
    let mut needs = needs.to_vec();
    needs.sort();
    needs
}

/// A replica of the cluster beside its snapshot.
fn replicated(change: impl FnOnce(&mut DbCluster)) -> Plan {
    let mut world = aurora();
    let mut replica = DbCluster {
        id: "orders-dr".to_owned(),
        arn: arn(RECOVERY, "cluster:orders-dr"),
        status: "available".to_owned(),
        engine: "aurora-postgresql".to_owned(),
        engine_version: None,
        kms_key: None,
        replica_of: Some(arn("us-east-2", "cluster:orders")),
        global_cluster: None,
        endpoint: None,
        reader_endpoint: None,
    };
    change(&mut replica);
    world.inventory.as_mut().unwrap().db_clusters = Some(vec![replica]);
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

#[test]
fn a_replica_that_is_not_of_the_cluster_or_cannot_leave_is_not_promoted() {
    let changes: [fn(&mut DbCluster); 3] = [
        |replica| replica.replica_of = Some("orders".to_owned()),
        |replica| replica.replica_of = Some(arn("eu-west-1", "cluster:orders")),
        |replica| replica.global_cluster = Some("orders-global".to_owned()),
    ];
    for change in changes {
        let plan = replicated(change);
        let kinds: Vec<&str> = plan.steps.iter().map(|step| step.action.kind()).collect();
        assert!(kinds.contains(&"restore_cluster") && !kinds.contains(&"promote_replica"), "{kinds:?}");
    }
}

#[test]
fn a_replica_cluster_is_promoted_and_gets_the_instances_of_the_code() {
    let plan = replicated(|_| {});
    let promoted = plan.steps.iter().find_map(|step| match &step.action {
        Action::PromoteReplica { address, identifier, settings } => {
            Some((address, identifier, settings.len()))
        }
        _ => None,
    });
    assert_eq!(
        promoted.map(|(address, id, n)| (address.as_str(), id.as_str(), n)),
        Some((CLUSTER, "orders", 0))
    );
    // The replica's own instances have other names: the code's are made in it, once the engine knows it.
    assert_eq!(imports(&plan).iter().map(|(address, ..)| *address).collect::<Vec<_>>(), [CLUSTER]);
    let writer = plan.steps.iter().find(|step| step.id == "infra/aws_rds_cluster_instance.writer").unwrap();
    assert!(writer.needs.contains(&format!("restore/adopt/{CLUSTER}")), "{:?}", writer.needs);
    // Under another identifier the engine would replace it.
    let renamed = plan.steps.iter().find(|step| step.id == format!("restore/rename/{CLUSTER}")).unwrap();
    let Action::ModifyDatabase { identifier, settings, .. } = &renamed.action else { panic!("{renamed:?}") };
    assert_eq!(
        (identifier.as_str(), settings[0].name.as_str(), settings[0].value.as_deref()),
        ("orders-dr", "NewDBClusterIdentifier", Some("orders"))
    );
    assert!(!plan.steps.iter().any(|step| step.action.kind().starts_with("restore_")));
}

#[test]
fn without_a_recovery_point_the_instances_are_left_out_with_their_cluster() {
    let mut world = aurora();
    world.inventory.as_mut().unwrap().db_snapshots = Some(Vec::new());
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let of = |address: &str| plan.resources.iter().find(|resource| resource.address == address).unwrap();
    assert_eq!(of(CLUSTER).disposition.as_str(), "block");
    assert_eq!(of("aws_rds_cluster_instance.writer").disposition.as_str(), "skip");
    assert_eq!(of("aws_cloudwatch_metric_alarm.writer").disposition.as_str(), "skip");
}
