//! What the code computes from a variable, or from the workspace, that has another value in the recovery: names of what
//! is taken over as it is, and how many there are of something.
//!
//! <https://opentofu.org/docs/language/import/>, <https://opentofu.org/docs/language/meta-arguments/count/>

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::commands;
use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::foreseen;
use super::variables::{Given, counted_by, counts, data_behind, makes, off_by_default, traced};
use crate::model::configuration::Argument;
use crate::model::diagnostic::Place;
use crate::model::document::{Node, Tree};
use crate::model::{paste, words};
use crate::plan::resource::{Disposition, Engine};

/// Adds each variable, or the workspace, that changes a name or a count which the plan relies on.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    check_names(facts, decided, findings);
    check_counts(facts, decided, findings);
    check_indexes(facts, decided, findings);
    check_ranges(facts, decided, findings);
}

fn check_names(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let mut by_cause: BTreeMap<String, Vec<&Object<'_, '_>>> = BTreeMap::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        let comes_back = matches!(resource.disposition, Disposition::Restore | Disposition::Promote);
        if !comes_back && resource.engine != Engine::Import {
            continue;
        }
        let Some((given, Some(cause))) = foreseen::called(facts, object) else { continue };
        let is_named = comes_back
            && (matches!(given, Given::Is(_))
                || facts.database_settings(object).is_some_and(|database| database.identifier.is_some()));
        if !is_named && !foreseen::holds_primary(facts, object.given_name().unwrap_or_default()) {
            by_cause.entry(cause).or_default().push(object);
        }
    }
    for (cause, objects) in by_cause {
        let Some((first, more)) = objects.split_first() else { continue };
        let more = and_more(more.len());
        let instead = match cause.as_str() {
            "terraform.workspace" => {
                "name them by a variable instead, which has the same value in both workspaces"
            }
            _ => "leave it out of drplan.hcl, or give it the primary's value",
        };
        findings.add(
            "name-differs",
            &cause,
            format!(
                "the code computes the name of {}{more} from {cause}, which is another in the recovery: it is taken over \
                 as {}, and the engine would replace it by one of another name",
                first.address(),
                first.given_name().unwrap_or_default()
            ),
            format!("{instead}; a database that is to be called otherwise: `identifier` in its block of drplan.hcl"),
            facts.place_in_code(first),
        );
    }
}

fn check_counts(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let mut by_cause: BTreeMap<(String, Option<Place>), Vec<&Object<'_, '_>>> = BTreeMap::new();
    // Of what the engine has planned it has said how many there are.
    let changes = facts.input.engine_plan.iter().flat_map(|plan| &plan.changes);
    let planned: HashSet<&str> = changes.map(|change| change.address.as_str()).collect();
    let asked = |object: &Object<'_, '_>| {
        let plan = facts.input.engine_plan.as_ref();
        plan.is_some_and(|plan| plan.asked.blocks.contains(&object.instance.config_address))
    };
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at).filter(|one| one.disposition != Disposition::Skip) else {
            continue;
        };
        if planned.contains(object.address()) || asked(object) {
            continue;
        }
        let comes_back = matches!(resource.disposition, Disposition::Restore | Disposition::Promote);
        match counted_by(facts, object) {
            Some((cause, place)) if comes_back => {
                add_store(facts, object, (&cause, "which is another there"), place, findings);
            }
            Some(counted) => by_cause.entry(counted).or_default().push(object),
            None if comes_back => {
                let behind = |find: fn(&Facts<'_, '_>, &str, &Argument) -> Option<String>| {
                    let mut all = counts(facts, object).into_iter();
                    all.find_map(|(module, one)| Some((find(facts, module, one)?, one.place.clone())))
                };
                if let Some((data, place)) = behind(data_behind) {
                    add_store(facts, object, (&data, "which may say something else there"), place, findings);
                } else if let Some(off) = behind(off_by_default) {
                    by_cause.entry(off).or_default().push(object);
                }
            }
            None => {}
        }
    }
    for ((cause, place), objects) in by_cause {
        let Some((first, more)) = objects.split_first() else { continue };
        findings.add(
            "count-computed",
            &cause,
            format!(
                "how many there are of {}{} is computed from {cause}, which is another in the recovery or has no value there: \
                 the plan has those of the primary, and the engine may make others",
                first.address(),
                and_more(more.len())
            ),
            format!(
                "see what the engine plans with the recovery's variables in workspace {}, and `skip` what it does not have",
                facts.workspace()
            ),
            place,
        );
    }
}

/// What comes back with its data and is in no code is restored in vain: the engine cannot take it over.
fn add_store(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    (cause, how): (&str, &str),
    place: Option<Place>,
    findings: &mut Findings,
) {
    findings.add(
        "store-count-computed",
        object.address(),
        format!(
            "it comes back with its data, and whether the code has it in the recovery is computed from {cause}, {how}: where \
             it has none, the engine cannot take over what was restored"
        ),
        format!(
            "let the engine say: --engine {}, or --engine-plan with a plan of all of workspace {}; where the code has none \
             there: {}",
            commands::engine(facts),
            facts.workspace(),
            paste::block("skip", object.address(), "reason = \"...\"")
        ),
        place,
    );
}

fn and_more(more: usize) -> String {
    if more == 0 { String::new() } else { format!(" and {} more", words::count(more, "resource")) }
}

/// The engine takes an instance over at the address that the code gives it. One without an index becomes `[0]` by itself
/// where the code gets a `count`, in the primary's state and only there.
/// <https://opentofu.org/docs/language/modules/develop/refactoring/#enabling-count-or-for_each-for-a-resource>
fn check_indexes(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let mut told = BTreeSet::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let left_out = decided.resource(at).is_none_or(|resource| resource.disposition == Disposition::Skip);
        let Some(block) = facts.block(object.instance).filter(|_| !left_out) else { continue };
        let has = |name: &str| block.arguments.iter().any(|argument| argument.is_of(name));
        let address = object.address();
        let (what, state) = match address.rsplit_once('[').filter(|_| address.ends_with(']')) {
            None if has("count") => ("count", "no index"),
            None if has("for_each") => ("for_each", "no key"),
            Some((_, index)) if index.starts_with('"') && !has("for_each") => ("no for_each", "a key"),
            Some((_, index)) if !index.starts_with('"') && !has("count") => ("no count", "an index"),
            Some((_, index)) => {
                let key = index.trim_end_matches(']').trim_matches('"');
                if makes(facts, object, key) == Some(false) && told.insert(address) {
                    findings.add(
                        "index-differs",
                        address,
                        format!("the state has it, and the code makes no instance {key} of it: the engine has nothing to make"),
                        format!(
                            "plan from the code that the primary runs; or leave it out: {}",
                            paste::block("skip", address, "reason = \"...\"")
                        ),
                        block.place.clone(),
                    );
                }
                continue;
            }
            None => continue,
        };
        if told.insert(object.instance.config_address.as_str()) {
            findings.add(
                "index-differs",
                address,
                format!("the code has {what} for it, and the state {state}: the engine knows it by another address"),
                format!(
                    "apply the code in the primary first, or move it in a copy of the state that --state names: \
                     `{} state mv -state=COPY OLD NEW`",
                    commands::engine(facts)
                ),
                block.place.clone(),
            );
        }
    }
}

/// Manifests name the range of the network by its text: a policy lets nobody in from where nobody is.
/// <https://kubernetes.io/docs/concepts/services-networking/network-policies/>
fn check_ranges(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        let (true, "aws_vpc" | "aws_subnet" | "aws_vpc_ipv4_cidr_block_association") =
            (made, object.type_name())
        else {
            continue;
        };
        let Some(range) = object.text("cidr_block") else { continue };
        let (given, Some(cause)) = traced(facts, object, "cidr_block") else { continue };
        let rewritten = facts.input.settings.rewrites.iter().any(|rewrite| rewrite.text == range);
        if rewritten || matches!(&given, Given::Is(text) if text == range) {
            continue;
        }
        let mut places =
            facts.input.manifests.objects.iter().filter_map(|one| Some((one, line_of(&one.root, range)?)));
        let Some((first, line)) = places.next() else { continue };
        let to = match &given {
            Given::Is(text) => paste::quoted(text),
            _ => "\"...\"".to_owned(),
        };
        findings.add(
            "range-differs",
            object.address(),
            format!(
                "{} names {range}, the range of {} in the primary, and {cause} gives it another in the recovery: what is \
                 let in by it is not let in there",
                facts.label(first),
                object.address()
            ),
            format!("name what it becomes: {}", paste::block("rewrite", range, &format!("to = {to}"))),
            Some(Place::new(&first.file, line)),
        );
    }
}

/// The line of a string in a document that is this text.
fn line_of(node: &Node, text: &str) -> Option<u32> {
    match &node.tree {
        Tree::String(found) => (found == text).then_some(node.span.line),
        Tree::Sequence(items) => items.iter().find_map(|item| line_of(item, text)),
        Tree::Mapping(entries) => entries.iter().find_map(|(_, value)| line_of(value, text)),
        _ => None,
    }
}
