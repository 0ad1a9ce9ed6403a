//! Names that users come by: who moves each of them, and how long the old answer lives.

use drplan::plan::Plan;
use drplan::plan::action::Action;

use serde_json::{Value, json};

use crate::defects::{subjects, with, without};
use crate::worlds::{Copy, World, example, managed};

fn resolved<'p>(plan: &'p Plan, name: &str) -> (&'p [String], u64) {
    let step = plan.steps.iter().find(|step| step.id == format!("verify/resolve/{name}")).expect(name);
    match &step.action {
        Action::ResolveName { ttl_seconds, .. } => (&step.needs, *ttl_seconds),
        other => panic!("{other:?}"),
    }
}

/// It waited for the distribution, which has nothing to do with it, and for a time to live that was made up.
#[test]
fn a_name_that_external_dns_writes_is_looked_for_after_its_release() {
    let mut world = World::read(&example());
    for known in world.observation.as_mut().unwrap().records.as_mut().unwrap() {
        if known.record.name == "hooks.example.com" {
            known.record.ttl = Some(300);
        }
    }
    let release = "dns/release/Deployment/kube-system/external-dns".to_owned();
    assert_eq!(resolved(&world.plan(), "hooks.example.com"), (&[release.clone()][..], 300));
    // Not listed, it is moved all the same.
    world.settings.dns.names.retain(|name| name != "hooks.example.com");
    let plan = world.plan();
    assert_eq!(resolved(&plan, "hooks.example.com"), (&[release][..], 300));
    without(&plan, "dns-name-unmoved");
}

/// Another controller writes it, or nobody.
#[test]
fn a_name_that_external_dns_is_told_to_leave_alone_is_not_waited_for() {
    let copy = Copy::new();
    copy.edit("kubernetes/ingress.yaml", |text| {
        let last = text.rfind("  annotations:\n").unwrap() + "  annotations:\n".len();
        let (before, after) = text.split_at(last);
        format!("{before}    external-dns.alpha.kubernetes.io/controller: another\n{after}")
    });
    assert_eq!(subjects(&World::read(copy.path()).plan(), "dns-name-unmoved"), ["hooks.example.com"]);
}

#[test]
fn a_name_that_is_to_move_and_to_stay_is_told_so() {
    let mut world = World::read(&example());
    world.settings.dns.names.push("old.example.com".to_owned());
    world.settings.dns.keep.push("old.example.com".to_owned());
    let plan = world.plan();
    let told = plan.findings.iter().find(|finding| finding.subject == "old.example.com").unwrap();
    assert!(told.fix.contains("take it out of one of them"), "{}", told.fix);
}

#[test]
fn a_name_behind_a_distribution_is_looked_for_after_that() {
    let plan = World::read(&example()).plan();
    let (needs, _) = resolved(&plan, "shop.example.com");
    assert_eq!(needs, ["dns/module.cloudfront.aws_cloudfront_distribution.shop"]);
}

#[test]
fn a_name_that_nothing_moves_is_found() {
    let mut world = World::read(&example());
    world.settings.dns.names.push("shpo.example.com".to_owned());
    assert_eq!(subjects(&world.plan(), "dns-name-unmoved"), ["shpo.example.com"]);
}

/// It was moved all the same.
#[test]
fn a_name_that_is_kept_is_not_moved() {
    let record = "module.dns.aws_route53_record.api";
    let mut world = World::read(&example());
    world.settings.dns.keep = vec!["api.example.com".to_owned()];
    world.settings.dns.names.retain(|name| name != "api.example.com");
    let plan = world.plan();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    let kept = plan.resources.iter().find(|resource| resource.address == record).unwrap();
    assert_eq!((kept.disposition.as_str(), kept.engine.as_str()), ("share", "import"));
    assert!(!plan.steps.iter().any(|step| matches!(&step.action, Action::ChangeRecord { .. })));
    assert!(!plan.steps.iter().any(|step| step.id == "verify/resolve/api.example.com"));
}

const HOST: &str = "ecommerce-prod-primary.c7k4m2qzx9ab.us-east-2.rds.amazonaws.com";

/// The example with a private zone that has a name for the database; the pods go by `host`.
fn with_private_name(host: &str, associated: bool) -> World {
    let copy = Copy::new();
    copy.edit("kubernetes/configmap.yaml", |text| {
        text.replace(&format!("DB_HOST: {HOST}"), &format!("DB_HOST: {host}"))
    });
    let mut world = World::read(copy.path());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    let resources = state["resources"].as_array_mut().unwrap();
    let network =
        resources.iter().find(|one| one["type"] == "aws_vpc").unwrap()["instances"][0]["attributes"]["id"]
            .clone();
    resources.push(managed(
        "aws_route53_zone.inside",
        json!({ "id": "Z0INSIDE12345", "zone_id": "Z0INSIDE12345", "name": "internal.example",
            "arn": "arn:aws:route53:::hostedzone/Z0INSIDE12345",
            "vpc": [{ "vpc_id": network, "vpc_region": "us-east-2" }] }),
        &[],
    ));
    resources.push(managed(
        "aws_route53_record.db",
        json!({ "id": "Z0INSIDE12345_db.internal.example_CNAME", "zone_id": "Z0INSIDE12345",
            "name": "db.internal.example", "fqdn": "db.internal.example", "type": "CNAME", "alias": [],
            "records": [HOST], "ttl": 60 }),
        &["aws_route53_zone.inside"],
    ));
    if associated {
        resources.push(managed(
            "aws_route53_zone_association.inside",
            json!({ "id": "Z0INSIDE12345:vpc", "zone_id": "Z0INSIDE12345", "vpc_id": network }),
            &["aws_route53_zone.inside"],
        ));
    }
    world.state = state.to_string();
    world
}

#[test]
fn a_name_of_the_database_that_pods_go_by_moves_too_late() {
    let plan = with_private_name("db.internal.example", false).plan();
    with(&plan, "dns-name-inside", "db.internal.example", "kubernetes/configmap.yaml:11");
    // A database has no page to be asked for.
    assert!(!plan.steps.iter().any(|step| step.id == "verify/probe/db.internal.example"));
    assert!(plan.steps.iter().any(|step| step.id == "verify/resolve/db.internal.example"));
    without(&with_private_name(HOST, false).plan(), "dns-name-inside");
}

#[test]
fn a_private_zone_that_nothing_associates_with_the_new_network_is_told() {
    assert_eq!(
        subjects(&with_private_name(HOST, false).plan(), "private-zone-unassociated"),
        ["aws_route53_zone.inside"]
    );
    without(&with_private_name(HOST, true).plan(), "private-zone-unassociated");
}
