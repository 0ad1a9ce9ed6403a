//! Safety rules 1 and 5: traffic, gates and the fence.

use std::collections::{HashMap, HashSet};

use super::actions::{Nature, is_external_dns, label, labels, nature, serves};
use super::graph::Graph;
use super::{Report, Rule, Table};
use crate::model::types::Recovery;
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange};
use crate::plan::finding::Severity;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::{DoneWhen, Phase, Step};
use crate::plan::values::{Site, UseDisposition};

/// Gates before dns that one plan may have: more could not be reviewed, and each is followed on its own.
const GATES: usize = 16;

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, table: Table, report: &mut Report) {
    if !graph.is_acyclic() {
        return;
    }
    let behind_gate = graph.after(is_dns_gate);
    check_movers(plan, graph, table, &behind_gate, report);
    check_gates(graph, &behind_gate, report);
    check_origins(plan, report);
    check_releases(graph, report);
    check_fence(graph, report);
}

fn is_dns_gate(step: &Step) -> bool {
    matches!(step.action, Action::Gate { before: Phase::Dns, ask: _ })
}

/// Every step that moves traffic comes after a dns gate, and knows a target outside the lost region.
fn check_movers(plan: &Plan, graph: &Graph<'_>, table: Table, behind_gate: &[bool], report: &mut Report) {
    let withheld: HashMap<&str, &str> = plan
        .resources
        .iter()
        .filter(|resource| {
            let moves = table(&resource.type_name).is_some_and(|entry| entry.recovery == Recovery::Traffic);
            resource.deposed.is_none()
                && (resource.disposition == Disposition::Update
                    || resource.engine == Engine::Withhold
                    || (moves && resource.disposition == Disposition::Create))
        })
        .map(|resource| (resource.address.as_str(), resource.type_name.as_str()))
        .collect();
    let lost = plan.saw.primary_region.as_ref().map(|region| format!(".{region}."));
    let has_error = plan.findings.iter().any(|finding| finding.severity == Severity::Error);
    for (position, step) in graph.steps.iter().enumerate() {
        let moves = match &step.action {
            Action::ApplyObject { object_kind, namespace, name, hold: None, .. } => {
                serves(object_kind) && is_external_dns(&label(object_kind, namespace.as_deref(), name))
            }
            Action::Engine { address, change: EngineChange::Create | EngineChange::Import, .. } => {
                withheld.contains_key(address.as_str())
            }
            action => nature(action) == Nature::MovesTraffic,
        };
        if moves && !behind_gate.get(position).is_some_and(|behind| *behind) {
            report.add(Rule::Traffic, &step.id, "it moves traffic, and no gate before dns comes first");
        }
        if let Action::ChangeRecord { to, to_known_after, .. } = &step.action {
            if let (Some(to), Some(lost)) = (to, &lost)
                && format!("{to}.").contains(lost.as_str())
            {
                report.add(Rule::Traffic, &step.id, format!("it points at {to}, in the lost region"));
            }
            if to.is_none() && to_known_after.is_none() && !has_error {
                report.add(Rule::Traffic, &step.id, "its target is unknown, and no finding says so");
            }
        }
    }
}

/// A distribution that is changed leads nowhere that the plan cannot place, or an error says so.
fn check_origins(plan: &Plan, report: &mut Report) {
    if plan.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return;
    }
    let changed: HashSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::ChangeDistribution { address: Some(address), .. } => Some(address.as_str()),
            _ => None,
        })
        .collect();
    for used in plan.values.iter().flat_map(|value| &value.uses) {
        let Site::Resource { resource, path, .. } = &used.site else { continue };
        let is_origin = path.starts_with("/origin/") && path.ends_with("/domain_name");
        if used.disposition == UseDisposition::Unplaced && is_origin && changed.contains(resource.as_str()) {
            report.add(
                Rule::Traffic,
                resource,
                "an origin of it names what the plan cannot place, and no error says so",
            );
        }
    }
}

/// A dns gate has seen every store restored and every workload ready.
fn check_gates(graph: &Graph<'_>, behind_gate: &[bool], report: &mut Report) {
    let gates: Vec<usize> =
        graph.steps.iter().enumerate().filter(|(_, step)| is_dns_gate(step)).map(|(at, _)| at).collect();
    if let Some(gate) = gates.get(GATES) {
        report.add(
            Rule::Traffic,
            graph.id(*gate),
            format!("a plan may have at most {GATES} gates before dns"),
        );
    }
    let proofs = proofs(graph, behind_gate, !gates.is_empty(), report);
    for gate in gates.iter().take(GATES) {
        let pairs: Vec<(usize, usize)> = proofs.iter().map(|proof| (*gate, *proof)).collect();
        for (_, proof) in graph.missing(&pairs) {
            report.add(
                Rule::Traffic,
                graph.id(*gate),
                format!("the gate does not wait for {}", graph.id(proof)),
            );
        }
    }
}

/// Steps that a dns gate must have behind it: what brings stores back to use, and what proves that the stack is up.
fn proofs(graph: &Graph<'_>, behind_gate: &[bool], gated: bool, report: &mut Report) -> Vec<usize> {
    let is_before = |position: usize| !behind_gate.get(position).is_some_and(|behind| *behind);
    let mut proofs = Vec::new();
    let mut ready: HashMap<&str, usize> = HashMap::new();
    for (position, step) in graph.steps.iter().enumerate() {
        match (&step.action, nature(&step.action)) {
            (_, Nature::Restores(_) | Nature::Promotes(_))
            | (
                Action::ModifyDatabase { .. }
                | Action::SetPassword { .. }
                | Action::SpliceSecret { .. }
                | Action::WarmUp { .. },
                _,
            ) => {
                proofs.push(position);
            }
            (Action::ProbeEndpoint { .. }, _) if is_before(position) => proofs.push(position),
            (Action::AwaitReady { object }, _) if is_before(position) => {
                ready.insert(object, position);
                proofs.push(position);
            }
            _ => {}
        }
    }
    for (position, step) in graph.steps.iter().enumerate() {
        let Action::ApplyObject { object_kind, hold: None, .. } = &step.action else { continue };
        if !gated || !serves(object_kind) || !is_before(position) {
            continue;
        }
        let Some(labels) = labels(&step.action) else { continue };
        let [label, _] = &labels;
        match (&step.done_when, labels.iter().find_map(|label| ready.get(label.as_str()))) {
            (_, Some(_)) => {}
            (DoneWhen::Ready { object }, None) if labels.contains(object) => proofs.push(position),
            _ => report.add(Rule::Traffic, &step.id, format!("nothing proves {label} ready before the gate")),
        }
    }
    proofs
}

/// What is let go was held by a step before, and a person has decided.
fn check_releases(graph: &Graph<'_>, report: &mut Report) {
    let decided = graph.after(|step| nature(&step.action) == Nature::Decides);
    let mut held: HashMap<String, usize> = HashMap::new();
    for (position, step) in graph.steps.iter().enumerate() {
        if let Action::ApplyObject { hold: Some(_), .. } = &step.action {
            let labels = labels(&step.action).into_iter().flatten();
            held.extend(labels.map(|label| (label, position)));
        }
    }
    let mut pairs = Vec::new();
    for (position, step) in graph.steps.iter().enumerate() {
        let Action::Release { object, hold: _ } = &step.action else { continue };
        if !decided.get(position).is_some_and(|decided| *decided) {
            report.add(Rule::Traffic, &step.id, format!("it lets go of {object}, and no gate comes first"));
        }
        match held.get(object) {
            Some(applied) => pairs.push((position, *applied)),
            None => report.add(Rule::Order, &step.id, format!("it lets go of {object}, which no step holds")),
        }
    }
    for (position, applied) in graph.missing(&pairs) {
        let applied = graph.id(applied);
        report.add(Rule::Order, graph.id(position), format!("it lets go before {applied} has applied"));
    }
}

/// A cut-over comes after a fence, or after a probe and a decision.
fn check_fence(graph: &Graph<'_>, report: &mut Report) {
    let fenced = graph.after(|step| nature(&step.action) == Nature::Fences);
    let probed = graph.after(|step| matches!(step.action, Action::ProbePrimary { .. }));
    let decided = graph.after(|step| nature(&step.action) == Nature::Decides);
    for (position, step) in graph.steps.iter().enumerate() {
        if matches!(nature(&step.action), Nature::MovesTraffic | Nature::Promotes(_)) {
            let is = |marks: &[bool]| marks.get(position).is_some_and(|mark| *mark);
            let sound = is(&fenced) || (is(&probed) && is(&decided));
            if !sound {
                report.add(
                    Rule::Fence,
                    &step.id,
                    "neither a fence, nor a probe of the primary and a decision, comes before it",
                );
            }
        }
    }
}
