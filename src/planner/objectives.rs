//! Objectives that the forecast misses: the plan can be applied, and people must know that it is not enough.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::recovery_points::hours as duration;
use crate::plan::forecast::{Forecast, Verdict};
use crate::plan::resource::Disposition;

/// Adds each objective that is missed by what comes back. What is blocked has an error of its own.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, forecast: &Forecast, findings: &mut Findings) {
    let place = |name: &str| {
        let objectives = &facts.input.settings.objectives;
        objectives.iter().find(|objective| objective.component == name).and_then(|it| it.place.clone())
    };
    let whole = &forecast.rto;
    let times = std::iter::once(("stack", whole.verdict, Some(whole.p90_seconds), whole.objective_seconds))
        .chain(forecast.components.iter().map(|component| {
            (
                component.component.as_str(),
                component.verdict,
                component.p90_seconds,
                component.objective_seconds,
            )
        }));
    for (name, verdict, p90, objective) in times {
        if let (Verdict::Missed, Some(p90), Some(objective)) = (verdict, p90, objective) {
            findings.add(
                "objective-missed",
                name,
                format!(
                    "{name} takes up to {} (p90), and its objective is {}",
                    duration(p90),
                    duration(objective)
                ),
                "make beforehand what the advice names, measure what is only estimated, or ask for less",
                place(name),
            );
        }
    }
    for loss in forecast.rpo.iter().filter(|loss| loss.verdict == Verdict::Missed) {
        let blocked = decided
            .resources
            .iter()
            .any(|resource| resource.address == loss.store && resource.disposition == Disposition::Block);
        let (Some(worst), Some(objective), false) = (loss.worst_seconds, loss.objective_seconds, blocked)
        else {
            continue;
        };
        findings.add(
            "objective-missed",
            &loss.store,
            format!(
                "{} loses up to {} of its data, and its objective is {}",
                loss.store,
                duration(worst),
                duration(objective)
            ),
            "copy it more often, prefer a newer kind of recovery point, or ask for less",
            place(&loss.store),
        );
    }
}
