//! How long the plan takes and how much it loses, by running its schedule many times with seeded chance.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::dispositions::Decided;
use super::facts::Facts;
use super::schedule;
use crate::model::types::Recovery;
use crate::plan::action::Action;
use crate::plan::forecast::{Component, Forecast, PhaseSpan, Prepared, Rpo, Rto, Verdict};
use crate::plan::step::{EstimateSource, Phase, Step};
use crate::plan::store::CandidateKind;

/// Draws in all, so that a plan of any size is forecast in the same time.
const DRAWS: usize = 2_000_000;
const SAMPLES: usize = 1_000;
/// What a running engine does at once unless told otherwise (`-parallelism`).
const PARALLELISM: u32 = 10;
/// Calls that change a service at once: the rate budgets of the executor.
const AT_ONCE: usize = 8;
/// The quantile 0.9 of the standard normal distribution.
const Z90: f64 = 1.281_551_565_544_6;
/// A default counts against a verdict from this share of the longest way, in tenths.
const WEIGHTY_TENTH: u64 = 10;

/// Forecasts recovery time and loss.
pub(super) fn plan_forecast(facts: &Facts<'_, '_>, decided: &Decided, steps: &[Step]) -> Forecast {
    let run = Run::new(facts, steps);
    let medians: Vec<f64> = steps.iter().map(|step| as_float(step.estimate.p50_seconds)).collect();
    let usual = run.simulate(&medians);
    let path = run.critical_path(&usual);
    let samples = if steps.is_empty() { 0 } else { (DRAWS / steps.len()).clamp(1, SAMPLES) };
    let components = components(decided, facts, steps);
    let mut ends = vec![Vec::with_capacity(samples); components.len()];
    let mut wholes = Vec::with_capacity(samples);
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut durations = vec![0.0; steps.len()];
    for _ in 0..samples {
        for (duration, step) in durations.iter_mut().zip(steps) {
            *duration = draw(&mut random, step.estimate.p50_seconds, step.estimate.p90_seconds);
        }
        let ended = run.simulate(&durations);
        wholes.push(ended.iter().fold(0.0, |latest: f64, (_, end)| latest.max(*end)));
        for (component, ends) in components.iter().zip(&mut ends) {
            ends.push(component.steps.iter().fold(0.0, |latest: f64, at| latest.max(ended[*at].1)));
        }
    }
    let objective = |name: &str| {
        facts.input.settings.objectives.iter().find(|o| o.component == name).and_then(|o| o.rto_seconds)
    };
    let (p50, p90) = quantiles(&mut wholes);
    let incomplete = decided
        .resources
        .iter()
        .any(|resource| resource.disposition == crate::plan::resource::Disposition::Block)
        || decided.stores.iter().any(|store| store.chosen.is_none());
    let rto_objective = objective("stack");
    let rto = Rto {
        p50_seconds: p50,
        p90_seconds: p90,
        objective_seconds: rto_objective,
        verdict: verdict(p90, rto_objective, incomplete || run.rests_on_defaults(&path)),
        critical_path: path.iter().map(|at| steps[*at].id.clone()).collect(),
    };
    let forecast_components = components
        .iter()
        .zip(&mut ends)
        .map(|(component, ends)| {
            let (p50_seconds, p90_seconds) = quantiles(ends);
            let objective_seconds = objective(component.name);
            let way = run.path_to(&usual, &component.steps);
            let unknown = incomplete || run.rests_on_defaults(&way);
            Component {
                component: component.name.to_owned(),
                p50_seconds,
                p90_seconds,
                objective_seconds,
                verdict: verdict(p90_seconds, objective_seconds, unknown),
            }
        })
        .collect();
    Forecast {
        rto,
        components: forecast_components,
        rpo: losses(facts, decided),
        samples: samples as u64,
        best_prepared: best_prepared(&run, &medians, &path),
        phases: phases(steps, &usual, &path),
    }
}

/// Pass on the 90th percentile; unknown without an objective, or where the figure rests on nothing measured.
fn verdict(p90: u64, objective: Option<u64>, unknown: bool) -> Verdict {
    match objective {
        None => Verdict::Unknown,
        Some(_) if unknown => Verdict::Unknown,
        Some(objective) if p90 <= objective => Verdict::Ok,
        Some(_) => Verdict::Missed,
    }
}

struct Run<'r> {
    steps: &'r [Step],
    edges: Vec<(Vec<usize>, Vec<usize>)>,
    /// Which pool a step takes a place in: 0 none, 1 the engine, 2 the services.
    pools: Vec<usize>,
    places: [usize; 3],
}

impl<'r> Run<'r> {
    fn new(facts: &Facts<'_, '_>, steps: &'r [Step]) -> Self {
        let parallelism = facts.input.settings.terraform.parallelism.unwrap_or(PARALLELISM).max(1) as usize;
        let pools = steps
            .iter()
            .map(|step| match step.action {
                Action::Engine { .. } => 1,
                Action::Join { .. }
                | Action::Gate { .. }
                | Action::AwaitReady { .. }
                | Action::ResolveName { .. } => 0,
                _ => 2,
            })
            .collect();
        Self { steps, edges: schedule::edges(steps), pools, places: [usize::MAX, parallelism, AT_ONCE] }
    }

    /// Start and end of each step: ready ones start in the plan's order as places become free.
    fn simulate(&self, durations: &[f64]) -> Vec<(f64, f64)> {
        let mut times = vec![(0.0, 0.0); self.steps.len()];
        let mut waiting: Vec<usize> = self.edges.iter().map(|(needs, _)| needs.len()).collect();
        let mut free = self.places;
        let mut ready: [BinaryHeap<Reverse<usize>>; 3] = Default::default();
        for (at, count) in waiting.iter().enumerate() {
            if *count == 0 {
                ready[self.pools[at]].push(Reverse(at));
            }
        }
        // Ends in microseconds, so that they have an order.
        let mut running: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
        let mut now = 0.0;
        loop {
            for pool in 0..3 {
                while free[pool] > 0
                    && let Some(Reverse(at)) = ready[pool].pop()
                {
                    if pool > 0 {
                        free[pool] -= 1;
                    }
                    times[at] = (now, now + durations[at]);
                    running.push(Reverse((micros(now + durations[at]), at)));
                }
            }
            let Some(Reverse((_, at))) = running.pop() else { return times };
            now = times[at].1.max(now);
            if self.pools[at] > 0 {
                free[self.pools[at]] += 1;
            }
            for next in &self.edges[at].1 {
                waiting[*next] -= 1;
                if waiting[*next] == 0 {
                    ready[self.pools[*next]].push(Reverse(*next));
                }
            }
        }
    }

    /// From the step that ends last back along the need that ended last.
    fn critical_path(&self, times: &[(f64, f64)]) -> Vec<usize> {
        let all: Vec<usize> = (0..self.steps.len()).collect();
        self.path_to(times, &all)
    }

    fn path_to(&self, times: &[(f64, f64)], ends: &[usize]) -> Vec<usize> {
        let latest = |candidates: &[usize]| {
            candidates
                .iter()
                .copied()
                .max_by(|a, b| times[*a].1.total_cmp(&times[*b].1).then_with(|| b.cmp(a)))
        };
        let mut path = Vec::new();
        let mut next = latest(ends);
        while let Some(at) = next {
            path.push(at);
            next = latest(&self.edges[at].0);
        }
        path.reverse();
        path
    }

    /// Whether a step that makes up a tenth of the way or more has only a default of drplan's.
    fn rests_on_defaults(&self, path: &[usize]) -> bool {
        let whole: u64 = path.iter().map(|at| self.steps[*at].estimate.p50_seconds).sum();
        path.iter().any(|at| {
            let estimate = &self.steps[*at].estimate;
            estimate.source == EstimateSource::Default && estimate.p50_seconds * WEIGHTY_TENTH > whole
        })
    }
}

/// A lognormal through median and 90th percentile.
fn draw(random: &mut ChaCha8Rng, p50: u64, p90: u64) -> f64 {
    if p50 == 0 {
        return 0.0;
    }
    let median = as_float(p50);
    let sigma = libm::log(as_float(p90.max(p50)) / median) / Z90;
    median * libm::exp(sigma * normal(random))
}

/// Box and Muller's transform; `libm` so that every machine draws the same.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let unit = |bits: u64| (as_float(bits >> 11) + 0.5) / as_float(1 << 53);
    let (first, second) = (unit(random.next_u64()), unit(random.next_u64()));
    libm::sqrt(-2.0 * libm::log(first)) * libm::cos(std::f64::consts::TAU * second)
}

#[expect(clippy::cast_precision_loss, reason = "seconds and counts are far below 2^53")]
const fn as_float(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and short")]
fn micros(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and short")]
fn whole(seconds: f64) -> u64 {
    libm::round(seconds) as u64
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
    let cache: Vec<String> = facts
        .objects
        .iter()
        .filter(|object| object.entry.is_some_and(|entry| entry.recovery == Recovery::ElastiCache))
        .map(|object| object.address().to_owned())
        .collect();
    let all = [
        ("cluster", of(&|step| nodes.contains(&step.id))),
        (
            "database",
            of(&|step| {
                matches!(
                    step.action,
                    Action::RestoreDatabase { .. }
                        | Action::RestoreCluster { .. }
                        | Action::PromoteReplica { .. }
                        | Action::SetPassword { .. }
                )
            }),
        ),
        (
            "cache",
            of(&|step| match &step.action {
                Action::Engine { address, .. } | Action::RestoreCache { address, .. } => {
                    cache.contains(address)
                }
                _ => false,
            }),
        ),
        (
            "application",
            of(&|step| matches!(step.action, Action::AwaitReady { .. }) && step.phase == Phase::Manifests),
        ),
        ("traffic", of(&|step| matches!(step.phase, Phase::Dns))),
    ];
    all.into_iter()
        .filter(|(_, steps)| !steps.is_empty())
        .map(|(name, steps)| ComponentSteps { name, steps })
        .collect()
}

/// Without which step's time the recovery would be shortest.
fn best_prepared(run: &Run<'_>, medians: &[f64], path: &[usize]) -> Option<Prepared> {
    let end = |durations: &[f64]| {
        run.simulate(durations).iter().fold(0.0, |latest: f64, (_, end)| latest.max(*end))
    };
    let before = end(medians);
    let mut longest: Vec<usize> = path
        .iter()
        .copied()
        .filter(|at| matches!(run.steps[*at].phase, Phase::Infra | Phase::Restore | Phase::Manifests))
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

/// Loss of each store that holds data of its own.
fn losses(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<Rpo> {
    let mut rpo = Vec::new();
    for store in &decided.stores {
        let chosen = store.chosen.as_ref().and_then(|id| store.candidates.iter().find(|c| c.id == *id));
        let kind = chosen.map(|candidate| candidate.kind);
        if matches!(
            kind,
            Some(CandidateKind::Source | CandidateKind::Replicated | CandidateKind::SecretReplica)
        ) {
            continue;
        }
        let Some(at) = facts.by_address.get(store.address.as_str()).copied() else { continue };
        let object = &facts.objects[at];
        let component = match object.entry.map(|entry| entry.recovery) {
            Some(Recovery::RdsInstance | Recovery::RdsCluster) => "database",
            Some(Recovery::ElastiCache) => "cache",
            Some(Recovery::Bucket | Recovery::OfBucket) => "storage",
            _ => "store",
        };
        let objective_seconds =
            facts.objective(component, object).and_then(|objective| objective.rpo_seconds);
        let schedule = facts.input.settings.backups.iter().find(|backup| {
            facts.meant_by(&backup.store, object) || backup.store == store.name || backup.store == component
        });
        let worst_seconds = match kind {
            Some(_) => schedule.map(|schedule| schedule.interval_seconds + schedule.copy_seconds),
            None => None,
        };
        let now_seconds = chosen.and_then(|candidate| candidate.loss_seconds);
        // What is lost now may exceed what the schedule promises: the worse of both is what a verdict must hold to.
        let worst_seconds = worst_seconds.map(|worst| worst.max(now_seconds.unwrap_or(0)));
        let verdict = match (kind, worst_seconds, objective_seconds) {
            (Some(CandidateKind::Empty), ..) => Verdict::Ok,
            (_, Some(worst), Some(objective)) if worst <= objective => Verdict::Ok,
            (_, Some(_), Some(_)) => Verdict::Missed,
            _ => Verdict::Unknown,
        };
        let why = match (kind, schedule) {
            (Some(CandidateKind::Empty), _) => store.why.clone(),
            (Some(kind), Some(_)) => {
                format!("{}; the worst by its schedule: interval and copy time", kind.as_str())
            }
            (Some(kind), None) => {
                format!("{}; drplan.hcl names no schedule, so the worst is unknown", kind.as_str())
            }
            (None, _) => store.why.clone(),
        };
        rpo.push(Rpo {
            store: store.address.clone(),
            now_seconds,
            worst_seconds,
            objective_seconds,
            verdict,
            why,
        });
    }
    rpo
}
