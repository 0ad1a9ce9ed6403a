//! What works in the primary's region and stops, or does something else, in another: as the code has it.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::findings::Findings;
use super::other_stacks;
use crate::model::configuration::{Argument, Configuration, Module, RegionSource, ResourceBlock};
use crate::model::diagnostic::Place;
use crate::model::words;

/// Adds each trap of the code.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let (Some(code), Some(primary)) = (&facts.input.configuration, facts.primary.as_deref()) else { return };
    check_providers(facts, code, primary, findings);
    for module in &code.modules {
        check_region_maps(facts, module, primary, findings);
        check_programs(module, findings);
    }
    check_workspace(facts, code, findings);
    check_lock(code, findings);
    other_stacks::check(facts, code, primary, findings);
}

/// A provider that is pinned is given the recovery's region in the engine's copy; the user's own next apply is not.
fn check_providers(facts: &Facts<'_, '_>, code: &Configuration, primary: &str, findings: &mut Findings) {
    for module in &code.modules {
        for provider in &module.providers {
            let RegionSource::Literal(literal) = &provider.region else { continue };
            if literal.text != primary || provider.name != "aws" {
                continue;
            }
            let name = match &provider.alias {
                Some(alias) => format!("{}.{alias}", provider.name),
                None => provider.name.clone(),
            };
            findings.add(
                "provider-pinned",
                &name,
                format!(
                    "provider {name} is pinned to {primary}: the engine's copy of the code is given {}, and whoever applies \
                     the code itself in workspace {} would work in {primary}",
                    facts.recovery,
                    facts.workspace()
                ),
                variable_fix(code),
                Some(literal.place.clone()),
            );
        }
    }
}

/// Names the variable that says a region already, where the root has one.
fn variable_fix(code: &Configuration) -> String {
    let variables = code.root_module().into_iter().flat_map(|root| &root.variables);
    let mut names = variables.map(|variable| variable.name.as_str());
    match names.find(|name| matches!(*name, "region" | "aws_region")) {
        Some(name) => format!("let the variable say its region: `region = var.{name}`"),
        None => "let a variable say its region: `variable \"aws_region\" {}` and `region = var.aws_region`"
            .to_owned(),
    }
}

/// A map by region that has the primary and not the recovery: looking it up fails, or takes a default of nobody's choice.
fn check_region_maps(facts: &Facts<'_, '_>, module: &Module, primary: &str, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    let mut tell = |name: String, place: Option<Place>| {
        if told.insert(name.clone()) {
            findings.add(
                "region-map-lacks",
                &name,
                format!(
                    "{name} has an entry for {primary} and none for {}: looking it up there fails",
                    facts.recovery
                ),
                format!("add an entry for {}", facts.recovery),
                place,
            );
        }
    };
    for variable in &module.variables {
        let Some(default) = &variable.default else { continue };
        let key = |region: &str| default.literals.iter().find(|one| !one.whole && one.text == region);
        if let Some(found) = key(primary).filter(|_| key(facts.recovery).is_none()) {
            tell(format!("var.{}", variable.name), Some(found.place.clone()));
        }
    }
    let region_of = |argument: &Argument, region: &str| {
        let rest = argument.path.strip_prefix("locals.")?;
        let (name, keys) = rest.split_once('.')?;
        keys.split('.').any(|key| key == region).then(|| name.to_owned())
    };
    let has: BTreeSet<String> =
        module.others.iter().filter_map(|argument| region_of(argument, facts.recovery)).collect();
    for argument in &module.others {
        if let Some(name) = region_of(argument, primary).filter(|name| !has.contains(name)) {
            tell(format!("local.{name}"), argument.place.clone());
        }
    }
}

/// What the code computes from the workspace is another in the recovery: sizes and versions of a default that nobody
/// tried. Counts are told by themselves where the state has what is counted.
fn check_workspace(facts: &Facts<'_, '_>, code: &Configuration, findings: &mut Findings) {
    let own = facts.workspace();
    if facts.input.settings.state.workspace.as_deref().unwrap_or("default") == own {
        return;
    }
    let counts = |argument: &Argument| argument.is_of("count") || argument.is_of("for_each");
    let is_empty = facts.input.state.instances.is_empty();
    let mut places = BTreeSet::new();
    for module in &code.modules {
        let of_calls = module.calls.iter().flat_map(|call| &call.arguments);
        let of_resources = module.resources.iter().flat_map(|block| &block.arguments);
        let evaluated = of_calls.chain(of_resources).filter(|argument| is_empty || !counts(argument));
        let others = module.others.iter().filter(|argument| argument.is_of("locals"));
        let asking = evaluated.chain(others).filter(|argument| {
            argument.references.iter().any(|reference| reference == "terraform.workspace")
        });
        places.extend(asking.filter_map(|argument| argument.place.clone()));
    }
    let Some(first) = places.first() else { return };
    let more: Vec<String> = places.iter().skip(1).take(3).map(Place::to_string).collect();
    let rest = match (places.len() - 1).saturating_sub(more.len()) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let also = if more.is_empty() { String::new() } else { format!(", also at {}{rest}", more.join(", ")) };
    findings.add(
        "workspace-in-code",
        "terraform.workspace",
        format!(
            "the code computes {} from terraform.workspace{also}: in the recovery that is {own}, and what a look-up falls \
             back to is made",
            words::count(places.len(), "value")
        ),
        format!(
            "see that each has an entry for {own}; better, decide by a variable, which drplan.hcl gives both workspaces alike"
        ),
        Some(first.clone()),
    );
}

/// Programs that the engine runs on whatever machine it is started on.
fn check_programs(module: &Module, findings: &mut Findings) {
    let runs = |block: &ResourceBlock| {
        let provisioner = block.arguments.iter().find(|argument| argument.is_of("provisioner"));
        let external = block.data && block.type_name == "external";
        if external { block.place.clone() } else { provisioner.and_then(|argument| argument.place.clone()) }
    };
    let found: Vec<(&ResourceBlock, Place)> =
        module.resources.iter().filter_map(|block| Some((block, runs(block)?))).collect();
    let Some(((first, place), more)) = found.split_first() else { return };
    let name = format!("{}{}.{}", if first.data { "data." } else { "" }, first.type_name, first.name);
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" and {} more", words::count(more.len(), "block"))
    };
    findings.add(
        "program-run",
        &name,
        format!(
            "{name}{more} runs a program of its own while the engine works: on the machine of the recovery it must be \
             there, and reach what it asks"
        ),
        "see that it does nothing in the lost region and asks nothing of it; better, do without",
        Some(place.clone()),
    );
}

/// Without a lock the engine takes whatever version the registry has on the day; with hashes of one platform it takes none
/// on another.
/// <https://opentofu.org/docs/language/files/dependency-lock/>
fn check_lock(code: &Configuration, findings: &mut Findings) {
    let Some(lock) = &code.lock else {
        return;
    };
    let of_one: Vec<&str> = lock
        .iter()
        .filter(|provider| provider.hashes == 1 && !provider.all_platforms)
        .map(|provider| provider.name.as_str())
        .collect();
    let Some((first, more)) = of_one.split_first() else { return };
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" and {} more", words::count(more.len(), "provider"))
    };
    findings.add(
        "lock-one-platform",
        ".terraform.lock.hcl",
        format!(
            "the lock has the hash of one platform for {first}{more}: on a machine of another kind the engine refuses to start"
        ),
        "lock all that may be used: `tofu providers lock -platform=linux_amd64 -platform=linux_arm64 -platform=darwin_arm64`",
        Some(Place::file(format!("{}/.terraform.lock.hcl", code.root).trim_start_matches("./").to_owned())),
    );
}
