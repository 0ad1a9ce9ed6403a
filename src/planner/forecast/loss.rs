//! How much of each store is lost: now, and at worst over the schedule of its kind of backup.

use std::collections::HashSet;

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use super::super::objectives::component_of;
use super::super::recovery_points::kind_of;
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
        return told(None, None, Verdict::Accepted, store.why.clone());
    }
    let (worst_seconds, basis) = worst(facts, store, chosen, component, object);
    let verdict = match (worst_seconds, objective_seconds) {
        // What a recording said so long ago is no promise.
        _ if facts.inventory_is_old() => Verdict::Unknown,
        (Some(worst), Some(objective)) if worst <= objective => Verdict::Ok,
        (Some(_), Some(_)) => Verdict::Missed,
        _ => Verdict::Unknown,
    };
    let as_of = facts.as_of().map(|as_of| format!(", {as_of}")).unwrap_or_default();
    told(chosen.loss_seconds, worst_seconds, verdict, format!("{}{as_of}; {basis}", chosen.kind.as_str()))
}

/// The worst by the schedule of the chosen kind, but no less than what was lost when it was seen; and what it rests on.
fn worst(
    facts: &Facts<'_, '_>,
    store: &PlannedStore,
    chosen: &Candidate,
    component: &str,
    object: Option<&Object<'_, '_>>,
) -> (Option<u64>, String) {
    let named = |schedule: &&BackupSchedule| {
        object.is_some_and(|object| facts.meant_by(&schedule.store, object))
            || schedule.store == store.address
            || schedule.store == store.name
    };
    let of_component = |schedule: &&BackupSchedule| schedule.store == component;
    let backups = &facts.input.settings.backups;
    let cluster =
        object.and_then(|object| object.entry).is_some_and(|entry| entry.recovery == Recovery::RdsCluster);
    let mine = |of: &dyn Fn(&&BackupSchedule) -> bool| {
        backups.iter().filter(of).find(|schedule| is_of(schedule, store, chosen.kind, cluster))
    };
    if let Some(schedule) = mine(&named).or_else(|| mine(&of_component)) {
        let seen = chosen.data_at.map(|at| facts.age_when_seen(at)).or(chosen.loss_seconds);
        let promised = schedule.interval_seconds.saturating_add(schedule.copy_seconds);
        let basis = "the worst by its schedule: interval and copy time".to_owned();
        return (Some(promised.max(seen.unwrap_or(0))), basis);
    }
    if chosen.kind == CandidateKind::ReadReplica {
        let seen = chosen.loss_seconds.map(|lag| format!(" ({lag} s when it was seen)")).unwrap_or_default();
        let basis = format!(
            "what it lags behind{seen}, which has no bound: drplan.hcl promises none (backup, of = [\"replica\"]), so \
             the worst is unknown"
        );
        return (None, basis);
    }
    let basis = if backups.iter().any(|schedule| named(&schedule) || of_component(&schedule)) {
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
