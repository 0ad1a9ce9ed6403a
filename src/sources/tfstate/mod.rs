//! Reads Terraform state, format version 4.
//!
//! Owns: which files are states, which versions are read, what each refusal says. Attributes stay raw text.
//! Format: `internal/states/statefile/version4.go` of Terraform and OpenTofu.

pub(in crate::sources) mod address;
mod carried;
mod keys;
mod refuse;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;

pub use carried::carried;
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::document::push_pointer;
use crate::model::state::{Instance, Mode, State};

#[derive(Deserialize)]
struct RawState<'a> {
    #[serde(default)]
    version: serde_json::Value,
    /// What OpenTofu's encrypted states and plans in JSON have beside the fields of a state.
    encrypted_data: Option<IgnoredAny>,
    encryption_version: Option<IgnoredAny>,
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    #[serde(default)]
    serial: u64,
    #[serde(default, borrow)]
    lineage: Cow<'a, str>,
    #[serde(default, borrow)]
    terraform_version: Cow<'a, str>,
    #[serde(default, borrow)]
    resources: Vec<RawResource<'a>>,
}

impl RawState<'_> {
    /// Whether nothing says that it is another document or another version: `refuse` tells which.
    fn is_version_4(&self) -> bool {
        let foreign =
            [&self.encrypted_data, &self.encryption_version, &self.planned_values, &self.resource_changes];
        self.version.as_u64() == Some(4) && foreign.iter().all(|field| field.is_none())
    }
}

#[derive(Deserialize)]
struct RawResource<'a> {
    #[serde(default, borrow)]
    module: Cow<'a, str>,
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    type_name: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default, borrow)]
    provider: Cow<'a, str>,
    #[serde(default, borrow)]
    instances: Vec<RawInstance<'a>>,
}

#[derive(Deserialize)]
struct RawInstance<'a> {
    #[serde(default)]
    index_key: serde_json::Value,
    #[serde(default, borrow)]
    status: Cow<'a, str>,
    #[serde(default, borrow)]
    deposed: Cow<'a, str>,
    #[serde(default)]
    schema_version: u64,
    #[serde(default, borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(default, borrow)]
    attributes_flat: Option<&'a RawValue>,
    #[serde(default)]
    sensitive_attributes: Vec<Vec<PathStep>>,
    #[serde(default, borrow)]
    dependencies: Vec<Text<'a>>,
    /// OpenTofu states it per instance when a resource's provider has `for_each`.
    #[serde(default, borrow)]
    provider: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct PathStep {
    value: serde_json::Value,
}

/// Reads a state from its text. `origin` is how people know it: a path, `-`, `s3://bucket/key`.
///
/// # Errors
/// Everything that keeps the text from being a state that can be planned from, each with what to do.
pub fn read_state<'a>(text: &'a str, origin: &str) -> Result<State<'a>, BadInput> {
    let raw: RawState<'a> = match serde_json::from_str::<RawState<'a>>(text) {
        Ok(raw) => {
            if !raw.is_version_4() {
                refuse::check_head(text, origin)?;
            }
            raw
        }
        Err(error) => {
            refuse::check_head(text, origin)?;
            return Err(refuse::explain(&error, text, origin));
        }
    };
    let mut problems = Vec::new();
    let mut instances =
        Vec::with_capacity(raw.resources.iter().map(|resource| resource.instances.len()).sum());
    for resource in raw.resources {
        read_resource(resource, origin, &mut instances, &mut problems);
    }
    problems.par_extend(instances.par_iter().filter_map(|instance| {
        let fault = keys::fault(instance.attributes)?;
        Some(refuse::faulty(&fault, &instance.address, instance.attributes, text, origin))
    }));
    check_duplicates(&instances, origin, &mut problems);
    if problems.is_empty() {
        Ok(State {
            origin: origin.to_owned(),
            lineage: raw.lineage.into_owned(),
            serial: raw.serial,
            engine_version: raw.terraform_version.into_owned(),
            instances,
        })
    } else {
        Err(BadInput(problems))
    }
}

fn read_resource<'a>(
    resource: RawResource<'a>,
    origin: &str,
    instances: &mut Vec<Instance<'a>>,
    problems: &mut Vec<Problem>,
) {
    let mode = match &*resource.mode {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        other => {
            problems.push(Problem::at(
                Place::file(origin),
                format!("resource {}.{} has mode {other:?}", resource.type_name, resource.name),
                "expected `managed` or `data`; give the state as the engine wrote it (`terraform state pull`)",
            ));
            return;
        }
    };
    let prefix = if mode == Mode::Data { "data." } else { "" };
    let module = address::without_indexes(&resource.module);
    let dot = if module.is_empty() { "" } else { "." };
    let config_address = format!("{module}{dot}{prefix}{}.{}", resource.type_name, resource.name);
    let dot = if resource.module.is_empty() { "" } else { "." };
    let base = format!("{}{dot}{prefix}{}.{}", resource.module, resource.type_name, resource.name);
    for raw in resource.instances {
        let Some(index) = address::index(&raw.index_key) else {
            problems.push(Problem::at(
                Place::file(origin),
                format!("an instance of {base} has an index that is neither a number nor text"),
                "give the state as the engine wrote it (`terraform state pull`)",
            ));
            continue;
        };
        let address = format!("{base}{index}");
        if !matches!(&*raw.status, "" | "tainted") {
            problems.push(Problem::at(
                Place::file(origin),
                format!("{address} has status {:?}", raw.status),
                "expected `tainted` or none; give the state as the engine wrote it (`terraform state pull`)",
            ));
        }
        let flat = raw.attributes.is_none() && raw.attributes_flat.is_some();
        let attributes = raw.attributes.or(raw.attributes_flat).map_or("{}", RawValue::get);
        if !attributes.starts_with('{') && attributes != "null" {
            problems.push(Problem::at(
                Place::file(origin),
                format!("the attributes of {address} are no object"),
                "give the state as the engine wrote it (`terraform state pull`)",
            ));
            continue;
        }
        let provider = raw.provider.as_ref().unwrap_or(&resource.provider);
        let (source, alias) = address::provider(provider);
        instances.push(Instance {
            address,
            config_address: config_address.clone(),
            module: module.clone(),
            mode,
            type_name: resource.type_name.clone(),
            name: resource.name.clone(),
            provider: Cow::Owned(source),
            provider_alias: alias.map(Cow::Owned),
            deposed: (!raw.deposed.is_empty()).then_some(raw.deposed),
            tainted: raw.status == "tainted",
            schema_version: raw.schema_version,
            attributes: if attributes == "null" { "{}" } else { attributes },
            flat,
            sensitive: raw.sensitive_attributes.iter().map(|path| sensitive_pointer(path)).collect(),
            dependencies: raw.dependencies.into_iter().map(|Text(text)| text).collect(),
        });
    }
}

/// `[{get_attr, a}, {index, {value: 0}}]` as `/a/0`.
fn sensitive_pointer(path: &[PathStep]) -> String {
    let mut pointer = String::new();
    for step in path {
        let value = step.value.get("value").unwrap_or(&step.value);
        match value {
            serde_json::Value::String(text) => push_pointer(&mut pointer, text),
            other => push_pointer(&mut pointer, &other.to_string()),
        }
    }
    pointer
}

fn check_duplicates(instances: &[Instance<'_>], origin: &str, problems: &mut Vec<Problem>) {
    let mut seen: HashMap<(&str, Option<&str>), u32> = HashMap::with_capacity(instances.len());
    for instance in instances {
        let count = seen.entry((&instance.address, instance.deposed.as_deref())).or_insert(0);
        *count += 1;
        if *count == 2 {
            problems.push(Problem::at(
                Place::file(origin),
                format!("{} is in the state more than once", instance.address),
                "two states were merged, or the file was edited: pull it again (`terraform state pull`)",
            ));
        }
    }
}
