//! Import ids as the provider takes them.

use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::audit::audit;
use serde_json::{Value, json};

use crate::worlds::{World, example, managed, state_of};

fn import_id(plan: &Plan, of: &str) -> String {
    plan.steps
        .iter()
        .find_map(|step| match &step.action {
            Action::Engine { address, import_id, .. } if address == of => import_id.clone(),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{of} has no import"))
}

fn of_state(resources: &[Value]) -> Plan {
    let vpc = managed(
        "aws_vpc.main",
        json!({ "id": "vpc-0a1b2c3d4e5f60718", "region": "us-east-2",
                "arn": "arn:aws:ec2:us-east-2:123456789012:vpc/vpc-0a1b2c3d4e5f60718" }),
        &[],
    );
    let mut world = World::of_state(state_of(&[&[vpc], resources].concat()));
    world.settings.primary = Some("us-east-2".to_owned());
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support>
#[test]
fn what_lives_in_a_third_region_is_imported_from_there() {
    let topic = |region: Value| {
        let arn = "arn:aws:sns:eu-west-1:123456789012:orders";
        managed(
            "aws_sns_topic.orders",
            json!({ "id": arn, "arn": arn, "name": "orders", "region": region }),
            &[],
        )
    };
    let arn = "arn:aws:sns:eu-west-1:123456789012:orders";
    let told = of_state(&[topic(json!("eu-west-1"))]);
    assert_eq!(import_id(&told, "aws_sns_topic.orders"), format!("{arn}@eu-west-1"));
    // Before 6.0 a provider had one region, which the import follows.
    assert_eq!(import_id(&of_state(&[topic(Value::Null)]), "aws_sns_topic.orders"), arn);
}

#[test]
fn a_bucket_told_its_region_before_imports_took_one() {
    let bucket = |more: Value| {
        let mut attributes = json!({ "id": "logs-eu", "bucket": "logs-eu", "region": "eu-west-1",
                                     "arn": "arn:aws:s3:::logs-eu" });
        attributes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        import_id(&of_state(&[managed("aws_s3_bucket.logs", attributes, &[])]), "aws_s3_bucket.logs")
    };
    assert_eq!(bucket(json!({})), "logs-eu");
    assert_eq!(bucket(json!({ "bucket_region": "eu-west-1" })), "logs-eu@eu-west-1");
}

#[test]
fn what_cloudfront_needs_is_imported_from_us_east_1_and_the_rest_from_the_recovery_region() {
    let plan = World::read(&example()).plan();
    for (address, region) in [
        ("module.waf.aws_wafv2_web_acl.cloudfront", Some("us-east-1")),
        ("module.dns.aws_acm_certificate.cloudfront", Some("us-east-1")),
        ("module.dns.aws_acm_certificate.ingress", None),
        ("module.dns.aws_route53_zone.main", None),
        ("module.s3.aws_s3_bucket.media", None),
    ] {
        let id = import_id(&plan, address);
        assert_eq!(id.rsplit_once('@').map(|(_, region)| region), region, "{id}");
    }
}
