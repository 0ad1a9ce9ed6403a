//! What a database can come back from, and which of it the rule takes.

mod source;

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::facts::{Facts, Object};
use super::point_fit::{Expected, Misfit, Seen};
use crate::model::arn::Arn;
use crate::model::inventory::Inventory;
use crate::model::settings::{Database, PointKind};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};
use source::Source;

/// The bound of design.md where neither the database nor an objective names one: a day and the time of a copy.
const DEFAULT_MAX_AGE_SECONDS: u64 = 26 * 3_600;

pub(super) const DEFAULT_ORDER: [CandidateKind; 4] = [
    CandidateKind::ReadReplica,
    CandidateKind::AutomatedBackup,
    CandidateKind::Snapshot,
    CandidateKind::BackupPoint,
];

impl<'i> Facts<'i, '_> {
    /// What drplan.hcl says of a database.
    pub(super) fn database_settings(&self, object: &Object<'_, '_>) -> Option<&'i Database> {
        let settings = &self.input.settings;
        settings.databases.iter().find(|database| match &database.address {
            Some(address) => self.meant_by(address, object),
            None => {
                self.meant_by(&database.name, object)
                    || database.name == object.instance.name
                    || Some(database.name.as_str()) == object.id.as_deref()
            }
        })
    }
}

/// Why a candidate is ruled out, as far as what is to be done about it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its key, named here, cannot be used.
    Key(String),
    /// It would not come back as the code says.
    Misfit(Misfit),
    /// Its data is older than the bound.
    Old,
    /// It is being made.
    Pending,
    /// Its kind is not among those that drplan.hcl prefers.
    NotPreferred,
    /// Anything else: its status, its time, its origin.
    Other,
}

/// A store with the cause of each candidate that is ruled out, by its id.
pub(super) struct Weighed {
    pub(super) store: PlannedStore,
    pub(super) causes: HashMap<String, Cause>,
}

/// All candidates of a database, and the choice.
pub(super) fn plan_database(facts: &Facts<'_, '_>, object: &Object<'_, '_>, cluster: bool) -> Weighed {
    let settings = facts.database_settings(object);
    let tree = object.tree();
    let text = |name: &str| object.text(name).unwrap_or_default();
    let identifier = if cluster { text("cluster_identifier") } else { text("identifier") };
    let identifier =
        if identifier.is_empty() { object.id.as_deref().unwrap_or_default() } else { identifier };
    let class = text("instance_class");
    let mut classes: Vec<String> = settings.map(|database| database.classes.clone()).unwrap_or_default();
    if classes.is_empty() && !class.is_empty() {
        classes.push(class.to_owned());
    }
    let rule = Rule {
        order: order_of(settings),
        max_age_seconds: Some(
            settings
                .and_then(|database| database.max_age_seconds)
                .or_else(|| facts.loss_objective(object.address()).map(|(_, seconds)| seconds))
                .unwrap_or(DEFAULT_MAX_AGE_SECONDS),
        ),
        classes,
    };
    let source = Source {
        identifier,
        arn: object.arn.as_deref().unwrap_or_default(),
        cluster,
        gib: tree.get("allocated_storage").and_then(serde_json::Value::as_u64).unwrap_or(0),
        subnet_group: text("db_subnet_group_name"),
        expected: Expected::of(facts, object),
    };
    let mut causes = HashMap::new();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (mut candidate, cause) in
        facts.inventory().map(|inventory| found(facts, inventory, &source)).unwrap_or_default()
    {
        let mut cause = cause;
        // What is approved is the rule: nothing beside it is taken silently.
        if candidate.ruled_out.is_none() && !rule.order.contains(&candidate.kind) {
            candidate.ruled_out = Some("its kind is not among those that drplan.hcl prefers".to_owned());
            cause = Cause::NotPreferred;
        }
        let open = candidate.ruled_out.is_none();
        facts.hold_to(&mut candidate, rule.max_age_seconds);
        if open && candidate.ruled_out.is_some() {
            cause = Cause::Old;
        }
        if candidate.ruled_out.is_some() {
            causes.insert(candidate.id.clone(), cause);
        }
        candidates.push(candidate);
    }
    // Usable first, then in the rule's order, then the newest, then by id so that equals have an order.
    candidates.sort_by_key(|candidate| {
        let rank = rule.order.iter().position(|kind| *kind == candidate.kind).unwrap_or(usize::MAX);
        (
            candidate.ruled_out.is_some(),
            rank,
            candidate.loss_seconds.unwrap_or(u64::MAX),
            Reverse(candidate.data_at),
            candidate.id.clone(),
        )
    });
    let chosen = candidates.first().filter(|candidate| candidate.ruled_out.is_none());
    let why = match (chosen, facts.inventory()) {
        (Some(candidate), _) => {
            let as_of = facts.as_of().map(|as_of| format!(", {as_of}")).unwrap_or_default();
            format!("{}, the first usable of the rule's order{as_of}", candidate.kind.as_str())
        }
        (None, None) => "unknown: there is no inventory of the recovery region".to_owned(),
        (None, Some(inventory)) if unseen(inventory, &rule.order, cluster) => {
            "unknown: the inventory could not see its backups".to_owned()
        }
        (None, Some(_)) if candidates.is_empty() => {
            format!("{} has no replica, backup or snapshot of it", facts.recovery)
        }
        (None, Some(_)) => "every candidate is ruled out".to_owned(),
    };
    let store = PlannedStore {
        address: object.address().to_owned(),
        name: identifier.to_owned(),
        chosen: chosen.map(|candidate| candidate.id.clone()),
        rule,
        candidates,
        why,
    };
    Weighed { store, causes }
}

/// Whether what would decide is unknown rather than absent: a kind that the rule allows, and nobody could list.
pub(super) fn unseen(inventory: &Inventory, order: &[CandidateKind], cluster: bool) -> bool {
    order.iter().any(|kind| match kind {
        CandidateKind::ReadReplica if cluster => inventory.db_clusters.is_none(),
        CandidateKind::ReadReplica => inventory.db_instances.is_none(),
        CandidateKind::AutomatedBackup => !cluster && inventory.automated_backups.is_none(),
        CandidateKind::Snapshot => inventory.db_snapshots.is_none(),
        CandidateKind::BackupPoint => inventory.backup_points.is_none(),
        _ => false,
    })
}

fn order_of(settings: Option<&Database>) -> Vec<CandidateKind> {
    let named = settings.map(|database| &database.prefer[..]).unwrap_or_default();
    if named.is_empty() { DEFAULT_ORDER.to_vec() } else { named.iter().map(|kind| kind_of(*kind)).collect() }
}

pub(super) const fn kind_of(kind: PointKind) -> CandidateKind {
    match kind {
        PointKind::Replica => CandidateKind::ReadReplica,
        PointKind::AutomatedBackup => CandidateKind::AutomatedBackup,
        PointKind::Snapshot => CandidateKind::Snapshot,
        PointKind::BackupCopy => CandidateKind::BackupPoint,
        PointKind::Primary => CandidateKind::Primary,
    }
}

type Found = (Candidate, Cause);

/// Statuses of what will be usable by itself, of RDS and of AWS Backup.
const PENDING: &[&str] = &["creating", "copying", "pending", "CREATING", "PENDING"];

/// A recovery point as the inventory has it.
struct Point<'i> {
    kind: CandidateKind,
    arn: &'i str,
    data_at: Option<Timestamp>,
    gib: u64,
    status: &'i str,
    /// Statuses in which it can be restored from.
    usable: &'static [&'static str],
    seen: Seen<'i>,
}

fn found(facts: &Facts<'_, '_>, inventory: &Inventory, source: &Source<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if source.cluster {
        for cluster in inventory.db_clusters.iter().flatten() {
            if source.is_replicated_to(cluster.replica_of.as_deref()) {
                let seen = Seen {
                    engine: &cluster.engine,
                    version: cluster.engine_version.as_deref().unwrap_or_default(),
                    key: cluster.kms_key.as_deref(),
                    ..Seen::default()
                };
                let misfit = source.expected.misfit(inventory, seen);
                let mut found_replica = replica(facts, &cluster.arn, &cluster.status, None, misfit);
                rule_out(&mut found_replica, source.is_stuck(inventory, cluster));
                found.push(found_replica);
            }
        }
    } else {
        for instance in inventory.db_instances.iter().flatten() {
            if source.is_replicated_to(instance.replica_of.as_deref()) {
                let seen = Seen {
                    engine: &instance.engine,
                    version: &instance.engine_version,
                    key: instance.kms_key.as_deref(),
                    tells_key: true,
                    chosen_by_call: false,
                };
                let misfit = source.expected.misfit(inventory, seen);
                found.push(replica(facts, &instance.arn, &instance.status, instance.lag_seconds, misfit));
            }
        }
        for backup in inventory.automated_backups.iter().flatten() {
            if source.is(&backup.source_arn) || (backup.source_arn.is_empty() && source.is(&backup.source)) {
                let point = Point {
                    kind: CandidateKind::AutomatedBackup,
                    arn: &backup.arn,
                    data_at: backup.latest,
                    gib: backup.storage_gib,
                    status: &backup.status,
                    usable: &["active", "retained"],
                    seen: Seen {
                        engine: &backup.engine,
                        version: &backup.engine_version,
                        key: backup.kms_key.as_deref(),
                        tells_key: true,
                        chosen_by_call: false,
                    },
                };
                found.push(restored(facts, inventory, source, &point));
            }
        }
    }
    for snapshot in inventory.db_snapshots.iter().flatten() {
        if snapshot.of_cluster == source.cluster && source.is(&snapshot.source) {
            let point = Point {
                kind: CandidateKind::Snapshot,
                arn: &snapshot.arn,
                data_at: Some(snapshot.data_at),
                gib: snapshot.storage_gib,
                status: &snapshot.status,
                usable: &["available"],
                seen: Seen {
                    engine: &snapshot.engine,
                    version: &snapshot.engine_version,
                    key: snapshot.kms_key.as_deref(),
                    tells_key: true,
                    chosen_by_call: source.cluster,
                },
            };
            let mut found_copy = restored(facts, inventory, source, &point);
            rule_out(&mut found_copy, source.is_namesake(facts, snapshot));
            found.push(found_copy);
        }
    }
    for backup in inventory.backup_points.iter().flatten() {
        if source.is(&backup.resource_arn) {
            let point = Point {
                kind: CandidateKind::BackupPoint,
                arn: &backup.arn,
                data_at: Some(backup.data_at),
                gib: 0,
                status: &backup.status,
                usable: &["COMPLETED"],
                // AWS Backup says neither engine nor version, and no key of what it does not encrypt itself.
                seen: Seen {
                    key: backup.kms_key.as_deref(),
                    chosen_by_call: source.cluster,
                    ..Seen::default()
                },
            };
            found.push(restored(facts, inventory, source, &point));
        }
    }
    found
}

/// What is not the lost database's at all is nothing else either.
fn rule_out((candidate, cause): &mut Found, why: Option<String>) {
    if why.is_some() {
        (candidate.ruled_out, *cause) = (why, Cause::Other);
    }
}

fn replica(
    facts: &Facts<'_, '_>,
    arn: &str,
    status: &str,
    lag: Option<i64>,
    misfit: Option<Misfit>,
) -> Found {
    let estimate = facts.estimate("promote");
    let ruled_out = match (status, lag) {
        (_, Some(lag)) if lag < 0 => Some("it does not replicate (its lag is -1)".to_owned()),
        ("available" | "storage-optimization", _) => None,
        (status, _) => Some(format!("its status is {status}")),
    };
    let misfit = misfit.filter(|_| ruled_out.is_none());
    let candidate = Candidate {
        kind: CandidateKind::ReadReplica,
        id: arn.to_owned(),
        data_at: None,
        loss_seconds: lag.and_then(|lag| u64::try_from(lag).ok()),
        restore_p50_seconds: Some(estimate.p50_seconds),
        restore_p90_seconds: Some(estimate.p90_seconds),
        ruled_out: ruled_out.or_else(|| misfit.as_ref().map(Misfit::reason)),
    };
    (candidate, misfit.map_or(Cause::Other, Cause::Misfit))
}

fn restored(facts: &Facts<'_, '_>, inventory: &Inventory, source: &Source<'_>, point: &Point<'_>) -> Found {
    let gib = if point.gib == 0 { source.gib } else { point.gib };
    let estimate = facts.restore_estimate(gib);
    let to_come = point.data_at.and_then(|data_at| facts.is_to_come(data_at));
    let loss_seconds = point.data_at.filter(|_| to_come.is_none()).map(|data_at| facts.age(data_at));
    let other = || {
        if !point.usable.contains(&point.status) {
            let is_made = PENDING.contains(&point.status);
            let cause = if is_made { Cause::Pending } else { Cause::Other };
            return Some((format!("its status is {}", point.status), cause));
        }
        let untimed =
            || point.data_at.is_none().then(|| ("it has no restorable time yet".to_owned(), Cause::Pending));
        to_come.map(|why| (why, Cause::Other)).or_else(untimed)
    };
    let ruled = other()
        .or_else(|| {
            let key = point.seen.key?;
            Some((key_problem(inventory, Some(key))?, Cause::Key(key.to_owned())))
        })
        .or_else(|| {
            let misfit = source.expected.misfit(inventory, point.seen)?;
            Some((misfit.reason(), Cause::Misfit(misfit)))
        });
    let (ruled_out, cause) = ruled.map_or((None, Cause::Other), |(why, cause)| (Some(why), cause));
    let candidate = Candidate {
        kind: point.kind,
        id: point.arn.to_owned(),
        data_at: point.data_at,
        loss_seconds,
        restore_p50_seconds: Some(estimate.p50_seconds),
        restore_p90_seconds: Some(estimate.p90_seconds),
        ruled_out,
    };
    (candidate, cause)
}

/// What keeps a recovery point closed: its key is not here, not enabled, or not the caller's to use.
pub(super) fn key_problem(inventory: &Inventory, key: Option<&str>) -> Option<String> {
    let key = key?;
    inventory.keys.as_ref()?;
    let found = inventory.key(key);
    match found {
        None if Arn::parse(key).is_some_and(|arn| arn.region != inventory.region) => {
            Some(format!("its key {key} lies in another region"))
        }
        None => Some(format!("its key {key} is not in {}", inventory.region)),
        Some(found) if found.state != "Enabled" => Some(format!("its key {key} is {}", found.state)),
        Some(found) if found.usable == Some(false) => {
            Some(format!("its key {key} may not be used by the caller"))
        }
        Some(_) => None,
    }
}

pub(super) fn hours(seconds: u64) -> String {
    match (seconds / 3_600, seconds % 3_600 / 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
