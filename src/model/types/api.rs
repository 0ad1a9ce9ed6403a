//! API Gateway and AppSync.

use super::{TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Arn, Domain, Endpoint, Id, Name, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_api_gateway_account", "hashicorp/aws/latest/docs/resources/api_gateway_account")
        .id_is(Name),
    regional("aws_api_gateway_api_key", "hashicorp/aws/latest/docs/resources/api_gateway_api_key")
        .unique(Uniqueness::None, &["name"])
        .replaced_by(&["value"]),
    regional("aws_api_gateway_authorizer", "hashicorp/aws/latest/docs/resources/api_gateway_authorizer")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Name)
        .import("{rest_api_id}/{id}")
        .replaced_by(&["rest_api_id"]),
    regional(
        "aws_api_gateway_base_path_mapping",
        "hashicorp/aws/latest/docs/resources/api_gateway_base_path_mapping",
    )
    .named(Uniqueness::InParent, &["domain_name", "base_path"])
    .import("{domain_name}/{base_path}")
    .replaced_by(&["domain_name"]),
    regional(
        "aws_api_gateway_client_certificate",
        "hashicorp/aws/latest/docs/resources/api_gateway_client_certificate",
    )
    .id_is(Name),
    regional("aws_api_gateway_deployment", "hashicorp/aws/latest/docs/resources/api_gateway_deployment")
        .id_is(Name)
        .owns(&[own("execution_arn", Arn), own("invoke_url", Url)])
        .import("{rest_api_id}/{id}")
        .replaced_by(&[
            "canary_settings",
            "rest_api_id",
            "stage_description",
            "stage_name",
            "triggers",
            "variables",
        ]),
    regional(
        "aws_api_gateway_documentation_part",
        "hashicorp/aws/latest/docs/resources/api_gateway_documentation_part",
    )
    .id_is(Name)
    .owns(&[own("documentation_part_id", Name)])
    .replaced_by(&["location", "rest_api_id"]),
    regional(
        "aws_api_gateway_documentation_version",
        "hashicorp/aws/latest/docs/resources/api_gateway_documentation_version",
    )
    .id_is(Name)
    .import("{rest_api_id}/{version}")
    .replaced_by(&["rest_api_id", "version"]),
    regional("aws_api_gateway_domain_name", "hashicorp/aws/latest/docs/resources/api_gateway_domain_name")
        .named(Uniqueness::InRegion, &["domain_name"])
        .owns(&[
            own("domain_name", Domain),
            own("regional_domain_name", Endpoint),
            own("regional_zone_id", Id),
            own("cloudfront_domain_name", Endpoint),
            own("domain_name_id", Name),
        ])
        .replaced_by(&["certificate_body", "certificate_chain", "certificate_private_key", "domain_name"])
        .takes(30, 300),
    regional(
        "aws_api_gateway_gateway_response",
        "hashicorp/aws/latest/docs/resources/api_gateway_gateway_response",
    )
    .named(Uniqueness::InParent, &["response_type"])
    .import("{rest_api_id}/{response_type}")
    .replaced_by(&["response_type", "rest_api_id"]),
    regional("aws_api_gateway_integration", "hashicorp/aws/latest/docs/resources/api_gateway_integration")
        .id_is(Name)
        .import("{rest_api_id}/{resource_id}/{http_method}")
        .replaced_by(&[
            "credentials",
            "http_method",
            "integration_http_method",
            "passthrough_behavior",
            "resource_id",
            "rest_api_id",
            "type",
        ]),
    regional(
        "aws_api_gateway_integration_response",
        "hashicorp/aws/latest/docs/resources/api_gateway_integration_response",
    )
    .id_is(Name)
    .import("{rest_api_id}/{resource_id}/{http_method}/{status_code}")
    .replaced_by(&["http_method", "resource_id", "rest_api_id"]),
    regional("aws_api_gateway_method", "hashicorp/aws/latest/docs/resources/api_gateway_method")
        .id_is(Name)
        .import("{rest_api_id}/{resource_id}/{http_method}")
        .replaced_by(&["http_method", "resource_id", "rest_api_id"]),
    regional(
        "aws_api_gateway_method_response",
        "hashicorp/aws/latest/docs/resources/api_gateway_method_response",
    )
    .id_is(Name)
    .import("{rest_api_id}/{resource_id}/{http_method}/{status_code}")
    .replaced_by(&["http_method", "resource_id", "rest_api_id"]),
    regional(
        "aws_api_gateway_method_settings",
        "hashicorp/aws/latest/docs/resources/api_gateway_method_settings",
    )
    .id_is(Name)
    .import("{rest_api_id}/{stage_name}/{method_path}")
    .replaced_by(&["method_path", "rest_api_id", "stage_name"]),
    regional("aws_api_gateway_model", "hashicorp/aws/latest/docs/resources/api_gateway_model")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Name)
        .import("{rest_api_id}/{name}")
        .replaced_by(&["content_type", "name", "rest_api_id"]),
    regional(
        "aws_api_gateway_request_validator",
        "hashicorp/aws/latest/docs/resources/api_gateway_request_validator",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Name)
    .import("{rest_api_id}/{id}")
    .replaced_by(&["rest_api_id"]),
    regional("aws_api_gateway_resource", "hashicorp/aws/latest/docs/resources/api_gateway_resource")
        .id_is(Name)
        .import("{rest_api_id}/{id}")
        .replaced_by(&["rest_api_id"]),
    regional("aws_api_gateway_rest_api", "hashicorp/aws/latest/docs/resources/api_gateway_rest_api")
        .unique(Uniqueness::None, &["name"])
        .owns(&[own("root_resource_id", Name), own("execution_arn", Arn)]),
    regional(
        "aws_api_gateway_rest_api_policy",
        "hashicorp/aws/latest/docs/resources/api_gateway_rest_api_policy",
    )
    .id_is(Name)
    .import("{rest_api_id}")
    .replaced_by(&["rest_api_id"]),
    regional("aws_api_gateway_stage", "hashicorp/aws/latest/docs/resources/api_gateway_stage")
        .named(Uniqueness::InParent, &["stage_name"])
        .owns(&[own("invoke_url", Url), own("execution_arn", Arn)])
        .import("{rest_api_id}/{stage_name}")
        .replaced_by(&["rest_api_id", "stage_name"]),
    regional("aws_api_gateway_usage_plan", "hashicorp/aws/latest/docs/resources/api_gateway_usage_plan")
        .unique(Uniqueness::None, &["name"])
        .id_is(Name),
    regional(
        "aws_api_gateway_usage_plan_key",
        "hashicorp/aws/latest/docs/resources/api_gateway_usage_plan_key",
    )
    .id_is(Name)
    .import("{usage_plan_id}/{key_id}")
    .replaced_by(&["key_id", "key_type", "usage_plan_id"]),
    regional("aws_api_gateway_vpc_link", "hashicorp/aws/latest/docs/resources/api_gateway_vpc_link")
        .unique(Uniqueness::None, &["name"])
        .id_is(Name)
        .replaced_by(&["target_arns"])
        .takes(120, 300),
    regional("aws_apigatewayv2_api", "hashicorp/aws/latest/docs/resources/apigatewayv2_api")
        .unique(Uniqueness::None, &["name"])
        .owns(&[own("api_endpoint", Url), own("execution_arn", Arn)])
        .replaced_by(&["credentials_arn", "protocol_type", "route_key", "target"]),
    regional("aws_apigatewayv2_api_mapping", "hashicorp/aws/latest/docs/resources/apigatewayv2_api_mapping")
        .id_is(Name)
        .import("{id}/{domain_name}")
        .replaced_by(&["api_id", "domain_name"]),
    regional("aws_apigatewayv2_authorizer", "hashicorp/aws/latest/docs/resources/apigatewayv2_authorizer")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Name)
        .import("{api_id}/{id}")
        .replaced_by(&["api_id"]),
    regional("aws_apigatewayv2_deployment", "hashicorp/aws/latest/docs/resources/apigatewayv2_deployment")
        .id_is(Name)
        .import("{api_id}/{id}")
        .replaced_by(&["api_id", "triggers"]),
    regional("aws_apigatewayv2_domain_name", "hashicorp/aws/latest/docs/resources/apigatewayv2_domain_name")
        .named(Uniqueness::InRegion, &["domain_name"])
        .owns(&[
            own("domain_name", Domain),
            own("domain_name_configuration.0.target_domain_name", Endpoint),
            own("domain_name_configuration.0.hosted_zone_id", Id),
        ])
        .replaced_by(&["domain_name"])
        .takes(30, 120),
    regional("aws_apigatewayv2_integration", "hashicorp/aws/latest/docs/resources/apigatewayv2_integration")
        .id_is(Name)
        .import("{api_id}/{id}")
        .replaced_by(&["api_id", "integration_subtype", "integration_type"]),
    regional(
        "aws_apigatewayv2_integration_response",
        "hashicorp/aws/latest/docs/resources/apigatewayv2_integration_response",
    )
    .id_is(Name)
    .import("{api_id}/{integration_id}/{id}")
    .replaced_by(&["api_id", "integration_id"]),
    regional("aws_apigatewayv2_model", "hashicorp/aws/latest/docs/resources/apigatewayv2_model")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Name)
        .import("{api_id}/{id}")
        .replaced_by(&["api_id"]),
    regional("aws_apigatewayv2_route", "hashicorp/aws/latest/docs/resources/apigatewayv2_route")
        .unique(Uniqueness::InParent, &["route_key"])
        .id_is(Name)
        .import("{api_id}/{id}")
        .replaced_by(&["api_id"]),
    regional(
        "aws_apigatewayv2_route_response",
        "hashicorp/aws/latest/docs/resources/apigatewayv2_route_response",
    )
    .id_is(Name)
    .import("{api_id}/{route_id}/{id}")
    .replaced_by(&["api_id", "route_id"]),
    regional("aws_apigatewayv2_stage", "hashicorp/aws/latest/docs/resources/apigatewayv2_stage")
        .named(Uniqueness::InParent, &["name"])
        .owns(&[own("invoke_url", Url), own("execution_arn", Arn)])
        .import("{api_id}/{name}")
        .replaced_by(&["api_id", "name"]),
    regional("aws_apigatewayv2_vpc_link", "hashicorp/aws/latest/docs/resources/apigatewayv2_vpc_link")
        .unique(Uniqueness::None, &["name"])
        .id_is(Name)
        .replaced_by(&["security_group_ids", "subnet_ids"])
        .takes(120, 300),
    regional("aws_appsync_api_key", "hashicorp/aws/latest/docs/resources/appsync_api_key")
        .id_is(Name)
        .import("{api_id}:{api_key_id}"),
    regional("aws_appsync_datasource", "hashicorp/aws/latest/docs/resources/appsync_datasource")
        .named(Uniqueness::InParent, &["name"])
        .import("{api_id}-{name}"),
    regional("aws_appsync_graphql_api", "hashicorp/aws/latest/docs/resources/appsync_graphql_api")
        .unique(Uniqueness::None, &["name"])
        .owns(&[own("uris.GRAPHQL", Url), own("uris.REALTIME", Url)])
        .replaced_by(&["api_type", "visibility"]),
    regional("aws_appsync_resolver", "hashicorp/aws/latest/docs/resources/appsync_resolver")
        .id_is(Name)
        .import("{api_id}-{type}-{field}")
        .replaced_by(&["api_id", "field", "type"]),
];
