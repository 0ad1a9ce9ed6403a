//! Volumes of the cluster: what a claim of the manifests holds lies in the lost region, and a new cluster gives an
//! empty volume under the same name. Each is a store: its loss is accepted by name, or it is an error.
//!
//! So is what a controller makes of an object: a database of an operator, a release of a chart, a store of AWS.
//!
//! Volumes that live and die with their pod (`emptyDir`, `ephemeral`) hold nothing to recover.

mod declared;
mod fixed;
mod operated;

use std::collections::{BTreeSet, HashSet};

use self::fixed::Fixed;
use super::charts;
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

/// What is told of a store beside its name.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// What becomes of it.
    becomes: &'static str,
    /// How else to say that nothing is missed.
    otherwise: &'static str,
}

const CLAIMED: Words = Words {
    becomes: "would come up empty",
    otherwise: "or annotate the claim drplan.dev/ephemeral: \"true\"",
};

const CHARTED: Words =
    Words { becomes: "would come up empty", otherwise: "or switch its volumes off in its values" };

const FIXED: Words =
    Words { becomes: "is not there", otherwise: "or name what stands for it there: a rewrite of its id" };

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
    words: Words,
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
    let told = format!("{} {}", object.type_name(), object.name());
    decide_in_cluster(facts, object, &told, CLAIMED, findings)
}

/// What keeps data in the cluster although its type alone does not say so: a release of a chart, an object that is
/// made from a manifest. `None` for any other.
pub(super) fn decide_kept(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Option<Outcome> {
    let (kept, words) = kept_by(facts, object)?;
    let told = format!("{} ({kept})", object.address());
    Some(decide_in_cluster(facts, object, &told, words, findings))
}

/// What an object of the cluster keeps data with, as a sentence says it.
pub(super) fn kept_by(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<(String, Words)> {
    let of_chart = charts::kept_by(object).map(|kept| (kept, CHARTED));
    of_chart.or_else(|| Some((declared::kept_by(facts, object)?, CLAIMED)))
}

fn decide_in_cluster(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    told: &str,
    words: Words,
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = super::dispositions::accepted_loss(facts, object) {
        return accepted;
    }
    report(facts, object.address(), told, words, facts.place_in_code(object), findings);
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

fn decide<'i>(
    facts: &Facts<'i, '_>,
    claim: &Claim<'_>,
    volumes: &[&'i document::Object],
    findings: &mut Findings,
) -> PlannedStore {
    let empty = Some((CandidateKind::Empty, "empty"));
    if claim.is_ephemeral() {
        return claim.store(empty, format!("nothing to recover, says its annotation {EPHEMERAL}"));
    }
    if let Some((lies_in, why)) = claim.object.and_then(|object| lies_in(facts, object, volumes)) {
        return claim.store(Some((CandidateKind::Source, lies_in)), why);
    }
    if let Some(loss) = claim.accepted(facts) {
        return claim.store(empty, format!("loss accepted in drplan.hcl: {}", loss.reason));
    }
    report(facts, &claim.address, &claim.told, claim.words, Some(claim.at.clone()), findings);
    claim.store(None, format!("its volume lies in the lost region and comes up empty in {}", facts.recovery))
}

fn report(
    facts: &Facts<'_, '_>,
    address: &str,
    told: &str,
    words: Words,
    at: Option<Place>,
    findings: &mut Findings,
) {
    findings.add(
        "volume-no-recovery",
        address,
        format!("{told} holds data in the lost region and {} in {}", words.becomes, facts.recovery),
        format!(
            "keep what must not be lost where it is copied (a database, a bucket, a replicated file system); else accept \
             it: accept_loss \"{address}\" {{ reason = \"...\" }}, {}",
            words.otherwise
        ),
        at,
    );
}

/// What a claim's volume is outside of the cluster, where a PersistentVolume of the manifests binds the two and
/// something decides about that: with why the claim needs no decision of its own.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume>
fn lies_in<'i>(
    facts: &Facts<'i, '_>,
    claim: &document::Object,
    volumes: &[&'i document::Object],
) -> Option<(&'i str, String)> {
    let spec = volumes.iter().find(|volume| is_bound(claim, volume))?.root.get("spec")?;
    if let Some((fixed, to)) =
        Fixed::of(facts, spec).and_then(|fixed| Some((fixed.told(), fixed.rewritten(facts)?)))
    {
        return Some((to, format!("its volume is {fixed}, for which drplan.hcl names {to}")));
    }
    let owner = fixed::owner(facts, fixed::handle(spec)?)?;
    Some((owner, format!("its volume is {owner}, which the plan decides about")))
}

/// Whether a claim names a volume, or the volume is reserved for the claim.
fn is_bound(claim: &document::Object, volume: &document::Object) -> bool {
    let reserved = |key: &str| volume.root.str_at(&["spec", "claimRef", key]);
    let namespace = claim.namespace.as_deref().unwrap_or("default");
    claim.root.str_at(&["spec", "volumeName"]) == Some(&*volume.name)
        || (reserved("name") == Some(&*claim.name) && reserved("namespace").unwrap_or("default") == namespace)
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
            "PersistentVolume" if object.group().is_empty() => {
                found.extend(unclaimed(facts, object).map(|fixed| Claim {
                    words: FIXED,
                    ..whole(facts, object, format!("{} of {}", fixed.told(), facts.label(object)))
                }));
            }
            kind if operated::makes_store(
                object.group(),
                kind,
                || object.root.to_json(),
                facts.primary.as_deref(),
            ) =>
            {
                found.push(whole(facts, object, format!("the store that {} makes", facts.label(object))));
            }
            // The schema of a kind is no object of it.
            "CustomResourceDefinition" => {}
            _ => {
                found.extend(charts::kept_by_object(object).map(|kept| Claim {
                    words: CHARTED,
                    ..whole(facts, object, format!("{} ({kept})", facts.label(object)))
                }));
                templates(&object.root, &mut String::new(), &mut |pointer, template| {
                    found.push(of_template(facts, object, pointer, template));
                });
                fixed::of_pods(&object.root, &mut |volume| found.extend(of_pod(facts, object, volume)));
            }
        }
    }
    found
}

/// An object that stands for its data as a whole.
fn whole<'i>(facts: &Facts<'i, '_>, object: &'i document::Object, told: String) -> Claim<'i> {
    Claim {
        address: facts.label(object),
        told,
        words: CLAIMED,
        others: Vec::new(),
        parts: Vec::new(),
        at: object.place(),
        root: &object.root,
        object: None,
    }
}

/// The volume of a PersistentVolume that no claim of the manifests is bound to, and that nothing decides about.
fn unclaimed<'n>(facts: &Facts<'_, '_>, volume: &'n document::Object) -> Option<Fixed<'n>> {
    let fixed = Fixed::of(facts, volume.root.get("spec")?).filter(|fixed| fixed.is_lost(facts))?;
    let mut claims = facts.input.manifests.objects.iter().filter(|object| object.kind == CLAIM);
    (!claims.any(|claim| is_bound(claim, volume))).then_some(fixed)
}

/// A volume of the pods that an object makes, named by its id.
fn of_pod<'i>(facts: &Facts<'i, '_>, object: &'i document::Object, volume: &'i Node) -> Option<Claim<'i>> {
    let fixed = Fixed::of(facts, volume).filter(|fixed| fixed.is_lost(facts))?;
    let owner = facts.label(object);
    Some(Claim {
        others: volume.str_at(&["name"]).map(|name| format!("{owner}/{name}")).into_iter().collect(),
        at: object.place_of(volume),
        words: FIXED,
        ..whole(facts, object, format!("{} of {owner}", fixed.told()))
    })
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
    let at = object.place_of(template);
    let name = template.str_at(&["metadata", "name"]).filter(|_| object.kind == "StatefulSet");
    // What an operator calls its claims only the operator knows.
    let Some(name) = name.map(|name| format!("{name}-{}", object.name)) else {
        let others = vec![format!("{owner}{pointer}")];
        return Claim {
            told: format!("a volume of {owner}"),
            words: CLAIMED,
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
        words: CLAIMED,
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
