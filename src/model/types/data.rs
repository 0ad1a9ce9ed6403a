//! Key-value and document stores, graphs, search, time series.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Arn, Endpoint, Id, Name, Port, Url};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_docdb_cluster", "hashicorp/aws/latest/docs/resources/docdb_cluster")
        .named(Uniqueness::InRegion, &["cluster_identifier"])
        .owns(&[
            own("cluster_identifier", Name),
            own("endpoint", Endpoint),
            own("reader_endpoint", Endpoint),
            own("port", Port),
            own("hosted_zone_id", Id),
            own("cluster_resource_id", Id),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "availability_zones",
            "cluster_identifier",
            "cluster_identifier_prefix",
            "db_subnet_group_name",
            "engine",
            "kms_key_id",
            "master_username",
            "port",
            "restore_to_point_in_time",
            "snapshot_identifier",
            "storage_encrypted",
        ])
        .takes(120, 900),
    // Holds nothing itself: the data is in the volume of its cluster.
    regional("aws_docdb_cluster_instance", "hashicorp/aws/latest/docs/resources/docdb_cluster_instance")
        .named(Uniqueness::InRegion, &["identifier"])
        .owns(&[
            own("identifier", Name),
            own("endpoint", Endpoint),
            own("port", Port),
            own("dbi_resource_id", Id),
        ])
        .replaced_by(&[
            "availability_zone",
            "cluster_identifier",
            "engine",
            "identifier",
            "identifier_prefix",
        ])
        .takes(420, 900),
    regional(
        "aws_docdb_cluster_parameter_group",
        "hashicorp/aws/latest/docs/resources/docdb_cluster_parameter_group",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("name", Name)])
    .replaced_by(&["description", "family", "name", "name_prefix"]),
    global("aws_docdb_global_cluster", "hashicorp/aws/latest/docs/resources/docdb_global_cluster")
        .named(Uniqueness::InAccount, &["global_cluster_identifier"])
        .owns(&[own("global_cluster_resource_id", Id)])
        .store(Recovery::Share)
        .replaced_by(&[
            "database_name",
            "engine",
            "global_cluster_identifier",
            "source_db_cluster_identifier",
            "storage_encrypted",
        ]),
    regional("aws_docdb_subnet_group", "hashicorp/aws/latest/docs/resources/docdb_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"]),
    regional(
        "aws_dynamodb_contributor_insights",
        "hashicorp/aws/latest/docs/resources/dynamodb_contributor_insights",
    )
    .id_is(Name)
    .replaced_by(&["index_name", "table_name"]),
    global("aws_dynamodb_global_table", "hashicorp/aws/latest/docs/resources/dynamodb_global_table")
        .named(Uniqueness::InAccount, &["name"])
        .store(Recovery::Share)
        .replaced_by(&["name"])
        .takes(60, 300),
    regional(
        "aws_dynamodb_kinesis_streaming_destination",
        "hashicorp/aws/latest/docs/resources/dynamodb_kinesis_streaming_destination",
    )
    .id_is(Name)
    .import("{table_name},{stream_arn}")
    .replaced_by(&["approximate_creation_date_time_precision", "stream_arn", "table_name"])
    .takes(30, 60),
    regional("aws_dynamodb_table", "hashicorp/aws/latest/docs/resources/dynamodb_table")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name), own("stream_arn", Arn), own("stream_label", Name)])
        .store(Recovery::Store)
        .replaced_by(&[
            "name",
            "hash_key",
            "range_key",
            "local_secondary_index",
            "import_table",
            "restore_source_name",
            "restore_source_table_arn",
            "restore_to_latest_time",
            "restore_date_time",
        ])
        .takes(15, 60),
    regional("aws_dynamodb_table_item", "hashicorp/aws/latest/docs/resources/dynamodb_table_item")
        .id_is(Name)
        .not_importable()
        .replaced_by(&["hash_key", "range_key", "table_name"]),
    regional("aws_dynamodb_table_replica", "hashicorp/aws/latest/docs/resources/dynamodb_table_replica")
        .id_is(Name)
        .store(Recovery::Store)
        .import("{global_table_arn}")
        .replaced_by(&["global_table_arn", "kms_key_arn", "table_class_override"])
        .takes(300, 1200),
    regional("aws_elasticsearch_domain", "hashicorp/aws/latest/docs/resources/elasticsearch_domain")
        .unique(Uniqueness::InRegion, &["domain_name"])
        .id_is(Arn)
        .owns(&[
            own("domain_name", Name),
            own("endpoint", Endpoint),
            own("kibana_endpoint", Endpoint),
            own("domain_id", Name),
        ])
        .store(Recovery::Store)
        .import("{domain_name}")
        .replaced_by(&[
            "advanced_security_options",
            "domain_name",
            "encrypt_at_rest",
            "node_to_node_encryption",
            "vpc_options",
        ])
        .takes(1200, 2400),
    regional(
        "aws_elasticsearch_domain_policy",
        "hashicorp/aws/latest/docs/resources/elasticsearch_domain_policy",
    )
    .id_is(Name)
    .not_importable()
    .replaced_by(&["domain_name"]),
    regional("aws_keyspaces_keyspace", "hashicorp/aws/latest/docs/resources/keyspaces_keyspace")
        .named(Uniqueness::InRegion, &["name"])
        .store(Recovery::Store)
        .replaced_by(&["name", "replication_specification"]),
    regional("aws_keyspaces_table", "hashicorp/aws/latest/docs/resources/keyspaces_table")
        .named(Uniqueness::InParent, &["table_name"])
        .store(Recovery::Store)
        .import("{keyspace_name}/{table_name}")
        .replaced_by(&[
            "comment",
            "keyspace_name",
            "schema_definition.*.clustering_key",
            "schema_definition.*.partition_key.*.name",
            "schema_definition.*.static_column",
            "table_name",
        ])
        .takes(30, 90),
    regional("aws_neptune_cluster", "hashicorp/aws/latest/docs/resources/neptune_cluster")
        .named(Uniqueness::InRegion, &["cluster_identifier"])
        .owns(&[
            own("cluster_identifier", Name),
            own("endpoint", Endpoint),
            own("reader_endpoint", Endpoint),
            own("port", Port),
            own("hosted_zone_id", Id),
            own("cluster_resource_id", Id),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "availability_zones",
            "cluster_identifier",
            "cluster_identifier_prefix",
            "engine",
            "kms_key_arn",
            "neptune_subnet_group_name",
            "port",
            "snapshot_identifier",
            "storage_encrypted",
        ])
        .takes(120, 900),
    regional("aws_neptune_cluster_instance", "hashicorp/aws/latest/docs/resources/neptune_cluster_instance")
        .named(Uniqueness::InRegion, &["identifier"])
        .owns(&[
            own("identifier", Name),
            own("address", Endpoint),
            own("endpoint", Endpoint),
            own("port", Port),
            own("dbi_resource_id", Id),
        ])
        .replaced_by(&[
            "availability_zone",
            "cluster_identifier",
            "engine",
            "identifier",
            "identifier_prefix",
            "neptune_subnet_group_name",
            "port",
            "publicly_accessible",
        ])
        .takes(420, 900),
    regional(
        "aws_neptune_cluster_parameter_group",
        "hashicorp/aws/latest/docs/resources/neptune_cluster_parameter_group",
    )
    .named(Uniqueness::InRegion, &["name"])
    .owns(&[own("name", Name)])
    .replaced_by(&["description", "family", "name", "name_prefix"]),
    regional("aws_neptune_parameter_group", "hashicorp/aws/latest/docs/resources/neptune_parameter_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["description", "family", "name", "name_prefix"]),
    regional("aws_neptune_subnet_group", "hashicorp/aws/latest/docs/resources/neptune_subnet_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_opensearch_domain", "hashicorp/aws/latest/docs/resources/opensearch_domain")
        .unique(Uniqueness::InRegion, &["domain_name"])
        .id_is(Arn)
        .owns(&[
            own("domain_name", Name),
            own("endpoint", Endpoint),
            own("endpoint_v2", Endpoint),
            own("dashboard_endpoint", Endpoint),
            own("dashboard_endpoint_v2", Endpoint),
            own("kibana_endpoint", Endpoint),
            own("domain_id", Name),
        ])
        .store(Recovery::Store)
        .import("{domain_name}")
        .replaced_by(&[
            "advanced_security_options.*.enabled",
            "domain_name",
            "encrypt_at_rest",
            "node_to_node_encryption",
            "vpc_options",
        ])
        .takes(1200, 2400),
    regional("aws_opensearch_domain_policy", "hashicorp/aws/latest/docs/resources/opensearch_domain_policy")
        .id_is(Name)
        .not_importable(),
    regional(
        "aws_opensearchserverless_access_policy",
        "hashicorp/aws/latest/docs/resources/opensearchserverless_access_policy",
    )
    .named(Uniqueness::InRegion, &["name"])
    .import("{name}/{type}")
    .replaced_by(&["name", "type"]),
    regional(
        "aws_opensearchserverless_collection",
        "hashicorp/aws/latest/docs/resources/opensearchserverless_collection",
    )
    .unique(Uniqueness::InRegion, &["name"])
    .owns(&[own("collection_endpoint", Url), own("dashboard_endpoint", Url)])
    .store(Recovery::Store)
    .replaced_by(&["name", "standby_replicas", "type"])
    .takes(300, 600),
    regional(
        "aws_opensearchserverless_security_policy",
        "hashicorp/aws/latest/docs/resources/opensearchserverless_security_policy",
    )
    .named(Uniqueness::InRegion, &["name"])
    .import("{name}/{type}")
    .replaced_by(&["name", "type"]),
    regional("aws_timestreamwrite_database", "hashicorp/aws/latest/docs/resources/timestreamwrite_database")
        .named(Uniqueness::InRegion, &["database_name"])
        .store(Recovery::Store)
        .replaced_by(&["database_name"]),
    regional("aws_timestreamwrite_table", "hashicorp/aws/latest/docs/resources/timestreamwrite_table")
        .named(Uniqueness::InParent, &["table_name"])
        .store(Recovery::Store)
        .import("{table_name}:{database_name}")
        .replaced_by(&["database_name", "schema", "table_name"]),
];
