//! What goes with something that is left out or withheld: the engine leaves dependants out whatever a plan says.

use std::collections::HashMap;

use super::graph::Graph;
use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange};
use crate::plan::resource::{Disposition, Engine, PlannedResource};

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, report: &mut Report) {
    let dependants: Vec<(&PlannedResource, &str)> = plan
        .resources
        .iter()
        .filter_map(|resource| Some((resource, resource.goes_with.as_deref()?)))
        .collect();
    if dependants.is_empty() {
        return;
    }
    let current: HashMap<&str, &PlannedResource> = plan
        .resources
        .iter()
        .filter(|resource| resource.deposed.is_none())
        .map(|resource| (resource.address.as_str(), resource))
        .collect();
    let steps = Steps::read(graph);
    let mut pairs = Vec::new();
    for (resource, root) in dependants {
        let own = steps.engine.get(resource.address.as_str());
        match current.get(root) {
            None => {
                let message = format!("it goes with {root}, which is no resource of the plan");
                report.add(Rule::Disposition, &resource.address, message);
            }
            Some(with) if with.engine == Engine::Withhold => {
                if let (Some((_, own)), Some(moved)) = (own, steps.moved.get(root)) {
                    pairs.push((*own, *moved));
                }
            }
            Some(with) if is_left_out(with, &steps) => {
                // What lives only in the state is put there without the engine.
                let acted_on = own.is_some_and(|(change, _)| *change != EngineChange::Carry);
                if acted_on || resource.disposition == Disposition::Create {
                    let message = format!(
                        "it depends on {root}: the engine leaves it out with that, and the plan has it made"
                    );
                    report.add(Rule::Disposition, &resource.address, message);
                }
            }
            Some(_) => {
                let message = format!("it goes with {root}, which is neither left out nor withheld");
                report.add(Rule::Disposition, &resource.address, message);
            }
        }
    }
    if !graph.is_acyclic() {
        return;
    }
    for (own, moved) in graph.missing(&pairs) {
        let moved = graph.id(moved);
        let message = format!("it depends on what is withheld until {moved}, and does not wait for that");
        report.add(Rule::Order, graph.id(own), message);
    }
}

fn is_left_out(resource: &PlannedResource, steps: &Steps<'_>) -> bool {
    resource.engine == Engine::Exclude && !steps.engine.contains_key(resource.address.as_str())
}

/// Steps by the address that they act on.
struct Steps<'p> {
    engine: HashMap<&'p str, (EngineChange, usize)>,
    /// Those that bring what was withheld back.
    moved: HashMap<&'p str, usize>,
}

impl<'p> Steps<'p> {
    fn read(graph: &Graph<'p>) -> Self {
        let mut steps = Self { engine: HashMap::new(), moved: HashMap::new() };
        for (position, step) in graph.steps.iter().enumerate() {
            match &step.action {
                Action::Engine { address, change, .. } => {
                    steps.engine.insert(address, (*change, position));
                    steps.moved.insert(address, position);
                }
                Action::ChangeRecord { address: Some(address), .. }
                | Action::ChangeDistribution { address: Some(address), .. } => {
                    // What is imported before it is changed, the engine has back by then.
                    steps.moved.entry(address).or_insert(position);
                }
                _ => {}
            }
        }
        steps
    }
}
