//! Objectives that the forecast misses: the plan can be applied, and people must know that it is not enough.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::forecast::late;
use super::recovery_points::hours as duration;
use crate::model::settings::Objective;
use crate::model::types::Recovery;
use crate::plan::forecast::{Forecast, Verdict};
use crate::plan::resource::Disposition;

impl<'i> Facts<'i, '_> {
    /// How much of a store may be lost, in seconds: by its address (or a volume's name), its component, the stack.
    pub(super) fn loss_objective(&self, store: &str) -> Option<(&'i Objective, u64)> {
        let objectives = &self.input.settings.objectives;
        let object = self.by_address.get(store).map(|at| &self.objects[*at]);
        let component = component_of(object.and_then(|object| object.entry).map(|entry| entry.recovery));
        let is_of_it = |name: &str| name == store || object.is_some_and(|object| self.meant_by(name, object));
        let named = |is: &dyn Fn(&str) -> bool| {
            objectives
                .iter()
                .filter(|objective| is(&objective.component))
                .find_map(|objective| Some((objective, objective.rpo_seconds?)))
        };
        named(&is_of_it)
            .or_else(|| named(&|name| name == component))
            .or_else(|| named(&|name| name == "stack"))
    }
}

/// The word of drplan.hcl for a kind of store.
pub(super) fn component_of(recovery: Option<Recovery>) -> &'static str {
    match recovery {
        Some(Recovery::RdsInstance | Recovery::RdsCluster) => "database",
        Some(Recovery::ElastiCache) => "cache",
        Some(Recovery::Bucket | Recovery::OfBucket) => "storage",
        _ => "store",
    }
}

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
    for (store, late) in decided.stores.iter().filter_map(|store| Some((store, late(facts, store)?))) {
        findings.add(
            "backup-late",
            &store.address,
            format!(
                "the newest recovery point of {} was {} old when it was seen, and its schedule promises {}",
                store.name,
                duration(late.seen_seconds),
                duration(late.promised_seconds)
            ),
            "find out why the copies are late or stopped (status, key, quota), and record the inventory again; or \
             correct the schedule in drplan.hcl",
            late.at.cloned(),
        );
    }
    for loss in forecast.rpo.iter().filter(|loss| loss.verdict == Verdict::Missed) {
        let blocked = decided
            .resources
            .iter()
            .any(|resource| resource.address == loss.store && resource.disposition == Disposition::Block);
        // Where nothing bounds the worst, what would be lost now misses it already.
        let lost = loss.worst_seconds.or(loss.now_seconds);
        let (Some(worst), Some(objective), false) = (lost, loss.objective_seconds, blocked) else {
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
            facts.loss_objective(&loss.store).and_then(|(objective, _)| objective.place.clone()),
        );
    }
}
