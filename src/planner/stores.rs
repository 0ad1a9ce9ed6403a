//! Regional resources: made new, taken from a recovery point, found there already, or blocked.

use super::dispositions::{Fate, accepted_loss, fate, may_hold_data, step_id};
use super::facts::{Facts, Object};
use super::findings::{self, Findings};
use super::points::{self, Point};
use super::{buckets, databases, references, secrets};
use crate::model::paste;
use crate::model::types::Recovery;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};

/// A decision and, for a store, what it can come back from.
pub(super) struct Outcome {
    pub(super) fate: Fate,
    pub(super) store: Option<PlannedStore>,
}

impl From<Fate> for Outcome {
    fn from(fate: Fate) -> Self {
        Self { fate, store: None }
    }
}

/// Decides about a resource of the lost region.
pub(super) fn decide_regional(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    recovery: Recovery,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    match recovery {
        Recovery::RdsInstance => databases::decide_instance(facts, object, fates, findings),
        Recovery::RdsCluster => databases::decide_database(facts, object, true, findings),
        Recovery::RdsClusterInstance => decide_cluster_instance(facts, object, fates),
        Recovery::Bucket => buckets::decide_bucket(facts, object, findings),
        Recovery::OfBucket => buckets::decide_of_bucket(facts, object, fates, findings),
        Recovery::Secret => secrets::decide_secret(facts, object, findings),
        Recovery::SecretVersion => secrets::decide_version(facts, object, fates),
        Recovery::Key => decide_key(facts, object, findings),
        Recovery::Repository => decide_repository(facts, object, findings),
        Recovery::ElastiCache => decide_cache(facts, object, findings),
        Recovery::Store => decide_store(facts, object, findings),
        Recovery::Skip => {
            fate(Disposition::Skip, Engine::Exclude, "serves the primary's backups, not the recovery").into()
        }
        Recovery::OfDatabase => {
            fate(Disposition::Adopt, Engine::Import, "lies in a database and comes back with its data").into()
        }
        Recovery::Carry => {
            fate(Disposition::Carry, Engine::Carry, "its value lives only in the state").into()
        }
        Recovery::Create | Recovery::Share | Recovery::Traffic if may_hold_data(object) => {
            decide_store(facts, object, findings)
        }
        Recovery::Create | Recovery::Share | Recovery::Traffic => decide_made(facts, object),
    }
}

/// What holds no data: taken over where the inventory has its counterpart by an unmistakable mark, else made new.
fn decide_made(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Outcome {
    if object.type_name() == "aws_acm_certificate"
        && let Some(found) = references::certificate_counterpart(facts, object)
    {
        let reason = "an issued certificate of the recovery region covers the same names";
        return fate(Disposition::Adopt, Engine::Import, reason).with(found).into();
    }
    if object.type_name() == "aws_kms_alias"
        && let Some(alias) = object.text("name")
        && facts.inventory().is_some_and(|inventory| inventory.key(alias).is_some())
    {
        let reason = "the alias is there already, on the counterpart of its key";
        return fate(Disposition::Adopt, Engine::Import, reason).with(alias).into();
    }
    fate(Disposition::Create, Engine::Create, "regional and without data: made new").into()
}

/// Blocked for want of an inventory; `reason` says what is unknown.
pub(super) fn unseen(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    what: &str,
    reason: &str,
    findings: &mut Findings,
) -> Outcome {
    inventory_missing(facts, object, what, findings);
    fate(Disposition::Block, Engine::Exclude, reason).into()
}

pub(super) fn inventory_missing(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    what: &str,
    findings: &mut Findings,
) {
    findings.add(
        "inventory-missing",
        object.address(),
        format!("it is unknown what {what} can come back from: {}", findings::why_unseen(facts)),
        format!("record what is there: `drplan inventory {} -o {}`", facts.recovery, facts.inventory_file()),
        facts.place_in_code(object),
    );
}

/// What goes with a leader named by its dependencies: cluster instances, secret versions.
pub(super) fn follow(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    engine: Engine,
    why: &str,
) -> Outcome {
    let leader = references::leader(facts, object);
    let Some((index, leader_fate)) = leader.and_then(|index| Some((index, fates.get(index)?.as_ref()?)))
    else {
        return fate(Disposition::Skip, Engine::Exclude, format!("{why}, which is not in the state")).into();
    };
    let name = facts.objects[index].address();
    match leader_fate.disposition {
        Disposition::Block | Disposition::Skip => {
            fate(Disposition::Skip, Engine::Exclude, format!("left out with {name}")).into()
        }
        Disposition::Create => fate(Disposition::Create, Engine::Create, format!("made with {name}")).into(),
        Disposition::Share => fate(Disposition::Share, Engine::Import, format!("there with {name}")).into(),
        Disposition::Adopt => fate(Disposition::Adopt, Engine::Import, format!("there with {name}")).into(),
        disposition => {
            let mut fate = fate(disposition, engine, format!("{why}, {name}"));
            fate.counterpart.clone_from(&leader_fate.counterpart);
            if object.entry.is_some_and(|entry| entry.recovery == Recovery::RdsClusterInstance) {
                fate.known_after = Some(step_id("restore", name));
            }
            fate.into()
        }
    }
}

/// A restore makes the instances of a cluster; a replica that is promoted has its own, by other names.
fn decide_cluster_instance(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
) -> Outcome {
    let outcome = follow(facts, object, fates, Engine::Exclude, "restored with its cluster");
    let name = object.name();
    let is_there = || {
        let instances = facts.inventory().and_then(|inventory| inventory.db_instances.as_ref());
        instances.is_none_or(|instances| instances.iter().any(|one| one.id.eq_ignore_ascii_case(&name)))
    };
    if outcome.fate.disposition == Disposition::Promote && !is_there() {
        return fate(Disposition::Create, Engine::Create, "made in the replica cluster that is promoted")
            .into();
    }
    outcome
}

/// The command that gives a new key the alias of the primary's, where it has one.
fn under_alias(facts: &Facts<'_, '_>, key: &Object<'_, '_>) -> String {
    references::aliases_of(facts, key).first().map_or_else(String::new, |alias| {
        format!(
            "`aws kms create-alias --alias-name {} --region {} --target-key-id ...`, ",
            paste::shell(alias),
            facts.recovery
        )
    })
}

fn decide_key(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    match references::key_counterpart(facts, object) {
        Some(counterpart) => {
            fate(Disposition::Adopt, Engine::Import, format!("{} has its counterpart", facts.recovery))
                .with(counterpart)
                .into()
        }
        None => {
            let keys_known = facts.inventory().is_some_and(|inventory| inventory.keys.is_some());
            if let Some(database) = references::opened_by(facts, object).filter(|_| keys_known) {
                findings.add(
                    "key-no-counterpart",
                    object.address(),
                    format!("it encrypts {database}, and no usable key of {} stands for it", facts.recovery),
                    format!(
                        "make one: `aws kms create-key --region {recovery}`, {}and have the backups copied under it; \
                         or name one: {}",
                        under_alias(facts, object),
                        paste::block("counterpart", object.address(), "to = \"...\""),
                        recovery = facts.recovery
                    ),
                    facts.place_in_code(object),
                );
            }
            fate(Disposition::Create, Engine::Create, "a key of its own for what is made new").into()
        }
    }
}

fn decide_repository(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    let name = object.name();
    let Some(images) = facts.inventory().and_then(|inventory| inventory.images_for(&name)) else {
        let reason = "holds images; whether they are replicated is unknown";
        return unseen(facts, object, &format!("image repository {name}"), reason, findings);
    };
    if images.iter().any(|image| image.repository == name) {
        let mut outcome: Outcome =
            fate(Disposition::Adopt, Engine::Import, format!("replicated to {}", facts.recovery))
                .with(name.clone())
                .into();
        outcome.store = Some(store_of(object, &name, CandidateKind::Replicated, &name));
        return outcome;
    }
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    findings.add(
        "store-no-recovery",
        object.address(),
        format!("repository {name} has no image in {}", facts.recovery),
        format!(
            "replicate the registry (replication covers only images pushed afterwards: backfill the others), \
             or accept the loss of old images: {}",
            paste::block("accept_loss", object.address(), "reason = \"...\"")
        ),
        facts.place_in_code(object),
    );
    fate(Disposition::Block, Engine::Exclude, format!("no image of it is in {}", facts.recovery)).into()
}

fn decide_cache(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    // Its snapshots are others, which no inventory lists, and its argument is another.
    if object.type_name() == "aws_elasticache_serverless_cache" {
        return decide_store(facts, object, findings);
    }
    let name = object.name();
    let snapshots = facts.inventory().and_then(|inventory| inventory.cache_snapshots.as_ref());
    let mine = snapshots.into_iter().flatten().filter(|snapshot| snapshot.source == name);
    let points = mine.map(|snapshot| Point {
        id: &snapshot.name,
        data_at: snapshot.data_at,
        ruled_out: points::status_problem(&snapshot.status, "available"),
    });
    match points::plan_points(facts, object, CandidateKind::CacheSnapshot, points) {
        Some(store) if store.chosen.is_some() => restored(store, facts),
        seen => decide_backed_up(facts, object, seen, snapshots.is_some(), findings),
    }
}

fn restored(store: PlannedStore, facts: &Facts<'_, '_>) -> Outcome {
    let kind = store.rule.order.first().map_or("copy", |kind| kind.as_str());
    let chosen = store.chosen.as_deref().unwrap_or_default();
    let reason = format!("holds data: {kind} {chosen} is in {}", facts.recovery);
    // The engine takes a snapshot of a cache by an argument; a recovery point of AWS Backup by none.
    let by_engine = store.chosen().is_some_and(|chosen| chosen.kind == CandidateKind::CacheSnapshot);
    let engine = if by_engine { Engine::Create } else { Engine::Exclude };
    Outcome { fate: fate(Disposition::Restore, engine, reason), store: Some(store) }
}

/// A store with no recovery path of its own kind: AWS Backup, an accepted loss, or blocked.
pub(super) fn decide_store(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let name = object.name();
    if has_replica(object, facts.recovery) {
        let mut outcome: Outcome = fate(
            Disposition::Adopt,
            Engine::Import,
            format!("a global table with a replica in {}", facts.recovery),
        )
        .with(name.clone())
        .into();
        outcome.store = Some(store_of(object, &name, CandidateKind::Replicated, &name));
        return outcome;
    }
    decide_backed_up(facts, object, None, true, findings)
}

/// What AWS Backup has of a store. `own`: points of its own kind, none of them usable; `all_seen`: whether those are all.
fn decide_backed_up(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    own: Option<PlannedStore>,
    all_seen: bool,
    findings: &mut Findings,
) -> Outcome {
    let (name, arn) = (object.name(), object.arn.as_deref().unwrap_or_default());
    let points = facts.inventory().and_then(|inventory| inventory.backup_points.as_ref());
    let mine = points.into_iter().flatten().filter(|point| !arn.is_empty() && point.resource_arn == arn);
    let backups = mine.map(|point| Point {
        id: &point.arn,
        data_at: point.data_at,
        ruled_out: points::status_problem(&point.status, "COMPLETED"),
    });
    let store = match (points::plan_points(facts, object, CandidateKind::BackupPoint, backups), own) {
        (Some(store), _) if store.chosen.is_some() => return restored(store, facts),
        (backups, own) => own.or(backups),
    };
    let kind = object.type_name();
    if points.is_none() || !all_seen {
        let reason = "may hold data; what it can come back from is unknown";
        return Outcome { store, ..unseen(facts, object, &format!("{kind} {name}"), reason, findings) };
    }
    let unusable = store.as_ref().map(|store| format!(" ({})", store.why)).unwrap_or_default();
    findings.add(
        "store-no-recovery",
        object.address(),
        format!("{kind} {name} may hold data and has no recovery path to {}{unusable}", facts.recovery),
        format!(
            "{}, or accept the loss in drplan.hcl: {}",
            way_there(facts, object),
            paste::block("accept_loss", object.address(), "reason = \"...\"")
        ),
        facts.place_in_code(object),
    );
    let reason = format!("may hold data and has no copy in {}", facts.recovery);
    Outcome { fate: fate(Disposition::Block, Engine::Exclude, reason), store }
}

/// What brings the data of a type to another region, where anything does.
fn way_there(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> String {
    match object.type_name() {
        "aws_efs_file_system" => match replica_of_files(facts, object) {
            Some((id, replica)) => format!(
                "its replica {replica} is there, read-only while it replicates: leave this one out and name the replica, \
                 {} and {}, and before pods write `aws efs delete-replication-configuration --source-file-system-id {} \
                 --region {}`",
                paste::block("skip", object.address(), "reason = \"...\""),
                paste::block("rewrite", &id, &format!("to = {}", paste::quoted(&replica))),
                paste::shell(&id),
                facts.primary.as_deref().unwrap_or("REGION")
            ),
            None => format!(
                "replicate it (`aws efs create-replication-configuration`), or copy its recovery points to {} (AWS Backup)",
                facts.recovery
            ),
        },
        "aws_dynamodb_table" => {
            format!(
                "add a replica of the table in {}, or copy its recovery points there (AWS Backup)",
                facts.recovery
            )
        }
        // Neither is copied by anything of AWS.
        "aws_sqs_queue" | "aws_kinesis_stream" => {
            "nothing of AWS copies its messages: let their writers keep them until they are worked off"
                .to_owned()
        }
        _ => "copy it there (AWS Backup, a replica)".to_owned(),
    }
}

/// The id of a file system, and of its replica in the recovery region as the state has it.
/// <https://docs.aws.amazon.com/efs/latest/ug/replication-fail-over.html>
fn replica_of_files(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<(String, String)> {
    let id = object.id.as_deref()?;
    facts.objects.iter().find_map(|one| {
        let of_it = one.type_name() == "aws_efs_replication_configuration"
            && one.text("source_file_system_id") == Some(id);
        let tree = of_it.then(|| one.tree())?;
        let destination = tree.pointer("/destination/0")?;
        let text = |name: &str| destination.get(name).and_then(|value| value.as_str());
        let replica = text("file_system_id").filter(|_| text("region") == Some(facts.recovery))?;
        Some((id.to_owned(), replica.to_owned()))
    })
}

/// A DynamoDB global table has a whole copy of itself, under the same name, in each region of its replicas.
fn has_replica(object: &Object<'_, '_>, region: &str) -> bool {
    if object.type_name() != "aws_dynamodb_table" {
        return false;
    }
    let tree = object.tree();
    let replicas = tree.get("replica").and_then(|all| all.as_array());
    let mut regions = replicas.into_iter().flatten().map(|one| one.get("region_name"));
    regions.any(|name| name.and_then(|name| name.as_str()) == Some(region))
}

/// A store that nothing brings back, or of which nobody could see what would.
pub(super) fn store_without_points(
    address: &str,
    name: &str,
    order: Vec<CandidateKind>,
    why: impl Into<String>,
) -> PlannedStore {
    PlannedStore {
        address: address.to_owned(),
        name: name.to_owned(),
        rule: Rule { order, max_age_seconds: None, classes: Vec::new() },
        candidates: Vec::new(),
        chosen: None,
        why: why.into(),
    }
}

pub(super) fn store_of(object: &Object<'_, '_>, name: &str, kind: CandidateKind, id: &str) -> PlannedStore {
    let why = format!("{}, found by the inventory", kind.as_str());
    store_without_points(object.address(), name, vec![kind], why).choosing(Candidate::untimed(kind, id))
}
