//! Names in drplan.hcl that no input has: a typing error would silently change the plan.

use std::cell::LazyCell;

use super::facts::{Facts, Object};
use super::findings::Findings;
use crate::model::diagnostic::Place;
use crate::model::nearest;
use crate::model::settings::Objective;

/// What drplan.hcl names must be there, or a typing error silently changes the plan.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let settings = &facts.input.settings;
    let has = |subject: &str| {
        facts.objects.iter().any(|object| {
            object.is_managed()
                && (facts.meant_by(subject, object)
                    || object.id.as_deref() == Some(subject)
                    || object.arn.as_deref() == Some(subject)
                    || object.instance.name == subject
                    || object.owned.iter().any(|owned| owned.value == subject))
        })
    };
    let mut unknown = |kind: &str, subject: &str, place: &Option<Place>| {
        let managed = || facts.objects.iter().filter(|object| object.is_managed());
        let owned = managed().flat_map(|object| &object.owned).map(|owned| &*owned.value);
        let names = managed().map(Object::address).chain(owned);
        let message = format!("{kind} \"{subject}\" of drplan.hcl names something that no input has");
        add_unknown(findings, subject, message, names, place);
    };
    let volumes = LazyCell::new(|| super::volumes::names(facts));
    let volume = |subject: &str| volumes.contains(subject);
    for loss in settings.accepted_losses.iter().filter(|loss| !has(&loss.address) && !volume(&loss.address)) {
        unknown("accept_loss", &loss.address, &loss.place);
    }
    for skip in settings.skips.iter().filter(|skip| !has(&skip.address)) {
        unknown("skip", &skip.address, &skip.place);
    }
    for backup in settings.backups.iter().filter(|backup| !has(&backup.store)) {
        unknown("backup", &backup.store, &backup.place);
    }
    for database in &settings.databases {
        let subject = database.address.as_deref().unwrap_or(&database.name);
        // The name of the database inside the instance is not the instance's.
        let object = facts.objects.iter().find(|object| {
            facts.database_settings(object).is_some_and(|other| other.place == database.place)
        });
        if object.is_none() {
            unknown("database", subject, &database.place);
        }
    }
    let used = |text: &str| {
        has(text)
            || facts.input.state.instances.iter().any(|instance| instance.attributes.contains(text))
            || facts.input.manifests.texts.iter().any(|source| source.text.contains(text))
            || in_code(facts, text)
    };
    for counterpart in settings.counterparts.iter().filter(|counterpart| !used(&counterpart.subject)) {
        unknown("counterpart", &counterpart.subject, &counterpart.place);
    }
    for rewrite in settings.rewrites.iter().filter(|rewrite| !used(&rewrite.text)) {
        unknown("rewrite", &rewrite.text, &rewrite.place);
    }
    for objective in &settings.objectives {
        let component = objective.component.as_str();
        // Elsewhere a name does for an address; here nothing looks for one.
        let is_address =
            || facts.objects.iter().any(|object| object.is_managed() && facts.meant_by(component, object));
        if !Objective::COMPONENTS.contains(&component) && !is_address() && !volume(component) {
            unknown("objective", component, &objective.place);
        }
    }
    check_estimates(facts, findings);
}

/// Whether the code has a text written out.
fn in_code(facts: &Facts<'_, '_>, text: &str) -> bool {
    let Some(code) = &facts.input.configuration else { return false };
    let of_modules = code.modules.iter().flat_map(|module| {
        let resources = module.resources.iter().flat_map(|block| &block.arguments);
        let calls = module.calls.iter().flat_map(|call| &call.arguments);
        let defaults = module.variables.iter().filter_map(|variable| variable.default.as_ref());
        let providers = module.providers.iter().flat_map(|provider| &provider.arguments);
        resources.chain(calls).chain(defaults).chain(providers).chain(&module.others)
    });
    let mut arguments = of_modules.chain(code.given.iter().map(|given| &given.value));
    arguments.any(|argument| argument.literals.iter().any(|literal| literal.text.contains(text)))
}

/// A kind of work, a type of the table, or one of the state.
fn check_estimates(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let of_state = || facts.objects.iter().map(super::facts::Object::type_name);
    for estimate in &facts.input.settings.estimates {
        let kind = estimate.kind.as_str();
        let known = crate::model::estimate::default_of(kind).is_some()
            || crate::model::types::lookup(kind).is_some()
            || of_state().any(|name| name == kind);
        if known {
            continue;
        }
        let message = format!(
            "estimate \"{kind}\" of drplan.hcl is no kind of work, and no resource of the state has that type"
        );
        add_unknown(findings, kind, message, of_state(), &estimate.place);
    }
}

/// A name in drplan.hcl that nothing has, with the nearest of those that would do.
pub(super) fn add_unknown<'k>(
    findings: &mut Findings,
    subject: &str,
    message: String,
    known: impl Iterator<Item = &'k str>,
    place: &Option<Place>,
) {
    findings.add("subject-unknown", subject, message, fix(subject, known), place.clone());
}

/// What to do about a name that nothing has.
pub(super) fn fix<'k>(subject: &str, known: impl Iterator<Item = &'k str>) -> String {
    nearest(subject, known).map_or_else(
        || "correct the name, or remove the block".to_owned(),
        |near| format!("is \"{near}\" meant? Otherwise remove the block"),
    )
}
