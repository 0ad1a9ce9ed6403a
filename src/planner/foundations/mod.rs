//! What the manifests stand on: every name in them leads to something that will be there in the new cluster, or it is
//! told. It looks at names and never at values; what nobody can know (another state's charts, files that could not be
//! rendered) is told once or not at all.

mod charts;
mod eks;
mod engine;
mod identities;
mod labels;
mod made;
mod objects;
mod owned;
mod pods;
mod provided;
mod references;
mod report;
mod sealed;
mod thing;
mod unread;
mod vaults;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::subjects;
use crate::plan::resource::{Disposition, PlannedResource};
use provided::Provided;
use references::Named;
use thing::Thing;

/// Adds what the manifests name and nothing provides, what only the lost cluster could open, and what has two owners.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    sealed::check_files(facts, findings);
    identities::check(facts, decided, findings);
    let named = references::read(facts);
    check_settings(facts, &named, findings);
    if facts.input.manifests.objects.is_empty() {
        return;
    }
    let provided = Provided::read(facts, decided);
    report::report(facts, &provided, &named, findings);
    sealed::check_objects(facts, findings);
    sealed::check_encrypted(facts, findings);
    owned::check(facts, decided, findings);
}

/// Whether a resource will be there: made, imported or restored. What blocks the plan has an error of its own.
fn comes_back(resource: &PlannedResource) -> bool {
    resource.deposed.is_none() && resource.disposition != Disposition::Skip
}

/// A provider of something that nothing names does no harm: what was meant, were it misspelled, is told as not provided.
fn check_settings(facts: &Facts<'_, '_>, named: &Named<'_>, findings: &mut Findings) {
    for provides in &facts.input.settings.provides {
        let thing = Thing::parse(&provides.subject);
        let is_used = thing.is_some_and(|thing| {
            sealed::is_key(&thing)
                || identities::is_agent(&thing)
                || named.things.keys().any(|named| thing.provides(named))
        });
        if !is_used {
            let labels: Vec<String> = named.things.keys().map(Thing::label).collect();
            let message = format!(
                "provides \"{}\" of drplan.hcl is of something that no manifest names",
                provides.subject
            );
            let known = labels.iter().map(String::as_str);
            let fix = subjects::fix(&provides.subject, known);
            findings.add("provides-unneeded", &provides.subject, message, fix, provides.place.clone());
        }
    }
}
