//! What must come before what, where the actions themselves tell: proofs before writes, a store before what is done
//! to it, the fence before the recovery point is taken.

use std::collections::HashMap;

use super::actions::{Nature, labels, nature};
use super::graph::Graph;
use super::{Report, Rule};
use crate::plan::action::{Action, Check, EngineChange};
use crate::plan::step::Plane;

pub(super) fn check(graph: &Graph<'_>, report: &mut Report) {
    if !graph.is_acyclic() {
        return;
    }
    check_proofs(graph, report);
    check_converged(graph, report);
    let made = Made::read(graph);
    let mut pairs = Vec::new();
    for (position, step) in graph.steps.iter().enumerate() {
        let before = match &step.action {
            Action::ModifyDatabase { identifier, .. }
            | Action::SetPassword { identifier, .. }
            | Action::WarmUp { identifier } => made.databases.get(identifier.as_str()).copied(),
            Action::SpliceSecret { name, .. } => made.secrets.get(name.as_str()).copied(),
            Action::AwaitReady { object } => made.objects.get(object).copied(),
            Action::ResolveName { name, .. } => made.records.get(name.as_str()).copied(),
            _ => None,
        };
        pairs.extend(before.map(|before| (position, before)));
        let changed = match &step.action {
            Action::Engine { address, change: EngineChange::Import, .. } => {
                made.changes.get(address.as_str())
            }
            Action::WarmUp { identifier } => made.passwords.get(identifier.as_str()),
            _ => None,
        };
        pairs.extend(changed.into_iter().flatten().map(|before| (position, *before)));
    }
    for (position, before) in graph.missing(&pairs) {
        let before = graph.id(before);
        report.add(
            Rule::Order,
            graph.id(position),
            format!("what it acts on is made or changed by {before}, which it does not wait for"),
        );
    }
    check_fence(graph, report);
}

/// Nothing is written before all of preflight has been proven. Of a global control plane only what asks it waits, be it
/// to read: what does not is done while that is impaired.
fn check_proofs(graph: &Graph<'_>, report: &mut Report) {
    let checks: Vec<usize> =
        positions(graph, |action| matches!(action, Action::Check { .. }) && control_plane(action).is_none());
    let proven = graph.after_all(&checks);
    for (position, step) in graph.steps.iter().enumerate() {
        let writes = !matches!(nature(&step.action), Nature::Looks | Nature::Decides);
        if writes && !proven.get(position).is_some_and(|proven| *proven) {
            report.add(
                Rule::Order,
                &step.id,
                "it writes before preflight has proven all that the plan stands on",
            );
        }
    }
    for of_service in ["iam", "route53", "s3", "cloudfront"] {
        let checks = positions(graph, |action| control_plane(action) == Some(of_service));
        let proven = graph.after_all(&checks);
        for (position, step) in graph.steps.iter().enumerate() {
            let asks = step.plane == Plane::UsEast1Control && asked(&step.action) == Some(of_service);
            if asks && (checks.is_empty() || !proven.get(position).is_some_and(|proven| *proven)) {
                report.add(
                    Rule::Order,
                    &step.id,
                    format!(
                        "it asks {of_service} before preflight has proven that its control plane answers"
                    ),
                );
            }
        }
    }
}

fn control_plane(action: &Action) -> Option<&str> {
    match action {
        Action::Check { check: Check::ControlPlane { service } } => Some(service),
        _ => None,
    }
}

/// The global service that an action asks, by what it is or by the type in its address.
fn asked(action: &Action) -> Option<&'static str> {
    match action {
        Action::TrustIssuer { .. } => Some("iam"),
        Action::ChangeRecord { .. } => Some("route53"),
        Action::ChangeDistribution { .. } => Some("cloudfront"),
        Action::Engine { address, .. } => {
            let of_type = |prefix: &str| address.split('.').any(|word| word.starts_with(prefix));
            [
                ("aws_iam_", "iam"),
                ("aws_route53_", "route53"),
                ("aws_s3_", "s3"),
                ("aws_cloudfront_", "cloudfront"),
            ]
            .into_iter()
            .find(|(prefix, _)| of_type(prefix))
            .map(|(_, service)| service)
        }
        _ => None,
    }
}

/// The engine is asked whether it is done after all that it was told to do: asked before, it finds what is to come.
fn check_converged(graph: &Graph<'_>, report: &mut Report) {
    let engine = positions(graph, |action| matches!(action, Action::Engine { .. }));
    let done = graph.after_all(&engine);
    for position in positions(graph, |action| matches!(action, Action::EngineConverged { .. })) {
        if !engine.is_empty() && !done.get(position).is_some_and(|done| *done) {
            report.add(
                Rule::Order,
                graph.id(position),
                "the engine is asked whether it is done before all that it is told to do",
            );
        }
    }
}

/// The primary is probed before it is fenced, and fenced before recovery points are taken: what it writes until then
/// is in them.
fn check_fence(graph: &Graph<'_>, report: &mut Report) {
    let fences = positions(graph, |action| matches!(nature(action), Nature::Fences));
    let probes = positions(graph, |action| matches!(action, Action::ProbePrimary { .. }));
    let (fenced, probed) = (graph.after_all(&fences), graph.after_all(&probes));
    let is = |marks: &[bool], position: usize| marks.get(position).is_some_and(|mark| *mark);
    for (position, step) in graph.steps.iter().enumerate() {
        match nature(&step.action) {
            Nature::Fences if !is(&probed, position) => {
                report.add(Rule::Fence, &step.id, "it does not wait for the probe of the primary");
            }
            Nature::Restores(_) if !is(&fenced, position) => {
                report.add(
                    Rule::Fence,
                    &step.id,
                    "its recovery point is taken before the primary's writers are stopped",
                );
            }
            _ => {}
        }
    }
}

fn positions(graph: &Graph<'_>, which: impl Fn(&Action) -> bool) -> Vec<usize> {
    graph
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| which(&step.action))
        .map(|(position, _)| position)
        .collect()
}

/// Steps by the name of what they make.
#[derive(Default)]
struct Made<'p> {
    databases: HashMap<&'p str, usize>,
    secrets: HashMap<&'p str, usize>,
    /// Changes of a database by its address: who takes it over, and makes replicas of it, takes it as it stays.
    changes: HashMap<&'p str, Vec<usize>>,
    /// Changes of who may sign in, by identifier.
    passwords: HashMap<&'p str, Vec<usize>>,
    objects: HashMap<String, usize>,
    records: HashMap<&'p str, usize>,
}

impl<'p> Made<'p> {
    fn read(graph: &Graph<'p>) -> Self {
        let mut made = Self::default();
        let mut addresses: HashMap<&str, &str> = HashMap::new();
        for (position, step) in graph.steps.iter().enumerate() {
            match &step.action {
                Action::RestoreDatabase { address, identifier, .. }
                | Action::RestoreCluster { address, identifier, .. }
                | Action::PromoteReplica { address, identifier, .. } => {
                    made.databases.insert(identifier, position);
                    addresses.insert(identifier.as_str(), address.as_str());
                }
                Action::ModifyDatabase { address, .. } => {
                    made.changes.entry(address).or_default().push(position);
                }
                Action::SetPassword { identifier, .. } => {
                    made.passwords.entry(identifier).or_default().push(position);
                }
                Action::PromoteSecret { name, .. } => {
                    made.secrets.insert(name, position);
                }
                Action::ApplyObject { .. } => {
                    let labels = labels(&step.action).into_iter().flatten();
                    made.objects.extend(labels.map(|label| (label, position)));
                }
                Action::ChangeRecord { name, .. } => {
                    made.records.insert(name, position);
                }
                _ => {}
            }
        }
        for (identifier, positions) in &made.passwords {
            if let Some(address) = addresses.get(identifier) {
                made.changes.entry(address).or_default().extend(positions);
            }
        }
        made
    }
}
