//! How long a recovery takes and how much it loses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The forecast of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// Time until the whole stack answers.
    pub rto: Rto,
    /// The same per component.
    pub components: Vec<Component>,
    /// Loss per store; also of those that do not come back, which have no figures.
    pub rpo: Vec<Rpo>,
    /// Samples that the percentiles are from.
    pub samples: u64,
    /// The one step that is best made ready beforehand, and what that saves.
    pub best_prepared: Option<Prepared>,
    /// Start of each phase and its end, median.
    pub phases: Vec<PhaseSpan>,
    /// The same without the control plane of us-east-1.
    #[serde(default)]
    pub without_us_east_1: Stranded,
}

/// The recovery while a control plane does not answer: what waits, and what is reached all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stranded {
    /// Steps that write through it themselves, in the order of the plan: the recovery stops at each.
    pub first: Vec<String>,
    /// All that wait, those that need the first among them; 0 where the recovery completes without it.
    pub all: u64,
    /// Time until all that does not wait is done. Where something waits, an objective is missed.
    pub rto: Rto,
    /// The same per component.
    pub components: Vec<Reached>,
    /// What would have to be there beforehand, so that no step waits.
    pub beforehand: Vec<Beforehand>,
}

/// Whether and when a component is reached without a control plane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// Its name.
    pub component: String,
    /// Median; `None` where some of it waits.
    pub p50_seconds: Option<u64>,
    /// 90th percentile; `None` where some of it waits.
    pub p90_seconds: Option<u64>,
    /// Steps that it waits for, of those that the recovery stops at.
    pub waits_for: Vec<String>,
}

/// What would have to be there beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Beforehand {
    /// What, in words.
    pub what: String,
    /// Steps that would then not wait.
    pub steps: Vec<String>,
}

/// A verdict against an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Ok,
    /// It does not.
    Missed,
    /// It cannot be told: no objective, or a default where a figure is needed.
    #[default]
    Unknown,
    /// It does not come back, or comes back empty, and drplan.hcl says that it may.
    Accepted,
}

impl Verdict {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missed => "missed",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
        }
    }
}

/// Why a time says less than it seems to. While there is one, no verdict is given on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Doubt {
    /// It cannot come back yet: no figure has its time.
    Blocked {
        /// The resource.
        address: String,
    },
    /// Its restore is counted, and nobody knows what it is restored from.
    Unchosen {
        /// The store.
        address: String,
    },
    /// More than a tenth of the longest way is drplan's default for this one step: nobody measured it.
    Unmeasured {
        /// The step.
        step: String,
    },
}

/// Recovery time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rto {
    /// Median.
    pub p50_seconds: u64,
    /// 90th percentile.
    pub p90_seconds: u64,
    /// Objective.
    pub objective_seconds: Option<u64>,
    /// On the 90th percentile; unknown while there are doubts.
    pub verdict: Verdict,
    /// What is not in the figures, or only guessed.
    pub doubts: Vec<Doubt>,
    /// Ids of the steps of the longest way, in order.
    pub critical_path: Vec<String>,
}

/// Recovery time of a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Its name.
    pub component: String,
    /// Median; `None` where all of it is blocked or given up.
    pub p50_seconds: Option<u64>,
    /// 90th percentile; `None` where all of it is blocked or given up.
    pub p90_seconds: Option<u64>,
    /// Objective.
    pub objective_seconds: Option<u64>,
    /// On the 90th percentile; unknown while there are doubts.
    pub verdict: Verdict,
    /// What is not in the figures, or only guessed.
    pub doubts: Vec<Doubt>,
    /// Its stores that come back empty or not at all, as drplan.hcl says that they may.
    pub given_up: Vec<String>,
}

/// Loss of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rpo {
    /// Address.
    pub store: String,
    /// What would be lost now; `None` where it cannot be told.
    pub now_seconds: Option<u64>,
    /// What is lost at worst over the schedule: interval plus copy time.
    pub worst_seconds: Option<u64>,
    /// Objective.
    pub objective_seconds: Option<u64>,
    /// On the worst.
    pub verdict: Verdict,
    /// What the figures rest on.
    pub why: String,
}

/// The step that is best made ready beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prepared {
    /// Step.
    pub step: String,
    /// What that saves of the median.
    pub saves_seconds: u64,
}

/// When a phase begins and ends, median.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseSpan {
    /// Phase.
    pub phase: super::step::Phase,
    /// Steps in it.
    pub steps: u64,
    /// Begin, seconds from the start.
    pub from_seconds: u64,
    /// End, seconds from the start.
    pub to_seconds: u64,
    /// Whether the longest way goes through it.
    pub critical: bool,
}
