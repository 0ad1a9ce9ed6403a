//! Charts that keep data unless their values say otherwise, as the `values.yaml` of each has it.
//!
//! <https://github.com/bitnami/charts/tree/main/bitnami>, else the page beside the chart.

use serde_json::Value;

use super::values::{at, is_off_at, is_on};

/// A chart that keeps data.
#[derive(Debug)]
pub(super) struct Chart {
    pub(super) name: &'static str,
    /// It keeps none where all of these are off.
    switches: &'static [&'static str],
    /// It keeps some only where one of these is on; empty where it always does.
    needs: &'static [&'static str],
}

const PERSISTENCE: &[&str] = &["persistence.enabled"];
const PRIMARY: &[&str] = &["primary.persistence.enabled"];
const MASTER_AND_DATA: &[&str] = &["master.persistence.enabled", "data.persistence.enabled"];
const SERVER: &[&str] = &["server.persistentVolume.enabled"];

const fn chart(name: &'static str, switches: &'static [&'static str]) -> Chart {
    Chart { name, switches, needs: &[] }
}

/// Sorted by name. Those of Prometheus by the operator (kube-prometheus-stack), Grafana and others without a volume of
/// their own accord are not here: their values tell.
const CHARTS: &[Chart] = &[
    // https://github.com/jfrog/charts/tree/master/stable/artifactory
    chart("artifactory", &["artifactory.persistence.enabled"]),
    chart("cassandra", PERSISTENCE),
    chart("clickhouse", PERSISTENCE),
    // https://github.com/cockroachdb/helm-charts/tree/master/cockroachdb
    chart("cockroachdb", &["storage.persistentVolume.enabled"]),
    // https://developer.hashicorp.com/consul/docs/reference/k8s/helm
    chart("consul", &["server.enabled"]),
    chart("elasticsearch", MASTER_AND_DATA),
    chart("etcd", PERSISTENCE),
    // https://gitea.com/gitea/helm-gitea
    chart("gitea", PERSISTENCE),
    // https://docs.gitlab.com/charts/advanced/external-gitaly/
    chart("gitlab", &["gitlab.gitaly.persistence.enabled"]),
    // https://github.com/goharbor/harbor-helm
    chart("harbor", PERSISTENCE),
    chart("influxdb", PERSISTENCE),
    // https://github.com/influxdata/helm-charts/tree/master/charts/influxdb2
    chart("influxdb2", PERSISTENCE),
    // https://github.com/jenkinsci/helm-charts/tree/main/charts/jenkins
    chart("jenkins", PERSISTENCE),
    chart("kafka", &["controller.persistence.enabled", "broker.persistence.enabled"]),
    // https://grafana.com/docs/loki/latest/setup/install/helm/reference/
    chart(
        "loki",
        &["singleBinary.persistence.enabled", "write.persistence.enabled", "ingester.persistence.enabled"],
    ),
    chart("mariadb", PRIMARY),
    chart("mariadb-galera", PERSISTENCE),
    chart("milvus", PERSISTENCE),
    chart("minio", PERSISTENCE),
    chart("mongodb", PERSISTENCE),
    chart("mongodb-sharded", &["shardsvr.persistence.enabled", "configsvr.persistence.enabled"]),
    chart("mysql", PRIMARY),
    // Without JetStream a message that nobody takes is gone anyhow.
    // https://github.com/nats-io/k8s/tree/main/helm/charts/nats
    Chart {
        name: "nats",
        switches: &["config.jetstream.fileStore.pvc.enabled"],
        needs: &["config.jetstream.enabled", "nats.jetstream.enabled"],
    },
    // https://neo4j.com/docs/operations-manual/current/kubernetes/configuration/
    chart("neo4j", &[]),
    // https://github.com/sonatype/helm3-charts/tree/main/charts/nexus-repository-manager
    chart("nexus-repository-manager", PERSISTENCE),
    // https://github.com/opensearch-project/helm-charts/tree/main/charts/opensearch
    chart("opensearch", MASTER_AND_DATA),
    chart("postgresql", PRIMARY),
    chart("postgresql-ha", PERSISTENCE),
    // https://github.com/prometheus-community/helm-charts/tree/main/charts/prometheus
    chart("prometheus", SERVER),
    // https://github.com/qdrant/qdrant-helm
    chart("qdrant", &[]),
    chart("rabbitmq", PERSISTENCE),
    chart("redis", &["master.persistence.enabled"]),
    chart("redis-cluster", PERSISTENCE),
    // https://github.com/DandyDeveloper/charts/tree/master/charts/redis-ha
    chart("redis-ha", &["persistentVolume.enabled"]),
    chart("scylladb", PERSISTENCE),
    chart("solr", PERSISTENCE),
    chart("valkey", PRIMARY),
    chart("valkey-cluster", PERSISTENCE),
    // https://developer.hashicorp.com/vault/docs/deploy/kubernetes/helm/configuration
    chart("vault", &["server.dataStorage.enabled"]),
    // https://github.com/VictoriaMetrics/helm-charts
    chart("victoria-metrics-cluster", &["vmstorage.persistentVolume.enabled"]),
    chart("victoria-metrics-single", SERVER),
    // https://github.com/weaviate/weaviate-helm
    chart("weaviate", &[]),
    chart("wordpress", PERSISTENCE),
    chart("zookeeper", PERSISTENCE),
];

/// Databases that other charts bring under their own names, where `enabled` is on.
const INSIDE: [&str; 6] = ["mariadb", "minio", "mongodb", "mysql", "postgresql", "postgresql-ha"];

/// The chart behind a name, a path or a URL: `oci://registry-1.docker.io/bitnamicharts/redis`, `./charts/redis-20.1.0.tgz`.
pub(super) fn lookup(chart: &str) -> Option<&'static Chart> {
    let name = chart.trim_end_matches('/').rsplit('/').next()?;
    let named = |name: &str| CHARTS.iter().find(|known| known.name == name);
    named(name).or_else(|| named(without_version(name.strip_suffix(".tgz")?)))
}

/// A packed chart has its version behind its name.
/// <https://helm.sh/docs/helm/helm_package/>
fn without_version(name: &str) -> &str {
    name.match_indices('-')
        .find(|(at, _)| name[at + 1..].trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()))
        .map_or(name, |(at, _)| &name[..at])
}

/// A database that the values of a chart switch on.
pub(super) fn inside(values: &Value) -> Option<&'static Chart> {
    INSIDE.iter().find_map(|name| {
        let of_chart = values.get(name).filter(|of_chart| is_on(of_chart.get("enabled")))?;
        lookup(name).filter(|chart| chart.keeps(of_chart))
    })
}

impl Chart {
    /// Whether it keeps data under these values.
    pub(super) fn keeps(&self, values: &Value) -> bool {
        let wanted = self.needs.is_empty() || self.needs.iter().any(|path| is_on(at(values, path)));
        let off = |path: &&str| is_off_at(values, path);
        // Older versions, and charts of the same name by others, have the one switch for all.
        let all_off =
            off(&"persistence.enabled") || !self.switches.is_empty() && self.switches.iter().all(off);
        wanted && !all_off
    }
}

#[cfg(test)]
mod tests {
    use super::{CHARTS, INSIDE, lookup};

    #[test]
    fn charts_are_found_by_name_path_and_url() {
        for chart in
            ["redis", "bitnami/redis", "oci://registry-1.docker.io/bitnamicharts/redis", "./redis-20.1.0.tgz"]
        {
            assert_eq!(lookup(chart).map(|chart| chart.name), Some("redis"), "{chart}");
        }
        assert_eq!(lookup("postgresql-ha-14.0.0.tgz").map(|chart| chart.name), Some("postgresql-ha"));
        assert!(lookup("redis-operator").is_none() && lookup("").is_none());
        assert!(CHARTS.is_sorted_by_key(|chart| chart.name));
        assert!(INSIDE.iter().all(|name| lookup(name).is_some()));
    }
}
