//! Where a run's records are kept: in its folder, or in S3 with a copy there.

use std::sync::Mutex;

use tokio::runtime::Runtime;

use super::args::Apply;
use super::gather::Texts;
use super::opening::Opening;
use super::output::Screen;
use super::region::Planned;
use super::repeated::Repeated;
use super::resume::Going;
use super::run_folder::{self, ANEW, RunFolder};
use super::shared_run::Shared;
use super::{Failure, resume, taken, typed};
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
        None => RunFolder::open(base, &plan.decision_digest, &run_folder::name(plan, shared, now)),
    }?;
    if !shared && folder.is_copy() {
        let run = &folder.run;
        return Err(Failure::Refused(Problem::new(
            format!("the records of run {run} are in S3, what is here is a copy, and drplan.hcl names no journal any more"),
            format!(
                "another machine may have gone on from there: put journal {{ }} back as it was. Where the bucket is lost for \
                 good and nobody runs it: move .drplan/runs/{run} away, and {ANEW}; what was let go is held again"
            ),
        )
        .into()));
    }
    Ok(folder)
}

/// A run that is to be had, and what its inputs are kept from.
pub(super) struct Wanted<'w> {
    pub(super) args: &'w Apply,
    /// Where the plan is.
    pub(super) path: &'w std::path::Path,
    pub(super) planned: &'w Planned<'w>,
    pub(super) going: Option<&'w Going>,
    pub(super) texts: &'w Texts,
    pub(super) repeated: Repeated<'w>,
}

impl Wanted<'_> {
    /// Has the run: in its folder, or in S3 with its inputs where another machine finds them; with why they are not there.
    ///
    /// # Errors
    /// It is another's, or its stack is; its records cannot be had.
    pub(super) fn open(
        &self,
        shared: Option<&Shared>,
        mut folder: RunFolder,
        runtime: &Runtime,
        screen: &Screen,
    ) -> Result<(RunFolder, Kept, Vec<String>), Failure> {
        let Some(shared) = shared else {
            let journal = folder.journal(screen)?;
            return Ok((folder, Kept::File(journal), Vec::new()));
        };
        let opening =
            Opening { shared, repeated: self.repeated, take_over: self.args.take_over.is_some(), screen };
        match self.in_s3(&opening, &mut folder, runtime) {
            Ok((journal, lacks)) => Ok((folder, Kept::Shared(Box::new(journal)), lacks)),
            Err(failure) => {
                folder.discard_unused();
                Err(failure)
            }
        }
    }

    fn in_s3(
        &self,
        opening: &Opening<'_>,
        folder: &mut RunFolder,
        runtime: &Runtime,
    ) -> Result<(SharedJournal, Vec<String>), Failure> {
        // Whoever is refused leaves nothing there that looks like a run.
        let watched = runtime.block_on(opening.look(folder))?;
        let plan = &self.planned.plan;
        let mut lacks = Vec::new();
        if folder.replayed.decision() != Some(&plan.decision_digest) && !opening.take_over {
            let journal = self.planned.input.settings.journal.as_ref();
            let inputs = taken::Kept {
                args: self.args,
                path: self.path,
                run: &folder.run,
                planned: self.planned,
                going: self.going,
                texts: self.texts,
                kms_key: journal.and_then(|journal| journal.kms_key.as_deref()),
            };
            lacks = opening.shared.keep_inputs(&inputs, runtime);
            tell_not_transferable(&lacks, &folder.run, opening.screen);
        }
        let journal = runtime.block_on(opening.open(folder, &watched))?;
        Ok((journal, lacks))
    }
}

/// A run that only this machine can go on with is better known before the machine is gone.
fn tell_not_transferable(why: &[String], run: &str, screen: &Screen) {
    for why in why {
        screen.note(&format!(
            "note: not transferable: {why}. Another machine can go on with this run only in this folder and with this plan: {}",
            typed::taking_over(run)
        ));
    }
}
