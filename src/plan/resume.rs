//! Going on with a run by another plan: which of its finished steps stay, and which are looked at again.
//!
//! A step that is done stays done where the new plan has the same step: its action with every parameter, and how it is
//! known to be done. All else is begun anew, from its precheck.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::journal::{Replayed, StepState};
use super::step::Step;
use crate::model::rollout::readers::{can_restart, is_read};

/// The run that a plan goes on with, and what of it stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resumes {
    /// The run.
    pub run: String,
    /// `decision_digest` of the plan that the run had until now.
    pub decision_digest: String,
    /// Steps that the run has finished and that stay, in the plan's order: they are not run again.
    pub done: Vec<String>,
    /// Steps that the run has finished and that are run again, in the plan's order: they are decided otherwise, they stand
    /// on something that is, or they hold values that no digest covers.
    pub again: Vec<String>,
    /// Steps that the run has begun and that are decided otherwise, in the plan's order: their effects are not those that
    /// were had.
    pub changed: Vec<String>,
    /// Steps that the run has finished and that the plan does not have, sorted: their effects are left as they are.
    pub gone: Vec<String>,
}

impl Resumes {
    /// The same of a plan of these steps: steps that it does not have are left out.
    #[must_use]
    pub fn within(&self, steps: &[Step]) -> Self {
        let ids: BTreeSet<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        let kept = |list: &[String]| list.iter().filter(|id| ids.contains(id.as_str())).cloned().collect();
        let left = |list: &[String]| list.iter().filter(|id| !ids.contains(id.as_str())).cloned().collect();
        Self {
            run: self.run.clone(),
            decision_digest: self.decision_digest.clone(),
            done: kept(&self.done),
            again: kept(&self.again),
            changed: kept(&self.changed),
            gone: left(&self.gone),
        }
    }

    /// In a few words.
    #[must_use]
    pub fn brief(&self) -> String {
        let number = |list: &[String], one: &str, many: &str| match list.len() {
            1 => format!("1 {one}"),
            number => format!("{number} {many}"),
        };
        let done = number(&self.done, "step is done and stays", "steps are done and stay");
        let mut words = format!("run {}: {done}", self.run);
        for (list, one, many) in [
            (&self.again, "that was done is run again", "that were done are run again"),
            (&self.gone, "that was done is no step any more", "that were done are no steps any more"),
        ] {
            if !list.is_empty() {
                words += &format!("; {}", number(list, one, many));
            }
        }
        words
    }
}

/// What a plan that goes on with a run is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The run as it is: what stays of it is decided.
    Run(Prior),
    /// What was approved to stay: the plan is made again only to be compared.
    Approved(Resumes),
}

/// A run as far as it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prior {
    /// The run.
    pub run: String,
    /// `decision_digest` of its plan.
    pub decision_digest: String,
    /// The steps of its plan.
    pub steps: Vec<Step>,
    /// Those that are done.
    pub done: BTreeSet<String>,
    /// Those that were begun, done or not: they may have had their effect.
    pub begun: BTreeSet<String>,
}

impl Prior {
    /// Of a run's journal, and the steps of the plan that it has now.
    #[must_use]
    pub fn new(run: &str, decision_digest: &str, steps: Vec<Step>, replayed: &Replayed) -> Self {
        let done = replayed.steps.iter().filter(|(_, state)| matches!(state, StepState::Done(_)));
        Self {
            run: run.to_owned(),
            decision_digest: decision_digest.to_owned(),
            steps,
            done: done.map(|(step, _)| step.clone()).collect(),
            begun: replayed.steps.keys().cloned().collect(),
        }
    }
}

/// Addresses that a run has made, or may have: those of its steps that were begun.
#[must_use]
pub fn made(steps: &[Step], replayed: &Replayed) -> BTreeSet<String> {
    let begun = steps.iter().filter(|step| replayed.steps.contains_key(&step.id));
    begun.filter_map(|step| makes(&step.action)).map(str::to_owned).collect()
}

/// The address that an action makes under a name.
fn makes(action: &Action) -> Option<&str> {
    match action {
        Action::Engine { address, .. }
        | Action::RestoreDatabase { address, .. }
        | Action::RestoreCluster { address, .. }
        | Action::PromoteReplica { address, .. }
        | Action::RestoreBackup { address, .. }
        | Action::PromoteSecret { address, .. } => Some(address),
        _ => None,
    }
}

/// What of a run stays in a new plan, whose steps stand behind what they need. `hides` tells steps whose document has
/// values that its digest does not cover: whether those are as they were is known to the service alone.
#[must_use]
pub fn resume(prior: &Prior, steps: &[Step], hides: &dyn Fn(&Step) -> bool) -> Resumes {
    let before: HashMap<&str, &Step> = prior.steps.iter().map(|step| (step.id.as_str(), step)).collect();
    let mut seen: HashMap<&str, Stand> = HashMap::new();
    let mut resumes = Resumes {
        run: prior.run.clone(),
        decision_digest: prior.decision_digest.clone(),
        done: Vec::new(),
        again: Vec::new(),
        changed: Vec::new(),
        gone: Vec::new(),
    };
    for step in steps {
        let is_same = before.get(step.id.as_str()).is_some_and(|was| same(was, step));
        let (finished, begun) = (prior.done.contains(&step.id), prior.begun.contains(&step.id));
        let stand = |need: &String| seen.get(need.as_str()).copied().unwrap_or_default();
        let stands = step.needs.iter().all(|need| stand(need).settled);
        let moved = match known_after(&step.action) {
            Some(after) => after.into_iter().any(|need| stand(need).moved),
            None => step.needs.iter().any(|need| stand(need).moved),
        };
        // Its pods read what is applied anew, and restart where that has changed.
        let rereads = is_workload(&step.action) && step.needs.iter().any(|need| stand(need).reapplied);
        let kept = match &step.action {
            // A Job that has ended has done so whatever comes after it, and is not run a second time.
            action if action.awaited_job().is_some() => step.needs.iter().all(|need| stand(need).stays),
            action if hinges(action) => stands,
            _ => !moved && !rereads,
        };
        let stays = finished && is_same && kept && !hides(step);
        let acts_otherwise = begun && !is_same && !looks(&step.action);
        let reapplied = !stays && is_read_by_pods(&step.action);
        seen.insert(
            &step.id,
            Stand { stays, settled: stays && stands, moved: moved || acts_otherwise, reapplied },
        );
        match (finished, stays) {
            (true, true) => resumes.done.push(step.id.clone()),
            (true, false) => resumes.again.push(step.id.clone()),
            (false, _) => {}
        }
        if begun && !is_same {
            resumes.changed.push(step.id.clone());
        }
    }
    resumes.gone = prior.done.iter().filter(|id| !seen.contains_key(id.as_str())).cloned().collect();
    resumes
}

/// The steps that are done and are run again, in the plan's order, where what these have made is gone: they themselves, what
/// takes what they leave, and what holds only together with all that came before it. The same rule as for another plan.
#[must_use]
pub fn undone<'s>(steps: &'s [Step], done: &BTreeSet<String>, gone: &HashSet<&str>) -> Vec<&'s str> {
    let mut again = Vec::new();
    // Steps that stand on what is gone, and those of them whose effect may be another now.
    let (mut behind, mut moved): (HashSet<&str>, HashSet<&str>) = (HashSet::new(), HashSet::new());
    for step in steps {
        let id = step.id.as_str();
        let is_moved = |need: &String| moved.contains(need.as_str());
        let moves = gone.contains(id)
            || match known_after(&step.action) {
                Some(after) => after.into_iter().any(is_moved),
                None => step.needs.iter().any(is_moved),
            };
        let stands = step.needs.iter().any(|need| behind.contains(need.as_str()));
        if moves {
            moved.insert(id);
        }
        if moves || stands {
            behind.insert(id);
        }
        let hinged = stands && hinges(&step.action) && step.action.awaited_job().is_none();
        if (moves || hinged) && done.contains(id) {
            again.push(id);
        }
    }
    again
}

/// Where a step stands with all that it needs.
#[derive(Clone, Copy, Default)]
struct Stand {
    /// It is done and stays so.
    stays: bool,
    /// It stays done, and so does all before it.
    settled: bool,
    /// It, or something before it, had an effect that is decided otherwise now: what it made may be another.
    moved: bool,
    /// It applies what pods read, and does so anew.
    reapplied: bool,
}

fn is_workload(action: &Action) -> bool {
    matches!(action, Action::ApplyObject { object_kind, .. } if can_restart(object_kind))
}

fn is_read_by_pods(action: &Action) -> bool {
    matches!(action, Action::ApplyObject { api_version, object_kind, .. } if is_read(api_version, object_kind))
}

/// Whether what was done is what is to be done. What it waits for, and what it expects to find before it acts, matters
/// no more once it is done.
fn same(before: &Step, after: &Step) -> bool {
    before.action == after.action && before.done_when == after.done_when
}

/// Whether it changes nothing.
fn looks(action: &Action) -> bool {
    action.only_looks() || matches!(action, Action::WarmUp { .. })
}

/// Whether it holds only together with all that came before it: what was seen may be otherwise, what was decided was
/// decided on it, and an object that is applied again is held again.
fn hinges(action: &Action) -> bool {
    looks(action) || matches!(action, Action::Release { .. })
}

/// Of an action that says all that it takes from others, after which steps that is known. An object is what its manifest
/// says, whatever was applied before it; other calls are had on what was made before them.
fn known_after(action: &Action) -> Option<Vec<&String>> {
    match action {
        Action::ApplyObject { rewrites, .. } => {
            Some(rewrites.iter().filter_map(|rewrite| rewrite.known_after.as_ref()).collect())
        }
        _ => None,
    }
}
