//! How much of each store is lost: now, and at worst over the schedule of its kind of backup.

use std::collections::HashSet;

use super::super::dispositions::Decided;
use super::super::facts::Facts;
use super::super::findings::Findings;
use super::super::objectives::component_of;
use super::super::recovery_points::{hours, kind_of};
use crate::model::diagnostic::Place;
use crate::model::settings::BackupSchedule;
use crate::model::types::Recovery;
use crate::plan::forecast::{Rpo, Verdict};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

/// Loss of each store that holds data of its own, and whose copies are not the data itself.
pub(super) fn plan_losses(facts: &Facts<'_, '_>, decided: &Decided, findings: &Findings) -> Vec<Rpo> {
    let unseen = findings.subjects("inventory-missing");
    decided.stores.iter().filter_map(|store| plan_loss(facts, store, &unseen)).collect()
}

fn plan_loss(facts: &Facts<'_, '_>, store: &PlannedStore, unseen: &HashSet<&str>) -> Option<Rpo> {
    let object = facts.by_address.get(store.address.as_str()).map(|at| &facts.objects[*at]);
    let recovery = object.and_then(|object| object.entry).map(|entry| entry.recovery);
    let chosen = store.chosen();
    match chosen.map(|candidate| candidate.kind) {
        Some(CandidateKind::Source | CandidateKind::SecretReplica) => return None,
        // Images are pushed, not written; the rows of a global table are.
        Some(CandidateKind::Replicated) if recovery != Some(Recovery::Store) => return None,
        _ => {}
    }
    let component = component_of(recovery);
    let objective_seconds = facts.loss_objective(&store.address).map(|(_, seconds)| seconds);
    let told = |now_seconds, worst_seconds, verdict, why| {
        Some(Rpo {
            store: store.address.clone(),
            now_seconds,
            worst_seconds,
            objective_seconds,
            verdict,
            why,
        })
    };
    let Some(chosen) = chosen else {
        // Nothing brings it back; or nobody could look what would.
        let unknown = unseen.contains(store.address.as_str());
        return told(None, None, if unknown { Verdict::Unknown } else { Verdict::Missed }, store.why.clone());
    };
    if chosen.kind == CandidateKind::Empty {
        // One that only the engine's plan has begins empty without anybody having said that it may.
        let is_new = object.is_some_and(|object| object.only_planned && !facts.is_loss_accepted(object));
        let verdict = if is_new { Verdict::Unknown } else { Verdict::Accepted };
        return told(None, None, verdict, store.why.clone());
    }
    let (worst_seconds, basis) = worst(facts, store, chosen, component);
    let verdict = match (worst_seconds, objective_seconds) {
        // What a recording said so long ago is no promise.
        _ if facts.inventory_is_old() => Verdict::Unknown,
        (Some(worst), Some(objective)) if worst <= objective => Verdict::Ok,
        (Some(_), Some(_)) => Verdict::Missed,
        // The worst is never less than what would be lost now.
        (None, Some(objective)) if chosen.loss_seconds.is_some_and(|now| now > objective) => Verdict::Missed,
        _ => Verdict::Unknown,
    };
    let as_of = facts.as_of().map(|as_of| format!(", {as_of}")).unwrap_or_default();
    // More than the worst is only the age of the recording: by its schedule a newer one has come since.
    let now_seconds = chosen.loss_seconds.filter(|now| worst_seconds.is_none_or(|worst| *now <= worst));
    told(now_seconds, worst_seconds, verdict, format!("{}{as_of}; {basis}", chosen.kind.as_str()))
}

/// Whether a schedule is of a store, by name; or of its component.
fn is_named(facts: &Facts<'_, '_>, store: &PlannedStore, schedule: &BackupSchedule) -> bool {
    let at = facts.by_address.get(store.address.as_str());
    at.is_some_and(|at| facts.meant_by(&schedule.store, &facts.objects[*at]))
        || schedule.store == store.address
        || schedule.store == store.name
}

/// The schedule that makes what was chosen.
fn schedule_of<'i>(
    facts: &Facts<'i, '_>,
    store: &PlannedStore,
    chosen: &Candidate,
) -> Option<&'i BackupSchedule> {
    let object = facts.by_address.get(store.address.as_str()).map(|at| &facts.objects[*at]);
    let recovery = object.and_then(|object| object.entry).map(|entry| entry.recovery);
    let cluster = recovery == Some(Recovery::RdsCluster);
    let mine = |of: &dyn Fn(&BackupSchedule) -> bool| {
        let backups = facts.input.settings.backups.iter().filter(|schedule| of(schedule));
        backups.into_iter().find(|schedule| is_of(schedule, store, chosen.kind, cluster))
    };
    mine(&|schedule| is_named(facts, store, schedule))
        .or_else(|| mine(&|schedule| schedule.store == component_of(recovery)))
}

/// What was chosen, later than its schedule promises.
pub(in crate::planner) struct Late<'i> {
    /// Its age when it was seen.
    pub(in crate::planner) seen_seconds: u64,
    pub(in crate::planner) promised_seconds: u64,
    /// Where drplan.hcl has the schedule.
    pub(in crate::planner) at: Option<&'i Place>,
}

pub(in crate::planner) fn late<'i>(facts: &Facts<'i, '_>, store: &PlannedStore) -> Option<Late<'i>> {
    let chosen = store.chosen()?;
    let schedule = schedule_of(facts, store, chosen)?;
    let seen_seconds = chosen.data_at.map(|at| facts.age_when_seen(at)).or(chosen.loss_seconds)?;
    let promised_seconds = promised(schedule);
    (seen_seconds > promised_seconds).then_some(Late {
        seen_seconds,
        promised_seconds,
        at: schedule.place.as_ref(),
    })
}

/// The most that is lost while a schedule is kept, in seconds.
fn promised(schedule: &BackupSchedule) -> u64 {
    schedule.interval_seconds.saturating_add(schedule.copy_seconds)
}

/// The worst by the schedule of the chosen kind, and what it rests on.
fn worst(
    facts: &Facts<'_, '_>,
    store: &PlannedStore,
    chosen: &Candidate,
    component: &str,
) -> (Option<u64>, String) {
    // What is later than its schedule has no worst: nothing tells when the next one comes.
    if let Some(late) = late(facts, store) {
        let basis = format!(
            "it was {} old when it was seen, and its schedule promises {}: copies are late or have stopped, so the worst \
             is unknown",
            hours(late.seen_seconds),
            hours(late.promised_seconds)
        );
        return (None, basis);
    }
    if let Some(schedule) = schedule_of(facts, store, chosen) {
        return (Some(promised(schedule)), "the worst by its schedule: interval and copy time".to_owned());
    }
    if chosen.kind == CandidateKind::ReadReplica {
        let seen = chosen.loss_seconds.map(|lag| format!(" ({lag} s when it was seen)")).unwrap_or_default();
        let basis = format!(
            "what it lags behind{seen}, which has no bound: drplan.hcl promises none (backup, of = [\"replica\"]), so \
             the worst is unknown"
        );
        return (None, basis);
    }
    let backups = &facts.input.settings.backups;
    let basis =
        if backups.iter().any(|schedule| is_named(facts, store, schedule) || schedule.store == component) {
            format!(
                "drplan.hcl names the schedule of another kind, not of a {}, so the worst is unknown",
                chosen.kind.as_str()
            )
        } else {
            "drplan.hcl names no schedule, so the worst is unknown".to_owned()
        };
    (None, basis)
}

/// Whether a schedule makes recovery points of a kind. One that names no kind is of the backups that the store's rule
/// takes first: a replica is not made on a schedule.
fn is_of(schedule: &BackupSchedule, store: &PlannedStore, kind: CandidateKind, cluster: bool) -> bool {
    if !schedule.of.is_empty() {
        return schedule.of.iter().any(|of| kind_of(*of) == kind);
    }
    // Automated backups of clusters are not replicated.
    let other = |kind: &CandidateKind| {
        *kind == CandidateKind::ReadReplica || (cluster && *kind == CandidateKind::AutomatedBackup)
    };
    let first = store.rule.order.iter().find(|kind| !other(kind));
    !other(&kind) && first.is_none_or(|first| *first == kind)
}
