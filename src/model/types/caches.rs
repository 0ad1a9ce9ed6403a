//! Caches: ElastiCache, MemoryDB, DAX.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Endpoint, Name, Port};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_dax_cluster", "hashicorp/aws/latest/docs/resources/dax_cluster")
        .named(Uniqueness::InRegion, &["cluster_name"])
        .owns(&[
            own("cluster_address", Endpoint),
            own("configuration_endpoint", Endpoint),
            own("nodes.*.address", Endpoint),
            own("port", Port),
        ])
        .replaced_by(&[
            "availability_zones",
            "cluster_endpoint_encryption_type",
            "cluster_name",
            "iam_role_arn",
            "node_type",
            "server_side_encryption",
            "subnet_group_name",
        ])
        .takes(600, 1200),
    regional("aws_elasticache_cluster", "hashicorp/aws/latest/docs/resources/elasticache_cluster")
        .named(Uniqueness::InRegion, &["cluster_id"])
        .owns(&[
            own("cluster_id", Name),
            own("cluster_address", Endpoint),
            own("configuration_endpoint", Endpoint),
            own("cache_nodes.*.address", Endpoint),
            own("port", Port),
        ])
        .store(Recovery::ElastiCache)
        .replaced_by(&[
            "availability_zone",
            "cluster_id",
            "engine",
            "network_type",
            "outpost_mode",
            "port",
            "preferred_outpost_arn",
            "replication_group_id",
            "snapshot_arns",
            "snapshot_name",
            "subnet_group_name",
            "transit_encryption_enabled",
        ])
        .takes(360, 720),
    global(
        "aws_elasticache_global_replication_group",
        "hashicorp/aws/latest/docs/resources/elasticache_global_replication_group",
    )
    .named(Uniqueness::InAccount, &["global_replication_group_id_suffix"])
    .owns(&[own("global_replication_group_id", Name)])
    .store(Recovery::Share)
    .replaced_by(&["global_replication_group_id_suffix", "primary_replication_group_id"])
    .takes(600, 1800),
    regional(
        "aws_elasticache_parameter_group",
        "hashicorp/aws/latest/docs/resources/elasticache_parameter_group",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("name", Name)])
    .replaced_by(&["description", "family", "name"]),
    regional(
        "aws_elasticache_replication_group",
        "hashicorp/aws/latest/docs/resources/elasticache_replication_group",
    )
    .named(Uniqueness::InRegion, &["replication_group_id"])
    .owns(&[
        own("replication_group_id", Name),
        own("primary_endpoint_address", Endpoint),
        own("reader_endpoint_address", Endpoint),
        own("configuration_endpoint_address", Endpoint),
        own("port", Port),
    ])
    .store(Recovery::ElastiCache)
    .replaced_by(&[
        "at_rest_encryption_enabled",
        "data_tiering_enabled",
        "engine",
        "global_replication_group_id",
        "kms_key_id",
        "network_type",
        "port",
        "replication_group_id",
        "security_group_names",
        "snapshot_arns",
        "snapshot_name",
        "subnet_group_name",
    ])
    .takes(600, 1200),
    regional(
        "aws_elasticache_serverless_cache",
        "hashicorp/aws/latest/docs/resources/elasticache_serverless_cache",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("endpoint.*.address", Endpoint), own("reader_endpoint.*.address", Endpoint)])
    .store(Recovery::ElastiCache)
    .replaced_by(&[
        "engine",
        "kms_key_id",
        "major_engine_version",
        "name",
        "snapshot_arns_to_restore",
        "subnet_ids",
    ])
    .takes(300, 600),
    regional("aws_elasticache_subnet_group", "hashicorp/aws/latest/docs/resources/elasticache_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name"]),
    regional("aws_elasticache_user", "hashicorp/aws/latest/docs/resources/elasticache_user")
        .named(Uniqueness::InRegion, &["user_id"])
        .replaced_by(&["user_id", "user_name"]),
    regional("aws_elasticache_user_group", "hashicorp/aws/latest/docs/resources/elasticache_user_group")
        .named(Uniqueness::InRegion, &["user_group_id"])
        .replaced_by(&["user_group_id"])
        .takes(30, 60),
    regional(
        "aws_elasticache_user_group_association",
        "hashicorp/aws/latest/docs/resources/elasticache_user_group_association",
    )
    .id_is(Name)
    .import("{user_group_id},{user_id}")
    .replaced_by(&["user_group_id", "user_id"]),
    regional("aws_memorydb_acl", "hashicorp/aws/latest/docs/resources/memorydb_acl")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_memorydb_cluster", "hashicorp/aws/latest/docs/resources/memorydb_cluster")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name), own("cluster_endpoint.*.address", Endpoint), own("port", Port)])
        .store(Recovery::Store)
        .replaced_by(&[
            "auto_minor_version_upgrade",
            "data_tiering",
            "kms_key_arn",
            "multi_region_cluster_name",
            "name",
            "name_prefix",
            "port",
            "snapshot_arns",
            "snapshot_name",
            "subnet_group_name",
            "tls_enabled",
        ])
        .takes(900, 1800),
    regional("aws_memorydb_parameter_group", "hashicorp/aws/latest/docs/resources/memorydb_parameter_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["description", "family", "name", "name_prefix"]),
    regional("aws_memorydb_snapshot", "hashicorp/aws/latest/docs/resources/memorydb_snapshot")
        .named(Uniqueness::InRegion, &["name"])
        .store(Recovery::Skip)
        .replaced_by(&["cluster_name", "kms_key_arn", "name", "name_prefix"])
        .takes(300, 1200),
    regional("aws_memorydb_subnet_group", "hashicorp/aws/latest/docs/resources/memorydb_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_memorydb_user", "hashicorp/aws/latest/docs/resources/memorydb_user")
        .named(Uniqueness::InRegion, &["user_name"])
        .replaced_by(&["user_name"]),
];
