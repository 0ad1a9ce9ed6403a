//! `drplan apply --take-over RUN` without a plan: all that the run was planned from is read from S3.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::args::{Apply, Region};
use super::gather::read_settings;
use super::inputs::{self, Inputs};
use super::output::Screen;
use super::progress::Progress;
use super::region::{Planned, plan};
use super::resume::Going;
use super::run_folder::RunFolder;
use super::shared_run::Shared;
use super::{Failure, gather::Texts, journal_region};
use crate::clients::aws::{Connection, Limits};
use crate::model::settings::JournalSettings;
use crate::plan::diff;
use crate::targets::objects::{Bucket, Objects, Put};

/// The folder of a run's inputs, in the run's.
const FOLDER: &str = "inputs";

/// States are large, and a network in a disaster is slow.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    attempt: Duration::from_secs(90),
    call: Duration::from_secs(200),
    total: Duration::from_secs(600),
};

/// A run that is taken over on a machine that has nothing of it.
pub(super) struct Taken {
    pub(super) shared: Shared,
    pub(super) folder: RunFolder,
    /// The folder that has `.drplan` on this machine.
    pub(super) home: PathBuf,
    inputs: Inputs,
    root: PathBuf,
    /// Until then the copies lie there.
    _unpacked: Unpacked,
}

/// Copies that hold secrets: gone when this process ends in order, however that is.
struct Unpacked(PathBuf);

impl Drop for Unpacked {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Taken {
    /// Where the plan was unpacked.
    pub(super) fn plan(&self) -> PathBuf {
        self.inputs.plan(&self.root)
    }

    /// Plans again: from the newest state and inventory in reach, else from the copies.
    pub(super) fn plan_again<'t>(
        &self,
        region: &str,
        offline: bool,
        going: Option<&Going>,
        texts: &'t Texts,
        progress: &Progress,
        screen: &Screen,
    ) -> Result<Planned<'t>, Failure> {
        let asked = |copies| -> Region { self.inputs.as_region(&self.root, region, offline, copies) };
        let newest = plan(&asked(false), going, texts, progress);
        let why = match &newest {
            Err(failure) if !offline && self.inputs.is_state_remote() => failure.to_string(),
            Ok(planned) if planned.input.inventory.is_none() && self.inputs.has_answers() => {
                format!("{region} does not say what is in it")
            }
            _ => return newest,
        };
        progress.aside(|| {
            screen.note(&format!(
                "note: planning from the copies that the run has, for the newest inputs cannot be had: {why}"
            ));
        });
        plan(&asked(true), going, texts, progress)
    }
}

/// Reads what a run was planned from and unpacks it in the run's folder.
///
/// # Errors
/// Nobody knows where the run is; it has no inputs there; they are damaged; the disk's.
pub(super) fn fetch(args: &Apply, name: &str, runtime: &Runtime) -> Result<Taken, Failure> {
    let here = std::env::current_dir()
        .map_err(|source| Failure::Io { what: "the working folder".to_owned(), source })?;
    let (settings, home) = read_settings(args.config.as_deref(), &here)?;
    let (journal, run) = match name.strip_prefix("s3://") {
        Some(_) => of_uri(name)?,
        None => {
            let journal = settings.journal.clone().ok_or_else(|| {
                Failure::refused(
                    format!("nobody knows where the records of {name} are: there is no journal {{ s3 }} in drplan.hcl here"),
                    "name their place: --take-over s3://BUCKET/PREFIX/RUN; or work in the folder of the stack",
                )
            })?;
            (journal, name.to_owned())
        }
    };
    let region =
        runtime.block_on(journal_region::find(args.journal_region.as_deref(), &journal, &settings))?;
    let folder = RunFolder::named(&home, &run)?;
    let root = folder.path.join(FOLDER);
    let read = runtime.block_on(async {
        let shared = Shared::open_at(&journal, &region).await?;
        let inputs = shared.inputs(&run).await?;
        Ok::<_, Failure>((shared, inputs))
    });
    let unpacked = Unpacked(root.clone());
    let read = read.and_then(|(shared, inputs)| inputs.unpack(&root).map(|()| (shared, inputs)));
    match read {
        Ok((shared, inputs)) => Ok(Taken { shared, folder, home, inputs, root, _unpacked: unpacked }),
        Err(failure) => {
            drop(unpacked);
            folder.discard_unused();
            Err(failure)
        }
    }
}

fn of_uri(uri: &str) -> Result<(JournalSettings, String), Failure> {
    let parts = uri.trim_end_matches('/').rsplit_once('/');
    let parts = parts.and_then(|(place, run)| Some((JournalSettings::parts(place)?, run)));
    let ((bucket, prefix), run) = parts.ok_or_else(|| {
        Failure::refused(format!("{uri} names no run"), "give all of it: --take-over s3://BUCKET/PREFIX/RUN")
    })?;
    let journal =
        JournalSettings { bucket: bucket.to_owned(), prefix: prefix.to_owned(), region: None, kms_key: None };
    Ok((journal, run.to_owned()))
}

/// Where the inputs of a run's decisions are.
fn key(prefix: &str, run: &str, decision: &str) -> String {
    format!("{prefix}/{run}/inputs/{}.json", decision.trim_start_matches("sha256:"))
}

impl Shared {
    /// The bucket, with time for what is large.
    async fn slowly(&self) -> Result<Arc<dyn Objects>, Failure> {
        let connection = Connection::open(&self.region, LIMITS).await;
        let connection =
            connection.map_err(|problem| Failure::refused(problem.message, problem.fix.clone()))?;
        Ok(Arc::new(Bucket::new(connection, &self.bucket)))
    }

    /// What a run was planned from.
    async fn inputs(&self, run: &str) -> Result<Inputs, Failure> {
        let (_, replayed) = self.records(run).await?;
        let begun = self.unfinished(run, &replayed).await?;
        let decision = replayed.decision().unwrap_or(&begun.decision);
        let key = key(&self.prefix, run, decision);
        let found =
            self.slowly().await?.get(&key).await.map_err(|failure| self.failed(&key, &failure.detail))?;
        let unusable = |what: String| {
            let fix = "nothing was changed; in the folder of the stack, with the plan: drplan apply PLAN --take-over";
            Failure::refused(what, format!("{fix} {run}"))
        };
        let Some(object) = found else {
            let why = match begun.not_transferable.as_slice() {
                [] => format!("{} is not there", self.shown(&key)),
                reasons => reasons.join("; "),
            };
            return Err(unusable(format!("what {run} was planned from is not kept in S3: {why}")));
        };
        Inputs::decode(&object.bytes).map_err(|what| {
            unusable(format!("the inputs of {run} in {} cannot be used: {what}", self.shown(&key)))
        })
    }

    /// Keeps what a run is planned from, so that another machine can go on with it; where that cannot be, why not.
    pub(super) fn keep_inputs(&self, of: &Kept<'_>, runtime: &Runtime) -> Vec<String> {
        let Some(kms_key) = of.kms_key else {
            return vec![
                "drplan.hcl names no journal { kms_key } that secrets could be encrypted with".to_owned(),
            ];
        };
        let packed = inputs::pack(of.args, of.path, of.planned, of.texts);
        let checked = packed.and_then(|inputs| check(&inputs, of).map(|lacks| (inputs, lacks)));
        let (inputs, lacks) = match checked {
            Ok(checked) => checked,
            Err(failure) => return vec![one_line(&failure)],
        };
        if !lacks.is_empty() {
            return lacks;
        }
        let key = key(&self.prefix, of.run, &of.planned.plan.decision_digest);
        let put = runtime.block_on(async {
            let bytes = inputs.encode()?;
            let put = self.slowly().await?.seal(&key, bytes, kms_key).await;
            put.map_err(|failure| self.failed(&key, &failure.detail))
        });
        match put {
            // It is there already: of the same decisions.
            Ok(Put::Written(_) | Put::Refused) => Vec::new(),
            Err(failure) => vec![one_line(&failure)],
        }
    }
}

/// A run whose inputs are to be kept.
pub(super) struct Kept<'k> {
    pub(super) args: &'k Apply,
    /// Where the plan is.
    pub(super) path: &'k std::path::Path,
    pub(super) run: &'k str,
    pub(super) planned: &'k Planned<'k>,
    pub(super) going: Option<&'k Going>,
    pub(super) texts: &'k Texts,
    pub(super) kms_key: Option<&'k str>,
}

/// What happened, without what to do.
pub(super) fn one_line(failure: &Failure) -> String {
    let text = match failure {
        Failure::BadInput(bad) | Failure::Refused(bad) => {
            let more = bad.0.len().saturating_sub(1);
            let first = bad.0.first().map_or_else(|| bad.to_string(), |problem| problem.message.clone());
            if more > 0 { format!("{first}, and {more} more") } else { first }
        }
        other => other.to_string(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the same decisions come of the copies alone, which is what another machine will have.
fn check(inputs: &Inputs, of: &Kept<'_>) -> Result<Vec<String>, Failure> {
    let wanted = &of.planned.plan;
    let folder = tempfile::Builder::new().prefix("drplan-inputs-").tempdir();
    let folder = folder.map_err(|source| Failure::Io { what: "a temporary folder".to_owned(), source })?;
    let root = folder.path().join(FOLDER);
    inputs.unpack(&root)?;
    let asked = inputs.as_region(&root, &wanted.saw.recovery_region, of.args.offline, true);
    let texts = Texts::default();
    let progress = Progress::begin("checking that another machine could go on");
    let Planned { plan, .. } = plan(&asked, of.going, &texts, &progress)?;
    if plan.decision_digest == wanted.decision_digest {
        return Ok(Vec::new());
    }
    let change = diff::diff(wanted, &plan).into_iter().find(|change| change.decision);
    let at = change.map_or_else(String::new, |change| format!(", in {}", change.path));
    Ok(vec![format!("from copies of its inputs it is planned otherwise{at}: it depends on this machine")])
}
