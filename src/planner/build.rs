//! Small constructors that every phase uses.

use crate::plan::action::Action;
use crate::plan::step::{DoneWhen, Estimate, Expects, Phase, Plane, Step};

/// A step of the data plane that expects nothing, answers at once and can be undone.
pub(super) fn step(phase: Phase, name: &str, action: Action, estimate: Estimate) -> Step {
    Step {
        id: format!("{}/{name}", phase.as_str()),
        phase,
        action,
        needs: Vec::new(),
        expects: Expects::Any,
        done_when: DoneWhen::Answered,
        plane: Plane::Data,
        reversible: true,
        estimate,
    }
}

impl Step {
    pub(super) fn needs(mut self, needs: impl IntoIterator<Item = String>) -> Self {
        self.needs.extend(needs);
        self.needs.sort();
        self.needs.dedup();
        self
    }
    pub(super) fn expects(mut self, expects: Expects) -> Self {
        self.expects = expects;
        self
    }
    pub(super) fn done_when(mut self, done_when: DoneWhen) -> Self {
        self.done_when = done_when;
        self
    }
    pub(super) fn plane(mut self, plane: Plane) -> Self {
        self.plane = plane;
        self
    }
    pub(super) fn irreversible(mut self) -> Self {
        self.reversible = false;
        self
    }
}

/// The step that all of preflight leads to.
pub(super) const READY: &str = "preflight/ready";
/// The step after which the primary writes no more, or its writing is accepted.
pub(super) const FENCED: &str = "fence/primary";
/// The gate before traffic moves.
pub(super) const GATE: &str = "dns/gate";
