//! In which order the steps stand: by their needs, phase by phase as far as those allow, and what the engine does together
//! where it can.

use std::collections::HashMap;

use super::script::address;
use crate::plan::action::Action;
use crate::plan::step::{Phase, Step};

/// One step, or steps of the engine that it does in one call.
pub(super) enum Part<'p> {
    One(&'p Step),
    Engine(Vec<&'p Step>),
}

impl<'p> Part<'p> {
    pub(super) fn steps(&self) -> &[&'p Step] {
        match self {
            Self::One(step) => std::slice::from_ref(step),
            Self::Engine(steps) => steps,
        }
    }
}

/// All steps, each after those that it needs.
pub(super) fn parts(steps: &[Step]) -> Vec<Part<'_>> {
    let at: HashMap<&str, usize> =
        steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    let mut open: Vec<usize> = steps
        .iter()
        .map(|step| step.needs.iter().filter(|need| at.contains_key(need.as_str())).count())
        .collect();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for (own, step) in steps.iter().enumerate() {
        for need in step.needs.iter().filter_map(|need| at.get(need.as_str())) {
            if let Some(after) = followers.get_mut(*need) {
                after.push(own);
            }
        }
    }
    let mut ready: std::collections::BTreeSet<usize> =
        open.iter().enumerate().filter_map(|(at, count)| (*count == 0).then_some(at)).collect();
    let mut parts = Vec::new();
    let mut phase: Option<Phase> = None;
    // Of those that may come, one of the phase at hand; of these what is no engine's first, so that its parts are large.
    loop {
        let of = |index: &usize| steps.get(*index);
        let here = ready.iter().filter(|index| of(index).map(|step| step.phase) == phase);
        let next = here
            .clone()
            .find(|index| of(index).is_some_and(|step| !is_engine(step)))
            .or_else(|| here.clone().next())
            .or_else(|| ready.iter().min_by_key(|index| of(index).map(|step| step.phase)))
            .copied();
        let Some(next) = next else { break };
        let Some(first) = steps.get(next) else { break };
        phase = Some(first.phase);
        let mut done = Vec::new();
        let mut queue = vec![next];
        if is_engine(first) {
            queue = ready.iter().copied().filter(|index| joins(steps.get(*index), first)).collect();
        }
        while let Some(index) = queue.pop() {
            ready.remove(&index);
            done.push(index);
            for after in followers.get(index).into_iter().flatten() {
                let Some(count) = open.get_mut(*after) else { continue };
                *count -= 1;
                if *count == 0 {
                    if is_engine(first) && joins(steps.get(*after), first) {
                        queue.push(*after);
                    } else {
                        ready.insert(*after);
                    }
                }
            }
        }
        done.sort_unstable();
        let found: Vec<&Step> = done.iter().filter_map(|index| steps.get(*index)).collect();
        parts.push(match found.as_slice() {
            [one] if !is_engine(one) => Part::One(one),
            _ => Part::Engine(found),
        });
    }
    parts
}

fn is_engine(step: &Step) -> bool {
    matches!(step.action, Action::Engine { .. })
}

/// Whether the engine does a step in the same call as another. What it makes inside the cluster has a provider that is there
/// only once the cluster is.
fn joins(step: Option<&Step>, first: &Step) -> bool {
    step.is_some_and(|step| {
        is_engine(step) && step.phase == first.phase && is_inside(step) == is_inside(first)
    })
}

fn is_inside(step: &Step) -> bool {
    let Action::Engine { address: at, .. } = &step.action else { return false };
    let name = address(at).type_name;
    name == "helm_release" || ["kubernetes_", "kubectl_"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::good_day;
    use super::*;

    #[test]
    fn every_step_stands_once_and_after_what_it_needs() {
        let plan = good_day();
        let parts = parts(&plan.steps);
        let mut seen: Vec<&str> = Vec::new();
        for part in &parts {
            let inside: Vec<&str> = part.steps().iter().map(|step| step.id.as_str()).collect();
            for step in part.steps() {
                for need in &step.needs {
                    assert!(
                        seen.contains(&need.as_str()) || inside.contains(&need.as_str()),
                        "{} needs {need}",
                        step.id
                    );
                }
            }
            seen.extend(inside);
        }
        assert_eq!(seen.len(), plan.steps.len());
    }
}
