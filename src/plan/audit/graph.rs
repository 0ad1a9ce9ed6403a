//! The steps as a graph, and what comes after what.

use crate::plan::step::Step;
use foldhash::{HashMap, HashMapExt};

/// Steps by position, with their needs as positions.
pub(super) struct Graph<'p> {
    /// The steps, in the plan's order.
    pub(super) steps: &'p [Step],
    positions: HashMap<&'p str, usize>,
    /// `edges[starts[i]..starts[i + 1]]` are the needs of step `i`.
    starts: Vec<usize>,
    edges: Vec<usize>,
    /// Every step after all that it needs; shorter than `steps` where some need themselves.
    order: Vec<usize>,
}

/// Sources that are followed in one pass.
const LANES: usize = 256;
type Lanes = [u64; LANES / 64];

impl<'p> Graph<'p> {
    /// Reads the steps. Needs that name no step, and second steps of the same id, are left to [`super::order`].
    pub(super) fn read(steps: &'p [Step]) -> Self {
        let mut positions = HashMap::with_capacity(steps.len());
        for (position, step) in steps.iter().enumerate() {
            positions.entry(step.id.as_str()).or_insert(position);
        }
        let mut starts = Vec::with_capacity(steps.len() + 1);
        let mut edges = Vec::new();
        for step in steps {
            starts.push(edges.len());
            edges.extend(step.needs.iter().filter_map(|need| positions.get(need.as_str()).copied()));
        }
        starts.push(edges.len());
        let mut graph = Self { steps, positions, starts, edges, order: Vec::new() };
        graph.order = graph.topological();
        graph
    }

    /// Position of a step.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// The id of a position, for messages.
    pub(super) fn id(&self, position: usize) -> &'p str {
        self.steps.get(position).map_or("", |step| step.id.as_str())
    }

    /// Positions of what a step needs.
    pub(super) fn needs(&self, position: usize) -> &[usize] {
        let from = self.starts.get(position).copied().unwrap_or(0);
        let to = self.starts.get(position + 1).copied().unwrap_or(from);
        self.edges.get(from..to).unwrap_or(&[])
    }

    /// Whether no step needs itself.
    pub(super) fn is_acyclic(&self) -> bool {
        self.order.len() == self.steps.len()
    }

    /// Kahn's algorithm.
    fn topological(&self) -> Vec<usize> {
        let count = self.steps.len();
        let mut open: Vec<usize> = (0..count).map(|position| self.needs(position).len()).collect();
        // Dependants in the same packed form as the needs.
        let mut starts = vec![0_usize; count + 1];
        for need in &self.edges {
            if let Some(start) = starts.get_mut(need + 1) {
                *start += 1;
            }
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut filled = starts.clone();
        let mut dependants = vec![0_usize; self.edges.len()];
        for position in 0..count {
            for need in self.needs(position) {
                dependants[filled[*need]] = position;
                filled[*need] += 1;
            }
        }
        let mut order: Vec<usize> = (0..count).filter(|position| open[*position] == 0).collect();
        let mut next = 0;
        while let Some(done) = order.get(next).copied() {
            next += 1;
            for dependant in dependants.get(starts[done]..starts[done + 1]).unwrap_or(&[]) {
                open[*dependant] -= 1;
                if open[*dependant] == 0 {
                    order.push(*dependant);
                }
            }
        }
        order
    }

    /// One circle, as ids in the order of the needs; empty where there is none.
    pub(super) fn circle(&self) -> Vec<&'p str> {
        let mut done = vec![false; self.steps.len()];
        for position in &self.order {
            done[*position] = true;
        }
        let Some(mut at) = done.iter().position(|done| !done) else { return Vec::new() };
        // Every step that is left needs another that is left, so walking along needs comes round.
        let mut seen: HashMap<usize, usize> = HashMap::new();
        let mut walk = Vec::new();
        loop {
            if let Some(first) = seen.insert(at, walk.len()) {
                return walk.split_off(first);
            }
            walk.push(self.id(at));
            match self.needs(at).iter().find(|need| !done[**need]) {
                Some(need) => at = *need,
                None => return walk,
            }
        }
    }

    /// For every step, whether it comes after at least one marked step.
    pub(super) fn after(&self, marked: impl Fn(&Step) -> bool) -> Vec<bool> {
        let marks: Vec<bool> = self.steps.iter().map(marked).collect();
        let mut after = vec![false; self.steps.len()];
        for position in &self.order {
            after[*position] = self.needs(*position).iter().any(|need| marks[*need] || after[*need]);
        }
        after
    }

    /// For every step, whether it comes after all of the sources.
    pub(super) fn after_all(&self, sources: &[usize]) -> Vec<bool> {
        let mut after = vec![true; self.steps.len()];
        let mut reach: Vec<Lanes> = vec![Lanes::default(); self.steps.len()];
        for batch in sources.chunks(LANES) {
            let lane_of: HashMap<usize, usize> =
                batch.iter().enumerate().map(|(lane, source)| (*source, lane)).collect();
            self.follow(&lane_of, &mut reach);
            for (after, lanes) in after.iter_mut().zip(&reach) {
                let met: u32 = lanes.iter().map(|lanes| lanes.count_ones()).sum();
                *after &= usize::try_from(met) == Ok(lane_of.len());
            }
        }
        after
    }

    /// The pairs of a step and another that it must come after, but does not.
    pub(super) fn missing(&self, pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
        // Most pairs are needs themselves. Steps with many needs are cheaper in the passes.
        const FEW: usize = 32;
        let mut open: Vec<(usize, usize)> = pairs
            .iter()
            .copied()
            .filter(|(step, source)| {
                let needs = self.needs(*step);
                needs.len() > FEW || !needs.contains(source)
            })
            .collect();
        open.sort_unstable_by_key(|(step, source)| (*source, *step));
        open.dedup();
        if open.is_empty() {
            return Vec::new();
        }
        let mut missing = Vec::new();
        let mut reach: Vec<Lanes> = vec![Lanes::default(); self.steps.len()];
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            let mut lane_of: HashMap<usize, usize> = HashMap::with_capacity(LANES);
            let mut taken = 0;
            for (_, source) in rest {
                let lanes = lane_of.len();
                if !lane_of.contains_key(source) {
                    if lanes == LANES {
                        break;
                    }
                    lane_of.insert(*source, lanes);
                }
                taken += 1;
            }
            self.follow(&lane_of, &mut reach);
            let (batch, later) = rest.split_at(taken);
            missing.extend(batch.iter().copied().filter(|(step, source)| {
                lane_of.get(source).is_none_or(|lane| reach[*step][lane / 64] & (1 << (lane % 64)) == 0)
            }));
            rest = later;
        }
        missing.sort_unstable();
        missing
    }

    /// Fills `reach` with the lanes of all sources that each step comes after.
    fn follow(&self, lane_of: &HashMap<usize, usize>, reach: &mut [Lanes]) {
        let mut own: Vec<Option<u16>> = vec![None; self.steps.len()];
        for (source, lane) in lane_of {
            own[*source] = u16::try_from(*lane).ok();
        }
        for position in &self.order {
            let mut lanes = Lanes::default();
            for need in self.needs(*position) {
                for (lane, from) in lanes.iter_mut().zip(reach[*need]) {
                    *lane |= from;
                }
                if let Some(lane) = own[*need].map(usize::from) {
                    lanes[lane / 64] |= 1 << (lane % 64);
                }
            }
            reach[*position] = lanes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample;
    use proptest::prelude::*;

    fn steps(needs: &[Vec<usize>]) -> Vec<Step> {
        let named = |position: usize| format!("infra/s{position:03}");
        needs
            .iter()
            .enumerate()
            .map(|(at, needs)| {
                let needs: Vec<String> = needs.iter().map(|need| named(*need)).collect();
                sample::bare_step(&named(at), &needs)
            })
            .collect()
    }

    fn reaches(graph: &Graph<'_>, from: usize, to: usize) -> bool {
        let mut stack = vec![from];
        let mut seen = vec![false; graph.steps.len()];
        while let Some(at) = stack.pop() {
            for need in graph.needs(at) {
                if *need == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[*need], true) {
                    stack.push(*need);
                }
            }
        }
        false
    }

    proptest! {
        #[test]
        fn passes_agree_with_a_plain_search(
            raw in proptest::collection::vec(proptest::collection::vec(0_usize..400, 0..4), 1..400),
            marks in proptest::collection::vec(any::<bool>(), 400),
            pairs in proptest::collection::vec((0_usize..400, 0_usize..400), 0..300),
        ) {
            let count = raw.len();
            let needs: Vec<Vec<usize>> =
                raw.iter().enumerate().map(|(at, needs)| needs.iter().filter(|_| at > 0).map(|need| need % at.max(1)).collect()).collect();
            let steps = steps(&needs);
            let graph = Graph::read(&steps);
            prop_assert!(graph.is_acyclic() && graph.circle().is_empty());
            let pairs: Vec<(usize, usize)> = pairs.iter().map(|(a, b)| (a % count, b % count)).collect();
            let missing = graph.missing(&pairs);
            for pair in &pairs {
                prop_assert_eq!(missing.contains(pair), !reaches(&graph, pair.0, pair.1));
            }
            let after = graph.after(|step| graph.position(&step.id).is_some_and(|at| marks[at]));
            for (at, found) in after.iter().enumerate() {
                prop_assert_eq!(*found, (0..count).any(|to| marks[to] && reaches(&graph, at, to)));
            }
            let sources: Vec<usize> = (0..count).filter(|at| marks[*at]).collect();
            for (at, found) in graph.after_all(&sources).iter().enumerate() {
                prop_assert_eq!(*found, sources.iter().all(|to| reaches(&graph, at, *to)));
            }
        }
    }

    #[test]
    fn a_circle_is_named() {
        let steps = steps(&[vec![], vec![0, 3], vec![1], vec![2], vec![3]]);
        let graph = Graph::read(&steps);
        assert!(!graph.is_acyclic());
        let mut circle = graph.circle();
        circle.sort_unstable();
        assert_eq!(circle, ["infra/s001", "infra/s002", "infra/s003"]);
    }
}
