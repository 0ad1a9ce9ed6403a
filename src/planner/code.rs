//! The code against the state, and against itself: the engine makes what the code has, if it can read it at all.

use std::collections::{BTreeMap, HashSet};

use super::commands;
use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::moved::Moved;
use crate::model::configuration::{Argument, Configuration, Module};
use crate::model::diagnostic::GapReason;
use crate::model::paste;
use crate::plan::resource::Disposition;

/// Adds what is in one of them only, and what the code names and does not have.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let Some(configuration) = &facts.input.configuration else { return };
    check_state(facts, decided, &Moved::of(configuration), findings);
    check_added(facts, configuration, findings);
    check_ignored(facts, decided, findings);
    let read_whole = configuration.gaps.iter().all(|gap| gap.reason == GapReason::Outside);
    for module in &configuration.modules {
        check_references(module, findings);
        // What was not read may declare it.
        if read_whole {
            check_values(module, findings);
        }
    }
}

/// Resources in the state but not in the code would not come back.
fn check_state(facts: &Facts<'_, '_>, decided: &Decided, moved: &Moved, findings: &mut Findings) {
    let mut lost: HashSet<&str> = HashSet::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let address = object.instance.config_address.as_str();
        if object.only_planned || !facts.is_not_in_code(object.instance) || !lost.insert(address) {
            continue;
        }
        let skip = paste::block("skip", address, "reason = \"...\"");
        let (code, what) = match decided.resource(at).map(|resource| resource.disposition) {
            Some(Disposition::Restore | Disposition::Promote) => {
                ("store-not-in-code", "its data would be restored, and the engine could not take it over")
            }
            Some(Disposition::Share | Disposition::Adopt) => {
                ("not-in-code", "it stays where it is, and the engine does not import it")
            }
            _ => ("not-in-code", "the engine would not make it in the recovery region"),
        };
        if let Some(to) = moved.to(address) {
            findings.add(
                code,
                address,
                format!("the code has moved it to {to}, and the state does not say so yet: {what}"),
                format!(
                    "apply the move in the primary first; when that does not answer, in a copy of the state that --state \
                     names: `{} state mv -state=COPY {} {}`",
                    commands::engine(facts),
                    paste::shell(address),
                    paste::shell(&to)
                ),
                None,
            );
            continue;
        }
        let fix = match code {
            "store-not-in-code" => format!("bring its code back; or leave it out: {skip}"),
            _ => "bring its code back, or remove it from the state if it is gone on purpose".to_owned(),
        };
        findings.add(code, address, format!("it is in the state but not in the code: {what}"), fix, None);
    }
}

/// Those only in the code would be made.
fn check_added(facts: &Facts<'_, '_>, configuration: &Configuration, findings: &mut Findings) {
    for module in &configuration.modules {
        for path in &module.paths {
            for block in module.resources.iter().filter(|block| !block.data) {
                let dot = if path.is_empty() { "" } else { "." };
                let address = format!("{path}{dot}{}.{}", block.type_name, block.name);
                if !facts.by_config.contains_key(address.as_str()) {
                    findings.add(
                        "not-in-state",
                        address,
                        "it is in the code but not in the state: the engine would make it if its count says so",
                        "apply it in the primary first, so that the plan can see what it becomes",
                        block.place.clone(),
                    );
                }
            }
        }
    }
}

/// A parameter whose value somebody set by hand: the code has another, and ignores the difference.
/// <https://opentofu.org/docs/language/meta-arguments/lifecycle/#ignore_changes>
fn check_ignored(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|one| one.disposition == Disposition::Create);
        let Some(block) = facts.block(object.instance) else { continue };
        let ignores = |argument: &Argument| {
            argument.path == "lifecycle.ignore_changes"
                && argument
                    .references
                    .iter()
                    .any(|name| matches!(name.as_str(), "all" | "value" | "insecure_value"))
        };
        if object.type_name() != "aws_ssm_parameter" || !made || !block.arguments.iter().any(ignores) {
            continue;
        }
        let name = object.name();
        findings.add(
            "value-set-by-hand",
            object.address(),
            format!(
                "the code ignores changes of the value of parameter {name}: in {} the engine makes it with what the code \
                 has, and what was set by hand is only in the primary",
                facts.recovery
            ),
            format!(
                "keep the value in a secret that is replicated; or write it behind phase infra, before a gate of phase \
                 manifests: `aws ssm put-parameter --name {} --overwrite --region {} --value ...`",
                paste::shell(&name),
                facts.recovery
            ),
            block.place.clone(),
        );
    }
}

/// A resource that is named and not declared: the engine refuses the whole configuration.
/// <https://opentofu.org/docs/language/expressions/references/>
fn check_references(module: &Module, findings: &mut Findings) {
    let mut declared: HashSet<String> = HashSet::new();
    let mut types: HashSet<&str> = HashSet::new();
    for block in &module.resources {
        let data = if block.data { "data." } else { "" };
        declared.insert(format!("{data}{}.{}", block.type_name, block.name));
        types.insert(&block.type_name);
    }
    let mut told: HashSet<String> = HashSet::new();
    for argument in arguments(module) {
        for reference in &argument.references {
            let Some(name) = resource_of(reference, &types) else { continue };
            if declared.contains(&name) || !told.insert(name.clone()) {
                continue;
            }
            findings.add(
                "reference-undeclared",
                &name,
                format!(
                    "{} names {name}, and its module has no such block: the engine would refuse the code",
                    argument.path
                ),
                format!("bring the block of {name} back, or take out what names it"),
                argument.place.clone(),
            );
        }
    }
}

/// Likewise variables and local values, all of a module in one: a tool that writes its files gives dozens.
fn check_values(module: &Module, findings: &mut Findings) {
    let mut missing: BTreeMap<&str, &Argument> = BTreeMap::new();
    for argument in arguments(module) {
        for reference in &argument.references {
            let mut parts = reference.split(['.', '[']);
            let (Some(kind), Some(name)) = (parts.next(), parts.next().filter(|name| is_name(name))) else {
                continue;
            };
            let declared = match kind {
                "var" => module.variables.iter().any(|variable| variable.name == name),
                "local" => {
                    let path = format!("locals.{name}");
                    module.others.iter().any(|other| other.is_of(&path))
                }
                _ => continue,
            };
            if let (false, Some(named)) = (declared, reference.get(..kind.len() + 1 + name.len())) {
                missing.entry(named).or_insert(argument);
            }
        }
    }
    let mut names = missing.keys().skip(1);
    let Some((first, argument)) = missing.first_key_value() else { return };
    let more = match (names.next(), missing.len()) {
        (None, _) => String::new(),
        (Some(second), 2) => format!(", and so it is with {second}"),
        (Some(second), count) => format!(", and so it is with {second} and {} more", count - 2),
    };
    findings.add(
        "reference-undeclared",
        *first,
        format!(
            "{} names {first}, which its module does not declare{more}: the engine would refuse the code",
            argument.path
        ),
        "declare what is named, or take out what names it; where a tool writes files into the module, plan the folder where \
         they are",
        argument.place.clone(),
    );
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

/// All arguments that the engine evaluates.
fn arguments(module: &Module) -> impl Iterator<Item = &Argument> {
    let providers = module.providers.iter().flat_map(|provider| &provider.arguments);
    let calls = module.calls.iter().flat_map(|call| &call.arguments);
    let resources = module.resources.iter().flat_map(|block| &block.arguments);
    // Moved, removed and import blocks name what is gone or to come.
    let others = module
        .others
        .iter()
        .filter(|argument| matches!(argument.path.split('.').next(), Some("locals" | "output")));
    providers.chain(calls).chain(resources).chain(others)
}

/// The resource or data source that a reference is to; a first word that is no type is a variable of an expression.
fn resource_of(reference: &str, types: &HashSet<&str>) -> Option<String> {
    let mut parts = reference.split('.');
    let first = parts.next()?;
    let (data, type_name) = if first == "data" { ("data.", parts.next()?) } else { ("", first) };
    let is_type = type_name.starts_with("aws_") || types.contains(type_name);
    let name = parts.next().filter(|name| !name.is_empty() && is_type)?;
    Some(format!("{data}{type_name}.{name}"))
}
