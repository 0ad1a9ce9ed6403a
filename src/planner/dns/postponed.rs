//! What the engine makes or imports only behind the gate.

use std::collections::HashMap;

use super::super::build::GATE;
use super::super::dispositions::{Decided, step_id};
use super::super::facts::Facts;
use super::super::infra::{Graph, engine_step};
use crate::plan::action::EngineChange;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::Step;

/// What depends on a withheld record or distribution: the engine can make or import it once it has that back.
pub(super) fn plan_postponed(facts: &Facts<'_, '_>, decided: &Decided, graph: &Graph<'_>) -> Vec<Step> {
    let resources = facts.objects.iter().enumerate();
    let resources = resources.filter_map(|(at, object)| Some((object, decided.resource(at)?)));
    let behind_gate: HashMap<&str, Vec<String>> = resources
        .clone()
        .filter(|(_, resource)| resource.is_postponed() || resource.disposition == Disposition::Update)
        .fold(HashMap::new(), |mut found, (object, _)| {
            let config = object.instance.config_address.as_str();
            found.entry(config).or_default().push(step_id("dns", object.address()));
            found
        });
    resources
        .filter(|(_, resource)| resource.is_postponed())
        .map(|(object, resource)| {
            let change = match resource.engine {
                Engine::Import => EngineChange::Import,
                _ => EngineChange::Create,
            };
            let own = step_id("dns", object.address());
            let dependencies = object.instance.dependencies.iter();
            let needs = dependencies.filter_map(|address| behind_gate.get(&**address)).flatten();
            engine_step(facts, object, resource, change).needs(
                needs
                    .filter(|id| **id != own)
                    .cloned()
                    .chain(resource.goes_with.as_deref().map(|root| step_id("dns", root)))
                    .chain(graph.needs(object))
                    .chain([GATE.to_owned()]),
            )
        })
        .collect()
}
