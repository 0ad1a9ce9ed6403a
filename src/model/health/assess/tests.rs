use serde_json::json;

use super::*;
use crate::model::diagnostic::{Gap, GapReason};

const NOW: &str = "2026-11-22T12:00:00Z";

fn node(name: &str, zone: &str, ready: bool) -> Value {
    let status = if ready { "True" } else { "Unknown" };
    json!({ "metadata": { "name": name, "labels": { "topology.kubernetes.io/zone": zone } },
        "status": { "conditions": [{ "type": "Ready", "status": status, "reason": "NodeStatusUnknown", "message": "no heartbeat" }] } })
}

fn workload(name: &str, replicas: u64, ready: u64) -> Value {
    json!({ "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "namespace": "shop", "name": name, "uid": format!("d-{name}"), "generation": 1 },
        "spec": { "replicas": replicas, "selector": { "matchLabels": { "app": name } } },
        "status": { "observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": ready, "availableReplicas": ready } })
}

fn set(name: &str) -> Value {
    json!({ "metadata": { "uid": format!("s-{name}"), "ownerReferences": [{ "uid": format!("d-{name}"), "controller": true }] } })
}

fn pod(name: &str, number: u32, node: &str, waiting: Option<&str>) -> Value {
    let ready = if waiting.is_some() { "False" } else { "True" };
    let state = waiting.map_or_else(
        || json!({ "running": {} }),
        |reason| json!({ "waiting": { "reason": reason, "message": "m" } }),
    );
    json!({ "metadata": { "namespace": "shop", "name": format!("{name}-{number}"), "uid": format!("p-{name}-{number}"),
            "ownerReferences": [{ "uid": format!("s-{name}"), "controller": true }] },
        "spec": { "nodeName": node },
        "status": { "startTime": "2026-11-22T11:00:00Z", "conditions": [{ "type": "Ready", "status": ready }],
            "containerStatuses": [{ "name": "app", "image": "i", "state": state }] } })
}

fn service(name: &str) -> Value {
    json!({ "metadata": { "namespace": "shop", "name": name }, "spec": { "selector": { "app": name } } })
}

fn slice(name: &str, endpoints: Value) -> Value {
    json!({ "metadata": { "namespace": "shop", "labels": { "kubernetes.io/service-name": name } }, "endpoints": endpoints })
}

fn seen() -> Seen {
    Seen {
        at: NOW.parse().unwrap(),
        nodes: Some(vec![node("a", "west-a", true), node("b", "west-b", true)]),
        workloads: Some(vec![workload("cart", 2, 2), workload("off", 0, 0)]),
        pods: Some(vec![pod("cart", 0, "a", None), pod("cart", 1, "b", None)]),
        sets: Some(vec![set("cart")]),
        services: Some(vec![service("cart"), service("off")]),
        slices: Some(vec![slice(
            "cart",
            json!([{ "conditions": { "ready": true }, "zone": "west-a" }, { "zone": "west-b" }]),
        )]),
        events: Some(Vec::new()),
        namespaces: None,
        apis: Some(vec![json!({ "metadata": { "name": "v1." }, "spec": {} })]),
        scalers: Some(Vec::new()),
        gaps: Vec::new(),
    }
}

#[test]
fn a_healthy_cluster() {
    let found = assess(&seen(), "shop", &[]);
    assert_eq!(found.verdict, Verdict::Ok, "{found:#?}");
    assert_eq!(
        found.workloads[0].zones,
        BTreeMap::from([("west-a".to_owned(), 1), ("west-b".to_owned(), 1)])
    );
    assert!(found.workloads[1].rests && found.workloads[1].problem.is_none());
    assert_eq!(found.services[0].zones.values().sum::<usize>(), 2);
    assert_eq!(found.services[1].problem, None, "what it leads to rests");
}

#[test]
fn an_api_that_nobody_answers_for_and_an_autoscaler_at_none_are_told() {
    let mut seen = seen();
    let api = |name: &str, available: &str| {
        json!({ "metadata": { "name": name }, "spec": { "service": { "name": "adapter" } },
            "status": { "conditions": [{ "type": "Available", "status": available, "reason": "FailedDiscoveryCheck", "message": "m" }] } })
    };
    seen.apis = Some(vec![api("v1beta1.metrics.k8s.io", "False"), api("v1.other.example", "True")]);
    seen.scalers = Some(vec![json!({ "metadata": { "namespace": "shop", "name": "off" },
        "spec": { "scaleTargetRef": { "kind": "Deployment", "name": "off" } } })]);
    let found = assess(&seen, "shop", &[]);
    assert_eq!(found.verdict, Verdict::Missed);
    let [api] = found.apis.as_slice() else { panic!("{:?}", found.apis) };
    assert_eq!(api.object, "APIService/v1beta1.metrics.k8s.io");
    assert!(api.problem.starts_with("it does not answer (FailedDiscoveryCheck: m)"), "{api:?}");
    let warning = found.workloads[1].warning.as_deref().unwrap_or_default();
    assert!(warning.starts_with("it has 0 replicas, where its autoscaler does nothing"), "{warning}");
}

#[test]
fn a_zone_that_all_pods_are_in_is_told() {
    let mut seen = seen();
    seen.pods = Some(vec![pod("cart", 0, "a", None), pod("cart", 1, "a", None)]);
    let found = assess(&seen, "shop", &[]);
    assert_eq!(found.verdict, Verdict::Ok);
    assert_eq!(
        found.workloads[0].warning.as_deref(),
        Some("all its 2 pods are in west-a: the loss of that zone takes it down")
    );
}

#[test]
fn what_is_wrong_is_told_with_its_cause() {
    let mut seen = seen();
    seen.nodes = Some(vec![node("a", "west-a", true), node("b", "west-b", false)]);
    seen.workloads = Some(vec![workload("cart", 2, 1)]);
    seen.pods = Some(vec![pod("cart", 0, "a", None), pod("cart", 1, "b", Some("ImagePullBackOff"))]);
    seen.slices = Some(vec![slice("cart", json!([{ "conditions": { "ready": false } }]))]);
    let event = |uid: &str, reason: &str, at: &str, kind: &str| json!({ "type": kind, "reason": reason, "message": "password=hunter2 AKIAIOSFODNN7EXAMPLE", "lastTimestamp": at, "involvedObject": { "kind": "Pod", "namespace": "shop", "name": "cart-1", "uid": uid } });
    seen.events = Some(vec![
        event("p-cart-1", "Failed", "2026-11-22T11:59:00Z", "Warning"),
        event("p-cart-1", "Failed", "2026-11-22T11:58:00Z", "Warning"),
        event("p-cart-1", "Old", "2026-11-22T09:00:00Z", "Warning"),
        event("p-cart-1", "Pulled", "2026-11-22T11:59:00Z", "Normal"),
        event("p-other-1", "Failed", "2026-11-22T11:59:00Z", "Warning"),
    ]);
    let found = assess(&seen, "shop", &[]);
    assert_eq!(found.verdict, Verdict::Missed);
    assert_eq!(found.zones[1].problems, ["b is not ready: NodeStatusUnknown: no heartbeat"]);
    let problem = found.workloads[0].problem.as_deref().unwrap();
    assert_eq!(
        problem,
        "1 of 2 pods are ready: 1 of 2 pods cannot start: ImagePullBackOff: container app, image i: m"
    );
    let reasons: Vec<&str> = found.workloads[0].events.iter().map(|event| event.reason.as_str()).collect();
    assert_eq!(reasons, ["Failed"]);
    assert!(!format!("{found:?}").contains("AKIA"));
    assert_eq!(
        found.services[0].problem.as_deref(),
        Some("none of its 1 endpoint is ready, so nobody answers")
    );
}

#[test]
fn what_was_not_seen_is_unknown() {
    let mut seen = seen();
    seen.slices = None;
    let detail = "forbidden".to_owned();
    seen.gaps = vec![Gap {
        source: "kubernetes:ListEndpointSlices".to_owned(),
        reason: GapReason::AccessDenied,
        detail,
    }];
    let found = assess(&seen, "shop", &[]);
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.services.is_empty());
    let elsewhere = assess(&seen, "shop", &["other".to_owned()]);
    assert!(elsewhere.workloads.is_empty() && !elsewhere.zones.is_empty());
}

#[test]
fn a_namespace_that_is_not_there_is_missed() {
    let asked = ["shop".to_owned(), "shpo".to_owned()];
    // Nobody has listed them.
    assert_eq!(assess(&seen(), "c", &asked).verdict, Verdict::Ok);
    let seen = Seen { namespaces: Some(vec![json!({ "metadata": { "name": "shop" } })]), ..seen() };
    let health = assess(&seen, "c", &asked);
    assert_eq!(health.verdict, Verdict::Missed);
    let absent = Absent { namespace: "shpo".to_owned(), near: Some("shop".to_owned()) };
    assert_eq!(health.absent, [absent]);
    assert_eq!(assess(&seen, "c", &asked[..1]).verdict, Verdict::Ok);
}

#[test]
fn a_cluster_in_which_nothing_runs_is_not_well() {
    let nothing = Seen { workloads: Some(Vec::new()), ..seen() };
    let health = assess(&nothing, "c", &[]);
    assert_eq!((health.verdict, health.empty), (Verdict::Missed, true));
    // A namespace may have none.
    assert!(!assess(&nothing, "c", &["shop".to_owned()]).empty);
    let unseen = Seen { workloads: None, ..seen() };
    assert!(!assess(&unseen, "c", &[]).empty);
}
