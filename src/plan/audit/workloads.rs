//! Safety rule 2: what the engine starts inside the cluster waits for the stores that it names.
//!
//! Objects of manifests carry their rewrites in the action and are checked with all other parameters that are
//! known after a step, in [`super::order`].

use std::collections::{HashMap, HashSet};

use super::actions::{Nature, nature};
use super::graph::Graph;
use super::{Report, Rule, Table};
use crate::model::types::Scope;
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange};
use crate::plan::values::Site;

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, table: Table, report: &mut Report) {
    if !graph.is_acyclic() {
        return;
    }
    let in_cluster: HashSet<&str> = plan
        .resources
        .iter()
        .filter(|resource| table(&resource.type_name).is_some_and(|entry| entry.scope == Scope::Cluster))
        .map(|resource| resource.address.as_str())
        .collect();
    if in_cluster.is_empty() {
        return;
    }
    let mut makes: HashMap<&str, usize> = HashMap::new();
    let mut stores: HashSet<&str> = HashSet::new();
    for (position, step) in graph.steps.iter().enumerate() {
        match (&step.action, nature(&step.action)) {
            (Action::Engine { address, change: EngineChange::Create, .. }, _)
                if in_cluster.contains(address.as_str()) =>
            {
                makes.insert(address, position);
            }
            (_, Nature::Restores(_) | Nature::Promotes(_)) => {
                stores.insert(&step.id);
            }
            _ => {}
        }
    }
    let mut pairs = Vec::new();
    for used in plan.values.iter().flat_map(|value| &value.uses) {
        let Some(source) = used.known_after.as_deref().filter(|source| stores.contains(source)) else {
            continue;
        };
        let Site::Resource { resource, .. } = &used.site else { continue };
        if let (Some(made), Some(source)) = (makes.get(resource.as_str()), graph.position(source)) {
            pairs.push((*made, source));
        }
    }
    for (made, source) in graph.missing(&pairs) {
        let source = graph.id(source);
        report.add(
            Rule::Workload,
            graph.id(made),
            format!("what it installs names a store that comes back with {source}, without waiting for it"),
        );
    }
}
