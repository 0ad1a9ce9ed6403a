//! Groups of the Kubernetes API.

/// Groups of Kubernetes' own kinds, which need no definition, sorted.
/// <https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/>
const OWN: [&str; 23] = [
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// Whether a group is one of Kubernetes' own: no definition brings more of it.
#[must_use]
pub fn is_own(group: &str) -> bool {
    OWN.contains(&group)
}
