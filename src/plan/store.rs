//! Stores and their recovery points.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A store with what it can come back from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedStore {
    /// Address; of a volume of the manifests `PersistentVolumeClaim/NAMESPACE/NAME`.
    pub address: String,
    /// What people call it: identifier or bucket name.
    pub name: String,
    /// The rule by which the recovery point is chosen when the plan is applied.
    pub rule: Rule,
    /// Every candidate, best first.
    pub candidates: Vec<Candidate>,
    /// The candidate that the rule chooses now, by its id.
    pub chosen: Option<String>,
    /// Why that one, or why none.
    pub why: String,
}

impl PlannedStore {
    /// The same, with one more candidate, which is chosen.
    #[must_use]
    pub fn choosing(mut self, candidate: Candidate) -> Self {
        self.chosen = Some(candidate.id.clone());
        self.candidates.push(candidate);
        self
    }

    /// The candidate that is chosen.
    #[must_use]
    pub fn chosen(&self) -> Option<&Candidate> {
        let id = self.chosen.as_deref()?;
        self.candidates.iter().find(|candidate| candidate.id == id)
    }
}

/// A rule with bounds; part of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Kinds of recovery point, preferred first; among equals the newest usable.
    pub order: Vec<CandidateKind>,
    /// Oldest data that is good enough, seconds.
    pub max_age_seconds: Option<u64>,
    /// DB instance classes, in order; the first that can be ordered is taken.
    pub classes: Vec<String>,
}

/// Kinds of recovery point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CandidateKind {
    /// A replica that is promoted.
    ReadReplica,
    /// An automated backup replicated into the region: restored to a time.
    AutomatedBackup,
    /// A snapshot copied into the region.
    Snapshot,
    /// A recovery point of AWS Backup.
    BackupPoint,
    /// The primary's own backups, if it still answers.
    Primary,
    /// A bucket that this one was replicated to.
    ReplicaBucket,
    /// A replica of a secret.
    SecretReplica,
    /// A snapshot of a cache.
    CacheSnapshot,
    /// Content that is replicated into the region: images.
    Replicated,
    /// A replica: made again from its restored source.
    Source,
    /// Its data may go: it comes back empty, or not at all.
    Empty,
}

impl CandidateKind {
    /// The words on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadReplica => "read replica",
            Self::AutomatedBackup => "replicated automated backup",
            Self::Snapshot => "copied snapshot",
            Self::BackupPoint => "AWS Backup copy",
            Self::Primary => "the primary's own backup",
            Self::ReplicaBucket => "replicated bucket",
            Self::SecretReplica => "secret replica",
            Self::CacheSnapshot => "cache snapshot",
            Self::Replicated => "replicated content",
            Self::Source => "its source",
            Self::Empty => "empty",
        }
    }
}

/// Something that a store can come back from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Kind.
    pub kind: CandidateKind,
    /// ARN or identifier.
    pub id: String,
    /// Instant of the data in it.
    pub data_at: Option<Timestamp>,
    /// What is lost if it is taken at the plan's time, seconds; `None` where it cannot be told.
    pub loss_seconds: Option<u64>,
    /// How long it takes, median, seconds.
    pub restore_p50_seconds: Option<u64>,
    /// How long it takes, 90th percentile, seconds.
    pub restore_p90_seconds: Option<u64>,
    /// What rules it out.
    pub ruled_out: Option<String>,
}

impl Candidate {
    /// Of what has no age and takes no time of its own to bring back.
    #[must_use]
    pub fn untimed(kind: CandidateKind, id: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.into(),
            data_at: None,
            loss_seconds: None,
            restore_p50_seconds: None,
            restore_p90_seconds: None,
            ruled_out: None,
        }
    }
}
