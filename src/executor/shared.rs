//! A journal that several machines reach: records that are appended at once are one object, numbered by the first of
//! them, and written only where no other process has written that number.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::journal::{Chain, Journal, JournalError, lock};
use super::lease::Keeper;
use crate::clients::aws::Failure;
use crate::model::diagnostic::GapReason;
use crate::plan::journal::{Entry, Head, Replayed, replay};
use crate::targets::objects::{Condition, Objects, Put};

#[cfg(test)]
pub(crate) mod tests;

/// How long a record is tried to be written.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where a run is kept: keys below a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The prefix, without a slash at its end.
    pub prefix: String,
    /// The run.
    pub run: String,
}

impl Place {
    /// Of the lease.
    #[must_use]
    pub fn lease(&self) -> String {
        format!("{}/{}/lease.json", self.prefix, self.run)
    }

    /// What all records begin with.
    #[must_use]
    pub fn records(&self) -> String {
        format!("{}/{}/journal/", self.prefix, self.run)
    }

    fn record(&self, sequence: u64) -> String {
        format!("{}{sequence:010}.jsonl", self.records())
    }
}

/// Why records are not had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Not there, changed, moved: what is wrong.
    #[error("{0}")]
    Damaged(String),
    /// The store does not answer.
    #[error("{}", .0.detail)]
    Store(Failure),
}

/// Reads all records of a run, with their bytes; no bytes where there are none.
///
/// # Errors
/// One is damaged or missing, or the store does not answer.
pub async fn read(store: &dyn Objects, place: &Place) -> Result<(Vec<u8>, Replayed), ReadError> {
    let keys = store.list(&place.records()).await.map_err(ReadError::Store)?;
    let reads = futures_util::stream::iter(keys).map(|key| async move {
        let object = store.get(&key).await.map_err(ReadError::Store)?;
        let object = object.ok_or_else(|| ReadError::Damaged(format!("{key} is not there any more")))?;
        Ok::<_, ReadError>((key, object.bytes))
    });
    let objects: Vec<(String, Vec<u8>)> = reads.buffered(32).try_collect().await?;
    let (mut bytes, mut next) = (Vec::new(), 0);
    for (key, object) in objects {
        if key != place.record(next) {
            let lacks = format!("{} is missing: {key} is there instead", place.record(next));
            return Err(ReadError::Damaged(lacks));
        }
        if object.is_empty() || !object.ends_with(b"\n") {
            return Err(ReadError::Damaged(format!(
                "{key} was changed after it was written: its end is missing"
            )));
        }
        next += u64::try_from(object.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        bytes.extend_from_slice(&object);
    }
    let replayed = replay(&bytes).map_err(|damage| ReadError::Damaged(damage.to_string()))?;
    Ok((bytes, replayed))
}

/// A record on its way.
struct Waiting {
    sequence: u64,
    line: String,
    told: oneshot::Sender<Result<(), JournalError>>,
}

/// What the one that writes has.
struct Writer {
    /// The copy on this machine, as long as it can be written. It is for people: the store is what counts.
    copy: Option<std::fs::File>,
    broken: Option<JournalError>,
}

/// A journal in a store, with a copy on this machine.
pub struct SharedJournal {
    store: Arc<dyn Objects>,
    place: Place,
    keeper: Keeper,
    chain: Mutex<(Chain, Vec<Waiting>)>,
    writer: tokio::sync::Mutex<Writer>,
}

impl SharedJournal {
    /// Goes on after `head` as the holder of the lease that `keeper` keeps.
    pub async fn after(
        store: Arc<dyn Objects>,
        place: Place,
        keeper: Keeper,
        head: Head,
        copy: Option<std::fs::File>,
    ) -> Self {
        let chain = Chain { head: Some(head), generation: keeper.generation().await };
        Self {
            store,
            place,
            keeper,
            chain: Mutex::new((chain, Vec::new())),
            writer: tokio::sync::Mutex::new(Writer { copy, broken: None }),
        }
    }

    /// The lease.
    #[must_use]
    pub fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    async fn write(&self, sequence: u64, bytes: &[u8]) -> Result<(), JournalError> {
        let key = self.place.record(sequence);
        let until = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(200);
        loop {
            // Nobody writes on a run that may be another's.
            self.keeper.hold().await?;
            let trouble = match self.store.put(&key, bytes.to_vec(), &Condition::Absent).await {
                Ok(Put::Written(_)) => return Ok(()),
                Ok(Put::Refused) => None,
                Err(failure) => Some(failure),
            };
            // Whether a write without an answer came there is read, never assumed.
            match self.store.get(&key).await {
                Ok(Some(object)) if object.bytes == bytes => return Ok(()),
                Ok(Some(_)) => {
                    return Err(JournalError(format!(
                        "another process has written record {sequence} ({key}): the run is its"
                    )));
                }
                Ok(None) | Err(_) => {}
            }
            let denied = trouble.as_ref().is_some_and(|failure| failure.reason == GapReason::AccessDenied);
            if denied || Instant::now() + pause >= until {
                let detail = trouble.map_or_else(|| "no answer".to_owned(), |failure| failure.detail);
                return Err(JournalError(format!("{key}: {detail}")));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// Writes all that waits, and tells those who wait.
    async fn flush(&self, writer: &mut Writer) -> Result<(), JournalError> {
        let batch = std::mem::take(&mut lock(&self.chain)?.1);
        let Some(first) = batch.first() else { return Ok(()) };
        let result = match &writer.broken {
            Some(broken) => Err(broken.clone()),
            None => {
                let text: String = batch.iter().map(|waiting| waiting.line.as_str()).collect();
                let written = self.write(first.sequence, text.as_bytes()).await;
                if written.is_ok()
                    && writer.copy.as_mut().is_some_and(|copy| copy.write_all(text.as_bytes()).is_err())
                {
                    writer.copy = None;
                }
                written
            }
        };
        if let Err(error) = &result {
            writer.broken.get_or_insert_with(|| error.clone());
            lock(&self.chain)?.0.head = None;
        }
        for waiting in batch {
            let _ = waiting.told.send(result.clone());
        }
        Ok(())
    }
}

impl Journal for SharedJournal {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let (told, mut tells) = oneshot::channel();
            {
                let mut chain = lock(&self.chain)?;
                let record = chain.0.next(at, entry)?;
                let line = record.line().map_err(|error| JournalError(error.to_string()))?;
                chain.1.push(Waiting { sequence: record.sequence, line, told });
            }
            // Whoever comes first writes for all that came meanwhile.
            let mut writer = self.writer.lock().await;
            if let Ok(result) = tells.try_recv() {
                return result;
            }
            self.flush(&mut writer).await?;
            tells.try_recv().unwrap_or_else(|_| Err(JournalError("it was not written".to_owned())))
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(self.keeper.hold())
    }
}
