//! What a rehearsal showed: the fault matrix and the times.

use serde::{Deserialize, Serialize};

/// How a plan came through its faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// `digest` of the plan.
    pub plan: String,
    /// Seed of the simulated region.
    pub seed: u64,
    /// Each step with each fault; of a single drill, the faults that were asked for.
    pub rows: Vec<Row>,
    /// How long the plan takes in this rehearsal, without faults.
    pub makespan_seconds: u64,
    /// The longest way through its needs, with the same durations.
    pub critical_path_seconds: u64,
    /// No schedule is faster: the longest way, or the work of the busiest pool over its places.
    pub lower_bound_seconds: u64,
}

/// One step with one fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The step.
    pub step: String,
    /// The fault.
    pub fault: String,
    /// What became of the run.
    pub outcome: Outcome,
    /// How, in one sentence.
    pub then: String,
}

/// What became of a run with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It reached its end by itself.
    Survived,
    /// It stopped, and applying the plan again, or one new plan, reached the end.
    Resumed,
    /// It needs work by hand.
    Stranded,
}

impl Outcome {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Survived => "survived",
            Self::Resumed => "resumed",
            Self::Stranded => "stranded",
        }
    }
}
