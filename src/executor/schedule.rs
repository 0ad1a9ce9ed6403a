//! Which step may begin: its needs are done, and its pool has a place. Among those that may, the one with the longest
//! way behind it goes first.
//!
//! The engine's last place is kept for the longest way of all while that decides when the run ends: a step on it that
//! is ready a moment later would else wait for whatever took the place.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

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
    /// Seconds that each step is expected to take.
    takes: Vec<u64>,
    /// Ready steps of each pool, longest way first.
    ready: HashMap<Pool, BTreeSet<(std::cmp::Reverse<u64>, usize)>>,
    /// When each running step began.
    running: BTreeMap<usize, Duration>,
    /// Seconds that the engine's steps take which have not begun.
    work: u64,
    /// The engine's places, and those of them that are free.
    all_places: usize,
    places: usize,
}

/// Percent of the longest way: a step whose own way is shorter is not urgent.
const URGENT: u64 = 95;
/// Percent of the longest way: where the engine's work takes longer on one place less, every place is used.
const DECIDES: u64 = 90;

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
            takes: steps.iter().map(|step| step.estimate.p50_seconds).collect(),
            ready: HashMap::new(),
            running: BTreeMap::new(),
            work: 0,
            all_places: places.max(1),
            places: places.max(1),
        };
        let engine = schedule.pools.iter().zip(&schedule.takes).filter(|(pool, _)| **pool == Pool::Engine);
        schedule.work = engine.map(|(_, takes)| takes).sum();
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

    /// Takes the next step that may begin; `now` is the time on any clock that does not go back.
    pub(super) fn begin(&mut self, now: Duration) -> Option<usize> {
        for pool in [Pool::Free, Pool::Engine] {
            if pool == Pool::Engine && (self.places == 0 || self.keeps_the_last_place(now)) {
                continue;
            }
            if let Some((_, step)) = self.ready.get_mut(&pool).and_then(BTreeSet::pop_first) {
                if pool == Pool::Engine {
                    self.places -= 1;
                    self.work = self.work.saturating_sub(self.takes[step]);
                }
                self.running.insert(step, now);
                return Some(step);
            }
        }
        None
    }

    /// Whether the engine's last place is kept though steps are ready for it.
    fn keeps_the_last_place(&self, now: Duration) -> bool {
        if self.places != 1 || self.all_places == 1 {
            return false;
        }
        let Some((next, _)) = self.ready.get(&Pool::Engine).and_then(BTreeSet::first) else { return false };
        let left = |step: usize, began: Duration| {
            self.takes[step].saturating_sub(now.saturating_sub(began).as_secs())
        };
        let (mut longest, mut work) = (next.0, self.work);
        for (step, began) in &self.running {
            let left = left(*step, *began);
            longest = longest.max(self.ways[*step] - self.takes[*step] + left);
            if self.pools[*step] == Pool::Engine {
                work += left;
            }
        }
        let others = u64::try_from(self.all_places - 1).unwrap_or(u64::MAX);
        next.0 * 100 < longest * URGENT && longest * others * DECIDES > work * 100
    }

    /// Gives a step's place back; what needs it goes on waiting.
    pub(super) fn leave(&mut self, step: usize) {
        self.running.remove(&step);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample;

    /// Engine steps that take so many seconds and need those before them by their places.
    fn schedule(steps: &[(u64, &[usize])], places: usize) -> Schedule {
        let plan = sample::plan();
        let engine = plan.steps.iter().find(|step| matches!(step.action, Action::Engine { .. })).unwrap();
        let made = steps.iter().enumerate().map(|(at, (takes, needs))| {
            let mut step = engine.clone();
            step.id = at.to_string();
            step.estimate.p50_seconds = *takes;
            step.needs = needs.iter().map(usize::to_string).collect();
            step
        });
        Schedule::new(&made.collect::<Vec<_>>(), places)
    }

    const START: Duration = Duration::ZERO;

    #[test]
    fn the_longest_way_goes_first_and_needs_are_waited_for() {
        let mut schedule = schedule(&[(5, &[]), (1, &[]), (50, &[1])], 2);
        assert_eq!((schedule.begin(START), schedule.begin(START)), (Some(1), Some(0)));
        assert_eq!(schedule.begin(START), None);
        schedule.leave(1);
        schedule.done(1);
        assert_eq!(schedule.begin(Duration::from_secs(1)), Some(2));
    }

    #[test]
    fn the_last_place_is_kept_for_the_longest_way_while_that_decides() {
        let mut schedule = schedule(&[(100, &[]), (900, &[0]), (300, &[]), (300, &[])], 3);
        assert_eq!((schedule.begin(START), schedule.begin(START)), (Some(0), Some(2)));
        assert_eq!(schedule.begin(START), None, "two places do what is beside the way in time");
        schedule.leave(0);
        schedule.done(0);
        let later = Duration::from_secs(100);
        assert_eq!((schedule.begin(later), schedule.begin(later)), (Some(1), None));
        schedule.leave(2);
        assert_eq!(schedule.begin(Duration::from_secs(300)), Some(3));
    }

    #[test]
    fn every_place_is_used_where_the_work_decides_or_there_is_but_one() {
        let steps: Vec<(u64, &[usize])> =
            [(100, &[][..]), (200, &[0])].into_iter().chain([(90, &[][..]); 20]).collect();
        let mut many = schedule(&steps, 3);
        assert!((0..3).all(|_| many.begin(START).is_some()));
        let mut one = schedule(&[(10, &[]), (900, &[0]), (5, &[])], 1);
        assert_eq!(one.begin(START), Some(0));
        one.leave(0);
        assert_eq!(one.begin(START), Some(2), "what needs a step that failed is not waited for");
    }
}
