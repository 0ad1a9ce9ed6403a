//! What happened in a run, as data: the one seam between what acts and what shows.
//!
//! Renderers are siblings: a live screen, plain lines, JSON. The first event lists all steps; an ended step stays ended, but
//! for those of earlier processes that are undone before the first step begins.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that happened, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When, by the run's clock.
    pub at: Timestamp,
    /// What.
    #[serde(rename = "event")]
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventKind {
    /// A run begins, or goes on: all steps that the plan has.
    Begun {
        /// The run.
        run: String,
        /// Ids of the steps, in the plan's order.
        steps: Vec<String>,
        /// Those that were done before.
        done: Vec<String>,
    },
    /// A step begins.
    StepBegun {
        /// The step.
        step: String,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// A step is under way.
    StepProgress {
        /// The step.
        step: String,
        /// The service's own word for it.
        status: String,
    },
    /// A call failed and is made again.
    StepRetried {
        /// The step.
        step: String,
        /// Why.
        cause: String,
        /// After how long, milliseconds.
        after_ms: u64,
    },
    /// A check goes for done, though nobody could be asked.
    StepUnproven {
        /// The step.
        step: String,
        /// Why.
        why: String,
    },
    /// A step is done.
    StepDone {
        /// The step.
        step: String,
        /// Whether it was done already when it was looked at.
        found: bool,
    },
    /// A step has failed: what needs it does not begin.
    StepFailed {
        /// The step.
        step: String,
        /// The cause, in one sentence.
        cause: String,
        /// What can be done about it.
        choices: Vec<String>,
    },
    /// What a step of an earlier process has left is gone since, or stands on what is: it is run again.
    StepUndone {
        /// The step.
        step: String,
        /// What was found.
        found: String,
    },
    /// What a step of an earlier process has left is otherwise by somebody else since: it is left so.
    StepDiffers {
        /// The step.
        step: String,
        /// What was found.
        found: String,
        /// What can be done about it.
        choices: Vec<String>,
    },
    /// A gate asks.
    GateAsked {
        /// The step.
        step: String,
        /// What is asked.
        ask: String,
    },
    /// A gate was answered.
    GateAnswered {
        /// The step.
        step: String,
        /// By whom.
        by: String,
        /// Whether to go on.
        go: bool,
    },
    /// The run ends.
    Ended {
        /// How.
        how: Ending,
        /// Steps done.
        done: u64,
        /// Steps failed.
        failed: u64,
        /// Steps not begun.
        left: u64,
    },
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every step is done.
    Done,
    /// It waits for a gate that was not passed.
    AtGate,
    /// A step failed.
    Failed,
    /// It was interrupted.
    Interrupted,
    /// Another process took the run over, or its journal cannot be written.
    Lost,
}

impl Ending {
    /// The word in the journal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::AtGate => "at_gate",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Lost => "lost",
        }
    }
}
