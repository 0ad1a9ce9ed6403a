//! Volumes of the cluster: what a claim of the manifests holds lies in the lost region, and a new cluster gives an
//! empty volume under the same name. Each is a store: its loss is accepted by name, or it is an error.
//!
//! Volumes that live and die with their pod (`emptyDir`, `ephemeral`) hold nothing to recover.

use std::collections::{BTreeSet, HashSet};

use super::dispositions::{Decided, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::stores::{Outcome, store_without_points};
use crate::model::diagnostic::Place;
use crate::model::document::{self, Node, Tree, push_index, push_pointer};
use crate::model::settings::AcceptedLoss;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

/// On a claim, or in the metadata of its template: it holds nothing that anybody would miss.
pub(super) const EPHEMERAL: &str = "drplan.dev/ephemeral";

const CLAIM: &str = "PersistentVolumeClaim";

/// A claim, or all that are made from one template.
struct Claim<'i> {
    /// What the plan and drplan.hcl call it.
    address: String,
    /// Other names that drplan.hcl may have for it.
    others: Vec<String>,
    /// The single claims of a template.
    parts: Vec<String>,
    /// In a sentence.
    told: String,
    at: Place,
    /// The claim or its template.
    root: &'i Node,
    /// The claim itself, where it stands alone.
    object: Option<&'i document::Object>,
}

/// Adds the volumes that the manifests claim to the stores of the plan.
pub(super) fn plan_volumes(facts: &Facts<'_, '_>, decided: &mut Decided, findings: &mut Findings) {
    let claims = claims(facts);
    if claims.is_empty() {
        return;
    }
    let mut known: BTreeSet<String> = decided.stores.iter().map(|store| store.address.clone()).collect();
    let volumes: Vec<&document::Object> =
        facts.input.manifests.objects.iter().filter(|object| object.kind == "PersistentVolume").collect();
    for claim in claims {
        let store = decide(facts, &claim, &volumes, findings);
        if known.insert(store.address.clone()) {
            decided.stores.push(store);
        }
    }
    decided.stores.sort_by(|a, b| a.address.cmp(&b.address));
}

/// Every name that drplan.hcl may have for a volume of the manifests.
pub(super) fn names(facts: &Facts<'_, '_>) -> HashSet<String> {
    let all = claims(facts).into_iter();
    all.flat_map(|claim| [claim.address].into_iter().chain(claim.others).chain(claim.parts)).collect()
}

/// A claim that Terraform made: there is no other way back for it than for those of the manifests.
pub(super) fn decide_claim(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = super::dispositions::accepted_loss(facts, object) {
        return accepted;
    }
    let told = format!("{} {}", object.type_name(), object.name());
    report(facts, object.address(), &told, facts.place_in_code(object), findings);
    let reason = format!("a volume of the lost cluster: nothing brings it back in {}", facts.recovery);
    let mut outcome: Outcome = fate(Disposition::Block, Engine::Exclude, reason.as_str()).into();
    outcome.store = Some(store_without_points(object.address(), &object.name(), Vec::new(), reason));
    outcome
}

impl Claim<'_> {
    /// The loss as drplan.hcl accepts it: of all, or of each single claim.
    fn accepted<'f>(&self, facts: &Facts<'f, '_>) -> Option<&'f AcceptedLoss> {
        let losses = &facts.input.settings.accepted_losses;
        let of = |name: &str| losses.iter().find(|loss| loss.address == name);
        let whole = [&self.address].into_iter().chain(&self.others).find_map(|name| of(name));
        whole.or_else(|| {
            let each: Option<Vec<&AcceptedLoss>> = self.parts.iter().map(|part| of(part)).collect();
            each.and_then(|each| each.first().copied())
        })
    }

    fn is_ephemeral(&self) -> bool {
        let annotation = self.root.at(&["metadata", "annotations"]).and_then(|all| all.get(EPHEMERAL));
        annotation.is_some_and(|node| node.as_str() == Some("true") || node.tree == Tree::Bool(true))
    }

    fn store(&self, chosen: Option<(CandidateKind, &str)>, why: String) -> PlannedStore {
        let name = self.address.rsplit('/').next().unwrap_or_default();
        let order = chosen.iter().map(|(kind, _)| *kind).collect();
        let store = store_without_points(&self.address, name, order, why);
        match chosen {
            Some((kind, id)) => store.choosing(Candidate::untimed(kind, id)),
            None => store,
        }
    }
}

fn decide(
    facts: &Facts<'_, '_>,
    claim: &Claim<'_>,
    volumes: &[&document::Object],
    findings: &mut Findings,
) -> PlannedStore {
    let empty = Some((CandidateKind::Empty, "empty"));
    if claim.is_ephemeral() {
        return claim.store(empty, format!("nothing to recover, says its annotation {EPHEMERAL}"));
    }
    if let Some(lies_in) = claim.object.and_then(|object| lies_in(facts, object, volumes)) {
        let why = format!("its volume is {lies_in}, which the plan decides about");
        return claim.store(Some((CandidateKind::Source, lies_in)), why);
    }
    if let Some(loss) = claim.accepted(facts) {
        return claim.store(empty, format!("loss accepted in drplan.hcl: {}", loss.reason));
    }
    report(facts, &claim.address, &claim.told, Some(claim.at.clone()), findings);
    claim.store(None, format!("its volume lies in the lost region and comes up empty in {}", facts.recovery))
}

fn report(facts: &Facts<'_, '_>, address: &str, told: &str, at: Option<Place>, findings: &mut Findings) {
    findings.add(
        "volume-no-recovery",
        address,
        format!("{told} holds data in the lost region and would come up empty in {}", facts.recovery),
        format!(
            "keep what must not be lost where it is copied (a database, a bucket, a replicated file system); else accept \
             it: accept_loss \"{address}\" {{ reason = \"...\" }}, or annotate the claim {EPHEMERAL}: \"true\""
        ),
        at,
    );
}

/// The resource of the state that a claim's volume is, where a PersistentVolume of the manifests binds the two.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume>
fn lies_in<'i>(
    facts: &Facts<'i, '_>,
    claim: &document::Object,
    volumes: &[&document::Object],
) -> Option<&'i str> {
    let volume = volumes.iter().find(|volume| is_bound(claim, volume))?;
    let handle = handle(volume)?;
    // `fs-1::fsap-2`, `fs-1.efs.us-east-2.amazonaws.com`, `aws://us-east-2a/vol-3`.
    let is_part = |id: &str| handle.split(['/', ':', '.']).any(|part| part == id);
    let object = facts.objects.iter().find(|object| {
        object.is_managed() && object.id.as_deref().is_some_and(|id| id.len() > 3 && is_part(id))
    });
    object.map(Object::address)
}

/// Whether a claim names a volume, or the volume is reserved for the claim.
fn is_bound(claim: &document::Object, volume: &document::Object) -> bool {
    let reserved = |key: &str| volume.root.str_at(&["spec", "claimRef", key]);
    let namespace = claim.namespace.as_deref().unwrap_or("default");
    claim.root.str_at(&["spec", "volumeName"]) == Some(&*volume.name)
        || (reserved("name") == Some(&*claim.name) && reserved("namespace").unwrap_or("default") == namespace)
}

/// What a volume is outside of the cluster.
fn handle(volume: &document::Object) -> Option<&str> {
    let paths: [&[&str]; 3] = [
        &["spec", "csi", "volumeHandle"],
        &["spec", "nfs", "server"],
        &["spec", "awsElasticBlockStore", "volumeID"],
    ];
    paths.iter().find_map(|path| volume.root.str_at(path))
}

fn claims<'i>(facts: &Facts<'i, '_>) -> Vec<Claim<'i>> {
    let mut found = Vec::new();
    for object in &facts.input.manifests.objects {
        match object.kind.as_str() {
            CLAIM if object.group().is_empty() => found.push(Claim {
                others: in_default(object, &object.name),
                object: Some(object),
                ..whole(facts, object, format!("volume {}", object.name))
            }),
            // A disk of the lost region, named by its id, which no claim of the manifests is bound to.
            "PersistentVolume" if is_disk(facts, object) => {
                found.push(whole(facts, object, format!("the disk of {}", facts.label(object))));
            }
            kind if OPERATED.contains(&(object.group(), kind)) => {
                found.push(whole(facts, object, format!("the data of {}", facts.label(object))));
            }
            // The schema of a kind is no object of it.
            "CustomResourceDefinition" => {}
            _ => templates(&object.root, &mut String::new(), &mut |pointer, template| {
                found.push(of_template(facts, object, pointer, template));
            }),
        }
    }
    found
}

/// Kinds from which an operator makes a database or a queue with volumes of its own: group and kind.
const OPERATED: [(&str, &str); 12] = [
    ("acid.zalan.do", "postgresql"),
    ("databases.spotahome.com", "RedisFailover"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch"),
    ("k8s.mariadb.com", "MariaDB"),
    ("kafka.strimzi.io", "Kafka"),
    ("kafka.strimzi.io", "KafkaNodePool"),
    ("mongodbcommunity.mongodb.com", "MongoDBCommunity"),
    ("mysql.oracle.com", "InnoDBCluster"),
    ("postgres-operator.crunchydata.com", "PostgresCluster"),
    ("postgresql.cnpg.io", "Cluster"),
    ("psmdb.percona.com", "PerconaServerMongoDB"),
    ("rabbitmq.com", "RabbitmqCluster"),
];

/// An object that stands for its data as a whole.
fn whole<'i>(facts: &Facts<'i, '_>, object: &'i document::Object, told: String) -> Claim<'i> {
    Claim {
        address: facts.label(object),
        told,
        others: Vec::new(),
        parts: Vec::new(),
        at: Place::new(&object.file, object.line),
        root: &object.root,
        object: None,
    }
}

/// Whether a volume is a disk of EBS that nothing of the manifests or of the state decides about.
/// <https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html>
fn is_disk(facts: &Facts<'_, '_>, volume: &document::Object) -> bool {
    let Some(id) =
        handle(volume).and_then(|handle| handle.rsplit('/').next()).filter(|id| id.starts_with("vol-"))
    else {
        return false;
    };
    let objects = &facts.input.manifests.objects;
    let claimed = objects.iter().any(|object| object.kind == CLAIM && is_bound(object, volume));
    let managed = facts.objects.iter().any(|object| object.is_managed() && object.id.as_deref() == Some(id));
    !claimed && !managed
}

/// Templates of claims in an object: a StatefulSet's, and those of the kinds that operators make one from.
fn templates<'n>(node: &'n Node, pointer: &mut String, found: &mut impl FnMut(&str, &'n Node)) {
    let length = pointer.len();
    for (key, value) in node.entries() {
        push_pointer(pointer, key);
        match (key.as_str(), &value.tree) {
            // It goes with its pod.
            ("ephemeral", _) => {}
            ("volumeClaimTemplate", Tree::Mapping(_)) => found(pointer, value),
            ("volumeClaimTemplates", Tree::Sequence(items)) => {
                for (at, item) in items.iter().enumerate() {
                    let length = pointer.len();
                    push_index(pointer, at);
                    found(pointer, item);
                    pointer.truncate(length);
                }
            }
            _ => templates(value, pointer, found),
        }
        pointer.truncate(length);
    }
    for (at, item) in node.items().iter().enumerate() {
        push_index(pointer, at);
        templates(item, pointer, found);
        pointer.truncate(length);
    }
}

fn of_template<'i>(
    facts: &Facts<'i, '_>,
    object: &'i document::Object,
    pointer: &str,
    template: &'i Node,
) -> Claim<'i> {
    let owner = facts.label(object);
    let path: Vec<&str> = pointer.split('/').skip(1).collect();
    let at = match object.written_at(&path) {
        Some((text, span)) if text == object.file || text != object.text => Place::new(text, span.line),
        // Made by the unit: what it was made from begins there.
        _ => Place::new(&object.file, object.line),
    };
    let name = template.str_at(&["metadata", "name"]).filter(|_| object.kind == "StatefulSet");
    // What an operator calls its claims only the operator knows.
    let Some(name) = name.map(|name| format!("{name}-{}", object.name)) else {
        let others = vec![format!("{owner}{pointer}")];
        return Claim {
            told: format!("a volume of {owner}"),
            address: owner,
            others,
            parts: Vec::new(),
            at,
            root: template,
            object: None,
        };
    };
    // Named after template, set and ordinal:
    // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
    let replicas = object.root.at(&["spec", "replicas"]).and_then(Node::as_i64).unwrap_or(1).clamp(0, 1_000);
    let label = |name: &str| match &object.namespace {
        Some(namespace) => format!("{CLAIM}/{namespace}/{name}"),
        None => format!("{CLAIM}/{name}"),
    };
    let told = match replicas {
        0 | 1 => format!("volume {name}-0 of {owner}"),
        count => format!("each of the volumes {name}-0 to {name}-{} of {owner}", count - 1),
    };
    let mut others = in_default(object, &name);
    others.push(owner);
    Claim {
        address: label(&name),
        others,
        parts: (0..replicas).map(|ordinal| label(&format!("{name}-{ordinal}"))).collect(),
        told,
        at,
        root: template,
        object: None,
    }
}

/// An object without a namespace comes to lie in `default`.
fn in_default(object: &document::Object, name: &str) -> Vec<String> {
    match &object.namespace {
        Some(namespace) if namespace == "default" => vec![format!("{CLAIM}/{name}")],
        None => vec![format!("{CLAIM}/default/{name}")],
        Some(_) => Vec::new(),
    }
}
