//! The records of a run that is shown: those of its folder, or the newer ones in S3 where the folder has a copy of them.

use std::path::{Path, PathBuf};

use super::connect::at_cluster;
use super::gather::read_settings;
use super::run_folder::{self, plan_file, read_run};
use super::shared_run::Shared;
use super::show::read_plan;
use super::taken::one_line;
use super::{Failure, live};
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::journal::Replayed;
use crate::plan::report::RunReport;

/// A run's plan and records.
pub(super) struct Shown {
    pub(super) plan: Plan,
    pub(super) replayed: Replayed,
    /// Why there may be newer records, and how they are read.
    pub(super) copy: Option<String>,
}

/// The newest records that can be had.
///
/// # Errors
/// Those of the folder cannot be read, or be trusted.
pub(super) fn read(folder: &Path) -> Result<Shown, Failure> {
    let (plan, replayed) = read_run(folder)?;
    // Nobody writes behind the end of a run.
    let is_whole = replayed.ended.as_deref() == Some("done");
    if is_whole || !run_folder::has_holder(folder) {
        return Ok(Shown { plan, replayed, copy: None });
    }
    match newer(folder, &replayed) {
        Ok(newer) => {
            let (plan, replayed) = newer.unwrap_or((plan, replayed));
            Ok(Shown { plan, replayed, copy: None })
        }
        Err(why) => {
            let last = replayed.records.last().map_or_else(String::new, |last| format!(" of {:.0}", last.at));
            let copy = format!(
                "the copy on this machine, as of its last record{last}: the records in S3 may be further on, and {why}"
            );
            Ok(Shown { plan, replayed, copy: Some(copy) })
        }
    }
}

/// A report whose kubectl commands go to the cluster of its run.
pub(super) fn at(mut report: RunReport, flags: &str) -> RunReport {
    let of_steps = report.steps.iter_mut().filter_map(|step| step.cause.as_mut());
    let found = report.undone.iter_mut().chain(&mut report.differs).map(|found| &mut found.found);
    for text in of_steps.chain(found) {
        *text = at_cluster(text, flags);
    }
    report
}

/// What S3 has more than the copy, which is nothing where the copy is whole.
fn newer(folder: &Path, copy: &Replayed) -> Result<Option<(Plan, Replayed)>, String> {
    let Some(begun) = &copy.begun else { return Ok(None) };
    let run = begun.run.as_str();
    // .drplan/runs/RUN stands beside drplan.hcl.
    let base: Option<PathBuf> =
        folder.canonicalize().ok().and_then(|folder| folder.ancestors().nth(3).map(Path::to_owned));
    let settings =
        base.and_then(|base| read_settings(None, &base).ok()).and_then(|(settings, _)| settings.journal);
    let Some(journal) = settings else {
        return Err(format!(
            "drplan.hcl here does not name their place: put journal {{ s3 }} back as it was, then drplan show {run}"
        ));
    };
    let region = journal.region.as_deref().unwrap_or(&begun.region);
    let place = format!("s3://{}/{}/{run}/journal/", journal.bucket, journal.prefix);
    let read = live::converse(format!("reading {place}"), async {
        Shared::open_at(&journal, region).await?.records(run).await
    });
    let how = || {
        format!(
            "with credentials that read the bucket drplan show {run} does; so does aws s3 cp --recursive {} {run}-records --region {}",
            shell(&place),
            shell(region)
        )
    };
    let (_, replayed) = read
        .and_then(|read| read)
        .map_err(|failure| format!("were not read: {}; {}", one_line(&failure), how()))?;
    if replayed.records.len() <= copy.records.len() {
        return Ok(None);
    }
    let file = plan_file(replayed.plan_number());
    let (_, plan) = read_plan(&folder.join(&file)).map_err(|_| {
        format!(
            "have gone on with another plan, {file}, which is not here: the report of it is on the machine that has the run, \
             and the records are read by aws s3 cp --recursive {} {run}-records --region {}",
            shell(&place),
            shell(region)
        )
    })?;
    Ok(Some((plan, replayed)))
}
