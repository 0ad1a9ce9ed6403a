//! The same forecast while the control plane of us-east-1 does not answer: only what does not wait for it runs.

use std::collections::BTreeSet;

use super::super::control_plane::{self, Waiting};
use super::super::dispositions::Decided;
use super::super::facts::Facts;
use super::super::simulate::{Run, Scratch};
use super::{ComponentSteps, doubts, draw_ends, quantiles};
use crate::model::chance::as_float;
use crate::plan::forecast::{Reached, Rto, Stranded, Verdict};
use crate::plan::step::Step;

/// Forecasts what is reached, of the components of the whole; `whole` is the forecast with all control planes.
pub(super) fn plan_without(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    steps: &[Step],
    (components, samples): (&[ComponentSteps], usize),
    whole: &Rto,
) -> Stranded {
    let waiting = Waiting::of(steps);
    let stays = |at: &usize| waiting.for_which.get(*at).is_some_and(BTreeSet::is_empty);
    let kept: Vec<usize> = (0..steps.len()).filter(stays).collect();
    let reached: Vec<Step> = kept.iter().filter_map(|at| steps.get(*at)).cloned().collect();
    let of_kept = |component: &ComponentSteps| ComponentSteps {
        name: component.name,
        steps: component.steps.iter().filter_map(|at| kept.binary_search(at).ok()).collect(),
    };
    let parts: Vec<ComponentSteps> = components.iter().map(of_kept).collect();
    let run = Run::new(facts, &reached);
    let (mut wholes, mut ends) = draw_ends(&run, &parts, samples);
    let rto = if waiting.first.is_empty() {
        whole.clone()
    } else {
        stranded(facts, decided, &run, &mut wholes, whole)
    };
    let components = components
        .iter()
        .zip(&mut ends)
        .map(|(component, ends)| {
            let waits: BTreeSet<usize> = component
                .steps
                .iter()
                .filter_map(|at| waiting.for_which.get(*at))
                .flatten()
                .copied()
                .collect();
            let (p50, p90) = match (component.steps.is_empty(), waits.is_empty()) {
                (false, true) => {
                    let (p50, p90) = quantiles(ends);
                    (Some(p50), Some(p90))
                }
                _ => (None, None),
            };
            Reached {
                component: component.name.to_owned(),
                p50_seconds: p50,
                p90_seconds: p90,
                waits_for: names(steps, waits),
            }
        })
        .collect();
    Stranded {
        first: names(steps, waiting.first.iter().copied()),
        all: waiting.all(),
        rto,
        components,
        beforehand: control_plane::beforehand(steps, &waiting.first),
    }
}

/// The time of what is reached. It is no recovery: an objective is missed however soon it is done.
fn stranded(facts: &Facts<'_, '_>, decided: &Decided, run: &Run<'_>, wholes: &mut [f64], whole: &Rto) -> Rto {
    let medians: Vec<f64> = run.steps.iter().map(|step| as_float(step.estimate.p50_seconds)).collect();
    let mut scratch = Scratch::default();
    let path = run.critical_path(run.simulate(&medians, &mut scratch));
    let (p50_seconds, p90_seconds) = quantiles(wholes);
    let objective_seconds = whole.objective_seconds;
    Rto {
        p50_seconds,
        p90_seconds,
        objective_seconds,
        verdict: if objective_seconds.is_some() { Verdict::Missed } else { Verdict::Unknown },
        doubts: doubts(facts, decided, None, run.guessed(&path)),
        critical_path: path.iter().filter_map(|at| run.steps.get(*at)).map(|step| step.id.clone()).collect(),
    }
}

fn names(steps: &[Step], which: impl IntoIterator<Item = usize>) -> Vec<String> {
    which.into_iter().filter_map(|at| steps.get(at)).map(|step| step.id.clone()).collect()
}
