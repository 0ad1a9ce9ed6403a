//! Data never comes back empty; every resource has the step that its disposition asks for, and no other.

use std::collections::{HashMap, HashSet};

use super::actions::{Nature, Part, nature, parts};
use super::graph::Graph;
use super::{Report, Rule, Table};
use crate::model::types::{HoldsData, Recovery};
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange};
use crate::plan::finding::{Finding, Severity};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::store::{CandidateKind, PlannedStore};

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, table: Table, report: &mut Report) {
    let stores: HashMap<&str, &PlannedStore> =
        plan.stores.iter().map(|store| (store.address.as_str(), store)).collect();
    let done = Done::read(graph, report);
    let findings = Subjects::read(&plan.findings);
    let mut seen: HashSet<(&str, Option<&str>)> = HashSet::with_capacity(plan.resources.len());
    let mut current: HashMap<&str, &PlannedResource> = HashMap::with_capacity(plan.resources.len());
    for resource in &plan.resources {
        if !seen.insert((&resource.address, resource.deposed.as_deref())) {
            report.add(Rule::Identity, &resource.address, "two resources have this address");
        }
        if let Some(step) = resource.known_after.as_deref().filter(|step| graph.position(step).is_none()) {
            let message = format!("its counterpart is known after {step}, which is no step");
            report.add(Rule::KnownAfter, &resource.address, message);
        }
        check_data(resource, &stores, &findings, table, report);
        check_engine(resource, report);
        if resource.disposition == Disposition::Block && !findings.errors.contains(resource.address.as_str())
        {
            report.add(Rule::Finding, &resource.address, "it is blocked, and no error says why");
        }
        if resource.deposed.is_none() {
            current.insert(&resource.address, resource);
            check_done(resource, &done, graph, &findings, table, report);
        } else if resource.disposition == Disposition::Create {
            report.add(Rule::Disposition, &resource.address, "a deposed object is not made anew");
        }
    }
    check_steps(graph, &current, report);
    check_stores(plan, graph, &findings, report);
}

/// Subjects of findings.
struct Subjects<'p> {
    all: HashSet<(&'p str, &'p str)>,
    errors: HashSet<&'p str>,
}

impl<'p> Subjects<'p> {
    fn read(findings: &'p [Finding]) -> Self {
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        Self {
            all: findings.iter().map(|finding| (finding.code.as_str(), finding.subject.as_str())).collect(),
            errors: errors.map(|finding| finding.subject.as_str()).collect(),
        }
    }
}

/// What holds data, or may, is not made new, unless the plan has chosen for it to come back empty.
fn check_data(
    resource: &PlannedResource,
    stores: &HashMap<&str, &PlannedStore>,
    findings: &Subjects<'_>,
    table: Table,
    report: &mut Report,
) {
    let entry = table(&resource.type_name);
    if resource.unknown_type == entry.is_some() {
        let word = if entry.is_some() { "known" } else { "not known" };
        report.add(Rule::Data, &resource.address, format!("{} is {word} to the table", resource.type_name));
    }
    if resource.disposition != Disposition::Create {
        return;
    }
    match entry.map(|entry| entry.data) {
        Some(HoldsData::No) => {}
        Some(HoldsData::Yes | HoldsData::Unknown) => {
            let emptied = stores.get(resource.address.as_str()).is_some_and(|store| {
                store.candidates.iter().any(|candidate| {
                    candidate.kind == CandidateKind::Empty && store.chosen.as_deref() == Some(&candidate.id)
                })
            });
            if !emptied {
                let message = "it may hold data and would come back empty, and nobody accepted its loss";
                report.add(Rule::Data, &resource.address, message);
            }
        }
        // Rules on attributes decided; the reader must be told that the table did not.
        None => {
            let told = [&resource.address, &resource.type_name]
                .iter()
                .any(|subject| findings.all.contains(&("unknown-type", subject.as_str())));
            if !told {
                let message = "its type is unknown and it would be made new, and no finding says so";
                report.add(Rule::Data, &resource.address, message);
            }
        }
    }
}

/// What the engine is told fits what becomes of it: only what is created may be made by the engine alone.
fn check_engine(resource: &PlannedResource, report: &mut Report) {
    let fits = match resource.disposition {
        Disposition::Create => matches!(resource.engine, Engine::Create),
        Disposition::Share => matches!(resource.engine, Engine::Import | Engine::None | Engine::Exclude),
        Disposition::Adopt => matches!(resource.engine, Engine::Import),
        Disposition::Restore | Disposition::Promote => {
            matches!(resource.engine, Engine::Exclude | Engine::Import)
        }
        Disposition::Update => matches!(resource.engine, Engine::Withhold),
        Disposition::Carry => matches!(resource.engine, Engine::Carry),
        Disposition::Skip | Disposition::Block => matches!(resource.engine, Engine::Exclude | Engine::None),
    };
    if !fits {
        let (disposition, engine) = (resource.disposition.as_str(), resource.engine.as_str());
        report.add(
            Rule::Disposition,
            &resource.address,
            format!("the engine is told {engine}, which does not fit {disposition}"),
        );
    }
}

/// Steps by the address that they act on.
#[derive(Default)]
struct Done<'p> {
    engine: HashMap<&'p str, EngineChange>,
    brought_back: HashSet<&'p str>,
    moved: HashSet<&'p str>,
}

impl<'p> Done<'p> {
    fn read(graph: &Graph<'p>, report: &mut Report) -> Self {
        let mut done = Self::default();
        for step in graph.steps {
            match (&step.action, nature(&step.action)) {
                (Action::Engine { address, change, .. }, _) => {
                    if done.engine.insert(address, *change).is_some() {
                        report.add(Rule::Disposition, &step.id, format!("two engine steps act on {address}"));
                    }
                }
                (
                    Action::ChangeRecord { address: Some(address), .. }
                    | Action::ChangeDistribution { address: Some(address), .. },
                    _,
                ) => {
                    done.moved.insert(address);
                }
                (
                    _,
                    Nature::Restores(address) | Nature::Promotes(address) | Nature::PromotesSecret(address),
                ) if !done.brought_back.insert(address) => {
                    report.add(Rule::Disposition, &step.id, format!("two steps bring {address} back"));
                }
                _ => {}
            }
        }
        done
    }
}

/// A resource has its step.
fn check_done(
    resource: &PlannedResource,
    done: &Done<'_>,
    graph: &Graph<'_>,
    findings: &Subjects<'_>,
    table: Table,
    report: &mut Report,
) {
    let address = resource.address.as_str();
    let engine = done.engine.get(address);
    let is_done = match resource.disposition {
        Disposition::Create => engine == Some(&EngineChange::Create),
        Disposition::Carry => engine == Some(&EngineChange::Carry),
        Disposition::Share | Disposition::Adopt => {
            resource.engine != Engine::Import || engine == Some(&EngineChange::Import)
        }
        // Some come with another (an instance with its cluster), and say after which step.
        Disposition::Restore | Disposition::Promote => {
            let own = table(&resource.type_name).is_some_and(|entry| {
                matches!(
                    entry.recovery,
                    Recovery::RdsInstance | Recovery::RdsCluster | Recovery::ElastiCache | Recovery::Secret
                )
            });
            let with_another = resource
                .known_after
                .as_deref()
                .and_then(|step| graph.steps.get(graph.position(step)?))
                .is_some_and(|step| {
                    matches!(
                        nature(&step.action),
                        Nature::Restores(_) | Nature::Promotes(_) | Nature::PromotesSecret(_)
                    )
                });
            !own || done.brought_back.contains(address) || with_another
        }
        Disposition::Update => {
            done.moved.contains(address) || engine.is_some() || findings.errors.contains(address)
        }
        Disposition::Skip | Disposition::Block => true,
    };
    if !is_done {
        let message = format!("it is to be {}, and no step does that", resource.disposition.as_str());
        report.add(Rule::Disposition, address, message);
    }
}

/// A step acts on a resource whose disposition asks for it.
fn check_steps(graph: &Graph<'_>, current: &HashMap<&str, &PlannedResource>, report: &mut Report) {
    for step in graph.steps {
        let (address, fits): (&str, &[Disposition]) = match (&step.action, nature(&step.action)) {
            (Action::Engine { address, change: EngineChange::Create, .. }, _) => {
                (address, &[Disposition::Create])
            }
            (Action::Engine { address, change: EngineChange::Carry, .. }, _) => {
                (address, &[Disposition::Carry])
            }
            (Action::Engine { address, change: EngineChange::Import, .. }, _) => (
                address,
                &[
                    Disposition::Share,
                    Disposition::Adopt,
                    Disposition::Restore,
                    Disposition::Promote,
                    Disposition::Update,
                ],
            ),
            (
                Action::ChangeRecord { address: Some(address), .. }
                | Action::ChangeDistribution { address: Some(address), .. },
                _,
            ) => (address, &[Disposition::Update]),
            (_, Nature::Restores(address)) => (address, &[Disposition::Restore]),
            (_, Nature::Promotes(address) | Nature::PromotesSecret(address)) => {
                (address, &[Disposition::Promote])
            }
            _ => continue,
        };
        let kind = step.action.kind();
        match current.get(address) {
            Some(resource) if fits.contains(&resource.disposition) => {}
            Some(resource) => {
                let disposition = resource.disposition.as_str();
                report.add(
                    Rule::Disposition,
                    &step.id,
                    format!("{kind} acts on {address}, which is to be {disposition}"),
                );
            }
            None => report.add(
                Rule::Disposition,
                &step.id,
                format!("{kind} acts on {address}, which is no resource of the plan"),
            ),
        }
    }
}

/// Stores choose what their rule allows, and steps name stores of the plan.
fn check_stores(plan: &Plan, graph: &Graph<'_>, findings: &Subjects<'_>, report: &mut Report) {
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
    known.extend(plan.stores.iter().map(|store| store.name.as_str()));
    for step in graph.steps {
        parts(&step.action, &mut |part| {
            if let Part::Store(store) = part
                && !known.contains(store)
            {
                report.add(Rule::Store, &step.id, format!("it names {store}, which is no store of the plan"));
            }
        });
    }
}
