//! What would hold traffic in the lost region although the names have moved.

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use crate::model::paste;
use crate::plan::resource::Disposition;

/// Types that lead traffic, and for which no step has a call that moves it: what would be given another region or
/// another target is one of its own.
/// <https://docs.aws.amazon.com/global-accelerator/latest/api/API_UpdateEndpointGroup.html>
const OF_ONE_REGION: [(&str, &str); 3] = [
    ("aws_cloudfront_vpc_origin", "a VPC origin is of one VPC"),
    ("aws_globalaccelerator_endpoint_group", "an endpoint group is of one region"),
    ("aws_route53_traffic_policy_instance", "a version of a traffic policy is never changed"),
];

/// Whether no step can move it.
pub(super) fn is_of_one_region(object: &Object<'_, '_>) -> bool {
    OF_ONE_REGION.iter().any(|(name, _)| *name == object.type_name())
}

/// Tells of each that stays in the lost region.
pub(super) fn check_left(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) {
    let why = OF_ONE_REGION.iter().find(|(name, _)| *name == object.type_name());
    let Some((_, why)) = why else { return };
    findings.add(
        "traffic-unmovable",
        object.address(),
        format!(
            "{} leads traffic into {}, and no step of the plan can move it: {why}",
            object.address(),
            facts.primary.as_deref().unwrap_or("the primary")
        ),
        format!(
            "let the code make one for {} beside it, move the traffic by hand behind the gate, and say so here: {}",
            facts.recovery,
            paste::block("skip", object.address(), "reason = \"...\"")
        ),
        facts.place_in_code(object),
    );
}

/// A record answers only while its health check is healthy, and one that asks the lost region stays unhealthy.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html>
pub(super) fn check_health(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    record: &Object<'_, '_>,
    findings: &mut Findings,
) {
    let Some(id) = record.text("health_check_id").filter(|id| !id.is_empty()) else { return };
    let check = facts.objects.iter().enumerate().find(|(at, object)| {
        object.type_name() == "aws_route53_health_check"
            && object.id.as_deref() == Some(id)
            && decided.resource(*at).is_some_and(|one| one.disposition == Disposition::Share)
    });
    let Some((_, check)) = check else { return };
    let text = |name: &str| check.text(name).filter(|text| !text.is_empty());
    let target = ["fqdn", "ip_address"].iter().find_map(|name| text(name));
    let alarm_region = text("cloudwatch_alarm_region").filter(|region| facts.is_primary(region));
    let asks = match (target, alarm_region) {
        (Some(host), _) if facts.leads_into_primary(host) || is_of_primary(facts, host) => host.to_owned(),
        (_, Some(region)) => {
            format!("alarm {} of {region}", text("cloudwatch_alarm_name").unwrap_or_default())
        }
        _ => return,
    };
    findings.add(
        "health-check-lost",
        record.address(),
        format!(
            "{} is answered while health check {id} is healthy, which asks {asks}: the moved record would count as \
             unhealthy, and Route 53 would answer with another",
            record.text("fqdn").unwrap_or(record.address())
        ),
        format!(
            "let the alias tell its target's health itself (evaluate_target_health), or have {} ask what moves; behind the \
             gate: `aws route53 update-health-check --health-check-id {} --fully-qualified-domain-name ...`",
            check.address(),
            paste::shell(id)
        ),
        facts.place_in_code(check),
    );
}

/// Ends of hosts that hold their region as a label: load balancers, gateways and functions.
const OF_A_REGION: [&str; 4] = [".amazonaws.com", ".awsapprunner.com", ".elasticbeanstalk.com", ".on.aws"];

/// Whether it is a host of AWS in the lost region: load balancers of Ingresses are in no state.
/// Websites of buckets have their region behind a dash: `s3-website-us-east-1`.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html>
pub(super) fn is_of_primary(facts: &Facts<'_, '_>, host: &str) -> bool {
    let Some(primary) = facts.primary.as_deref() else { return false };
    OF_A_REGION.iter().any(|end| host.ends_with(end))
        && host.split('.').any(|label| label.strip_prefix("s3-website-").unwrap_or(label) == primary)
}
