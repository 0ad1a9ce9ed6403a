//! Databases: a recovery point or a replica in the region, a replica made again, or blocked.

use super::dispositions::{Fate, accepted_loss, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::stores::{Outcome, inventory_missing};
use super::{recovery_points, references};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};

pub(super) fn decide_instance(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    if let Some(source) = references::replica_source(object) {
        let fate_of_source =
            references::database_object(facts, &source).and_then(|at| fates.get(at)?.as_ref());
        if fate_of_source
            .is_some_and(|fate| matches!(fate.disposition, Disposition::Block | Disposition::Skip))
        {
            let reason = format!("a read replica of {source}, which does not come back");
            return fate(Disposition::Skip, Engine::Exclude, reason).into();
        }
        let reason = format!("a read replica of {source}: made again from its restored source");
        let mut outcome: Outcome = fate(Disposition::Create, Engine::Create, reason).into();
        outcome.store = Some(PlannedStore {
            address: object.address().to_owned(),
            name: object.name(),
            rule: Rule { order: vec![CandidateKind::Source], max_age_seconds: None, classes: Vec::new() },
            candidates: vec![Candidate {
                kind: CandidateKind::Source,
                id: source.clone(),
                data_at: None,
                loss_seconds: None,
                restore_p50_seconds: None,
                restore_p90_seconds: None,
                ruled_out: None,
            }],
            chosen: Some(source),
            why: "a replica holds nothing that its source does not".to_owned(),
        });
        return outcome;
    }
    decide_database(facts, object, false, findings)
}

pub(super) fn decide_database(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    cluster: bool,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let store = recovery_points::plan_database(facts, object, cluster);
    let name = store.name.clone();
    let chosen =
        store.chosen.as_ref().and_then(|id| store.candidates.iter().find(|candidate| candidate.id == *id));
    let fate = match (chosen.map(|candidate| candidate.kind), facts.inventory()) {
        (Some(CandidateKind::ReadReplica), _) => {
            fate(Disposition::Promote, Engine::Exclude, format!("holds data: {}", store.why))
        }
        (Some(_), _) => fate(Disposition::Restore, Engine::Exclude, format!("holds data: {}", store.why)),
        (None, None) => {
            inventory_missing(facts, object, &format!("database {name}"), findings);
            fate(Disposition::Restore, Engine::Exclude, "holds data; what it can come back from is unknown")
        }
        (None, Some(inventory)) if recovery_points::unseen(inventory) && store.candidates.is_empty() => {
            inventory_missing(facts, object, &format!("database {name}"), findings);
            fate(
                Disposition::Restore,
                Engine::Exclude,
                "holds data; what it can come back from could not be seen",
            )
        }
        (None, Some(_)) => {
            no_recovery_point(facts, object, &store, findings);
            fate(Disposition::Block, Engine::Exclude, format!("holds data, and {}", store.why))
        }
    };
    Outcome { fate, store: Some(store) }
}

fn no_recovery_point(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    store: &PlannedStore,
    findings: &mut Findings,
) {
    let old = store
        .candidates
        .iter()
        .any(|c| c.ruled_out.as_deref().is_some_and(|why| why.starts_with("its data is")));
    let keyed = store
        .candidates
        .iter()
        .find(|c| c.ruled_out.as_deref().is_some_and(|why| why.starts_with("its key")));
    let at = facts.place_in_code(object);
    if let Some(candidate) = keyed {
        findings.add(
            "key-no-counterpart",
            object.address(),
            format!(
                "database {} has a {} that cannot be opened: {}",
                store.name,
                candidate.kind.as_str(),
                candidate.ruled_out.as_deref().unwrap_or_default()
            ),
            format!(
                "restore the key or allow its use in {}; or name another recovery point's key",
                facts.recovery
            ),
            at.clone(),
        );
    }
    let candidates: Vec<String> = store
        .candidates
        .iter()
        .map(|c| format!("{} {}: {}", c.kind.as_str(), c.id, c.ruled_out.as_deref().unwrap_or("usable")))
        .collect();
    let detail = if candidates.is_empty() { String::new() } else { format!(" ({})", candidates.join("; ")) };
    findings.add(
        if old { "recovery-point-old" } else { "recovery-point-missing" },
        object.address(),
        format!("database {} cannot come back: {}{detail}", store.name, store.why),
        format!(
            "replicate its automated backups to {0} (StartDBInstanceAutomatedBackupsReplication, called in {0}), \
             or copy a snapshot there; automated backups do not leave their region by themselves",
            facts.recovery
        ),
        at,
    );
}
