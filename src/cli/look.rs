//! What lies in a repository, for whoever has no drplan.hcl yet.

use std::path::{Path, PathBuf};

use super::Failure;
use super::gather::{Places, STATE_LIMIT};
use super::search::{find_code, find_manifests, find_recording, find_state};
use crate::model::document::Manifests;
use crate::model::input::PlanningInput;
use crate::model::settings::Settings;
use crate::planner;
use crate::sources::{text, tfstate};

/// What `init` finds in a repository; `region` finds the same where drplan.hcl says nothing.
pub(super) struct Found {
    pub(super) stack: String,
    pub(super) state: Option<String>,
    pub(super) terraform: Option<String>,
    pub(super) manifests: Option<String>,
    /// The region that the state's resources lie in.
    pub(super) primary: Option<String>,
    pub(super) inventory: Option<String>,
    pub(super) observation: Option<String>,
}

/// Looks at the working folder.
pub(super) fn look() -> Result<Found, Failure> {
    let here = std::env::current_dir()
        .map_err(|source| Failure::Io { what: "the working folder".to_owned(), source })?;
    let places = Places { here: &here, base: &here };
    let shown = |path: PathBuf| if path == here { ".".to_owned() } else { places.shown(&path) };
    let state = find_state(&here).ok();
    Ok(Found {
        primary: state.as_deref().and_then(region_of_state),
        stack: here
            .file_name()
            .map_or_else(|| "stack".to_owned(), |name| name.to_string_lossy().into_owned()),
        state: state.map(shown),
        terraform: find_code(&here).map(shown),
        manifests: find_manifests(&here).map(shown),
        inventory: find_recording(&here, "inventory.json", "inventory").map(shown),
        observation: find_recording(&here, "observation.json", "observation").map(shown),
    })
}

/// A state that cannot be read, or that names no region, is told of by `region`.
fn region_of_state(path: &Path) -> Option<String> {
    let text = text::read_text(path, "state", STATE_LIMIT).ok()?;
    planner::primary_region(&PlanningInput {
        at: jiff::Timestamp::UNIX_EPOCH,
        settings: Settings::default(),
        primary: None,
        recovery: String::new(),
        state: tfstate::read_state(&text, "state").ok()?,
        configuration: None,
        manifests: Manifests::default(),
        observation: None,
        inventory: None,
        engine_plan: None,
        durations: None,
        own_run: None,
        pipelines: Vec::new(),
        gaps: Vec::new(),
    })
}
