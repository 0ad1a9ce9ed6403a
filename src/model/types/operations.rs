//! Logs, metrics, audit, configuration and governance.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Arn, Endpoint, Id, Name, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_accessanalyzer_analyzer", "hashicorp/aws/latest/docs/resources/accessanalyzer_analyzer")
        .named(Uniqueness::InRegion, &["analyzer_name"])
        .replaced_by(&["analyzer_name", "configuration", "type"]),
    regional("aws_appconfig_application", "hashicorp/aws/latest/docs/resources/appconfig_application")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Name),
    regional(
        "aws_appconfig_configuration_profile",
        "hashicorp/aws/latest/docs/resources/appconfig_configuration_profile",
    )
    .id_is(Name)
    .import("{configuration_profile_id}:{application_id}")
    .replaced_by(&["application_id", "location_uri", "type"]),
    regional("aws_appconfig_environment", "hashicorp/aws/latest/docs/resources/appconfig_environment")
        .id_is(Name)
        .import("{environment_id}:{application_id}")
        .replaced_by(&["application_id"]),
    regional(
        "aws_appconfig_hosted_configuration_version",
        "hashicorp/aws/latest/docs/resources/appconfig_hosted_configuration_version",
    )
    .id_is(Name)
    .import("{application_id}/{configuration_profile_id}/{version_number}")
    .replaced_by(&[
        "application_id",
        "configuration_profile_id",
        "content",
        "content_type",
        "description",
    ]),
    global("aws_budgets_budget", "hashicorp/aws/latest/docs/resources/budgets_budget")
        .named(Uniqueness::InAccount, &["name"])
        .import("{account_id}:{name}")
        .replaced_by(&["account_id", "name", "name_prefix"]),
    global("aws_ce_anomaly_monitor", "hashicorp/aws/latest/docs/resources/ce_anomaly_monitor")
        .unique(Uniqueness::InAccount, &["name"])
        .id_is(Arn)
        .replaced_by(&["monitor_dimension", "monitor_specification", "monitor_type"]),
    global(
        "aws_chatbot_slack_channel_configuration",
        "hashicorp/aws/latest/docs/resources/chatbot_slack_channel_configuration",
    )
    .unique(Uniqueness::InAccount, &["configuration_name"])
    .id_is(Arn)
    .owns(&[own("chat_configuration_arn", Arn)])
    .import("{chat_configuration_arn}"),
    // May have made anything, stores too.
    regional("aws_cloudformation_stack", "hashicorp/aws/latest/docs/resources/cloudformation_stack")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .may_hold_data(Recovery::Store)
        .import("{name}")
        .replaced_by(&["disable_rollback", "name", "on_failure", "timeout_in_minutes"])
        .takes(120, 900),
    regional("aws_cloudformation_stack_set", "hashicorp/aws/latest/docs/resources/cloudformation_stack_set")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("stack_set_id", Name)])
        .replaced_by(&["auto_deployment", "name"]),
    regional("aws_cloudtrail", "hashicorp/aws/latest/docs/resources/cloudtrail")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("sns_topic_arn", Arn)])
        .import("{arn}")
        .replaced_by(&["name"]),
    regional(
        "aws_cloudtrail_event_data_store",
        "hashicorp/aws/latest/docs/resources/cloudtrail_event_data_store",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .id_is(Arn)
    .store(Recovery::Store)
    .replaced_by(&["kms_key_id", "name"]),
    regional(
        "aws_cloudwatch_composite_alarm",
        "hashicorp/aws/latest/docs/resources/cloudwatch_composite_alarm",
    )
    .named(Uniqueness::InRegion, &["alarm_name"])
    .replaced_by(&["actions_enabled", "alarm_name"]),
    global("aws_cloudwatch_dashboard", "hashicorp/aws/latest/docs/resources/cloudwatch_dashboard")
        .named(Uniqueness::InAccount, &["dashboard_name"])
        .owns(&[own("dashboard_arn", Arn)])
        .replaced_by(&["dashboard_name"]),
    regional(
        "aws_cloudwatch_log_destination",
        "hashicorp/aws/latest/docs/resources/cloudwatch_log_destination",
    )
    .named(Uniqueness::InRegion, &["name"])
    .replaced_by(&["name"]),
    // Logs are lost with the region; nothing that recovers needs them.
    regional("aws_cloudwatch_log_group", "hashicorp/aws/latest/docs/resources/cloudwatch_log_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["log_group_class", "name", "name_prefix"]),
    regional(
        "aws_cloudwatch_log_metric_filter",
        "hashicorp/aws/latest/docs/resources/cloudwatch_log_metric_filter",
    )
    .named(Uniqueness::InParent, &["name"])
    .import("{log_group_name}:{name}")
    .replaced_by(&["log_group_name", "name"]),
    regional(
        "aws_cloudwatch_log_resource_policy",
        "hashicorp/aws/latest/docs/resources/cloudwatch_log_resource_policy",
    )
    .named(Uniqueness::InRegion, &["policy_name"])
    .replaced_by(&["policy_name"]),
    regional("aws_cloudwatch_log_stream", "hashicorp/aws/latest/docs/resources/cloudwatch_log_stream")
        .named(Uniqueness::InParent, &["log_group_name", "name"])
        .import("{log_group_name}:{name}")
        .replaced_by(&["log_group_name", "name"]),
    regional(
        "aws_cloudwatch_log_subscription_filter",
        "hashicorp/aws/latest/docs/resources/cloudwatch_log_subscription_filter",
    )
    .named(Uniqueness::InParent, &["name"])
    .id_is(Name)
    .import("{log_group_name}|{name}")
    .replaced_by(&["destination_arn", "log_group_name", "name"]),
    regional("aws_cloudwatch_metric_alarm", "hashicorp/aws/latest/docs/resources/cloudwatch_metric_alarm")
        .named(Uniqueness::InRegion, &["alarm_name"])
        .replaced_by(&["alarm_name"]),
    regional("aws_cloudwatch_metric_stream", "hashicorp/aws/latest/docs/resources/cloudwatch_metric_stream")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name", "name_prefix"]),
    // Imported by an ARN that is no attribute of it.
    regional(
        "aws_cloudwatch_query_definition",
        "hashicorp/aws/latest/docs/resources/cloudwatch_query_definition",
    )
    .owns(&[own("query_definition_id", Id)])
    .not_importable(),
    regional("aws_config_config_rule", "hashicorp/aws/latest/docs/resources/config_config_rule")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("rule_id", Id)])
        .replaced_by(&["name"]),
    regional(
        "aws_config_configuration_recorder",
        "hashicorp/aws/latest/docs/resources/config_configuration_recorder",
    )
    .named(Uniqueness::InRegion, &["name"])
    .replaced_by(&["name"]),
    regional(
        "aws_config_configuration_recorder_status",
        "hashicorp/aws/latest/docs/resources/config_configuration_recorder_status",
    )
    .named(Uniqueness::InParent, &["name"]),
    regional("aws_config_delivery_channel", "hashicorp/aws/latest/docs/resources/config_delivery_channel")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_fis_experiment_template", "hashicorp/aws/latest/docs/resources/fis_experiment_template")
        .replaced_by(&["tags"]),
    regional("aws_grafana_workspace", "hashicorp/aws/latest/docs/resources/grafana_workspace")
        .owns(&[own("endpoint", Endpoint)])
        .store(Recovery::Store)
        .replaced_by(&["authentication_providers"])
        .takes(180, 400),
    regional("aws_guardduty_detector", "hashicorp/aws/latest/docs/resources/guardduty_detector"),
    regional("aws_inspector2_enabler", "hashicorp/aws/latest/docs/resources/inspector2_enabler")
        .id_is(Name)
        .not_importable(),
    regional("aws_macie2_account", "hashicorp/aws/latest/docs/resources/macie2_account").id_is(Name),
    regional(
        "aws_prometheus_alert_manager_definition",
        "hashicorp/aws/latest/docs/resources/prometheus_alert_manager_definition",
    )
    .import("{workspace_id}")
    .replaced_by(&["workspace_id"]),
    regional(
        "aws_prometheus_rule_group_namespace",
        "hashicorp/aws/latest/docs/resources/prometheus_rule_group_namespace",
    )
    .unique(Uniqueness::InParent, &["name"])
    .id_is(Arn)
    .replaced_by(&["name", "workspace_id"]),
    regional("aws_prometheus_workspace", "hashicorp/aws/latest/docs/resources/prometheus_workspace")
        .owns(&[own("prometheus_endpoint", Url)])
        .store(Recovery::Store)
        .replaced_by(&["kms_key_arn"]),
    regional(
        "aws_resiliencehub_resiliency_policy",
        "hashicorp/aws/latest/docs/resources/resiliencehub_resiliency_policy",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .id_is(Arn)
    .import("{arn}"),
    regional("aws_resourcegroups_group", "hashicorp/aws/latest/docs/resources/resourcegroups_group")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_securityhub_account", "hashicorp/aws/latest/docs/resources/securityhub_account")
        .id_is(Name)
        .replaced_by(&["enable_default_standards"]),
    regional(
        "aws_securityhub_standards_subscription",
        "hashicorp/aws/latest/docs/resources/securityhub_standards_subscription",
    )
    .id_is(Arn)
    .replaced_by(&["standards_arn"]),
    regional(
        "aws_servicequotas_service_quota",
        "hashicorp/aws/latest/docs/resources/servicequotas_service_quota",
    )
    .id_is(Name)
    .import("{service_code}/{quota_code}")
    .replaced_by(&["quota_code", "service_code"])
    .takes(5, 86400),
    regional("aws_ssm_association", "hashicorp/aws/latest/docs/resources/ssm_association")
        .owns(&[own("association_id", Id)])
        .import("{association_id}")
        .replaced_by(&["instance_id", "name"]),
    regional("aws_ssm_document", "hashicorp/aws/latest/docs/resources/ssm_document")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name"]),
    regional("aws_ssm_maintenance_window", "hashicorp/aws/latest/docs/resources/ssm_maintenance_window"),
    regional(
        "aws_ssm_maintenance_window_target",
        "hashicorp/aws/latest/docs/resources/ssm_maintenance_window_target",
    )
    .import("{window_id}/{id}")
    .replaced_by(&["description", "name", "resource_type", "window_id"]),
    regional(
        "aws_ssm_maintenance_window_task",
        "hashicorp/aws/latest/docs/resources/ssm_maintenance_window_task",
    )
    .import("{window_id}/{id}")
    .replaced_by(&["task_type", "window_id"]),
    regional("aws_ssm_patch_baseline", "hashicorp/aws/latest/docs/resources/ssm_patch_baseline")
        .replaced_by(&["operating_system"]),
    regional("aws_ssm_patch_group", "hashicorp/aws/latest/docs/resources/ssm_patch_group")
        .named(Uniqueness::InRegion, &["patch_group"])
        .not_importable()
        .replaced_by(&["baseline_id", "patch_group"]),
    regional("aws_synthetics_canary", "hashicorp/aws/latest/docs/resources/synthetics_canary")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("engine_arn", Arn)])
        .replaced_by(&["name"])
        .takes(30, 90),
    regional("aws_xray_group", "hashicorp/aws/latest/docs/resources/xray_group")
        .unique(Uniqueness::InRegion, &["group_name"])
        .id_is(Arn)
        .replaced_by(&["group_name"]),
    regional("aws_xray_sampling_rule", "hashicorp/aws/latest/docs/resources/xray_sampling_rule")
        .named(Uniqueness::InRegion, &["rule_name"])
        .replaced_by(&["rule_name"]),
];
