//! A plan that is to be applied is made again from the newest inputs, and must decide the same.

use std::path::{Path, PathBuf};

use super::apply::MARK;
use super::args::{Apply, Format, Region};
use super::output::Screen;
use super::region::encoded;
use super::save::save;
use super::{Failure, resume, typed};
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

/// The command that plans anew for a run, from the inputs that `args` name.
pub(super) fn replan_command(args: &Apply, plan: &Plan, run: &str) -> String {
    let command = format!("drplan region {} --resume {}", shell(&plan.saw.recovery_region), shell(run));
    let primary = args.primary.clone();
    format!("{command}{} --out next.json", inputs(&Region { primary, ..as_region(args, plan) }))
}

/// The flags of a plan's inputs, as `region` and `apply` take both.
pub(super) fn inputs(args: &Region) -> String {
    let path = |flag: &str, path: Option<&PathBuf>| {
        path.map(|path| format!(" --{flag} {}", shell(&path.display().to_string())))
    };
    let text = |flag: &str, text: Option<&String>| text.map(|text| format!(" --{flag} {}", shell(text)));
    let flags = [
        path("config", args.config.as_ref()),
        text("primary", args.primary.as_ref()),
        text("state", args.state.as_ref()),
        path("terraform", args.terraform.as_ref()),
        path("inventory", args.inventory.as_ref()),
        path("observation", args.observation.as_ref()),
    ];
    let mut given: String = flags.into_iter().flatten().collect();
    given.extend(args.manifests.iter().filter_map(|file| path("manifests", Some(file))));
    given.extend(args.exclude.iter().filter_map(|glob| text("exclude", Some(glob))));
    given + if args.offline { " --offline" } else { "" }
}

/// The decisions must be those that were approved.
pub(super) fn check_same(
    args: &Apply,
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
        return Err(resume::moved(&replan_command(args, newest, &run), approved, newest, shown, screen));
    }
    let saved = saved(newest, base)?;
    let mut changes = diff::diff(approved, newest);
    changes.retain(|change| change.decision);
    screen.note(&render_changes(&changes, newest, (shown, &saved), screen.options(0, Some(&saved))));
    let next = if newest.policy.allowed_signers.is_some() {
        format!("have it approved: `drplan approve {} --delta {}`", shell(&saved), shell(shown))
    } else {
        format!("apply that one: `{}`", typed::of_plan(shown, &saved, &newest.digest))
    };
    Err(Failure::refused(
        "the newest inputs make another plan: its decisions are not those that were approved",
        format!("read what differs; where it is right, {next}"),
    ))
}

/// The plan that the newest inputs make, saved for whoever reads why it is not run.
pub(super) fn saved(newest: &Plan, base: &Path) -> Result<String, Failure> {
    let path = super::home::make(base)?.join("newest-plan.json");
    save(&path, &encoded(newest)?, MARK)?;
    Ok(path.display().to_string())
}
