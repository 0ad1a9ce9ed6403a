//! Every field of the plan, and whether it is part of the decision: destructured without `..`, so that a new field
//! must be classified here as in `codec`.

use serde::Serialize;
use serde_json::Value;

use super::Section;
use crate::plan::Plan;
use crate::plan::artifact::Saw;
use crate::plan::finding::Finding;
use crate::plan::resource::PlannedResource;
use crate::plan::step::Step;
use crate::plan::store::PlannedStore;
use crate::plan::values::{OwnedValue, Site};

/// One field with its value.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) decision: bool,
}

fn decided(name: &'static str, value: &impl Serialize) -> Field {
    Field { name, value: serde_json::to_value(value).unwrap_or_default(), decision: true }
}

fn moves(name: &'static str, value: &impl Serialize) -> Field {
    Field { decision: false, ..decided(name, value) }
}

/// The plan but its sections.
pub(super) fn of_plan(plan: &Plan) -> Vec<Field> {
    let Plan {
        format_version,
        digest: _,
        decision_digest: _,
        scenario,
        stack,
        created_at,
        expires_at,
        policy,
        saw,
        resources: _,
        resumes: _,
        values: _,
        stores: _,
        steps: _,
        engine_check,
        forecast,
        findings: _,
    } = plan;
    let Saw {
        state,
        configuration,
        manifests,
        observation,
        inventory,
        estimates,
        primary_region,
        recovery_region,
        account,
        workspace,
        gaps,
    } = saw;
    vec![
        moves("format_version", format_version),
        decided("scenario", scenario),
        decided("stack", stack),
        moves("created_at", created_at),
        moves("expires_at", expires_at),
        decided("policy", policy),
        moves("saw.state", state),
        moves("saw.configuration", configuration),
        moves("saw.manifests", manifests),
        moves("saw.observation", observation),
        moves("saw.inventory", inventory),
        moves("saw.estimates", estimates),
        decided("saw.primary_region", primary_region),
        decided("saw.recovery_region", recovery_region),
        decided("saw.account", account),
        decided("saw.workspace", workspace),
        moves("saw.gaps", gaps),
        moves("engine_check", engine_check),
        moves("forecast", forecast),
    ]
}

pub(super) const RESOURCES: Section<PlannedResource> = Section {
    name: "resources",
    key: |resource| match &resource.deposed {
        Some(key) => format!("{} (deposed {key})", resource.address),
        None => resource.address.clone(),
    },
    brief: |resource| resource.disposition.as_str().to_owned(),
    fields: |resource| {
        let PlannedResource {
            address,
            deposed,
            type_name,
            disposition,
            reason,
            engine,
            counterpart,
            known_after,
            region,
            unknown_type,
            goes_with,
            beyond_state,
        } = resource;
        vec![
            decided("address", address),
            decided("deposed", deposed),
            moves("type", type_name),
            decided("disposition", disposition),
            moves("reason", reason),
            decided("engine", engine),
            moves("counterpart", counterpart),
            moves("known_after", known_after),
            moves("region", region),
            moves("unknown_type", unknown_type),
            moves("goes_with", goes_with),
            moves("beyond_state", beyond_state),
        ]
    },
    decision: true,
};

pub(super) const VALUES: Section<OwnedValue> = Section {
    name: "values",
    key: |value| {
        let kind = value.kind.as_str();
        match &value.owner {
            Some(owner) => format!("{kind} {} of {owner}", value.value),
            None => format!("{kind} {}", value.value),
        }
    },
    brief: |value| match value.uses.len() {
        1 => "1 use".to_owned(),
        count => format!("{count} uses"),
    },
    fields: |value| {
        let OwnedValue { kind, value, owner, uses } = value;
        vec![moves("kind", kind), moves("value", value), moves("owner", owner), moves("uses", uses)]
    },
    decision: false,
};

pub(super) const STORES: Section<PlannedStore> = Section {
    name: "stores",
    key: |store| store.address.clone(),
    brief: |store| store.chosen.clone().unwrap_or_else(|| store.name.clone()),
    fields: |store| {
        let PlannedStore { address, name, rule, candidates, chosen, why } = store;
        vec![
            decided("address", address),
            moves("name", name),
            decided("rule", rule),
            moves("candidates", candidates),
            moves("chosen", chosen),
            moves("why", why),
        ]
    },
    decision: true,
};

pub(super) const STEPS: Section<Step> = Section {
    name: "steps",
    key: |step| step.id.clone(),
    brief: |step| step.action.kind().to_owned(),
    fields: |step| {
        let Step { id, phase, action, needs, expects, done_when, plane, reversible, estimate } = step;
        vec![
            decided("id", id),
            decided("phase", phase),
            decided("action", action),
            decided("needs", needs),
            decided("expects", expects),
            decided("done_when", done_when),
            decided("plane", plane),
            decided("reversible", reversible),
            moves("estimate", estimate),
        ]
    },
    decision: true,
};

pub(super) const FINDINGS: Section<Finding> = Section {
    name: "findings",
    key: |finding| {
        let Finding { severity: _, code, subject, message: _, fix: _, at } = finding;
        match at {
            Some(place) => format!("{code} {subject} at {place}"),
            None => format!("{code} {subject}"),
        }
    },
    brief: |finding| format!("{}: {}", finding.severity.as_str(), finding.message),
    fields: |finding| {
        let Finding { severity, code, subject, message, fix, at } = finding;
        vec![
            moves("severity", severity),
            moves("code", code),
            moves("subject", subject),
            moves("message", message),
            moves("fix", fix),
            moves("at", at),
        ]
    },
    decision: false,
};

/// Where a use stands, without its line: a use that only moved down its file is the same use.
pub(super) fn place(site: &Value) -> Option<String> {
    // Named so that a new kind or field of a site must be thought of here.
    match serde_json::from_value::<Site>(site.clone()).ok()? {
        Site::Resource { resource, path, within } => Some(format!(
            "{resource}{path}{}",
            within.map(|within| format!(" > {within}")).unwrap_or_default()
        )),
        Site::File { file, line: _, object, path, within } => {
            let object = object.map(|object| format!(" {object}")).unwrap_or_default();
            let within = within.map(|within| format!(" > {within}")).unwrap_or_default();
            Some(format!("{file}{object}{path}{within}"))
        }
    }
}
