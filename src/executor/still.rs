//! What is asked of steps that are done: whether what they applied is still there, and still as it was applied.

use std::collections::{BTreeMap, BTreeSet};

use super::requests::{Request, Requests};
use crate::model::target::Outputs;
use crate::model::target::kube::{KubeRequest, Still};
use crate::plan::Plan;
use crate::plan::action::{Action, Hold};
use crate::plan::journal::StepState;
use crate::plan::step::Step;

/// What a run has done so far.
#[derive(Clone, Copy, Debug)]
pub struct DoneSoFar<'d> {
    /// What done steps have left, by step.
    pub left: &'d BTreeMap<String, Outputs>,
    /// What the run's records say of steps, done and undone.
    pub steps: &'d BTreeMap<String, StepState>,
}

/// The done steps that have left an object, each with what is asked of it.
#[must_use]
pub fn stills<'p>(plan: &'p Plan, requests: &Requests<'_>, so_far: DoneSoFar<'_>) -> Vec<(&'p Step, Still)> {
    let left = so_far.left;
    // A Job that has ended may be taken away, by its own setting, too: it is not run a second time.
    let ended: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::AwaitReady { object } if left.contains_key(&step.id) => Some(object.as_str()),
            _ => None,
        })
        .collect();
    let done = plan.steps.iter().filter(|step| left.contains_key(&step.id));
    done.filter_map(|step| {
        let (held, holds) = held(plan, step, so_far)?;
        let Ok(Request::Kube(KubeRequest::Apply(object))) = requests.request(step, left, 0) else {
            return None;
        };
        let is_job = object.reference.kind == "Job" && object.reference.group() == "batch";
        // One that its own setting takes away is waited for as such, gone or not.
        if is_job && (ended.contains(object.reference.label().as_str()) || requests.passes(step, left)) {
            return None;
        }
        Some((step, Still { object: *object, held, holds }))
    })
    .collect()
}

/// The Jobs that take themselves away, and whose end nobody has seen yet: gone, they are not applied again by themselves.
#[must_use]
pub fn passing<'p>(
    plan: &'p Plan,
    requests: &Requests<'_>,
    left: &BTreeMap<String, Outputs>,
) -> Vec<(&'p Step, Still)> {
    let open: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::AwaitReady { object } if !left.contains_key(&step.id) => Some(object.as_str()),
            _ => None,
        })
        .collect();
    let done = plan.steps.iter().filter(|step| left.contains_key(&step.id) && requests.passes(step, left));
    done.filter_map(|step| match requests.request(step, left, 0) {
        Ok(Request::Kube(KubeRequest::Apply(object))) if open.contains(object.reference.label().as_str()) => {
            Some((step, Still { object: *object, held: false, holds: false }))
        }
        _ => None,
    })
    .collect()
}

/// Whether what a step applied was held and is let go, and whether it is held; `None` of a step that applies nothing.
fn held(plan: &Plan, step: &Step, so_far: DoneSoFar<'_>) -> Option<(bool, bool)> {
    match &step.action {
        Action::ApplyObject { hold: Some(_), .. } => {
            let released = is_released(plan, step, so_far);
            Some((released, !released))
        }
        Action::ApplyObject { hold: None, .. } | Action::Release { hold: Hold::Ask, .. } => {
            Some((false, false))
        }
        _ => None,
    }
}

/// Whether what a step holds was let go by this run, or may have been: be it undone since, it is not held again.
fn is_released(plan: &Plan, of: &Step, so_far: DoneSoFar<'_>) -> bool {
    let label = of.action.object().map(|object| object.label());
    let releases = |step: &&Step| matches!(&step.action, Action::Release { object, .. } if Some(object) == label.as_ref());
    let is_begun = |step: &Step| so_far.left.contains_key(&step.id) || so_far.steps.contains_key(&step.id);
    plan.steps.iter().find(releases).is_none_or(is_begun)
}
