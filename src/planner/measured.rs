//! What live runs measured goes before every other estimate of the same step.

use super::facts::Facts;
use crate::model::durations::LiveRun;
use crate::plan::step::{Estimate, EstimateSource, Step};
use foldhash::HashMap;

/// Gives each step that live runs of this stack did in this region the time that it took them. What people set (a
/// decision's time, a record's time to live) stays.
pub(super) fn apply(facts: &Facts<'_, '_>, steps: &mut [Step]) {
    let Some(read) = &facts.input.durations else { return };
    let is_ours = |run: &&LiveRun| run.stack == facts.input.settings.stack && run.region == facts.recovery;
    let mut measured: HashMap<&str, Vec<u64>> = HashMap::default();
    for step in read.durations.runs.iter().filter(is_ours).flat_map(|run| &run.steps) {
        measured.entry(&step.step).or_default().push(step.seconds);
    }
    for step in steps.iter_mut().filter(|step| step.estimate.source != EstimateSource::Policy) {
        if let Some(times) = measured.get_mut(step.id.as_str()) {
            step.estimate = estimate(times, step.estimate);
        }
    }
}

/// The median, and the longest; of a single run as far above it as the figure that it takes the place of.
fn estimate(times: &mut [u64], before: Estimate) -> Estimate {
    times.sort_unstable();
    let p50 = times.get(times.len() / 2).copied().unwrap_or(before.p50_seconds);
    let longest = times.last().copied().unwrap_or(p50);
    let spread = p50.saturating_mul(before.p90_seconds) / before.p50_seconds.max(1);
    let p90 = if times.len() > 1 { longest } else { spread };
    Estimate { p50_seconds: p50, p90_seconds: p90.max(p50), source: EstimateSource::Measured }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_keeps_the_spread_and_more_have_their_own() {
        let before = Estimate { p50_seconds: 100, p90_seconds: 150, source: EstimateSource::Default };
        let of = |times: &mut [u64]| {
            let Estimate { p50_seconds, p90_seconds, source } = estimate(times, before);
            assert_eq!(source, EstimateSource::Measured);
            (p50_seconds, p90_seconds)
        };
        assert_eq!(of(&mut [200]), (200, 300));
        assert_eq!(of(&mut [90, 300, 120]), (120, 300));
        assert_eq!(of(&mut [0]), (0, 0));
    }
}
