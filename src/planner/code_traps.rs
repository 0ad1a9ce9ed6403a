//! What works in the primary's region and stops, or does something else, in another: as the code has it.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::findings::Findings;
use crate::model::configuration::{Argument, Configuration, Module, RegionSource, ResourceBlock};
use crate::model::diagnostic::Place;
use crate::model::words;

/// Adds each trap of the code.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let (Some(code), Some(primary)) = (&facts.input.configuration, facts.primary.as_deref()) else { return };
    check_providers(facts, code, primary, findings);
    for module in &code.modules {
        check_remote_states(facts, module, primary, findings);
        check_region_maps(facts, module, primary, findings);
        check_programs(module, findings);
    }
    check_lock(code, findings);
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
                "let a variable say its region: `region = var.aws_region`",
                Some(literal.place.clone()),
            );
        }
    }
}

/// The state of another stack in a bucket of the lost region: nothing that reads it can be planned.
fn check_remote_states(facts: &Facts<'_, '_>, module: &Module, primary: &str, findings: &mut Findings) {
    let buckets = facts.inventory().and_then(|inventory| inventory.buckets.as_ref());
    for block in
        module.resources.iter().filter(|block| block.data && block.type_name == "terraform_remote_state")
    {
        let text = |name: &str| {
            let argument = block.arguments.iter().find(|argument| argument.path == name)?;
            argument.literals.iter().find(|literal| literal.whole)
        };
        let by_region = text("config.region").filter(|literal| literal.text == primary);
        let bucket = text("config.bucket");
        let by_bucket = bucket.filter(|literal| {
            let known = buckets.into_iter().flatten().find(|known| known.name == literal.text);
            known.is_some_and(|known| known.region == primary)
        });
        let Some(place) = by_region.or(by_bucket).map(|literal| literal.place.clone()) else { continue };
        let name = format!("data.terraform_remote_state.{}", block.name);
        findings.add(
            "remote-state-in-primary",
            &name,
            format!(
                "{name} reads a state{} of {primary}: it is gone when the recovery is planned, and all that uses it cannot \
                 be planned",
                bucket.map(|literal| format!(" in bucket {}", literal.text)).unwrap_or_default()
            ),
            "replicate that bucket and have the code read the copy by a variable; and recover the stack that it tells of first",
            Some(place),
        );
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
