//! Which step may begin: its needs are done, and its pool has a place. Among those that may, the one with the longest
//! way behind it goes first.

use std::collections::{BTreeSet, HashMap};

use crate::plan::action::Action;
use crate::plan::step::Step;

/// A pool of places that steps hold while they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Pool {
    /// Steps that only wait, ask or join: as many as there are.
    Free,
    /// What a running engine does at once (`-parallelism`).
    Engine,
}

impl Pool {
    fn of(action: &Action) -> Self {
        if matches!(action, Action::Engine { .. }) { Self::Engine } else { Self::Free }
    }
}

/// A plan's steps and which of them wait for what.
pub(super) struct Schedule {
    /// Steps that each step is needed by.
    dependants: Vec<Vec<usize>>,
    /// Needs of each step that are not done.
    waiting: Vec<usize>,
    pools: Vec<Pool>,
    /// Seconds from the begin of a step to the end of the longest way behind it.
    ways: Vec<u64>,
    /// Ready steps of each pool, longest way first.
    ready: HashMap<Pool, BTreeSet<(std::cmp::Reverse<u64>, usize)>>,
    places: usize,
}

impl Schedule {
    /// Of a plan's steps, where each need stands before its step; `places` is the engine's parallelism.
    #[must_use]
    pub(super) fn new(steps: &[Step], places: usize) -> Self {
        let at: HashMap<&str, usize> =
            steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
        let mut dependants = vec![Vec::new(); steps.len()];
        let mut waiting = vec![0; steps.len()];
        for (step, own) in steps.iter().enumerate() {
            for need in own.needs.iter().filter_map(|need| at.get(need.as_str())) {
                dependants[*need].push(step);
                waiting[step] += 1;
            }
        }
        let mut ways = vec![0; steps.len()];
        for step in (0..steps.len()).rev() {
            let behind = dependants[step].iter().map(|next| ways[*next]).max().unwrap_or(0);
            ways[step] = steps[step].estimate.p50_seconds + behind;
        }
        let mut schedule = Self {
            dependants,
            waiting,
            pools: steps.iter().map(|step| Pool::of(&step.action)).collect(),
            ways,
            ready: HashMap::new(),
            places: places.max(1),
        };
        for step in 0..steps.len() {
            if schedule.waiting[step] == 0 {
                schedule.put(step);
            }
        }
        schedule
    }

    fn put(&mut self, step: usize) {
        let entry = (std::cmp::Reverse(self.ways[step]), step);
        self.ready.entry(self.pools[step]).or_default().insert(entry);
    }

    /// Takes the next step that may begin.
    pub(super) fn begin(&mut self) -> Option<usize> {
        for pool in [Pool::Free, Pool::Engine] {
            if pool == Pool::Engine && self.places == 0 {
                continue;
            }
            if let Some((_, step)) = self.ready.get_mut(&pool).and_then(BTreeSet::pop_first) {
                if pool == Pool::Engine {
                    self.places -= 1;
                }
                return Some(step);
            }
        }
        None
    }

    /// Gives a step's place back; what needs it goes on waiting.
    pub(super) fn leave(&mut self, step: usize) {
        if self.pools[step] == Pool::Engine {
            self.places += 1;
        }
    }

    /// A step is done: what needed it may be ready.
    pub(super) fn done(&mut self, step: usize) {
        for next in std::mem::take(&mut self.dependants[step]) {
            self.waiting[next] -= 1;
            if self.waiting[next] == 0 {
                self.put(next);
            }
        }
    }
}
