//! Who keeps a run's journal: a file in the run's folder, or memory in a rehearsal.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::plan::journal::{Entry, Head, Record};

/// A record could not be written: no effect may begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct JournalError(pub String);

/// A journal that is being written.
pub trait Journal: Send + Sync {
    /// Writes a record; when this returns it is on disk, or wherever the journal is kept.
    ///
    /// # Errors
    /// It is not known to be there. Nothing more may be written, since the next would be chained to it.
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>>;

    /// Whether the run is still this process's: asked right before an effect.
    ///
    /// # Errors
    /// Another process took it over, or the lease is nearly over.
    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>>;
}

/// The end of the chain; `None` after a write failed.
pub(super) struct Chain {
    pub(super) head: Option<Head>,
    pub(super) generation: u64,
}

impl Chain {
    pub(super) fn next(&mut self, at: Timestamp, entry: Entry) -> Result<Record, JournalError> {
        let head = self.head.take().ok_or_else(|| JournalError("an earlier record failed".to_owned()))?;
        let record = Record::chained(&head, at, self.generation, entry)
            .map_err(|error| JournalError(error.to_string()))?;
        self.head = Some(record.head());
        Ok(record)
    }
}

/// A journal in memory: of a rehearsal, which has its crashes and keeps what was written before them.
pub struct MemoryJournal {
    chain: Mutex<Chain>,
    lines: Mutex<Vec<u8>>,
}

impl MemoryJournal {
    /// Goes on after what was written before.
    #[must_use]
    pub fn after(head: Head, generation: u64, lines: Vec<u8>) -> Self {
        Self { chain: Mutex::new(Chain { head: Some(head), generation }), lines: Mutex::new(lines) }
    }

    /// All that was written.
    #[must_use]
    pub fn lines(&self) -> Vec<u8> {
        self.lines.lock().map(|lines| lines.clone()).unwrap_or_default()
    }
}

impl Journal for MemoryJournal {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let record = lock(&self.chain)?.next(at, entry)?;
            let line = record.line().map_err(|error| JournalError(error.to_string()))?;
            lock(&self.lines)?.extend_from_slice(line.as_bytes());
            Ok(())
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> Result<std::sync::MutexGuard<'_, T>, JournalError> {
    mutex.lock().map_err(|_| JournalError("a thread that held it has died".to_owned()))
}

/// A line to be written, and who waits for it.
type Waiting = (String, oneshot::Sender<Result<(), JournalError>>);

/// A journal in a file. Records that are appended at once are flushed to disk at once.
pub struct FileJournal {
    chain: Mutex<Chain>,
    /// `None` once it is being closed.
    lines: Option<mpsc::Sender<Waiting>>,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl FileJournal {
    /// Goes on after the sound part of a file, which is `sound` bytes long: a torn record behind it is cut off.
    ///
    /// # Errors
    /// The file cannot be opened, cut or flushed.
    pub fn open(path: &PathBuf, head: Head, generation: u64, sound: u64) -> std::io::Result<Self> {
        let mut file = File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        file.set_len(sound)?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0))?;
        file.sync_all()?;
        // The name is in the folder only when the folder is flushed too.
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        let (lines, waiting) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || write_all(&mut file, &waiting))?;
        let chain = Mutex::new(Chain { head: Some(head), generation });
        Ok(Self { chain, lines: Some(lines), writer: Some(writer) })
    }
}

/// Writes whatever waits, flushes once, and tells all who wait. After the first failure nothing more is written.
fn write_all(file: &mut File, waiting: &mpsc::Receiver<Waiting>) {
    let mut broken: Option<JournalError> = None;
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Waiting> = std::iter::once(first).chain(waiting.try_iter()).collect();
        if broken.is_none() {
            let text: String = batch.iter().map(|(line, _)| line.as_str()).collect();
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
            broken = written.err().map(|error| JournalError(error.to_string()));
        }
        for (_, told) in batch {
            let _ = told.send(broken.clone().map_or(Ok(()), Err));
        }
    }
}

impl Journal for FileJournal {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            {
                // The order of the chain is the order in the file.
                let mut chain = lock(&self.chain)?;
                let record = chain.next(at, entry)?;
                let line = record.line().map_err(|error| JournalError(error.to_string()))?;
                let sent = self.lines.as_ref().is_some_and(|lines| lines.send((line, tell)).is_ok());
                if !sent {
                    return Err(JournalError("its writer has ended".to_owned()));
                }
            }
            let written = told.await.map_err(|_| JournalError("its writer has ended".to_owned()))?;
            if written.is_err() {
                lock(&self.chain)?.head = None;
            }
            written
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }
}

impl Drop for FileJournal {
    fn drop(&mut self) {
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[cfg(test)]
mod tests;
