//! What may differ from what kubectl leaves, and which folders stop.

use serde_json::Value;

use super::cases::{Case, label};

const OF_ONE_JOB: &str = "the identity of one Job, which the API server gives";

/// Fields that a server or controller fills in anew for each object: kind, JSON Pointer with `*` for one part, why.
const FILLED: &[(&str, &str, &str)] = &[
    ("Service", "/spec/clusterIP", "an address that the API server gives"),
    ("Service", "/spec/clusterIPs/0", "an address that the API server gives"),
    ("Service", "/spec/healthCheckNodePort", "a port that the API server gives"),
    ("Service", "/spec/ports/*/nodePort", "a port that the API server gives"),
    ("Pod", "/spec/nodeName", "the scheduler's choice"),
    ("Job", "/spec/selector/matchLabels/batch.kubernetes.io~1controller-uid", OF_ONE_JOB),
    ("Job", "/spec/template/metadata/labels/batch.kubernetes.io~1controller-uid", OF_ONE_JOB),
    ("Job", "/spec/template/metadata/labels/controller-uid", OF_ONE_JOB),
    ("Pod", "/metadata/labels/topology.kubernetes.io~1zone", "of the node that the scheduler chose"),
    ("Pod", "/spec/volumes/*/name", "a name with a random end, of the token that the API server mounts"),
    ("Pod", "/spec/containers/*/volumeMounts/*/name", "the same"),
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
    // An alpha of long ago.
    ("kubernetes-examples/_archived/cloud-controller-manager", "has no kind InitializerConfiguration"),
    // What the workshop shows: pods that a namespace's rules refuse.
    ("eks-workshop/manifests/modules/security/pss-psa/restricted-namespace", "violates PodSecurity"),
];

/// Why a folder stops, where it does.
pub(super) fn stops(name: &str) -> Option<&'static str> {
    STOPS.iter().find(|(folder, _)| *folder == name).map(|(_, words)| *words)
}
