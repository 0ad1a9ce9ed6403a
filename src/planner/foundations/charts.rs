//! What well-known charts and add-ons of EKS bring: one table, from their templates and default values.
//!
//! In a label, namespace `.` is that of the release and `*` any; a name that ends with `*` goes on.

use serde_json::Value;

use super::objects;
use super::provided::Bring;
use super::thing::{ANY, STORAGE_CLASS, Thing, namespace_of};
use crate::model::document::{Node, Object};
use crate::planner::charts;

/// The class of an Ingress.
const CLASS: &str = "IngressClass";

/// Charts, by the last part of their name. <https://artifacthub.io>
const CHARTS: &[(&str, &[&str])] = &[
    ("ack-chart", &["CustomResourceDefinition/services.k8s.aws"]),
    (
        "argo-cd",
        &[
            "CustomResourceDefinition/argoproj.io",
            "Service/./argocd-*",
            "Secret/./argocd-*",
            "ConfigMap/./argocd-*",
        ],
    ),
    ("argo-events", &["CustomResourceDefinition/argoproj.io"]),
    ("argo-rollouts", &["CustomResourceDefinition/argoproj.io"]),
    ("argo-workflows", &["CustomResourceDefinition/argoproj.io"]),
    ("aws-ebs-csi-driver", &["CSIDriver/ebs.csi.aws.com"]),
    ("aws-efs-csi-driver", &["CSIDriver/efs.csi.aws.com"]),
    ("aws-fsx-csi-driver", &["CSIDriver/fsx.csi.aws.com"]),
    (
        "aws-load-balancer-controller",
        &[
            "IngressClass/alb",
            "CustomResourceDefinition/elbv2.k8s.aws",
            "CustomResourceDefinition/gateway.k8s.aws",
            "Secret/./aws-load-balancer-tls",
        ],
    ),
    ("aws-mountpoint-s3-csi-driver", &["CSIDriver/s3.csi.aws.com", "Namespace/mount-s3"]),
    ("aws-privateca-issuer", &["CustomResourceDefinition/awspca.cert-manager.io"]),
    (
        "cert-manager",
        &["CustomResourceDefinition/cert-manager.io", "CustomResourceDefinition/acme.cert-manager.io"],
    ),
    ("cilium", &["CustomResourceDefinition/cilium.io", "IngressClass/cilium"]),
    ("cloudnative-pg", &["CustomResourceDefinition/postgresql.cnpg.io"]),
    ("cluster-operator", &["CustomResourceDefinition/rabbitmq.com"]),
    ("contour", &["CustomResourceDefinition/projectcontour.io", "IngressClass/contour"]),
    (
        "crossplane",
        &[
            "CustomResourceDefinition/pkg.crossplane.io",
            "CustomResourceDefinition/apiextensions.crossplane.io",
        ],
    ),
    (
        "eck-operator",
        &[
            "CustomResourceDefinition/elasticsearch.k8s.elastic.co",
            "CustomResourceDefinition/kibana.k8s.elastic.co",
            "CustomResourceDefinition/beat.k8s.elastic.co",
            "CustomResourceDefinition/logstash.k8s.elastic.co",
            "CustomResourceDefinition/apm.k8s.elastic.co",
        ],
    ),
    ("external-dns", &["CustomResourceDefinition/externaldns.k8s.io"]),
    (
        "external-secrets",
        &[
            "CustomResourceDefinition/external-secrets.io",
            "CustomResourceDefinition/generators.external-secrets.io",
        ],
    ),
    ("flagger", &["CustomResourceDefinition/flagger.app"]),
    ("flux2", FLUX),
    (
        "gatekeeper",
        &[
            "CustomResourceDefinition/templates.gatekeeper.sh",
            "CustomResourceDefinition/config.gatekeeper.sh",
            "CustomResourceDefinition/constraints.gatekeeper.sh",
        ],
    ),
    (
        "gateway-helm",
        &[
            "CustomResourceDefinition/gateway.networking.k8s.io",
            "CustomResourceDefinition/gateway.envoyproxy.io",
        ],
    ),
    ("base", ISTIO),
    ("istiod", &["ConfigMap/*/istio-ca-root-cert", "CustomResourceDefinition/networking.istio.io"]),
    ("ingress-nginx", &["IngressClass/nginx"]),
    ("haproxy-ingress", &["IngressClass/haproxy"]),
    ("kubernetes-ingress", &["IngressClass/haproxy", "CustomResourceDefinition/core.haproxy.org"]),
    ("nginx-ingress", &["IngressClass/nginx", "CustomResourceDefinition/k8s.nginx.org"]),
    ("nginx-ingress-controller", &["IngressClass/nginx"]),
    ("karpenter", KARPENTER),
    ("karpenter-crd", KARPENTER),
    (
        "keda",
        &[
            "CustomResourceDefinition/keda.sh",
            "CustomResourceDefinition/eventing.keda.sh",
            "APIService/external.metrics.k8s.io",
        ],
    ),
    ("kong", &["IngressClass/kong", "CustomResourceDefinition/configuration.konghq.com"]),
    (
        "kube-prometheus-stack",
        &[
            "CustomResourceDefinition/monitoring.coreos.com",
            "Service/./prometheus-operated",
            "Service/./alertmanager-operated",
        ],
    ),
    ("kyverno", &["CustomResourceDefinition/kyverno.io", "CustomResourceDefinition/wgpolicyk8s.io"]),
    ("metrics-server", &["APIService/metrics.k8s.io"]),
    ("opentelemetry-operator", &["CustomResourceDefinition/opentelemetry.io"]),
    (
        "prometheus-adapter",
        &[
            "APIService/custom.metrics.k8s.io",
            "APIService/external.metrics.k8s.io",
            "APIService/metrics.k8s.io",
        ],
    ),
    ("prometheus-operator-crds", &["CustomResourceDefinition/monitoring.coreos.com"]),
    ("reloader", &[]),
    ("sealed-secrets", &["CustomResourceDefinition/bitnami.com"]),
    ("secrets-store-csi-driver", SECRETS_STORE),
    ("snapshot-controller", SNAPSHOTS),
    (
        "strimzi-kafka-operator",
        &["CustomResourceDefinition/kafka.strimzi.io", "CustomResourceDefinition/core.strimzi.io"],
    ),
    (
        "traefik",
        &[
            "IngressClass/traefik",
            "CustomResourceDefinition/traefik.io",
            "CustomResourceDefinition/traefik.containo.us",
        ],
    ),
    ("trust-manager", &["CustomResourceDefinition/trust.cert-manager.io"]),
    ("vault-secrets-operator", &["CustomResourceDefinition/secrets.hashicorp.com"]),
    ("velero", &["CustomResourceDefinition/velero.io"]),
    ("victoria-metrics-operator", &["CustomResourceDefinition/operator.victoriametrics.com"]),
    ("vpa", &["CustomResourceDefinition/autoscaling.k8s.io"]),
    (
        "gpu-operator",
        &[
            "CustomResourceDefinition/nvidia.com",
            "NodeLabel/nvidia.com/*",
            "NodeLabel/feature.node.kubernetes.io/*",
            "RuntimeClass/nvidia",
        ],
    ),
    (
        "node-feature-discovery",
        &["CustomResourceDefinition/nfd.k8s-sigs.io", "NodeLabel/feature.node.kubernetes.io/*"],
    ),
];

/// Add-ons of EKS. <https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html>,
/// <https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html>
const ADDONS: &[(&str, &[&str])] = &[
    ("adot", &["CustomResourceDefinition/opentelemetry.io", "Namespace/opentelemetry-operator-system"]),
    (
        "amazon-cloudwatch-observability",
        &["CustomResourceDefinition/cloudwatch.aws.amazon.com", "Namespace/amazon-cloudwatch"],
    ),
    ("aws-ebs-csi-driver", &["CSIDriver/ebs.csi.aws.com"]),
    ("aws-efs-csi-driver", &["CSIDriver/efs.csi.aws.com"]),
    ("aws-fsx-csi-driver", &["CSIDriver/fsx.csi.aws.com"]),
    ("aws-guardduty-agent", &["Namespace/amazon-guardduty"]),
    ("aws-mountpoint-s3-csi-driver", &["CSIDriver/s3.csi.aws.com", "Namespace/mount-s3"]),
    (
        "aws-secrets-store-csi-driver-provider",
        &[
            "CSIDriver/secrets-store.csi.k8s.io",
            "CustomResourceDefinition/secrets-store.csi.x-k8s.io",
            "Namespace/aws-secrets-manager",
        ],
    ),
    (
        "cert-manager",
        &[
            "CustomResourceDefinition/cert-manager.io",
            "CustomResourceDefinition/acme.cert-manager.io",
            "Namespace/cert-manager",
        ],
    ),
    ("external-dns", &["CustomResourceDefinition/externaldns.k8s.io", "Namespace/external-dns"]),
    ("kube-state-metrics", &["Namespace/kube-state-metrics"]),
    ("metrics-server", &["APIService/metrics.k8s.io"]),
    ("prometheus-node-exporter", &["Namespace/prometheus-node-exporter"]),
    ("snapshot-controller", SNAPSHOTS),
];

const FLUX: &[&str] = &[
    "CustomResourceDefinition/helm.toolkit.fluxcd.io",
    "CustomResourceDefinition/image.toolkit.fluxcd.io",
    "CustomResourceDefinition/kustomize.toolkit.fluxcd.io",
    "CustomResourceDefinition/notification.toolkit.fluxcd.io",
    "CustomResourceDefinition/source.toolkit.fluxcd.io",
];
const ISTIO: &[&str] = &[
    "CustomResourceDefinition/networking.istio.io",
    "CustomResourceDefinition/security.istio.io",
    "CustomResourceDefinition/telemetry.istio.io",
    "CustomResourceDefinition/extensions.istio.io",
];
const KARPENTER: &[&str] =
    &["CustomResourceDefinition/karpenter.sh", "CustomResourceDefinition/karpenter.k8s.aws"];
const SECRETS_STORE: &[&str] =
    &["CSIDriver/secrets-store.csi.k8s.io", "CustomResourceDefinition/secrets-store.csi.x-k8s.io"];
const SNAPSHOTS: &[&str] = &[
    "CustomResourceDefinition/snapshot.storage.k8s.io",
    "CustomResourceDefinition/groupsnapshot.storage.k8s.io",
];

/// A chart that is installed.
pub(super) struct Release<'r> {
    pub(super) chart: &'r str,
    pub(super) name: &'r str,
    pub(super) namespace: &'r str,
    pub(super) values: Option<&'r Value>,
    /// Whether it has values that could not be read.
    pub(super) has_more_values: bool,
}

/// Adds what an add-on brings.
pub(super) fn of_addon<'i>(name: &str, bring: Bring<'_, 'i>) {
    let labels = ADDONS.iter().filter(|(known, _)| *known == name).flat_map(|(_, labels)| *labels);
    labels.filter_map(|label| Thing::parse(label)).for_each(bring);
}

/// Adds what a release brings: what the table has, what its values name, and whatever is called after it.
pub(super) fn of_release<'i>(release: &Release<'_>, bring: Bring<'_, 'i>) {
    let chart = release.chart.rsplit('/').next().unwrap_or_default();
    let labels = CHARTS.iter().filter(|(known, _)| *known == chart).flat_map(|(_, labels)| *labels);
    if let Some(values) = release.values {
        of_values_of(values, "", release.namespace, bring);
    }
    let names_class = release.values.is_some_and(names_class);
    for mut thing in labels.filter_map(|label| Thing::parse(label)) {
        if thing.namespace == "." {
            thing.namespace = release.namespace.to_owned().into();
        }
        if thing.kind == CLASS {
            // Its values call the class otherwise, or nobody knows whether they do.
            if names_class {
                continue;
            }
            if release.has_more_values {
                thing.name = ANY.into();
            }
        }
        bring(thing);
    }
    // Every chart of `helm create` calls its objects so: https://helm.sh/docs/chart_best_practices/templates/
    let overrides = ["fullnameOverride", "nameOverride"];
    let of_values = overrides.iter().filter_map(|name| release.values?.get(name)?.as_str());
    for name in [release.name, chart].into_iter().chain(of_values).filter(|name| !name.is_empty()) {
        for kind in [
            "ConfigMap",
            "Deployment",
            "PersistentVolumeClaim",
            "Secret",
            "Service",
            "ServiceAccount",
            "StatefulSet",
        ] {
            bring(Thing::new(kind, release.namespace.to_owned(), format!("{name}{ANY}")));
        }
    }
}

/// Whether values say what the object of the class is called; `ingressClass` as a text is only what a controller serves.
fn names_class(values: &Value) -> bool {
    let entries = values.as_object().into_iter().flatten();
    let mut named = entries.map(|(key, value)| {
        let is_class = matches!(key.as_str(), "ingressClass" | "ingressClassResource");
        is_class && value.get("name").and_then(Value::as_str).is_some() || names_class(value)
    });
    named.any(|named| named)
}

/// Fields of values that name what a chart makes, as the charts of the table have them; and objects that are written out.
fn of_values_of<'i>(node: &Value, field: &str, namespace: &str, bring: Bring<'_, 'i>) {
    match node {
        Value::Object(entries) => {
            if entries.contains_key("apiVersion") && entries.contains_key("kind") {
                objects::bring_value(node, namespace, bring);
            }
            if let Some(name) = entries.get("name").and_then(Value::as_str) {
                match field {
                    "serviceAccount" => {
                        bring(Thing::new("ServiceAccount", namespace.to_owned(), name.to_owned()))
                    }
                    "ingressClass" | "ingressClassResource" => bring(Thing::wide(CLASS, name.to_owned())),
                    "storageClass" | "storageClasses" => bring(Thing::wide(STORAGE_CLASS, name.to_owned())),
                    _ => {}
                }
            }
            for (key, value) in entries {
                of_values_of(value, key, namespace, bring);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| of_values_of(item, field, namespace, bring)),
        Value::String(class) if field == "ingressClass" && !class.is_empty() => {
            bring(Thing::wide(CLASS, class.clone()));
        }
        _ => {}
    }
}

/// Adds the charts that an object of Argo CD or Flux installs.
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/>, <https://fluxcd.io/flux/components/helm/helmreleases/>
pub(super) fn of_object<'i>(object: &'i Object, bring: Bring<'_, 'i>) {
    let text = |path: &[&str]| object.root.str_at(path);
    let mut names: Vec<&str> = Vec::new();
    let namespace = match (object.group(), object.kind.as_str()) {
        ("argoproj.io", "Application") => {
            names.extend(text(&["spec", "source", "chart"]));
            let sources = object.root.at(&["spec", "sources"]).into_iter().flat_map(Node::items);
            names.extend(sources.filter_map(|source| source.str_at(&["chart"])));
            text(&["spec", "destination", "namespace"])
        }
        ("helm.toolkit.fluxcd.io", "HelmRelease") => {
            names.extend(text(&["spec", "chart", "spec", "chart"]));
            text(&["spec", "targetNamespace"])
        }
        _ => return,
    };
    let namespace = namespace.unwrap_or(namespace_of(object));
    let values = Some(charts::given_by(object));
    let spec = object.root.get("spec");
    // Values that lie in another file, a Secret or a ConfigMap.
    let has_more_values = spec.is_some_and(|spec| {
        spec.get("valuesFrom").is_some()
            || spec.at(&["source", "helm", "valueFiles"]).is_some()
            || spec.get("sources").is_some()
    });
    for chart in names {
        let release =
            Release { chart, name: &object.name, namespace, values: values.as_ref(), has_more_values };
        of_release(&release, bring);
    }
}

/// The charts and add-ons that bring something, for a fix that names them.
pub(super) fn bringing(thing: &Thing<'_>) -> Option<String> {
    let has =
        |labels: &[&str]| labels.iter().filter_map(|label| Thing::parse(label)).any(|one| one.covers(thing));
    let addon = ADDONS.iter().find(|(_, labels)| has(labels)).map(|(name, _)| format!("add-on {name}"));
    let chart = || CHARTS.iter().find(|(_, labels)| has(labels)).map(|(name, _)| format!("chart {name}"));
    addon.or_else(chart)
}
