//! Reads a plan of Terraform or OpenTofu in JSON, format 1.x.
//!
//! Owns: which files are such plans, which versions are read, what each refusal says. Planned attributes stay raw text.
//! Nothing of the file is quoted but addresses. Format: <https://opentofu.org/docs/internals/json-format/>.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::text::without_values;
use super::tfstate::address;
use crate::model::attributes;
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::engine_plan::{Asked, EngineAction, EnginePlan, ResourceChange};
use crate::model::secret::Secret;

const SHOW: &str = "in the recovery's workspace: `tofu plan -out=recovery.tfplan`, then `tofu show -json recovery.tfplan > \
                    engine.json` (or `terraform`)";

/// The head of the document; what tells another document is kept as such.
#[derive(Deserialize)]
struct RawPlan<'a> {
    format_version: Option<Value>,
    version: Option<IgnoredAny>,
    lineage: Option<IgnoredAny>,
    decision_digest: Option<IgnoredAny>,
    kind: Option<Value>,
    values: Option<IgnoredAny>,
    planned_values: Option<IgnoredAny>,
    #[serde(rename = "@level")]
    level: Option<IgnoredAny>,
    #[serde(default)]
    terraform_version: Option<Value>,
    #[serde(default)]
    errored: Option<bool>,
    complete: Option<bool>,
    #[serde(default)]
    variables: Option<BTreeMap<String, RawVariable>>,
    #[serde(default, borrow)]
    resource_changes: Option<Vec<RawResource<'a>>>,
}

#[derive(Deserialize)]
struct RawVariable {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct RawResource<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(default, borrow)]
    previous_address: Option<Cow<'a, str>>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    type_name: Cow<'a, str>,
    #[serde(default, borrow)]
    provider_name: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    deposed: Option<Cow<'a, str>>,
    #[serde(borrow)]
    change: RawChange<'a>,
}

#[derive(Deserialize)]
struct RawChange<'a> {
    actions: Vec<Text<'a>>,
    #[serde(default, borrow)]
    after: Option<&'a RawValue>,
    #[serde(default)]
    importing: Option<IgnoredAny>,
    #[serde(default)]
    replace_paths: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Reads a plan from its text. `origin` is how its path is printed.
///
/// # Errors
/// Not JSON, cut short, another kind of file, a plan that the engine could not finish, a newer format, an action that
/// the format does not have, an address that is there twice.
pub fn read_engine_plan<'a>(text: &'a str, origin: &str) -> Result<EnginePlan<'a>, BadInput> {
    if text.starts_with("PK\u{3}\u{4}") {
        return Err(refused(origin, "this is a saved plan as the engine keeps it, not its JSON", SHOW));
    }
    let raw: RawPlan<'a> = serde_json::from_str(text).map_err(|error| explain(&error, text, origin))?;
    check_head(&raw, origin)?;
    let mut problems = Vec::new();
    let mut changes = Vec::new();
    let mut seen = HashSet::new();
    for resource in raw.resource_changes.unwrap_or_default() {
        if &*resource.mode != "managed" {
            continue;
        }
        let deposed = resource.deposed.as_deref().unwrap_or_default().to_owned();
        if !seen.insert((resource.address.clone().into_owned(), deposed)) {
            problems.push(problem(origin, format!("{} is in the plan more than once", resource.address)));
            continue;
        }
        match read_change(resource) {
            Ok(change) => changes.push(change),
            Err(message) => problems.push(problem(origin, message)),
        }
    }
    if !problems.is_empty() {
        return Err(BadInput(problems));
    }
    let engine_version = raw.terraform_version.as_ref().and_then(Value::as_str).map(str::to_owned);
    let complete = raw.complete != Some(false);
    let variables = raw.variables.unwrap_or_default().into_iter();
    let given = variables.filter_map(|(name, variable)| match variable.value {
        Value::String(text) => Some((name, Secret::new(text))),
        _ => None,
    });
    let given = given.collect();
    Ok(EnginePlan {
        given,
        origin: origin.to_owned(),
        engine_version,
        changes,
        complete,
        excluded: None,
        asked: Asked::default(),
    })
}

fn read_change(resource: RawResource<'_>) -> Result<ResourceChange<'_>, String> {
    let words: Vec<&str> = resource.change.actions.iter().map(|Text(word)| &**word).collect();
    let action = match words[..] {
        ["no-op"] => EngineAction::Keep,
        ["create"] => EngineAction::Create,
        ["update"] => EngineAction::Update,
        ["delete"] => EngineAction::Delete,
        ["delete", "create"] | ["create", "delete"] => EngineAction::Replace,
        ["forget"] | ["create", "forget"] | ["forget", "create"] => EngineAction::Forget,
        _ => return Err(format!("the actions of {} are none that format 1 has", resource.address)),
    };
    let config_address = address::without_indexes(&resource.address);
    if !is_of(&config_address, &resource.type_name) {
        return Err(format!(
            "an address of the plan is none of a resource of its type: {:?}",
            resource.address
        ));
    }
    let after = resource.change.after.map_or("null", RawValue::get);
    if attributes::walk(after, &mut |_, _| {}).is_err() {
        return Err(format!(
            "the planned attributes of {} are nested deeper than any provider writes them",
            resource.address
        ));
    }
    let paths = resource.change.replace_paths.unwrap_or_default();
    Ok(ResourceChange {
        action,
        after,
        imports: resource.change.importing.is_some(),
        replaced_by: paths.iter().map(dotted).collect(),
        previous_address: resource.previous_address.map(Cow::into_owned),
        deposed: resource.deposed.map(Cow::into_owned).filter(|key| !key.is_empty()),
        config_address,
        address: resource.address.into_owned(),
        provider: resource.provider_name.unwrap_or_default(),
        type_name: resource.type_name,
    })
}

/// Whether an address without indexes is modules, the type and a name.
fn is_of(address: &str, type_name: &str) -> bool {
    let word =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let mut parts: Vec<&str> = address.split('.').collect();
    let named = parts.pop().is_some_and(word) && parts.pop() == Some(type_name) && word(type_name);
    named && parts.chunks(2).all(|pair| matches!(pair, ["module", name] if word(name)))
}

/// `["subnet_ids", 0]` as `subnet_ids.0`.
fn dotted(path: &Value) -> String {
    let parts = path.as_array().into_iter().flatten();
    let parts = parts.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
    parts.collect::<Vec<_>>().join(".")
}

fn check_head(raw: &RawPlan<'_>, origin: &str) -> Result<(), BadInput> {
    if raw.version.is_some() || raw.lineage.is_some() {
        return Err(refused(origin, "this is a Terraform state, not a plan in JSON", "give it as --state"));
    }
    if raw.level.is_some() {
        let what = "this is what `plan -json` streams, not a plan in JSON";
        return Err(refused(origin, what, SHOW));
    }
    if raw.decision_digest.is_some() {
        return Err(refused(origin, "this is a plan of drplan, not of the engine", SHOW));
    }
    if let Some(kind) = raw.kind.as_ref().and_then(Value::as_str) {
        let kind = if kind == "inventory" || kind == "observation" { kind } else { "document" };
        return Err(refused(origin, &format!("this is another {kind}, not a plan of the engine"), SHOW));
    }
    let Some(version) = &raw.format_version else {
        return Err(refused(
            origin,
            "this is JSON, but no plan of the engine: it has no `format_version`",
            SHOW,
        ));
    };
    match version.as_str().and_then(|version| version.split('.').next()?.parse::<u32>().ok()) {
        Some(1) => {}
        Some(0) => {
            let fix = "let Terraform 1.1 or newer, or OpenTofu, make the plan";
            return Err(refused(origin, "the plan has format 0; drplan reads format 1", fix));
        }
        Some(major) => {
            let what = format!("the plan has format {major}, newer than the 1 that this drplan reads");
            return Err(refused(origin, &what, "use a newer drplan"));
        }
        None => {
            return Err(refused(origin, "the plan's `format_version` is no version such as \"1.2\"", SHOW));
        }
    }
    if raw.values.is_some() && raw.planned_values.is_none() {
        let what = "this is a state rendered by `show -json`, not a plan";
        return Err(refused(origin, what, SHOW));
    }
    if raw.errored == Some(true) {
        let fix = "see why (`tofu plan` prints it), mend it, and plan again";
        return Err(refused(origin, "the engine could not finish this plan: an error ended it", fix));
    }
    if raw.planned_values.is_none() && raw.resource_changes.is_none() {
        let what = "this is a state rendered by `show -json`, and an empty one, not a plan";
        return Err(refused(origin, what, SHOW));
    }
    Ok(())
}

fn refused(origin: &str, what: &str, fix: &str) -> BadInput {
    Problem::at(Place::file(origin), what, fix).into()
}

fn problem(origin: &str, message: String) -> Problem {
    Problem::at(Place::file(origin), message, "give the plan as the engine prints it: `tofu show -json PLAN`")
}

/// The parser's error in the reader's words. Never quotes the text.
fn explain(error: &serde_json::Error, text: &str, origin: &str) -> BadInput {
    if text.trim_start().is_empty() {
        return refused(origin, "the plan is empty", SHOW);
    }
    if !text.trim_start().starts_with('{') {
        return refused(origin, "this is not JSON, so no plan of the engine in JSON", SHOW);
    }
    let place = Place::new(origin, u32::try_from(error.line()).unwrap_or(u32::MAX));
    let what = match error.classify() {
        serde_json::error::Category::Eof => {
            format!("the plan breaks off after {} bytes: it is truncated", text.len())
        }
        // `plan -json` prints a document a line.
        _ if text.starts_with("{\"@level\"") => {
            "this is what `plan -json` streams, not a plan in JSON".to_owned()
        }
        serde_json::error::Category::Data => {
            format!("the plan is not as the engine prints it: {}", without_values(error))
        }
        _ => format!("the plan is not sound JSON: {}", without_values(error)),
    };
    Problem::at(place, what, SHOW).into()
}
