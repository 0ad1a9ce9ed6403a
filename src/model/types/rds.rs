//! RDS and Aurora: instances, clusters, their groups, proxies and recovery provisions.

use super::{Quota, Recovery, TypeEntry, Uniqueness, global, own, quota, regional};
use crate::model::value::ValueKind::{Arn, Endpoint, Id, Name, Port};

const DB_INSTANCES: &[Quota] = &[quota("rds", "L-7B6409FD", 40)];
const DB_CLUSTERS: &[Quota] = &[quota("rds", "L-952B80B8", 40)];
const DB_SUBNET_GROUPS: &[Quota] = &[quota("rds", "L-48C6BF61", 50)];
const DB_PARAMETER_GROUPS: &[Quota] = &[quota("rds", "L-DE55804A", 50)];
const DB_OPTION_GROUPS: &[Quota] = &[quota("rds", "L-9FA33840", 20)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_db_cluster_snapshot", "hashicorp/aws/latest/docs/resources/db_cluster_snapshot")
        .named(Uniqueness::InRegion, &["db_cluster_snapshot_identifier"])
        .owns(&[own("db_cluster_snapshot_arn", Arn)])
        .store(Recovery::Skip)
        .replaced_by(&["db_cluster_identifier", "db_cluster_snapshot_identifier"])
        .takes(300, 1800),
    regional("aws_db_event_subscription", "hashicorp/aws/latest/docs/resources/db_event_subscription")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name", "name_prefix"])
        .takes(10, 60),
    regional("aws_db_instance", "hashicorp/aws/latest/docs/resources/db_instance")
        .named(Uniqueness::InRegion, &["identifier"])
        .owns(&[
            own("identifier", Name),
            own("db_name", Name),
            own("address", Endpoint),
            own("endpoint", Endpoint),
            own("port", Port),
            own("hosted_zone_id", Id),
            own("resource_id", Id),
            own("listener_endpoint.*.address", Endpoint),
            own("master_user_secret.*.secret_arn", Arn),
        ])
        .store(Recovery::RdsInstance)
        .import("{identifier}")
        .replaced_by(&[
            "availability_zone",
            "backup_target",
            "character_set_name",
            "custom_iam_instance_profile",
            "db_name",
            "engine",
            "kms_key_id",
            "nchar_character_set_name",
            "restore_to_point_in_time",
            "s3_import",
            "snapshot_identifier",
            "storage_encrypted",
            "timezone",
            "username",
        ])
        .limited_by(DB_INSTANCES)
        .takes(600, 1200),
    regional(
        "aws_db_instance_automated_backups_replication",
        "hashicorp/aws/latest/docs/resources/db_instance_automated_backups_replication",
    )
    .id_is(Arn)
    .store(Recovery::Skip)
    .replaced_by(&["kms_key_id", "pre_signed_url", "retention_period", "source_db_instance_arn"])
    .takes(600, 3600),
    regional(
        "aws_db_instance_role_association",
        "hashicorp/aws/latest/docs/resources/db_instance_role_association",
    )
    .id_is(Name)
    .import("{db_instance_identifier},{role_arn}")
    .replaced_by(&["db_instance_identifier", "feature_name", "role_arn"])
    .takes(60, 180),
    regional("aws_db_option_group", "hashicorp/aws/latest/docs/resources/db_option_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&[
            "engine_name",
            "major_engine_version",
            "name",
            "name_prefix",
            "option_group_description",
        ])
        .limited_by(DB_OPTION_GROUPS)
        .takes(5, 30),
    regional("aws_db_parameter_group", "hashicorp/aws/latest/docs/resources/db_parameter_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["description", "family", "name", "name_prefix"])
        .limited_by(DB_PARAMETER_GROUPS)
        .takes(5, 20),
    regional("aws_db_proxy", "hashicorp/aws/latest/docs/resources/db_proxy")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("endpoint", Endpoint), own("name", Name)])
        .replaced_by(&["engine_family", "vpc_subnet_ids"])
        .takes(300, 600),
    regional(
        "aws_db_proxy_default_target_group",
        "hashicorp/aws/latest/docs/resources/db_proxy_default_target_group",
    )
    .id_is(Name)
    .import("{db_proxy_name}")
    .replaced_by(&["db_proxy_name"]),
    regional("aws_db_proxy_endpoint", "hashicorp/aws/latest/docs/resources/db_proxy_endpoint")
        .id_is(Name)
        .owns(&[own("endpoint", Endpoint)])
        .import("{db_proxy_name}/{db_proxy_endpoint_name}")
        .replaced_by(&["db_proxy_endpoint_name", "db_proxy_name", "target_role", "vpc_subnet_ids"])
        .takes(300, 600),
    regional("aws_db_proxy_target", "hashicorp/aws/latest/docs/resources/db_proxy_target")
        .id_is(Name)
        .import("{db_proxy_name}/{target_group_name}/{type}/{rds_resource_id}")
        .replaced_by(&[
            "db_cluster_identifier",
            "db_instance_identifier",
            "db_proxy_name",
            "target_group_name",
        ]),
    regional("aws_db_snapshot", "hashicorp/aws/latest/docs/resources/db_snapshot")
        .named(Uniqueness::InRegion, &["db_snapshot_identifier"])
        .owns(&[own("db_snapshot_arn", Arn)])
        .store(Recovery::Skip)
        .replaced_by(&["db_instance_identifier", "db_snapshot_identifier"])
        .takes(300, 1800),
    regional("aws_db_snapshot_copy", "hashicorp/aws/latest/docs/resources/db_snapshot_copy")
        .named(Uniqueness::InRegion, &["target_db_snapshot_identifier"])
        .owns(&[own("db_snapshot_arn", Arn)])
        .store(Recovery::Skip)
        .replaced_by(&[
            "copy_tags",
            "destination_region",
            "kms_key_id",
            "option_group_name",
            "presigned_url",
            "source_db_snapshot_identifier",
            "target_custom_availability_zone",
            "target_db_snapshot_identifier",
        ])
        .takes(1200, 7200),
    regional("aws_db_subnet_group", "hashicorp/aws/latest/docs/resources/db_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"])
        .limited_by(DB_SUBNET_GROUPS),
    regional("aws_rds_certificate", "hashicorp/aws/latest/docs/resources/rds_certificate").id_is(Name),
    regional("aws_rds_cluster", "hashicorp/aws/latest/docs/resources/rds_cluster")
        .named(Uniqueness::InRegion, &["cluster_identifier"])
        .owns(&[
            own("cluster_identifier", Name),
            own("database_name", Name),
            own("endpoint", Endpoint),
            own("reader_endpoint", Endpoint),
            own("port", Port),
            own("hosted_zone_id", Id),
            own("cluster_resource_id", Id),
            own("master_user_secret.*.secret_arn", Arn),
        ])
        .store(Recovery::RdsCluster)
        .import("{cluster_identifier}")
        .replaced_by(&[
            "availability_zones",
            "cluster_identifier",
            "cluster_identifier_prefix",
            "cluster_scalability_type",
            "database_name",
            "db_subnet_group_name",
            "db_system_id",
            "engine",
            "engine_mode",
            "kms_key_id",
            "master_username",
            "restore_to_point_in_time",
            "s3_import",
            "snapshot_identifier",
            "source_region",
            "storage_encrypted",
            "storage_type",
        ])
        .limited_by(DB_CLUSTERS)
        .takes(120, 900),
    regional(
        "aws_rds_cluster_activity_stream",
        "hashicorp/aws/latest/docs/resources/rds_cluster_activity_stream",
    )
    .id_is(Arn)
    .owns(&[own("kinesis_stream_name", Name)])
    .replaced_by(&["engine_native_audit_fields_included", "kms_key_id", "mode", "resource_arn"])
    .takes(300, 900),
    regional("aws_rds_cluster_endpoint", "hashicorp/aws/latest/docs/resources/rds_cluster_endpoint")
        .named(Uniqueness::InRegion, &["cluster_endpoint_identifier"])
        .owns(&[own("endpoint", Endpoint)])
        .replaced_by(&["cluster_endpoint_identifier", "cluster_identifier"])
        .takes(60, 180),
    // Its data is in the volume of its cluster; it comes only after that.
    regional("aws_rds_cluster_instance", "hashicorp/aws/latest/docs/resources/rds_cluster_instance")
        .named(Uniqueness::InRegion, &["identifier"])
        .owns(&[
            own("identifier", Name),
            own("endpoint", Endpoint),
            own("port", Port),
            own("dbi_resource_id", Id),
        ])
        .store(Recovery::RdsClusterInstance)
        .import("{identifier}")
        .replaced_by(&[
            "availability_zone",
            "cluster_identifier",
            "custom_iam_instance_profile",
            "db_subnet_group_name",
            "engine",
            "identifier",
            "identifier_prefix",
        ])
        .limited_by(DB_INSTANCES)
        .takes(420, 900),
    regional(
        "aws_rds_cluster_parameter_group",
        "hashicorp/aws/latest/docs/resources/rds_cluster_parameter_group",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("name", Name)])
    .replaced_by(&["description", "family", "name", "name_prefix"])
    .takes(5, 20),
    regional(
        "aws_rds_cluster_role_association",
        "hashicorp/aws/latest/docs/resources/rds_cluster_role_association",
    )
    .id_is(Name)
    .import("{db_cluster_identifier},{role_arn}")
    .replaced_by(&["db_cluster_identifier", "feature_name", "role_arn"])
    .takes(60, 180),
    regional(
        "aws_rds_cluster_snapshot_copy",
        "hashicorp/aws/latest/docs/resources/rds_cluster_snapshot_copy",
    )
    .named(Uniqueness::InRegion, &["target_db_cluster_snapshot_identifier"])
    .owns(&[own("db_cluster_snapshot_arn", Arn)])
    .store(Recovery::Skip)
    .replaced_by(&[
        "copy_tags",
        "destination_region",
        "kms_key_id",
        "presigned_url",
        "source_db_cluster_snapshot_identifier",
        "target_db_cluster_snapshot_identifier",
    ])
    .takes(1200, 7200),
    regional("aws_rds_export_task", "hashicorp/aws/latest/docs/resources/rds_export_task")
        .id_is(Name)
        .recovers(Recovery::Skip)
        .replaced_by(&[
            "export_only",
            "export_task_identifier",
            "iam_role_arn",
            "kms_key_id",
            "s3_bucket_name",
            "s3_prefix",
            "source_arn",
        ])
        .takes(1800, 7200),
    global("aws_rds_global_cluster", "hashicorp/aws/latest/docs/resources/rds_global_cluster")
        .named(Uniqueness::InAccount, &["global_cluster_identifier"])
        .owns(&[own("endpoint", Endpoint), own("global_cluster_resource_id", Id)])
        .store(Recovery::Share)
        .replaced_by(&[
            "database_name",
            "engine",
            "global_cluster_identifier",
            "source_db_cluster_identifier",
            "storage_encrypted",
        ])
        .takes(30, 120),
];
