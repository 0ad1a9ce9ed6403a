//! The object that a step applies: that of the manifests, its values rewritten, held where it is to be held.
//!
//! A rewrite changes the occurrences that the plan names and nothing else. One that finds nothing is an error: the
//! manifest is not the one that was planned, and what it names may be of the lost region.

mod literal;
pub(super) mod text;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::action::{Hold, Rewrite};
use super::values::{OwnedValue, Site};
use crate::model::value::ValueKind;
use text::{Inside, Spot, Token};

/// A JSON Pointer of an object, by its label.
type StringOf<'p> = (&'p str, &'p str);
/// A place inside a string, the value there, and its kind.
type Placed<'p> = (Option<&'p str>, &'p str, ValueKind);

/// Where the plan's values stand in objects: what tells an occurrence from a part of something longer.
#[derive(Clone, Debug, Default)]
pub struct Places<'p> {
    by_string: HashMap<StringOf<'p>, Vec<Placed<'p>>>,
}

impl<'p> Places<'p> {
    /// Reads them from a plan's `values`.
    #[must_use]
    pub fn new(values: &'p [OwnedValue]) -> Self {
        let mut places = Self::default();
        for value in values {
            for used in &value.uses {
                let Site::File { object: Some(object), path, within, .. } = &used.site else { continue };
                let found = places.by_string.entry((object, path)).or_default();
                let place = (within.as_deref(), value.value.as_str(), value.kind);
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
        places
    }
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug)]
pub struct Change<'c> {
    /// `Kind/namespace/name`, as the plan's values name it.
    pub label: &'c str,
    /// The step's rewrites.
    pub rewrites: &'c [Rewrite],
    /// What is held back.
    pub hold: Option<Hold>,
    /// Whether an autoscaler of the plan has its replicas.
    pub scaled: bool,
}

/// Why there is no object to apply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// A rewrite's value is not there as often as the plan says.
    #[error(
        "{path} of {label} has {token} {found} times where the plan rewrites it {planned} times: the manifest is not the \
             one that was planned; plan again"
    )]
    NotFound {
        /// The object.
        label: String,
        /// JSON Pointer, and the place inside.
        path: String,
        /// The token.
        token: String,
        /// How often it was found.
        found: usize,
        /// How often the plan rewrites it.
        planned: usize,
    },
    /// The place is not encoded as the plan says.
    #[error(
        "{path} of {label} is not {encoding} any more: the manifest is not the one that was planned; plan again"
    )]
    Otherwise {
        /// The object.
        label: String,
        /// JSON Pointer, and the place inside.
        path: String,
        /// As the plan has it.
        encoding: String,
    },
    /// A value is known after a step that has not told it.
    #[error("{path} of {label} takes a value that is known after step {step}, which has not told it")]
    NotKnown {
        /// The object.
        label: String,
        /// JSON Pointer.
        path: String,
        /// The step.
        step: String,
    },
}

/// A Secret's `stringData` becomes `data`, as the server would make it. Left to the server it is nobody's: a field manager
/// that writes `stringData` owns none of the keys, so neither are others' values in conflict nor are keys that went away
/// removed. <https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data>
fn encode(object: &mut Value) {
    let is = |field: &str, value: &str| object.get(field).and_then(Value::as_str) == Some(value);
    if !(is("apiVersion", "v1") && is("kind", "Secret")) {
        return;
    }
    // What is no text is the server's to refuse.
    let texts = object.get("stringData").and_then(Value::as_object);
    if !texts.is_some_and(|texts| texts.values().all(Value::is_string)) {
        return;
    }
    let Some(Value::Object(texts)) = object.as_object_mut().and_then(|object| object.remove("stringData"))
    else {
        return;
    };
    let Some(fields) = object.as_object_mut() else { return };
    let data = fields.entry("data").or_insert_with(|| Value::Object(serde_json::Map::new()));
    if data.is_null() {
        *data = Value::Object(serde_json::Map::new());
    }
    if let Some(data) = data.as_object_mut() {
        data.extend(texts.into_iter().filter_map(|(key, text)| {
            let encoded = BASE64_STANDARD.encode(text.as_str()?);
            Some((key, Value::String(encoded)))
        }));
    }
}

/// The object to apply. `resolve` gives the value that takes the place of a rewrite's token, where it is known after a
/// step.
///
/// # Errors
/// A rewrite that cannot be done whole.
pub fn body(
    mut object: Value,
    change: &Change<'_>,
    places: &Places<'_>,
    resolve: &dyn Fn(&Rewrite) -> Option<String>,
) -> Result<Value, BodyError> {
    let mut by_string: BTreeMap<&str, Vec<&Rewrite>> = BTreeMap::new();
    for rewrite in change.rewrites {
        by_string.entry(&rewrite.path).or_default().push(rewrite);
    }
    // Keys last and the deepest first: a renamed key moves what is under it.
    let mut keys: Vec<(&str, Vec<Spot<'_>>)> = Vec::new();
    for (path, rewrites) in by_string {
        let (of_key, of_value): (Vec<Spot<'_>>, Vec<Spot<'_>>) =
            spots(change, path, &rewrites, places, resolve)?
                .into_iter()
                .partition(|spot| spot.within == [Inside::Key]);
        if !of_value.is_empty() {
            rewrite_value(&mut object, change, path, &of_value)?;
        }
        if !of_key.is_empty() {
            keys.push((path, of_key));
        }
    }
    keys.sort_by_key(|(path, _)| std::cmp::Reverse(path.matches('/').count()));
    for (path, spots) in &keys {
        rewrite_key(&mut object, change, path, spots)?;
    }
    clean(&mut object);
    hold(&mut object, change);
    encode(&mut object);
    Ok(object)
}

/// A value that is looked for in one string of an object.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'s> {
    /// The place inside an encoded string.
    pub within: Option<&'s str>,
    /// The value.
    pub text: &'s str,
    /// What it is, which says where it ends.
    pub kind: ValueKind,
    /// What replaces it; `None` where it stays.
    pub by: Option<&'s Rewrite>,
    /// How often the plan rewrites it here.
    pub planned: usize,
}

/// What is looked for in one string: the tokens of the rewrites, and beside them those that stay.
#[must_use]
pub fn sought<'s>(label: &str, path: &str, rewrites: &[&'s Rewrite], places: &Places<'s>) -> Vec<Sought<'s>> {
    let known = places.by_string.get(&(label, path)).map_or(&[][..], Vec::as_slice);
    let mut found: Vec<Sought<'s>> = Vec::new();
    for rewrite in rewrites {
        let (within, text) = (rewrite.within.as_deref(), rewrite.token.as_str());
        if let Some(one) = found.iter_mut().find(|one| one.within == within && one.text == text) {
            one.planned += 1;
            continue;
        }
        let kind = known.iter().find(|(place, value, _)| *place == within && *value == text);
        let kind = kind.map_or(ValueKind::Literal, |(_, _, kind)| *kind);
        found.push(Sought { within, text, kind, by: Some(rewrite), planned: 1 });
    }
    let places: BTreeSet<Option<&str>> = found.iter().map(|one| one.within).collect();
    for (within, text, kind) in known {
        // What stays beside what is rewritten, and what stands in the text around an encoded word.
        let around =
            |inner: &&str| within.is_none_or(|outer| inner.starts_with(outer)) && inner.contains("percent");
        if !places.contains(within) && !places.iter().flatten().any(around) {
            continue;
        }
        if !found.iter().any(|one| one.within == *within && one.text == *text) {
            found.push(Sought { within: *within, text, kind: *kind, by: None, planned: 0 });
        }
    }
    found
}

/// The same with what takes the place of each.
fn spots<'s>(
    change: &Change<'_>,
    path: &str,
    rewrites: &[&'s Rewrite],
    places: &Places<'s>,
    resolve: &dyn Fn(&Rewrite) -> Option<String>,
) -> Result<Vec<Spot<'s>>, BodyError> {
    let mut found: BTreeMap<Option<&str>, Vec<Token<'s>>> = BTreeMap::new();
    for Sought { within, text, kind, by, planned } in sought(change.label, path, rewrites, places) {
        let not_known = |rewrite: &Rewrite| BodyError::NotKnown {
            label: change.label.to_owned(),
            path: path.to_owned(),
            step: rewrite.known_after.clone().unwrap_or_default(),
        };
        let to = |rewrite: &Rewrite| rewrite.counterpart.clone().or_else(|| resolve(rewrite));
        let to = by.map(|rewrite| to(rewrite).ok_or_else(|| not_known(rewrite))).transpose()?;
        found.entry(within).or_default().push(Token { text, kind, to, planned });
    }
    Ok(found
        .into_iter()
        .map(|(within, tokens)| Spot { within: within.map(text::parse).unwrap_or_default(), tokens })
        .collect())
}

fn rewrite_value(
    object: &mut Value,
    change: &Change<'_>,
    path: &str,
    spots: &[Spot<'_>],
) -> Result<(), BodyError> {
    let Some(Value::String(string)) = object.pointer_mut(path) else {
        return Err(missing(change, path, spots));
    };
    *string = rewritten(change, path, string, spots)?;
    Ok(())
}

fn rewrite_key(
    object: &mut Value,
    change: &Change<'_>,
    path: &str,
    spots: &[Spot<'_>],
) -> Result<(), BodyError> {
    let gone = || missing(change, path, spots);
    let (parent, key) = path.rsplit_once('/').ok_or_else(gone)?;
    let key = key.replace("~1", "/").replace("~0", "~");
    let entries = object.pointer_mut(parent).and_then(Value::as_object_mut).ok_or_else(gone)?;
    let plain: Vec<Spot<'_>> = spots.iter().map(|spot| Spot { within: Vec::new(), ..spot.clone() }).collect();
    let value = entries.remove(&key).ok_or_else(gone)?;
    entries.insert(rewritten(change, path, &key, &plain)?, value);
    Ok(())
}

fn rewritten(change: &Change<'_>, path: &str, string: &str, spots: &[Spot<'_>]) -> Result<String, BodyError> {
    let mut tally = text::Tally::new(spots);
    let place = |within: &str| if within.is_empty() { path.to_owned() } else { format!("{path} ({within})") };
    let new = text::rewrite(string, &text::borrowed(spots), &mut tally).map_err(|encoding| {
        BodyError::Otherwise { label: change.label.to_owned(), path: path.to_owned(), encoding }
    })?;
    match tally.wrong(spots) {
        None => Ok(new),
        Some((within, token, found)) => Err(BodyError::NotFound {
            label: change.label.to_owned(),
            path: place(&within),
            token: token.text.to_owned(),
            found,
            planned: token.planned,
        }),
    }
}

fn missing(change: &Change<'_>, path: &str, spots: &[Spot<'_>]) -> BodyError {
    let token = spots.iter().flat_map(|spot| &spot.tokens).find(|token| token.to.is_some());
    BodyError::NotFound {
        label: change.label.to_owned(),
        path: path.to_owned(),
        token: token.map_or_else(String::new, |token| token.text.to_owned()),
        found: 0,
        planned: token.map_or(0, |token| token.planned),
    }
}

/// What an export of a cluster has and no other cluster takes: a server-side apply refuses the first, and takes the others
/// for the state that it is to find.
fn clean(object: &mut Value) {
    if let Some(entries) = object.as_object_mut() {
        entries.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in
            ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"]
        {
            metadata.remove(field);
        }
    }
}

fn hold(object: &mut Value, change: &Change<'_>) {
    let held = match change.hold {
        Some(Hold::Suspend) => Some(("suspend", Value::Bool(true))),
        Some(Hold::Replicas) => Some(("replicas", 0.into())),
        Some(Hold::Ask) | None => None,
    };
    if let (Some((field, value)), Some(entries)) = (held, object.as_object_mut()) {
        let spec = entries.entry("spec").or_insert_with(|| Value::Object(serde_json::Map::new()));
        if let Some(spec) = spec.as_object_mut() {
            spec.insert(field.to_owned(), value);
        }
        return;
    }
    // Zero rests: no autoscaler wakes it.
    if change.scaled
        && let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut)
        && spec.get("replicas").and_then(Value::as_u64) != Some(0)
    {
        spec.remove("replicas");
    }
}

#[cfg(test)]
mod tests;
