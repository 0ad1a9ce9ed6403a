//! All that the planner decides from. Same input, same plan.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::configuration::Configuration;
use super::diagnostic::Gap;
use super::document::{Manifests, SourceText};
use super::durations::ReadDurations;
use super::engine_plan::EnginePlan;
use super::inventory::Inventory;
use super::observation::Observation;
use super::settings::Settings;
use super::state::State;

/// A run that a plan goes on with: what it made stands in the recovery region, and is nobody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRun {
    /// Its name.
    pub run: String,
    /// When it began.
    pub since: Timestamp,
    /// Addresses that it made, or may have.
    pub addresses: BTreeSet<String>,
}

/// The planner's only argument.
#[derive(Clone, Debug)]
pub struct PlanningInput<'a> {
    /// The clock.
    pub at: Timestamp,
    /// drplan.hcl, or the defaults.
    pub settings: Settings,
    /// `--primary`.
    pub primary: Option<String>,
    /// The region to recover in.
    pub recovery: String,
    /// The primary's state.
    pub state: State<'a>,
    /// The code.
    pub configuration: Option<Configuration>,
    /// The manifests.
    pub manifests: Manifests,
    /// What ran in the primary.
    pub observation: Option<Observation>,
    /// What is in the recovery region.
    pub inventory: Option<Inventory>,
    /// What the engine itself would do.
    pub engine_plan: Option<EnginePlan<'a>>,
    /// How long the steps of live runs took.
    pub durations: Option<ReadDurations>,
    /// The run that the plan goes on with.
    pub own_run: Option<OwnRun>,
    /// Pipelines of the repository, as text.
    pub pipelines: Vec<SourceText>,
    /// What could not be read, beyond what the inputs tell of themselves.
    pub gaps: Vec<Gap>,
}
