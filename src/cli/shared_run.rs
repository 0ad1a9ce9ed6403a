//! Where the records of runs are in S3: the prefix that drplan.hcl names, and what is read there.

use std::sync::Arc;
use std::time::Duration;

use super::Failure;
use super::run_folder::ANEW;
use crate::clients::aws::{Connection, Limits};
use crate::clients::clock::moments;
use crate::executor::lease::{self, LeaseError, Term};
use crate::executor::shared::{self, Place, ReadError};
use crate::model::paste::shell;
use crate::model::settings::JournalSettings;
use crate::plan::Plan;
use crate::plan::journal::{Begun, Replayed};
use crate::targets::objects::{Bucket, Objects};

/// A call that gives no answer in this time is looked at anew, well within a lease.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(8),
    // A run lasts as long as it lasts.
    total: Duration::from_secs(30 * 24 * 3600),
};

/// The prefix of drplan.hcl.
pub(super) struct Shared {
    pub(super) store: Arc<dyn Objects>,
    /// Region of the bucket.
    pub(super) region: String,
    pub(super) bucket: String,
    pub(super) prefix: String,
}

/// The prefix that drplan.hcl names; `None` where it names none.
///
/// # Errors
/// It is in the region that is lost, or there are no credentials.
pub(super) async fn connect(
    settings: Option<&JournalSettings>,
    plan: &Plan,
) -> Result<Option<Shared>, Failure> {
    let Some(settings) = settings else { return Ok(None) };
    let region = settings.region.as_deref().unwrap_or(&plan.saw.recovery_region);
    if plan.saw.primary_region.as_deref() == Some(region) {
        return Err(Failure::refused(
            format!("the journal of drplan.hcl is in {region}, the region that this plan recovers from"),
            format!("name a bucket of {} in journal {{ s3, region }}", plan.saw.recovery_region),
        ));
    }
    Shared::open_at(settings, region).await.map(Some)
}

impl Shared {
    /// The prefix in a bucket of a region.
    ///
    /// # Errors
    /// There are no credentials.
    pub(super) async fn open_at(settings: &JournalSettings, region: &str) -> Result<Self, Failure> {
        let (bucket, prefix) = (settings.bucket.clone(), settings.prefix.clone());
        let connection = Connection::open(region, LIMITS).await.map_err(|problem| {
            let message = format!("the journal in s3://{bucket}/{prefix} cannot be had: {}", problem.message);
            Failure::refused(message, problem.fix.clone())
        })?;
        let store: Arc<dyn Objects> = Arc::new(Bucket::new(connection, &bucket));
        Ok(Self { store, region: region.to_owned(), bucket, prefix })
    }

    pub(super) fn shown(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.bucket)
    }

    pub(super) fn failed(&self, key: &str, detail: &str) -> Failure {
        Failure::refused(format!("{} cannot be had: {detail}", self.shown(key)), FIX)
    }

    /// How a run began that is to be gone on with.
    ///
    /// # Errors
    /// It has no records, or is done.
    pub(super) async fn unfinished<'r>(
        &self,
        run: &str,
        replayed: &'r Replayed,
    ) -> Result<&'r Begun, Failure> {
        if replayed.ended.as_deref() == Some("done") {
            return Err(Failure::refused(
                format!("{run} is done"),
                "there is nothing to go on with; its plan is run once more by drplan apply PLAN, without --take-over",
            ));
        }
        match &replayed.begun {
            Some(begun) => Ok(begun),
            None => Err(self.without_records(run).await),
        }
    }

    /// Why a run has no records: it never began, or nothing of it is there.
    async fn without_records(&self, run: &str) -> Failure {
        let place = Place { prefix: self.prefix.clone(), run: run.to_owned() };
        let shown = shell(&self.shown(&format!("{}/{run}/", self.prefix)));
        let Ok(Some(found)) = lease::read(&*self.store, &place.lease()).await else {
            return Failure::refused(
                format!("there is no record of {run} under {shown}"),
                format!(
                    "check the run's name, and bucket, prefix and region; without records nobody knows what was done: move \
                     .drplan/runs/{run} away where there is one, and, without --take-over, {ANEW}"
                ),
            );
        };
        let term = Term::default();
        let is_over = term.to_watch(&found.lease, found.modified, moments()()).is_zero();
        let by = &found.lease.holder;
        let which = if is_over {
            format!("{by} was refused, or ended, before its first record")
        } else {
            format!("{by} begins it at this moment, or died before its first record")
        };
        Failure::refused(
            format!("run {run} never began: {which}; nothing of it was applied"),
            format!(
                "there is nothing to take over: apply its plan, drplan apply PLAN, without --take-over. The run that goes on \
                 is another one: aws s3 ls {}. What is left of this one may be taken away: aws s3 rm --recursive {shown}",
                shell(&self.shown(&format!("{}/", self.prefix)))
            ),
        )
    }

    /// The records of a run, with their bytes.
    ///
    /// # Errors
    /// They cannot be had, or be trusted.
    pub(super) async fn records(&self, run: &str) -> Result<(Vec<u8>, Replayed), Failure> {
        let place = Place { prefix: self.prefix.clone(), run: run.to_owned() };
        shared::read(&*self.store, &place).await.map_err(|error| match error {
            ReadError::Damaged(what) => Failure::refused(
                format!("the records of {run} in {} cannot be trusted: {what}", self.shown(&place.records())),
                format!(
                    "nothing is run on them: keep them for whoever looks into it (aws s3 mv --recursive {} \
                     s3://BUCKET/ELSEWHERE/), move .drplan/runs/{run} away where there is one, and, without --take-over, {ANEW}",
                    self.shown(&format!("{}/{run}/", self.prefix))
                ),
            ),
            ReadError::Store(failure) => {
                let at = failure.elsewhere.as_ref().map(|region| format!(" (the bucket is in {region})"));
                self.failed(&place.records(), &format!("{}{}", failure.detail, at.unwrap_or_default()))
            }
        })
    }

    /// Why a lease of a run is not had.
    pub(super) fn lease_failed(&self, run: &str, error: &LeaseError) -> Failure {
        let fix = match error {
            LeaseError::Other(_) => "nothing was changed; it lives: look at its screen".to_owned(),
            LeaseError::Absent(_) | LeaseError::Damaged(_) => format!(
                "nothing was changed; without its lease nobody knows who has the run: see that no drplan runs it, move \
                 {} away, and .drplan/runs/{run} where there is one; then, without --take-over, {ANEW}",
                self.shown(&format!("{}/{run}/", self.prefix))
            ),
            LeaseError::Store(..) => FIX.to_owned(),
        };
        Failure::refused(error.to_string(), fix)
    }
}

const FIX: &str = "nothing was changed; check bucket, region and network, and allow s3:GetObject, s3:PutObject and \
                   s3:ListBucket. A run that has not begun may do without: take journal { } out of drplan.hcl";
