//! Topics, queues, streams, events.

use super::{Recovery, TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Address, Arn, Endpoint, Id, Name, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    regional(
        "aws_cloudwatch_event_api_destination",
        "hashicorp/aws/latest/docs/resources/cloudwatch_event_api_destination",
    )
    .named(Uniqueness::InRegion, &["name"])
    .import("{name}")
    .replaced_by(&["name"]),
    regional("aws_cloudwatch_event_archive", "hashicorp/aws/latest/docs/resources/cloudwatch_event_archive")
        .named(Uniqueness::InRegion, &["name"])
        .store(Recovery::Store)
        .replaced_by(&["event_source_arn", "name"]),
    regional("aws_cloudwatch_event_bus", "hashicorp/aws/latest/docs/resources/cloudwatch_event_bus")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["event_source_name", "name"]),
    regional(
        "aws_cloudwatch_event_bus_policy",
        "hashicorp/aws/latest/docs/resources/cloudwatch_event_bus_policy",
    )
    .id_is(Name)
    .import("{event_bus_name}")
    .replaced_by(&["event_bus_name"]),
    regional(
        "aws_cloudwatch_event_connection",
        "hashicorp/aws/latest/docs/resources/cloudwatch_event_connection",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("secret_arn", Arn)])
    .import("{name}")
    .replaced_by(&["name"]),
    regional(
        "aws_cloudwatch_event_endpoint",
        "hashicorp/aws/latest/docs/resources/cloudwatch_event_endpoint",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("endpoint_url", Url)])
    .import("{name}")
    .replaced_by(&["name"])
    .takes(60, 300),
    regional(
        "aws_cloudwatch_event_permission",
        "hashicorp/aws/latest/docs/resources/cloudwatch_event_permission",
    )
    .named(Uniqueness::InParent, &["statement_id"])
    .import("{event_bus_name}/{statement_id}")
    .replaced_by(&["event_bus_name", "statement_id"]),
    regional("aws_cloudwatch_event_rule", "hashicorp/aws/latest/docs/resources/cloudwatch_event_rule")
        .named(Uniqueness::InParent, &["event_bus_name", "name"])
        .owns(&[own("name", Name)])
        .import("{event_bus_name}/{name}")
        .replaced_by(&["event_bus_name", "name", "name_prefix"]),
    regional("aws_cloudwatch_event_target", "hashicorp/aws/latest/docs/resources/cloudwatch_event_target")
        .named(Uniqueness::InParent, &["rule", "target_id"])
        .import("{event_bus_name}/{rule}/{target_id}")
        .replaced_by(&["event_bus_name", "rule", "target_id"]),
    regional(
        "aws_kinesis_firehose_delivery_stream",
        "hashicorp/aws/latest/docs/resources/kinesis_firehose_delivery_stream",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .id_is(Arn)
    .owns(&[own("name", Name)])
    .import("{arn}")
    .replaced_by(&["name", "destination"])
    .takes(60, 120),
    regional("aws_kinesis_stream", "hashicorp/aws/latest/docs/resources/kinesis_stream")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .store(Recovery::Store)
        .import("{name}")
        .replaced_by(&["name"])
        .takes(20, 60),
    regional("aws_kinesis_stream_consumer", "hashicorp/aws/latest/docs/resources/kinesis_stream_consumer")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Arn)
        .replaced_by(&["name", "stream_arn"])
        .takes(15, 40),
    regional("aws_mq_broker", "hashicorp/aws/latest/docs/resources/mq_broker")
        .unique(Uniqueness::InRegion, &["broker_name"])
        .owns(&[
            own("instances.*.endpoints.*", Url),
            own("instances.*.ip_address", Address),
            own("instances.*.console_url", Url),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "broker_name",
            "data_replication_primary_broker_arn",
            "deployment_mode",
            "encryption_options",
            "engine_type",
            "ldap_server_metadata",
            "publicly_accessible",
            "subnet_ids",
        ])
        .takes(900, 1800),
    regional("aws_mq_configuration", "hashicorp/aws/latest/docs/resources/mq_configuration")
        .unique(Uniqueness::InRegion, &["name"])
        .replaced_by(&["engine_type", "engine_version", "name"]),
    regional("aws_msk_cluster", "hashicorp/aws/latest/docs/resources/msk_cluster")
        .unique(Uniqueness::InRegion, &["cluster_name"])
        .id_is(Arn)
        .owns(&[
            own("bootstrap_brokers", Endpoint),
            own("bootstrap_brokers_tls", Endpoint),
            own("bootstrap_brokers_sasl_iam", Endpoint),
            own("bootstrap_brokers_sasl_scram", Endpoint),
            own("bootstrap_brokers_public_tls", Endpoint),
            own("bootstrap_brokers_public_sasl_iam", Endpoint),
            own("bootstrap_brokers_public_sasl_scram", Endpoint),
            own("zookeeper_connect_string", Endpoint),
            own("zookeeper_connect_string_tls", Endpoint),
            own("cluster_uuid", Id),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "broker_node_group_info.*.az_distribution",
            "broker_node_group_info.*.client_subnets",
            "broker_node_group_info.*.security_groups",
            "cluster_name",
            "encryption_info",
        ])
        .takes(1500, 2700),
    regional("aws_msk_cluster_policy", "hashicorp/aws/latest/docs/resources/msk_cluster_policy")
        .id_is(Arn)
        .import("{cluster_arn}"),
    regional("aws_msk_configuration", "hashicorp/aws/latest/docs/resources/msk_configuration")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .replaced_by(&["kafka_versions", "name"]),
    regional("aws_msk_replicator", "hashicorp/aws/latest/docs/resources/msk_replicator")
        .unique(Uniqueness::InRegion, &["replicator_name"])
        .id_is(Arn)
        .recovers(Recovery::Skip)
        .replaced_by(&[
            "kafka_cluster.*.vpc_config.*.subnet_ids",
            "replication_info_list.*.source_kafka_cluster_arn",
            "replication_info_list.*.target_compression_type",
            "replication_info_list.*.target_kafka_cluster_arn",
            "replication_info_list.*.topic_replication.*.starting_position.*.type",
            "replication_info_list.*.topic_replication.*.topic_name_configuration.*.type",
        ])
        .takes(1200, 2400),
    regional(
        "aws_msk_scram_secret_association",
        "hashicorp/aws/latest/docs/resources/msk_scram_secret_association",
    )
    .id_is(Arn)
    .import("{cluster_arn}")
    .replaced_by(&["cluster_arn"]),
    regional("aws_msk_serverless_cluster", "hashicorp/aws/latest/docs/resources/msk_serverless_cluster")
        .unique(Uniqueness::InRegion, &["cluster_name"])
        .id_is(Arn)
        .owns(&[own("bootstrap_brokers_sasl_iam", Endpoint), own("cluster_uuid", Id)])
        .store(Recovery::Store)
        .replaced_by(&["client_authentication", "cluster_name", "vpc_config"])
        .takes(180, 600),
    regional("aws_pipes_pipe", "hashicorp/aws/latest/docs/resources/pipes_pipe")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&[
            "name",
            "name_prefix",
            "source",
            "source_parameters.*.activemq_broker_parameters",
            "source_parameters.*.dynamodb_stream_parameters",
            "source_parameters.*.kinesis_stream_parameters",
            "source_parameters.*.managed_streaming_kafka_parameters",
            "source_parameters.*.rabbitmq_broker_parameters",
            "source_parameters.*.self_managed_kafka_parameters",
        ])
        .takes(60, 180),
    regional("aws_scheduler_schedule", "hashicorp/aws/latest/docs/resources/scheduler_schedule")
        .named(Uniqueness::InParent, &["group_name", "name"])
        .import("{group_name}/{name}")
        .replaced_by(&["group_name", "name", "name_prefix"]),
    regional("aws_scheduler_schedule_group", "hashicorp/aws/latest/docs/resources/scheduler_schedule_group")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_sns_platform_application", "hashicorp/aws/latest/docs/resources/sns_platform_application")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .replaced_by(&["name", "platform"]),
    regional("aws_sns_topic", "hashicorp/aws/latest/docs/resources/sns_topic")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .replaced_by(&["fifo_topic", "name", "name_prefix"]),
    regional("aws_sns_topic_policy", "hashicorp/aws/latest/docs/resources/sns_topic_policy")
        .id_is(Arn)
        .import("{arn}")
        .replaced_by(&["arn"]),
    regional("aws_sns_topic_subscription", "hashicorp/aws/latest/docs/resources/sns_topic_subscription")
        .id_is(Arn)
        .replaced_by(&["endpoint", "protocol", "topic_arn"]),
    // Messages on their way are data: one lost is an order lost.
    regional("aws_sqs_queue", "hashicorp/aws/latest/docs/resources/sqs_queue")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Url)
        .owns(&[own("name", Name), own("url", Url)])
        .store(Recovery::Store)
        .replaced_by(&["fifo_queue", "name", "name_prefix"])
        .takes(25, 40),
    regional("aws_sqs_queue_policy", "hashicorp/aws/latest/docs/resources/sqs_queue_policy")
        .id_is(Url)
        .import("{queue_url}")
        .replaced_by(&["queue_url"])
        .takes(25, 40),
    regional(
        "aws_sqs_queue_redrive_allow_policy",
        "hashicorp/aws/latest/docs/resources/sqs_queue_redrive_allow_policy",
    )
    .id_is(Url)
    .import("{queue_url}")
    .replaced_by(&["queue_url"])
    .takes(25, 40),
    regional("aws_sqs_queue_redrive_policy", "hashicorp/aws/latest/docs/resources/sqs_queue_redrive_policy")
        .id_is(Url)
        .import("{queue_url}")
        .replaced_by(&["queue_url"])
        .takes(25, 40),
];
