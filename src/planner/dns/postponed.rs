//! What the engine makes or imports only behind the gate.

use std::collections::{BTreeMap, HashMap};

use super::super::build::GATE;
use super::super::dispositions::{Decided, step_id};
use super::super::facts::{Facts, Object};
use super::super::infra::{Graph, engine_step};
use crate::plan::action::EngineChange;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::Step;

/// What lets a distribution in: without them what it newly leads to answers 403.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html>
const LETS_IN: [&str; 3] = ["aws_s3_bucket_policy", "aws_kms_key_policy", "aws_lambda_permission"];

/// What depends on a withheld record or distribution: the engine can make or import it once it has that back.
pub(super) struct Postponed {
    pub(super) steps: Vec<Step>,
    /// Of a distribution, by its address, the steps that let it in. They depend on it, so that it is imported as it is
    /// before them, and changed after them.
    pub(super) let_in: BTreeMap<String, Vec<String>>,
}

pub(super) fn plan_postponed(facts: &Facts<'_, '_>, decided: &Decided, graph: &Graph<'_>) -> Postponed {
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
    let mut let_in: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let steps = resources
        .filter(|(_, resource)| resource.is_postponed())
        .map(|(object, resource)| {
            let change = match resource.engine {
                Engine::Import => EngineChange::Import,
                _ => EngineChange::Create,
            };
            let own = step_id("dns", object.address());
            let dependencies = object.instance.dependencies.iter();
            let needs = dependencies.filter_map(|address| behind_gate.get(&**address)).flatten().cloned();
            let root = resource.goes_with.as_deref().map(|root| step_id("dns", root));
            let mut needs: Vec<String> = needs.filter(|id| *id != own).chain(root).collect();
            if let Some(distribution) = distribution_to_let_in(facts, object, resource, &needs) {
                let_in.entry(distribution.to_owned()).or_default().push(own);
                needs = vec![adopt_id(distribution)];
            }
            engine_step(facts, object, resource, change)
                .needs(needs.into_iter().chain(graph.needs(object)).chain([GATE.to_owned()]))
        })
        .collect();
    Postponed { steps, let_in }
}

/// The distribution that something lets in, where it waits for nothing else behind the gate.
fn distribution_to_let_in<'r>(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &'r PlannedResource,
    needs: &[String],
) -> Option<&'r str> {
    let root = resource.goes_with.as_deref().filter(|_| LETS_IN.contains(&object.type_name()))?;
    let at = facts.by_address.get(root)?;
    let is_distribution = facts.objects[*at].type_name() == "aws_cloudfront_distribution";
    let alone = needs.iter().all(|id| *id == step_id("dns", root));
    (is_distribution && alone && resource.engine == Engine::Create).then_some(root)
}

/// The step that imports a distribution as it is.
pub(super) fn adopt_id(address: &str) -> String {
    step_id("dns", &format!("adopt/{address}"))
}
