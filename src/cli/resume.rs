//! Going on with a run by another plan: `drplan region --resume RUN`, and `drplan apply` of what that made.

use std::path::{Path, PathBuf};

use super::args::{Apply, Region};
use super::gather::read_settings;
use super::output::Screen;
use super::run_folder::{self, RunFolder, folder_of, journal_of, plan_file};
use super::show::read_plan;
use super::{Failure, again, overlay, typed};
use crate::model::diagnostic::Problem;
use crate::model::input::OwnRun;
use crate::model::paste::shell;
use crate::plan::journal::{Begun, Entry, Replayed};
use crate::plan::resume::{Before, Prior, Resumes, made};
use crate::plan::{Plan, codec, diff};
use crate::render::changes::render_changes;

/// A run that is gone on with.
#[derive(Debug)]
pub(super) struct Going {
    /// What the plan is made from; nothing where the run goes on with the plan that it has.
    pub(super) before: Option<Before>,
    pub(super) own: OwnRun,
    /// The account that the run is bound to.
    account: Option<String>,
    /// The plan that the run has, as whoever works here finds it.
    had: PathBuf,
    /// The flags of its inputs.
    inputs: String,
    /// Whether a process of this machine ran it when its records were read.
    is_running: bool,
}

/// The working folder, that of drplan.hcl, the name of the stack, and whether records are kept in S3.
fn place(config: Option<&Path>) -> Result<(PathBuf, PathBuf, String, bool), Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Problem::new(error.to_string(), "work in a folder that is there"))?;
    let (settings, base) = read_settings(config, &here)?;
    Ok((here, base, settings.stack, settings.journal.is_some()))
}

/// The run that `drplan region REGION --resume RUN` goes on with.
///
/// # Errors
/// There is none, it is done, it is of another stack or region, its journal or its plan cannot be trusted.
pub(super) fn region(args: &Region, run: &str) -> Result<Going, Failure> {
    let (here, base, stack, in_s3) = place(args.config.as_deref())?;
    let way = overlay::relative(&here, &base);
    let folder = folder_of(Path::new(if way == "." { "" } else { &way }), run);
    let shown = folder.display();
    let replayed = journal_of(&base, run)?;
    let begun = replayed.as_ref().and_then(|replayed| Some((replayed, replayed.begun.as_ref()?)));
    let Some((replayed, Begun { stack: of, region, .. })) = begun else {
        let fix = match run_folder::unfinished(&base).as_slice() {
            _ if in_s3 => format!(
                "drplan.hcl keeps records in S3, and this folder has no copy of that run: take it over first, as far as it \
                 goes (`drplan apply --take-over {run}`), then go on with it by another plan"
            ),
            [] => "there is no run that is not done: plan without --resume".to_owned(),
            runs => {
                let names: Vec<&str> = runs.iter().map(|(run, _)| run.as_str()).collect();
                format!("the runs that are not done: {}", names.join(", "))
            }
        };
        return Err(Problem::new(format!("{shown} has no run that has begun"), fix).into());
    };
    if *of != stack {
        let fix = "work in the folder of that stack, or name its drplan.hcl: --config FILE";
        return Err(Problem::new(format!("run {run} is of stack {of:?}, and this is {stack:?}"), fix).into());
    }
    if *region != args.region {
        return Err(Problem::new(
            format!("run {run} recovers in {region}, and {} is asked for", args.region),
            format!("go on where it began: `drplan region {} --resume {run}`", shell(region)),
        )
        .into());
    }
    if replayed.ended.as_deref() == Some("done") {
        return Err(Failure::refused(
            format!("run {run} is done: there is nothing to go on with"),
            format!("plan without --resume: `drplan region {}`", shell(region)),
        ));
    }
    let name = plan_file(replayed.plan_number());
    let had = folder.join(&name);
    let file = folder_of(&base, run).join(&name);
    let fix = format!(
        "bring the plan back that was applied last: `cp PLAN {}`; without it nobody knows which of its steps are the new \
         plan's. Or plan without --resume: what was done is found done",
        shell(&had.display().to_string())
    );
    if !file.is_file() {
        return Err(Problem::new(
            format!("{} is missing: it is the plan that run {run} has", had.display()),
            fix,
        )
        .into());
    }
    let (_, plan) = read_plan(&file).map_err(|failure| match failure {
        Failure::BadInput(bad) => match bad.0.into_iter().next() {
            Some(problem) => Problem { fix, ..problem }.into(),
            None => Failure::Defect("a plan is bad, and nothing is wrong with it".to_owned()),
        },
        other => other,
    })?;
    if replayed.decision() != Some(&plan.decision_digest) {
        return Err(Failure::refused(
            format!("{} is not the plan that run {run} has: its decisions are others", had.display()),
            format!(
                "bring back the one with the decision_digest {}; or plan without --resume: what was done is found done",
                replayed.decision().unwrap_or_default()
            ),
        ));
    }
    let own = own(run, &plan, Some(replayed));
    let account = plan.saw.account;
    let prior = Prior::new(run, &plan.decision_digest, plan.steps, replayed);
    let is_running = run_folder::is_held(&folder_of(&base, run));
    let inputs = again::inputs(args);
    Ok(Going { before: Some(Before::Run(prior)), own, account, had, inputs, is_running })
}

fn own(run: &str, plan: &Plan, replayed: Option<&Replayed>) -> OwnRun {
    let nothing = Replayed::default();
    let since = replayed.and_then(|replayed| replayed.records.first()).map(|record| record.at);
    OwnRun {
        run: run.to_owned(),
        since: since.unwrap_or(plan.created_at),
        addresses: made(&plan.steps, replayed.unwrap_or(&nothing)),
    }
}

impl Going {
    /// What was done in one account is not done in another.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Failure> {
        match (&self.account, &plan.saw.account) {
            (Some(was), Some(is)) if was != is => Err(Failure::refused(
                format!("run {} is of account {was}, and the inputs are of account {is}", self.own.run),
                "sign in to the account that the run began in; or plan without --resume",
            )),
            _ => Ok(()),
        }
    }

    /// What is to be done with the plan that was just made.
    pub(super) fn next(&self, plan: &Plan, saved: &str) -> String {
        let Some(Before::Run(prior)) = &self.before else { return String::new() };
        let alone = Plan { resumes: None, ..plan.clone() };
        if codec::decision_digest(&alone).ok().as_ref() == Some(&prior.decision_digest) {
            return format!(
                "note: nothing is decided otherwise than in the plan that run {} has: `drplan apply` of that plan goes on \
                 with it, and needs no new approval",
                prior.run
            );
        }
        let running = if self.is_running {
            format!(
                "note: a drplan on this machine runs {} at this moment, with the plan that it has: this one can be applied \
                 when that was stopped (Ctrl-C)\n",
                prior.run
            )
        } else {
            String::new()
        };
        let (had, saved) = (shell(&self.had.display().to_string()), shell(saved));
        let next = if plan.policy.allowed_signers.is_some() {
            format!("drplan approve {saved} --delta {had}")
        } else {
            format!("drplan show {saved} --against {had}")
        };
        let next = format!(
            "next: {next}\nthen, with the flags of the cluster as before (--context): drplan apply {saved}{}",
            self.inputs
        );
        running + &next
    }
}

/// The run that an approved plan goes on with: what that made is not taken for somebody else's. `None` where it begins
/// one.
///
/// # Errors
/// It was superseded by another plan of its run; the run is not here, done, or has gone on otherwise.
pub(super) fn apply(args: &Apply, plan: &Plan) -> Result<Option<Going>, Failure> {
    let (_, base, ..) = place(args.config.as_deref())?;
    let Some(resumes) = &plan.resumes else {
        let runs = run_folder::unfinished(&base);
        for (run, replayed) in &runs {
            check_current(&plan.decision_digest, run, replayed)?;
        }
        let of_it = |(_, journal): &&(String, Replayed)| journal.decision() == Some(&plan.decision_digest);
        let Some((run, replayed)) = runs.iter().rev().find(of_it) else { return Ok(None) };
        let own = own(run, plan, Some(replayed));
        let (account, had) = (plan.saw.account.clone(), folder_of(&base, run));
        return Ok(Some(Going { before: None, own, account, had, inputs: String::new(), is_running: false }));
    };
    let replayed = journal_of(&base, &resumes.run)?;
    if args.take_over.is_none() {
        check_here(plan, resumes, replayed.as_ref())?;
    }
    let own = own(&resumes.run, plan, replayed.as_ref());
    let had = folder_of(&base, &resumes.run);
    let account = plan.saw.account.clone();
    Ok(Some(Going {
        before: Some(Before::Approved(resumes.clone())),
        own,
        account,
        had,
        inputs: String::new(),
        is_running: false,
    }))
}

/// A run whose folder is here can be gone on with by this plan.
fn check_here(plan: &Plan, resumes: &Resumes, replayed: Option<&Replayed>) -> Result<(), Failure> {
    let run = &resumes.run;
    let Some(replayed) = replayed.filter(|replayed| replayed.begun.is_some()) else {
        return Err(Failure::refused(
            format!("this plan goes on with run {run}, and .drplan/runs/{run} is not here"),
            format!(
                "apply it where that run was; where drplan.hcl names journal {{ s3 }}, on any machine: `{}`",
                typed::taking_over(run)
            ),
        ));
    };
    if replayed.ended.as_deref() == Some("done") {
        return Err(Failure::refused(
            format!("run {run}, which this plan goes on with, is done: there is nothing left to do"),
            format!(
                "what was done: `drplan show .drplan/runs/{run}`; for another run: `drplan region {}`",
                shell(&plan.saw.recovery_region)
            ),
        ));
    }
    check_decision(plan, run, replayed)
}

/// The run's folder, held.
///
/// # Errors
/// As [`apply`]; another process has it.
pub(super) fn folder(plan: &Plan, base: &Path) -> Result<RunFolder, Failure> {
    let Some(resumes) = &plan.resumes else {
        return Err(Failure::Defect("a plan that begins a run goes on with none".to_owned()));
    };
    check_here(plan, resumes, journal_of(base, &resumes.run)?.as_ref())?;
    let folder = RunFolder::existing(base, &resumes.run)?;
    check_here(plan, resumes, Some(&folder.replayed))?;
    Ok(folder)
}

/// A run is taken over by the plan that goes on with it, or by the one that it has.
pub(super) fn check_named(plan: &Plan, run: &str) -> Result<(), Failure> {
    match &plan.resumes {
        Some(resumes) if resumes.run != run => Err(Failure::refused(
            format!("this plan goes on with run {}, and {run} is to be taken over", resumes.run),
            format!("`{}`; or apply the plan that {run} has", typed::taking_over(&resumes.run)),
        )),
        _ => Ok(()),
    }
}

/// Whether a run may go on with a plan: the run has it, or it was made to go on from what the run has.
pub(super) fn check_decision(plan: &Plan, run: &str, replayed: &Replayed) -> Result<(), Failure> {
    let has = replayed.decision().unwrap_or_default();
    let from = plan.resumes.as_ref().map(|resumes| resumes.decision_digest.as_str());
    if has == plan.decision_digest || from == Some(has) {
        return Ok(());
    }
    check_current(&plan.decision_digest, run, replayed)?;
    if plan.resumes.is_some() {
        return Err(Failure::refused(
            format!(
                "run {run} has gone on with another plan since this one was made: {}",
                named(run, replayed)
            ),
            format!(
                "plan again from where it stands: `drplan region {} --resume {run}`",
                shell(&plan.saw.recovery_region)
            ),
        ));
    }
    Err(Failure::refused(
        format!("{run} is a run of other decisions than this plan's"),
        "apply the plan that it was begun with, or one of the same decisions",
    ))
}

/// A plan that a run had before is not gone back to.
pub(super) fn check_current(decision: &str, run: &str, replayed: &Replayed) -> Result<(), Failure> {
    let had = replayed.decisions.iter().any(|had| had == decision);
    if !had || replayed.decision() == Some(decision) {
        return Ok(());
    }
    Err(Failure::refused(
        format!("run {run} goes on with a newer plan than this one: {}", named(run, replayed)),
        "apply that one: it is the file that was approved last, or made by `drplan region --resume`. Nothing goes back to \
         a plan that was replaced",
    ))
}

/// The plan that a run has, as people find it.
fn named(run: &str, replayed: &Replayed) -> String {
    format!(
        ".drplan/runs/{run}/{}, decision_digest {}",
        plan_file(replayed.plan_number()),
        replayed.decision().unwrap_or_default()
    )
}

/// The file of a plan in its run's folder.
pub(super) fn file(plan: &Plan, replayed: &Replayed) -> String {
    let has = replayed.decision().is_none_or(|has| has == plan.decision_digest);
    plan_file(replayed.plan_number() + usize::from(!has))
}

/// Where the run stands that a plan would go on with from this folder; nothing where it would begin one.
pub(super) fn stands(plan: &Plan, base: &Path) -> Replayed {
    let found = match &plan.resumes {
        Some(resumes) => journal_of(base, &resumes.run).ok().flatten(),
        None => {
            let runs = run_folder::begun(base).into_iter().rev();
            let mut own = runs.filter(|(_, journal)| journal.decision() == Some(&plan.decision_digest));
            let newest = own.next().map(|(_, journal)| journal);
            newest.filter(|journal| journal.ended.as_deref() != Some("done"))
        }
    };
    after(plan, &found.unwrap_or_default())
}

/// Where a run stands with this plan.
pub(super) fn after(plan: &Plan, replayed: &Replayed) -> Replayed {
    match record(plan, replayed, &[], None).map(|entry| replayed.replanned(&entry)) {
        Some(next) => next.unwrap_or_default(),
        None => replayed.clone(),
    }
}

/// The record that gives a run another plan, where it has not got it yet.
fn record(
    plan: &Plan,
    replayed: &Replayed,
    approved_by: &[String],
    break_glass: Option<&str>,
) -> Option<Entry> {
    let resumes = plan.resumes.as_ref()?;
    if replayed.decision() == Some(&plan.decision_digest) {
        return None;
    }
    Some(Entry::Replanned {
        plan: plan.digest.clone(),
        decision: plan.decision_digest.clone(),
        approved_by: approved_by.to_vec(),
        break_glass: break_glass.map(str::to_owned),
        stays: resumes.done.clone(),
        changed: resumes.changed.clone(),
    })
}

/// The record that gives a run another plan, where it has not got it yet; and where the run stands then.
///
/// # Errors
/// What is to stay is not done by the run's journal.
pub(super) fn entry(
    plan: &Plan,
    folder: &RunFolder,
    approved_by: &[String],
    break_glass: Option<&str>,
) -> Result<(Option<Entry>, Replayed), Failure> {
    let replayed = &folder.replayed;
    let Some(entry) = record(plan, replayed, approved_by, break_glass) else {
        return Ok((None, replayed.clone()));
    };
    let next = replayed.replanned(&entry).map_err(|what| {
        Failure::refused(
            format!("this plan does not go on from where run {} stands: it {what}", folder.run),
            format!(
                "plan again: `drplan region {} --resume {}`",
                shell(&plan.saw.recovery_region),
                folder.run
            ),
        )
    })?;
    Ok((Some(entry), next))
}

/// The run that is under way with a plan, where one is.
pub(super) fn run_of(base: &Path, plan: &Plan) -> Option<String> {
    if let Some(resumes) = &plan.resumes {
        return Some(resumes.run.clone());
    }
    let runs = run_folder::unfinished(base);
    let of_it = runs.into_iter().rev().find(|(_, journal)| journal.decision() == Some(&plan.decision_digest));
    of_it.map(|(run, _)| run)
}

/// The inputs have moved since the plan of a run that is under way was approved: what stays of it is to be told anew.
pub(super) fn moved(command: &str, approved: &Plan, newest: &Plan, shown: &str, screen: &Screen) -> Failure {
    let mut changes = diff::diff(approved, newest);
    changes.retain(|change| change.decision);
    screen.note(&render_changes(
        &changes,
        newest,
        (shown, "the newest inputs"),
        screen.options(0, Some(shown)),
    ));
    Failure::refused(
        "the newest inputs make another plan: its decisions are not those that were approved",
        format!("read what differs; where it is right, go on with the run by a plan of it: `{command}`"),
    )
}
