//! One process on a simulated region and a journal on disk, and all that happens in it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use drplan::clients::clock::Clock;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::journal::{Journal, JournalError, MemoryJournal};
use drplan::executor::people::{Answer, Asked, People};
use drplan::executor::requests::Requests;
use drplan::executor::{Ended, Executor, Limits, Stop, Targets};
use drplan::model::target::{Acted, Mark, Seen, TargetError};
use drplan::plan::Plan;
use drplan::plan::journal::{Begun, Entry, replay};
use drplan::targets::Target;
use drplan::targets::sim::Region;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::drill::example;

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Recorded(Box<Entry>),
    Acting(String),
    Acted(String),
}

/// A simulated region and a journal on disk, watched. It is written by this thread: virtual time would go on beside another.
pub(super) struct Watched {
    pub(super) region: Region,
    journal: MemoryJournal,
    file: PathBuf,
    happened: Mutex<Vec<Happened>>,
    course: Course,
    written: AtomicUsize,
    acts: AtomicUsize,
    held: AtomicUsize,
    stop: Stop,
}

impl Watched {
    fn note(&self, happened: Happened) {
        self.happened.lock().unwrap().push(happened);
    }

    pub(super) fn all(&self) -> Vec<Happened> {
        self.happened.lock().unwrap().clone()
    }
}

impl<R: Sync> Target<R> for Watched
where
    Region: Target<R>,
{
    fn look<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        self.region.look(request, mark)
    }

    fn act<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            // What a process that dies now would leave on disk.
            let text = std::fs::read(&self.file).unwrap();
            let last = replay(&text).unwrap().records.into_iter().rev();
            let own = last.filter_map(|record| match record.entry {
                Entry::Intent { step, .. } => Some((step, true)),
                Entry::Done { step, .. } | Entry::Failed { step, .. } => Some((step, false)),
                _ => None,
            });
            let newest = own.into_iter().find(|(step, _)| *step == mark.step);
            assert_eq!(newest, Some((mark.step.clone(), true)), "an effect without its intent on disk");
            self.note(Happened::Acting(mark.step.clone()));
            let acted = self.region.act(request, mark).await;
            self.note(Happened::Acted(mark.step.clone()));
            if self.acts.fetch_add(1, Ordering::Relaxed) + 1 == self.course.stops_after {
                self.stop.now();
            }
            acted
        })
    }
}

impl Journal for Watched {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            if self.written.fetch_add(1, Ordering::Relaxed) >= self.course.fails_from {
                return Err(JournalError("no space left on device".to_owned()));
            }
            self.journal.append(at, entry.clone()).await?;
            std::fs::write(&self.file, self.journal.lines()).unwrap();
            self.note(Happened::Recorded(Box::new(entry)));
            Ok(())
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async {
            if self.held.fetch_add(1, Ordering::Relaxed) >= self.course.holds {
                return Err(JournalError("the run was taken over".to_owned()));
            }
            self.journal.hold().await
        })
    }
}

/// The clock of a region, which its processes share: what one has begun is done while another looks.
pub(super) fn virtual_time() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// What comes between a process and the end of its run.
#[derive(Clone, Copy)]
pub(super) struct Course {
    /// The write of a record that fails, counted from 0; every one after it, too.
    pub(super) fails_from: usize,
    /// After so many effects the run is asked to stop.
    pub(super) stops_after: usize,
    /// So many times the run is this process's; then another has it.
    pub(super) holds: usize,
    /// What people answer at gates; `None` where nobody is there.
    pub(super) answer: Option<bool>,
}

pub(super) const UNDISTURBED: Course =
    Course { fails_from: usize::MAX, stops_after: usize::MAX, holds: usize::MAX, answer: Some(true) };

impl People for Course {
    fn ask<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Option<Answer>> {
        Box::pin(async { self.answer.map(|go| Answer { by: "it".to_owned(), go }) })
    }
}

/// One process, on what another has left in the folder and in the region.
pub(super) fn process(runtime: &Runtime, folder: &Path, region: Region, course: Course) -> (Ended, Watched) {
    let plan = example();
    let file = folder.join("journal.jsonl");
    let text = std::fs::read(&file).unwrap_or_default();
    let replayed = replay(&text).unwrap();
    let journal = MemoryJournal::after(replayed.head.clone(), replayed.generation + 1, text);
    let watched = Watched {
        region,
        journal,
        file,
        happened: Mutex::default(),
        course,
        written: AtomicUsize::new(0),
        acts: AtomicUsize::new(0),
        held: AtomicUsize::new(0),
        stop: Stop::new(),
    };
    let requests = Requests::new(plan, &NoBodies);
    let ended = runtime.block_on(async {
        let first = if replayed.begun.is_some() {
            Entry::Held { by: "test".to_owned(), took_over: false, break_glass: None }
        } else {
            begun(plan)
        };
        let clock = Clock::starting(plan.created_at);
        watched.append(clock.now(), first).await.ok()?;
        let executor = Executor {
            plan,
            run: "test",
            requests: &requests,
            targets: Targets {
                proofs: &watched,
                engine: &watched,
                data: &watched,
                traffic: &watched,
                kube: &watched,
            },
            journal: &watched,
            people: &course,
            clock,
            told: &|_| {},
            stop: &watched.stop,
            limits: Limits::default(),
        };
        Some(executor.run(&replayed).await)
    });
    (ended.unwrap_or_else(Ended::lost), watched)
}

fn begun(plan: &Plan) -> Entry {
    Entry::Begun(Begun { simulated: Some("it is a test".to_owned()), ..Begun::of("test", plan) })
}

pub(super) fn region() -> Region {
    Region::new(as_planned(example(), 7))
}
