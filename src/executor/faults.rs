//! Faults on request: between the executor and its targets, and between it and its journal.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::Notify;

use super::journal::{Journal, JournalError};
use crate::model::target::data::DataRequest;
use crate::model::target::engine::AddressRequest;
use crate::model::target::kube::KubeRequest;
use crate::model::target::proof::ProofRequest;
use crate::model::target::traffic::TrafficRequest;
use crate::model::target::{Acted, Mark, Seen, TargetError};
use crate::plan::journal::Entry;
use crate::targets::Target;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The call fails, and says so with a code that does not heal.
    Error,
    /// The service has too much to do.
    Throttle,
    /// The call never ends.
    TimeOut,
    /// The effect is had, and its answer is lost.
    LostAnswer,
    /// The process dies right before the effect.
    CrashBefore,
    /// The process dies right after the effect.
    CrashAfter,
}

impl Fault {
    /// All, in the order of the matrix.
    pub const ALL: [Self; 6] =
        [Self::Error, Self::Throttle, Self::TimeOut, Self::LostAnswer, Self::CrashBefore, Self::CrashAfter];

    /// The word on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Throttle => "throttle",
            Self::TimeOut => "time-out",
            Self::LostAnswer => "lost-answer",
            Self::CrashBefore => "crash-before",
            Self::CrashAfter => "crash-after",
        }
    }

    /// The fault of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == word)
    }
}

/// The faults of one rehearsal: each happens once.
#[derive(Debug, Default)]
pub struct Faults {
    planned: Mutex<Vec<(String, Fault)>>,
    /// How many points at which a process may die are still to be passed; counted where it is asked for.
    fuse: Option<AtomicU64>,
    crash: Notify,
    dead: AtomicBool,
    happened: AtomicU32,
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Each step has its fault.
    #[must_use]
    pub fn of(planned: Vec<(String, Fault)>) -> Self {
        Self { planned: Mutex::new(planned), ..Self::default() }
    }

    /// The first process dies at a point: before or after an effect or a record, counted from 0.
    #[must_use]
    pub fn crash_at(point: u64) -> Self {
        Self { fuse: Some(AtomicU64::new(point)), ..Self::default() }
    }

    /// How many of them happened.
    #[must_use]
    pub fn happened(&self) -> u32 {
        self.happened.load(Ordering::Relaxed)
    }

    /// The next process is alive.
    pub fn next_process(&self) {
        self.dead.store(false, Ordering::Relaxed);
    }

    /// Waits until the process dies.
    pub async fn crashed(&self) {
        while !self.dead.load(Ordering::Relaxed) {
            self.crash.notified().await;
        }
    }

    async fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.crash.notify_one();
        std::future::pending::<()>().await;
    }

    /// A point at which a process may die.
    async fn point(&self) {
        let Some(fuse) = &self.fuse else { return };
        let left = fuse.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left == Err(0) && self.happened() == 0 {
            self.happened.fetch_add(1, Ordering::Relaxed);
            self.die().await;
        }
    }

    /// Takes the fault of a step, where it has one.
    fn take(&self, step: &str) -> Option<Fault> {
        let mut planned = self.planned.lock().ok()?;
        let at = planned.iter().position(|(of, _)| of == step)?;
        self.happened.fetch_add(1, Ordering::Relaxed);
        Some(planned.swap_remove(at).1)
    }
}

/// A target and a journal with faults before them.
pub struct Faulty<'f, T> {
    /// The target.
    pub inner: &'f T,
    /// What goes wrong.
    pub faults: &'f Faults,
    /// The journal.
    pub journal: &'f dyn Journal,
}

fn injected(code: &str, status: u16) -> TargetError {
    TargetError {
        service: "drill",
        call: "injected".to_owned(),
        code: code.to_owned(),
        status: Some(status),
        message: "the drill was asked for this fault".to_owned(),
        retry_after: None,
    }
}

impl<T> Faulty<'_, T> {
    /// A fault before a call; `true` where the process goes on to make it.
    async fn before(&self, fault: Option<Fault>) -> Result<(), TargetError> {
        match fault {
            Some(Fault::Error) => Err(injected("InjectedFailure", 400)),
            Some(Fault::Throttle) => Err(injected("ThrottlingException", 400)),
            Some(Fault::TimeOut) => {
                tokio::time::sleep(Duration::from_hours(24)).await;
                Err(injected(TargetError::LOST, 504))
            }
            Some(Fault::CrashBefore) => {
                self.faults.die().await;
                Ok(())
            }
            Some(Fault::LostAnswer | Fault::CrashAfter) | None => Ok(()),
        }
    }

    async fn after<A>(&self, fault: Option<Fault>, answer: Result<A, TargetError>) -> Result<A, TargetError> {
        match fault {
            Some(Fault::LostAnswer) => Err(injected(TargetError::LOST, 504)),
            Some(Fault::CrashAfter) => {
                self.faults.die().await;
                answer
            }
            _ => answer,
        }
    }
}

/// Whether looking is all that is asked: such a request has its faults where it looks.
pub trait Asking {
    /// Whether looking is all of it.
    fn only_looks(&self) -> bool {
        false
    }
}

impl Asking for ProofRequest {
    fn only_looks(&self) -> bool {
        true
    }
}
impl Asking for KubeRequest {
    fn only_looks(&self) -> bool {
        matches!(self, Self::AwaitReady(_) | Self::AwaitEnd(_))
    }
}
impl Asking for AddressRequest {}
impl Asking for DataRequest {}
impl Asking for TrafficRequest {}

impl<R: Asking + Sync, T: Target<R>> Target<R> for Faulty<'_, T> {
    fn look<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            let fault = request.only_looks().then(|| self.faults.take(&mark.step)).flatten();
            self.before(fault).await?;
            let answer = self.inner.look(request, mark).await;
            self.after(fault, answer).await
        })
    }

    fn act<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            let fault = self.faults.take(&mark.step);
            self.before(fault).await?;
            self.faults.point().await;
            let answer = self.inner.act(request, mark).await;
            self.faults.point().await;
            self.after(fault, answer).await
        })
    }
}

impl<T: Sync> Journal for Faulty<'_, T> {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            self.faults.point().await;
            let written = self.journal.append(at, entry).await;
            self.faults.point().await;
            written
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.journal.hold()
    }
}
