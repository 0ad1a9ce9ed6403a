//! What can be told of a resource before it is made: its name stays, ARNs of region, account and name follow from it.
//!
//! Ids, addresses, host names and whatever else AWS makes up cannot.

use super::facts::{Facts, Object};
use super::variables::{Given, traced};
use crate::model::types::{Scope, Uniqueness};
use crate::model::value::ValueKind;

/// The name that people gave an object; it has the same in the recovery region.
///
/// A name only counts where AWS or the cluster knows the object by it: a security group's is a label beside its id.
pub(super) fn name(object: &Object<'_, '_>) -> Option<String> {
    let entry = object.entry?;
    let id = object.id.as_deref().unwrap_or_default();
    // A setting of which each region has one: the provider gives it a fixed id.
    if entry.name.strip_prefix("aws_").is_some_and(|rest| rest.replace('_', "-") == id) {
        return Some(id.to_owned());
    }
    if entry.scope == Scope::Cluster
        && let Some(name) = name_in_manifest(object)
    {
        return Some(name);
    }
    let name = object.given_name()?.to_owned();
    let known_by = |text: &str| {
        text == name
            || text.split([':', '/', '#', ',']).any(|part| part == name)
            || text.ends_with(&format!(":{name}"))
    };
    let named = entry.unique != Uniqueness::None
        && !name.starts_with("arn:")
        && (entry.scope == Scope::Cluster || known_by(id) || object.arn.as_deref().is_some_and(known_by));
    (named && !is_prefixed(object)).then_some(name)
}

/// Whether AWS makes up the end of its name.
fn is_prefixed(object: &Object<'_, '_>) -> bool {
    ["name_prefix", "bucket_prefix", "identifier_prefix", "cluster_identifier_prefix", "key_name_prefix"]
        .iter()
        .any(|prefix| object.text(prefix).is_some_and(|text| !text.is_empty()))
}

/// The name of what is made anew, where that can be told: what holds the region, or is computed from what the recovery
/// has another value for, is called otherwise there.
pub(super) fn name_anew(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    let name = name(object).filter(|name| !holds_primary(facts, name))?;
    called(facts, object).map_or(Given::Same, |(given, _)| given).text(&name)
}

/// What the recovery calls it, by the argument that names it in the primary; `None` where no argument does.
pub(super) fn called(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<(Given, Option<String>)> {
    let name = object.given_name()?;
    let identity = object.entry?.identity;
    let argument = identity.iter().find(|argument| object.text(argument) == Some(name))?;
    match traced(facts, object, argument) {
        (Given::Is(text), _) if text == name => Some((Given::Same, None)),
        // Not in the block by this name: a label of `metadata`, or what a module of the registry does.
        (Given::Unset, _) => Some((Given::Same, None)),
        changed => Some(changed),
    }
}

/// Whether a value is a name of its own that what is made anew does not have.
pub(super) fn is_renamed(facts: &Facts<'_, '_>, object: &Object<'_, '_>, value: &str) -> bool {
    object.given_name() == Some(value)
        && object.entry.is_some_and(|entry| {
            // What is part of another goes by the other's name.
            matches!(entry.unique, Uniqueness::InRegion | Uniqueness::InAccount | Uniqueness::Everywhere)
        })
        && (is_prefixed(object)
            || holds_primary(facts, value)
            || called(facts, object).is_some_and(|(given, _)| given != Given::Same))
}

pub(super) fn holds_primary(facts: &Facts<'_, '_>, name: &str) -> bool {
    facts.primary.as_deref().is_some_and(|primary| name.contains(primary))
}

fn name_in_manifest(object: &Object<'_, '_>) -> Option<String> {
    let tree = object.tree();
    ["/manifest/metadata/name", "/manifest/value/metadata/name", "/metadata/0/name"]
        .iter()
        .find_map(|path| Some(tree.pointer(path)?.as_str()?.to_owned()))
}

/// Whether all that the object owns can be told now.
pub(super) fn all(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    name_anew(facts, object).is_some()
        && object.owned.iter().all(|owned| {
            matches!(owned.kind, ValueKind::Name | ValueKind::Port)
                || text(facts, object, owned.kind, &owned.value).is_some()
        })
}

/// The text of an owned value in the recovery region: an ARN whose every part is a word of AWS, the region, the
/// account or a part of the name.
pub(super) fn text(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    kind: ValueKind,
    value: &str,
) -> Option<String> {
    let primary = facts.primary.as_deref()?;
    let name = name_anew(facts, object)?;
    let was = self::name(object)?;
    if value == was {
        return Some(name);
    }
    if name != was {
        return None;
    }
    if !value.starts_with("arn:") || !matches!(kind, ValueKind::Arn | ValueKind::Id | ValueKind::Key) {
        return None;
    }
    let given: Vec<&str> = object
        .entry
        .map_or(&[][..], |entry| entry.identity)
        .iter()
        .filter(|attribute| **attribute != "id")
        .filter_map(|attribute| object.text(attribute))
        .chain([name.as_str()])
        .flat_map(|text| text.split([':', '/']))
        .collect();
    // An attribute that stands in the ARN and is no part of the name is what AWS called something else.
    let elsewhere = |part: &str| object.texts().any(|other| other == part);
    let word = |part: &str| {
        !part.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) && !elsewhere(part)
    };
    // The version of the API by which API Gateway calls a function, and a function's newest version.
    let fixed = |part: &str| {
        part == primary || facts.account.as_deref() == Some(part) || matches!(part, "2015-03-31" | "$LATEST")
    };
    let mut parts = value.split([':', '/']).skip(2);
    let follows = parts.clone().all(|part| given.contains(&part) || fixed(part) || word(part));
    (follows && parts.any(|part| !part.is_empty() && given.contains(&part)))
        .then(|| value.replace(primary, facts.recovery))
}
