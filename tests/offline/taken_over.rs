//! The example's run, killed at every point and taken over by another machine: by its records and its lease alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use drplan::clients::aws::Failure;
use drplan::clients::clock::{Clock, Moment, Moments};
use drplan::event::Ending;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::faults::{Faults, Faulty};
use drplan::executor::journal::Journal as _;
use drplan::executor::lease::{self, Holder, Keeper, Term};
use drplan::executor::requests::Requests;
use drplan::executor::shared::{Place, SharedJournal, read};
use drplan::executor::{Ended, Executor, Limits, Stop, Targets, people};
use drplan::plan::Plan;
use drplan::plan::journal::{Begun, Entry, Replayed};
use drplan::targets::objects::{Condition, Object, Objects, Put};
use drplan::targets::sim::Region;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use rayon::prelude::*;

/// Objects in memory, each with the number of its writes for a tag.
#[derive(Default)]
struct Shelf(Mutex<BTreeMap<String, (Vec<u8>, u32)>>);

impl Objects for Shelf {
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: &'a Condition,
    ) -> BoxFuture<'a, Result<Put, Failure>> {
        Box::pin(async move {
            // A real store takes its time.
            tokio::task::yield_now().await;
            let mut objects = self.0.lock().unwrap();
            let before = objects.get(key).map(|(_, writes)| *writes);
            let holds = match condition {
                Condition::Absent => before.is_none(),
                Condition::Unchanged(tag) => before.is_some_and(|writes| writes.to_string() == *tag),
            };
            if !holds {
                return Ok(Put::Refused);
            }
            let writes = before.unwrap_or(0) + 1;
            objects.insert(key.to_owned(), (bytes, writes));
            Ok(Put::Written(writes.to_string()))
        })
    }

    fn seal<'a>(&'a self, key: &'a str, bytes: Vec<u8>, _: &'a str) -> BoxFuture<'a, Result<Put, Failure>> {
        self.put(key, bytes, &Condition::Absent)
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, Failure>> {
        let found = self.0.lock().unwrap().get(key).cloned();
        let object = found.map(|(bytes, writes)| Object { bytes, tag: writes.to_string(), modified: None });
        Box::pin(async move { Ok(object) })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        let keys = self.0.lock().unwrap().keys().filter(|key| key.starts_with(prefix)).cloned().collect();
        Box::pin(async move { Ok(keys) })
    }
}

/// The clocks of a machine that is started now.
fn clocks() -> Moments {
    let origin = tokio::time::Instant::now();
    Box::new(move || {
        let run = origin.elapsed();
        let began: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        Moment { run, wall: began + SignedDuration::try_from(run).unwrap() }
    })
}

fn place() -> Place {
    Place { prefix: "p".to_owned(), run: "r".to_owned() }
}

/// What a run came to.
struct Came {
    ended: Ended,
    state: String,
    effects: BTreeMap<String, usize>,
    records: Replayed,
    taken_over: bool,
}

/// What all machines see.
struct World<'w> {
    plan: &'w Plan,
    region: Region,
    shelf: Arc<Shelf>,
    faults: &'w Faults,
    clock: Clock,
}

impl World<'_> {
    fn store(&self) -> Arc<dyn Objects> {
        Arc::<Shelf>::clone(&self.shelf)
    }

    /// One machine: with the lease that it takes, from where the records stand; `None` where it dies.
    async fn machine(&self, name: &str, found: Option<&lease::Found>) -> Option<Ended> {
        let clocks = clocks();
        let (_, replayed) = read(&*self.store(), &place()).await.unwrap();
        let holder = Holder { name: name.to_owned(), id: name.to_owned() };
        let before = found.map(|found| (found, replayed.generation));
        let key = place().lease();
        let keeper = Keeper::take(self.store(), &key, holder, before, Term::default(), clocks).await;
        let keeper = keeper.unwrap();
        // Only now nobody else writes.
        let (_, replayed) = read(&*self.store(), &place()).await.unwrap();
        let head = replayed.head.clone();
        let journal = SharedJournal::after(self.store(), place(), keeper, head, None).await;
        let faulty = Faulty { inner: &self.region, faults: self.faults, journal: &journal };
        let requests = Requests::new(self.plan, &NoBodies);
        let stop = Stop::new();
        let executor = Executor {
            plan: self.plan,
            run: "r",
            requests: &requests,
            targets: Targets {
                proofs: &faulty,
                engine: &faulty,
                data: &faulty,
                traffic: &faulty,
                kube: &faulty,
            },
            journal: &faulty,
            people: &people::Rehearsed,
            clock: self.clock,
            told: &|_| {},
            stop: &stop,
            limits: Limits::default(),
        };
        let first = match (&replayed.begun, found) {
            (Some(_), Some(_)) => Entry::Held { by: name.to_owned(), took_over: true, break_glass: None },
            _ => Entry::Begun(Begun::of("r", self.plan)),
        };
        let run = async {
            faulty.append(self.clock.now(), first).await.ok()?;
            Some(executor.run(&replayed).await)
        };
        tokio::select! {
            biased;
            () = self.faults.crashed() => None,
            lost = journal.keeper().keep() => panic!("{lost}"),
            ended = run => ended,
        }
    }
}

async fn run(plan: &Plan, faults: &Faults) -> Came {
    let world = World {
        plan,
        region: Region::new(as_planned(plan, 7)),
        shelf: Arc::default(),
        faults,
        clock: Clock::starting(plan.created_at),
    };
    let first = world.machine("a", None).await;
    let taken_over = first.is_none();
    let ended = match first {
        Some(ended) => ended,
        None => {
            faults.next_process();
            let (clocks, term, store) = (clocks(), Term::default(), world.store());
            let began = clocks();
            let found = lease::wait_out(&*store, &place().lease(), term, &clocks, &|_, _| {}).await.unwrap();
            // The dead one's lease, whole, by the clock of the one that takes over.
            assert!(clocks().since(began) >= term.length + term.skew);
            world.machine("b", Some(&found)).await.expect("nobody dies twice")
        }
    };
    let mut effects = BTreeMap::new();
    for effect in world.region.effects() {
        *effects.entry(effect.step).or_default() += 1;
    }
    let (_, records) = read(&*world.store(), &place()).await.unwrap();
    Came { ended, state: world.region.state(), effects, records, taken_over }
}

fn in_virtual_time(plan: &Plan, faults: &Faults) -> Came {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(run(plan, faults))
}

/// Killed before and after every effect and every record; the other machine waits the lease out, and goes on: the same end,
/// and nothing twice.
#[test]
fn a_crash_at_any_point_is_taken_over_and_nothing_is_done_twice() {
    let plan = crate::drill::example();
    let undisturbed = in_virtual_time(plan, &Faults::none());
    assert_eq!(undisturbed.ended.how, Ending::Done, "{:?}", undisturbed.ended);
    assert!(!undisturbed.taken_over);
    let effects: usize = undisturbed.effects.values().sum();
    let points = 2 * (effects + undisturbed.records.records.len());
    assert!(points > 1_000, "{points}");
    (0..points as u64).into_par_iter().for_each(|point| {
        let came = in_virtual_time(plan, &Faults::crash_at(point));
        assert!(came.taken_over, "no crash at {point}");
        assert_eq!(came.ended.how, Ending::Done, "crashed at {point}: {:?}", came.ended);
        assert_eq!(came.state, undisturbed.state, "crashed at {point}");
        assert_eq!(came.effects, undisturbed.effects, "crashed at {point}");
        assert_eq!(came.records.ended.as_deref(), Some("done"), "crashed at {point}");
        assert_eq!(came.records.generation, 2, "crashed at {point}");
    });
}
