//! Names that users come by: who moves each of them, and how long the old answer lives.

use drplan::plan::Plan;
use drplan::plan::action::Action;

use crate::defects::{subjects, without};
use crate::worlds::{World, example};

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
