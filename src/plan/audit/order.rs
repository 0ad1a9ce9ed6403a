//! Ids, needs, the order of steps and phases, known-after references, deletions.

use super::actions::{Nature, Part, nature, parts};
use super::graph::Graph;
use super::{Report, Rule};
use crate::plan::action::Action;
use crate::plan::step::{DoneWhen, Phase, Step};

pub(super) fn check(graph: &Graph<'_>, report: &mut Report) {
    for (position, step) in graph.steps.iter().enumerate() {
        check_id(graph, position, step, report);
        check_needs(graph, position, step, report);
        check_phase(step, report);
    }
    if !graph.is_acyclic() {
        let circle = graph.circle();
        let shown = circle.iter().take(8).copied().collect::<Vec<_>>().join(" -> ");
        let first = circle.first().copied().unwrap_or("steps");
        report.add(Rule::Cycle, first, format!("these steps wait for each other: {shown}"));
        return;
    }
    check_known_after(graph, report);
    check_deletions(graph, report);
}

fn check_id(graph: &Graph<'_>, position: usize, step: &Step, report: &mut Report) {
    let named = step.id.split_once('/');
    if !named.is_some_and(|(phase, name)| phase == step.phase.as_str() && !name.is_empty()) {
        let phase = step.phase.as_str();
        report.add(Rule::Identity, &step.id, format!("the id of a step of phase {phase} is {phase}/NAME"));
    }
    if graph.position(&step.id) != Some(position) {
        report.add(Rule::Identity, &step.id, "two steps have this id");
    }
}

fn check_needs(graph: &Graph<'_>, position: usize, step: &Step, report: &mut Report) {
    for need in &step.needs {
        let Some(needed) = graph.position(need) else {
            report.add(Rule::Needs, &step.id, format!("it needs {need}, which is no step"));
            continue;
        };
        if needed >= position {
            report.add(Rule::Order, &step.id, format!("it stands before {need}, which it needs"));
        }
        if let Some(other) = graph.steps.get(needed)
            && !may_need(step.phase, other.phase)
        {
            report.add(
                Rule::Order,
                &step.id,
                format!("phase {} may not wait for {need}", step.phase.as_str()),
            );
        }
    }
    if step.needs.windows(2).any(|pair| pair[0] >= pair[1]) {
        report.add(Rule::Needs, &step.id, "its needs are not sorted, or one is named twice");
    }
}

/// What a phase may wait for. The phases order the review; only these are forbidden, each by a safety rule:
/// the proofs of preflight come before the first write, the fence before what it fences against, and what must
/// be ready before traffic moves cannot wait for traffic. Infra, restore and manifests may wait for each other:
/// dependants of a restored store are built after it, add-ons before the engine's own objects.
const fn may_need(phase: Phase, needed: Phase) -> bool {
    match phase {
        Phase::Preflight => matches!(needed, Phase::Preflight),
        Phase::Fence => matches!(needed, Phase::Preflight | Phase::Fence),
        Phase::Infra | Phase::Restore | Phase::Manifests => !matches!(needed, Phase::Dns | Phase::Verify),
        Phase::Dns | Phase::Verify => true,
    }
}

/// Actions that only one phase may have, and how a step of some actions is known to be done.
fn check_phase(step: &Step, report: &mut Report) {
    let only = match &step.action {
        Action::Check { .. } => Some(Phase::Preflight),
        Action::Fence { .. } => Some(Phase::Fence),
        Action::ChangeRecord { .. } | Action::ChangeDistribution { .. } => Some(Phase::Dns),
        _ => None,
    };
    if let Some(phase) = only
        && step.phase != phase
    {
        let kind = step.action.kind();
        report.add(Rule::Order, &step.id, format!("{kind} belongs to phase {}", phase.as_str()));
    }
    match (&step.action, &step.done_when) {
        (Action::Gate { .. }, DoneWhen::Decided) => {}
        (Action::Gate { .. }, _) => {
            report.add(Rule::Traffic, &step.id, "a gate is only passed by a decision")
        }
        (Action::Engine { address, .. }, DoneWhen::EngineComplete { address: done }) if address != done => {
            report.add(
                Rule::Order,
                &step.id,
                format!("it makes {address} but is done when {done} is complete"),
            );
        }
        (Action::AwaitReady { object }, DoneWhen::Ready { object: done }) if object != done => {
            report.add(
                Rule::Traffic,
                &step.id,
                format!("it waits for {object} but is done when {done} is ready"),
            );
        }
        _ => {}
    }
}

/// A parameter that is known after a step: the step exists and comes first.
fn check_known_after(graph: &Graph<'_>, report: &mut Report) {
    let mut pairs = Vec::new();
    for (position, step) in graph.steps.iter().enumerate() {
        parts(&step.action, &mut |part| {
            let Part::KnownAfter(source) = part else { return };
            match graph.position(source) {
                Some(source) => pairs.push((position, source)),
                None => report.add(
                    Rule::KnownAfter,
                    &step.id,
                    format!("a parameter is known after {source}, which is no step"),
                ),
            }
        });
    }
    for (position, source) in graph.missing(&pairs) {
        let source = graph.id(source);
        let starts = graph.steps.get(position).is_some_and(|step| match &step.action {
            Action::ApplyObject { object_kind, .. } => super::actions::runs(object_kind),
            _ => false,
        });
        let rule = if starts { Rule::Workload } else { Rule::KnownAfter };
        report.add(
            rule,
            graph.id(position),
            format!("it uses what is known after {source} without needing it"),
        );
    }
}

fn check_deletions(graph: &Graph<'_>, report: &mut Report) {
    let decided = graph.after(|step| nature(&step.action) == Nature::Decides);
    for (position, step) in graph.steps.iter().enumerate() {
        // `nature` names every action; the comparison is by discriminant because none deletes today.
        if matches!(nature(&step.action), Nature::Deletes)
            && !decided.get(position).is_some_and(|after| *after)
        {
            report.add(Rule::Deletion, &step.id, "it deletes, and no gate comes before it");
        }
    }
}
