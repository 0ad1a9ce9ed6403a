//! Regional resources: made new, taken from a recovery point, found there already, or blocked.

use super::dispositions::{Fate, accepted_loss, fate, may_hold_data};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::recovery_points;
use super::references::{self, Found};
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
        Recovery::RdsInstance => decide_instance(facts, object, findings),
        Recovery::RdsCluster => decide_database(facts, object, true, findings),
        Recovery::RdsClusterInstance => {
            follow(facts, object, fates, Engine::Exclude, "restored with its cluster")
        }
        Recovery::Bucket => decide_bucket(facts, object, findings),
        Recovery::OfBucket => decide_of_bucket(facts, object, fates, findings),
        Recovery::Secret => decide_secret(facts, object, findings),
        Recovery::SecretVersion => {
            follow(facts, object, fates, Engine::Exclude, "its value comes with the secret")
        }
        Recovery::Key => decide_key(facts, object),
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
        && let Some(alias) = object.tree().get("name").and_then(|name| name.as_str())
        && references::alias_is_taken(facts, alias)
    {
        let reason = "the alias is there already, on the counterpart of its key";
        return fate(Disposition::Adopt, Engine::Import, reason).with(alias).into();
    }
    fate(Disposition::Create, Engine::Create, "regional and without data: made new").into()
}

fn decide_instance(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    if let Some(source) = references::replica_source(object) {
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

fn decide_database(
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

pub(super) fn inventory_missing(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    what: &str,
    findings: &mut Findings,
) {
    findings.add(
        "inventory-missing",
        object.address(),
        format!("it is unknown what {what} can come back from: nothing tells what is in {}", facts.recovery),
        format!(
            "record it: drplan inventory {} -o inventory.json, then plan with --inventory",
            facts.recovery
        ),
        facts.place_in_code(object),
    );
}

/// What goes with a leader named by its dependencies: cluster instances, secret versions.
fn follow(
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
            fate.into()
        }
    }
}

fn decide_bucket(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let name = object.name();
    match references::bucket_counterpart(facts, &name) {
        Found::Known(counterpart) => {
            let mut outcome: Outcome = fate(
                Disposition::Adopt,
                Engine::Import,
                format!("bucket {name} is replicated to {counterpart}"),
            )
            .with(counterpart.clone())
            .into();
            outcome.store = Some(store_of(object, &name, CandidateKind::ReplicaBucket, &counterpart));
            outcome
        }
        Found::Unknown => {
            inventory_missing(facts, object, &format!("bucket {name}"), findings);
            fate(Disposition::Block, Engine::Exclude, "holds data; whether it is replicated is unknown")
                .into()
        }
        Found::Absent => {
            findings.add(
                "bucket-no-counterpart",
                object.address(),
                format!("bucket {name} holds data and is not replicated to {}", facts.recovery),
                format!(
                    "replicate it, or name what stands for it: counterpart \"{name}\" {{ to = \"...\" }}, \
                     or accept the loss: accept_loss \"{}\" {{ reason = \"...\" }}",
                    object.address()
                ),
                facts.place_in_code(object),
            );
            fate(
                Disposition::Block,
                Engine::Exclude,
                format!("holds data and has no copy in {}", facts.recovery),
            )
            .into()
        }
    }
}

fn decide_of_bucket(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    let bucket = object.tree().get("bucket").and_then(|bucket| bucket.as_str()).map(str::to_owned);
    let leader = bucket.as_deref().and_then(|bucket| references::bucket_object(facts, bucket));
    let Some((index, leader)) = leader.and_then(|index| Some((index, fates.get(index)?.as_ref()?))) else {
        return decide_of_foreign_bucket(facts, object, bucket.as_deref().unwrap_or_default(), findings);
    };
    let name = facts.objects[index].address();
    match leader.disposition {
        Disposition::Block | Disposition::Skip => {
            fate(Disposition::Skip, Engine::Exclude, format!("left out with {name}")).into()
        }
        Disposition::Create => fate(Disposition::Create, Engine::Create, format!("made with {name}")).into(),
        // Every setting of a bucket is a PUT: set again on the counterpart, whatever it has.
        _ => {
            let mut put = fate(
                Disposition::Create,
                Engine::Create,
                format!("a setting, put on the counterpart of {name}"),
            );
            put.counterpart.clone_from(&leader.counterpart);
            put.into()
        }
    }
}

/// A setting of a bucket that is not in the state: put on its counterpart, if it has one.
fn decide_of_foreign_bucket(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    bucket: &str,
    findings: &mut Findings,
) -> Outcome {
    match references::bucket_counterpart(facts, bucket) {
        Found::Known(counterpart) => fate(
            Disposition::Create,
            Engine::Create,
            format!("a setting, put on the counterpart of {bucket}"),
        )
        .with(counterpart)
        .into(),
        Found::Unknown => {
            inventory_missing(facts, object, &format!("bucket {bucket}"), findings);
            let reason = format!("a setting of bucket {bucket}, of whose counterpart nothing is known");
            fate(Disposition::Block, Engine::Exclude, reason).into()
        }
        Found::Absent => {
            findings.add(
                "bucket-no-counterpart",
                object.address(),
                format!("bucket {bucket} is not in the state and has no counterpart in {}", facts.recovery),
                format!("name what stands for it: counterpart \"{bucket}\" {{ to = \"...\" }}"),
                facts.place_in_code(object),
            );
            fate(
                Disposition::Block,
                Engine::Exclude,
                format!("a setting of bucket {bucket}, which has no counterpart"),
            )
            .into()
        }
    }
}

fn decide_secret(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let name = object.name();
    let Some(secrets) = facts.inventory().and_then(|inventory| inventory.secrets.as_ref()) else {
        inventory_missing(facts, object, &format!("secret {name}"), findings);
        return fate(Disposition::Block, Engine::Exclude, "holds data; whether it is replicated is unknown")
            .into();
    };
    match secrets.iter().find(|secret| secret.name == name) {
        Some(secret) if secret.deleted_at.is_some() => {
            findings.add(
                "secret-no-replica",
                object.address(),
                format!("secret {name} is scheduled for deletion in {}", facts.recovery),
                format!("aws secretsmanager restore-secret --secret-id {name} --region {}", facts.recovery),
                facts.place_in_code(object),
            );
            fate(Disposition::Block, Engine::Exclude, "its replica is scheduled for deletion").into()
        }
        Some(secret) => {
            let what = if secret.primary_region.is_some() {
                "its replica is promoted"
            } else {
                "it stands alone there"
            };
            let mut outcome: Outcome = fate(
                Disposition::Promote,
                Engine::Exclude,
                format!("{} has the secret: {what}", facts.recovery),
            )
            .with(secret.arn.clone())
            .into();
            outcome.store = Some(store_of(object, &name, CandidateKind::SecretReplica, &secret.arn));
            outcome
        }
        None => {
            findings.add(
                "secret-no-replica",
                object.address(),
                format!("secret {name} has no replica in {}", facts.recovery),
                format!(
                    "aws secretsmanager replicate-secret-to-regions --secret-id {name} --add-replica-regions Region={}",
                    facts.recovery
                ),
                facts.place_in_code(object),
            );
            fate(Disposition::Block, Engine::Exclude, "its value lies only in the lost region").into()
        }
    }
}

fn decide_key(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Outcome {
    match references::key_counterpart(facts, object) {
        Some(counterpart) => {
            fate(Disposition::Adopt, Engine::Import, format!("{} has its counterpart", facts.recovery))
                .with(counterpart)
                .into()
        }
        None => fate(Disposition::Create, Engine::Create, "a key of its own for what is made new").into(),
    }
}

fn decide_repository(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    let name = object.name();
    let Some(images) = facts.inventory().and_then(|inventory| inventory.images.as_ref()) else {
        inventory_missing(facts, object, &format!("image repository {name}"), findings);
        return fate(
            Disposition::Block,
            Engine::Exclude,
            "holds images; whether they are replicated is unknown",
        )
        .into();
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
        "replicate the registry (replication covers only images pushed afterwards: backfill the others), \
         or accept the loss of old images with accept_loss",
        facts.place_in_code(object),
    );
    fate(Disposition::Block, Engine::Exclude, format!("no image of it is in {}", facts.recovery)).into()
}

fn decide_cache(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let name = object.name();
    let snapshots = facts.inventory().and_then(|inventory| inventory.cache_snapshots.as_ref());
    let newest = snapshots.and_then(|snapshots| {
        snapshots
            .iter()
            .filter(|snapshot| snapshot.source == name && snapshot.status == "available")
            .max_by_key(|snapshot| (snapshot.data_at, snapshot.name.clone()))
    });
    if let Some(snapshot) = newest {
        let mut store = store_of(object, &name, CandidateKind::CacheSnapshot, &snapshot.name);
        if let Some(candidate) = store.candidates.first_mut() {
            candidate.data_at = Some(snapshot.data_at);
            candidate.loss_seconds = Some(facts.age(snapshot.data_at));
        }
        let reason = format!("holds data: snapshot {} is in {}", snapshot.name, facts.recovery);
        return Outcome { fate: fate(Disposition::Restore, Engine::Exclude, reason), store: Some(store) };
    }
    decide_store(facts, object, findings)
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
    let arn = object.arn.as_deref().unwrap_or_default();
    let Some(inventory) = facts.inventory() else {
        inventory_missing(facts, object, &format!("{} {name}", object.type_name()), findings);
        return fate(
            Disposition::Block,
            Engine::Exclude,
            "may hold data; what it can come back from is unknown",
        )
        .into();
    };
    let point = inventory
        .backup_points
        .iter()
        .flatten()
        .filter(|point| !arn.is_empty() && point.resource_arn == arn && point.status == "COMPLETED")
        .max_by_key(|point| (point.data_at, point.arn.clone()));
    if let Some(point) = point {
        let mut store = store_of(object, &name, CandidateKind::BackupPoint, &point.arn);
        if let Some(candidate) = store.candidates.first_mut() {
            candidate.data_at = Some(point.data_at);
            candidate.loss_seconds = Some(facts.age(point.data_at));
        }
        let reason = format!("holds data: AWS Backup has a copy in {}", facts.recovery);
        return Outcome { fate: fate(Disposition::Restore, Engine::Exclude, reason), store: Some(store) };
    }
    findings.add(
        "store-no-recovery",
        object.address(),
        format!("{} {name} may hold data and has no recovery path to {}", object.type_name(), facts.recovery),
        format!(
            "copy it there (AWS Backup, a replica), or accept the loss in drplan.hcl: \
             accept_loss \"{}\" {{ reason = \"...\" }}",
            object.address()
        ),
        facts.place_in_code(object),
    );
    fate(Disposition::Block, Engine::Exclude, format!("may hold data and has no copy in {}", facts.recovery))
        .into()
}

/// A DynamoDB global table has a whole copy of itself, under the same name, in each region of its replicas.
fn has_replica(object: &Object<'_, '_>, region: &str) -> bool {
    let tree = object.tree();
    let replicas = tree.get("replica").filter(|_| object.type_name() == "aws_dynamodb_table");
    let mut regions =
        replicas.and_then(|all| all.as_array()).into_iter().flatten().map(|one| one.get("region_name"));
    regions.any(|name| name.and_then(|name| name.as_str()) == Some(region))
}

fn store_of(object: &Object<'_, '_>, name: &str, kind: CandidateKind, id: &str) -> PlannedStore {
    PlannedStore {
        address: object.address().to_owned(),
        name: name.to_owned(),
        rule: Rule { order: vec![kind], max_age_seconds: None, classes: Vec::new() },
        candidates: vec![Candidate {
            kind,
            id: id.to_owned(),
            data_at: None,
            loss_seconds: None,
            restore_p50_seconds: None,
            restore_p90_seconds: None,
            ruled_out: None,
        }],
        chosen: Some(id.to_owned()),
        why: format!("{}, found by the inventory", kind.as_str()),
    }
}
