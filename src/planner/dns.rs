//! Traffic moves last, behind a gate.

use std::collections::{HashMap, HashSet};

mod abroad;
mod controller;
mod filters;
mod inside;
mod installed;
mod leads;
mod names;
mod origins;
mod postponed;
mod recorded;
mod unmoved;

use super::build::{FENCED, GATE, step};
use super::dispositions::{Decided, step_id};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::infra::Graph;
use super::manifests;
use super::provenance::Values;
use crate::model::paste;
use crate::model::value::ValueKind;
use crate::plan::action::{Action, EngineChange, Hold, Rewrite};
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::step::{DoneWhen, Estimate, EstimateSource, Expects, Phase, Plane, Step};
use crate::plan::values::{Site, UseDisposition};
pub(super) use abroad::{check_abroad, is_kept_abroad, leads_abroad};
pub(super) use controller::{installs_controller, is_controller, plain};
pub(super) use leads::{goes_with_withheld, is_kept, points_into_primary};
use leads::{targets, withheld_target};
pub(super) use names::names;
use postponed::adopt_id;

/// How long a gate's decision takes where drplan.hcl does not say.
const DEFAULT_DECISION: Estimate =
    Estimate { p50_seconds: 300, p90_seconds: 600, source: EstimateSource::Policy };
/// An alias record's time to live is its target's: 60 s for load balancers and CloudFront.
const ALIAS_TTL: u64 = 60;

/// Plans the gate, the records, the distributions, and what was held until then.
pub(super) fn plan_dns(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    graph: &Graph<'_>,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    controller::check(facts, findings);
    inside::check_zones(facts, decided, findings);
    let postponed = postponed::plan_postponed(facts, decided, graph);
    let mut moves = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) =
            decided.resource(at).filter(|resource| resource.disposition == Disposition::Update)
        else {
            continue;
        };
        if unmoved::is_of_one_region(object) {
            unmoved::check_left(facts, object, findings);
            continue;
        }
        let rewrites = rewrites_of(values, object.address());
        let let_in = postponed.let_in.get(object.address());
        moves.extend(let_in.map(|_| import(facts, object, resource, &adopt_id(object.address()), GATE)));
        moves.push(match object.type_name() {
            "aws_route53_record" => match withheld_target(facts, object) {
                Some(target) if !points_into_primary(facts, object) => {
                    let own = step_id("dns", object.address());
                    import(facts, object, resource, &own, &step_id("dns", target))
                }
                _ => {
                    let step = record(facts, object, &rewrites, findings);
                    if let Action::ChangeRecord { name, .. } = &step.action {
                        inside::check_used(facts, values, object, name, findings);
                    }
                    unmoved::check_health(facts, decided, object, findings);
                    step
                }
            },
            _ => {
                origins::check(facts, object, &rewrites, findings);
                distribution(facts, object, rewrites)
            }
            .needs(let_in.into_iter().flatten().cloned()),
        });
    }
    moves.extend(postponed.steps);
    let holds: HashMap<String, Hold> =
        steps.iter().filter_map(|step| Some((step.id.clone(), is_held(&step.action)?))).collect();
    let held: Vec<&crate::model::document::Object> = facts
        .input
        .manifests
        .objects
        .iter()
        .filter(|object| holds.contains_key(&manifests::apply_id(facts, object)))
        .collect();
    let names = &facts.input.settings.dns.names;
    // external-dns writes the records of the Ingresses as soon as it is let go.
    let written = held.iter().any(|object| is_controller(object));
    if moves.is_empty() && names.is_empty() && !written && !facts.input.manifests.objects.is_empty() {
        let entrance = facts.input.manifests.objects.iter().find(|object| object.kind == "Ingress");
        findings.add(
            "dns-step-empty",
            "dns",
            "no record or distribution of the inputs leads traffic to the stack: the plan cannot move it",
            "name what users come by: `dns { names = [\"...\"] }`",
            entrance.map(crate::model::document::Object::place),
        );
    }
    if moves.is_empty() && held.is_empty() && names.is_empty() {
        return;
    }
    // The gate's proof: every workload is up and every store is back.
    let proof: Vec<String> = steps
        .iter()
        .filter(|step| match &step.action {
            Action::AwaitReady { .. } => true,
            Action::Engine { .. } => step.phase == Phase::Restore,
            Action::ModifyDatabase { .. }
            | Action::SetPassword { .. }
            | Action::SpliceSecret { .. }
            | Action::WarmUp { .. } => true,
            Action::ApplyObject { hold, .. } => hold.is_some(),
            _ => false,
        })
        .map(|step| step.id.clone())
        .chain([FENCED.to_owned()])
        .collect();
    let probes = probes(facts, steps);
    let probe_ids: Vec<String> = probes.iter().map(|step| step.id.clone()).collect();
    steps.extend(probes);
    let gate = facts.input.settings.gates.iter().find(|gate| gate.phase == "dns");
    let estimate = gate.map_or(DEFAULT_DECISION, |gate| Estimate {
        p50_seconds: gate.decision_seconds,
        p90_seconds: gate.decision_seconds * 2,
        source: EstimateSource::Policy,
    });
    let ask = gate.and_then(|gate| gate.ask.clone()).unwrap_or_else(|| {
        if moves.is_empty() {
            format!(
                "what was held begins to act in {}: a CronJob may run at once what it has missed meanwhile",
                facts.recovery
            )
        } else {
            format!("traffic moves to {}: this is the point of no easy return", facts.recovery)
        }
    });
    steps.push(
        step(Phase::Dns, "gate", Action::Gate { ask, before: Phase::Dns }, estimate)
            .needs(proof.into_iter().chain(probe_ids))
            .done_when(DoneWhen::Decided)
            .plane(Plane::People),
    );
    debug_assert_eq!(GATE, "dns/gate");
    let moved: Vec<String> = moves.iter().map(|step| step.id.clone()).collect();
    steps.extend(moves);
    for object in held {
        let id = manifests::apply_id(facts, object);
        let Some(hold) = holds.get(&id).copied().filter(|_| !manifests::rests(object)) else { continue };
        let release = Action::Release { object: facts.label(object), hold };
        steps.push(
            step(Phase::Dns, &format!("release/{}", facts.label(object)), release, facts.estimate("object"))
                .needs(moved.iter().cloned().chain([GATE.to_owned(), id]))
                .irreversible(),
        );
    }
}

fn is_held(action: &Action) -> Option<Hold> {
    match action {
        Action::ApplyObject { hold, .. } => *hold,
        _ => None,
    }
}

/// Each load balancer is asked before traffic moves to it.
fn probes(facts: &Facts<'_, '_>, steps: &[Step]) -> Vec<Step> {
    let known: HashSet<&str> = steps.iter().map(|step| step.id.as_str()).collect();
    let balancers: Vec<String> = facts
        .input
        .manifests
        .objects
        .iter()
        .filter(|object| object.kind == "Ingress")
        .map(|object| manifests::ready_id(facts, object))
        .filter(|id| known.contains(id.as_str()))
        .collect();
    let ups: Vec<String> = steps
        .iter()
        .filter(|step| step.phase == Phase::Manifests && matches!(step.action, Action::AwaitReady { .. }))
        .map(|step| step.id.clone())
        .collect();
    balancers
        .into_iter()
        .map(|ready| {
            let name = ready.replacen("manifests/ready/", "probe/", 1);
            let action = Action::ProbeEndpoint { host: None, host_known_after: Some(ready.clone()) };
            step(Phase::Manifests, &name, action, facts.estimate("probe"))
                .needs(ups.iter().cloned().chain([ready]))
                .done_when(DoneWhen::Holds { what: "it answers over HTTP".to_owned() })
        })
        .collect()
}

fn rewrites_of(values: &Values, address: &str) -> Vec<Rewrite> {
    let mut rewrites = Vec::new();
    for value in &values.values {
        for found in &value.uses {
            let Site::Resource { resource, path, within } = &found.site else { continue };
            let changed = matches!(found.disposition, UseDisposition::Rewritten | UseDisposition::KnownAfter);
            if resource == address && changed {
                rewrites.push(Rewrite {
                    path: path.clone(),
                    within: within.clone(),
                    token: value.value.clone(),
                    owner: value.owner.clone(),
                    counterpart: found.counterpart.clone(),
                    known_after: found.known_after.clone(),
                });
            }
        }
    }
    rewrites.sort();
    rewrites
}

fn record(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    rewrites: &[Rewrite],
    findings: &mut Findings,
) -> Step {
    let tree = object.tree();
    let text = |name: &str| object.text(name).unwrap_or_default().to_owned();
    let alias = tree.pointer("/alias/0/name").and_then(|name| name.as_str());
    let values = tree.get("records").and_then(|records| records.as_array());
    let from = alias.map(str::to_owned).unwrap_or_else(|| {
        values.into_iter().flatten().filter_map(|value| value.as_str()).collect::<Vec<_>>().join(",")
    });
    let target = rewrites
        .iter()
        .find(|rewrite| rewrite.path.starts_with("/alias/0/name") || rewrite.path.starts_with("/records"));
    let (to, after) = match target {
        Some(rewrite) => (
            // A part of it may be placed while the whole still leads there.
            rewrite
                .counterpart
                .as_ref()
                .filter(|_| !origins::invents(facts, &from, &rewrite.token))
                .map(|to| from.replace(&rewrite.token, to))
                .filter(|to| !to.split(',').any(|to| facts.lies_in_primary(to.trim_end_matches('.')))),
            rewrite.known_after.clone(),
        ),
        None => (None, None),
    };
    recorded::check_record(facts, object, &targets(object), findings);
    let name = text("fqdn");
    let name = if name.is_empty() { text("name") } else { name };
    if to.is_none() && after.is_none() {
        findings.add(
            "dns-no-target",
            object.address(),
            format!("record {name} points at {from}, and what it should point at is unknown"),
            if from.contains(".elb.") {
                format!(
                    "record the primary while it is healthy, so that its target is tied to its Ingress: \
                     `drplan inventory {} --primary -o {}`; or name the target: {}",
                    facts.primary.as_deref().unwrap_or("REGION"),
                    facts.observation_file(),
                    paste::block("rewrite", &from, "to = \"...\"")
                )
            } else {
                format!(
                    "name the target in {}: {}; or leave the record out: {}",
                    facts.recovery,
                    paste::block("rewrite", &from, "to = \"...\""),
                    paste::block("skip", object.address(), "reason = \"...\"")
                )
            },
            facts.place_in_code(object),
        );
    }
    let ttl = tree.get("ttl").and_then(serde_json::Value::as_u64).filter(|ttl| *ttl > 0).unwrap_or(ALIAS_TTL);
    let action = Action::ChangeRecord {
        address: Some(object.address().to_owned()),
        zone: text("zone_id"),
        name: name.clone(),
        record_type: text("type"),
        set_identifier: Some(text("set_identifier")).filter(|id| !id.is_empty()),
        from: from.clone(),
        to,
        to_known_after: after.clone(),
        ttl_seconds: ttl,
    };
    step(Phase::Dns, object.address(), action, facts.estimate("records"))
        .needs([GATE.to_owned()].into_iter().chain(after))
        .expects(Expects::Present { subject: name, value: Some(from) })
        .done_when(DoneWhen::Status { subject: "the change".to_owned(), status: "INSYNC".to_owned() })
        .plane(Plane::UsEast1Control)
}

/// Nothing in it changes: it comes back under the engine as it is.
fn import(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
    id: &str,
    after: &str,
) -> Step {
    let action = Action::Engine {
        address: object.address().to_owned(),
        change: EngineChange::Import,
        overrides: Vec::new(),
        import_id: super::infra::import_id(facts, object, resource),
        import_known_after: None,
    };
    let name = id.strip_prefix("dns/").unwrap_or(id);
    step(Phase::Dns, name, action, facts.estimate("import"))
        .needs([GATE.to_owned(), after.to_owned()])
        .expects(Expects::Present { subject: object.name(), value: None })
        .done_when(DoneWhen::EngineComplete { address: object.address().to_owned() })
        .plane(Plane::UsEast1Control)
}

fn distribution(facts: &Facts<'_, '_>, object: &Object<'_, '_>, rewrites: Vec<Rewrite>) -> Step {
    let id = object.owns(ValueKind::Id).map_or_else(|| object.name(), str::to_owned);
    let after: Vec<String> = rewrites.iter().filter_map(|rewrite| rewrite.known_after.clone()).collect();
    let action =
        Action::ChangeDistribution { address: Some(object.address().to_owned()), id: id.clone(), rewrites };
    step(Phase::Dns, object.address(), action, facts.estimate("distribution"))
        .needs([GATE.to_owned()].into_iter().chain(after))
        .expects(Expects::Present { subject: id.clone(), value: None })
        .done_when(DoneWhen::Status { subject: id, status: "Deployed".to_owned() })
        .plane(Plane::UsEast1Control)
}
