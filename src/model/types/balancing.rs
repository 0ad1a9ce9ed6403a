//! Load balancers, listeners, rules and target groups.

use super::{Quota, TypeEntry, Uniqueness, own, quota, regional};
use crate::model::value::ValueKind::{Arn, Endpoint, Id, Name};

/// Application Load Balancers; network ones count against a quota of their own, which the planner tells by the type.
const LOAD_BALANCERS: &[Quota] = &[super::APPLICATION_LOAD_BALANCERS];
const CLASSIC_LOAD_BALANCERS: &[Quota] = &[super::CLASSIC_LOAD_BALANCERS];
const TARGET_GROUPS: &[Quota] = &[quota("elasticloadbalancing", "L-B22855CB", 3_000)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_alb", "hashicorp/aws/latest/docs/resources/lb")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("dns_name", Endpoint), own("zone_id", Id), own("arn_suffix", Name), own("name", Name)])
        .replaced_by(&["name", "name_prefix", "internal", "load_balancer_type", "customer_owned_ipv4_pool"])
        .limited_by(LOAD_BALANCERS)
        .takes(150, 240),
    regional("aws_alb_listener", "hashicorp/aws/latest/docs/resources/lb_listener")
        .id_is(Arn)
        .replaced_by(&["load_balancer_arn"]),
    regional("aws_alb_listener_rule", "hashicorp/aws/latest/docs/resources/lb_listener_rule")
        .id_is(Arn)
        .replaced_by(&["listener_arn"]),
    regional("aws_alb_target_group", "hashicorp/aws/latest/docs/resources/lb_target_group")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name), own("arn_suffix", Name)])
        .replaced_by(&[
            "name",
            "name_prefix",
            "port",
            "protocol",
            "protocol_version",
            "target_type",
            "vpc_id",
            "ip_address_type",
        ])
        .limited_by(TARGET_GROUPS),
    regional(
        "aws_alb_target_group_attachment",
        "hashicorp/aws/latest/docs/resources/lb_target_group_attachment",
    )
    .id_is(Name)
    .not_importable()
    .replaced_by(&["availability_zone", "port", "target_group_arn", "target_id"]),
    regional("aws_elb", "hashicorp/aws/latest/docs/resources/elb")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[
            own("dns_name", Endpoint),
            own("zone_id", Id),
            own("name", Name),
            own("source_security_group_id", Id),
        ])
        .replaced_by(&["internal", "name", "name_prefix", "subnets"])
        .limited_by(CLASSIC_LOAD_BALANCERS)
        .takes(10, 30),
    regional("aws_elb_attachment", "hashicorp/aws/latest/docs/resources/elb_attachment")
        .id_is(Name)
        .not_importable()
        .replaced_by(&["elb", "instance"]),
    regional("aws_lb", "hashicorp/aws/latest/docs/resources/lb")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("dns_name", Endpoint), own("zone_id", Id), own("arn_suffix", Name), own("name", Name)])
        .replaced_by(&["name", "name_prefix", "internal", "load_balancer_type", "customer_owned_ipv4_pool"])
        .limited_by(LOAD_BALANCERS)
        .takes(150, 240),
    regional(
        "aws_lb_cookie_stickiness_policy",
        "hashicorp/aws/latest/docs/resources/lb_cookie_stickiness_policy",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Name)
    .not_importable()
    .replaced_by(&["cookie_expiration_period", "lb_port", "load_balancer", "name"]),
    regional("aws_lb_listener", "hashicorp/aws/latest/docs/resources/lb_listener")
        .id_is(Arn)
        .replaced_by(&["load_balancer_arn"]),
    regional("aws_lb_listener_certificate", "hashicorp/aws/latest/docs/resources/lb_listener_certificate")
        .id_is(Name)
        .import("{listener_arn}_{certificate_arn}")
        .replaced_by(&["certificate_arn", "listener_arn"]),
    regional("aws_lb_listener_rule", "hashicorp/aws/latest/docs/resources/lb_listener_rule")
        .id_is(Arn)
        .replaced_by(&["listener_arn"]),
    regional("aws_lb_target_group", "hashicorp/aws/latest/docs/resources/lb_target_group")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name), own("arn_suffix", Name)])
        .replaced_by(&[
            "name",
            "name_prefix",
            "port",
            "protocol",
            "protocol_version",
            "target_type",
            "vpc_id",
            "ip_address_type",
        ])
        .limited_by(TARGET_GROUPS),
    regional(
        "aws_lb_target_group_attachment",
        "hashicorp/aws/latest/docs/resources/lb_target_group_attachment",
    )
    .id_is(Name)
    .not_importable()
    .replaced_by(&["availability_zone", "port", "target_group_arn", "target_id"]),
    regional("aws_lb_trust_store", "hashicorp/aws/latest/docs/resources/lb_trust_store")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_proxy_protocol_policy", "hashicorp/aws/latest/docs/resources/proxy_protocol_policy")
        .id_is(Name)
        .not_importable(),
];

/// Whether a data source looks for the load balancer that a controller of the cluster makes for its Ingresses or Services:
/// there is none before the manifests are applied.
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/tasks/tags/>
#[must_use]
pub fn looks_up_balancer(type_name: &str, attributes: &str) -> bool {
    const TAGS: [&str; 4] = [
        "elbv2.k8s.aws/cluster",
        "ingress.k8s.aws/stack",
        "service.k8s.aws/stack",
        "kubernetes.io/service-name",
    ];
    matches!(type_name, "aws_alb" | "aws_elb" | "aws_lb" | "aws_lbs")
        && TAGS.iter().any(|tag| attributes.contains(tag))
}
