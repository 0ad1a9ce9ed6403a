//! What the objects of the manifests name. Only fields of Kubernetes' own kinds, whose meaning its API reference
//! gives; what is `optional` may be missing.
//!
//! <https://kubernetes.io/docs/reference/kubernetes-api/>

use std::collections::BTreeMap;

use super::pods;
use super::thing::{API, DEFAULT_CLASS, DEFINITION, STORAGE_CLASS, Thing, namespace_of};
use super::vaults::{self, Stores};
use crate::model::api_groups;
use crate::model::diagnostic::Place;
use crate::model::document::{Node, Object, Tree};
use crate::model::flux;
use crate::planner::facts::Facts;
use crate::planner::manifests;

/// Kinds of Kubernetes' own groups that live in no namespace.
const WITHOUT_NAMESPACE: [&str; 20] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// The driver of EBS.
const EBS: &str = "ebs.csi.aws.com";

/// Who names something, and where the first of them does.
pub(super) struct Uses {
    pub(super) first: String,
    pub(super) at: Place,
    /// How many objects name it.
    pub(super) objects: usize,
    /// What does as well.
    pub(super) or: Vec<Thing<'static>>,
    last: usize,
}

/// Everything that is named, each with who names it.
#[derive(Default)]
pub(super) struct Named<'i> {
    pub(super) things: BTreeMap<Thing<'i>, Uses>,
}

/// An object whose references are gathered.
pub(super) struct Source<'s, 'i> {
    named: &'s mut Named<'i>,
    object: &'i Object,
    at: usize,
    label: String,
    pub(super) namespace: &'i str,
}

impl<'i> Source<'_, 'i> {
    /// Notes what a node names.
    pub(super) fn names(&mut self, thing: Thing<'i>, node: &Node) {
        self.names_one_of(thing, Vec::new(), node);
    }
    /// Notes what a node names, where others do as well.
    pub(super) fn names_one_of(&mut self, thing: Thing<'i>, or: Vec<Thing<'static>>, node: &Node) {
        // What is filled in later has no name yet, which is told elsewhere (`placeholder-unfilled`).
        if thing.name.contains("${") {
            return;
        }
        let object = self.object;
        let uses = self.named.things.entry(thing).or_insert_with(|| Uses {
            first: self.label.clone(),
            at: object.place_of(node),
            objects: 0,
            or,
            last: usize::MAX,
        });
        if uses.last != self.at {
            (uses.last, uses.objects) = (self.at, uses.objects + 1);
        }
    }
    /// Notes something of the object's own namespace that a field names.
    pub(super) fn names_here(&mut self, kind: &'static str, node: &'i Node) {
        if let Some(name) = node.as_str().filter(|name| !name.is_empty()) {
            self.names(Thing::new(kind, self.namespace, name), node);
        }
    }
    /// Notes something of the cluster that a field names.
    pub(super) fn names_wide(&mut self, kind: &'static str, node: &'i Node) {
        if let Some(name) = node.as_str().filter(|name| !name.is_empty()) {
            self.names(Thing::wide(kind, name), node);
        }
    }
}

/// Reads the references of all objects.
pub(super) fn read<'i>(facts: &Facts<'i, '_>) -> Named<'i> {
    let mut named = Named::default();
    let stores = Stores::read(facts);
    for (at, object) in facts.input.manifests.objects.iter().enumerate() {
        let label = facts.label(object);
        let mut source = Source { named: &mut named, object, at, label, namespace: namespace_of(object) };
        let own = api_groups::is_own(object.group());
        if !own {
            let name = format!("{}.{}", object.kind, object.group());
            source.names(Thing::wide(DEFINITION, name), &object.root);
        }
        if object.namespace.is_some() && !(own && WITHOUT_NAMESPACE.contains(&object.kind.as_str())) {
            source.names(Thing::wide("Namespace", namespace_of(object)), &object.root);
        }
        if own {
            read_object(object, &mut source);
        } else {
            vaults::read(object, &stores, &mut source);
            flux_sources(object, &mut source);
        }
    }
    named
}

/// What Flux fills into the manifests of a folder.
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>
fn flux_sources<'i>(object: &'i Object, source: &mut Source<'_, 'i>) {
    if !flux::is_kustomization(object) {
        return;
    }
    let from = object.root.at(&["spec", "postBuild", "substituteFrom"]).into_iter().flat_map(Node::items);
    for one in from.filter(|one| one.get("optional").is_none_or(|node| node.tree != Tree::Bool(true))) {
        if let (Some(kind @ ("Secret" | "ConfigMap")), Some(name)) =
            (one.str_at(&["kind"]), one.str_at(&["name"]))
        {
            source.names(Thing::new(kind, source.namespace, name), one);
        }
    }
}

fn read_object<'i>(object: &'i Object, source: &mut Source<'_, 'i>) {
    match object.kind.as_str() {
        "CronJob" => pod(object, &["spec", "jobTemplate", "spec", "template", "spec"], source),
        "Pod" => pod(object, &["spec"], source),
        kind if manifests::WORKLOADS.contains(&kind) => {
            pod(object, &["spec", "template", "spec"], source);
            templates(object).for_each(|template| claim(template, source));
        }
        "PersistentVolumeClaim" => claim(&object.root, source),
        "PersistentVolume" => driver(object.root.at(&["spec", "csi", "driver"]), source),
        "StorageClass" => driver(object.root.get("provisioner"), source),
        "ServiceAccount" => {
            let secrets = object.root.get("imagePullSecrets").into_iter().flat_map(Node::items);
            secrets
                .filter_map(|secret| secret.get("name"))
                .for_each(|name| source.names_here("Secret", name));
        }
        "Ingress" => ingress(object, source),
        "HorizontalPodAutoscaler" => autoscaler(object, source),
        _ => {}
    }
}

fn pod<'i>(object: &'i Object, path: &[&str], source: &mut Source<'_, 'i>) {
    if let Some(spec) = object.root.at(path) {
        let own: Vec<&str> = templates(object).filter_map(|one| one.str_at(&["metadata", "name"])).collect();
        // Where no node has the label a DaemonSet has no pod, and nothing is missing.
        pods::read(spec, object.kind != "DaemonSet", &own, source);
    }
}

/// The claims that a StatefulSet makes for each of its pods.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/#StatefulSetSpec>
pub(super) fn templates(object: &Object) -> impl Iterator<Item = &Node> {
    object.root.at(&["spec", "volumeClaimTemplates"]).into_iter().flat_map(Node::items)
}

/// A claim, or the template of one: the class that makes its volume.
/// <https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1>
pub(super) fn claim<'i>(claim: &'i Node, source: &mut Source<'_, 'i>) {
    let spec = claim.get("spec").unwrap_or(claim);
    let by_annotation = || claim.at(&["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"]);
    match spec.get("storageClassName").or_else(by_annotation) {
        Some(class) if class.as_str().is_some() => {
            source.names_wide(STORAGE_CLASS, class);
            // The class that EKS brings comes without the driver that makes its volumes.
            // https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
            if class.as_str() == Some("gp2") {
                source.names(Thing::wide("CSIDriver", EBS), class);
            }
        }
        // One that names a volume is bound to it, and needs no class.
        _ if spec.get("volumeName").is_some() || spec.get("selector").is_some() => {}
        _ => source.names(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS), claim),
    }
}

/// The driver of a class or a volume. Volumes of the tree are made by the drivers that took their place.
/// <https://kubernetes.io/docs/concepts/storage/volumes/#csi-migration>
fn driver<'i>(provisioner: Option<&'i Node>, source: &mut Source<'_, 'i>) {
    let Some(node) = provisioner else { return };
    match node.as_str() {
        Some("kubernetes.io/aws-ebs") => source.names(Thing::wide("CSIDriver", EBS), node),
        Some(name) if name.contains(".csi.") => source.names_wide("CSIDriver", node),
        _ => {}
    }
}

/// <https://kubernetes.io/docs/concepts/services-networking/ingress/>
fn ingress<'i>(object: &'i Object, source: &mut Source<'_, 'i>) {
    let annotation = |name: &str| object.root.at(&["metadata", "annotations", name]);
    let class = manifests::ingress_class(object);
    let node =
        object.root.at(&["spec", "ingressClassName"]).or_else(|| annotation("kubernetes.io/ingress.class"));
    if let Some(node) = node {
        source.names_wide("IngressClass", node);
    }
    let spec = |name: &str| object.root.at(&["spec", name]);
    let rules = spec("rules").into_iter().flat_map(Node::items);
    let paths = rules.filter_map(|rule| rule.at(&["http", "paths"])).flat_map(Node::items);
    let backends = paths.filter_map(|path| path.get("backend"));
    for backend in backends.chain(spec("defaultBackend")).chain(spec("backend")) {
        // The load balancer answers itself, as an annotation of that name says.
        // https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
        let port = backend.str_at(&["service", "port", "name"]).or_else(|| backend.str_at(&["servicePort"]));
        let name = backend.at(&["service", "name"]).or_else(|| backend.get("serviceName"));
        if let Some(name) = name.filter(|_| port != Some("use-annotation")) {
            source.names_here("Service", name);
        }
    }
    // An ALB takes no certificate from a Secret, and cert-manager makes the one that it is asked for.
    // https://cert-manager.io/docs/usage/ingress/
    let issued = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"];
    if class == Some("alb") || issued.iter().any(|name| annotation(name).is_some()) {
        return;
    }
    let tls = spec("tls").into_iter().flat_map(Node::items);
    tls.filter_map(|tls| tls.get("secretName")).for_each(|name| source.names_here("Secret", name));
}

/// <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis>
fn autoscaler<'i>(object: &'i Object, source: &mut Source<'_, 'i>) {
    if let Some(target) = object.root.at(&["spec", "scaleTargetRef"])
        && let (Some(kind), Some(name)) = (target.str_at(&["kind"]), target.str_at(&["name"]))
    {
        source.names(Thing::new(kind, source.namespace, name), target);
    }
    let metrics = object.root.at(&["spec", "metrics"]);
    let mut asked: Vec<(&str, &Node)> = Vec::new();
    for metric in metrics.into_iter().flat_map(Node::items) {
        match metric.str_at(&["type"]) {
            Some("Resource" | "ContainerResource") => asked.push(("metrics.k8s.io", metric)),
            Some("Pods" | "Object") => asked.push(("custom.metrics.k8s.io", metric)),
            Some("External") => asked.push(("external.metrics.k8s.io", metric)),
            _ => {}
        }
    }
    if metrics.is_none() {
        asked.push(("metrics.k8s.io", &object.root));
    }
    for (group, node) in asked {
        source.names(Thing::wide(API, group), node);
    }
}
