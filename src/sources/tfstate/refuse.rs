//! What is no state that can be read, and what to do about it.

use serde::Deserialize;

use super::keys::Fault;
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::sources::text::{line_of, without_values};

/// The fields that tell what a JSON document is. All are ignored where absent.
#[derive(Deserialize)]
struct Head {
    version: Option<serde_json::Value>,
    format_version: Option<serde_json::Value>,
    encrypted_data: Option<serde::de::IgnoredAny>,
    encryption_version: Option<serde::de::IgnoredAny>,
    planned_values: Option<serde::de::IgnoredAny>,
    resource_changes: Option<serde::de::IgnoredAny>,
    values: Option<serde::de::IgnoredAny>,
    kind: Option<String>,
    decision_digest: Option<serde::de::IgnoredAny>,
    lineage: Option<serde::de::IgnoredAny>,
    resources: Option<serde::de::IgnoredAny>,
}

const PULL: &str = "pull the state again: `terraform state pull > state.tfstate` (or `tofu state pull`)";

const NO_STATE: &str = "this is JSON, but no Terraform state: it has no `version`";
const GIVE: &str = "give the state: `terraform state pull > state.tfstate`";

/// Refuses everything that is not a state of version 4, by name.
pub(super) fn check_head(text: &str, origin: &str) -> Result<(), BadInput> {
    let place = Place::file(origin);
    if text.trim_start().is_empty() {
        return Err(Problem::at(place, "the state is empty", PULL).into());
    }
    if text.starts_with("PK\u{3}\u{4}") {
        return Err(Problem::at(place, "this is a saved plan file, not a state", GIVE).into());
    }
    let is_json = || serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !text.trim_start().starts_with('{') && is_json() {
        return Err(Problem::at(Place::new(origin, 1), NO_STATE, GIVE).into());
    }
    let head: Head = serde_json::from_str(text).map_err(|error| explain(&error, text, origin))?;
    if head.encrypted_data.is_some() || head.encryption_version.is_some() {
        return Err(Problem::at(
            place,
            "the state is encrypted by OpenTofu",
            "decrypt it where its key is: `tofu state pull > state.tfstate`",
        )
        .into());
    }
    if head.planned_values.is_some() || head.resource_changes.is_some() {
        return Err(
            Problem::at(place, "this is a plan in JSON (`show -json PLAN`), not a state", GIVE).into()
        );
    }
    if head.format_version.is_some() && head.version.is_none() {
        let what = if head.decision_digest.is_some() {
            "this is a plan of drplan, not a state"
        } else if let Some(kind) = &head.kind {
            return Err(Problem::at(
                place,
                format!("this is a recording of drplan ({kind}), not a state"),
                format!("give it as --{kind}, and the state as --state"),
            )
            .into());
        } else if head.values.is_some() {
            "this is a state rendered by `show -json`, not the state itself"
        } else {
            "this is the output of `show -json`, not a state"
        };
        return Err(Problem::at(place, what, GIVE).into());
    }
    let looks_like_state = head.lineage.is_some() || head.resources.is_some();
    match head.version.as_ref().and_then(serde_json::Value::as_u64) {
        Some(4) => Ok(()),
        Some(version @ 0..=3) => Err(Problem::at(
            place,
            format!("the state has format version {version}; drplan reads version 4"),
            "let Terraform 0.12 or newer write it once (`terraform apply -refresh-only`), then pull it again",
        )
        .into()),
        Some(version) => Err(Problem::at(
            place,
            format!("the state has format version {version}, newer than the 4 that this drplan reads"),
            "use a newer drplan",
        )
        .into()),
        None if head.version.is_some() && looks_like_state => {
            Err(Problem::at(place, "the state's `version` is no whole number", PULL).into())
        }
        None => Err(Problem::at(place, NO_STATE, GIVE).into()),
    }
}

/// What is wrong within the attributes of an instance, which are a part of the state's text.
pub(super) fn faulty(fault: &Fault, address: &str, attributes: &str, text: &str, origin: &str) -> Problem {
    let (Fault::Twice { at, .. } | Fault::Deep { at }) = fault;
    let start = attributes.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    let place = Place::new(origin, line_of(text.as_bytes(), start + at));
    let message = match fault {
        Fault::Twice { key, .. } => {
            format!("key {key:?} stands more than once in the attributes of {address}")
        }
        Fault::Deep { .. } => {
            format!("the attributes of {address} are nested deeper than any provider writes them")
        }
    };
    Problem::at(place, message, PULL)
}

/// The parser's error in the reader's words. Never quotes the text.
pub(super) fn explain(error: &serde_json::Error, text: &str, origin: &str) -> BadInput {
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
    let place = Place::new(origin, line);
    let problem = match error.classify() {
        serde_json::error::Category::Eof => Problem::at(
            place,
            format!("the state breaks off after {} bytes: it is truncated", text.len()),
            PULL,
        ),
        serde_json::error::Category::Data => Problem::at(
            place,
            format!("the state is not as the engine writes it: {}", without_values(error)),
            PULL,
        ),
        _ if !text.trim_start().starts_with('{') => Problem::at(
            place,
            "this is not JSON, so no Terraform state",
            "give the state: `terraform state pull > state.tfstate`",
        ),
        _ => Problem::at(place, format!("the state is not sound JSON: {}", without_values(error)), PULL),
    };
    problem.into()
}
