//! Every step with every fault: does the run survive it, is it resumed, or does it strand?

use std::collections::HashMap;
use std::time::Duration;

use rayon::prelude::*;

use super::Limits;
use super::drill::as_planned;
use super::faults::{Fault, Faults};
use super::rehearse::{Rehearsed, rehearse};
use crate::event::{Ending, EventKind};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::rehearsal::{Outcome, Rehearsal, Row};
use crate::plan::step::Step;
use crate::targets::sim::Setup;

/// Rehearses a plan with each of `rows`, a step and a fault, in a region of its own.
///
/// # Errors
/// No runtime can be made.
pub fn rehearse_faults(plan: &Plan, setup: &Setup, faults: &[(String, Fault)]) -> std::io::Result<Vec<Row>> {
    faults
        .par_iter()
        .map(|(step, fault)| {
            let planned = Faults::of(vec![(step.clone(), *fault)]);
            let rehearsed = rehearse(plan, setup.clone(), &planned)?;
            let (outcome, then) = read(&rehearsed, step, planned.happened());
            Ok(Row { step: step.clone(), fault: fault.as_str().to_owned(), outcome, then })
        })
        .collect()
}

/// Every step with every fault.
#[must_use]
pub fn every_fault(plan: &Plan) -> Vec<(String, Fault)> {
    let steps = plan.steps.iter();
    steps.flat_map(|step| Fault::ALL.map(|fault| (step.id.clone(), fault))).collect()
}

fn read(rehearsed: &Rehearsed, step: &str, happened: u32) -> (Outcome, String) {
    let failure = rehearsed.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::StepFailed { step, cause, .. } => Some(format!("{step}: {cause}")),
        _ => None,
    });
    let retried = rehearsed
        .events
        .iter()
        .any(|event| matches!(&event.kind, EventKind::StepRetried { step: of, .. } if of == step));
    match (rehearsed.ended.how, rehearsed.processes) {
        (Ending::Done, 1) if happened == 0 => (Outcome::Survived, "it makes no call".to_owned()),
        (Ending::Done, 1) if retried => (Outcome::Survived, "it was asked again".to_owned()),
        (Ending::Done, 1) => (Outcome::Survived, "it went on".to_owned()),
        (Ending::Done, _) => {
            let why = failure.map_or_else(
                || "the process died, and the next one went on".to_owned(),
                |failure| {
                    let again = if rehearsed.replanned { "a new plan" } else { "applied again, it" };
                    format!("stopped at {failure}; {again} reached the end")
                },
            );
            (Outcome::Resumed, why)
        }
        (how, _) => {
            let why = failure.unwrap_or_else(|| format!("the run ends: {}", how.as_str()));
            (Outcome::Stranded, why)
        }
    }
}

/// Rehearses a plan without faults, and with those that are asked for.
///
/// # Errors
/// No runtime can be made.
pub fn rehearse_plan(
    plan: &Plan,
    seed: u64,
    faults: &[(String, Fault)],
) -> std::io::Result<(Rehearsal, Rehearsed)> {
    let setup = as_planned(plan, seed);
    let sound = rehearse(plan, setup.clone(), &Faults::none())?;
    let critical = longest_way(&plan.steps, &setup.durations);
    let engine: Duration = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Engine { .. }))
        .filter_map(|step| setup.durations.get(&step.id))
        .sum();
    let places = u32::try_from(Limits::default().parallelism).unwrap_or(u32::MAX).max(1);
    let bound = critical.max(engine / places);
    let rehearsal = Rehearsal {
        plan: plan.digest.clone(),
        seed,
        rows: rehearse_faults(plan, &setup, faults)?,
        makespan_seconds: sound.makespan.as_secs(),
        critical_path_seconds: critical.as_secs(),
        lower_bound_seconds: bound.as_secs(),
    };
    Ok((rehearsal, sound))
}

/// The end of the last step if there were a place for each.
fn longest_way(steps: &[Step], durations: &HashMap<String, Duration>) -> Duration {
    let mut ends: HashMap<&str, Duration> = HashMap::new();
    for step in steps {
        let begin = step.needs.iter().filter_map(|need| ends.get(need.as_str())).max().copied();
        let own = durations.get(&step.id).copied().unwrap_or_default();
        ends.insert(&step.id, begin.unwrap_or_default() + own);
    }
    ends.into_values().max().unwrap_or_default()
}
