//! What may differ from what kubectl leaves, and which folders stop.

use serde_json::Value;

use super::cases::{Case, label};

const OF_ONE_JOB: &str = "the identity of one Job, which the API server gives";

const OF_FIRST: &str = "which of the controllers that select a pod adopts it first";

/// Fields that a server or controller fills in anew for each object: kind, JSON Pointer with `*` for one part, why.
const FILLED: &[(&str, &str, &str)] = &[
    ("Service", "/spec/clusterIP", "an address that the API server gives"),
    ("Service", "/spec/clusterIPs/0", "an address that the API server gives"),
    ("Service", "/spec/healthCheckNodePort", "a port that the API server gives"),
    ("Service", "/spec/ports/*/nodePort", "a port that the API server gives"),
    ("Pod", "/spec/nodeName", "the scheduler's choice"),
    ("Pod", "/metadata/ownerReferences/*/name", OF_FIRST),
    ("Pod", "/metadata/ownerReferences/*/uid", OF_FIRST),
    ("Job", "/spec/selector/matchLabels/batch.kubernetes.io~1controller-uid", OF_ONE_JOB),
    ("Job", "/spec/template/metadata/labels/batch.kubernetes.io~1controller-uid", OF_ONE_JOB),
    ("Job", "/spec/template/metadata/labels/controller-uid", OF_ONE_JOB),
    ("Pod", "/metadata/labels/topology.kubernetes.io~1zone", "of the node that the scheduler chose"),
    ("Pod", "/spec/volumes/*/name", "a name with a random end, of the token that the API server mounts"),
    ("Pod", "/spec/containers/*/volumeMounts/*/name", "the same"),
    ("Pod", "/spec/initContainers/*/volumeMounts/*/name", "the same"),
];

/// Why a field may differ.
pub(super) fn allowed(case: &Case, of: &str, path: &str) -> Option<&'static str> {
    let kind = of.split(['/', '.']).next()?;
    let fits = |pattern: &str| {
        let (pattern, path) = (pattern.split('/'), path.split('/'));
        pattern.clone().count() == path.clone().count() && pattern.zip(path).all(|(p, q)| p == "*" || p == q)
    };
    if let Some((.., why)) = FILLED.iter().find(|(of, pattern, _)| *of == kind && fits(pattern)) {
        return Some(why);
    }
    (path == "/spec/replicas" && is_scaled(case, of)).then_some("left to its autoscaler")
}

pub(super) fn is_scaled(case: &Case, of: &str) -> bool {
    case.objects.iter().filter(|object| object["kind"] == "HorizontalPodAutoscaler").any(|scaler| {
        let target = &scaler["spec"]["scaleTargetRef"];
        let named = |object: &&Value| {
            object["kind"] == target["kind"]
                && object["metadata"]["name"] == target["name"]
                && object["metadata"]["namespace"] == scaler["metadata"]["namespace"]
        };
        case.objects.iter().filter(named).any(|object| label(object) == of)
    })
}

const UNSCHEDULABLE: &str = "Unschedulable: 0/3 nodes are available";

/// Folders whose objects this cluster does not take or cannot run, with words of the cause.
const STOPS: &[(&str, &str)] = &[
    // A base that its kustomization gives the namespace: kubectl is refused, too.
    ("aws-load-balancer-controller/config/rbac", "subjects[0].namespace: Required value"),
    // A second replica wants a node with a cache of its own, of which there is one.
    ("eks-workshop/manifests/modules/fundamentals/affinity", UNSCHEDULABLE),
    ("eks-workshop/manifests/modules/fundamentals/affinity/checkout-redis", UNSCHEDULABLE),
    // Nodes of another kind than those of the cluster.
    ("eks-workshop/manifests/modules/fundamentals/mng/graviton/nodeselector-w-toleration", UNSCHEDULABLE),
    ("eks-workshop/manifests/modules/fundamentals/mng/graviton/nodeselector-wo-toleration", UNSCHEDULABLE),
    ("eks-workshop/manifests/modules/fundamentals/mng/spot", UNSCHEDULABLE),
    ("eks-workshop/manifests/modules/fundamentals/mng/spot/deployment", UNSCHEDULABLE),
    ("eks-workshop/manifests/modules/networking/custom-networking/sampleapp", UNSCHEDULABLE),
    // What the workshop shows: pods that a namespace's rules refuse.
    ("eks-workshop/manifests/modules/security/pss-psa/baseline-namespace", "violates PodSecurity"),
    ("eks-workshop/manifests/modules/security/pss-psa/restricted-namespace", "violates PodSecurity"),
    // Of versions of Kubernetes long ago, or never right.
    ("kubernetes-examples/_archived/cloud-controller-manager", "has no kind InitializerConfiguration"),
    ("kubernetes-examples/_archived/sysdig-cloud", "spec.selector: Required value"),
    ("kubernetes-examples/_archived/volumes/aws_ebs", "ports[0].protocol: Unsupported value"),
    ("kubernetes-examples/_archived/volumes/cinder", "ports[0].protocol: Unsupported value"),
    ("kubernetes-examples/_archived/volumes/fibre_channel", "expected numeric (int or float), got string"),
    (
        "kubernetes-examples/_archived/volumes/flexvolume/deploy",
        "has no kind DaemonSet in extensions/v1beta1",
    ),
    ("kubernetes-examples/_archived/volumes/rbd", "failed to create typed patch object"),
];

/// Folders that stop when they are changed: a pod more for the time of a rollout has no node.
const CHANGES_STOP: &[&str] = &["eks-workshop/manifests/modules/fundamentals/affinity/checkout"];

/// Whether a folder stops when it is changed.
pub(super) fn stops_when_changed(name: &str) -> bool {
    CHANGES_STOP.contains(&name)
}

/// Where kubectl refuses what drplan applies: folder, words of kubectl, why.
const KUBECTL_REFUSES: &[(&str, &str, &str)] = &[(
    "eks-workshop/manifests/modules/troubleshooting/alb/files",
    "uid mismatch",
    "the manifest has the uid of an object of another cluster, which drplan leaves out",
)];

/// Why kubectl refuses what drplan applies.
pub(super) fn kubectl_refuses(name: &str, said: &str) -> Option<&'static str> {
    let row = KUBECTL_REFUSES.iter().find(|(folder, words, _)| *folder == name && said.contains(words));
    row.map(|(.., why)| *why)
}

/// Objects that may be there by one alone: folder, label, why.
const COMES_AND_GOES: &[(&str, &str, &str)] = &[(
    "kubernetes-examples/_archived/storage/redis",
    "Pod/redis-master",
    "a controller of the same labels adopts it, and ends the pod that is one too many",
)];

/// Why an object may be there by one alone.
pub(super) fn comes_and_goes(name: &str, label: &str) -> Option<&'static str> {
    let row = COMES_AND_GOES.iter().find(|(folder, of, _)| *folder == name && *of == label);
    row.map(|(.., why)| *why)
}

/// Why a folder stops, where it does.
pub(super) fn stops(name: &str) -> Option<&'static str> {
    STOPS.iter().find(|(folder, _)| *folder == name).map(|(_, words)| *words)
}
