//! A shelf of objects in memory with the same conditions, and journals on it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};

use jiff::SignedDuration;

use super::*;
use crate::clients::clock::{Moment, Moments};
use crate::executor::lease::{Holder, Term};
use crate::plan::journal::Begun;
use crate::plan::sample;
use crate::targets::objects::Object;

/// Objects in memory.
#[derive(Default)]
pub(crate) struct Shelf {
    /// Bytes, and how often each was written.
    objects: Mutex<BTreeMap<String, (Vec<u8>, u32)>>,
    lost: AtomicU32,
    silent: AtomicBool,
}

impl Shelf {
    /// The next writes are done, and their answers lost.
    pub(crate) fn lose_answers(&self, count: u32) {
        self.lost.store(count, Ordering::SeqCst);
    }

    /// Whether nothing is answered, and nothing done.
    pub(crate) fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    pub(crate) fn writes(&self, key: &str) -> u32 {
        self.objects.lock().unwrap().get(key).map_or(0, |(_, writes)| *writes)
    }

    fn set(&self, key: &str, bytes: Option<&[u8]>) {
        let mut objects = self.objects.lock().unwrap();
        match bytes {
            Some(bytes) => objects.insert(key.to_owned(), (bytes.to_vec(), 9)),
            None => objects.remove(key),
        };
    }

    fn answers(&self) -> Result<(), Failure> {
        let silent = self.silent.load(Ordering::SeqCst);
        if silent { Err(Failure::new("s3:Any", GapReason::TimedOut, "no answer in time")) } else { Ok(()) }
    }
}

impl Objects for Shelf {
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: &'a Condition,
    ) -> BoxFuture<'a, Result<Put, Failure>> {
        Box::pin(async move {
            self.answers()?;
            // A real store takes its time.
            tokio::task::yield_now().await;
            let mut objects = self.objects.lock().unwrap();
            let tag = objects.get(key).map(|(_, writes)| format!("tag {writes}"));
            let holds = match condition {
                Condition::Absent => tag.is_none(),
                Condition::Unchanged(wanted) => tag.as_ref() == Some(wanted),
            };
            if !holds {
                return Ok(Put::Refused);
            }
            let writes = objects.get(key).map_or(0, |(_, writes)| *writes) + 1;
            objects.insert(key.to_owned(), (bytes, writes));
            if self.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
            {
                return Err(Failure::new("s3:PutObject", GapReason::Unreachable, "the connection broke"));
            }
            Ok(Put::Written(format!("tag {writes}")))
        })
    }

    fn seal<'a>(&'a self, key: &'a str, bytes: Vec<u8>, _: &'a str) -> BoxFuture<'a, Result<Put, Failure>> {
        self.put(key, bytes, &Condition::Absent)
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, Failure>> {
        Box::pin(async move {
            self.answers()?;
            let objects = self.objects.lock().unwrap();
            let object = |(bytes, writes): &(Vec<u8>, u32)| Object {
                bytes: bytes.clone(),
                tag: format!("tag {writes}"),
                modified: None,
            };
            Ok(objects.get(key).map(object))
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        Box::pin(async move {
            self.answers()?;
            Ok(self.objects.lock().unwrap().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
        })
    }
}

/// The clocks of one machine.
pub(crate) struct Clocks {
    origin: Instant,
    /// Seconds that the wall's clock is ahead.
    ahead: Arc<AtomicI64>,
}

impl Clocks {
    pub(crate) fn new() -> Self {
        Self { origin: Instant::now(), ahead: Arc::default() }
    }

    /// The machine sleeps: only the wall's clock goes on.
    pub(crate) fn sleep(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::SeqCst);
    }

    pub(crate) fn moments(&self) -> Moments {
        let (origin, ahead) = (self.origin, Arc::clone(&self.ahead));
        Box::new(move || {
            let run = origin.elapsed();
            let gone = SignedDuration::try_from(run).unwrap();
            let began: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
            Moment { run, wall: began + gone + SignedDuration::from_secs(ahead.load(Ordering::SeqCst)) }
        })
    }
}

fn place() -> Place {
    Place { prefix: "p".to_owned(), run: "r".to_owned() }
}

async fn journal(shelf: &Arc<Shelf>, clocks: &Clocks, name: &str) -> SharedJournal {
    let store: Arc<dyn Objects> = Arc::<Shelf>::clone(shelf);
    let holder = Holder { name: name.to_owned(), id: name.to_owned() };
    let (_, replayed) = read(&*store, &place()).await.unwrap();
    let found = crate::executor::lease::read(&*store, "p/r/lease.json").await.unwrap();
    let before = found.as_ref().map(|found| (found, replayed.generation));
    let keeper =
        Keeper::take(Arc::clone(&store), "p/r/lease.json", holder, before, Term::default(), clocks.moments());
    let keeper = keeper.await.unwrap();
    let journal = SharedJournal::after(store, place(), keeper, replayed.head, None).await;
    let entry = if found.is_none() {
        begun()
    } else {
        Entry::Held { by: name.to_owned(), took_over: true, break_glass: None }
    };
    journal.append(at(), entry).await.unwrap();
    journal
}

fn at() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn begun() -> Entry {
    Entry::Begun(Begun::of("r", &sample::plan()))
}

fn intent(step: usize) -> Entry {
    Entry::Intent { step: format!("s/{step}"), attempt: 1, alternative: 0 }
}

#[tokio::test(start_paused = true)]
async fn records_that_are_appended_at_once_are_one_object() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let journal = journal(&shelf, &clocks, "a").await;
    let all = futures_util::future::join_all((0..20).map(|step| journal.append(at(), intent(step)))).await;
    assert!(all.iter().all(Result::is_ok));
    let keys = shelf.list("p/r/journal/").await.unwrap();
    assert!(keys.len() <= 3, "{keys:?}");
    let (_, replayed) = read(&*shelf, &place()).await.unwrap();
    assert_eq!(replayed.records.len(), 21);
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_answer_was_lost_is_read_and_not_written_twice() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let journal = journal(&shelf, &clocks, "a").await;
    shelf.lose_answers(1);
    journal.append(at(), intent(0)).await.unwrap();
    journal.append(at(), intent(1)).await.unwrap();
    assert_eq!(read(&*shelf, &place()).await.unwrap().1.records.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_number_that_another_has_written_ends_the_run_here() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let first = journal(&shelf, &clocks, "a").await;
    // By force, while the first still believes in its lease.
    let second = journal(&shelf, &clocks, "b").await;
    let lost = first.append(at(), intent(0)).await.unwrap_err();
    assert!(lost.0.contains("another process has written record 1"), "{lost}");
    assert!(first.append(at(), intent(1)).await.is_err());
    second.append(at(), intent(0)).await.unwrap();
    let (_, replayed) = read(&*shelf, &place()).await.unwrap();
    assert_eq!(replayed.generation, 2);
    assert!(replayed.records.iter().skip(1).all(|record| record.generation == 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_or_was_changed_is_named() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let journal = journal(&shelf, &clocks, "a").await;
    for step in 0..3 {
        journal.append(at(), intent(step)).await.unwrap();
    }
    let key = place().record(2);
    let sound = shelf.get(&key).await.unwrap().unwrap().bytes;
    let said = async || read(&*shelf, &place()).await.unwrap_err().to_string();
    shelf.set(&key, None);
    let missing = "p/r/journal/0000000002.jsonl is missing: p/r/journal/0000000003.jsonl is there instead";
    assert_eq!(said().await, missing);
    shelf.set(&key, sound.get(..sound.len() - 4));
    assert!(said().await.contains("its end is missing"));
    let mut changed = sound.clone();
    changed[20] ^= 1;
    shelf.set(&key, Some(&changed));
    assert!(said().await.contains("line 3 of the journal"), "{}", said().await);
    shelf.set(&key, Some(&sound));
    assert!(read(&*shelf, &place()).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_ends_the_run_before_the_effect() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let journal = journal(&shelf, &clocks, "a").await;
    shelf.silence(true);
    assert!(journal.append(at(), intent(0)).await.is_err());
    shelf.silence(false);
    assert!(journal.append(at(), intent(1)).await.is_err(), "nothing is chained to what may not be there");
    assert_eq!(read(&*shelf, &place()).await.unwrap().1.records.len(), 1);
}

/// Between its lease and its first record nothing of the new holder stands in the way of the one that was paused.
#[tokio::test(start_paused = true)]
async fn rule_6_a_holder_whose_lease_was_taken_writes_no_record() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let paused = journal(&shelf, &clocks, "a").await;
    clocks.sleep(60);
    let store: Arc<dyn Objects> = Arc::<Shelf>::clone(&shelf);
    let found = crate::executor::lease::read(&*store, "p/r/lease.json").await.unwrap().unwrap();
    let holder = Holder { name: "b".to_owned(), id: "b".to_owned() };
    let before = Some((&found, 1));
    let next = Keeper::take(store, "p/r/lease.json", holder, before, Term::default(), clocks.moments());
    assert_eq!(next.await.unwrap().generation().await, 2);
    let lost = paused.append(at(), intent(0)).await.unwrap_err();
    assert!(lost.0.contains("taken over"), "{lost}");
    assert_eq!(read(&*shelf, &place()).await.unwrap().1.records.len(), 1);
}
