//! The lease of a run that is kept where several machines reach it: who may have effects, and until when.
//!
//! It is one object, changed only on the condition that it is as it was last read. Its holder reckons by its own clocks
//! and from before it asked, so it stops before anybody else may begin. Who takes a run over reckons by its own clock,
//! too: it sees the lease unchanged for as long as its holder may go on.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::journal::JournalError;
use crate::clients::aws::Failure;
use crate::clients::clock::{Moment, Moments};
use crate::targets::objects::{Condition, Objects, Put};

#[cfg(test)]
mod tests;

/// Version of the lease's format.
const FORMAT_VERSION: u32 = 1;

/// Clocks that S3 takes requests from are off by at most this, each.
const CLOCKS: Duration = Duration::from_secs(15 * 60);

/// The lease as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lease {
    /// Version of the format.
    pub format_version: u32,
    /// One more for each holder.
    pub generation: u64,
    /// Who holds it, for people.
    pub holder: String,
    /// Of this one process and no other.
    pub id: String,
    /// How long it lasts from when it is written.
    pub lasts_ms: u64,
    /// Until when, by the holder's clock: for people, not for reckoning.
    pub until: Timestamp,
    /// Whether its holder has let go.
    pub released: bool,
}

/// Who wants to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// For people.
    pub name: String,
    /// Of this one process and no other.
    pub id: String,
}

/// How long a lease lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// From before it was asked for.
    pub length: Duration,
    /// What its holder stops earlier, and whoever takes over waits longer.
    pub skew: Duration,
}

impl Default for Term {
    fn default() -> Self {
        Self { length: Duration::from_secs(30), skew: Duration::from_secs(5) }
    }
}

impl Term {
    /// How long a lease of then still lets effects begin.
    #[must_use]
    pub fn left(self, then: Moment, now: Moment) -> Duration {
        self.length.saturating_sub(self.skew).saturating_sub(now.since(then))
    }

    /// Whether half of it has gone.
    #[must_use]
    pub fn is_due(self, then: Moment, now: Moment) -> bool {
        now.since(then) >= self.length / 2
    }

    /// How long a lease must be seen unchanged before another process may take it. `modified` is by the store's clock,
    /// from which neither clock is far: what was written that long ago is over by all of them.
    #[must_use]
    pub fn to_watch(self, lease: &Lease, modified: Option<Timestamp>, now: Moment) -> Duration {
        let whole = self.length.max(Duration::from_millis(lease.lasts_ms)) + self.skew;
        let age = modified.and_then(|at| Duration::try_from(now.wall.duration_since(at)).ok());
        if lease.released || age.is_some_and(|age| age >= whole + CLOCKS) { Duration::ZERO } else { whole }
    }

    /// Who has a lease, and what a take-over of it waits for, for people.
    #[must_use]
    pub fn told(self, found: &Found, now: Moment) -> String {
        let Lease { holder, generation, until, released, .. } = &found.lease;
        if *released {
            return format!("nobody holds it (last {holder}): a take-over goes on at once");
        }
        let watch = self.to_watch(&found.lease, found.modified, now).as_secs();
        if watch == 0 {
            return format!(
                "{holder} (holder {generation}) held it until {until:.0}: a take-over goes on at once"
            );
        }
        let lives = if now.wall < *until { "its lease lives" } else { "it has not let go" };
        format!(
            "held by {holder} (holder {generation}), {lives}, until {until:.0} by its clock: a take-over goes on once \
             nothing was heard of it for {watch} seconds, and is refused where it renews"
        )
    }
}

/// A lease that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub lease: Lease,
    /// Its tag.
    pub tag: String,
    /// When it was written, by the store's clock.
    pub modified: Option<Timestamp>,
}

/// Why a lease is not had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// Another process has it.
    #[error("{} has the run (holder {}), until {:.0} by its clock", .0.holder, .0.generation, .0.until)]
    Other(Box<Lease>),
    /// What should be there is not.
    #[error("the lease {0} is not there")]
    Absent(String),
    /// It is none.
    #[error("the lease {0} is damaged")]
    Damaged(String),
    /// The store does not answer.
    #[error("the lease {key} cannot be had: {detail}", key = .0, detail = .1.detail)]
    Store(String, Failure),
}

/// Reads a lease.
///
/// # Errors
/// No answer, or what is there is no lease.
pub async fn read(store: &dyn Objects, key: &str) -> Result<Option<Found>, LeaseError> {
    let object = store.get(key).await.map_err(|failure| LeaseError::Store(key.to_owned(), failure))?;
    let Some(object) = object else { return Ok(None) };
    match serde_json::from_slice::<Lease>(&object.bytes) {
        Ok(lease) if lease.format_version == FORMAT_VERSION => {
            Ok(Some(Found { lease, tag: object.tag, modified: object.modified }))
        }
        _ => Err(LeaseError::Damaged(key.to_owned())),
    }
}

/// Waits until a lease may be taken; `told` is told once how long.
///
/// # Errors
/// Its holder lives and renews it, or it cannot be read.
pub async fn wait_out(
    store: &dyn Objects,
    key: &str,
    term: Term,
    moments: &Moments,
    told: &dyn Fn(&Lease, Timestamp),
) -> Result<Found, LeaseError> {
    let absent = || LeaseError::Absent(key.to_owned());
    let first = read(store, key).await?.ok_or_else(absent)?;
    let began = moments();
    let watch = term.to_watch(&first.lease, first.modified, began);
    if watch.is_zero() {
        return Ok(first);
    }
    let end = SignedDuration::try_from(watch).ok().and_then(|watch| began.wall.checked_add(watch).ok());
    told(&first.lease, end.unwrap_or(began.wall));
    loop {
        // By the clock that nobody sets alone: what sets the wall's would cut the wait short.
        let left = watch.saturating_sub(moments().run.saturating_sub(began.run));
        tokio::time::sleep(left.min(Duration::from_secs(2))).await;
        let now = read(store, key).await?.ok_or_else(absent)?;
        if now.lease.released {
            return Ok(now);
        }
        if now.tag != first.tag {
            return Err(LeaseError::Other(Box::new(now.lease)));
        }
        if left.is_zero() {
            return Ok(now);
        }
    }
}

/// Ends the holding of a lease that is over, by a process that does not take the run: its holder, should it only have
/// been paused, finds another one there and does nothing more. Nobody has the lease then.
///
/// # Errors
/// Its holder lives and has renewed it, or the store does not answer.
pub async fn end(store: &dyn Objects, key: &str, found: &Found, by: Holder) -> Result<(), LeaseError> {
    let Holder { name: holder, id } = by;
    let generation = found.lease.generation + 1;
    let lease = Lease { generation, holder, id, released: true, ..found.lease.clone() };
    match write(store, key, &lease, &Condition::Unchanged(found.tag.clone())).await? {
        // What is not there is not renewed either.
        Written::Tag(_) | Written::Other(None) => Ok(()),
        Written::Other(Some(found)) => Err(LeaseError::Other(Box::new(found.lease))),
    }
}

/// What is known of the own lease.
struct Held {
    lease: Lease,
    tag: String,
    /// Before it was asked for.
    since: Moment,
    /// Set once it is known to be another's, for good.
    lost: Option<JournalError>,
}

/// Keeps a lease that was had.
pub struct Keeper {
    store: Arc<dyn Objects>,
    key: String,
    term: Term,
    moments: Moments,
    held: Mutex<Held>,
}

impl Keeper {
    /// Takes a lease: a new one, or the one that was found, which is over.
    ///
    /// # Errors
    /// Another process was faster, or the store does not answer.
    pub async fn take(
        store: Arc<dyn Objects>,
        key: &str,
        holder: Holder,
        before: Option<(&Found, u64)>,
        term: Term,
        moments: Moments,
    ) -> Result<Self, LeaseError> {
        let condition =
            before.map_or(Condition::Absent, |(found, _)| Condition::Unchanged(found.tag.clone()));
        let known = before.map_or(0, |(found, generation)| found.lease.generation.max(generation));
        let since = moments();
        let Holder { name: holder, id } = holder;
        let lease = Lease {
            format_version: FORMAT_VERSION,
            generation: known + 1,
            holder,
            id,
            lasts_ms: u64::try_from(term.length.as_millis()).unwrap_or(u64::MAX),
            until: until(since, term),
            released: false,
        };
        let tag = match write(&*store, key, &lease, &condition).await? {
            Written::Tag(tag) => tag,
            Written::Other(Some(found)) => return Err(LeaseError::Other(Box::new(found.lease))),
            Written::Other(None) => return Err(LeaseError::Absent(key.to_owned())),
        };
        let held = Mutex::new(Held { lease, tag, since, lost: None });
        Ok(Self { store, key: key.to_owned(), term, moments, held })
    }

    /// The generation that was taken.
    pub async fn generation(&self) -> u64 {
        self.held.lock().await.lease.generation
    }

    /// Whether an effect may begin: renews the lease when half of it has gone.
    ///
    /// # Errors
    /// Another process has it, or it cannot be renewed in time.
    pub async fn hold(&self) -> Result<(), JournalError> {
        let mut held = self.held.lock().await;
        let mut trouble = None;
        for _ in 0..3 {
            if let Some(lost) = &held.lost {
                return Err(lost.clone());
            }
            let now = (self.moments)();
            if !self.term.is_due(held.since, now) {
                return Ok(());
            }
            trouble = self.renew(&mut held, false).await.err();
        }
        // Not renewed, and not over either.
        if held.lost.is_none() && !self.term.left(held.since, (self.moments)()).is_zero() {
            return Ok(());
        }
        let why = "the lease of the run could not be renewed in time".to_owned();
        Err(held.lost.clone().unwrap_or_else(|| {
            JournalError(trouble.map_or(why.clone(), |trouble| format!("{why}: {trouble}")))
        }))
    }

    /// Renews it as long as this is polled; returns why it is lost.
    pub async fn keep(&self) -> JournalError {
        loop {
            tokio::time::sleep(self.term.length / 6).await;
            // That it cannot be renewed now is for the next effect to say.
            let _ = self.hold().await;
            if let Some(lost) = &self.held.lock().await.lost {
                return lost.clone();
            }
        }
    }

    /// Lets go, so that nobody needs to wait; that it is not had is nothing that matters any more.
    pub async fn release(&self) {
        let mut held = self.held.lock().await;
        if held.lost.is_none() {
            let _ = self.renew(&mut held, true).await;
        }
    }

    async fn renew(&self, held: &mut Held, released: bool) -> Result<(), LeaseError> {
        let since = (self.moments)();
        let until = if released { since.wall } else { until(since, self.term) };
        let lease = Lease { until, released, ..held.lease.clone() };
        match write(&*self.store, &self.key, &lease, &Condition::Unchanged(held.tag.clone())).await? {
            Written::Tag(tag) => {
                held.lease = lease;
                held.tag = tag;
                held.since = since;
            }
            // An earlier renewal of this process, whose answer was lost.
            Written::Other(Some(found)) if found.lease.id == held.lease.id => held.tag = found.tag,
            Written::Other(found) => {
                let why = match found {
                    Some(found) => LeaseError::Other(Box::new(found.lease)),
                    None => LeaseError::Absent(self.key.clone()),
                };
                let told = match &why {
                    LeaseError::Other(lease) if lease.released => {
                        format!(
                            "{} has ended this process's hold of it since (holder {})",
                            lease.holder, lease.generation
                        )
                    }
                    other => other.to_string(),
                };
                held.lost = Some(JournalError(format!("the run was taken over: {told}")));
                return Err(why);
            }
        }
        Ok(())
    }
}

fn until(since: Moment, term: Term) -> Timestamp {
    let length = SignedDuration::try_from(term.length).unwrap_or(SignedDuration::MAX);
    since.wall.checked_add(length).unwrap_or(Timestamp::MAX)
}

enum Written {
    /// It is written.
    Tag(String),
    /// What is there instead.
    Other(Option<Found>),
}

/// Writes a lease and knows whether it did: where there is no answer, or one that may be to a second try, it is read.
async fn write(
    store: &dyn Objects,
    key: &str,
    lease: &Lease,
    condition: &Condition,
) -> Result<Written, LeaseError> {
    let bytes = serde_json::to_vec(lease).map_err(|_| LeaseError::Damaged(key.to_owned()))?;
    let trouble = match store.put(key, bytes, condition).await {
        Ok(Put::Written(tag)) => return Ok(Written::Tag(tag)),
        Ok(Put::Refused) => None,
        Err(failure) => Some(LeaseError::Store(key.to_owned(), failure)),
    };
    let found = read(store, key).await?;
    match (found, trouble, condition) {
        (Some(found), ..) if found.lease == *lease => Ok(Written::Tag(found.tag)),
        // It is as it was: the write has not come there, or not yet.
        (Some(found), Some(trouble), Condition::Unchanged(tag)) if found.tag == *tag => Err(trouble),
        (None, Some(trouble), Condition::Absent) => Err(trouble),
        (found, ..) => Ok(Written::Other(found)),
    }
}
