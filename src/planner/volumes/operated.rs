//! Kinds from which a controller of the cluster makes a store: a database with volumes of its own, or one of AWS. Applied
//! in the recovery region each makes an empty one.

use serde_json::Value;

/// By operators, with volumes: group and kind.
const WITH_VOLUMES: [(&str, &str); 34] = [
    ("acid.zalan.do", "postgresql"),
    ("app.redislabs.com", "RedisEnterpriseCluster"),
    ("cassandra.datastax.com", "CassandraDatacenter"),
    ("clickhouse.altinity.com", "ClickHouseInstallation"),
    ("clickhouse-keeper.altinity.com", "ClickHouseKeeperInstallation"),
    ("couchbase.com", "CouchbaseCluster"),
    ("crdb.cockroachlabs.com", "CrdbCluster"),
    ("databases.spotahome.com", "RedisFailover"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
    ("k8s.mariadb.com", "MariaDB"),
    ("k8ssandra.io", "K8ssandraCluster"),
    ("minio.min.io", "Tenant"),
    ("moco.cybozu.com", "MySQLCluster"),
    ("mongodb.com", "MongoDB"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
    ("mysql.oracle.com", "InnoDBCluster"),
    ("opensearch.opster.io", "OpenSearchCluster"),
    ("pgv2.percona.com", "PerconaPGCluster"),
    ("planetscale.com", "VitessCluster"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"),
    ("postgresql.cnpg.io", "Cluster"),
    ("ps.percona.com", "PerconaServerMySQL"),
    ("psmdb.percona.com", "PerconaServerMongoDB"),
    ("pulsar.streamnative.io", "BookKeeperCluster"),
    ("pxc.percona.com", "PerconaXtraDBCluster"),
    ("rabbitmq.com", "RabbitmqCluster"),
    ("redis.redis.opstreelabs.in", "Redis"),
    ("redis.redis.opstreelabs.in", "RedisCluster"),
    ("redis.redis.opstreelabs.in", "RedisReplication"),
    ("redpanda.vectorized.io", "Cluster"),
    ("scylla.scylladb.com", "ScyllaCluster"),
    ("solr.apache.org", "SolrCloud"),
    ("stackgres.io", "SGCluster"),
    ("zookeeper.pravega.io", "ZookeeperCluster"),
];

/// Groups of controllers that make what AWS has, behind the service's own name: ACK, and the providers of Crossplane
/// (`.m.` where its objects have a namespace).
/// <https://aws-controllers-k8s.github.io/community/reference/>
/// <https://docs.upbound.io/providers/provider-aws/>
const OF_AWS: [&str; 4] = [".services.k8s.aws", ".aws.upbound.io", ".aws.m.upbound.io", ".aws.crossplane.io"];

/// Stores of AWS: service and kind, as any of these controllers calls them.
const STORES: [(&str, &[&str]); 27] = [
    ("cache", &["CacheCluster", "ReplicationGroup"]),
    ("database", &["RDSInstance"]),
    ("docdb", &["Cluster", "DBCluster"]),
    ("documentdb", &["DBCluster"]),
    ("dsql", &["Cluster"]),
    ("dynamodb", &["Table"]),
    ("ec2", &["EBSVolume", "Volume"]),
    ("efs", &["FileSystem"]),
    (
        "elasticache",
        &["CacheCluster", "Cluster", "ReplicationGroup", "ServerlessCache", "ServerlessCacheCluster"],
    ),
    ("elasticsearch", &["Domain"]),
    ("fsx", &["LustreFileSystem", "OntapFileSystem", "OpenzfsFileSystem", "WindowsFileSystem"]),
    ("kafka", &["Cluster", "ServerlessCluster"]),
    ("keyspaces", &["Table"]),
    ("kinesis", &["Stream"]),
    ("memorydb", &["Cluster"]),
    ("mq", &["Broker"]),
    ("neptune", &["Cluster", "DBCluster"]),
    ("opensearch", &["Domain"]),
    ("opensearchserverless", &["Collection"]),
    ("opensearchservice", &["Domain"]),
    ("rds", &["Cluster", "DBCluster", "DBInstance", "Instance", "RDSInstance"]),
    ("redshift", &["Cluster"]),
    ("redshiftserverless", &["Namespace"]),
    ("s3", &["Bucket"]),
    ("s3tables", &["TableBucket"]),
    ("sqs", &["Queue"]),
    ("timestreamwrite", &["Table"]),
];

/// <https://strimzi.io>
const STRIMZI: &str = "kafka.strimzi.io";

/// Every kind of this group is a database, those of its subgroups are not.
/// <https://kubedb.com/docs/latest/guides/>
const KUBEDB: &str = "kubedb.com";

/// Where an object of ACK lies, if not where its controller does.
/// <https://aws-controllers-k8s.github.io/community/docs/user-docs/multi-region-resource-management/>
const REGION_OF_ACK: &str = "/metadata/annotations/services.k8s.aws~1region";

/// Whether a controller makes a store of an object, which goes with the lost region. `root`: the whole object.
pub(super) fn makes_store(
    group: &str,
    kind: &str,
    root: impl FnOnce() -> Value,
    primary: Option<&str>,
) -> bool {
    if group == KUBEDB {
        return text(&root(), "/spec/storageType") != Some("Ephemeral");
    }
    if group == STRIMZI {
        return keeps_topics(kind, &root());
    }
    if WITH_VOLUMES.contains(&(group, kind)) {
        return true;
    }
    let service = OF_AWS.iter().find_map(|suffix| group.strip_suffix(suffix));
    let stores = service.and_then(|service| STORES.iter().find(|(known, _)| *known == service));
    if !stores.is_some_and(|(_, kinds)| kinds.contains(&kind)) {
        return false;
    }
    let root = root();
    !is_elsewhere(&root, primary) && !only_looks(&root)
}

/// Whether an object of Strimzi has volumes that outlive their pods. With pools of nodes the storage is theirs, and what
/// the Kafka says of it is passed over. <https://strimzi.io/docs/operators/latest/configuring.html>
fn keeps_topics(kind: &str, root: &Value) -> bool {
    let keeps = |pointer: &str| root.pointer(pointer).is_some_and(outlives_its_pod);
    let has_pools = text(root, "/metadata/annotations/strimzi.io~1node-pools") == Some("enabled");
    match kind {
        "Kafka" => keeps("/spec/zookeeper/storage") || keeps("/spec/kafka/storage") && !has_pools,
        "KafkaNodePool" => keeps("/spec/storage"),
        _ => false,
    }
}

fn outlives_its_pod(storage: &Value) -> bool {
    match text(storage, "/type") {
        Some("ephemeral") => false,
        Some("jbod") => storage
            .get("volumes")
            .and_then(Value::as_array)
            .is_none_or(|all| all.iter().any(outlives_its_pod)),
        _ => true,
    }
}

fn text<'v>(root: &'v Value, pointer: &str) -> Option<&'v str> {
    root.pointer(pointer)?.as_str()
}

fn is_elsewhere(root: &Value, primary: Option<&str>) -> bool {
    let region = text(root, REGION_OF_ACK).or_else(|| text(root, "/spec/forProvider/region"));
    region.is_some_and(|region| primary.is_some_and(|primary| primary != region))
}

/// It makes nothing, and only tells of what is there.
/// <https://docs.crossplane.io/latest/managed-resources/managed-resources/#managementpolicies>
fn only_looks(root: &Value) -> bool {
    let policies = root.pointer("/spec/managementPolicies").and_then(Value::as_array);
    policies.is_some_and(|policies| matches!(&policies[..], [only] if only == "Observe"))
}
