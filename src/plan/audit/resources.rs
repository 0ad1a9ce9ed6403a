//! Data never comes back empty; every resource has the step that its disposition asks for, and no other.

use std::collections::{HashMap, HashSet};

use super::actions::{Nature, nature};
use super::graph::Graph;
use super::{Report, Rule, Table, stores};
use crate::model::arn::Arn;
use crate::model::types::{HoldsData, Recovery};
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange, OverrideValue};
use crate::plan::finding::{Finding, Severity};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::store::{CandidateKind, PlannedStore};

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, table: Table, report: &mut Report) {
    let chosen = Chosen::read(plan);
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
        check_data(resource, &chosen, table, report);
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
    check_sources(plan, graph, &chosen, &done, report);
    check_steps(graph, &current, report);
    check_left_out(plan, graph, &done, report);
    stores::check(plan, graph, &findings, report);
}

/// Subjects of findings.
pub(super) struct Subjects<'p> {
    /// With their codes.
    pub(super) all: HashSet<(&'p str, &'p str)>,
    pub(super) errors: HashSet<&'p str>,
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

/// How a store comes back, by its address.
struct Chosen<'p> {
    by_address: HashMap<&'p str, (&'p PlannedStore, CandidateKind)>,
    /// Whether the plan lets any store come back empty.
    any_empty: bool,
    /// Whether the plan promotes any replica.
    any_promoted: bool,
}

impl<'p> Chosen<'p> {
    fn read(plan: &'p Plan) -> Self {
        let mut by_address = HashMap::new();
        for store in &plan.stores {
            if let Some(candidate) = store.chosen() {
                by_address.insert(store.address.as_str(), (store, candidate.kind));
            }
        }
        let any_empty = by_address.values().any(|(_, kind)| *kind == CandidateKind::Empty);
        let any_promoted = by_address.values().any(|(_, kind)| *kind == CandidateKind::ReadReplica);
        Self { by_address, any_empty, any_promoted }
    }
}

/// What holds data, or may, is not made new, unless the plan has chosen for it to come back empty, or it is a
/// replica that holds nothing which its restored source does not.
fn check_data(resource: &PlannedResource, chosen: &Chosen<'_>, table: Table, report: &mut Report) {
    let entry = table(&resource.type_name);
    if resource.unknown_type == entry.is_some() {
        let word = if entry.is_some() { "known" } else { "not known" };
        report.add(Rule::Data, &resource.address, format!("{} is {word} to the table", resource.type_name));
    }
    let holds_none = entry.is_some_and(|entry| entry.data == HoldsData::No);
    if resource.disposition != Disposition::Create || holds_none {
        return;
    }
    let kind = chosen.by_address.get(resource.address.as_str()).map(|(_, kind)| *kind);
    let may_be_made = match kind {
        Some(CandidateKind::Empty | CandidateKind::Source) => true,
        // The data is the cluster's: a replica that is promoted has it, and gets the instances of the code.
        None if chosen.any_promoted
            && entry.is_some_and(|entry| entry.recovery == Recovery::RdsClusterInstance) =>
        {
            true
        }
        // A part of a store is made again with a store that comes back empty.
        None => entry.is_some_and(|entry| comes_with_another(entry.recovery)) && chosen.any_empty,
        Some(_) => false,
    };
    if !may_be_made {
        let message = "it may hold data and would come back empty, and nobody accepted its loss";
        report.add(Rule::Data, &resource.address, message);
    }
}

/// A replica is made after what it is a replica of has come back.
fn check_sources(plan: &Plan, graph: &Graph<'_>, chosen: &Chosen<'_>, done: &Done<'_>, report: &mut Report) {
    if !graph.is_acyclic() {
        return;
    }
    let named: HashMap<&str, &str> = plan
        .stores
        .iter()
        .flat_map(|store| [(store.name.as_str(), &*store.address), (&*store.address, &*store.address)])
        .collect();
    let has_error = plan.findings.iter().any(|finding| finding.severity == Severity::Error);
    let mut pairs = Vec::new();
    for (address, (store, kind)) in &chosen.by_address {
        let Some(made) = done.engine.get(address).filter(|_| *kind == CandidateKind::Source) else {
            continue;
        };
        let source = store.chosen.as_deref().unwrap_or_default();
        let region = Arn::parse(source).map(|arn| arn.region);
        if region.is_some_and(|region| plan.saw.primary_region.as_deref().is_some_and(|lost| lost != region))
        {
            continue;
        }
        let source = source.rsplit(':').next().unwrap_or_default();
        let back = named.get(source).and_then(|source| match chosen.by_address.get(source) {
            // Whose loss is accepted is made new, and so is its replica after it; a replica may have replicas.
            Some((_, CandidateKind::Empty | CandidateKind::Source)) => {
                done.engine.get(source).map(|made| made.position)
            }
            _ => done.brought_back.get(source).copied(),
        });
        match back {
            Some(back) => pairs.push((made.position, back)),
            None if has_error => {}
            None => report.add(
                Rule::Data,
                *address,
                "it is made again from its source, which no step brings back",
            ),
        }
    }
    for (made, back) in graph.missing(&pairs) {
        let back = graph.id(back);
        report.add(Rule::Data, graph.id(made), format!("it makes a replica without waiting for {back}"));
    }
}

/// Parts of stores: they come back with what they are a part of.
const fn comes_with_another(recovery: Recovery) -> bool {
    matches!(
        recovery,
        Recovery::RdsClusterInstance | Recovery::SecretVersion | Recovery::OfBucket | Recovery::OfDatabase
    )
}

/// What the engine is told fits what becomes of it: only what is created may be made by the engine alone.
fn check_engine(resource: &PlannedResource, report: &mut Report) {
    let fits = match resource.disposition {
        // What moves names by itself is made behind the gate.
        Disposition::Create => matches!(resource.engine, Engine::Create | Engine::Withhold),
        // What cannot be imported (the wait for a certificate) is carried.
        Disposition::Share => {
            matches!(resource.engine, Engine::Import | Engine::Carry | Engine::None | Engine::Exclude)
        }
        // What is in the recovery's own workspace already needs no word; a replica that takes the place of its source
        // is imported there and under no other address.
        Disposition::Adopt => {
            matches!(resource.engine, Engine::Import | Engine::Carry | Engine::None)
                || (resource.engine == Engine::Exclude
                    && (resource.goes_with.is_some() || resource.counterpart.is_some()))
        }
        // By an override that names its recovery point.
        Disposition::Restore => matches!(resource.engine, Engine::Exclude | Engine::Import | Engine::Create),
        Disposition::Promote => matches!(resource.engine, Engine::Exclude | Engine::Import),
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

/// An engine step.
struct EngineStep {
    change: EngineChange,
    position: usize,
}

/// Steps by the address that they act on.
#[derive(Default)]
struct Done<'p> {
    engine: HashMap<&'p str, EngineStep>,
    brought_back: HashMap<&'p str, usize>,
    moved: HashSet<&'p str>,
}

impl<'p> Done<'p> {
    fn read(graph: &Graph<'p>, report: &mut Report) -> Self {
        let mut done = Self::default();
        let mut names = HashSet::new();
        for (position, step) in graph.steps.iter().enumerate() {
            match (&step.action, nature(&step.action)) {
                (Action::Engine { address, change, .. }, _) => {
                    let twice =
                        done.engine.insert(address, EngineStep { change: *change, position }).is_some();
                    if twice {
                        report.add(Rule::Disposition, &step.id, format!("two engine steps act on {address}"));
                    }
                    if *change == EngineChange::Restore {
                        done.brought_back.insert(address, position);
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
                ) => {
                    if done.brought_back.insert(address, position).is_some() {
                        report.add(Rule::Disposition, &step.id, format!("two steps bring {address} back"));
                    }
                    if let Some(name) = name_of(&step.action).filter(|name| !names.insert(*name)) {
                        let message = format!("two steps bring a {} named {} back", name.0, name.1);
                        report.add(Rule::Disposition, &step.id, message);
                    }
                }
                _ => {}
            }
        }
        done
    }
}

/// What a restore makes, in words and by name: a second one of the same name would find the first.
fn name_of(action: &Action) -> Option<(&'static str, &str)> {
    match action {
        Action::RestoreDatabase { identifier, .. } | Action::PromoteReplica { identifier, .. } => {
            Some(("database", identifier))
        }
        Action::RestoreCluster { identifier, .. } => Some(("database cluster", identifier)),
        _ => None,
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
    let engine = done.engine.get(address).map(|step| step.change);
    let is_done = match resource.disposition {
        Disposition::Create => engine == Some(EngineChange::Create),
        Disposition::Carry => engine == Some(EngineChange::Carry),
        Disposition::Share | Disposition::Adopt => match resource.engine {
            Engine::Import => engine == Some(EngineChange::Import),
            Engine::Carry => engine == Some(EngineChange::Carry),
            Engine::None if resource.disposition == Disposition::Adopt => engine == Some(EngineChange::Keep),
            _ => true,
        },
        // The engine makes it from its recovery point, and from nothing else.
        Disposition::Restore if resource.engine == Engine::Create => engine == Some(EngineChange::Restore),
        // Some come with another (an instance with its cluster), and say after which step.
        Disposition::Restore | Disposition::Promote => {
            let own = table(&resource.type_name).is_none_or(|entry| !comes_with_another(entry.recovery));
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
            !own || done.brought_back.contains_key(address) || with_another
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
        if let Action::Engine { change: EngineChange::Restore, overrides, .. } = &step.action
            && !overrides.iter().any(|one| matches!(one.value, OverrideValue::RecoveryPoint { .. }))
        {
            report.add(Rule::Data, &step.id, "it restores, and no override names the recovery point");
        }
        let (address, fits): (&str, &[Disposition]) = match (&step.action, nature(&step.action)) {
            (Action::Engine { address, change: EngineChange::Create, .. }, _) => {
                (address, &[Disposition::Create])
            }
            (Action::Engine { address, change: EngineChange::Keep, .. }, _) => {
                (address, &[Disposition::Adopt])
            }
            (Action::Engine { address, change: EngineChange::Carry, .. }, _) => {
                (address, &[Disposition::Carry, Disposition::Share, Disposition::Adopt])
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

/// At the end the engine's plan is empty but for what the plan lists as left out: what it was not told of, and
/// nothing that was restored but never imported, or its next plan would make that again.
fn check_left_out(plan: &Plan, graph: &Graph<'_>, done: &Done<'_>, report: &mut Report) {
    let converged = graph.steps.iter().find_map(|step| match &step.action {
        Action::EngineConverged { left_out } => Some((step.id.as_str(), left_out)),
        _ => None,
    });
    let Some((id, left_out)) = converged else { return };
    let listed: HashSet<&str> = left_out.iter().map(String::as_str).collect();
    for resource in plan.resources.iter().filter(|resource| resource.deposed.is_none()) {
        let address = resource.address.as_str();
        let is_out = resource.engine == Engine::Exclude && !done.engine.contains_key(address);
        if is_out != listed.contains(address) {
            let word = if is_out { "not listed" } else { "listed" };
            report.add(
                Rule::Disposition,
                id,
                format!("{address} is {word} among what the engine leaves out"),
            );
        }
    }
}
