//! What ran in the primary while it was healthy, as recorded by `drplan inventory REGION --primary`.
//! It owns values like the state does, and is never needed live.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::diagnostic::Gap;
use super::inventory::Record;

/// Version of the recording's format that this drplan writes and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// A recording of the healthy primary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Always `observation`: tells the file from an inventory.
    pub kind: ObservationKind,
    /// The primary region.
    pub region: String,
    /// The account that answered.
    pub account: Option<String>,
    /// When the recording was begun.
    pub taken_at: Timestamp,
    /// Calls that gave no answer.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Load balancers that Ingresses and Services stand behind.
    #[serde(default)]
    pub load_balancers: Option<Vec<LoadBalancer>>,
    /// Workloads with replicas and the images they run.
    #[serde(default)]
    pub workloads: Option<Vec<Workload>>,
    /// Secrets and ConfigMaps of the cluster, names and keys only.
    #[serde(default)]
    pub configs: Option<Vec<Config>>,
    /// Record sets that point into the primary.
    #[serde(default)]
    pub records: Option<Vec<ZoneRecord>>,
    /// Stores with size and restorable time.
    #[serde(default)]
    pub stores: Option<Vec<Store>>,
}

/// Tells an observation from other recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationKind {
    /// The only word.
    #[default]
    Observation,
}

/// The load balancer behind an Ingress or a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadBalancer {
    /// `Ingress` or `Service`.
    pub object_kind: String,
    /// Namespace of that object.
    pub namespace: String,
    /// Name of that object.
    pub name: String,
    /// Host name, `k8s-ecommerc-...us-east-2.elb.amazonaws.com`.
    pub hostname: String,
    /// ARN.
    #[serde(default)]
    pub arn: Option<String>,
    /// Canonical hosted zone.
    #[serde(default)]
    pub zone_id: Option<String>,
    /// Security groups that its controller made or that it uses.
    #[serde(default)]
    pub security_groups: Vec<String>,
}

/// A workload of the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// `Deployment`, `StatefulSet`, `DaemonSet`, `CronJob`.
    pub object_kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Replicas, as a person or an autoscaler last set them; of a DaemonSet its nodes; none of a CronJob.
    #[serde(default)]
    pub replicas: Option<u32>,
    /// Images, as the pods ran them.
    #[serde(default)]
    pub images: Vec<RunningImage>,
}

/// An image that a container ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunningImage {
    /// Container.
    pub container: String,
    /// As the pod names it.
    pub image: String,
    /// `sha256:...` that the node pulled.
    #[serde(default)]
    pub digest: Option<String>,
}

/// A Secret or ConfigMap of the cluster. Never a value of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `Secret` or `ConfigMap`.
    pub object_kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Type of a Secret.
    #[serde(default, rename = "type")]
    pub secret_type: Option<String>,
    /// Its keys.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A record set with its zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneRecord {
    /// Zone it is in.
    pub zone_id: String,
    /// The record set.
    pub record: Record,
}

/// A store of the primary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// ARN or identifier, as the state has it in `arn` or `id`.
    pub id: String,
    /// Bytes in it.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// Newest instant that its own backups could restore to.
    #[serde(default)]
    pub restorable_to: Option<Timestamp>,
}
