//! A plan that is to be applied is made again from the newest inputs, and must decide the same.

use std::path::{Path, PathBuf};

use super::apply::MARK;
use super::args::{Apply, Format, Region};
use super::output::Screen;
use super::region::encoded;
use super::save::save;
use super::{Failure, resume};
use crate::model::paste::shell;
use crate::plan::{Plan, diff};
use crate::render::changes::render_changes;

/// What `drplan region` would have been asked.
pub(super) fn as_region(args: &Apply, plan: &Plan) -> Region {
    Region {
        region: plan.saw.recovery_region.clone(),
        config: args.config.clone(),
        // The plan says what it recovers from, whether a flag or the state said so.
        primary: args.primary.clone().or_else(|| plan.saw.primary_region.clone()),
        state: args.state.clone(),
        state_version: None,
        state_at: None,
        terraform: args.terraform.clone(),
        manifests: args.manifests.clone(),
        exclude: args.exclude.clone(),
        inventory: args.inventory.clone(),
        observation: args.observation.clone(),
        estimates: None,
        engine_plan: None,
        engine: None,
        resume: None,
        offline: args.offline,
        at: None,
        out: PathBuf::from("plan.json"),
        format: Format::Json,
        verbose: 0,
        again: true,
        printed: std::collections::BTreeMap::new(),
    }
}

/// The decisions must be those that were approved.
pub(super) fn check_same(
    approved: &Plan,
    newest: &Plan,
    base: &Path,
    shown: &str,
    screen: &Screen,
) -> Result<(), Failure> {
    if approved.decision_digest == newest.decision_digest {
        return Ok(());
    }
    if let Some(run) = resume::run_of(base, approved) {
        return Err(resume::moved(&run, approved, newest, shown, screen));
    }
    let saved = saved(newest, base)?;
    let mut changes = diff::diff(approved, newest);
    changes.retain(|change| change.decision);
    screen.note(&render_changes(&changes, (shown, &saved), screen.options(0, Some(&saved))));
    Err(Failure::refused(
        "the newest inputs make another plan: its decisions are not those that were approved",
        format!(
            "read what differs; where it is right, have it approved: drplan approve {} --delta {}",
            shell(&saved),
            shell(shown)
        ),
    ))
}

/// The plan that the newest inputs make, saved for whoever reads why it is not run.
pub(super) fn saved(newest: &Plan, base: &Path) -> Result<String, Failure> {
    let path = super::home::make(base)?.join("newest-plan.json");
    save(&path, &encoded(newest)?, MARK)?;
    Ok(path.display().to_string())
}
