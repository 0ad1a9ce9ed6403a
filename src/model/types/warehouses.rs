//! Warehouses, catalogues and migration: Redshift, Glue, Athena, DMS.

use super::{Recovery, TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Address, Arn, Endpoint, Id, Name, Port};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_athena_database", "hashicorp/aws/latest/docs/resources/athena_database")
        .named(Uniqueness::InRegion, &["name"])
        .import("{name}")
        .replaced_by(&[
            "acl_configuration",
            "comment",
            "encryption_configuration",
            "expected_bucket_owner",
            "name",
            "properties",
        ]),
    regional("aws_athena_workgroup", "hashicorp/aws/latest/docs/resources/athena_workgroup")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_dms_endpoint", "hashicorp/aws/latest/docs/resources/dms_endpoint")
        .named(Uniqueness::InRegion, &["endpoint_id"])
        .owns(&[own("endpoint_arn", Arn)])
        .replaced_by(&["elasticsearch_settings", "endpoint_id", "kinesis_settings", "kms_key_arn"]),
    regional("aws_dms_replication_instance", "hashicorp/aws/latest/docs/resources/dms_replication_instance")
        .named(Uniqueness::InRegion, &["replication_instance_id"])
        .owns(&[own("replication_instance_arn", Arn), own("replication_instance_private_ips.*", Address)])
        .replaced_by(&[
            "availability_zone",
            "kms_key_arn",
            "publicly_accessible",
            "replication_instance_id",
            "replication_subnet_group_id",
        ])
        .takes(600, 1200),
    regional(
        "aws_dms_replication_subnet_group",
        "hashicorp/aws/latest/docs/resources/dms_replication_subnet_group",
    )
    .named(Uniqueness::InRegion, &["replication_subnet_group_id"])
    .owns(&[own("replication_subnet_group_arn", Arn)])
    .replaced_by(&["replication_subnet_group_id"]),
    regional("aws_dms_replication_task", "hashicorp/aws/latest/docs/resources/dms_replication_task")
        .named(Uniqueness::InRegion, &["replication_task_id"])
        .owns(&[own("replication_task_arn", Arn)])
        .replaced_by(&[
            "replication_task_id",
            "resource_identifier",
            "source_endpoint_arn",
            "target_endpoint_arn",
        ])
        .takes(60, 180),
    regional("aws_glue_catalog_database", "hashicorp/aws/latest/docs/resources/glue_catalog_database")
        .named(Uniqueness::InRegion, &["name"])
        .import("{catalog_id}:{name}")
        .replaced_by(&["catalog_id", "name", "target_database"]),
    regional("aws_glue_catalog_table", "hashicorp/aws/latest/docs/resources/glue_catalog_table")
        .named(Uniqueness::InParent, &["name"])
        .import("{catalog_id}:{database_name}:{name}")
        .replaced_by(&["catalog_id", "database_name", "name", "partition_index", "target_table"]),
    regional("aws_glue_crawler", "hashicorp/aws/latest/docs/resources/glue_crawler")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["database_name", "name"]),
    regional("aws_glue_job", "hashicorp/aws/latest/docs/resources/glue_job")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_redshift_cluster", "hashicorp/aws/latest/docs/resources/redshift_cluster")
        .named(Uniqueness::InRegion, &["cluster_identifier"])
        .owns(&[
            own("cluster_identifier", Name),
            own("endpoint", Endpoint),
            own("dns_name", Endpoint),
            own("port", Port),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "cluster_identifier",
            "cluster_subnet_group_name",
            "master_username",
            "snapshot_arn",
            "snapshot_cluster_identifier",
            "snapshot_identifier",
        ])
        .takes(300, 900),
    regional("aws_redshift_parameter_group", "hashicorp/aws/latest/docs/resources/redshift_parameter_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["description", "family", "name"]),
    regional("aws_redshift_subnet_group", "hashicorp/aws/latest/docs/resources/redshift_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name"]),
    regional(
        "aws_redshiftserverless_namespace",
        "hashicorp/aws/latest/docs/resources/redshiftserverless_namespace",
    )
    .named(Uniqueness::InRegion, &["namespace_name"])
    .owns(&[own("namespace_id", Id)])
    .store(Recovery::Store)
    .replaced_by(&["db_name", "namespace_name"])
    .takes(60, 180),
    regional(
        "aws_redshiftserverless_workgroup",
        "hashicorp/aws/latest/docs/resources/redshiftserverless_workgroup",
    )
    .named(Uniqueness::InRegion, &["workgroup_name"])
    .owns(&[own("endpoint.*.address", Endpoint), own("endpoint.*.port", Port), own("workgroup_id", Id)])
    .replaced_by(&["namespace_name", "workgroup_name"])
    .takes(180, 400),
];
