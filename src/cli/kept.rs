//! Where a run's records are kept: in its folder, or in S3 with a copy there.

use std::sync::Mutex;

use super::args::Apply;
use super::output::Screen;
use super::run_folder::RunFolder;
use super::{Failure, resume, shared_run};
use crate::executor::Stop;
use crate::executor::journal::{FileJournal, Journal};
use crate::executor::shared::SharedJournal;
use crate::model::diagnostic::Problem;
use crate::plan::Plan;

/// Where the records are kept.
pub(super) enum Kept {
    File(FileJournal),
    Shared(Box<SharedJournal>),
}

impl Kept {
    pub(super) fn journal(&self) -> &dyn Journal {
        match self {
            Self::File(journal) => journal,
            Self::Shared(journal) => &**journal,
        }
    }

    /// Keeps the lease as long as this is polled; where it is lost, the run is asked to stop and its cause left. Never
    /// ends.
    pub(super) async fn keep(&self, stop: &Stop, taken: &Mutex<Option<String>>) {
        if let Self::Shared(journal) = self {
            let lost = journal.keeper().keep().await;
            if let Ok(mut taken) = taken.lock() {
                *taken = Some(lost.to_string());
            }
            stop.now();
        }
        std::future::pending().await
    }
}

/// The run's folder: of the unfinished run of these decisions, of the one that is taken over, or a new one.
pub(super) fn folder(
    args: &Apply,
    shared: bool,
    base: &std::path::Path,
    plan: &Plan,
    now: jiff::Timestamp,
) -> Result<RunFolder, Failure> {
    let folder = match &args.take_over {
        Some(_) if !shared => Err(Failure::refused(
            "a run is taken over by its records in S3, and drplan.hcl names no place for them",
            "add journal { s3 = \"s3://BUCKET/PREFIX\" } as the run was begun with; on the machine that began it, apply \
             goes on by itself",
        )),
        Some(run) => resume::check_named(plan, run).and_then(|()| RunFolder::named(base, run)),
        None if plan.resumes.is_some() => resume::folder(plan, base),
        None => RunFolder::open(base, &plan.decision_digest, now),
    }?;
    if !shared && folder.is_copy() {
        let run = &folder.run;
        return Err(Failure::Refused(Problem::new(
            format!("the records of run {run} are in S3, what is here is a copy, and drplan.hcl names no journal any more"),
            format!(
                "another machine may have gone on from there: put journal {{ }} back as it was. Where the bucket is lost for \
                 good and nobody runs it: move .drplan/runs/{run} away and apply again; what was done is found done, and \
                 what was let go at its gate is held again"
            ),
        )
        .into()));
    }
    Ok(folder)
}

pub(super) async fn in_s3(
    shared: &shared_run::Shared,
    mut folder: RunFolder,
    plan: &Plan,
    take_over: bool,
    screen: &Screen,
) -> Result<(RunFolder, Kept), Failure> {
    match shared.open(&mut folder, plan, take_over, screen).await {
        Ok(journal) => Ok((folder, Kept::Shared(Box::new(journal)))),
        Err(failure) => {
            folder.discard_unused();
            Err(failure)
        }
    }
}
