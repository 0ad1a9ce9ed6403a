//! Secrets: a replica is promoted, what was one is taken over, a namesake is told.

use super::dispositions::{Fate, accepted_loss, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::recovery_points::key_problem;
use super::references;
use super::stores::{Outcome, follow, store_of, unseen};
use crate::model::arn::Arn;
use crate::model::inventory::Secret;
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::CandidateKind;

/// What a secret of the same name in the recovery region is to the lost one.
enum Origin<'s> {
    /// Its replica.
    Replica,
    /// It was its replica: a promoted one keeps the ARN, but for the region.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html>
    Promoted,
    /// It stands alone under an ARN of its own.
    Namesake,
    /// The replica of another region's secret.
    ReplicaOf(&'s str),
}

fn origin<'s>(facts: &Facts<'_, '_>, object: &Object<'_, '_>, secret: &'s Secret) -> Origin<'s> {
    match secret.primary_region.as_deref() {
        Some(region) if facts.primary.is_none() || facts.is_primary(region) => Origin::Replica,
        Some(region) => Origin::ReplicaOf(region),
        None => {
            let lost = object.arn.as_deref().and_then(Arn::parse);
            let same = lost.is_some_and(|arn| arn.in_region(facts.recovery) == secret.arn);
            if same { Origin::Promoted } else { Origin::Namesake }
        }
    }
}

pub(super) fn decide_secret(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    let name = object.name();
    let Some(secrets) = facts.inventory().and_then(|inventory| inventory.secrets.as_ref()) else {
        let reason = "holds data; whether it is replicated is unknown";
        return unseen(facts, object, &format!("secret {name}"), reason, findings);
    };
    let mut no_replica = |message: String, fix: String| {
        findings.add("secret-no-replica", object.address(), message, fix, facts.place_in_code(object));
    };
    let recovery = facts.recovery;
    let replicate = |more: &str| {
        format!(
            "`aws secretsmanager replicate-secret-to-regions --secret-id {} --add-replica-regions Region={recovery} \
             {more}--region {}`",
            paste::shell(&name),
            facts.primary.as_deref().unwrap_or("REGION")
        )
    };
    let Some(secret) = secrets.iter().find(|secret| secret.name == name) else {
        no_replica(
            format!("secret {name} has no replica in {recovery}"),
            format!("replicate it: {}", replicate("")),
        );
        return fate(Disposition::Block, Engine::Exclude, "its value lies only in the lost region").into();
    };
    if secret.deleted_at.is_some() {
        no_replica(
            format!("secret {name} is scheduled for deletion in {recovery}"),
            format!(
                "keep it: `aws secretsmanager restore-secret --secret-id {} --region {recovery}`",
                paste::shell(&name)
            ),
        );
        return fate(Disposition::Block, Engine::Exclude, "its replica is scheduled for deletion").into();
    }
    let inventory = facts.inventory();
    let key = secret.kms_key.as_deref().filter(|key| !key.contains("alias/aws/"));
    if let Some(problem) = inventory.and_then(|inventory| key_problem(inventory, key)) {
        no_replica(
            format!("secret {name} of {recovery} cannot be opened: {problem}"),
            format!(
                "bring the key back, or replicate the secret anew under one that is there: {}",
                replicate("")
            ),
        );
        return fate(Disposition::Block, Engine::Exclude, "its replica cannot be opened").into();
    }
    let found = |disposition, engine, what: &str| {
        let reason = format!("{recovery} has the secret: {what}");
        Outcome {
            fate: fate(disposition, engine, reason).with(secret.arn.clone()),
            store: Some(store_of(object, &name, CandidateKind::SecretReplica, &secret.arn)),
        }
    };
    match origin(facts, object, secret) {
        Origin::Replica => {
            if has_failed(facts, object) {
                told_failed(facts, object, secret, findings);
            }
            found(Disposition::Promote, Engine::Exclude, "its replica is promoted")
        }
        Origin::Promoted if has_failed(facts, object) => {
            told_failed(facts, object, secret, findings);
            found(
                Disposition::Adopt,
                Engine::Import,
                "it stands alone, and the primary's was not replicated to it",
            )
        }
        Origin::Promoted => {
            found(Disposition::Adopt, Engine::Import, "its replica, promoted already: it stands alone")
        }
        Origin::Namesake => {
            told_namesake(facts, object, secret, findings);
            found(
                Disposition::Adopt,
                Engine::Import,
                "it stands alone, and is taken for the lost one by its name",
            )
        }
        Origin::ReplicaOf(region) => {
            no_replica(
                format!(
                    "secret {name} of {recovery} is the replica of the one in {region}, which holds another's value"
                ),
                format!(
                    "while {} answers, and where nothing of {recovery} reads the other: {}",
                    facts.primary.as_deref().unwrap_or("the primary"),
                    replicate("--force-overwrite-replica-secret ")
                ),
            );
            let reason =
                format!("its name is that of a replica of {region}: its value lies only in the lost region");
            fate(Disposition::Block, Engine::Exclude, reason).into()
        }
    }
}

/// Whether the state has the replica of the recovery region as failed: by a namesake there, or by its key.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicationStatusType.html>
fn has_failed(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    let tree = object.tree();
    let replicas = tree.get("replica").and_then(|all| all.as_array());
    replicas.into_iter().flatten().any(|replica| {
        let text = |name: &str| replica.get(name).and_then(|value| value.as_str());
        text("region") == Some(facts.recovery) && text("status") == Some("Failed")
    })
}

fn told_failed(facts: &Facts<'_, '_>, object: &Object<'_, '_>, secret: &Secret, findings: &mut Findings) {
    findings.add(
        "secret-origin-unknown",
        object.address(),
        format!(
            "the state has the replication of secret {} to {} as failed: what is there is another's value, or an old one",
            secret.name, facts.recovery
        ),
        format!(
            "while {} answers, replicate it anew: `aws secretsmanager replicate-secret-to-regions --secret-id {} \
             --add-replica-regions Region={} --force-overwrite-replica-secret --region {0}`, and refresh the state",
            facts.primary.as_deref().unwrap_or("REGION"),
            paste::shell(&secret.name),
            facts.recovery
        ),
        facts.place_in_code(object),
    );
}

fn told_namesake(facts: &Facts<'_, '_>, object: &Object<'_, '_>, secret: &Secret, findings: &mut Findings) {
    let list = |region: &str| {
        format!(
            "`aws secretsmanager list-secret-version-ids --secret-id {} --region {region}`",
            paste::shell(&secret.name)
        )
    };
    findings.add(
        "secret-origin-unknown",
        object.address(),
        format!(
            "secret {} of {} stands alone under an ARN that no replica of this one has ({}): nothing proves that its \
             value is the same",
            secret.name, facts.recovery, secret.arn
        ),
        format!(
            "see when it was last written: {}; where it is not meant for this, replicate the primary's in \
             its place",
            list(facts.recovery)
        ),
        facts.place_in_code(object),
    );
}

/// The value comes with the secret, and what names the primary in it is replaced wherever it came from.
pub(super) fn decide_version(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
) -> Outcome {
    let why = "its value comes with the secret";
    let leader = references::leader(facts, object);
    let adopted = leader.and_then(|at| Some((at, fates.get(at)?.as_ref()?)));
    match adopted.filter(|(_, fate)| fate.disposition == Disposition::Adopt) {
        Some((at, leader)) => {
            let reason = format!("{why}, {}", facts.objects[at].address());
            let mut decided = fate(Disposition::Promote, Engine::Exclude, reason);
            decided.counterpart.clone_from(&leader.counterpart);
            decided.into()
        }
        None => follow(facts, object, fates, Engine::Exclude, why),
    }
}
