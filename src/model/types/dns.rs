//! Route 53: zones, records, health checks, resolvers, recovery controls.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Address, Arn, Domain, Endpoint, Id, Name, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    global("aws_route53_cidr_collection", "hashicorp/aws/latest/docs/resources/route53_cidr_collection")
        .unique(Uniqueness::InAccount, &["name"])
        .replaced_by(&["name"]),
    global("aws_route53_cidr_location", "hashicorp/aws/latest/docs/resources/route53_cidr_location")
        .named(Uniqueness::InParent, &["name"])
        .import("{cidr_collection_id},{name}")
        .replaced_by(&["cidr_collection_id", "name"]),
    global("aws_route53_delegation_set", "hashicorp/aws/latest/docs/resources/route53_delegation_set")
        .owns(&[own("name_servers.*", Endpoint)])
        .replaced_by(&["reference_name"]),
    global("aws_route53_health_check", "hashicorp/aws/latest/docs/resources/route53_health_check")
        .replaced_by(&[
            "measure_latency",
            "reference_name",
            "request_interval",
            "routing_control_arn",
            "type",
        ])
        .takes(2, 5),
    global(
        "aws_route53_hosted_zone_dnssec",
        "hashicorp/aws/latest/docs/resources/route53_hosted_zone_dnssec",
    )
    .import("{hosted_zone_id}")
    .replaced_by(&["hosted_zone_id"])
    .takes(30, 60),
    global("aws_route53_key_signing_key", "hashicorp/aws/latest/docs/resources/route53_key_signing_key")
        .named(Uniqueness::InParent, &["hosted_zone_id", "name"])
        .import("{hosted_zone_id},{name}")
        .replaced_by(&["hosted_zone_id", "name"])
        .takes(30, 60),
    global("aws_route53_query_log", "hashicorp/aws/latest/docs/resources/route53_query_log")
        .replaced_by(&["cloudwatch_log_group_arn", "zone_id"]),
    global("aws_route53_record", "hashicorp/aws/latest/docs/resources/route53_record")
        .named(Uniqueness::InParent, &["zone_id", "name", "type", "set_identifier"])
        .owns(&[own("fqdn", Domain)])
        .recovers(Recovery::Traffic)
        .import("{zone_id}_{name}_{type}_{set_identifier}")
        .replaced_by(&["name", "zone_id"])
        .takes(30, 60),
    regional(
        "aws_route53_resolver_endpoint",
        "hashicorp/aws/latest/docs/resources/route53_resolver_endpoint",
    )
    .owns(&[own("host_vpc_id", Id), own("ip_address.*.ip", Address), own("ip_address.*.ip_id", Id)])
    .replaced_by(&["direction", "security_group_ids"])
    .takes(120, 240),
    regional(
        "aws_route53_resolver_query_log_config",
        "hashicorp/aws/latest/docs/resources/route53_resolver_query_log_config",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .replaced_by(&["destination_arn", "name"]),
    regional("aws_route53_resolver_rule", "hashicorp/aws/latest/docs/resources/route53_resolver_rule")
        .replaced_by(&["domain_name", "rule_type"])
        .takes(5, 20),
    regional(
        "aws_route53_resolver_rule_association",
        "hashicorp/aws/latest/docs/resources/route53_resolver_rule_association",
    )
    .replaced_by(&["name", "resolver_rule_id", "vpc_id"])
    .takes(30, 90),
    global("aws_route53_traffic_policy", "hashicorp/aws/latest/docs/resources/route53_traffic_policy")
        .unique(Uniqueness::InAccount, &["name"])
        .import("{id}/{version}")
        .replaced_by(&["document", "name"]),
    global(
        "aws_route53_traffic_policy_instance",
        "hashicorp/aws/latest/docs/resources/route53_traffic_policy_instance",
    )
    .recovers(Recovery::Traffic)
    .replaced_by(&["hosted_zone_id", "name"])
    .takes(60, 120),
    global(
        "aws_route53_vpc_association_authorization",
        "hashicorp/aws/latest/docs/resources/route53_vpc_association_authorization",
    )
    .id_is(Name)
    .recovers(Recovery::Create)
    .import("{zone_id}:{vpc_id}")
    .replaced_by(&["vpc_id", "vpc_region", "zone_id"]),
    global("aws_route53_zone", "hashicorp/aws/latest/docs/resources/route53_zone")
        .unique(Uniqueness::None, &["name"])
        .owns(&[own("zone_id", Id), own("name", Domain), own("name_servers.*", Endpoint)])
        .import("{zone_id}")
        .replaced_by(&["delegation_set_id", "name"])
        .takes(40, 90),
    // Global, but of one VPC: the new VPC needs its own.
    global("aws_route53_zone_association", "hashicorp/aws/latest/docs/resources/route53_zone_association")
        .id_is(Name)
        .recovers(Recovery::Create)
        .import("{zone_id}:{vpc_id}:{vpc_region}")
        .replaced_by(&["vpc_id", "vpc_region", "zone_id"])
        .takes(30, 60),
    global(
        "aws_route53domains_registered_domain",
        "hashicorp/aws/latest/docs/resources/route53domains_registered_domain",
    )
    .named(Uniqueness::Everywhere, &["domain_name"])
    .import("{domain_name}"),
    global(
        "aws_route53recoverycontrolconfig_cluster",
        "hashicorp/aws/latest/docs/resources/route53recoverycontrolconfig_cluster",
    )
    .unique(Uniqueness::InAccount, &["name"])
    .id_is(Arn)
    .owns(&[own("cluster_endpoints.*.endpoint", Url)])
    .replaced_by(&["name"])
    .takes(120, 300),
    global(
        "aws_route53recoverycontrolconfig_control_panel",
        "hashicorp/aws/latest/docs/resources/route53recoverycontrolconfig_control_panel",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Arn)
    .replaced_by(&["cluster_arn"]),
    global(
        "aws_route53recoverycontrolconfig_routing_control",
        "hashicorp/aws/latest/docs/resources/route53recoverycontrolconfig_routing_control",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Arn)
    .replaced_by(&["cluster_arn"]),
    global(
        "aws_route53recoverycontrolconfig_safety_rule",
        "hashicorp/aws/latest/docs/resources/route53recoverycontrolconfig_safety_rule",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Arn)
    .replaced_by(&["asserted_controls", "control_panel_arn", "gating_controls", "target_controls"]),
];
