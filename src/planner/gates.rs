//! Gates that drplan.hcl asks for before other phases than dns, which has its own.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::build::{READY, step};
use super::facts::Facts;
use super::findings::Findings;
use crate::plan::action::Action;
use crate::plan::step::{DoneWhen, Estimate, EstimateSource, Phase, Plane, Step};

/// The phases before which people may be asked; the dns phase has a gate in every plan.
const PHASES: [Phase; 6] =
    [Phase::Preflight, Phase::Fence, Phase::Infra, Phase::Restore, Phase::Manifests, Phase::Verify];

/// Puts a person's decision before each phase that has a gate.
pub(super) fn plan_gates(facts: &Facts<'_, '_>, steps: &mut Vec<Step>, findings: &mut Findings) {
    for gate in &facts.input.settings.gates {
        let Some(phase) = PHASES.into_iter().find(|phase| phase.as_str() == gate.phase) else { continue };
        if !steps.iter().any(|step| step.phase == phase) {
            let mut has: Vec<Phase> = steps.iter().map(|step| step.phase).collect();
            has.sort();
            has.dedup();
            let names: Vec<&str> = has.iter().map(|phase| phase.as_str()).collect();
            findings.add(
                "gate-unasked",
                &gate.phase,
                format!(
                    "gate \"{}\" of drplan.hcl is before a phase that has no step in this plan: nobody is asked",
                    gate.phase
                ),
                format!("ask before a phase that it has: {}", names.join(", ")),
                gate.place.clone(),
            );
            continue;
        }
        let ask = gate.ask.clone().unwrap_or_else(|| format!("go on with phase {}?", phase.as_str()));
        let estimate = Estimate {
            p50_seconds: gate.decision_seconds,
            p90_seconds: gate.decision_seconds * 2,
            source: EstimateSource::Policy,
        };
        let asked = step(phase, "gate", Action::Gate { ask, before: phase }, estimate)
            .done_when(DoneWhen::Decided)
            .plane(Plane::People);
        put(phase, asked, steps);
    }
}

/// Phases interleave: what follows from the phase cannot come before its gate.
fn put(phase: Phase, gate: Step, steps: &mut Vec<Step>) {
    let inside: HashSet<String> =
        steps.iter().filter(|step| step.phase == phase).map(|step| step.id.clone()).collect();
    if inside.is_empty() {
        return;
    }
    let after = followers(&inside, steps);
    let mut before: BTreeSet<String> = BTreeSet::new();
    for step in steps.iter_mut().filter(|step| step.phase == phase) {
        let enters = step.needs.is_empty() || step.needs.iter().any(|need| !inside.contains(need));
        if enters {
            before.extend(step.needs.iter().filter(|need| !after.contains(*need)).cloned());
            step.needs.push(gate.id.clone());
            step.needs.sort();
        }
    }
    if before.is_empty() && phase != Phase::Preflight && !after.contains(READY) {
        before.insert(READY.to_owned());
    }
    steps.push(gate.needs(before));
}

/// The steps themselves and all that needs them, however far.
fn followers(steps: &HashSet<String>, all: &[Step]) -> HashSet<String> {
    let mut needed_by: HashMap<&str, Vec<&str>> = HashMap::new();
    for step in all {
        for need in &step.needs {
            needed_by.entry(need).or_default().push(&step.id);
        }
    }
    let mut found: HashSet<String> = steps.clone();
    let mut queue: Vec<&str> =
        all.iter().map(|step| step.id.as_str()).filter(|id| steps.contains(*id)).collect();
    while let Some(id) = queue.pop() {
        for follower in needed_by.get(id).into_iter().flatten() {
            if found.insert((*follower).to_owned()) {
                queue.push(follower);
            }
        }
    }
    found
}
