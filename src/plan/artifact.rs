//! The plan as a whole and the world it saw.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{Action, Hold};
use super::engine_check::EngineCheck;
use super::finding::Finding;
use super::forecast::Forecast;
use super::resource::PlannedResource;
use super::resume::Resumes;
use super::step::Step;
use super::store::PlannedStore;
use super::values::OwnedValue;
use crate::model::diagnostic::Gap;
use crate::model::document::Skipped;

/// Version of the artifact's format that this drplan writes.
pub const FORMAT_VERSION: u32 = 1;

/// A plan. `digest` covers all of it; `decision_digest` what people approve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this format.
    pub format_version: u32,
    /// `sha256:` and hex over the RFC 8785 form of the file without this field.
    pub digest: String,
    /// `sha256:` and hex over the decisions, rules and bounds: nothing that merely moves.
    pub decision_digest: String,
    /// What kind of recovery.
    pub scenario: Scenario,
    /// Name of the stack.
    pub stack: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it must be made anew.
    pub expires_at: Timestamp,
    /// Who must approve, and how.
    pub policy: Policy,
    /// The world it saw.
    pub saw: Saw,
    /// Every managed object of the state, with what becomes of it.
    pub resources: Vec<PlannedResource>,
    /// The run that it goes on with; `None` where it begins one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<Resumes>,
    /// Every value that the primary owns and where it is used.
    pub values: Vec<OwnedValue>,
    /// Every store, with its recovery points.
    pub stores: Vec<PlannedStore>,
    /// What is done, in an order that respects `needs`.
    pub steps: Vec<Step>,
    /// What the engine's own plan says of it; `None` where none was given.
    pub engine_check: Option<EngineCheck>,
    /// How long it takes and how much is lost.
    pub forecast: Forecast,
    /// What is wrong or worth knowing.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Steps that drplan cannot do for real yet.
    pub fn unbuilt(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.action.has_target())
    }

    /// Steps that cannot run without one, directly or not.
    #[must_use]
    pub fn behind<'p>(&'p self, step: &'p str) -> BTreeSet<&'p str> {
        let mut behind = BTreeSet::from([step]);
        // The order respects `needs`: one pass finds all that follow.
        for other in &self.steps {
            if other.needs.iter().any(|need| behind.contains(need.as_str())) {
                behind.insert(&other.id);
            }
        }
        behind.remove(step);
        behind
    }

    /// The name that a step waits for and no step moves: nothing but a gate stands before it.
    #[must_use]
    pub fn moved_by_hand<'p>(&self, step: &'p Step) -> Option<&'p str> {
        let Action::ResolveName { name, .. } = &step.action else { return None };
        let is_gate = |id: &String| self.gates().any(|gate| gate.id == *id);
        (!step.needs.is_empty() && step.needs.iter().all(is_gate)).then_some(name)
    }

    fn gates(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step.action, Action::Gate { .. }))
    }

    /// Objects that are applied with a hold and not let go, of a run in which some steps are done.
    #[must_use]
    pub fn held(&self, is_done: impl Fn(&str) -> bool) -> Vec<String> {
        let open: BTreeSet<&str> = self
            .steps
            .iter()
            .filter(|step| !is_done(&step.id))
            .filter_map(|step| match &step.action {
                Action::Release { object, hold: Hold::Suspend | Hold::Replicas } => Some(object.as_str()),
                _ => None,
            })
            .collect();
        let applied = self.steps.iter().filter(|step| is_done(&step.id));
        let labels = applied.filter_map(|step| Some(step.action.object()?.label()));
        labels.filter(|label| open.contains(label.as_str())).collect()
    }
}

/// Kinds of recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Stand the stack up in another region.
    Region,
}

/// The approval policy, part of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// File of allowed signers, relative to drplan.hcl.
    pub allowed_signers: Option<String>,
    /// Whom that file named, each with the fingerprint of a key: `NAMES SHA256:...`, in order. When a key is valid is not
    /// in it, for it may be ended without another plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvers: Vec<String>,
    /// Revocation list, relative to drplan.hcl.
    pub revoked: Option<String>,
    /// How many principals must sign.
    pub quorum: u32,
    /// Age at which the plan must be made anew.
    pub expiry_seconds: u64,
    /// Whether it may run without approval, with a reason.
    pub break_glass: bool,
}

/// The world that the plan saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Saw {
    /// The state.
    pub state: SawState,
    /// The configuration; `None` where none was found.
    pub configuration: Option<SawConfiguration>,
    /// The manifests.
    pub manifests: SawManifests,
    /// The observation of the primary.
    pub observation: Option<SawRecording>,
    /// The inventory of the recovery region.
    pub inventory: Option<SawRecording>,
    /// The durations of live runs that estimates are from; `None` where none were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimates: Option<SawEstimates>,
    /// The region that is lost; `None` where it could not be told.
    pub primary_region: Option<String>,
    /// Where the stack is to stand.
    pub recovery_region: String,
    /// The account; `None` where no input names exactly one.
    pub account: Option<String>,
    /// The recovery's workspace.
    pub workspace: String,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// The state that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawState {
    /// Where from.
    pub origin: String,
    /// Lineage.
    pub lineage: String,
    /// Serial.
    pub serial: u64,
    /// Managed objects in it.
    pub resources: u64,
    /// Version of the engine that wrote it.
    pub engine_version: String,
}

/// The configuration that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawConfiguration {
    /// Folder of the root module.
    pub root: String,
    /// Module folders read.
    pub modules: u64,
    /// Resource blocks read.
    pub resources: u64,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// The manifests that were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawManifests {
    /// Kubernetes objects.
    pub objects: u64,
    /// Files and documents passed over.
    pub skipped: Vec<Skipped>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A file of durations that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawEstimates {
    /// Where from.
    pub origin: String,
    /// `sha256:` and hex over its bytes.
    pub digest: String,
    /// Live runs in it.
    pub runs: u64,
}

/// A recording that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawRecording {
    /// Region that was asked.
    pub region: String,
    /// Account that answered.
    pub account: Option<String>,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// What it could not see.
    pub gaps: Vec<Gap>,
}
