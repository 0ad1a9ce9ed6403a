//! CloudFront, Global Accelerator, Shield, WAF.

use super::{Recovery, Scope, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Address, Arn, Endpoint, Id, Name};

pub(super) const TYPES: &[TypeEntry] = &[
    global("aws_cloudfront_cache_policy", "hashicorp/aws/latest/docs/resources/cloudfront_cache_policy")
        .unique(Uniqueness::InAccount, &["name"]),
    global("aws_cloudfront_distribution", "hashicorp/aws/latest/docs/resources/cloudfront_distribution")
        .owns(&[own("domain_name", Endpoint)])
        .recovers(Recovery::Traffic)
        .replaced_by(&["staging"])
        .takes(240, 600),
    global(
        "aws_cloudfront_field_level_encryption_config",
        "hashicorp/aws/latest/docs/resources/cloudfront_field_level_encryption_config",
    ),
    global("aws_cloudfront_function", "hashicorp/aws/latest/docs/resources/cloudfront_function")
        .named(Uniqueness::InAccount, &["name"])
        .replaced_by(&["name"])
        .takes(10, 30),
    global("aws_cloudfront_key_group", "hashicorp/aws/latest/docs/resources/cloudfront_key_group")
        .unique(Uniqueness::InAccount, &["name"]),
    global(
        "aws_cloudfront_key_value_store",
        "hashicorp/aws/latest/docs/resources/cloudfront_key_value_store",
    )
    .named(Uniqueness::InAccount, &["name"])
    .store(Recovery::Share)
    .import("{name}")
    .replaced_by(&["name"]),
    global(
        "aws_cloudfront_monitoring_subscription",
        "hashicorp/aws/latest/docs/resources/cloudfront_monitoring_subscription",
    )
    .id_is(Name)
    .import("{distribution_id}")
    .replaced_by(&["distribution_id"]),
    global(
        "aws_cloudfront_origin_access_control",
        "hashicorp/aws/latest/docs/resources/cloudfront_origin_access_control",
    )
    .unique(Uniqueness::InAccount, &["name"]),
    global(
        "aws_cloudfront_origin_access_identity",
        "hashicorp/aws/latest/docs/resources/cloudfront_origin_access_identity",
    )
    .owns(&[
        own("iam_arn", Arn),
        own("cloudfront_access_identity_path", Name),
        own("s3_canonical_user_id", Id),
    ]),
    global(
        "aws_cloudfront_origin_request_policy",
        "hashicorp/aws/latest/docs/resources/cloudfront_origin_request_policy",
    )
    .unique(Uniqueness::InAccount, &["name"]),
    global("aws_cloudfront_public_key", "hashicorp/aws/latest/docs/resources/cloudfront_public_key")
        .unique(Uniqueness::InAccount, &["name"])
        .replaced_by(&["encoded_key", "name", "name_prefix"]),
    global(
        "aws_cloudfront_realtime_log_config",
        "hashicorp/aws/latest/docs/resources/cloudfront_realtime_log_config",
    )
    .unique(Uniqueness::InAccount, &["name"])
    .id_is(Arn)
    .replaced_by(&["name"]),
    global(
        "aws_cloudfront_response_headers_policy",
        "hashicorp/aws/latest/docs/resources/cloudfront_response_headers_policy",
    )
    .unique(Uniqueness::InAccount, &["name"]),
    global("aws_cloudfront_vpc_origin", "hashicorp/aws/latest/docs/resources/cloudfront_vpc_origin")
        .recovers(Recovery::Traffic)
        .takes(300, 900),
    global(
        "aws_globalaccelerator_accelerator",
        "hashicorp/aws/latest/docs/resources/globalaccelerator_accelerator",
    )
    .id_is(Arn)
    .owns(&[
        own("dns_name", Endpoint),
        own("dual_stack_dns_name", Endpoint),
        own("ip_sets.*.ip_addresses.*", Address),
    ])
    .replaced_by(&["ip_addresses"])
    .takes(60, 180),
    global(
        "aws_globalaccelerator_endpoint_group",
        "hashicorp/aws/latest/docs/resources/globalaccelerator_endpoint_group",
    )
    .id_is(Arn)
    .recovers(Recovery::Traffic)
    .replaced_by(&["endpoint_group_region", "listener_arn"])
    .takes(60, 180),
    global(
        "aws_globalaccelerator_listener",
        "hashicorp/aws/latest/docs/resources/globalaccelerator_listener",
    )
    .id_is(Arn)
    .replaced_by(&["accelerator_arn"])
    .takes(30, 60),
    global("aws_shield_protection", "hashicorp/aws/latest/docs/resources/shield_protection")
        .unique(Uniqueness::InAccount, &["name"])
        .replaced_by(&["name", "resource_arn"]),
    global("aws_shield_protection_group", "hashicorp/aws/latest/docs/resources/shield_protection_group")
        .named(Uniqueness::InAccount, &["protection_group_id"])
        .owns(&[own("protection_group_arn", Arn)])
        .replaced_by(&["protection_group_id"]),
    global(
        "aws_shield_protection_health_check_association",
        "hashicorp/aws/latest/docs/resources/shield_protection_health_check_association",
    )
    .id_is(Name)
    .import("{shield_protection_id}+{health_check_arn}")
    .replaced_by(&["health_check_arn", "shield_protection_id"]),
    global("aws_waf_ipset", "hashicorp/aws/latest/docs/resources/waf_ipset").replaced_by(&["name"]),
    global("aws_waf_rule", "hashicorp/aws/latest/docs/resources/waf_rule")
        .replaced_by(&["metric_name", "name"]),
    global("aws_waf_web_acl", "hashicorp/aws/latest/docs/resources/waf_web_acl")
        .replaced_by(&["metric_name", "name"]),
    regional("aws_wafregional_web_acl", "hashicorp/aws/latest/docs/resources/wafregional_web_acl")
        .replaced_by(&["metric_name", "name"]),
    regional(
        "aws_wafregional_web_acl_association",
        "hashicorp/aws/latest/docs/resources/wafregional_web_acl_association",
    )
    .id_is(Name)
    .import("{web_acl_id}:{resource_arn}")
    .replaced_by(&["resource_arn", "web_acl_id"]),
    regional("aws_wafv2_ip_set", "hashicorp/aws/latest/docs/resources/wafv2_ip_set")
        .scope(Scope::GlobalWhenUsEast1)
        .unique(Uniqueness::InRegion, &["name"])
        .import("{id}/{name}/{scope}")
        .replaced_by(&["ip_address_version", "name", "name_prefix", "scope"]),
    regional("aws_wafv2_regex_pattern_set", "hashicorp/aws/latest/docs/resources/wafv2_regex_pattern_set")
        .scope(Scope::GlobalWhenUsEast1)
        .unique(Uniqueness::InRegion, &["name"])
        .import("{id}/{name}/{scope}")
        .replaced_by(&["name", "name_prefix", "scope"]),
    regional("aws_wafv2_rule_group", "hashicorp/aws/latest/docs/resources/wafv2_rule_group")
        .scope(Scope::GlobalWhenUsEast1)
        .unique(Uniqueness::InRegion, &["name"])
        .import("{id}/{name}/{scope}")
        .replaced_by(&["capacity", "name", "name_prefix", "scope"]),
    // The next few are global by their scope `CLOUDFRONT`, and then live in us-east-1.
    regional("aws_wafv2_web_acl", "hashicorp/aws/latest/docs/resources/wafv2_web_acl")
        .scope(Scope::GlobalWhenUsEast1)
        .unique(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .import("{id}/{name}/{scope}")
        .replaced_by(&["name", "name_prefix", "scope"])
        .takes(5, 20),
    regional(
        "aws_wafv2_web_acl_association",
        "hashicorp/aws/latest/docs/resources/wafv2_web_acl_association",
    )
    .scope(Scope::GlobalWhenUsEast1)
    .id_is(Name)
    .import("{web_acl_arn},{resource_arn}")
    .replaced_by(&["resource_arn", "web_acl_arn"])
    .takes(10, 60),
    regional(
        "aws_wafv2_web_acl_logging_configuration",
        "hashicorp/aws/latest/docs/resources/wafv2_web_acl_logging_configuration",
    )
    .scope(Scope::GlobalWhenUsEast1)
    .id_is(Arn)
    .import("{resource_arn}")
    .replaced_by(&["resource_arn", "log_destination_configs"]),
];
