//! How long the plan takes and how much it loses, by running its schedule many times with seeded chance.

mod loss;
mod without;

pub(super) use loss::late;

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::simulate::{Run, Scratch};
use crate::model::chance::{Normals, Spread, as_float, whole};
use crate::model::types::Recovery;
use crate::plan::action::Action;
use crate::plan::forecast::{Component, Doubt, Forecast, PhaseSpan, Prepared, Rto, Verdict};
use crate::plan::resource::Disposition;
use crate::plan::step::{Phase, Step};
use crate::plan::store::{CandidateKind, PlannedStore};

/// Draws in all, so that a plan of any size is forecast in the same time.
const DRAWS: usize = 1_000_000;
const SAMPLES: usize = 1_000;

/// Forecasts recovery time and loss.
pub(super) fn plan_forecast(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    steps: &[Step],
    findings: &Findings,
) -> Forecast {
    let run = Run::new(facts, steps);
    let medians: Vec<f64> = steps.iter().map(|step| as_float(step.estimate.p50_seconds)).collect();
    let usual = run.simulate(&medians, &mut Scratch::default()).to_vec();
    let path = run.critical_path(&usual);
    let samples = if steps.is_empty() { 0 } else { (DRAWS / steps.len()).clamp(1, SAMPLES) };
    let components = components(decided, facts, steps);
    let (mut wholes, mut ends) = draw_ends(&run, &components, samples);
    let objective = |name: &str| {
        facts.input.settings.objectives.iter().find(|o| o.component == name).and_then(|o| o.rto_seconds)
    };
    let (p50, p90) = quantiles(&mut wholes);
    let rto_objective = objective("stack");
    let doubts = doubts(facts, decided, None, run.guessed(&path));
    let rto = Rto {
        p50_seconds: p50,
        p90_seconds: p90,
        objective_seconds: rto_objective,
        verdict: verdict(Some(p90), rto_objective, &doubts),
        doubts,
        critical_path: path.iter().map(|at| steps[*at].id.clone()).collect(),
    };
    let forecast_components = components
        .iter()
        .zip(&mut ends)
        .map(|(component, ends)| {
            let (p50_seconds, p90_seconds) = match component.steps.as_slice() {
                [] => (None, None),
                _ => {
                    let (p50, p90) = quantiles(ends);
                    (Some(p50), Some(p90))
                }
            };
            let objective_seconds = objective(component.name);
            let way = run.path_to(&usual, &component.steps);
            let doubts = self::doubts(facts, decided, Some(component.name), run.guessed(&way));
            let given_up = given_up(facts, decided, component.name);
            let gone = p90_seconds.is_none() && doubts.is_empty() && !given_up.is_empty();
            Component {
                component: component.name.to_owned(),
                p50_seconds,
                p90_seconds,
                objective_seconds,
                verdict: if gone {
                    Verdict::Accepted
                } else {
                    verdict(p90_seconds, objective_seconds, &doubts)
                },
                doubts,
                given_up,
            }
        })
        .collect();
    Forecast {
        components: forecast_components,
        rpo: loss::plan_losses(facts, decided, findings),
        samples: samples as u64,
        best_prepared: best_prepared(&run, &medians, &path),
        phases: phases(steps, &usual, &path),
        without_us_east_1: without::plan_without(facts, decided, steps, (&components, samples), &rto),
        rto,
    }
}

/// Pass on the 90th percentile; unknown without an objective, and where the figure lacks something.
fn verdict(p90: Option<u64>, objective: Option<u64>, doubts: &[Doubt]) -> Verdict {
    match (p90, objective) {
        (Some(p90), Some(objective)) if doubts.is_empty() => {
            if p90 <= objective {
                Verdict::Ok
            } else {
                Verdict::Missed
            }
        }
        _ => Verdict::Unknown,
    }
}

/// What the time of a component, or of the whole, lacks. A cluster, a database and a cache answer for themselves; for
/// the whole, the application and the traffic nothing may be missing.
fn doubts<'s>(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    component: Option<&str>,
    guessed: impl Iterator<Item = &'s Step>,
) -> Vec<Doubt> {
    let of_component = |address: &str| match component {
        None | Some("application" | "traffic") => true,
        Some(component) => facts
            .by_address
            .get(address)
            .is_some_and(|at| component_of(&facts.objects[*at]) == Some(component)),
    };
    let blocked: BTreeSet<&str> = decided
        .resources
        .iter()
        .filter(|resource| resource.disposition == Disposition::Block && of_component(&resource.address))
        .map(|resource| resource.address.as_str())
        .collect();
    let unchosen = decided
        .stores
        .iter()
        .filter(|store| store.chosen.is_none() && of_component(&store.address))
        .map(|store| store.address.as_str())
        .filter(|address| !blocked.contains(address));
    let mut doubts: Vec<Doubt> =
        unchosen.map(|address| Doubt::Unchosen { address: address.to_owned() }).collect();
    doubts.extend(blocked.iter().map(|address| Doubt::Blocked { address: (*address).to_owned() }));
    doubts.extend(guessed.map(|step| Doubt::Unmeasured { step: step.id.clone() }));
    doubts.sort();
    doubts
}

/// Stores of a component whose loss drplan.hcl accepts.
fn given_up(facts: &Facts<'_, '_>, decided: &Decided, component: &str) -> Vec<String> {
    let empty = |store: &&PlannedStore| {
        store.chosen().is_some_and(|candidate| candidate.kind == CandidateKind::Empty)
            && facts
                .by_address
                .get(store.address.as_str())
                .is_some_and(|at| component_of(&facts.objects[*at]) == Some(component))
    };
    decided.stores.iter().filter(empty).map(|store| store.address.clone()).collect()
}

/// The component that a resource is a part of by itself.
fn component_of(object: &Object<'_, '_>) -> Option<&'static str> {
    if super::cluster::is_node(object) {
        return Some("cluster");
    }
    match object.entry?.recovery {
        Recovery::RdsInstance | Recovery::RdsCluster => Some("database"),
        Recovery::ElastiCache => Some("cache"),
        _ => None,
    }
}

/// The ends of `samples` runs: of the whole plan and of each component. Each run has a stream of chance of its own,
/// so that they can be made at once and are the same in any order.
fn draw_ends(run: &Run<'_>, components: &[ComponentSteps], samples: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let spreads: Vec<Spread> = run
        .steps
        .iter()
        .map(|step| Spread::new(step.estimate.p50_seconds, step.estimate.p90_seconds))
        .collect();
    let drawn: Vec<(f64, Vec<f64>)> = (0..samples as u64)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, sample| {
            let mut normals = Normals::new(sample);
            let mut durations = std::mem::take(&mut scratch.durations);
            durations.clear();
            durations.extend(spreads.iter().map(|spread| spread.draw(&mut normals)));
            let times = run.simulate(&durations, scratch);
            let whole = times.iter().fold(0.0, |latest: f64, (_, end)| latest.max(*end));
            let of = |component: &ComponentSteps| {
                component.steps.iter().fold(0.0, |latest: f64, at| latest.max(times[*at].1))
            };
            let ends = components.iter().map(of).collect();
            scratch.durations = durations;
            (whole, ends)
        })
        .collect();
    let mut ends = vec![Vec::with_capacity(samples); components.len()];
    for (_, of_run) in &drawn {
        for (end, ends) in of_run.iter().zip(&mut ends) {
            ends.push(*end);
        }
    }
    (drawn.into_iter().map(|(whole, _)| whole).collect(), ends)
}

fn quantiles(samples: &mut [f64]) -> (u64, u64) {
    samples.sort_by(f64::total_cmp);
    let at = |tenth: usize| samples.get((samples.len() * tenth / 10).min(samples.len().saturating_sub(1)));
    (at(5).map_or(0, |s| whole(*s)), at(9).map_or(0, |s| whole(*s)))
}

struct ComponentSteps {
    name: &'static str,
    steps: Vec<usize>,
}

/// The components of the runbook's strategy table, as far as the plan has steps for them.
fn components(decided: &Decided, facts: &Facts<'_, '_>, steps: &[Step]) -> Vec<ComponentSteps> {
    let of = |which: &dyn Fn(&Step) -> bool| -> Vec<usize> {
        steps.iter().enumerate().filter(|(_, step)| which(step)).map(|(at, _)| at).collect()
    };
    let nodes = super::cluster::nodes(facts, decided);
    let within = |name: &str| -> BTreeSet<&str> {
        let of_name = facts.objects.iter().filter(|object| component_of(object) == Some(name));
        of_name.map(Object::address).collect()
    };
    let cache = within("cache");
    // A database whose loss is accepted is made empty by the engine: what needs it waits for it all the same.
    let empty: BTreeSet<String> = given_up(facts, decided, "database").into_iter().collect();
    let all = [
        ("cluster", of(&|step| nodes.contains(&step.id))),
        (
            "database",
            of(&|step| match &step.action {
                Action::RestoreDatabase { .. }
                | Action::RestoreCluster { .. }
                | Action::PromoteReplica { .. }
                | Action::ModifyDatabase { .. }
                | Action::SetPassword { .. } => true,
                Action::Engine { address, .. } => empty.contains(address),
                _ => false,
            }),
        ),
        (
            "cache",
            of(&|step| match &step.action {
                Action::Engine { address, .. } => cache.contains(address.as_str()),
                _ => false,
            }),
        ),
        (
            "application",
            of(&|step| matches!(step.action, Action::AwaitReady { .. }) && step.phase == Phase::Manifests),
        ),
        ("traffic", of(&|step| matches!(step.phase, Phase::Dns))),
    ];
    // What is blocked has no step, and is not forgotten for that.
    let blocked: BTreeSet<&str> = decided
        .resources
        .iter()
        .filter(|resource| resource.disposition == Disposition::Block)
        .filter_map(|resource| facts.by_address.get(resource.address.as_str()))
        .filter_map(|at| component_of(&facts.objects[*at]))
        .collect();
    all.into_iter()
        .filter(|(name, steps)| {
            !steps.is_empty() || blocked.contains(name) || !given_up(facts, decided, name).is_empty()
        })
        .map(|(name, steps)| ComponentSteps { name, steps })
        .collect()
}

/// Without which step's time the recovery would be shortest.
fn best_prepared(run: &Run<'_>, medians: &[f64], path: &[usize]) -> Option<Prepared> {
    let mut scratch = Scratch::default();
    let mut end = |durations: &[f64]| {
        run.simulate(durations, &mut scratch).iter().fold(0.0, |latest: f64, (_, end)| latest.max(*end))
    };
    let before = end(medians);
    let mut longest: Vec<usize> = path
        .iter()
        .copied()
        .filter(|at| matches!(run.steps[*at].phase, Phase::Infra | Phase::Restore | Phase::Manifests))
        // What people decide cannot be decided beforehand.
        .filter(|at| !matches!(run.steps[*at].action, Action::Gate { .. }))
        .collect();
    longest.sort_by(|a, b| medians[*b].total_cmp(&medians[*a]).then(a.cmp(b)));
    let mut best: Option<(u64, usize)> = None;
    for at in longest.into_iter().take(8) {
        let mut durations = medians.to_vec();
        durations[at] = 0.0;
        let saved = whole(before - end(&durations));
        if saved > 0 && best.is_none_or(|(most, _)| saved > most) {
            best = Some((saved, at));
        }
    }
    best.map(|(saves_seconds, at)| Prepared { step: run.steps[at].id.clone(), saves_seconds })
}

fn phases(steps: &[Step], times: &[(f64, f64)], path: &[usize]) -> Vec<PhaseSpan> {
    let mut spans = Vec::new();
    for phase in Phase::ALL {
        let inside: Vec<usize> =
            steps.iter().enumerate().filter(|(_, step)| step.phase == phase).map(|(at, _)| at).collect();
        if inside.is_empty() {
            continue;
        }
        let from = inside.iter().map(|at| times[*at].0).fold(f64::INFINITY, f64::min);
        let to = inside.iter().map(|at| times[*at].1).fold(0.0, f64::max);
        spans.push(PhaseSpan {
            phase,
            steps: inside.len() as u64,
            from_seconds: whole(from),
            to_seconds: whole(to),
            critical: path.iter().any(|at| steps[*at].phase == phase),
        });
    }
    spans
}
