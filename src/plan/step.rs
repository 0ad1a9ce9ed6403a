//! Steps: what is done, when, and how it is known to be done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;

/// Phases order the review and the gates; `needs` order the execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Proves the way in.
    Preflight,
    /// Stops the primary's writers, if any part of it answers.
    Fence,
    /// The user's engine builds.
    Infra,
    /// Data comes back.
    Restore,
    /// Objects are applied and come up.
    Manifests,
    /// Traffic moves.
    Dns,
    /// The stack answers.
    Verify,
}

impl Phase {
    /// All, in order.
    pub const ALL: [Self; 7] =
        [Self::Preflight, Self::Fence, Self::Infra, Self::Restore, Self::Manifests, Self::Dns, Self::Verify];
    /// The phase of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == word)
    }
    /// The word in ids and on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Fence => "fence",
            Self::Infra => "infra",
            Self::Restore => "restore",
            Self::Manifests => "manifests",
            Self::Dns => "dns",
            Self::Verify => "verify",
        }
    }
}

/// Which part of AWS must work for the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// A data plane, or nothing of AWS.
    Data,
    /// Control plane of the recovery region.
    RegionalControl,
    /// A global service's control plane in us-east-1.
    UsEast1Control,
    /// People.
    People,
}

/// Where a duration is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateSource {
    /// drplan's table: nobody measured it here.
    Default,
    /// `estimate` of drplan.hcl.
    Configured,
    /// Live runs, by the file that `estimates` of drplan.hcl names.
    Measured,
    /// A decision's time, of a `gate` of drplan.hcl or its default.
    Policy,
}

/// How long a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Median.
    pub p50_seconds: u64,
    /// 90th percentile.
    pub p90_seconds: u64,
    /// Where the figures are from.
    pub source: EstimateSource,
}

/// What the step expects to find before it acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expects {
    /// Nothing in particular.
    Any,
    /// Nothing of that name.
    Absent {
        /// Name or identifier.
        subject: String,
    },
    /// Something that is there, as it is.
    Present {
        /// Name or identifier.
        subject: String,
        /// What it must look like, in words that can be checked: `replica of ...`, a value.
        value: Option<String>,
    },
}

/// How it is known that the step is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "condition", rename_all = "snake_case", deny_unknown_fields)]
pub enum DoneWhen {
    /// The call has answered.
    Answered,
    /// The engine reports the address complete.
    EngineComplete {
        /// The address.
        address: String,
    },
    /// A resource has a status.
    Status {
        /// Name or identifier.
        subject: String,
        /// The status, in the service's words.
        status: String,
    },
    /// An object is ready by kstatus rules.
    Ready {
        /// `Kind/namespace/name`.
        object: String,
    },
    /// A person has decided.
    Decided,
    /// All of it holds.
    Holds {
        /// What, in words.
        what: String,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `phase/name`, unique, the same for the same subject in every plan.
    pub id: String,
    /// Its phase.
    pub phase: Phase,
    /// What it does, every parameter decided.
    pub action: Action,
    /// Ids of steps that must be done first, sorted.
    pub needs: Vec<String>,
    /// What it expects to find.
    pub expects: Expects,
    /// When it is done.
    pub done_when: DoneWhen,
    /// Which part of AWS must work.
    pub plane: Plane,
    /// Whether it can be undone without loss.
    pub reversible: bool,
    /// How long it takes.
    pub estimate: Estimate,
}
