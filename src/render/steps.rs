//! Every step of a plan, phase by phase, in the order of the plan.

use super::Options;
use super::action::describe;
use super::screen::{Screen, Style, bold, dim, plain};
use super::summary::takes;
use super::text::{clock, count, duration};
use crate::plan::Plan;
use crate::plan::step::{EstimateSource, Phase, Step};

/// The steps, all or those of one phase, with their action, their estimate and what they need.
#[must_use]
pub fn render_steps(plan: &Plan, only: Option<Phase>, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    for phase in Phase::ALL.into_iter().filter(|phase| only.is_none_or(|only| only == *phase)) {
        let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.phase == phase).collect();
        if steps.is_empty() {
            continue;
        }
        screen.gap();
        let mut head = vec![bold(phase.as_str()), dim(format!("   {}", count(steps.len(), "step")))];
        if let Some(span) = plan.forecast.phases.iter().find(|span| span.phase == phase) {
            head.push(dim(format!(", {} to {}", clock(span.from_seconds), clock(span.to_seconds))));
        }
        screen.text(2, &head);
        for step in steps {
            one(&mut screen, plan, step);
        }
    }
    screen.gap();
    let mut last = vec![dim("* critical path; one step in full: ")];
    if only.is_none() {
        last.insert(0, bold(format!("{} {}", count(plan.steps.len(), "step"), takes(&plan.forecast.rto))));
        // The median of the whole is not the sum of medians: whatever runs side by side ends with its slowest.
        last.insert(1, dim(" (side by side the slowest counts: more than the sum of one way); "));
    }
    screen.text(2, &last);
    screen.unbroken(2, &[dim(format!("{} --step ID", options.command()))]);
    screen.finish()
}

fn one(screen: &mut Screen, plan: &Plan, step: &Step) {
    let mark = if plan.forecast.rto.critical_path.contains(&step.id) { "*" } else { " " };
    // Ids are copied: they stay whole.
    screen.unbroken(0, &[(Style::Warn, format!("{mark} ")), bold(&step.id)]);
    let source = match step.estimate.source {
        EstimateSource::Default => ", default",
        EstimateSource::Configured => ", measured",
        EstimateSource::Measured => ", by live runs",
        EstimateSource::Policy => ", as set",
    };
    let takes = format!(
        "   {} (p90 {}{source})",
        duration(step.estimate.p50_seconds),
        duration(step.estimate.p90_seconds)
    );
    screen.text(8, &[plain(format!("      {}", describe(&step.action).title)), dim(takes)]);
    if !step.needs.is_empty() {
        screen.text(12, &[dim("      needs "), dim(step.needs.join(", "))]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::good_day;
    use super::*;

    #[test]
    fn every_step_is_there_in_the_order_of_its_phase() {
        let plan = good_day();
        let text = render_steps(&plan, None, Options { width: 1000, ..Options::default() });
        let shown: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("* ").or(line.strip_prefix("  "))).collect();
        for phase in Phase::ALL {
            let ids: Vec<&str> =
                plan.steps.iter().filter(|step| step.phase == phase).map(|step| step.id.as_str()).collect();
            let found: Vec<&str> = shown.iter().copied().filter(|line| ids.contains(line)).collect();
            assert_eq!(found, ids);
        }
        let step = plan.steps.iter().find(|step| !step.needs.is_empty()).map(|step| step.needs.join(", "));
        assert!(text.contains(&format!("needs {}", step.unwrap_or_default())), "{text}");
    }
}
