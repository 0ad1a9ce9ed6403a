//! The forecast adds up: its steps exist, its way is a way, its verdicts follow from its figures.

mod without;

use std::collections::{HashMap, HashSet};

use super::graph::Graph;
use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::forecast::{Component, Doubt, Forecast, PhaseSpan, Prepared, Rpo, Rto, Verdict};
use crate::plan::resource::Disposition;
use crate::plan::step::Estimate;
use crate::plan::store::{CandidateKind, PlannedStore};

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, report: &mut Report) {
    for step in graph.steps {
        let Estimate { p50_seconds, p90_seconds, source: _ } = step.estimate;
        if p50_seconds > p90_seconds {
            report.add(Rule::Forecast, &step.id, "its median is above its 90th percentile");
        }
    }
    let Forecast { rto, components, rpo, samples: _, best_prepared, phases, without_us_east_1 } =
        &plan.forecast;
    without::check(plan, without_us_east_1, graph, report);
    let Rto { p50_seconds, p90_seconds, objective_seconds, verdict, doubts, critical_path } = rto;
    let times = (Some(*p50_seconds), Some(*p90_seconds));
    check_time("forecast.rto", times, *objective_seconds, *verdict, (doubts, false), report);
    check_path("forecast.rto.critical_path", critical_path, graph, report);
    check_blocked(plan, doubts, report);
    for Component { component, p50_seconds, p90_seconds, objective_seconds, verdict, doubts, given_up } in
        components
    {
        let times = (*p50_seconds, *p90_seconds);
        let of_it = (doubts.as_slice(), !given_up.is_empty());
        check_time(component, times, *objective_seconds, *verdict, of_it, report);
        for address in given_up {
            let store = plan.stores.iter().find(|store| store.address == *address);
            if !store.is_some_and(comes_back_empty) {
                report.add(Rule::Forecast, address, "it is given up, and nobody accepted its loss");
            }
        }
    }
    check_losses(plan, rpo, report);
    if let Some(Prepared { step, saves_seconds: _ }) = best_prepared
        && graph.position(step).is_none()
    {
        report.add(Rule::Forecast, step, "the step best made ready is no step");
    }
    check_phases(phases, graph, report);
}

fn check_time(
    subject: &str,
    (p50, p90): (Option<u64>, Option<u64>),
    objective: Option<u64>,
    verdict: Verdict,
    (doubts, given_up): (&[Doubt], bool),
    report: &mut Report,
) {
    if p50 > p90 {
        report.add(Rule::Forecast, subject, "its median is above its 90th percentile");
    }
    if verdict != Verdict::Unknown && !doubts.is_empty() {
        report.add(Rule::Forecast, subject, "a verdict is given on a time that lacks something");
    }
    let follows = match (verdict, p90, objective) {
        (Verdict::Ok, Some(p90), Some(objective)) => p90 <= objective,
        (Verdict::Missed, Some(p90), Some(objective)) => p90 > objective,
        (Verdict::Ok | Verdict::Missed, _, _) => false,
        (Verdict::Unknown, _, _) => true,
        // Where all of it is given up there is no time, and none is missed.
        (Verdict::Accepted, p90, _) => p90.is_none() && given_up,
    };
    if !follows {
        report.add(
            Rule::Forecast,
            subject,
            format!("its figures do not make the verdict {}", verdict.as_str()),
        );
    }
}

/// The time of the whole names everything that it does not include: a shorter plan is no faster recovery.
fn check_blocked(plan: &Plan, doubts: &[Doubt], report: &mut Report) {
    let named: HashSet<&str> = doubts
        .iter()
        .filter_map(|doubt| match doubt {
            Doubt::Blocked { address } => Some(address.as_str()),
            Doubt::Unchosen { .. } | Doubt::Unmeasured { .. } => None,
        })
        .collect();
    for resource in plan.resources.iter().filter(|resource| resource.disposition == Disposition::Block) {
        if !named.contains(resource.address.as_str()) {
            report.add(Rule::Forecast, &resource.address, "it is blocked, and the forecast does not say so");
        }
    }
}

/// Each step of the longest way comes after the one before it.
fn check_path(subject: &str, path: &[String], graph: &Graph<'_>, report: &mut Report) {
    if path.is_empty() && !graph.steps.is_empty() {
        report.add(Rule::Forecast, subject, "a plan with steps has a longest way");
    }
    let mut positions = Vec::with_capacity(path.len());
    for id in path {
        match graph.position(id) {
            Some(position) => positions.push(position),
            None => report.add(Rule::Forecast, subject, format!("{id} is no step")),
        }
    }
    if !graph.is_acyclic() {
        return;
    }
    let pairs: Vec<(usize, usize)> = positions.windows(2).map(|pair| (pair[1], pair[0])).collect();
    for (after, before) in graph.missing(&pairs) {
        let (after, before) = (graph.id(after), graph.id(before));
        report.add(Rule::Forecast, subject, format!("{after} does not wait for {before}"));
    }
}

fn check_losses(plan: &Plan, losses: &[Rpo], report: &mut Report) {
    let stores: HashMap<&str, &PlannedStore> =
        plan.stores.iter().map(|store| (store.address.as_str(), store)).collect();
    let mut told: HashSet<&str> = HashSet::new();
    for Rpo { store: address, now_seconds: _, worst_seconds, objective_seconds, verdict, why: _ } in losses {
        told.insert(address);
        let Some(store) = stores.get(address.as_str()) else {
            report.add(Rule::Forecast, address, "its loss is told, and it is no store of the plan");
            continue;
        };
        // An accepted loss holds whatever the figures are; without any copy, the loss has no bound and no figure, and
        // no objective can be met.
        let follows = match (verdict, worst_seconds, objective_seconds) {
            (Verdict::Accepted, worst, _) => worst.is_none() && comes_back_empty(store),
            // One that the primary does not have begins empty, and nobody has accepted that.
            (Verdict::Unknown, None, _) if comes_back_empty(store) => true,
            _ if comes_back_empty(store) => false,
            (Verdict::Ok, ..) if store.chosen.is_none() => false,
            (Verdict::Missed, None, _) if store.chosen.is_none() => true,
            (Verdict::Ok, Some(worst), Some(objective)) => worst <= objective,
            (Verdict::Missed, Some(worst), Some(objective)) => worst > objective,
            (Verdict::Missed, None, Some(_)) | (Verdict::Unknown, _, _) => true,
            (Verdict::Ok, _, _) | (Verdict::Missed, _, None) => false,
        };
        if !follows {
            let message = format!("its figures do not make the verdict {}", verdict.as_str());
            report.add(Rule::Forecast, address, message);
        }
    }
    // A replica holds nothing that its source does not.
    let holds = plan.stores.iter().filter(|store| !store.rule.order.contains(&CandidateKind::Source));
    let silent = holds.filter(|store| store.chosen.is_none() || comes_back_empty(store));
    for store in silent.filter(|store| !told.contains(store.address.as_str())) {
        report.add(Rule::Forecast, &store.address, "its data does not come back, and its loss is not told");
    }
}

fn comes_back_empty(store: &PlannedStore) -> bool {
    store.chosen().is_some_and(|candidate| candidate.kind == CandidateKind::Empty)
}

fn check_phases(phases: &[PhaseSpan], graph: &Graph<'_>, report: &mut Report) {
    let mut seen = HashSet::new();
    for PhaseSpan { phase, steps, from_seconds, to_seconds, critical: _ } in phases {
        let name = phase.as_str();
        if !seen.insert(*phase) {
            report.add(Rule::Forecast, name, "the phase is told twice");
        }
        if from_seconds > to_seconds {
            report.add(Rule::Forecast, name, "the phase ends before it begins");
        }
        let counted = graph.steps.iter().filter(|step| step.phase == *phase).count();
        if u64::try_from(counted) != Ok(*steps) {
            report.add(Rule::Forecast, name, format!("the phase has {counted} steps, not {steps}"));
        }
    }
}
