//! What the engine builds: one step an address, ordered by the state's dependencies.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::build::{READY, step};
use super::certificates::Issued;
use super::cluster;
use super::dispositions::{Decided, step_id};
use super::engine_word::Word;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::preflight::absent;
use super::provenance::Values;
use super::references;
use crate::model::types::{Scope, Uniqueness};
use crate::plan::action::{Action, EngineChange};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::{DoneWhen, Estimate, Expects, Phase, Plane, Step};
use foldhash::{HashMap, HashMapExt, HashSet};

/// More instances than this are joined by one step, so that edges grow with their sum and not their product.
const JOIN_FROM: usize = 32;

/// Plans the engine's part and the roles' trust in the new cluster.
pub(super) fn plan_infra(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    graph: &Graph<'_>,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    let issued = Issued::read(facts, decided);
    let (mut shared_iam, mut shared_at) = (0_u64, None);
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if resource.disposition == Disposition::Restore && resource.engine == Engine::Create {
            continue;
        }
        if resource.engine == Engine::Import && object.type_name().starts_with("aws_iam_") {
            shared_iam += 1;
            shared_at = shared_at.or_else(|| facts.place_in_code(object));
        }
        let change = match resource.engine {
            Engine::Create => EngineChange::Create,
            Engine::Import => EngineChange::Import,
            Engine::Carry => EngineChange::Carry,
            Engine::None if resource.disposition == Disposition::Adopt => EngineChange::Keep,
            Engine::Withhold | Engine::Exclude | Engine::None => continue,
        };
        if resource.is_postponed() {
            continue;
        }
        let mut needs = graph.needs(object);
        needs.extend(issued.named_by(object));
        needs.extend(values.made_after.get(object.address()).into_iter().flatten().cloned());
        if needs.is_empty() {
            needs.push(READY.to_owned());
        }
        steps.push(engine_step(facts, object, resource, change).needs(needs));
    }
    for (address, instances) in graph.joined() {
        let count = instances.len() as u64;
        let action = Action::Join { address: address.to_owned(), instances: count };
        steps.push(
            step(Phase::Infra, &format!("all/{address}"), action, super::schedule::instant())
                .needs(instances),
        );
    }
    for role in cluster::trusting_roles(facts, decided) {
        let oidc = oidc_providers(facts, decided);
        let imported = role.imported.then(|| step_id("infra", &role.address));
        steps.push(
            step(
                Phase::Infra,
                &format!("trust/{}", role.address),
                Action::TrustIssuer {
                    role: role.name,
                    service_accounts: role.service_accounts,
                    issuer_known_after: role.issuer_step.clone(),
                },
                facts.estimate("trust"),
            )
            .needs(oidc.into_iter().chain([role.issuer_step]).chain(imported))
            .expects(Expects::Present { subject: role.arn, value: None })
            .plane(Plane::UsEast1Control),
        );
    }
    if shared_iam > 0 {
        findings.add(
            "iam-name-shared",
            "aws_iam",
            if shared_iam == 1 {
                "1 IAM resource is unique in the account: it is imported as it is, not made again".to_owned()
            } else {
                format!("{shared_iam} IAM resources are unique in the account: they are imported as they are, not made again")
            },
            "nothing to do; a plain apply would stop at EntityAlreadyExists (409)",
            shared_at,
        );
    }
}

fn oidc_providers(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<String> {
    facts
        .objects
        .iter()
        .enumerate()
        .filter(|(at, object)| {
            object.type_name() == "aws_iam_openid_connect_provider"
                && decided.resource(*at).is_some_and(cluster::is_made)
        })
        .map(|(_, object)| step_id("infra", object.address()))
        .collect()
}

/// Which part of AWS must answer. S3 makes and configures buckets of every region in us-east-1, and what the edge uses
/// (viewer certificates, its firewall) is there, too.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>
fn plane(object: &Object<'_, '_>, resource: &PlannedResource, change: EngineChange) -> Plane {
    let stays = matches!(resource.disposition, Disposition::Share | Disposition::Update);
    match object.entry.map(|entry| entry.scope) {
        Some(Scope::StateOnly | Scope::Cluster) => Plane::Data,
        _ if change == EngineChange::Carry => Plane::RegionalControl,
        // Reading for an import asks the one control plane, too.
        Some(Scope::Global) => Plane::UsEast1Control,
        _ if stays && object.region.as_deref() == Some("us-east-1") => Plane::UsEast1Control,
        _ if change == EngineChange::Create && object.type_name().starts_with("aws_s3_bucket") => {
            Plane::UsEast1Control
        }
        _ => Plane::RegionalControl,
    }
}

pub(super) fn engine_step(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
    change: EngineChange,
) -> Step {
    let import_id = (change == EngineChange::Import).then(|| import_id(facts, object, resource)).flatten();
    let expects = match (change, &resource.counterpart) {
        (EngineChange::Import, Some(counterpart)) => {
            Expects::Present { subject: counterpart.clone(), value: None }
        }
        (EngineChange::Create, _)
            if object.entry.is_some_and(|entry| {
                matches!(entry.unique, Uniqueness::InRegion | Uniqueness::InAccount | Uniqueness::Everywhere)
            }) =>
        {
            // What AWS made up, an ARN most of all, is the lost region's and never there.
            let given = object.given_name().filter(|name| !name.starts_with("arn:"));
            given.map_or(Expects::Any, absent)
        }
        _ => Expects::Any,
    };
    step(
        if resource.is_postponed() { Phase::Dns } else { Phase::Infra },
        object.address(),
        Action::Engine {
            address: object.address().to_owned(),
            change,
            import_id,
            import_known_after: None,
            overrides: Vec::new(),
        },
        estimate(facts, object, change),
    )
    .expects(expects)
    .done_when(DoneWhen::EngineComplete { address: object.address().to_owned() })
    .plane(plane(object, resource, change))
}

fn estimate(facts: &Facts<'_, '_>, object: &Object<'_, '_>, change: EngineChange) -> Estimate {
    match change {
        EngineChange::Carry => super::schedule::instant(),
        EngineChange::Keep | EngineChange::Import => facts.estimate("import"),
        EngineChange::Create | EngineChange::Restore => match object.type_name() {
            "aws_eks_cluster" => facts.estimate("cluster"),
            "aws_eks_node_group" | "aws_eks_fargate_profile" => facts.estimate("node_group"),
            "aws_elasticache_replication_group" | "aws_elasticache_cluster" => facts.estimate("cache"),
            type_name => {
                let default = object
                    .entry
                    .map_or(crate::model::types::Duration2 { p50: 5, p90: 60 }, |entry| entry.create);
                facts.estimate_or(type_name, default)
            }
        },
    }
}

/// The import id that the provider's page asks for: of the counterpart where that has another name.
pub(super) fn import_id(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
) -> Option<String> {
    let template = object.entry.map_or("{id}", |entry| entry.import_id);
    if template.is_empty() {
        return None;
    }
    let here = resource.region.as_deref() == Some(facts.recovery);
    if resource.disposition == Disposition::Adopt && !here {
        let counterpart = resource.counterpart.as_deref()?;
        return Some(match object.type_name() {
            "aws_kms_key" => counterpart.rsplit_once("key/").map_or(counterpart, |(_, id)| id).to_owned(),
            _ => counterpart.to_owned(),
        });
    }
    let id = fill(template, object)?;
    Some(match region_to_tell(facts, object, resource) {
        Some(region) => format!("{id}@{region}"),
        None => id,
    })
}

/// The region that an import must name: that of what is not lost and not of the recovery, where the provider that wrote
/// the state gives every regional resource a region of its own (6.0 and newer). An import reads none from the code. Older
/// providers have one region each: the resource names its provider, and the import goes there.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support>
fn region_to_tell<'r>(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &'r PlannedResource,
) -> Option<&'r str> {
    let region = resource.region.as_deref().filter(|region| *region != facts.recovery)?;
    let stays = matches!(resource.disposition, Disposition::Share | Disposition::Update);
    // A bucket told its region before; since 6.0 it does so in a second attribute.
    let by_provider = object.type_name() != "aws_s3_bucket" || object.text("bucket_region").is_some();
    let tells = object.text("region") == Some(region) && by_provider;
    (stays && tells).then_some(region)
}

/// Fills `{attribute}` and `{a|b}` of an import id's template.
fn fill(template: &str, object: &Object<'_, '_>) -> Option<String> {
    // Most templates name texts of the first level: no tree is needed for them.
    let tree = LazyCell::new(|| object.tree());
    let find = |name: &str| match object.text(name).filter(|text| !text.is_empty()) {
        Some(text) => Some(text.to_owned()),
        None => attribute(&tree, name),
    };
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (names, after) = after.split_once('}')?;
        let text = names.split('|').find_map(find);
        match text {
            Some(text) => out.push_str(&text),
            // An absent last part is dropped with its separator: a record without a set identifier.
            None if after.is_empty() => {
                out.pop();
            }
            None => return None,
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out).filter(|id| !id.is_empty())
}

fn attribute(tree: &serde_json::Value, name: &str) -> Option<String> {
    use serde_json::Value;
    let mut value = tree;
    for part in name.split('.') {
        value = match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            other => other.get(part)?,
        };
    }
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .map(|item| {
                    item.as_str()
                        .map(str::to_owned)
                        .or_else(|| item.as_i64().map(|number| number.to_string()))
                })
                .collect();
            texts.filter(|texts| !texts.is_empty()).map(|texts| texts.join("_"))
        }
        _ => None,
    }
}

/// The state's dependencies as edges between steps, reduced.
pub(super) struct Graph<'g> {
    /// Steps that finish a resource, by its address without index.
    finished: HashMap<&'g str, Vec<String>>,
    /// Dependencies by address without index, for the reduction.
    dependencies: HashMap<&'g str, HashSet<&'g str>>,
    /// What an object is of by its own attributes, by its address: a state that was put together by imports lists no
    /// dependencies.
    sources: HashMap<&'g str, &'g str>,
    word: &'g Word<'g>,
}

impl<'g> Graph<'g> {
    pub(super) fn new(facts: &'g Facts<'_, '_>, decided: &Decided) -> Self {
        let mut finished: HashMap<&str, Vec<String>> = HashMap::new();
        let mut dependencies: HashMap<&str, HashSet<&str>> = HashMap::new();
        let mut sources = HashMap::new();
        for (at, object) in facts.objects.iter().enumerate() {
            let config = object.instance.config_address.as_str();
            let Some(resource) = decided.resource(at) else { continue };
            let source = references::replica_source(object)
                .and_then(|source| references::database_object(facts, &source))
                .or_else(|| references::leader(facts, object))
                .map(|at| facts.objects[at].instance.config_address.as_str());
            if let Some(source) = source.filter(|source| *source != config) {
                sources.insert(object.address(), source);
                dependencies.entry(config).or_default().insert(source);
            }
            dependencies.entry(config).or_default().extend(
                object
                    .instance
                    .dependencies
                    .iter()
                    .map(|address| &**address)
                    .chain(facts.word.needed_by(config))
                    .filter(|other| *other != config),
            );
            if let Some(id) = finishing_step(resource) {
                finished.entry(config).or_default().push(id);
            }
        }
        Self { finished, dependencies, sources, word: facts.word }
    }

    /// The steps that an object's own step needs.
    pub(super) fn needs(&self, object: &Object<'_, '_>) -> Vec<String> {
        let mut found = BTreeSet::new();
        let more = self.word.needed_by(&object.instance.config_address);
        let listed = object.instance.dependencies.iter().map(|address| &**address).chain(more);
        let direct: HashSet<&str> = listed.chain(self.sources.get(object.address()).copied()).collect();
        for address in &direct {
            // States list dependencies transitively: what another of them depends on is reached through it.
            let reached = self.finished.contains_key(address)
                && direct.iter().any(|other| {
                    other != address
                        && self.finished.contains_key(other)
                        && self.dependencies.get(other).is_some_and(|theirs| theirs.contains(address))
                        && !self.dependencies.get(address).is_some_and(|theirs| theirs.contains(other))
                });
            if !reached {
                self.collect(address, &mut found, 0);
            }
        }
        found.remove(&step_id("infra", object.address()));
        found.into_iter().collect()
    }

    /// Steps of an address; through what has no step, what that depends on.
    fn collect(&self, address: &str, found: &mut BTreeSet<String>, depth: usize) {
        match self.finished.get(address) {
            Some(steps) if steps.len() > JOIN_FROM => {
                found.insert(step_id("infra", &format!("all/{address}")));
            }
            Some(steps) => found.extend(steps.iter().cloned()),
            None if depth < 8 => {
                for next in self.dependencies.get(address).into_iter().flatten() {
                    self.collect(next, found, depth + 1);
                }
            }
            None => {}
        }
    }

    /// Resources with so many instances that one step joins them.
    fn joined(&self) -> Vec<(&'g str, Vec<String>)> {
        let mut joined: Vec<(&str, Vec<String>)> = self
            .finished
            .iter()
            .filter(|(_, steps)| steps.len() > JOIN_FROM)
            .map(|(address, steps)| (*address, steps.clone()))
            .collect();
        joined.sort();
        joined
    }
}

/// The step after which others can build on a resource.
fn finishing_step(resource: &PlannedResource) -> Option<String> {
    match resource.disposition {
        // Nothing in the engine's hands stands on what never comes into them.
        _ if resource.is_postponed() => None,
        Disposition::Restore | Disposition::Promote if resource.goes_with.is_some() => None,
        Disposition::Restore if resource.engine == Engine::Create => {
            Some(step_id("restore", &resource.address))
        }
        Disposition::Restore | Disposition::Promote => {
            Some(step_id("restore", &format!("adopt/{}", resource.address)))
        }
        _ => match resource.engine {
            Engine::Create | Engine::Import | Engine::Carry => Some(step_id("infra", &resource.address)),
            Engine::None if resource.disposition == Disposition::Adopt => {
                Some(step_id("infra", &resource.address))
            }
            Engine::Withhold | Engine::Exclude | Engine::None => None,
        },
    }
}
