//! The forecast without the control plane of us-east-1 adds up: what waits is derived from the steps again.

use std::collections::{BTreeSet, HashSet};

use super::super::graph::Graph;
use super::super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::forecast::{Beforehand, Reached, Rto, Stranded, Verdict};
use crate::plan::step::{Plane, Step};

const SUBJECT: &str = "forecast.without_us_east_1";

pub(super) fn check(plan: &Plan, without: &Stranded, graph: &Graph<'_>, report: &mut Report) {
    let Stranded { first, all, rto, components, beforehand } = without;
    let stops: Vec<&str> =
        graph.steps.iter().filter(|step| asks(step)).map(|step| step.id.as_str()).collect();
    let waits: HashSet<&str> = graph
        .steps
        .iter()
        .zip(graph.after(asks))
        .filter(|(step, after)| *after || asks(step))
        .map(|(step, _)| step.id.as_str())
        .collect();
    if stops != first.iter().map(String::as_str).collect::<Vec<_>>() {
        report.add(Rule::Forecast, SUBJECT, "the steps that it stops at are not those that ask us-east-1");
    }
    if u64::try_from(waits.len()) != Ok(*all) {
        report.add(Rule::Forecast, SUBJECT, format!("{} steps wait, not {all}", waits.len()));
    }
    check_rto(plan, rto, &waits, report);
    for Reached { component, p50_seconds, p90_seconds, waits_for } in components {
        if p50_seconds > p90_seconds || p50_seconds.is_some() != p90_seconds.is_some() {
            report.add(
                Rule::Forecast,
                component,
                "without us-east-1 its median is above its 90th percentile",
            );
        }
        if p50_seconds.is_some() && !waits_for.is_empty() {
            report.add(Rule::Forecast, component, "it waits for us-east-1, and has a time without it");
        }
        for id in waits_for.iter().filter(|id| !first.contains(id)) {
            report.add(
                Rule::Forecast,
                component,
                format!("it waits for {id}, which does not wait for us-east-1"),
            );
        }
    }
    let of_whole: Vec<&str> =
        plan.forecast.components.iter().map(|component| component.component.as_str()).collect();
    if of_whole != components.iter().map(|component| component.component.as_str()).collect::<Vec<_>>() {
        report.add(Rule::Forecast, SUBJECT, "its components are not those of the forecast");
    }
    let spared: BTreeSet<&str> =
        beforehand.iter().flat_map(|Beforehand { what: _, steps }| steps).map(String::as_str).collect();
    if spared != stops.iter().copied().collect() {
        report.add(
            Rule::Forecast,
            SUBJECT,
            "what would have to be there beforehand is not said of each step",
        );
    }
}

fn check_rto(plan: &Plan, rto: &Rto, waits: &HashSet<&str>, report: &mut Report) {
    let Rto { p50_seconds, p90_seconds, objective_seconds, verdict, doubts: _, critical_path } = rto;
    let whole = &plan.forecast.rto;
    if waits.is_empty() {
        if rto != whole {
            report.add(Rule::Forecast, SUBJECT, "nothing waits, and it takes another time than the whole");
        }
        return;
    }
    if p50_seconds > p90_seconds {
        report.add(Rule::Forecast, SUBJECT, "its median is above its 90th percentile");
    }
    if *objective_seconds != whole.objective_seconds {
        report.add(Rule::Forecast, SUBJECT, "its objective is another than that of the whole");
    }
    let expected = if objective_seconds.is_some() { Verdict::Missed } else { Verdict::Unknown };
    if *verdict != expected {
        let message = format!("it does not complete, which is {}", expected.as_str());
        report.add(Rule::Forecast, SUBJECT, message);
    }
    for id in critical_path.iter().filter(|id| waits.contains(id.as_str())) {
        report.add(Rule::Forecast, SUBJECT, format!("{id} waits, and is on the way of what does not"));
    }
}

/// An import reads, which asks the same control plane.
fn asks(step: &Step) -> bool {
    step.plane == Plane::UsEast1Control
}
