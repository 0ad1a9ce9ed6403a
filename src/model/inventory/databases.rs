//! Databases of RDS and what they can come back from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An automated backup of an RDS instance or cluster that is kept in the region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomatedBackup {
    /// ARN of the backup, what a restore names.
    pub arn: String,
    /// Identifier of the instance it is of.
    pub source: String,
    /// ARN of that instance.
    pub source_arn: String,
    /// `active`, `retained`, `creating`.
    pub status: String,
    /// Start of the restore window.
    #[serde(default)]
    pub earliest: Option<Timestamp>,
    /// End of the restore window: the figure the loss is measured from.
    #[serde(default)]
    pub latest: Option<Timestamp>,
    /// Key it is encrypted with in this region.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Allocated storage, GiB.
    pub storage_gib: u64,
}

/// An RDS snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbSnapshot {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Identifier of the instance or cluster it is of.
    pub source: String,
    /// Whether it is of a cluster.
    #[serde(default)]
    pub of_cluster: bool,
    /// ARN of the snapshot it was copied from, in another region.
    #[serde(default)]
    pub copied_from: Option<String>,
    /// `available`, `creating`, `failed`.
    pub status: String,
    /// Instant of the data in it; a copy keeps its original's.
    pub data_at: Timestamp,
    /// Key it is encrypted with.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Allocated storage, GiB.
    pub storage_gib: u64,
}

/// An RDS instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbInstance {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `available`, ...
    pub status: String,
    /// `db.t3.medium`.
    pub class: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// ARN or identifier of what it replicates; `None` where it is no replica.
    #[serde(default)]
    pub replica_of: Option<String>,
    /// Replication lag, seconds; -1 where it does not replicate.
    #[serde(default)]
    pub lag_seconds: Option<i64>,
    /// Host.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Port.
    #[serde(default)]
    pub port: Option<u16>,
    /// Key.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: std::collections::BTreeMap<String, String>,
}

/// An RDS cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbCluster {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Status.
    pub status: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    #[serde(default)]
    pub engine_version: Option<String>,
    /// Key; `None` where it is not encrypted, or was not recorded.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// What it replicates.
    #[serde(default)]
    pub replica_of: Option<String>,
    /// The global cluster it belongs to.
    #[serde(default)]
    pub global_cluster: Option<String>,
    /// Writer host.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Reader host.
    #[serde(default)]
    pub reader_endpoint: Option<String>,
}

/// A DB instance class that can be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderableClass {
    /// Class.
    pub class: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Zones that offer it.
    #[serde(default)]
    pub zones: Vec<String>,
}
