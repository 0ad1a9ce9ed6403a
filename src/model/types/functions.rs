//! Lambda, Step Functions, Batch and delivery pipelines.

use super::{Recovery, TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Arn, Endpoint, Id, Name, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    regional(
        "aws_batch_compute_environment",
        "hashicorp/aws/latest/docs/resources/batch_compute_environment",
    )
    .named(Uniqueness::InRegion, &["compute_environment_name"])
    .owns(&[own("ecs_cluster_arn", Arn)])
    .import("{compute_environment_name}")
    .replaced_by(&[
        "compute_environment_name",
        "compute_environment_name_prefix",
        "compute_resources",
        "eks_configuration",
        "type",
    ])
    .takes(30, 90),
    regional("aws_batch_job_definition", "hashicorp/aws/latest/docs/resources/batch_job_definition")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("arn_prefix", Arn)])
        .replaced_by(&["name", "retry_strategy.*.evaluate_on_exit"]),
    regional("aws_batch_job_queue", "hashicorp/aws/latest/docs/resources/batch_job_queue")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .replaced_by(&["name"])
        .takes(20, 40),
    regional("aws_codeartifact_domain", "hashicorp/aws/latest/docs/resources/codeartifact_domain")
        .unique(Uniqueness::InRegion, &["domain"])
        .id_is(Arn)
        .store(Recovery::Store)
        .replaced_by(&["domain", "encryption_key"]),
    regional("aws_codeartifact_repository", "hashicorp/aws/latest/docs/resources/codeartifact_repository")
        .unique(Uniqueness::InParent, &["repository"])
        .id_is(Arn)
        .store(Recovery::Store)
        .replaced_by(&["domain", "domain_owner", "repository"]),
    regional("aws_codebuild_project", "hashicorp/aws/latest/docs/resources/codebuild_project")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .import("{name}")
        .replaced_by(&["name"]),
    regional("aws_codedeploy_app", "hashicorp/aws/latest/docs/resources/codedeploy_app")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("application_id", Id)])
        .import("{name}")
        .replaced_by(&["compute_platform"]),
    regional(
        "aws_codedeploy_deployment_group",
        "hashicorp/aws/latest/docs/resources/codedeploy_deployment_group",
    )
    .unique(Uniqueness::InParent, &["deployment_group_name"])
    .owns(&[own("deployment_group_id", Id)])
    .import("{app_name}:{deployment_group_name}"),
    regional("aws_codepipeline", "hashicorp/aws/latest/docs/resources/codepipeline")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional(
        "aws_elastic_beanstalk_application",
        "hashicorp/aws/latest/docs/resources/elastic_beanstalk_application",
    )
    .named(Uniqueness::InRegion, &["name"])
    .replaced_by(&["name"]),
    regional(
        "aws_elastic_beanstalk_environment",
        "hashicorp/aws/latest/docs/resources/elastic_beanstalk_environment",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .owns(&[own("cname", Endpoint), own("endpoint_url", Endpoint)])
    .replaced_by(&["cname_prefix", "name", "tier"])
    .takes(300, 600),
    regional("aws_lambda_alias", "hashicorp/aws/latest/docs/resources/lambda_alias")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Arn)
        .owns(&[own("invoke_arn", Arn)])
        .import("{function_name}/{name}")
        .replaced_by(&["function_name", "name"]),
    regional(
        "aws_lambda_event_source_mapping",
        "hashicorp/aws/latest/docs/resources/lambda_event_source_mapping",
    )
    .owns(&[own("uuid", Id)])
    .replaced_by(&[
        "amazon_managed_kafka_event_source_config",
        "event_source_arn",
        "queues",
        "self_managed_event_source",
        "self_managed_kafka_event_source_config",
        "starting_position",
        "starting_position_timestamp",
        "topics",
    ])
    .takes(20, 60),
    regional("aws_lambda_function", "hashicorp/aws/latest/docs/resources/lambda_function")
        .named(Uniqueness::InRegion, &["function_name"])
        .owns(&[
            own("function_name", Name),
            own("invoke_arn", Arn),
            own("qualified_arn", Arn),
            own("qualified_invoke_arn", Arn),
        ])
        .replaced_by(&["function_name", "package_type"])
        .takes(10, 40),
    regional(
        "aws_lambda_function_event_invoke_config",
        "hashicorp/aws/latest/docs/resources/lambda_function_event_invoke_config",
    )
    .id_is(Name)
    .replaced_by(&["function_name", "qualifier"]),
    regional("aws_lambda_function_url", "hashicorp/aws/latest/docs/resources/lambda_function_url")
        .id_is(Name)
        .owns(&[own("function_url", Url), own("url_id", Id)])
        .import("{function_name}")
        .replaced_by(&["function_name", "qualifier"]),
    regional("aws_lambda_layer_version", "hashicorp/aws/latest/docs/resources/lambda_layer_version")
        .unique(Uniqueness::InRegion, &["layer_name"])
        .id_is(Arn)
        .owns(&[own("layer_arn", Arn)])
        .replaced_by(&[
            "compatible_architectures",
            "compatible_runtimes",
            "description",
            "filename",
            "layer_name",
            "license_info",
            "s3_bucket",
            "s3_key",
            "s3_object_version",
            "skip_destroy",
            "source_code_hash",
        ])
        .takes(5, 20),
    regional("aws_lambda_permission", "hashicorp/aws/latest/docs/resources/lambda_permission")
        .named(Uniqueness::InParent, &["statement_id"])
        .import("{function_name}/{statement_id}")
        .replaced_by(&[
            "action",
            "event_source_token",
            "function_name",
            "function_url_auth_type",
            "principal",
            "principal_org_id",
            "qualifier",
            "source_account",
            "source_arn",
            "statement_id",
            "statement_id_prefix",
        ]),
    regional(
        "aws_lambda_provisioned_concurrency_config",
        "hashicorp/aws/latest/docs/resources/lambda_provisioned_concurrency_config",
    )
    .id_is(Name)
    .import("{function_name},{qualifier}")
    .replaced_by(&["function_name", "qualifier"])
    .takes(60, 180),
    regional("aws_sfn_state_machine", "hashicorp/aws/latest/docs/resources/sfn_state_machine")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("state_machine_version_arn", Arn)])
        .replaced_by(&["name", "name_prefix", "type"]),
];
