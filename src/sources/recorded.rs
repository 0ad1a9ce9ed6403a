//! Recordings of a region: an inventory of the recovery region, an observation of the healthy primary.
//!
//! Read strictly: a recording that is older or newer, of the other kind, cut short or edited into something else is
//! refused with its place and what to do. No value of the file is quoted. Written canonically: fields in the order
//! of the model, lists sorted, so that two recordings of the same world differ only in what moved.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::text::read_text;
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::durations::{self, ReadDurations};
use crate::model::inventory::{self, Inventory};
use crate::model::observation::{self, Observation};

mod order;
#[cfg(test)]
mod tests;

/// Most bytes that a recording may have: an account with 100,000 images stays below a third of it.
const LIMIT: u64 = 256 << 20;

/// Reads a recording of the recovery region. `shown` is how its path is printed.
///
/// # Errors
/// Not readable as text, not JSON, cut short, another kind of file, a newer format, a field that does not fit.
pub fn read_inventory(path: &Path, shown: &str) -> Result<Inventory, BadInput> {
    parse_inventory(&read_text(path, shown, LIMIT)?, shown)
}

/// Reads a recording of the primary. `shown` is how its path is printed.
///
/// # Errors
/// As [`read_inventory`].
pub fn read_observation(path: &Path, shown: &str) -> Result<Observation, BadInput> {
    parse_observation(&read_text(path, shown, LIMIT)?, shown)
}

/// Reads durations of live runs. `shown` is how the path is printed.
///
/// # Errors
/// As [`read_inventory`]; those of a drill.
pub fn read_durations(path: &Path, shown: &str) -> Result<ReadDurations, BadInput> {
    parse_durations(&read_text(path, shown, LIMIT)?, shown)
}

/// Takes text as durations of live runs.
///
/// # Errors
/// As [`read_durations`].
pub fn parse_durations(text: &str, shown: &str) -> Result<ReadDurations, BadInput> {
    let durations = parse(text, shown, Kind::Durations, durations::FORMAT_VERSION)?;
    let hex = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(ReadDurations { origin: shown.to_owned(), digest: format!("sha256:{hex}"), durations })
}

/// Takes text as a recording of the recovery region.
///
/// # Errors
/// As [`read_inventory`].
pub fn parse_inventory(text: &str, shown: &str) -> Result<Inventory, BadInput> {
    parse(text, shown, Kind::Inventory, inventory::FORMAT_VERSION)
}

/// Takes text as a recording of the primary.
///
/// # Errors
/// As [`read_inventory`].
pub fn parse_observation(text: &str, shown: &str) -> Result<Observation, BadInput> {
    parse(text, shown, Kind::Observation, observation::FORMAT_VERSION)
}

/// The canonical text of an inventory.
///
/// # Errors
/// None that a well-formed value can cause; serde's signature has one.
pub fn write_inventory(mut recording: Inventory) -> Result<String, serde_json::Error> {
    order::sort_inventory(&mut recording);
    pretty(&recording)
}

/// The canonical text of an observation.
///
/// # Errors
/// As [`write_inventory`].
pub fn write_observation(mut recording: Observation) -> Result<String, serde_json::Error> {
    order::sort_observation(&mut recording);
    pretty(&recording)
}

fn pretty<T: Serialize>(recording: &T) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(recording)?;
    text.push('\n');
    Ok(text)
}

/// What a JSON file turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Inventory,
    Observation,
    Durations,
    Rehearsal,
    Report,
    State,
    Plan,
    EnginePlan,
    Manifest,
}

impl Kind {
    /// With its article, as the reader would say it.
    fn name(self) -> &'static str {
        match self {
            Self::Inventory => "an inventory",
            Self::Observation => "an observation",
            Self::Durations => "durations of live runs",
            Self::Rehearsal => "the times of a drill, which are drawn and not measured",
            Self::Report => "the report of a run",
            Self::State => "a Terraform state",
            Self::Plan => "a plan of drplan",
            Self::EnginePlan => "a plan of Terraform or OpenTofu",
            Self::Manifest => "a Kubernetes manifest",
        }
    }
    /// What to do with a file of this kind.
    fn fix(self) -> &'static str {
        match self {
            Self::Inventory => {
                "give it as --inventory; `drplan inventory REGION --primary` records an observation"
            }
            Self::Observation => "give it as --observation; `drplan inventory REGION` records an inventory",
            Self::Durations => "give it as --estimates",
            Self::Rehearsal => "take those of a live run: `drplan show .drplan/runs/RUN --format estimates`",
            Self::Report => "take its durations: `drplan show .drplan/runs/RUN --format estimates`",
            Self::State => "give it as --state",
            Self::Plan => "show it with `drplan show FILE`",
            Self::EnginePlan => "give it as --engine-plan",
            Self::Manifest => "give it as --manifests",
        }
    }
}

/// The fields that tell what a file is; all others are passed over.
#[derive(serde::Deserialize)]
struct Head {
    kind: Option<serde_json::Value>,
    format_version: Option<serde_json::Value>,
    lineage: Option<serde::de::IgnoredAny>,
    terraform_version: Option<serde::de::IgnoredAny>,
    scenario: Option<serde::de::IgnoredAny>,
    resource_changes: Option<serde::de::IgnoredAny>,
    makespan_seconds: Option<serde::de::IgnoredAny>,
    begun_at: Option<serde::de::IgnoredAny>,
    planned_values: Option<serde::de::IgnoredAny>,
    #[serde(rename = "apiVersion")]
    api_version: Option<serde::de::IgnoredAny>,
}

impl Head {
    fn kind(&self) -> Option<Kind> {
        match self.kind.as_ref().and_then(serde_json::Value::as_str) {
            Some("inventory") => Some(Kind::Inventory),
            Some("observation") => Some(Kind::Observation),
            Some("durations") => Some(Kind::Durations),
            _ if self.makespan_seconds.is_some() => Some(Kind::Rehearsal),
            _ if self.begun_at.is_some() => Some(Kind::Report),
            _ if self.api_version.is_some() => Some(Kind::Manifest),
            _ if self.resource_changes.is_some() || self.planned_values.is_some() => Some(Kind::EnginePlan),
            _ if self.lineage.is_some() || self.terraform_version.is_some() => Some(Kind::State),
            _ if self.scenario.is_some() => Some(Kind::Plan),
            _ => None,
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str, shown: &str, wanted: Kind, newest: u32) -> Result<T, BadInput> {
    check_head(text, shown, wanted, newest)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let recording = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        problem(error.inner(), Some(&path), shown, wanted)
    })?;
    reader.end().map_err(|error| problem(&error, None, shown, wanted))?;
    Ok(recording)
}

/// Whether the file is of the wanted kind and of a format that this drplan reads.
fn check_head(text: &str, shown: &str, wanted: Kind, newest: u32) -> Result<(), BadInput> {
    let record = format!("record it with `{}`", command(wanted));
    let refuse = |message: String, fix: &str| {
        Err(Problem::at(Place::file(shown), format!("the file {message}"), fix).into())
    };
    if text.trim_start().is_empty() {
        return refuse("is empty".to_owned(), &record);
    }
    let head: Head = match serde_json::from_str(text) {
        Ok(head) => head,
        Err(error) if error.is_data() && !text.trim_start().starts_with('{') => {
            return refuse(format!("is JSON, but not {}", wanted.name()), &record);
        }
        Err(error) => return Err(problem(&error, None, shown, wanted).into()),
    };
    match head.kind() {
        Some(kind) if kind == wanted => {}
        Some(kind) => return refuse(format!("is {}, not {}", kind.name(), wanted.name()), kind.fix()),
        None => {
            return refuse(format!("is not {}: it has no `kind` that says so", wanted.name()), &record);
        }
    }
    match head.format_version.as_ref().and_then(serde_json::Value::as_u64) {
        Some(version) if (1..=u64::from(newest)).contains(&version) => Ok(()),
        Some(version) if version > u64::from(newest) => refuse(
            format!("has format version {version}; this drplan reads up to {newest}"),
            "use the drplan that wrote it, or record it again with this one",
        ),
        _ => refuse("has no `format_version` that is a whole number from 1".to_owned(), &record),
    }
}

fn command(kind: Kind) -> &'static str {
    match kind {
        Kind::Observation => "drplan inventory REGION --primary -o FILE",
        Kind::Durations => "drplan show .drplan/runs/RUN --format estimates > FILE",
        _ => "drplan inventory REGION -o FILE",
    }
}

/// What serde found wrong, in our words: its own quote values of the file.
fn problem(error: &serde_json::Error, path: Option<&str>, shown: &str, wanted: Kind) -> Problem {
    let place = Place::new(shown, u32::try_from(error.line()).unwrap_or(u32::MAX));
    let again = format!("record it again with `{}`", command(wanted));
    if error.is_eof() {
        let message = "the file ends in the middle: it was cut short";
        return Problem::at(place, message, format!("copy the whole file, or {again}"));
    }
    if error.is_data() {
        let subject = path.filter(|path| *path != ".").map(|path| format!("`{path}`: ")).unwrap_or_default();
        return Problem::at(place, format!("{subject}{}", misfit(&error.to_string())), again);
    }
    let message = format!("the file is not JSON: {}", syntax(&error.to_string()));
    Problem::at(place, message, format!("undo the edit, or {again}"))
}

/// The part of a serde data error that holds no value of the file.
fn misfit(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(message, _)| message);
    let named = ["missing field", "unknown field", "duplicate field"];
    if named.iter().any(|prefix| error.starts_with(prefix)) {
        return error.split(", expected").next().unwrap_or(error).to_owned();
    }
    match error.rsplit_once(", expected ") {
        Some((found, expected)) => {
            let kind = found.strip_prefix("invalid type: ").and_then(|rest| rest.split([' ', ',']).next());
            match kind {
                Some(kind) => format!("expected {expected}, found {kind}"),
                None => format!("expected {expected}"),
            }
        }
        None => "a value that is not of the form expected here".to_owned(),
    }
}

fn syntax(error: &str) -> &str {
    error.rsplit_once(" at line ").map_or(error, |(message, _)| message)
}
