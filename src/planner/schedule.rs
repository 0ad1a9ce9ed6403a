//! One order of the steps that respects every need and does not depend on how they were met.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::build::READY;
use super::findings::Findings;
use crate::plan::action::Action;
use crate::plan::step::{Estimate, EstimateSource, Phase, Step};
use foldhash::{HashMap, HashSet};

/// Work that takes no time of its own.
pub(super) const fn instant() -> Estimate {
    Estimate { p50_seconds: 0, p90_seconds: 0, source: EstimateSource::Policy }
}

/// Orders the steps: every need before what needs it, then by phase and id. Needs on steps that do not exist are
/// dropped with their cause reported elsewhere; a circle is cut and reported.
pub(super) fn in_order(mut steps: Vec<Step>, findings: &mut Findings) -> Vec<Step> {
    steps.sort_by(|a, b| (a.phase, &a.id).cmp(&(b.phase, &b.id)));
    steps.dedup_by(|a, b| a.id == b.id);
    let known: HashSet<String> = steps.iter().map(|step| step.id.clone()).collect();
    for step in &mut steps {
        step.needs.retain(|need| known.contains(need));
        step.needs.sort();
        step.needs.dedup();
    }
    for circle in circles(&steps) {
        let names: Vec<&str> = circle.iter().map(|at| steps[*at].id.as_str()).take(5).collect();
        findings.add(
            "dependency-cycle",
            names.first().copied().unwrap_or_default(),
            match names.as_slice() {
                [one] => format!("{one} needs itself"),
                _ => format!("{} steps need each other in a circle: {}", circle.len(), names.join(", ")),
            },
            "the state's dependencies contradict each other: refresh the state with the engine, then plan again",
            None,
        );
        let inside: HashSet<String> = circle.iter().map(|at| steps[*at].id.clone()).collect();
        // Nothing of a circle is its end: what is asked last waits for all of it.
        let asked = steps.iter_mut().filter(|step| matches!(step.action, Action::EngineConverged { .. }));
        for asked in asked.filter(|asked| !inside.contains(&asked.id)) {
            asked.needs.extend(inside.iter().cloned());
            asked.needs.sort();
            asked.needs.dedup();
        }
        for at in circle {
            let step = &mut steps[at];
            step.needs.retain(|need| !inside.contains(need));
            // What waited for the circle alone still waits for preflight.
            if step.needs.is_empty() && step.phase != Phase::Preflight && known.contains(READY) {
                step.needs.push(READY.to_owned());
            }
        }
    }
    let order = order(&steps);
    let mut slots: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect()
}

/// Steps that need each other, each circle sorted.
fn circles(steps: &[Step]) -> Vec<Vec<usize>> {
    let mut graph = petgraph::graph::DiGraph::<(), ()>::with_capacity(steps.len(), steps.len() * 2);
    let nodes: Vec<_> = steps.iter().map(|_| graph.add_node(())).collect();
    for (at, (needs, _)) in edges(steps).into_iter().enumerate() {
        for need in needs {
            graph.add_edge(nodes[need], nodes[at], ());
        }
    }
    let mut circles: Vec<Vec<usize>> = petgraph::algo::tarjan_scc(&graph)
        .into_iter()
        .filter(|part| part.len() > 1 || part.first().is_some_and(|node| graph.contains_edge(*node, *node)))
        .map(|part| {
            let mut circle: Vec<usize> = part.into_iter().map(petgraph::graph::NodeIndex::index).collect();
            circle.sort_unstable();
            circle
        })
        .collect();
    circles.sort();
    circles
}

/// Kahn's algorithm over indexes that are sorted by phase and id, smallest first.
fn order(steps: &[Step]) -> Vec<usize> {
    let graph = edges(steps);
    let mut waiting: Vec<usize> = graph.iter().map(|(needs, _)| needs.len()).collect();
    let mut ready: BinaryHeap<Reverse<usize>> =
        waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| Reverse(at)).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for next in &graph[at].1 {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push(Reverse(*next));
            }
        }
    }
    order
}

/// For each step, the indexes of what it needs and of what needs it.
pub(super) fn edges(steps: &[Step]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let index: HashMap<&str, usize> =
        steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    let mut graph = vec![(Vec::new(), Vec::new()); steps.len()];
    for (at, step) in steps.iter().enumerate() {
        for need in step.needs.iter().filter_map(|need| index.get(need.as_str()).copied()) {
            graph[at].0.push(need);
            graph[need].1.push(at);
        }
    }
    graph
}
