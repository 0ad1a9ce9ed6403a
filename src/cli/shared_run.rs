//! A run whose records are in S3: begun, gone on with on the machine that has its folder, taken over on another.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Failure;
use super::output::Screen;
use super::run_folder::RunFolder;
use crate::clients::aws::{Connection, Limits};
use crate::clients::clock::{Moments, moments};
use crate::executor::lease::{self, Found, Holder, Keeper, LeaseError, Term};
use crate::executor::shared::{self, Place, ReadError, SharedJournal};
use crate::model::settings::JournalSettings;
use crate::plan::Plan;
use crate::plan::journal::{Begun, Replayed};
use crate::targets::objects::{Bucket, Condition, Object, Objects, Put};

/// Version of the format of the object that names the run of a plan's decisions.
const FORMAT_VERSION: u32 = 1;

/// A call that gives no answer in this time is looked at anew, well within a lease.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(8),
    // A run lasts as long as it lasts.
    total: Duration::from_secs(30 * 24 * 3600),
};

/// Which run has a plan's decisions: of two that begin at once one is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Current {
    format_version: u32,
    run: String,
}

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
    pub(super) fn unfinished<'r>(&self, run: &str, replayed: &'r Replayed) -> Result<&'r Begun, Failure> {
        if replayed.ended.as_deref() == Some("done") {
            return Err(Failure::refused(
                format!("{run} is done"),
                format!(
                    "there is nothing to go on with; for another run of its plan move .drplan/runs/{run} away"
                ),
            ));
        }
        replayed.begun.as_ref().ok_or_else(|| {
            Failure::refused(
                format!("there is no record of {run} under {}", self.shown(&format!("{}/{run}/", self.prefix))),
                "check the run's name, and bucket, prefix and region; without records nobody knows what was done: \
                 apply without --take-over looks at each step and finds what is done",
            )
        })
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
                     s3://BUCKET/ELSEWHERE/), and apply again without --take-over; what was done is found done",
                    self.shown(&format!("{}/{run}/", self.prefix))
                ),
            ),
            ReadError::Store(failure) => {
                let at = failure.elsewhere.as_ref().map(|region| format!(" (the bucket is in {region})"));
                self.failed(&place.records(), &format!("{}{}", failure.detail, at.unwrap_or_default()))
            }
        })
    }

    /// Has the run: its lease, and its records as they are in S3, which `folder` gets a copy of.
    ///
    /// # Errors
    /// It is another's; its records or its lease are not there, or damaged.
    pub(super) async fn open(
        &self,
        folder: &mut RunFolder,
        plan: &Plan,
        take_over: bool,
        screen: &Screen,
    ) -> Result<SharedJournal, Failure> {
        let opening = Opening {
            shared: self,
            place: Place { prefix: self.prefix.clone(), run: folder.run.clone() },
            plan,
            term: Term::default(),
        };
        let own = folder.machine();
        let holder = Holder { name: super::ask::whereabouts(), id: format!("{own}{}", nonce()) };
        let id = holder.id.clone();
        let keeper = if take_over || folder.replayed.begun.is_some() {
            let mine = folder.holder().filter(|id| id.starts_with(&own));
            opening.go_on(holder, mine.as_deref(), take_over, screen).await?
        } else {
            opening.begin(holder).await?
        };
        folder.hold_as(&id)?;
        // Only now nobody else writes any more.
        let (bytes, replayed) = opening.records(&opening.place.run).await?;
        folder.copy(&bytes, replayed)?;
        let head = folder.replayed.head.clone();
        let copy = folder.behind_copy();
        Ok(SharedJournal::after(Arc::clone(&self.store), opening.place, keeper, head, copy).await)
    }
}

/// A run that is being opened.
struct Opening<'o> {
    shared: &'o Shared,
    place: Place,
    plan: &'o Plan,
    term: Term,
}

impl Opening<'_> {
    fn shown(&self, key: &str) -> String {
        self.shared.shown(key)
    }

    /// The object that says which run has the plan's decisions.
    fn current(&self) -> String {
        let digest = self.plan.decision_digest.trim_start_matches("sha256:");
        format!("{}/decisions/{digest}.json", self.place.prefix)
    }

    async fn begin(&self, holder: Holder) -> Result<Keeper, Failure> {
        let store = Arc::clone(&self.shared.store);
        let keeper = Keeper::take(store, &self.place.lease(), holder, None, self.term, moments()).await;
        let keeper = match keeper {
            Ok(keeper) => keeper,
            // Another run of this name, begun within this second: of the same decisions, or of others.
            Err(LeaseError::Other(_)) => {
                let key = self.current();
                if let Some(found) =
                    self.shared.store.get(&key).await.map_err(|failure| self.failed(&key, &failure.detail))?
                {
                    self.check_over(&key, &found).await?;
                }
                return Err(Failure::refused(
                    format!("another machine began a run of the name {} just now", self.place.run),
                    "nothing was changed; apply again: the name is of the second at which a run begins",
                ));
            }
            Err(error) => return Err(self.lease_failed(&error)),
        };
        match self.claim().await {
            Ok(()) => Ok(keeper),
            Err(failure) => {
                keeper.release().await;
                Err(failure)
            }
        }
    }

    /// Makes this run the one of the plan's decisions.
    async fn claim(&self) -> Result<(), Failure> {
        let key = self.current();
        let current = Current { format_version: FORMAT_VERSION, run: self.place.run.clone() };
        let bytes = serde_json::to_vec(&current).map_err(|error| Failure::Defect(error.to_string()))?;
        let store = &self.shared.store;
        // Each refusal is of a write by another, which is looked at.
        for _ in 0..5 {
            let found = store.get(&key).await.map_err(|failure| self.failed(&key, &failure.detail))?;
            let condition = match found {
                Some(found) if found.bytes == bytes => return Ok(()),
                Some(found) => {
                    self.check_over(&key, &found).await?;
                    Condition::Unchanged(found.tag)
                }
                None => Condition::Absent,
            };
            // Where there is no answer the next look tells.
            match store.put(&key, bytes.clone(), &condition).await {
                Ok(Put::Written(_)) => return Ok(()),
                Ok(Put::Refused) | Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        Err(self.failed(&key, "it is not written after five tries"))
    }

    /// Whether the run that has these decisions is done, or never had a record.
    async fn check_over(&self, key: &str, found: &Object) -> Result<(), Failure> {
        let current: Current = serde_json::from_slice(&found.bytes)
            .ok()
            .filter(|current: &Current| current.format_version == FORMAT_VERSION)
            .ok_or_else(|| {
                Failure::refused(format!("{} is damaged", self.shown(key)), "move it away, then apply again")
            })?;
        let other = Place { prefix: self.place.prefix.clone(), run: current.run.clone() };
        let (_, replayed) = self.records(&other.run).await?;
        if replayed.ended.as_deref() == Some("done") {
            return Ok(());
        }
        let lease = lease::read(&*self.shared.store, &other.lease()).await;
        let lease = lease.map_err(|error| self.lease_failed(&error))?;
        let waits = lease
            .as_ref()
            .is_some_and(|found| !self.term.to_watch(&found.lease, found.modified, moments()()).is_zero());
        if replayed.begun.is_none() && !waits {
            return Ok(());
        }
        let by = lease.map_or_else(String::new, |found| format!(", last held by {}", found.lease.holder));
        Err(Failure::refused(
            format!("run {} of these decisions is not done{by}", other.run),
            format!("go on with it: drplan apply PLAN --take-over {}", other.run),
        ))
    }

    async fn go_on(
        &self,
        holder: Holder,
        mine: Option<&str>,
        take_over: bool,
        screen: &Screen,
    ) -> Result<Keeper, Failure> {
        let store = &self.shared.store;
        let run = &self.place.run;
        let (_, replayed) = self.records(run).await?;
        self.check_records(&replayed)?;
        let key = self.place.lease();
        let found =
            lease::read(&**store, &key).await.and_then(|found| found.ok_or(LeaseError::Absent(key.clone())));
        let found = found.map_err(|error| self.lease_failed(&error))?;
        let clocks: Moments = moments();
        // The lock of the folder says that a process of this machine that had the lease is dead.
        let free = found.lease.released || mine == Some(found.lease.id.as_str());
        let found: Found = if free {
            found
        } else if take_over {
            let told = |lease: &lease::Lease, until: jiff::Timestamp| {
                screen.note(&format!(
                    "{run} is held by {} (holder {}); if nothing is heard of it until {until:.0}, this process goes on",
                    lease.holder, lease.generation
                ));
            };
            let waited = lease::wait_out(&**store, &key, self.term, &clocks, &told).await;
            waited.map_err(|error| self.lease_failed(&error))?
        } else {
            return Err(Failure::refused(
                format!("{run} is held by {} (holder {})", found.lease.holder, found.lease.generation),
                format!("look at its screen; where it is gone: drplan apply PLAN --take-over {run}"),
            ));
        };
        let before = Some((&found, replayed.generation));
        let keeper = Keeper::take(Arc::clone(store), &key, holder, before, self.term, clocks).await;
        keeper.map_err(|error| self.lease_failed(&error))
    }

    fn check_records(&self, replayed: &Replayed) -> Result<(), Failure> {
        let run = &self.place.run;
        self.shared.unfinished(run, replayed)?;
        super::resume::check_decision(self.plan, run, replayed)
    }

    async fn records(&self, run: &str) -> Result<(Vec<u8>, Replayed), Failure> {
        self.shared.records(run).await
    }

    fn lease_failed(&self, error: &LeaseError) -> Failure {
        let fix = match error {
            LeaseError::Other(_) => "nothing was changed; it lives: look at its screen".to_owned(),
            LeaseError::Absent(_) | LeaseError::Damaged(_) => format!(
                "nothing was changed; without its lease nobody knows who has the run: see that no drplan runs it, move \
                 {} away, and apply again without --take-over",
                self.shown(&format!("{}/{}/", self.place.prefix, self.place.run))
            ),
            LeaseError::Store(..) => FIX.to_owned(),
        };
        Failure::refused(error.to_string(), fix)
    }

    fn failed(&self, key: &str, detail: &str) -> Failure {
        self.shared.failed(key, detail)
    }
}

const FIX: &str = "nothing was changed; check bucket, region and network, and allow s3:GetObject, s3:PutObject and \
                   s3:ListBucket. A run that has not begun may do without: take journal { } out of drplan.hcl";

/// Of this process and no other.
fn nonce() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Each has a random key of its own.
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
