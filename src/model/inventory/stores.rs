//! Other stores, and the keys that open them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Key id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`.
    pub state: String,
    /// Aliases, with `alias/` before them.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// For a multi-region key: the ARN of its primary.
    #[serde(default)]
    pub primary_arn: Option<String>,
    /// Whether the caller may use it to create grants and decrypt; `None` where that was not proven.
    #[serde(default)]
    pub usable: Option<bool>,
}

/// A secret of Secrets Manager. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Name.
    pub name: String,
    /// ARN in this region.
    pub arn: String,
    /// Region of the primary secret where this is a replica.
    #[serde(default)]
    pub primary_region: Option<String>,
    /// Scheduled for deletion at this instant.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Key it is encrypted with.
    #[serde(default)]
    pub kms_key: Option<String>,
}

/// An image in ECR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Repository.
    pub repository: String,
    /// `sha256:...`.
    pub digest: String,
    /// Tags that point at it now.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Image {
    /// Whether a reference means it: `@sha256:...`, `:tag`, or nothing, which is `latest` to whoever pulls it.
    #[must_use]
    pub fn is(&self, reference: &str) -> bool {
        match reference.strip_prefix('@') {
            Some(digest) => self.digest == digest,
            None => {
                let tag = reference.strip_prefix(':').unwrap_or("latest");
                self.tags.iter().any(|known| known == tag)
            }
        }
    }
}

/// A bucket of the account, in any region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// Region.
    pub region: String,
    /// Whether versioning is on; `None` where it could not be read.
    #[serde(default)]
    pub versioned: Option<bool>,
    /// Buckets that this one replicates to; `None` where it could not be read.
    #[serde(default)]
    pub replicates_to: Option<Vec<String>>,
}

/// An ElastiCache replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicationGroup {
    /// Identifier.
    pub id: String,
    /// Status.
    pub status: String,
    /// Global datastore it belongs to.
    #[serde(default)]
    pub global: Option<String>,
    /// Primary endpoint.
    #[serde(default)]
    pub endpoint: Option<String>,
}

/// An ElastiCache snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheSnapshot {
    /// Name.
    pub name: String,
    /// Replication group or cluster it is of.
    pub source: String,
    /// `available`, ...
    pub status: String,
    /// Instant of the data in it.
    pub data_at: Timestamp,
}

/// A recovery point of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupPoint {
    /// ARN.
    pub arn: String,
    /// Vault.
    pub vault: String,
    /// ARN of the resource it is of.
    pub resource_arn: String,
    /// `COMPLETED`, ...
    pub status: String,
    /// Instant of the data in it.
    pub data_at: Timestamp,
    /// Key.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Size, bytes.
    #[serde(default)]
    pub bytes: Option<u64>,
}
