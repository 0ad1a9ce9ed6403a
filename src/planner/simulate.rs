//! One run of a plan's schedule: which step starts when, under the engine's parallelism and the rate budgets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::facts::Facts;
use super::schedule;
use crate::plan::action::Action;
use crate::plan::step::{EstimateSource, Step};

/// What a running engine does at once unless told otherwise (`-parallelism`).
const PARALLELISM: u32 = 10;
/// Calls that change a service at once: the rate budgets of the executor.
const AT_ONCE: usize = 8;
/// A default counts against a verdict where it is more than one part in so many of the longest way
/// (docs/configuration.md, `estimate`).
const WEIGHTY_TENTH: u64 = 10;

/// A plan's steps as the simulation needs them.
pub(super) struct Run<'r> {
    pub(super) steps: &'r [Step],
    /// What each step needs.
    needs: Vec<Vec<usize>>,
    /// How many of them it waits for at first.
    counts: Vec<u32>,
    /// What waits for each step, one after another, and where each step's part begins: a run goes over all of it, and a
    /// forecast is up to a thousand runs.
    dependants: Vec<u32>,
    begins: Vec<u32>,
    /// Which pool a step takes a place in: 0 none, 1 the engine, 2 the services.
    pools: Vec<u8>,
    places: [usize; 3],
}

impl<'r> Run<'r> {
    pub(super) fn new(facts: &Facts<'_, '_>, steps: &'r [Step]) -> Self {
        let parallelism = facts.input.settings.terraform.parallelism.unwrap_or(PARALLELISM).max(1) as usize;
        let pools = steps
            .iter()
            .map(|step| match step.action {
                Action::Engine { .. } => 1,
                Action::Join { .. }
                | Action::Gate { .. }
                | Action::AwaitReady { .. }
                | Action::ResolveName { .. } => 0,
                _ => 2,
            })
            .collect();
        let (mut needs, mut counts) = (Vec::with_capacity(steps.len()), Vec::with_capacity(steps.len()));
        let (mut dependants, mut begins) = (Vec::new(), vec![0]);
        for (before, after) in schedule::edges(steps) {
            counts.push(number(before.len()));
            needs.push(before);
            dependants.extend(after.into_iter().map(number));
            begins.push(number(dependants.len()));
        }
        let places = [usize::MAX, parallelism, AT_ONCE];
        Self { steps, needs, counts, dependants, begins, pools, places }
    }

    /// Start and end of each step: ready ones start in the plan's order as places become free.
    pub(super) fn simulate<'s>(&self, durations: &[f64], scratch: &'s mut Scratch) -> &'s [(f64, f64)] {
        let Scratch { times, waiting, ready, running, durations: _ } = scratch;
        times.clear();
        times.resize(self.steps.len(), (0.0, 0.0));
        waiting.clone_from(&self.counts);
        let mut free = self.places;
        ready.iter_mut().for_each(|pool| pool.empty(self.steps.len()));
        for (at, count) in waiting.iter().enumerate() {
            if *count == 0 {
                ready[usize::from(self.pools[at])].insert(at);
            }
        }
        let mut now = 0.0;
        loop {
            for pool in 0..3 {
                while free[pool] > 0
                    && let Some(at) = ready[pool].pop_first()
                {
                    if pool > 0 {
                        free[pool] -= 1;
                    }
                    let end = now + durations[at];
                    times[at] = (now, end);
                    running.push(Reverse((micros(end), number(at))));
                }
            }
            let Some(Reverse((_, at))) = running.pop() else { return times };
            let at = at as usize;
            now = times[at].1.max(now);
            let pool = usize::from(self.pools[at]);
            if pool > 0 {
                free[pool] += 1;
            }
            for next in &self.dependants[self.begins[at] as usize..self.begins[at + 1] as usize] {
                let left = &mut waiting[*next as usize];
                *left -= 1;
                if *left == 0 {
                    ready[usize::from(self.pools[*next as usize])].insert(*next as usize);
                }
            }
        }
    }

    /// From the step that ends last back along the need that ended last.
    pub(super) fn critical_path(&self, times: &[(f64, f64)]) -> Vec<usize> {
        let all: Vec<usize> = (0..self.steps.len()).collect();
        self.path_to(times, &all)
    }

    pub(super) fn path_to(&self, times: &[(f64, f64)], ends: &[usize]) -> Vec<usize> {
        let latest = |candidates: &[usize]| {
            candidates
                .iter()
                .copied()
                .max_by(|a, b| times[*a].1.total_cmp(&times[*b].1).then_with(|| b.cmp(a)))
        };
        let mut path = Vec::new();
        let mut next = latest(ends);
        while let Some(at) = next {
            path.push(at);
            next = latest(&self.needs[at]);
        }
        path.reverse();
        path
    }

    /// Steps that make up more than a tenth of the way, and whose time is only a default of drplan's.
    pub(super) fn guessed(&self, path: &[usize]) -> impl Iterator<Item = &Step> {
        let whole: u64 = path.iter().map(|at| self.steps[*at].estimate.p50_seconds).sum();
        path.iter().map(|at| &self.steps[*at]).filter(move |step| {
            step.estimate.source == EstimateSource::Default
                && step.estimate.p50_seconds * WEIGHTY_TENTH > whole
        })
    }
}

/// What one run after another works in; kept for its capacity.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) durations: Vec<f64>,
    times: Vec<(f64, f64)>,
    waiting: Vec<u32>,
    ready: [Ready; 3],
    /// Ends in microseconds, so that they have an order.
    running: BinaryHeap<Reverse<(u64, u32)>>,
}

/// Steps that are ready, as bits, and which words of them have any: thousands wait for a place at once, and a heap of
/// them was what a run spent its time on.
#[derive(Default)]
struct Ready {
    words: Vec<u64>,
    /// A bit for each word that is not zero.
    used: Vec<u64>,
}

impl Ready {
    fn empty(&mut self, steps: usize) {
        let words = steps.div_ceil(64);
        self.words.clear();
        self.words.resize(words, 0);
        self.used.clear();
        self.used.resize(words.div_ceil(64), 0);
    }

    fn insert(&mut self, at: usize) {
        self.words[at / 64] |= 1 << (at % 64);
        self.used[at / 4_096] |= 1 << (at / 64 % 64);
    }

    /// Takes the first in the plan's order.
    fn pop_first(&mut self) -> Option<usize> {
        let (high, used) = self.used.iter_mut().enumerate().find(|(_, used)| **used != 0)?;
        let middle = used.trailing_zeros();
        let word = &mut self.words[high * 64 + middle as usize];
        let low = word.trailing_zeros();
        *word &= *word - 1;
        if *word == 0 {
            *used &= *used - 1;
        }
        Some((high * 64 + middle as usize) * 64 + low as usize)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and short")]
fn micros(seconds: f64) -> u64 {
    (seconds * 1e6) as u64
}

/// An index or count of steps.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Ready;

    proptest! {
        #[test]
        fn ready_steps_come_in_the_plan_s_order(steps in prop::collection::vec(0_usize..9_000, 0..300), again in 0_usize..9_000) {
            let mut ready = Ready::default();
            ready.empty(9_000);
            let mut expected: std::collections::BTreeSet<usize> = steps.iter().copied().collect();
            steps.iter().for_each(|at| ready.insert(*at));
            for _ in 0..expected.len() / 2 {
                prop_assert_eq!(ready.pop_first(), expected.pop_first());
            }
            ready.insert(again);
            expected.insert(again);
            while let Some(first) = expected.pop_first() {
                prop_assert_eq!(ready.pop_first(), Some(first));
            }
            prop_assert_eq!(ready.pop_first(), None);
            ready.empty(64);
            prop_assert_eq!(ready.pop_first(), None);
        }
    }
}
