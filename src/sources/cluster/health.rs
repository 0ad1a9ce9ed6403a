//! What tells how healthy a cluster is: nodes, workloads, pods, services, endpoints and events. Of a pod's containers only
//! their state is read.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::list;
use crate::clients::kube::{Cluster, List, METADATA, PAGE};
use crate::model::health::Seen;
use crate::model::rollout::text;

const fn of(action: &'static str, path: &'static str, kind: &'static str) -> List {
    List { action, path, kind, page: PAGE }
}

const NAMESPACES: List = of("kubernetes:ListNamespaces", "/api/v1/namespaces", METADATA);
const NODES: List = of("kubernetes:ListNodes", "/api/v1/nodes", "NodeList");
const PODS: List = of("kubernetes:ListPods", "/api/v1/pods", "PodList");
const SERVICES: List = of("kubernetes:ListServices", "/api/v1/services", "ServiceList");
const EVENTS: List = of("kubernetes:ListEvents", "/api/v1/events", "EventList");
const SLICES: List =
    of("kubernetes:ListEndpointSlices", "/apis/discovery.k8s.io/v1/endpointslices", "EndpointSliceList");
const SCALERS: List = of(
    "kubernetes:ListHorizontalPodAutoscalers",
    "/apis/autoscaling/v2/horizontalpodautoscalers",
    "HorizontalPodAutoscalerList",
);
const APIS: List =
    of("kubernetes:ListAPIServices", "/apis/apiregistration.k8s.io/v1/apiservices", "APIServiceList");
const SETS: List = of("kubernetes:ListReplicaSets", "/apis/apps/v1/replicasets", METADATA);
const WORKLOADS: [(&str, List); 3] = [
    ("Deployment", of("kubernetes:ListDeployments", "/apis/apps/v1/deployments", "DeploymentList")),
    ("StatefulSet", of("kubernetes:ListStatefulSets", "/apis/apps/v1/statefulsets", "StatefulSetList")),
    ("DaemonSet", of("kubernetes:ListDaemonSets", "/apis/apps/v1/daemonsets", "DaemonSetList")),
];

/// What is kept of an object: no template of a pod, no environment.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spec: Option<Spec>,
    #[serde(default)]
    status: Value,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    uid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_timestamp: Option<String>,
    labels: Value,
    owner_references: Value,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress_deadline_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unschedulable: Option<bool>,
    selector: Value,
    update_strategy: Value,
    /// Of an autoscaler.
    #[serde(skip_serializing_if = "Value::is_null")]
    scale_target_ref: Value,
    /// Of an API.
    #[serde(skip_serializing_if = "Value::is_null")]
    service: Value,
}

/// An EndpointSlice.
#[derive(Debug, Deserialize, Serialize)]
struct Slice {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    endpoints: Option<Vec<Endpoint>>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Endpoint {
    #[serde(default)]
    conditions: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
}

/// An event.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    involved_object: Value,
    #[serde(default)]
    reason: Value,
    #[serde(default)]
    message: Value,
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    last_timestamp: Value,
    #[serde(default)]
    event_time: Value,
    #[serde(default)]
    series: Value,
}

/// Asks a cluster; for the names of its namespaces only where nothing runs in one that is asked about. What does not come is a
/// gap.
pub async fn read_health(cluster: &Cluster, at: Timestamp, namespaces: &[String]) -> Seen {
    let [first, second, third] = WORKLOADS;
    let (scalers, apis) = tokio::join!(list::<Kept>(cluster, &SCALERS), list::<Kept>(cluster, &APIS));
    let (nodes, pods, sets, services, slices, events, deployments, stateful, daemons) = tokio::join!(
        list::<Kept>(cluster, &NODES),
        list::<Kept>(cluster, &PODS),
        list::<Kept>(cluster, &SETS),
        list::<Kept>(cluster, &SERVICES),
        list::<Slice>(cluster, &SLICES),
        list::<Event>(cluster, &EVENTS),
        workloads(cluster, first),
        workloads(cluster, second),
        workloads(cluster, third),
    );
    let mut seen = Seen { at, ..Seen::default() };
    seen.nodes = plain(nodes.keep(&mut seen.gaps));
    seen.pods = plain(pods.keep(&mut seen.gaps));
    seen.sets = plain(sets.keep(&mut seen.gaps));
    seen.services = plain(services.keep(&mut seen.gaps));
    seen.slices = plain(slices.keep(&mut seen.gaps));
    seen.events = plain(events.keep(&mut seen.gaps));
    // They lead to a warning, and to no verdict.
    seen.scalers = plain(scalers.keep(&mut Vec::new()));
    seen.apis = plain(apis.keep(&mut seen.gaps));
    let kinds = [deployments, stateful, daemons].map(|section| section.keep(&mut seen.gaps));
    seen.workloads =
        kinds.iter().any(Option::is_some).then(|| kinds.into_iter().flatten().flatten().collect());
    if namespaces.iter().any(|namespace| !has_any(&seen, namespace)) {
        seen.namespaces = plain(list::<Kept>(cluster, &NAMESPACES).await.keep(&mut seen.gaps));
    }
    seen.gaps.sort();
    seen
}

fn has_any(seen: &Seen, namespace: &str) -> bool {
    let objects = [&seen.workloads, &seen.services, &seen.pods].into_iter().flatten().flatten();
    objects.into_iter().any(|object| text(object, "/metadata/namespace") == namespace)
}

async fn workloads(cluster: &Cluster, (kind, from): (&str, List)) -> super::Section<Vec<Value>> {
    let super::Section { found, gaps } = list::<Kept>(cluster, &from).await;
    // Items of a list do not say their kind.
    let named = found.map(|found| {
        found.into_iter().map(|mut object| {
            object.api_version = Some("apps/v1".to_owned());
            object.kind = Some(kind.to_owned());
            object
        })
    });
    super::Section { found: plain(named.map(Iterator::collect::<Vec<Kept>>)), gaps }
}

fn plain<T: Serialize + DeserializeOwned>(found: Option<Vec<T>>) -> Option<Vec<Value>> {
    found.map(|found| found.iter().filter_map(|object| serde_json::to_value(object).ok()).collect())
}
