//! Whether another machine can go on with a run of this plan from the bucket of its journal alone.

use super::facts::Facts;
use super::findings::Findings;
use crate::model::diagnostic::Place;
use crate::model::settings::{Settings, ValueSource};

const CODE: &str = "not-transferable";

/// Adds what only the machine has that begins the run. Without a journal in S3 no other machine is meant to.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let settings = &facts.input.settings;
    let Some(journal) = &settings.journal else { return };
    let of_settings = || settings.file.clone().map(Place::file);
    if journal.kms_key.is_none() {
        findings.add(
            CODE,
            "run",
            "a run is not transferable: what it is planned from holds secrets, and journal names no key that it \
             could be encrypted with in S3",
            "name one of the bucket's region in journal { } of drplan.hcl: `kms_key = \"...\"`; without one, another \
             machine goes on only in the folder of the stack, with the plan",
            of_settings(),
        );
    }
    for (what, path) in paths(settings).filter(|(_, path)| is_of_machine(path)) {
        findings.add(
            CODE,
            path,
            format!("a run is not transferable: {what} names {path}, a path of the machine that runs it"),
            "name it by its path from the folder of drplan.hcl (`../shared/base`), in the repository as a rule: then it \
             is kept with the run's inputs",
            of_settings(),
        );
    }
    let variables = settings.terraform.variables.iter();
    let variables = variables.map(|one| ("variable", &one.name, Some(&one.source), &one.place));
    let databases = settings.databases.iter();
    let databases =
        databases.map(|one| ("password of database", &one.name, one.password.as_ref(), &one.place));
    for (what, name, source, place) in variables.chain(databases) {
        let on_machine = match source {
            Some(ValueSource::Environment(variable)) => format!("environment variable {variable}"),
            Some(ValueSource::File(path)) if is_of_machine(path) => format!("file {path}"),
            _ => continue,
        };
        findings.add(
            CODE,
            name,
            format!("a run is not transferable: the {what} \"{name}\" is read from {on_machine} of the machine that runs it"),
            "keep it in Secrets Manager of the recovery region and name it: `secret = \"NAME#KEY\"`; or see that whoever \
             may take over has it",
            place.clone(),
        );
    }
}

/// What lies at a path from the folder of drplan.hcl is kept with the run's inputs, and found there by the same path.
fn is_of_machine(path: &str) -> bool {
    path.starts_with(['/', '~'])
}

/// All paths that drplan.hcl names, but those that values are read from.
fn paths(settings: &Settings) -> impl Iterator<Item = (&'static str, &String)> {
    let Settings { state, terraform, manifests, observation, inventory, durations, approval, .. } = settings;
    let many = manifests.paths.iter().map(|path| ("manifests", path));
    let recorded = inventory.iter().map(|(_, path)| ("inventory", path));
    let one = [
        ("state", &state.source),
        ("terraform dir", &terraform.dir),
        ("observation", observation),
        ("estimates", durations),
        ("allowed_signers", &approval.allowed_signers),
        ("revoked", &approval.revoked),
    ];
    many.chain(recorded).chain(one.into_iter().filter_map(|(what, path)| Some((what, path.as_ref()?))))
}
