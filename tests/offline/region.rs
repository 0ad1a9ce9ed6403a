//! What the recovery region has already, offers, and has room for: each fact of the inventory that stops a step is a
//! finding before the first one, and what was not recorded is neither there nor absent.

mod cluster;
mod images;
mod quotas;

use std::sync::LazyLock;

use drplan::model::input::OwnRun;
use drplan::model::inventory::{DbInstance, EksCluster, Inventory, ReplicationGroup, Secret, Vpc, Workspace};
use drplan::model::settings::{AcceptedLoss, PointKind, ValueSource, VariableSource};
use drplan::plan::Plan;
use drplan::plan::resource::Disposition;
use serde_json::{Value, json};

use crate::defects::{found, with, without};
use crate::worlds::{World, example, managed, state_of};

const DATABASE: &str = "module.rds.aws_db_instance.primary";
const DATABASE_AT: &str = "terraform/modules/rds/main.tf:71";
const CLUSTER: &str = "module.eks.aws_eks_cluster.this";
const NODES: &str = "module.eks.aws_eks_node_group.default";

/// The example on the good day, in a region that is otherwise.
fn in_region(change: impl FnOnce(&mut Inventory)) -> World {
    static EXAMPLE: LazyLock<World> = LazyLock::new(|| World::read(&example()));
    let mut world = EXAMPLE.clone();
    change(world.inventory.as_mut().unwrap());
    world
}

fn plan_in(change: impl FnOnce(&mut Inventory)) -> Plan {
    in_region(change).plan()
}

fn message<'p>(plan: &'p Plan, code: &str) -> (&'p str, &'p str) {
    let finding = plan.findings.iter().find(|finding| finding.code == code).expect(code);
    (&finding.message, &finding.fix)
}

type Change = fn(&mut Inventory);

fn setting(mut world: World, variable: &str, value: &str) -> World {
    world.settings.terraform.variables.push(VariableSource {
        name: variable.to_owned(),
        source: ValueSource::Plain(value.to_owned()),
        place: None,
    });
    world
}

fn instance(id: &str, replica_of: Option<&str>) -> DbInstance {
    DbInstance {
        id: id.to_owned(),
        arn: format!("arn:aws:rds:us-west-2:123456789012:db:{id}"),
        status: "available".to_owned(),
        class: "db.t3.medium".to_owned(),
        engine: "postgres".to_owned(),
        engine_version: "16.10".to_owned(),
        replica_of: replica_of.map(str::to_owned),
        lag_seconds: replica_of.map(|_| 2),
        endpoint: None,
        port: None,
        kms_key: Some(
            "arn:aws:kms:us-west-2:123456789012:key/d61a8f3b-7e42-4c09-95d7-1b8c4e0f2a69".to_owned(),
        ),
        tags: [("drplan:run".to_owned(), "r-17".to_owned())].into(),
    }
}

#[test]
fn the_good_day_has_none_of_it() {
    let plan = plan_in(|_| {});
    for code in [
        "name-taken",
        "network-there-already",
        "not-in-every-zone",
        "quota-short",
        "quota-unproven",
        "zones-too-few",
        "eks-addon-gone",
        "eks-version-extended",
        "eks-version-gone",
        "shared-not-seen",
        "workspace-not-own",
    ] {
        without(&plan, code);
    }
}

#[test]
fn a_database_under_the_name_of_the_restored_one_stops_the_plan() {
    let taken = |inventory: &mut Inventory| {
        inventory.db_instances = Some(vec![instance("ecommerce-prod-primary", None)]);
    };
    let plan = plan_in(taken);
    with(&plan, "name-taken", DATABASE, DATABASE_AT);
    let (message, fix) = message(&plan, "name-taken");
    for part in ["ecommerce-prod-primary", "us-west-2", "workspace dr does not hold it", "made by run r-17"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(
        fix.contains("`TF_WORKSPACE=dr terraform -chdir=terraform import -var aws_region=us-west-2 ")
            && fix.contains("database \"primary\" { identifier"),
        "{fix}"
    );

    // Under another name it does not collide.
    let mut beside = in_region(taken);
    beside.settings.databases[0].identifier = Some("ecommerce-prod-restored".to_owned());
    without(&beside.plan(), "name-taken");
    // The other name is taken as well.
    let mut both = in_region(|inventory| {
        inventory.db_instances = Some(vec![instance("Ecommerce-Prod-Restored", None)]);
    });
    both.settings.databases[0].identifier = Some("ecommerce-prod-restored".to_owned());
    with(&both.plan(), "name-taken", DATABASE, DATABASE_AT);
}

#[test]
fn what_the_workspace_holds_is_not_taken() {
    let held = |addresses: &[&str]| {
        let workspace = Workspace {
            name: "dr".to_owned(),
            lineage: Some("b7".to_owned()),
            serial: Some(3),
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        };
        plan_in(|inventory| {
            inventory.db_subnet_groups = Some(vec!["ecommerce-prod-db".to_owned()]);
            inventory.workspace = Some(workspace);
        })
    };
    without(&held(&["module.rds.aws_db_subnet_group.this"]), "name-taken");
    assert_eq!(found(&held(&["aws_cloudwatch_metric_alarm.db_storage"]), "name-taken").len(), 1);
    let plan = plan_in(|inventory| {
        inventory.db_subnet_groups = Some(vec!["ecommerce-prod-db".to_owned()]);
        inventory.workspace = None;
    });
    assert!(message(&plan, "name-taken").0.contains("is unknown"));
}

/// What a run made has its tag, or is told by its journal; what another made is as it was.
#[test]
fn what_the_run_made_that_is_gone_on_with_is_not_taken() {
    let own = |run: &str, addresses: &[&str], tags: &[(&str, &str)]| {
        let mut world = in_region(|inventory| {
            inventory.db_subnet_groups = Some(vec!["ecommerce-prod-db".to_owned()]);
        });
        let mut database = instance("ecommerce-prod-primary", None);
        database.tags = tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some(inventory) = &mut world.inventory {
            inventory.db_instances = Some(vec![database]);
        }
        world.own_run = Some(OwnRun {
            run: run.to_owned(),
            since: "2026-11-22T11:00:00Z".parse().unwrap(),
            addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        });
        let plan = world.plan();
        found(&plan, "name-taken").into_iter().map(|(subject, _)| subject).collect::<Vec<_>>()
    };
    const GROUP: &str = "module.rds.aws_db_subnet_group.this";
    let tag = |run| [("drplan:run", run)];
    assert_eq!(own("r-17", &[DATABASE, GROUP], &tag("r-17")), [""; 0]);
    assert_eq!(own("r-17", &[], &tag("r-17")), [GROUP], "the journal does not have the group");
    assert_eq!(own("r-17", &[DATABASE, GROUP], &tag("r-16")), [DATABASE]);
    // A restore puts the tag on in the call that makes it: one without is somebody else's.
    assert_eq!(own("r-17", &[DATABASE, GROUP], &[]), [DATABASE]);
}

#[test]
fn a_replica_that_is_promoted_is_not_taken() {
    let source = "arn:aws:rds:us-east-2:123456789012:db:ecommerce-prod-primary";
    let mut world = in_region(|inventory| {
        inventory.db_instances = Some(vec![instance("ecommerce-prod-primary", Some(source))]);
    });
    world.settings.databases[0].prefer = vec![PointKind::Replica];
    let plan = world.plan();
    let promoted = plan.resources.iter().find(|resource| resource.address == DATABASE).unwrap();
    assert_eq!(promoted.disposition, Disposition::Promote);
    without(&plan, "name-taken");
}

#[test]
fn what_the_engine_makes_is_looked_up_by_its_kind() {
    let group = "ecommerce-prod-postgres16".to_owned();
    let cases: [(&str, Change); 5] = [
        ("module.rds.aws_db_subnet_group.this", |inventory| {
            inventory.db_subnet_groups = Some(vec!["default".to_owned(), "ecommerce-prod-db".to_owned()]);
        }),
        ("module.rds.aws_db_parameter_group.this", |inventory| {
            inventory.db_parameter_groups = Some(vec!["ecommerce-prod-postgres16".to_owned()]);
        }),
        ("module.rds.aws_db_instance.read_replica", |inventory| {
            inventory.db_instances = Some(vec![instance("ecommerce-prod-read-replica", None)]);
        }),
        (CLUSTER, |inventory| {
            inventory.eks_clusters = Some(vec![EksCluster {
                name: "ecommerce-prod".to_owned(),
                arn: "arn:aws:eks:us-west-2:123456789012:cluster/ecommerce-prod".to_owned(),
                status: "ACTIVE".to_owned(),
                version: "1.34".to_owned(),
                endpoint: None,
                issuer: None,
            }]);
        }),
        ("module.elasticache.aws_elasticache_replication_group.carts", |inventory| {
            inventory.replication_groups = Some(vec![ReplicationGroup {
                id: "ecommerce-prod-carts".to_owned(),
                status: "available".to_owned(),
                global: Some("ldgnf-carts".to_owned()),
                endpoint: None,
            }]);
        }),
    ];
    for (address, change) in cases {
        let plan = plan_in(change);
        let subjects: Vec<String> =
            found(&plan, "name-taken").into_iter().map(|(subject, _)| subject).collect();
        assert_eq!(subjects, [address]);
    }
    // Groups of clusters have names of their own; what was not recorded is not there.
    without(&plan_in(|inventory| inventory.db_cluster_parameter_groups = Some(vec![group])), "name-taken");
    let unknown = plan_in(|inventory| {
        inventory.db_subnet_groups = None;
        inventory.db_parameter_groups = None;
        inventory.eks_clusters = None;
        inventory.replication_groups = None;
    });
    without(&unknown, "name-taken");
}

#[test]
fn a_secret_that_is_being_deleted_keeps_its_name() {
    let arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:api-Qm4xTz";
    let mut world = World::of_state(state_of(&[managed(
        "aws_secretsmanager_secret.api",
        json!({ "id": arn, "arn": arn, "name": "api" }),
        &[],
    )]));
    world.settings.accepted_losses.push(AcceptedLoss {
        address: "aws_secretsmanager_secret.api".to_owned(),
        reason: "made anew".to_owned(),
        place: None,
    });
    let mut inventory = World::read(&example()).inventory.unwrap();
    inventory.secrets = Some(Vec::new());
    world.inventory = Some(inventory);
    without(&world.plan(), "name-taken");
    world.inventory.as_mut().unwrap().secrets = Some(vec![Secret {
        name: "api".to_owned(),
        arn: arn.replace("us-east-2", "us-west-2"),
        primary_region: None,
        deleted_at: Some("2026-11-29T00:00:00Z".parse().unwrap()),
        kms_key: None,
    }]);
    with(&world.plan(), "name-taken", "aws_secretsmanager_secret.api", "");
}

#[test]
fn a_network_of_the_same_name_and_block_is_told() {
    let code = "network-there-already";
    let vpc = |name: &str, cidr: &str| Vpc {
        id: "vpc-0abc".to_owned(),
        cidr: cidr.to_owned(),
        name: Some(name.to_owned()),
    };
    let plan = plan_in(|inventory| inventory.vpcs = Some(vec![vpc("ecommerce-prod", "10.20.0.0/16")]));
    assert_eq!(found(&plan, code)[0].0, "module.vpc.aws_vpc.this");
    // The same block alone is no trouble until somebody peers the two.
    without(&plan_in(|inventory| inventory.vpcs = Some(vec![vpc("billing", "10.20.0.0/16")])), code);
    without(&plan_in(|inventory| inventory.vpcs = Some(vec![vpc("ecommerce-prod", "10.9.0.0/16")])), code);
}

#[test]
fn what_both_regions_share_must_be_in_the_account() {
    let code = "shared-not-seen";
    let plan = plan_in(|inventory| {
        inventory.iam.as_mut().unwrap().roles.retain(|role| role != "ecommerce-prod-cart-service");
    });
    assert_eq!(found(&plan, code)[0].0, "module.iam.aws_iam_role.service[\"cart-service\"]");
    without(&plan_in(|inventory| inventory.iam = None), code);
    let plan = plan_in(|inventory| {
        let records = inventory.dns_zones.as_mut().unwrap()[0].records.as_mut().unwrap();
        records.retain(|record| record.record_type != "CAA");
    });
    assert_eq!(found(&plan, code)[0].0, "module.dns.aws_route53_record.caa");
    without(&plan_in(|inventory| inventory.dns_zones.as_mut().unwrap()[0].records = None), code);
    let plan = plan_in(|inventory| inventory.distributions = Some(Vec::new()));
    assert_eq!(found(&plan, code)[0].0, "module.cloudfront.aws_cloudfront_distribution.shop");
    // Another account's roles are in none of this one's lists.
    let foreign = plan_in(|inventory| inventory.account = None);
    without(&foreign, code);
}

/// No ARN of a zone names an account: with a provider of its own it may be in any.
#[test]
fn a_zone_of_a_provider_of_its_own_is_not_looked_for() {
    let code = "shared-not-seen";
    let plan = |alias: &str| {
        let mut world = in_region(|inventory| inventory.dns_zones = Some(Vec::new()));
        let zone = "\"type\": \"aws_route53_zone\"";
        let (before, after) = world.state.split_once(zone).unwrap();
        let after = after.replacen("registry.terraform.io/hashicorp/aws\\\"]", alias, 1);
        world.state = format!("{before}{zone}{after}");
        world.plan()
    };
    let own = "registry.terraform.io/hashicorp/aws\\\"]";
    assert_eq!(found(&plan(own), code)[0].0, "module.dns.aws_route53_zone.main");
    without(&plan(&format!("{own}.dns")), code);
}

#[test]
fn a_copy_of_the_primarys_state_is_no_workspace_of_the_recovery() {
    let code = "workspace-not-own";
    let world = World::read(&example());
    let state: Value = serde_json::from_str(&world.state).unwrap();
    let lineage = state["lineage"].as_str().unwrap();
    let recorded = |name: &str, lineage: &str| {
        let workspace = Workspace {
            name: name.to_owned(),
            lineage: Some(lineage.to_owned()),
            serial: Some(412),
            addresses: vec!["aws_cloudwatch_metric_alarm.db_storage".to_owned()],
        };
        plan_in(|inventory| inventory.workspace = Some(workspace))
    };
    let plan = recorded("dr", lineage);
    with(&plan, code, "dr", "");
    assert!(message(&plan, code).0.contains("count as recovered"));
    without(&recorded("dr", "another"), code);
    with(&recorded("staging", "another"), code, "dr", "");
}
