//! Databases: a recovery point or a replica in the region, a replica made again, or blocked.

use super::dispositions::{Fate, accepted_loss, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::identifiers::{self, restored_as};
use super::point_fit::Expected;
use super::recovery_points::{Cause, Weighed};
use super::stores::{Outcome, inventory_missing, store_without_points};
use super::{recovery_points, references};
use crate::model::arn::Arn;
use crate::model::paste;
use crate::model::types::Recovery;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

pub(super) fn decide_instance(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    let Some(source) = references::replica_source(object) else {
        return decide_database(facts, object, false, findings);
    };
    let Some(at) = references::database_object(facts, &source) else {
        return decide_orphan(facts, object, &source, findings);
    };
    let fate_of_source = fates.get(at).and_then(Option::as_ref).map(|fate| fate.disposition);
    if matches!(fate_of_source, Some(Disposition::Block | Disposition::Skip)) {
        let reason = format!("a read replica of {source}, which does not come back");
        return fate(Disposition::Skip, Engine::Exclude, reason).into();
    }
    made_from(object, &source, &format!("a read replica of {source}: made again from its restored source"))
}

/// A replica of what the state does not have: made from it where that is not lost, else a store of its own.
fn decide_orphan(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    source: &str,
    findings: &mut Findings,
) -> Outcome {
    let region = Arn::parse(source).map(|arn| arn.region);
    let lives_elsewhere = facts.primary.is_some()
        && region.is_some_and(|region| !region.is_empty() && !facts.is_primary(region));
    if lives_elsewhere {
        return made_from(object, source, &format!("a read replica of {source}, which is not lost"));
    }
    let mut outcome = decide_database(facts, object, false, findings);
    outcome.fate.reason =
        format!("a replica of {source}, which is not in the state; {}", outcome.fate.reason);
    outcome
}

fn made_from(object: &Object<'_, '_>, source: &str, reason: &str) -> Outcome {
    let mut outcome: Outcome = fate(Disposition::Create, Engine::Create, reason).into();
    let why = "a replica holds nothing that its source does not";
    let store = store_without_points(object.address(), &object.name(), vec![CandidateKind::Source], why);
    outcome.store = Some(store.choosing(Candidate::untimed(CandidateKind::Source, source)));
    outcome
}

/// A replica of the recovery region that stands in the state under an address of its own: where it is promoted in the
/// place of its source, it is imported at the source's address and nowhere else.
pub(super) fn decide_replica_there(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    source: &str,
    fates: &[Option<Fate>],
) -> Fate {
    let name = object.id.as_deref().unwrap_or(object.address());
    let of = references::database_object(facts, source)
        .and_then(|at| Some((&facts.objects[at], fates.get(at)?.as_ref()?)));
    let decided = match of {
        Some((of, its)) if its.disposition == Disposition::Promote => {
            let address = of.address();
            let cluster = of.entry.is_some_and(|entry| entry.recovery == Recovery::RdsCluster);
            let store = recovery_points::plan_database(facts, of, cluster).store;
            let taken = chosen_replica(&store) == Some(name);
            let reason = if taken {
                format!("a read replica in {}: promoted as {address}, whose place it takes", facts.recovery)
            } else {
                format!("a read replica in {}: another one is promoted as {address}", facts.recovery)
            };
            fate(Disposition::Adopt, Engine::Exclude, reason)
        }
        _ => {
            let reason = format!("a read replica in {}: promoted", facts.recovery);
            fate(Disposition::Promote, Engine::Exclude, reason)
        }
    };
    decided.with(name)
}

/// Tells that a loss is accepted of what could come back.
fn needless(facts: &Facts<'_, '_>, object: &Object<'_, '_>, cluster: bool, findings: &mut Findings) {
    let store = recovery_points::plan_database(facts, object, cluster).store;
    let Some(chosen) = store.chosen() else { return };
    findings.add(
        "loss-needless",
        object.address(),
        format!(
            "drplan.hcl accepts the loss of {}, which comes back empty, although {} {} could bring it back",
            store.name,
            chosen.kind.as_str(),
            chosen.id
        ),
        "remove its accept_loss, and it is restored",
        facts.place_in_code(object),
    );
}

/// The identifier of the replica that a store's rule takes now.
pub(super) fn chosen_replica(store: &PlannedStore) -> Option<&str> {
    let chosen = store.chosen()?;
    (chosen.kind == CandidateKind::ReadReplica).then(|| chosen.id.rsplit(':').next().unwrap_or(&chosen.id))
}

pub(super) fn decide_database(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    cluster: bool,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        needless(facts, object, cluster, findings);
        return accepted;
    }
    let weighed = recovery_points::plan_database(facts, object, cluster);
    let store = &weighed.store;
    let name = store.name.clone();
    let chosen = store.chosen();
    identifiers::check(facts, object, cluster, findings);
    let fate = match (chosen.map(|candidate| candidate.kind), facts.inventory()) {
        (Some(CandidateKind::ReadReplica), _) => {
            fate(Disposition::Promote, Engine::Exclude, format!("holds data: {}", store.why))
                .with(restored_as(facts, object))
        }
        (Some(_), _) => {
            let mut fate = fate(Disposition::Restore, Engine::Exclude, format!("holds data: {}", store.why));
            fate.counterpart = Some(restored_as(facts, object)).filter(|name| *name != object.name());
            fate
        }
        (None, None) => {
            inventory_missing(facts, object, &format!("database {name}"), findings);
            fate(Disposition::Restore, Engine::Exclude, "holds data; what it can come back from is unknown")
        }
        (None, Some(inventory)) if recovery_points::unseen(inventory, &store.rule.order, cluster) => {
            inventory_missing(facts, object, &format!("database {name}"), findings);
            fate(
                Disposition::Restore,
                Engine::Exclude,
                "holds data; what it can come back from could not be seen",
            )
        }
        (None, Some(_)) => {
            no_recovery_point(facts, object, &weighed, findings);
            fate(Disposition::Block, Engine::Exclude, format!("holds data, and {}", store.why))
        }
    };
    Outcome { fate, store: Some(weighed.store) }
}

/// What lets a key be used again, with `; or ` after it; nothing for a key that is not there.
fn opened(facts: &Facts<'_, '_>, name: &str) -> String {
    let key = facts.inventory().and_then(|inventory| inventory.key(name));
    let call =
        |call: &str| format!("`aws kms {call} --key-id {} --region {}`", paste::shell(name), facts.recovery);
    match key.map(|key| key.state.as_str()) {
        Some("Disabled") => format!("enable it: {}; or ", call("enable-key")),
        Some("PendingDeletion") => {
            format!("keep it: {}, then {}; or ", call("cancel-key-deletion"), call("enable-key"))
        }
        Some(_) => {
            format!(
                "let the caller use it (kms:CreateGrant, kms:DescribeKey), see {}; or ",
                call("get-key-policy")
            )
        }
        None => String::new(),
    }
}

fn no_recovery_point(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    Weighed { store, causes }: &Weighed,
    findings: &mut Findings,
) {
    let causes = || store.candidates.iter().filter_map(|one| Some((one, causes.get(&one.id)?)));
    let why = |candidate: &Candidate| candidate.ruled_out.clone().unwrap_or_default();
    let at = facts.place_in_code(object);
    let closed = causes().find_map(|(candidate, cause)| match cause {
        Cause::Key(key) => Some((candidate, key)),
        _ => None,
    });
    if let Some((candidate, key)) = closed {
        findings.add(
            "key-no-counterpart",
            object.address(),
            format!(
                "database {} has a {} that cannot be opened: {}",
                store.name,
                candidate.kind.as_str(),
                why(candidate)
            ),
            format!("{}have the backups copied under a usable key of {}", opened(facts, key), facts.recovery),
            at.clone(),
        );
    }
    let misfit = causes().find_map(|(candidate, cause)| match cause {
        Cause::Misfit(misfit) => Some((candidate, misfit)),
        _ => None,
    });
    if let Some((candidate, misfit)) = misfit {
        findings.add(
            "recovery-point-differs",
            object.address(),
            format!(
                "database {} has {} {}, which would not come back as the code says: {}",
                store.name,
                candidate.kind.as_str(),
                candidate.id,
                misfit.reason()
            ),
            misfit.fix(facts.recovery),
            at.clone(),
        );
        return;
    }
    let old = causes().any(|(_, cause)| *cause == Cause::Old);
    let candidates: Vec<String> = store
        .candidates
        .iter()
        .map(|c| format!("{} {}: {}", c.kind.as_str(), c.id, c.ruled_out.as_deref().unwrap_or("usable")))
        .collect();
    let detail = if candidates.is_empty() { String::new() } else { format!(" ({})", candidates.join("; ")) };
    let coming = causes().find(|(_, cause)| **cause == Cause::Pending).map(|(one, _)| {
        format!("wait until {} {} is there, and record the inventory again; or ", one.kind.as_str(), one.id)
    });
    let label = facts.database_settings(object).map_or(object.address(), |known| known.name.as_str());
    let wider = if causes().any(|(_, cause)| *cause == Cause::NotPreferred) {
        format!("take its kind into `prefer` of database {} of drplan.hcl; or ", paste::quoted(label))
    } else if old {
        format!(
            "if so much may be lost, say it: {}; or ",
            paste::block("database", label, "max_age = \"...\"")
        )
    } else {
        String::new()
    };
    findings.add(
        if old { "recovery-point-old" } else { "recovery-point-missing" },
        object.address(),
        format!("database {} cannot come back: {}{detail}", store.name, store.why),
        format!(
            "{}{wider}{}; backups do not leave their region by themselves",
            coming.unwrap_or_default(),
            copied(facts, object)
        ),
        at,
    );
}

/// The command that has it copied while the primary answers: automated backups of instances are replicated, of clusters
/// only snapshots leave their region.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html>
fn copied(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> String {
    let recovery = facts.recovery;
    let key = match Expected::of(facts, object).key_there() {
        Some(key) => format!(" --kms-key-id {}", paste::shell(key)),
        None => " --kms-key-id \"...\"".to_owned(),
    };
    let encrypted = object.text("kms_key_id").is_some_and(|key| !key.is_empty());
    let key = if encrypted { key } else { String::new() };
    let cluster = object.entry.is_some_and(|entry| entry.recovery == Recovery::RdsCluster);
    if cluster {
        let primary = facts.primary.as_deref().unwrap_or("\"...\"");
        return format!(
            "have a snapshot of it copied to {recovery}: `aws rds copy-db-cluster-snapshot --region {recovery} \
             --source-region {primary} --source-db-cluster-snapshot-identifier \"...\" \
             --target-db-cluster-snapshot-identifier \"...\"{key}`"
        );
    }
    let arn = object.arn.as_deref().map_or_else(|| "\"...\"".to_owned(), paste::shell);
    format!(
        "have its automated backups replicated to {recovery}: `aws rds start-db-instance-automated-backups-replication \
         --region {recovery} --source-db-instance-arn {arn}{key}`; or copy a snapshot there"
    )
}
