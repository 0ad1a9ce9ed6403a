//! Stores choose what their rules allow, within their bounds, and a restore's rule is resolved before it.

use std::collections::HashSet;

use super::actions::{Nature, Part, nature, parts};
use super::graph::Graph;
use super::resources::Subjects;
use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::action::{Action, Check};
use crate::plan::store::CandidateKind;

/// Stores choose what their rule allows, and steps name stores of the plan.
pub(super) fn check(plan: &Plan, graph: &Graph<'_>, findings: &Subjects<'_>, report: &mut Report) {
    let mut known: HashSet<&str> = HashSet::new();
    for store in &plan.stores {
        if !known.insert(&store.address) {
            report.add(Rule::Identity, &store.address, "two stores have this address");
        }
        let Some(chosen) = store.chosen.as_deref() else { continue };
        let Some(candidate) = store.candidates.iter().find(|candidate| candidate.id == chosen) else {
            report.add(Rule::Store, &store.address, "what it has chosen is no candidate");
            continue;
        };
        if candidate.ruled_out.is_some() {
            report.add(Rule::Store, &store.address, "it has chosen a candidate that is ruled out");
        }
        if candidate.kind != CandidateKind::Empty && !store.rule.order.contains(&candidate.kind) {
            report.add(
                Rule::Store,
                &store.address,
                format!("its rule does not allow a {}", candidate.kind.as_str()),
            );
        }
        let too_old = matches!((candidate.loss_seconds, store.rule.max_age_seconds), (Some(loss), Some(most)) if loss > most);
        let told = [&store.address, &store.name]
            .iter()
            .any(|subject| findings.all.contains(&("recovery-point-old", subject.as_str())));
        if too_old && !told {
            report.add(
                Rule::Store,
                &store.address,
                "it has chosen what is older than its bound, and no finding says so",
            );
        }
    }
    check_volumes(plan, &known, findings, report);
    known.extend(plan.stores.iter().map(|store| store.name.as_str()));
    let resolved: HashSet<&str> = graph
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::Check { check: Check::RecoveryPoint { store } } => Some(store.as_str()),
            _ => None,
        })
        .collect();
    let chosen: HashSet<&str> = plan
        .stores
        .iter()
        .filter(|store| store.chosen.is_some())
        .map(|store| store.address.as_str())
        .collect();
    check_chosen(plan, graph, findings, report);
    check_classes(plan, graph, report);
    for step in graph.steps {
        if let Nature::Restores(address) = nature(&step.action)
            && chosen.contains(address)
            && !resolved.contains(address)
        {
            report.add(
                Rule::Store,
                &step.id,
                "no check of preflight resolves its recovery point within its bounds",
            );
        }
        parts(&step.action, &mut |part| {
            if let Part::Store(store) = part
                && !known.contains(store)
            {
                report.add(Rule::Store, &step.id, format!("it names {store}, which is no store of the plan"));
            }
        });
    }
}

/// What is restored has something to come back from, or an error says that it has not.
fn check_chosen(plan: &Plan, graph: &Graph<'_>, findings: &Subjects<'_>, report: &mut Report) {
    let without = plan.stores.iter().filter(|store| store.chosen.is_none());
    let without: HashSet<&str> = without.map(|store| store.address.as_str()).collect();
    for step in graph.steps {
        if let Nature::Restores(address) = nature(&step.action)
            && without.contains(address)
            && findings.errors.is_empty()
        {
            report.add(Rule::Store, &step.id, format!("it restores {address} from nothing: none is chosen"));
        }
    }
}

/// The classes of a rule are those that preflight proves to be on offer.
fn check_classes(plan: &Plan, graph: &Graph<'_>, report: &mut Report) {
    for step in graph.steps {
        let Action::Check { check: Check::DbClass { store, classes, .. } } = &step.action else { continue };
        let rule = plan.stores.iter().find(|known| known.address == *store).map(|store| &store.rule.classes);
        if rule.is_some_and(|rule| rule != classes) {
            report.add(Rule::Store, &step.id, "it proves other classes than the rule of its store allows");
        }
    }
}

/// A claim that is applied gives an empty volume: the plan has it as a store, and an error where nobody accepted that.
fn check_volumes(plan: &Plan, known: &HashSet<&str>, findings: &Subjects<'_>, report: &mut Report) {
    let claims: HashSet<String> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::ApplyObject { api_version, object_kind, namespace, name, .. }
                if api_version == "v1" && object_kind == "PersistentVolumeClaim" =>
            {
                let namespace =
                    namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
                Some(format!("{object_kind}/{namespace}{name}"))
            }
            _ => None,
        })
        .collect();
    for claim in claims.iter().filter(|claim| !known.contains(claim.as_str())) {
        report.add(Rule::Data, claim, "the volume that it claims is empty, and it is no store of the plan");
    }
    for store in plan.stores.iter().filter(|store| store.chosen.is_none() && claims.contains(&store.address))
    {
        if !findings.errors.contains(store.address.as_str()) {
            let message = "the volume that it claims is empty, and no error says so";
            report.add(Rule::Data, &store.address, message);
        }
    }
}
