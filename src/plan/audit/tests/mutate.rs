//! Changes a sound plan, and asks which rule catches it.

use super::*;
use crate::plan::Plan;
use crate::plan::resource::PlannedResource;
use crate::plan::store::PlannedStore;
use crate::plan::values::{Use, UseDisposition};
pub(super) use sample::step_of as step;

pub(super) fn resource<'p>(plan: &'p mut Plan, address: &str) -> &'p mut PlannedResource {
    plan.resources.iter_mut().find(|resource| resource.address == address).unwrap()
}

pub(super) fn store<'p>(plan: &'p mut Plan, address: &str) -> &'p mut PlannedStore {
    plan.stores.iter_mut().find(|store| store.address == address).unwrap()
}

pub(super) fn unneed(plan: &mut Plan, id: &str, need: &str) {
    let needs = &mut step(plan, id).needs;
    let before = needs.len();
    needs.retain(|other| other != need);
    assert!(needs.len() < before, "{id} does not need {need}");
}

pub(super) fn need(plan: &mut Plan, id: &str, need: &str) {
    let needs = &mut step(plan, id).needs;
    needs.push(need.to_owned());
    needs.sort();
    needs.dedup();
}

/// Takes a step out, and out of everybody's needs; what needed it needs what it needed.
pub(super) fn remove(plan: &mut Plan, id: &str) {
    let gone = step(plan, id).clone();
    plan.steps.retain(|step| step.id != id);
    for step in &mut plan.steps {
        if step.needs.iter().any(|need| need == id) {
            step.needs.retain(|need| need != id);
            step.needs.extend(gone.needs.iter().cloned());
            step.needs.sort();
            step.needs.dedup();
        }
    }
    plan.forecast.rto.critical_path.retain(|other| other != id);
    for span in plan.forecast.phases.iter_mut().filter(|span| span.phase == gone.phase) {
        span.steps -= 1;
    }
}

pub(super) fn uses(plan: &mut Plan, disposition: UseDisposition) -> &mut Use {
    plan.values
        .iter_mut()
        .flat_map(|value| &mut value.uses)
        .find(|used| used.disposition == disposition)
        .unwrap()
}

pub(super) fn rules(plan: &Plan) -> Vec<Rule> {
    let mut rules: Vec<Rule> = audit_with(plan, sample::table)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|violation| violation.rule)
        .collect();
    rules.dedup();
    rules
}

/// Each is caught by its rule, and as a sealed plan by nothing that has to do with its digests.
#[track_caller]
pub(super) fn caught(rule: Rule, mutate: impl FnOnce(&mut Plan)) {
    let mut plan = sample::unsealed();
    mutate(&mut plan);
    let plan = sample::sealed(plan);
    let found = rules(&plan);
    assert!(found.contains(&rule), "{} expected, found {found:?}", rule.word());
    if rule != Rule::Binding {
        assert!(!found.contains(&Rule::Binding), "{found:?}");
    }
}

/// Caught by its rule and by no other.
#[track_caller]
pub(super) fn caught_alone(rule: Rule, mutate: impl FnOnce(&mut Plan)) {
    let mut plan = sample::unsealed();
    mutate(&mut plan);
    let found = audit_with(&sample::sealed(plan), sample::table).err().unwrap_or_default();
    assert!(!found.is_empty(), "{} expected, nothing found", rule.word());
    assert!(found.iter().all(|violation| violation.rule == rule), "{found:#?}");
}
