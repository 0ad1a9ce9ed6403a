//! Inside the cluster: Helm and Kubernetes. Their providers exist only once the cluster does.

use super::{Recovery, TypeEntry, Uniqueness, in_cluster, own};
use crate::model::value::ValueKind::{Address, Endpoint, Name};

/// Starts an entry of a kind of object that lives in a namespace.
const fn namespaced(name: &'static str, page: &'static str) -> TypeEntry {
    in_cluster(name, page)
        .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
        .import("{metadata.0.namespace}/{metadata.0.name}")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace"])
}

/// Starts an entry of a kind of object that lives in the cluster as a whole.
const fn cluster_wide(name: &'static str, page: &'static str) -> TypeEntry {
    in_cluster(name, page)
        .named(Uniqueness::InParent, &["metadata.0.name"])
        .import("{metadata.0.name}")
        .replaced_by(&["metadata.0.name"])
}

pub(super) const TYPES: &[TypeEntry] = &[
    in_cluster("argocd_application", "argoproj-labs/argocd/latest/docs/resources/application")
        .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
        .import("{metadata.0.name}:{metadata.0.namespace}")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace"]),
    in_cluster("flux_bootstrap_git", "fluxcd/flux/latest/docs/resources/bootstrap_git")
        .named(Uniqueness::InParent, &["path"])
        .import("{namespace}"),
    in_cluster("helm_release", "hashicorp/helm/latest/docs/resources/release")
        .named(Uniqueness::InParent, &["namespace", "name"])
        .owns(&[own("name", Name)])
        .import("{namespace}/{name}")
        .replaced_by(&["name", "namespace"])
        .takes(45, 180),
    in_cluster("kubectl_manifest", "gavinbunney/kubectl/latest/docs/resources/kubectl_manifest")
        .named(Uniqueness::InParent, &["api_version", "kind", "namespace", "name"])
        .import("{api_version}//{kind}//{name}//{namespace}")
        .replaced_by(&["api_version", "kind", "name", "namespace"]),
    in_cluster("kubernetes_annotations", "hashicorp/kubernetes/latest/docs/resources/annotations")
        .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
        .not_importable()
        .replaced_by(&["api_version", "kind", "metadata.0.name", "metadata.0.namespace", "field_manager"]),
    cluster_wide("kubernetes_api_service", "hashicorp/kubernetes/latest/docs/resources/api_service"),
    cluster_wide("kubernetes_api_service_v1", "hashicorp/kubernetes/latest/docs/resources/api_service_v1"),
    in_cluster(
        "kubernetes_certificate_signing_request_v1",
        "hashicorp/kubernetes/latest/docs/resources/certificate_signing_request_v1",
    )
    .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
    .not_importable()
    .replaced_by(&["metadata.0.name", "spec"]),
    cluster_wide("kubernetes_cluster_role", "hashicorp/kubernetes/latest/docs/resources/cluster_role"),
    cluster_wide(
        "kubernetes_cluster_role_binding",
        "hashicorp/kubernetes/latest/docs/resources/cluster_role_binding",
    )
    .replaced_by(&["metadata.0.name", "role_ref"]),
    cluster_wide(
        "kubernetes_cluster_role_binding_v1",
        "hashicorp/kubernetes/latest/docs/resources/cluster_role_binding_v1",
    )
    .replaced_by(&["metadata.0.name", "role_ref"]),
    cluster_wide("kubernetes_cluster_role_v1", "hashicorp/kubernetes/latest/docs/resources/cluster_role_v1"),
    namespaced("kubernetes_config_map", "hashicorp/kubernetes/latest/docs/resources/config_map")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "immutable"]),
    namespaced("kubernetes_config_map_v1", "hashicorp/kubernetes/latest/docs/resources/config_map_v1")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "immutable"]),
    in_cluster(
        "kubernetes_config_map_v1_data",
        "hashicorp/kubernetes/latest/docs/resources/config_map_v1_data",
    )
    .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
    .not_importable()
    .replaced_by(&["metadata.0.name", "metadata.0.namespace", "field_manager"]),
    namespaced("kubernetes_cron_job", "hashicorp/kubernetes/latest/docs/resources/cron_job"),
    namespaced("kubernetes_cron_job_v1", "hashicorp/kubernetes/latest/docs/resources/cron_job_v1"),
    namespaced("kubernetes_daemon_set_v1", "hashicorp/kubernetes/latest/docs/resources/daemon_set_v1")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.selector"]),
    namespaced("kubernetes_daemonset", "hashicorp/kubernetes/latest/docs/resources/daemonset")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.selector"]),
    namespaced("kubernetes_deployment", "hashicorp/kubernetes/latest/docs/resources/deployment")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.selector"]),
    namespaced("kubernetes_deployment_v1", "hashicorp/kubernetes/latest/docs/resources/deployment_v1")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.selector"]),
    namespaced("kubernetes_endpoints", "hashicorp/kubernetes/latest/docs/resources/endpoints"),
    namespaced("kubernetes_endpoints_v1", "hashicorp/kubernetes/latest/docs/resources/endpoints_v1"),
    namespaced(
        "kubernetes_horizontal_pod_autoscaler",
        "hashicorp/kubernetes/latest/docs/resources/horizontal_pod_autoscaler",
    ),
    namespaced(
        "kubernetes_horizontal_pod_autoscaler_v1",
        "hashicorp/kubernetes/latest/docs/resources/horizontal_pod_autoscaler_v1",
    ),
    namespaced(
        "kubernetes_horizontal_pod_autoscaler_v2",
        "hashicorp/kubernetes/latest/docs/resources/horizontal_pod_autoscaler_v2",
    ),
    namespaced(
        "kubernetes_horizontal_pod_autoscaler_v2beta2",
        "hashicorp/kubernetes/latest/docs/resources/horizontal_pod_autoscaler_v2beta2",
    ),
    namespaced("kubernetes_ingress", "hashicorp/kubernetes/latest/docs/resources/ingress")
        .owns(&[own("status.*.load_balancer.*.ingress.*.hostname", Endpoint)]),
    cluster_wide("kubernetes_ingress_class", "hashicorp/kubernetes/latest/docs/resources/ingress_class"),
    cluster_wide(
        "kubernetes_ingress_class_v1",
        "hashicorp/kubernetes/latest/docs/resources/ingress_class_v1",
    ),
    namespaced("kubernetes_ingress_v1", "hashicorp/kubernetes/latest/docs/resources/ingress_v1")
        .owns(&[own("status.*.load_balancer.*.ingress.*.hostname", Endpoint)]),
    namespaced("kubernetes_job", "hashicorp/kubernetes/latest/docs/resources/job").replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.selector",
        "spec.0.template",
    ]),
    namespaced("kubernetes_job_v1", "hashicorp/kubernetes/latest/docs/resources/job_v1").replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.selector",
        "spec.0.template",
    ]),
    in_cluster("kubernetes_labels", "hashicorp/kubernetes/latest/docs/resources/labels")
        .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
        .not_importable()
        .replaced_by(&["api_version", "kind", "metadata.0.name", "metadata.0.namespace", "field_manager"]),
    namespaced("kubernetes_limit_range", "hashicorp/kubernetes/latest/docs/resources/limit_range"),
    namespaced("kubernetes_limit_range_v1", "hashicorp/kubernetes/latest/docs/resources/limit_range_v1"),
    in_cluster("kubernetes_manifest", "hashicorp/kubernetes/latest/docs/resources/manifest")
        .named(Uniqueness::InParent, &["manifest"])
        .not_importable()
        .replaced_by(&[
            "manifest.apiVersion",
            "manifest.kind",
            "manifest.metadata.name",
            "manifest.metadata.namespace",
        ]),
    cluster_wide(
        "kubernetes_mutating_webhook_configuration",
        "hashicorp/kubernetes/latest/docs/resources/mutating_webhook_configuration",
    ),
    cluster_wide(
        "kubernetes_mutating_webhook_configuration_v1",
        "hashicorp/kubernetes/latest/docs/resources/mutating_webhook_configuration_v1",
    ),
    cluster_wide("kubernetes_namespace", "hashicorp/kubernetes/latest/docs/resources/namespace"),
    cluster_wide("kubernetes_namespace_v1", "hashicorp/kubernetes/latest/docs/resources/namespace_v1"),
    namespaced("kubernetes_network_policy", "hashicorp/kubernetes/latest/docs/resources/network_policy"),
    namespaced(
        "kubernetes_network_policy_v1",
        "hashicorp/kubernetes/latest/docs/resources/network_policy_v1",
    ),
    cluster_wide(
        "kubernetes_persistent_volume",
        "hashicorp/kubernetes/latest/docs/resources/persistent_volume",
    )
    .store(Recovery::Store)
    .replaced_by(&["metadata.0.name", "spec.0.persistent_volume_source"]),
    namespaced(
        "kubernetes_persistent_volume_claim",
        "hashicorp/kubernetes/latest/docs/resources/persistent_volume_claim",
    )
    .store(Recovery::Store)
    .replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.access_modes",
        "spec.0.selector",
        "spec.0.storage_class_name",
        "spec.0.volume_name",
        "spec.0.volume_mode",
    ]),
    namespaced(
        "kubernetes_persistent_volume_claim_v1",
        "hashicorp/kubernetes/latest/docs/resources/persistent_volume_claim_v1",
    )
    .store(Recovery::Store)
    .replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.access_modes",
        "spec.0.selector",
        "spec.0.storage_class_name",
        "spec.0.volume_name",
        "spec.0.volume_mode",
    ]),
    cluster_wide(
        "kubernetes_persistent_volume_v1",
        "hashicorp/kubernetes/latest/docs/resources/persistent_volume_v1",
    )
    .store(Recovery::Store)
    .replaced_by(&["metadata.0.name", "spec.0.persistent_volume_source"]),
    namespaced("kubernetes_pod", "hashicorp/kubernetes/latest/docs/resources/pod").replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.node_name",
        "spec.0.volume",
    ]),
    namespaced(
        "kubernetes_pod_disruption_budget",
        "hashicorp/kubernetes/latest/docs/resources/pod_disruption_budget",
    ),
    namespaced(
        "kubernetes_pod_disruption_budget_v1",
        "hashicorp/kubernetes/latest/docs/resources/pod_disruption_budget_v1",
    ),
    namespaced("kubernetes_pod_v1", "hashicorp/kubernetes/latest/docs/resources/pod_v1").replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "spec.0.node_name",
        "spec.0.volume",
    ]),
    cluster_wide("kubernetes_priority_class", "hashicorp/kubernetes/latest/docs/resources/priority_class")
        .replaced_by(&["metadata.0.name", "value", "global_default", "preemption_policy"]),
    cluster_wide(
        "kubernetes_priority_class_v1",
        "hashicorp/kubernetes/latest/docs/resources/priority_class_v1",
    )
    .replaced_by(&["metadata.0.name", "value", "global_default", "preemption_policy"]),
    namespaced("kubernetes_resource_quota", "hashicorp/kubernetes/latest/docs/resources/resource_quota"),
    namespaced(
        "kubernetes_resource_quota_v1",
        "hashicorp/kubernetes/latest/docs/resources/resource_quota_v1",
    ),
    namespaced("kubernetes_role", "hashicorp/kubernetes/latest/docs/resources/role"),
    namespaced("kubernetes_role_binding", "hashicorp/kubernetes/latest/docs/resources/role_binding")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "role_ref"]),
    namespaced("kubernetes_role_binding_v1", "hashicorp/kubernetes/latest/docs/resources/role_binding_v1")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "role_ref"]),
    namespaced("kubernetes_role_v1", "hashicorp/kubernetes/latest/docs/resources/role_v1"),
    namespaced("kubernetes_secret", "hashicorp/kubernetes/latest/docs/resources/secret").replaced_by(&[
        "metadata.0.name",
        "metadata.0.namespace",
        "type",
        "immutable",
    ]),
    namespaced("kubernetes_secret_v1", "hashicorp/kubernetes/latest/docs/resources/secret_v1")
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "type", "immutable"]),
    in_cluster("kubernetes_secret_v1_data", "hashicorp/kubernetes/latest/docs/resources/secret_v1_data")
        .named(Uniqueness::InParent, &["metadata.0.namespace", "metadata.0.name"])
        .not_importable()
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "field_manager"]),
    namespaced("kubernetes_service", "hashicorp/kubernetes/latest/docs/resources/service")
        .owns(&[
            own("status.*.load_balancer.*.ingress.*.hostname", Endpoint),
            own("spec.0.cluster_ip", Address),
        ])
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.cluster_ip"])
        .takes(10, 120),
    namespaced("kubernetes_service_account", "hashicorp/kubernetes/latest/docs/resources/service_account"),
    namespaced(
        "kubernetes_service_account_v1",
        "hashicorp/kubernetes/latest/docs/resources/service_account_v1",
    ),
    namespaced("kubernetes_service_v1", "hashicorp/kubernetes/latest/docs/resources/service_v1")
        .owns(&[
            own("status.*.load_balancer.*.ingress.*.hostname", Endpoint),
            own("spec.0.cluster_ip", Address),
        ])
        .replaced_by(&["metadata.0.name", "metadata.0.namespace", "spec.0.cluster_ip"])
        .takes(10, 120),
    namespaced("kubernetes_stateful_set", "hashicorp/kubernetes/latest/docs/resources/stateful_set")
        .may_hold_data(Recovery::Store)
        .replaced_by(&[
            "metadata.0.name",
            "metadata.0.namespace",
            "spec.0.selector",
            "spec.0.service_name",
            "spec.0.pod_management_policy",
            "spec.0.volume_claim_template",
        ])
        .takes(60, 300),
    namespaced("kubernetes_stateful_set_v1", "hashicorp/kubernetes/latest/docs/resources/stateful_set_v1")
        .may_hold_data(Recovery::Store)
        .replaced_by(&[
            "metadata.0.name",
            "metadata.0.namespace",
            "spec.0.selector",
            "spec.0.service_name",
            "spec.0.pod_management_policy",
            "spec.0.volume_claim_template",
        ])
        .takes(60, 300),
    cluster_wide("kubernetes_storage_class", "hashicorp/kubernetes/latest/docs/resources/storage_class")
        .replaced_by(&[
            "metadata.0.name",
            "storage_provisioner",
            "parameters",
            "reclaim_policy",
            "volume_binding_mode",
            "mount_options",
            "allowed_topologies",
        ]),
    cluster_wide(
        "kubernetes_storage_class_v1",
        "hashicorp/kubernetes/latest/docs/resources/storage_class_v1",
    )
    .replaced_by(&[
        "metadata.0.name",
        "storage_provisioner",
        "parameters",
        "reclaim_policy",
        "volume_binding_mode",
        "mount_options",
        "allowed_topologies",
    ]),
    cluster_wide(
        "kubernetes_validating_webhook_configuration",
        "hashicorp/kubernetes/latest/docs/resources/validating_webhook_configuration",
    ),
    cluster_wide(
        "kubernetes_validating_webhook_configuration_v1",
        "hashicorp/kubernetes/latest/docs/resources/validating_webhook_configuration_v1",
    ),
];

/// Whether the provider asks the cluster already when it plans: there is none to ask in a first plan.
/// <https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/resources/manifest#before-you-use-this-resource>
#[must_use]
pub fn planned_in_cluster(type_name: &str) -> bool {
    matches!(type_name, "kubernetes_manifest")
}
