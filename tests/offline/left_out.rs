//! What depends on something left out is left out with it, by name; what depends on something withheld waits.

use std::collections::BTreeSet;

use drplan::model::settings::AcceptedLoss;
use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::audit::audit;
use drplan::plan::resource::{Disposition, Engine, PlannedResource};
use drplan::plan::step::Phase;
use serde_json::json;

use crate::worlds::{World, example, managed, state_of};

const REGION: &str = "us-east-2";

/// A table that nothing brings back, an alarm on it, and what acts on the alarm.
fn alarmed() -> World {
    let arn = |rest: &str| format!("arn:aws:{rest}");
    let state = state_of(&[
        managed(
            "aws_dynamodb_table.carts",
            json!({ "id": "carts", "name": "carts",
                    "arn": arn(&format!("dynamodb:{REGION}:123456789012:table/carts")) }),
            &[],
        ),
        managed(
            "aws_cloudwatch_metric_alarm.carts",
            json!({ "id": "carts-throttled", "alarm_name": "carts-throttled",
                    "dimensions": { "TableName": "carts" },
                    "arn": arn(&format!("cloudwatch:{REGION}:123456789012:alarm:carts-throttled")) }),
            &["aws_dynamodb_table.carts"],
        ),
        managed(
            "aws_cloudwatch_composite_alarm.shop",
            json!({ "id": "shop", "alarm_name": "shop", "alarm_rule": "ALARM(carts-throttled)",
                    "arn": arn(&format!("cloudwatch:{REGION}:123456789012:alarm:shop")) }),
            &["aws_cloudwatch_metric_alarm.carts"],
        ),
        managed(
            "aws_iam_policy.carts",
            json!({ "id": arn("iam::123456789012:policy/carts"), "name": "carts",
                    "arn": arn("iam::123456789012:policy/carts") }),
            &["aws_dynamodb_table.carts"],
        ),
        managed("random_password.carts", json!({ "id": "none" }), &["aws_dynamodb_table.carts"]),
        managed(
            "aws_sns_topic.alarms",
            json!({ "id": "alarms", "name": "alarms",
                    "arn": arn(&format!("sns:{REGION}:123456789012:alarms")) }),
            &[],
        ),
    ]);
    World::of_state(state)
}

fn of<'p>(plan: &'p Plan, address: &str) -> &'p PlannedResource {
    plan.resources.iter().find(|resource| resource.address == address).expect(address)
}

fn words<'p>(plan: &'p Plan, address: &str) -> (&'p str, &'p str) {
    let resource = of(plan, address);
    (resource.disposition.as_str(), resource.engine.as_str())
}

fn left_out(plan: &Plan) -> &[String] {
    plan.steps
        .iter()
        .find_map(|step| match &step.action {
            Action::EngineConverged { left_out } => Some(&left_out[..]),
            _ => None,
        })
        .expect("a step that converges")
}

#[test]
fn dependants_of_what_is_blocked_are_left_out_by_name() {
    let plan = alarmed().plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(words(&plan, "aws_dynamodb_table.carts"), ("block", "exclude"));
    for alarm in ["aws_cloudwatch_metric_alarm.carts", "aws_cloudwatch_composite_alarm.shop"] {
        assert_eq!(words(&plan, alarm), ("skip", "exclude"));
        assert!(of(&plan, alarm).reason.contains("depends on aws_dynamodb_table.carts"), "{alarm}");
        assert_eq!(of(&plan, alarm).goes_with.as_deref(), Some("aws_dynamodb_table.carts"));
        assert!(!plan.steps.iter().any(|step| step.id.ends_with(alarm)), "{alarm} has a step");
    }
    // Shared it stays; only the engine cannot import it.
    assert_eq!(words(&plan, "aws_iam_policy.carts"), ("share", "exclude"));
    // What lives in the state is put there without the engine.
    assert_eq!(words(&plan, "random_password.carts"), ("carry", "carry"));
    assert_eq!(words(&plan, "aws_sns_topic.alarms"), ("create", "create"));
    assert_eq!(
        left_out(&plan),
        [
            "aws_cloudwatch_composite_alarm.shop",
            "aws_cloudwatch_metric_alarm.carts",
            "aws_dynamodb_table.carts",
            "aws_iam_policy.carts",
        ]
    );
}

#[test]
fn dependants_of_what_comes_back_are_made() {
    let mut world = alarmed();
    world.settings.accepted_losses.push(AcceptedLoss {
        address: "aws_dynamodb_table.carts".to_owned(),
        reason: "sessions".to_owned(),
        place: None,
    });
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    assert_eq!(words(&plan, "aws_cloudwatch_metric_alarm.carts"), ("create", "create"));
    assert_eq!(words(&plan, "aws_iam_policy.carts"), ("share", "import"));
    assert!(left_out(&plan).is_empty());
}

fn skipping(address: &str) -> World {
    let mut world = World::read(&example());
    let skip = AcceptedLoss { address: address.to_owned(), reason: "not here".to_owned(), place: None };
    world.settings.skips.push(skip);
    world
}

#[test]
fn what_takes_the_cluster_or_a_restore_along_is_an_error() {
    let plan = skipping("module.vpc").plan();
    assert_eq!(audit(&plan), Ok(()));
    let subjects: Vec<&str> = plan
        .findings
        .iter()
        .filter(|finding| finding.code == "dependency-left-out")
        .map(|finding| finding.subject.as_str())
        .collect();
    assert!(subjects.contains(&"module.eks.aws_eks_cluster.this"), "{subjects:?}");
    assert!(subjects.contains(&"module.rds.aws_db_instance.primary"), "{subjects:?}");
    assert_eq!(words(&plan, "module.eks.aws_eks_cluster.this"), ("block", "exclude"));
    assert_eq!(words(&plan, "module.rds.aws_db_instance.primary"), ("block", "exclude"));
    assert_eq!(words(&plan, "module.rds.aws_db_instance.read_replica"), ("skip", "exclude"));
    // Providers of what lives in the cluster are configured from it.
    let inside = plan.resources.iter().filter(|resource| resource.type_name == "helm_release");
    assert!(inside.clone().count() > 0 && inside.clone().all(|release| release.engine.as_str() == "exclude"));
    let without = World::read(&example()).plan();
    assert!(!without.findings.iter().any(|finding| finding.code == "dependency-left-out"));
}

#[test]
fn a_resource_left_out_in_part_takes_nobody_along() {
    let subnets = "module.vpc.aws_subnet.private";
    let state = World::read(&example()).plan();
    let first = state.resources.iter().find(|one| one.address.starts_with(subnets)).unwrap();
    let part = skipping(&first.address).plan();
    assert_eq!(words(&part, &first.address), ("skip", "exclude"));
    assert_eq!(words(&part, "module.eks.aws_eks_cluster.this"), ("create", "create"));
    let whole = skipping(subnets).plan();
    assert_eq!(words(&whole, "module.eks.aws_eks_cluster.this"), ("block", "exclude"));
}

#[test]
fn dependants_of_what_is_withheld_wait_behind_the_gate() {
    let plan = World::read(&example()).plan();
    let (policy, shop) =
        ("module.s3.aws_s3_bucket_policy.media", "module.cloudfront.aws_cloudfront_distribution.shop");
    assert_eq!(words(&plan, shop), ("update", "withhold"));
    assert_eq!(words(&plan, policy), ("create", "create"));
    assert_eq!(of(&plan, policy).goes_with.as_deref(), Some(shop));
    let steps: Vec<_> = plan.steps.iter().filter(|step| step.id.ends_with(policy)).collect();
    assert_eq!(steps.len(), 1);
    assert_eq!((steps[0].id.as_str(), steps[0].phase), (&*format!("dns/{policy}"), Phase::Dns));
    let adopted = format!("dns/adopt/{shop}");
    for need in ["dns/gate", &adopted] {
        assert!(steps[0].needs.iter().any(|known| known == need), "{:?}", steps[0].needs);
    }
    // The bucket lets the distribution in before it leads there.
    let moved = plan.steps.iter().find(|step| step.id == format!("dns/{shop}")).unwrap();
    assert!(moved.needs.contains(&steps[0].id), "{:?}", moved.needs);
}

/// An alias of a distribution depends on the bucket behind it, which nothing can stand for without an inventory.
#[test]
fn the_example_is_planned_from_its_state_alone() {
    let world = World::of_state(std::fs::read_to_string(example().join("state.tfstate")).unwrap());
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let address = "module.dns.aws_route53_record.shop[\"A\"]";
    let alias = plan.resources.iter().find(|resource| resource.address == address).unwrap();
    assert_eq!((alias.disposition, alias.engine), (Disposition::Share, Engine::Exclude));
    assert!(!plan.steps.iter().any(|step| step.id.ends_with(&alias.address)));
}

#[test]
fn the_example_is_planned_for_every_region() {
    for region in ["us-west-1", "us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2", "ca-central-1"] {
        let mut world = World::read(&example());
        world.inventory = None;
        let plan = world.plan_in(region).unwrap();
        assert_eq!(audit(&plan), Ok(()), "{region}");
    }
}

#[test]
fn the_example_is_planned_whatever_is_skipped() {
    let whole = World::read(&example());
    // One address of each type, and each module as a whole.
    let mut seen = BTreeSet::new();
    let addresses: BTreeSet<String> = whole
        .plan()
        .resources
        .iter()
        .flat_map(|resource| {
            let module = resource.address.split(&resource.type_name).next().unwrap().trim_end_matches('.');
            let first = seen.insert(resource.type_name.clone());
            [first.then(|| resource.address.clone()), (!module.is_empty()).then(|| module.to_owned())]
        })
        .flatten()
        .collect();
    for address in addresses {
        let mut world = whole.clone();
        world.settings.skips.push(AcceptedLoss {
            address: address.clone(),
            reason: "x".to_owned(),
            place: None,
        });
        let plan = world.try_plan(None).unwrap();
        assert_eq!(audit(&plan), Ok(()), "{address}");
    }
}

/// The plan had 56 objects to apply, no cluster, and no error.
#[test]
fn a_cluster_that_is_skipped_is_an_error_where_there_are_objects() {
    let of = |world: &World| {
        let plan = world.plan();
        assert_eq!(audit(&plan), Ok(()));
        let found = plan.findings.iter().find(|finding| finding.code == "cluster-left-out");
        found.map(|finding| finding.subject.clone())
    };
    let mut world = skipping("module.eks");
    assert_eq!(of(&world).as_deref(), Some("module.eks.aws_eks_cluster.this"));
    world.manifests = drplan::model::document::Manifests::default();
    assert_eq!(of(&world), None, "without objects nothing needs a cluster");
    assert_eq!(of(&World::read(&example())), None);
}

#[test]
fn a_database_that_is_skipped_and_named_by_a_manifest_is_an_error() {
    let found = |world: &World| {
        let plan = world.plan();
        assert_eq!(audit(&plan), Ok(()));
        plan.findings.into_iter().filter(|finding| finding.code == "skipped-in-use").collect::<Vec<_>>()
    };
    let findings = found(&skipping("module.rds.aws_db_instance.primary"));
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding.subject, "module.rds.aws_db_instance.primary");
    assert_eq!(finding.at.as_ref().unwrap().file, "kubernetes/configmap.yaml");
    assert_eq!(found(&World::read(&example())), []);
}

fn of_code(plan: &Plan, code: &str) -> Vec<String> {
    assert_eq!(audit(plan), Ok(()));
    plan.findings.iter().filter(|one| one.code == code).map(|one| one.subject.clone()).collect()
}

/// The roles stay in the account, but nobody tells them of the new cluster; the controller goes with its role.
#[test]
fn roles_that_are_skipped_and_taken_by_service_accounts_are_errors() {
    let plan = skipping("module.iam").plan();
    let roles = of_code(&plan, "skipped-in-use");
    assert!(roles.contains(&"module.iam.aws_iam_role.service[\"cart-service\"]".to_owned()), "{roles:?}");
    assert!(!roles.iter().any(|role| role.contains("aws-load-balancer-controller")), "no manifest takes it");
    let release = "helm_release.aws_load_balancer_controller".to_owned();
    assert!(of_code(&plan, "dependency-left-out").contains(&release));
    assert_eq!(words(&plan, &release), ("block", "exclude"));
    // A role is where it was: its ARN is no value that got lost.
    assert_eq!(
        of_code(&plan, "literal-unplaced"),
        of_code(&World::read(&example()).plan(), "literal-unplaced")
    );
    // Nobody takes them where nothing is applied.
    let mut bare = skipping("module.iam");
    bare.manifests = drplan::model::document::Manifests::default();
    assert_eq!(of_code(&bare.plan(), "skipped-in-use"), [""; 0]);
}

#[test]
fn a_controller_that_is_skipped_and_serves_an_ingress_is_an_error() {
    let controller = "helm_release.aws_load_balancer_controller";
    let world = skipping(controller);
    assert_eq!(of_code(&world.plan(), "skipped-in-use"), [controller]);
    let mut without = world.clone();
    without.manifests.objects.retain(|object| object.kind != "Ingress");
    assert_eq!(of_code(&without.plan(), "skipped-in-use"), [""; 0]);
}

/// A web ACL holds no data; an Ingress names it all the same.
#[test]
fn whatever_is_skipped_and_named_by_a_manifest_is_an_error() {
    assert_eq!(
        of_code(&skipping("module.waf").plan(), "skipped-in-use"),
        ["module.waf.aws_wafv2_web_acl.ingress"]
    );
}

/// Without its cluster nobody misses what Helm would have installed.
#[test]
fn what_goes_with_the_cluster_is_told_once() {
    let plan = skipping("module.eks").plan();
    assert_eq!(of_code(&plan, "dependency-left-out"), [""; 0]);
    assert_eq!(of_code(&plan, "cluster-left-out"), ["module.eks.aws_eks_cluster.this"]);
}

#[test]
fn what_is_skipped_along_with_a_gateway_or_a_secret_is_told() {
    let found = |address| of_code(&skipping(address).plan(), "skipped-in-use");
    assert_eq!(found("module.vpc.aws_nat_gateway.this"), ["module.vpc.aws_nat_gateway.this[0]"]);
    let version = "module.secrets.aws_secretsmanager_secret_version.db_credentials";
    assert_eq!(found(version), [version]);
    assert!(found("module.secrets.aws_secretsmanager_secret.db_credentials").contains(&version.to_owned()));
    assert_eq!(found("module.secrets.aws_secretsmanager_secret_version.api_keys"), [""; 0]);
}
