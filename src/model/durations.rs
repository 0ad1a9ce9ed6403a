//! How long the steps of live runs took, as `drplan show RUN --format estimates` writes it for later plans.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Version of the format that this drplan writes and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// Durations of live runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Durations {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Always `durations`.
    pub kind: DurationsKind,
    /// Each run; those of several files can be put into one list.
    pub runs: Vec<LiveRun>,
}

/// What tells the file from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DurationsKind {
    /// Durations of live runs.
    Durations,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveRun {
    /// Its name.
    pub run: String,
    /// Name of the stack.
    pub stack: String,
    /// Region that was recovered in.
    pub region: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// Steps that it did at the first attempt.
    pub steps: Vec<StepDuration>,
}

/// How long a step took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDuration {
    /// The step's id, the same for the same subject in every plan.
    pub step: String,
    /// From its intent to its end.
    pub seconds: u64,
}

/// The file as a plan is made with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDurations {
    /// How its path is shown.
    pub origin: String,
    /// `sha256:` and hex over its bytes.
    pub digest: String,
    /// What it says.
    pub durations: Durations,
}
