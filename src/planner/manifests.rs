//! Objects are applied in order of reference and rank, and workloads come up.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::build::{READY, step};
use super::certificates::Issued;
use super::dispositions::{Decided, step_id};
use super::dns;
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use super::{cluster, placeholders, redacted};
use crate::model::document::{Node, Object, Tree};
use crate::plan::action::{Action, Hold, RenderedBy};
use crate::plan::step::{DoneWhen, Expects, Phase, Step};

/// What stands first when nothing refers to anything: the order that kapp, Helm and cli-utils agree on.
const RANK: &[&str] = &[
    "CustomResourceDefinition",
    "Namespace",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "IngressClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
];

const REGISTRATION: &str = "apiregistration.k8s.io";

/// Kinds that run pods.
pub(super) const WORKLOADS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "Pod"];

/// Plans the application of every object.
pub(super) fn plan_manifests(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    let objects = &facts.input.manifests.objects;
    if objects.is_empty() {
        return;
    }
    let mut foundation = cluster::foundation(facts, decided);
    if foundation.is_empty() {
        foundation.push(READY.to_owned());
    }
    let count = foundation.len() as u64;
    let ready = Action::Join { address: "cluster".to_owned(), instances: count };
    steps.push(step(Phase::Manifests, "cluster-ready", ready, super::schedule::instant()).needs(foundation));
    let passwords: Vec<String> = steps
        .iter()
        .filter(|step| step.id.starts_with("restore/password/"))
        .map(|step| step.id.clone())
        .collect();
    let index = Index::new(facts);
    let issued = Issued::read(facts, decided);
    let trust: HashMap<String, String> = cluster::trusting_roles(facts, decided)
        .into_iter()
        .map(|role| (role.arn, cluster::trust_step(&role.address)))
        .collect();
    let made: HashSet<&str> = decided
        .resources
        .iter()
        .filter(|resource| cluster::is_made(resource))
        .map(|resource| resource.address.as_str())
        .collect();
    let digests: Vec<String> = objects.par_iter().map(redacted::digest).collect();
    for ((at, object), document_digest) in objects.iter().enumerate().zip(digests) {
        let rewrites = values.rewrites.get(&at).cloned().unwrap_or_default();
        let mut needs: BTreeSet<String> =
            rewrites.iter().filter_map(|rewrite| rewrite.known_after.clone()).collect();
        // What is rewritten to a name that is known now must be there, too.
        let owners = rewrites.iter().filter_map(|rewrite| rewrite.owner.as_deref());
        needs.extend(owners.filter(|owner| made.contains(owner)).map(|owner| step_id("infra", owner)));
        needs.extend(issued.after(needs.iter()));
        needs.insert("manifests/cluster-ready".to_owned());
        let id = apply_id(facts, object);
        index.references(object, &id, &mut needs);
        if let Some(role) = role_of(object) {
            needs.extend(trust.get(role).cloned());
        }
        let workload = WORKLOADS.contains(&object.kind.as_str()) || object.kind == "CronJob";
        if workload {
            // No workload starts before the stores that its configuration names have their password.
            needs.extend(passwords.iter().cloned());
        }
        needs.remove(&id);
        let hold = hold_of(object);
        let action = Action::ApplyObject {
            file: object.file.clone(),
            document: object.document,
            rendered_by: rendered_by(facts, object),
            api_version: object.api_version.clone(),
            object_kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            rewrites,
            hold,
            document_digest,
        };
        steps.push(
            step(Phase::Manifests, &facts.label(object), action, facts.estimate("object"))
                .needs(needs)
                .expects(Expects::Any)
                .done_when(DoneWhen::Answered),
        );
        if hold.is_none() && waits(object) {
            steps.push(await_ready(facts, object, Phase::Manifests, vec![id]));
        }
    }
    placeholders::check(facts, findings);
}

fn rendered_by(facts: &Facts<'_, '_>, object: &Object) -> Option<RenderedBy> {
    let folder = object.unit.as_ref()?.clone();
    let unit = facts.input.manifests.units.iter().find(|unit| unit.folder == folder);
    Some(match unit.and_then(|unit| unit.release.clone()) {
        Some(release) => RenderedBy::Chart { folder, release },
        None => RenderedBy::Kustomization { folder },
    })
}

/// The role that a service account takes.
/// <https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html>
pub(super) fn role_of(object: &Object) -> Option<&str> {
    object.root.str_at(&["metadata", "annotations", "eks.amazonaws.com/role-arn"])
}

/// The class of an Ingress, by its field or by the annotation that came before that.
pub(super) fn ingress_class(object: &Object) -> Option<&str> {
    let by_annotation = || object.root.str_at(&["metadata", "annotations", "kubernetes.io/ingress.class"]);
    let class = object.root.str_at(&["spec", "ingressClassName"]).or_else(by_annotation);
    class.filter(|_| object.kind == "Ingress")
}

pub(super) fn apply_id(facts: &Facts<'_, '_>, object: &Object) -> String {
    step_id("manifests", &facts.label(object))
}

pub(super) fn ready_id(facts: &Facts<'_, '_>, object: &Object) -> String {
    step_id("manifests", &format!("ready/{}", facts.label(object)))
}

/// Kinds whose readiness others wait for.
fn waits(object: &Object) -> bool {
    WORKLOADS.contains(&object.kind.as_str())
        || object.kind == "Ingress"
        || (object.kind == "Service" && object.root.str_at(&["spec", "type"]) == Some("LoadBalancer"))
        || object.kind == "CustomResourceDefinition"
        || served_group(object).is_some()
}

/// The API group that an object has another server answer.
/// <https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/api-service-v1/#APIServiceSpec>
fn served_group(object: &Object) -> Option<&str> {
    if object.kind != "APIService" || object.group() != REGISTRATION {
        return None;
    }
    object.root.str_at(&["spec", "service", "name"])?;
    // What serves it is itself of Kubernetes' own groups, which have no dot, or of this one.
    object.root.str_at(&["spec", "group"]).filter(|group| group.contains('.') && *group != REGISTRATION)
}

pub(super) fn await_ready(facts: &Facts<'_, '_>, object: &Object, phase: Phase, needs: Vec<String>) -> Step {
    let estimate = match object.kind.as_str() {
        "Ingress" | "Service" => facts.estimate("load_balancer"),
        "Job" => facts.estimate("job"),
        "CustomResourceDefinition" => facts.estimate("object"),
        _ => facts.estimate("rollout"),
    };
    let label = facts.label(object);
    step(phase, &format!("ready/{label}"), Action::AwaitReady { object: label.clone() }, estimate)
        .needs(needs)
        .done_when(DoneWhen::Ready { object: label })
}

/// Nothing acts before its gate.
fn hold_of(object: &Object) -> Option<Hold> {
    match object.kind.as_str() {
        "CronJob" if rests(object) => None,
        "CronJob" => Some(Hold::Suspend),
        // It makes Jobs of messages, and has no switch of its own.
        // https://keda.sh/docs/latest/reference/scaledjob-spec/
        "ScaledJob" => Some(Hold::Ask),
        // One on each node has no number that could be 0.
        "CronWorkflow" if !rests(object) => Some(Hold::Suspend),
        // Nor has one that another controller brings.
        "DaemonSet" | "HelmRelease" | "HelmChart" | "Application" | "ApplicationSet"
            if dns::is_controller(object) =>
        {
            Some(Hold::Ask)
        }
        _ if dns::is_controller(object) => Some(Hold::Replicas),
        _ => None,
    }
}

/// Whether it is stopped by its own manifest: nothing is to wake it at the gate.
pub(super) fn rests(object: &Object) -> bool {
    let is_zero = |node: &Node| node.as_i64() == Some(0);
    object.root.at(&["spec", "suspend"]).is_some_and(|node| node.tree == Tree::Bool(true))
        || object.root.at(&["spec", "replicas"]).is_some_and(is_zero)
}

/// What an object refers to, by kind, namespace and name.
struct Index<'o> {
    by_name: HashMap<(&'o str, &'o str, &'o str), (bool, String)>,
    namespaces: HashMap<&'o str, String>,
    /// CRDs by group and kind.
    definitions: HashMap<(String, String), String>,
    /// APIs of other servers by group.
    apis: HashMap<&'o str, Vec<String>>,
    /// Objects of low rank in each namespace, which stand before its workloads.
    foundations: HashMap<&'o str, Vec<(usize, String)>>,
    cluster_wide: Vec<(usize, String)>,
}

impl<'o> Index<'o> {
    fn new(facts: &Facts<'o, '_>) -> Self {
        let mut index = Self {
            by_name: HashMap::new(),
            namespaces: HashMap::new(),
            definitions: HashMap::new(),
            apis: HashMap::new(),
            foundations: HashMap::new(),
            cluster_wide: Vec::new(),
        };
        for object in &facts.input.manifests.objects {
            let id = apply_id(facts, object);
            let namespace = object.namespace.as_deref().unwrap_or_default();
            // A reference rarely says the group: Kubernetes' own is meant, and among others always the same.
            let name = index.by_name.entry((&object.kind, namespace, &object.name));
            let claim = (!is_of_kubernetes(object), id.clone());
            name.and_modify(|known| *known = claim.clone().min(known.clone())).or_insert(claim);
            match object.kind.as_str() {
                "Namespace" => {
                    index.namespaces.insert(&object.name, id);
                }
                "CustomResourceDefinition" => {
                    let group = object.root.str_at(&["spec", "group"]).unwrap_or_default().to_owned();
                    let kind = object.root.str_at(&["spec", "names", "kind"]).unwrap_or_default().to_owned();
                    index.definitions.insert((group, kind), ready_id(facts, object));
                }
                "APIService" => {
                    if let Some(group) = served_group(object) {
                        index.apis.entry(group).or_default().push(ready_id(facts, object));
                    }
                }
                // Policies and quotas must hold before the first pod: they are no reference, so rank decides.
                "NetworkPolicy" | "ResourceQuota" | "LimitRange" if object.namespace.is_some() => {
                    index.foundations.entry(namespace).or_default().push((rank(&object.kind), id));
                }
                "PriorityClass" | "RuntimeClass" => index.cluster_wide.push((rank(&object.kind), id)),
                _ => {}
            }
        }
        index
    }

    fn references(&self, object: &Object, own_id: &str, needs: &mut BTreeSet<String>) {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        needs.extend(self.namespaces.get(namespace).cloned());
        needs.extend(self.definitions.get(&(object.group().to_owned(), object.kind.clone())).cloned());
        needs.extend(self.apis.get(object.group()).into_iter().flatten().cloned());
        if WORKLOADS.contains(&object.kind.as_str()) || object.kind == "CronJob" {
            let own = rank(&object.kind);
            let before = self.foundations.get(namespace).into_iter().flatten().chain(&self.cluster_wide);
            needs.extend(before.filter(|(rank, _)| *rank < own).map(|(_, id)| id.clone()));
        }
        let mut named = HashSet::new();
        collect(&object.root, "", namespace, &mut named);
        for (kind, namespace, name) in &named {
            let found = self
                .by_name
                .get(&(kind.as_str(), namespace.as_str(), name.as_str()))
                .or_else(|| self.by_name.get(&(kind.as_str(), "", name.as_str())));
            // A reference to itself or to something applied later by rank (an HPA's target) is no order.
            if let Some((_, id)) = found
                && id != own_id
            {
                needs.insert(id.clone());
            }
        }
    }
}

fn is_of_kubernetes(object: &Object) -> bool {
    let group = object.group();
    !group.contains('.') || group.ends_with(".k8s.io")
}

fn rank(kind: &str) -> usize {
    RANK.iter().position(|known| *known == kind).unwrap_or(RANK.len())
}

/// References by the names of fields that Kubernetes gives a meaning.
fn collect(node: &Node, field: &str, namespace: &str, named: &mut HashSet<(String, String, String)>) {
    let mut add = |kind: &str, namespace: &str, name: &str| {
        named.insert((kind.to_owned(), namespace.to_owned(), name.to_owned()));
    };
    match &node.tree {
        Tree::Sequence(items) => items.iter().for_each(|item| collect(item, field, namespace, named)),
        Tree::String(text) => match field {
            "serviceAccountName" | "serviceAccount" => add("ServiceAccount", namespace, text),
            "priorityClassName" => add("PriorityClass", "", text),
            "runtimeClassName" => add("RuntimeClass", "", text),
            "storageClassName" => add("StorageClass", "", text),
            "ingressClassName" => add("IngressClass", "", text),
            "claimName" => add("PersistentVolumeClaim", namespace, text),
            "secretName" => add("Secret", namespace, text),
            _ => {}
        },
        Tree::Mapping(entries) => {
            let name = node.str_at(&["name"]);
            match (field, name) {
                ("configMapKeyRef" | "configMapRef" | "configMap", Some(name)) => {
                    add("ConfigMap", namespace, name)
                }
                // A Secret of a projected volume, and of a CSI volume.
                (
                    "secretKeyRef" | "secretRef" | "imagePullSecrets" | "secret" | "nodePublishSecretRef",
                    Some(name),
                ) => add("Secret", namespace, name),
                ("roleRef" | "subjects" | "scaleTargetRef", Some(name)) => {
                    let kind = node.str_at(&["kind"]).unwrap_or_default();
                    let namespace = node.str_at(&["namespace"]).unwrap_or(namespace);
                    add(kind, namespace, name);
                }
                ("backend" | "service", Some(name)) => add("Service", namespace, name),
                _ => {}
            }
            for (key, value) in entries {
                collect(value, key, namespace, named);
            }
        }
        _ => {}
    }
}
