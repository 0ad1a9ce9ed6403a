//! A simulated region: a small world with rules, in whatever time tokio's clock shows.
//!
//! It is a model and no list of answers: what is made takes its time, is not seen everywhere at once, and is refused
//! where AWS refuses it. Nothing in it is random but for the seed. What it cannot show is real waits and real quotas.

mod data;
mod engine;
mod kube;
mod mishaps;
mod proofs;
mod restore;
mod setup;
#[cfg(test)]
mod tests;
mod traffic;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

use crate::model::target::{Acted, Mark, Outputs, Progress, TargetError};
pub use setup::{Break, Mishap, RecordKey, Setup};

/// Effects that take longer are taken on at once, and are done later.
const AT_ONCE: Duration = Duration::from_secs(5);

/// A simulated region.
pub struct Region {
    setup: Setup,
    world: Mutex<World>,
}

/// What is in the region, and what was done to it.
struct World {
    random: ChaCha8Rng,
    /// Made by the run, by what it is: an address, a database's identifier, an object.
    things: BTreeMap<String, Thing>,
    secrets: BTreeMap<String, BTreeMap<String, String>>,
    standalone: BTreeSet<String>,
    replicas: BTreeSet<String>,
    records: BTreeMap<RecordKey, String>,
    trusted: BTreeMap<String, BTreeSet<String>>,
    groups: BTreeSet<String>,
    points: BTreeSet<String>,
    unusable: BTreeSet<String>,
    exhausted: BTreeSet<String>,
    denied: BTreeSet<String>,
    /// Mishaps that are to come: when, where that is known already.
    mishaps: Vec<(Option<Instant>, Mishap)>,
    effects: Vec<Effect>,
}

/// Something that was made.
#[derive(Clone, Debug)]
struct Thing {
    /// Who made it; `None` where others did.
    by: Option<String>,
    /// When it is done.
    done: Instant,
    /// From when on it is seen.
    seen: Instant,
    /// The service's word until then.
    word: &'static str,
    outputs: BTreeMap<String, String>,
}

/// An effect that was had: for tests, which count them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The step that had it.
    pub step: String,
    /// What changed.
    pub what: String,
}

impl Region {
    /// A region as it is set up.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let things = setup.databases.iter().map(|(name, by)| {
            let now = Instant::now();
            let thing =
                Thing { by: by.clone(), done: now, seen: now, word: "available", outputs: BTreeMap::new() };
            (database(name), thing)
        });
        let world = World {
            random: ChaCha8Rng::seed_from_u64(setup.seed),
            things: things.collect(),
            secrets: BTreeMap::new(),
            standalone: BTreeSet::new(),
            replicas: setup.replicas.clone(),
            records: setup.records.clone(),
            trusted: BTreeMap::new(),
            groups: setup.groups.clone(),
            points: setup.points.clone(),
            unusable: setup.unusable.clone(),
            exhausted: setup.exhausted.clone(),
            denied: setup.denied.clone(),
            mishaps: setup.mishaps.iter().map(|mishap| (None, mishap.clone())).collect(),
            effects: Vec::new(),
        };
        Self { setup, world: Mutex::new(world) }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A test that panicked while it held the world has failed already.
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.break_what_is_due();
        world
    }

    /// Every effect that was had, in order.
    #[must_use]
    pub fn effects(&self) -> Vec<Effect> {
        self.world().effects.clone()
    }

    /// Deletes a recovery point, as a retention rule does in the middle of a run.
    pub fn delete_point(&self, id: &str) {
        self.world().points.remove(id);
    }

    /// Whether a recovery point is there and its key may be used.
    #[must_use]
    pub fn has_point(&self, id: &str) -> bool {
        let world = self.world();
        world.points.contains(id) && !world.unusable.contains(id)
    }

    /// What a record is now.
    #[must_use]
    pub fn record(&self, key: &RecordKey) -> Option<String> {
        self.world().records.get(key).cloned()
    }

    /// All that is there, as text: two worlds in which the same came to be are equal in it.
    #[must_use]
    pub fn state(&self) -> String {
        let world = self.world();
        let things: Vec<_> = world.things.iter().map(|(key, thing)| (key, &thing.outputs)).collect();
        format!(
            "{things:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}",
            world.secrets, world.standalone, world.records, world.trusted
        )
    }

    /// How long an effect of a step takes.
    fn duration(&self, mark: &Mark) -> Duration {
        self.setup.durations.get(&mark.step).copied().unwrap_or(Duration::from_secs(1))
    }

    /// What a role may not do.
    fn check_allowed(&self, service: &'static str, call: &str) -> Result<(), TargetError> {
        if self.world().denied.contains(service) {
            let message = format!("the role that drplan runs as may not call {call}");
            return Err(fault(service, call, "AccessDenied", 403, message));
        }
        Ok(())
    }

    /// Looks for what a step makes: not there, under way, or done.
    fn find(&self, key: &str) -> Found {
        let world = self.world();
        let now = Instant::now();
        match world.things.get(key) {
            None => Found::Absent,
            Some(thing) if thing.seen > now => Found::Absent,
            Some(thing) if thing.done > now => Found::Underway {
                by: thing.by.clone(),
                progress: Progress { status: thing.word.to_owned(), again_in: None },
            },
            Some(thing) => Found::There { by: thing.by.clone(), outputs: thing.outputs.clone() },
        }
    }

    /// Whether this step made it before, seen or not: what a client token tells a service.
    fn has_made(&self, key: &str, mark: &Mark) -> bool {
        self.world().things.get(key).is_some_and(|thing| thing.by.as_ref() == Some(&mark.token))
    }

    /// Has an effect: once, whoever asks how often. What takes long is taken on, and is done later.
    async fn have(&self, key: String, mark: &Mark, word: &'static str, outputs: Outputs) -> Acted {
        if self.has_made(&key, mark) {
            return Acted::Accepted;
        }
        let takes = self.make(key, mark, word, outputs.clone());
        if takes > AT_ONCE {
            return Acted::Accepted;
        }
        tokio::time::sleep(takes).await;
        Acted::Done(outputs)
    }

    /// Makes something; how long it takes until it is done.
    fn make(
        &self,
        key: String,
        mark: &Mark,
        word: &'static str,
        outputs: BTreeMap<String, String>,
    ) -> Duration {
        let takes = self.duration(mark);
        let mut world = self.world();
        let lag = Duration::from_millis(u64::from(world.random.next_u32() % 2_000));
        let now = Instant::now();
        let seen = if takes > AT_ONCE { now + lag } else { now };
        world.effects.push(Effect { step: mark.step.clone(), what: key.clone() });
        let by = Some(mark.token.clone());
        world.things.insert(key, Thing { by, done: now + takes, seen, word, outputs });
        takes
    }
}

/// What was found.
enum Found {
    Absent,
    Underway { by: Option<String>, progress: Progress },
    There { by: Option<String>, outputs: BTreeMap<String, String> },
}

fn database(identifier: &str) -> String {
    format!("database {identifier}")
}

fn fault(service: &'static str, call: &str, code: &str, status: u16, message: String) -> TargetError {
    TargetError {
        service,
        call: call.to_owned(),
        code: code.to_owned(),
        status: Some(status),
        message,
        retry_after: None,
    }
}

/// A value that the region gives an attribute.
fn value(subject: &str, pointer: &str) -> String {
    format!("sim{pointer}@{subject}")
}
