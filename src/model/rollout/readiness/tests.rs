use serde_json::{Value, json};

use super::*;

fn object(version: &str, kind: &str, spec: Value, status: Value) -> Value {
    json!({ "apiVersion": version, "kind": kind, "metadata": { "generation": 2 }, "spec": spec, "status": status })
}

/// A word of the answer: `ready`, or what the reason has in it.
#[track_caller]
fn assert_is(object: &Value, expected: &str) {
    let found = of(object);
    let told = match &found {
        Ready => "ready".to_owned(),
        Waiting(why) => format!("waiting: {why}"),
        Failed(why) => format!("failed: {why}"),
    };
    assert!(told == expected || (expected != "ready" && told.contains(expected)), "{told} is not {expected}");
}

fn conditions(conditions: &[(&str, &str, &str)]) -> Value {
    conditions
        .iter()
        .map(|(kind, status, reason)| json!({ "type": kind, "status": status, "reason": reason, "message": "m" }))
        .collect()
}

#[test]
fn deployments() {
    let up = [("Progressing", "True", "NewReplicaSetAvailable"), ("Available", "True", "")];
    let status = |total: i64, updated: i64, ready: i64, available: i64, known: &[(&str, &str, &str)]| json!({ "observedGeneration": 2, "replicas": total, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": available, "conditions": conditions(known) });
    let of = |status: Value| {
        object("apps/v1", "Deployment", json!({ "replicas": 2, "progressDeadlineSeconds": 600 }), status)
    };
    assert_is(&of(json!({})), "has not seen it yet");
    assert_is(&of(json!({ "observedGeneration": 1 })), "has not seen the change yet");
    assert_is(&of(status(2, 2, 2, 2, &up)), "ready");
    assert_is(&of(status(2, 1, 2, 2, &up)), "1 of 2 pods are updated");
    assert_is(&of(status(3, 2, 2, 2, &up)), "it waits for 1 old pod to end");
    assert_is(&of(status(2, 2, 1, 1, &up)), "1 of 2 pods are ready");
    assert_is(&of(status(2, 2, 2, 1, &up)), "1 of 2 pods are available");
    assert_is(&of(status(2, 2, 2, 2, &[("Progressing", "True", "ReplicaSetUpdated")])), "not counted");
    let late = [("Progressing", "False", "ProgressDeadlineExceeded")];
    assert_is(&of(status(2, 2, 0, 0, &late)), "failed: its rollout made no progress");
    let none = object("apps/v1", "Deployment", json!({ "replicas": 0 }), status(0, 0, 0, 0, &up));
    assert_is(&none, "ready");
}

#[test]
fn stateful_sets() {
    let status = |total: i64, ready: i64, updated: i64, current: &str| json!({ "observedGeneration": 2, "replicas": total, "readyReplicas": ready, "updatedReplicas": updated, "currentRevision": current, "updateRevision": "b" });
    let of = |spec: Value, status: Value| object("apps/v1", "StatefulSet", spec, status);
    let two = || json!({ "replicas": 2 });
    assert_is(&of(two(), json!({})), "has not seen it yet");
    assert_is(&of(two(), status(1, 1, 1, "b")), "1 of 2 pods are made");
    assert_is(&of(two(), status(2, 1, 1, "b")), "1 of 2 pods are ready");
    assert_is(&of(two(), status(2, 2, 1, "a")), "1 of 2 pods are updated");
    assert_is(&of(two(), status(2, 2, 2, "b")), "ready");
    let partition = json!({ "replicas": 2, "updateStrategy": { "rollingUpdate": { "partition": 1 } } });
    assert_is(&of(partition.clone(), status(2, 2, 0, "a")), "0 of 1 pod is updated");
    assert_is(&of(partition, status(2, 2, 1, "a")), "ready");
    let manual = json!({ "replicas": 2, "updateStrategy": { "type": "OnDelete" } });
    assert_is(&of(manual, status(2, 2, 0, "a")), "ready");
}

#[test]
fn daemon_sets_and_replica_sets() {
    let daemon = |status: Value| object("apps/v1", "DaemonSet", json!({}), status);
    let status = |updated: i64, ready: i64, available: i64| json!({ "observedGeneration": 2, "desiredNumberScheduled": 3, "updatedNumberScheduled": updated, "numberReady": ready, "numberAvailable": available });
    assert_is(&daemon(json!({ "observedGeneration": 2 })), "has not seen it yet");
    assert_is(&daemon(status(2, 3, 3)), "2 of 3 pods are updated");
    assert_is(&daemon(status(3, 2, 2)), "2 of 3 pods are ready");
    assert_is(&daemon(status(3, 3, 2)), "2 of 3 pods are available");
    assert_is(&daemon(status(3, 3, 3)), "ready");
    let set = |status: Value| object("apps/v1", "ReplicaSet", json!({ "replicas": 1 }), status);
    assert_is(&set(json!({ "observedGeneration": 2, "replicas": 0 })), "0 of 1 pod is made");
    let up = json!({ "observedGeneration": 2, "replicas": 1, "readyReplicas": 1, "availableReplicas": 1 });
    assert_is(&set(up), "ready");
}

#[test]
fn jobs_and_pods() {
    let job = |status: Value| object("batch/v1", "Job", json!({}), status);
    assert_is(&job(json!({})), "not started");
    assert_is(&job(json!({ "startTime": "t", "failed": 1 })), "0 of 1 pod is done, 1 failed");
    assert_is(&job(json!({ "conditions": conditions(&[("Complete", "True", "")]) })), "ready");
    let failed = json!({ "conditions": conditions(&[("Failed", "True", "BackoffLimitExceeded")]) });
    assert_is(&job(failed), "failed: it has failed: BackoffLimitExceeded");
    assert_is(&object("batch/v1", "Job", json!({ "suspend": true }), json!({})), "ready");
    let pod = |status: Value| object("v1", "Pod", json!({}), status);
    assert_is(&pod(json!({ "phase": "Pending" })), "it is Pending");
    assert_is(&pod(json!({ "phase": "Succeeded" })), "ready");
    assert_is(&pod(json!({ "phase": "Failed", "reason": "Evicted" })), "failed: it has failed Evicted");
    let running =
        |ready: &str| json!({ "phase": "Running", "conditions": conditions(&[("Ready", ready, "")]) });
    assert_is(&pod(running("True")), "ready");
    assert_is(&pod(running("False")), "it is not Ready: m");
}

#[test]
fn volumes_and_addresses() {
    let claim = |phase: &str| object("v1", "PersistentVolumeClaim", json!({}), json!({ "phase": phase }));
    assert_is(&claim("Bound"), "ready");
    assert_is(&claim("Pending"), "no volume yet");
    assert_is(&claim("Lost"), "failed");
    let balanced = json!({ "loadBalancer": { "ingress": [{ "hostname": "a.elb.example" }] } });
    let service = |kind: &str, status: Value| object("v1", "Service", json!({ "type": kind }), status);
    assert_is(&service("ClusterIP", json!({})), "ready");
    assert_is(&service("LoadBalancer", json!({})), "no address yet");
    assert_is(&service("LoadBalancer", balanced.clone()), "ready");
    let ingress = |status: Value| object("networking.k8s.io/v1", "Ingress", json!({}), status);
    assert_is(&ingress(json!({})), "no address yet");
    assert_is(&ingress(balanced.clone()), "ready");
    let given = outputs(&ingress(balanced));
    assert_eq!(given, [("/status/loadBalancer/ingress/0/hostname".to_owned(), "a.elb.example".to_owned())]);
}

#[test]
fn what_others_stand_on() {
    let with = |version: &str, kind: &str, known: &[(&str, &str, &str)]| {
        object(version, kind, json!({}), json!({ "conditions": conditions(known) }))
    };
    let crd =
        |known: &[(&str, &str, &str)]| with("apiextensions.k8s.io/v1", "CustomResourceDefinition", known);
    assert_is(&crd(&[]), "not Established yet");
    assert_is(&crd(&[("Established", "True", "")]), "ready");
    assert_is(&crd(&[("NamesAccepted", "False", "ListKindConflict")]), "failed: its names are not accepted");
    let api = |status: &str| {
        with("apiregistration.k8s.io/v1", "APIService", &[("Available", status, "MissingEndpoints")])
    };
    assert_is(&api("False"), "MissingEndpoints");
    assert_is(&api("True"), "ready");
    let budget = |healthy: i64| {
        object(
            "policy/v1",
            "PodDisruptionBudget",
            json!({}),
            json!({ "observedGeneration": 2, "currentHealthy": healthy, "desiredHealthy": 2 }),
        )
    };
    assert_is(&budget(1), "1 of 2 pods are healthy");
    assert_is(&budget(2), "ready");
    let hpa = |able: &str| {
        with("autoscaling/v2", "HorizontalPodAutoscaler", &[("AbleToScale", able, "FailedGetScale")])
    };
    assert_is(&hpa("False"), "FailedGetScale");
    assert_is(&hpa("True"), "ready");
    assert_is(&object("v1", "Namespace", json!({}), json!({ "phase": "Active" })), "ready");
    assert_is(&json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": {} }), "ready");
}

#[test]
fn what_others_define() {
    let with = |known: &[(&str, &str, &str)]| {
        object("cert-manager.io/v1", "Certificate", json!({}), json!({ "conditions": conditions(known) }))
    };
    assert_is(&with(&[]), "ready");
    assert_is(&with(&[("Ready", "False", "Issuing")]), "it is not Ready: Issuing: m");
    assert_is(&with(&[("Ready", "True", "")]), "ready");
    assert_is(&with(&[("Stalled", "True", "Bad")]), "failed: it is stalled");
    assert_is(&with(&[("Reconciling", "True", "Progressing")]), "at work");
    let mut going = with(&[("Ready", "True", "")]);
    going["metadata"]["deletionTimestamp"] = "2026-11-22T12:00:00Z".into();
    assert_is(&going, "being deleted");
    let mut behind = with(&[("Ready", "True", "")]);
    behind["status"]["observedGeneration"] = 1.into();
    assert_is(&behind, "has not seen the change");
}

#[test]
fn a_paused_deployment_waits_for_nothing_that_comes() {
    let of = |updated: i64| {
        let status = json!({ "observedGeneration": 2, "replicas": 2, "updatedReplicas": updated, "readyReplicas": 2,
            "availableReplicas": 2, "conditions": conditions(&[("Progressing", "Unknown", "DeploymentPaused")]) });
        let spec = json!({ "replicas": 2, "paused": true, "progressDeadlineSeconds": 600 });
        object("apps/v1", "Deployment", spec, status)
    };
    assert_is(&of(1), "waiting: it is paused (spec.paused)");
    assert!(super::of(&of(1)).is_paused());
    assert_is(&of(2), "ready");
    assert!(!super::of(&of(2)).is_paused());
}

#[test]
fn pods_of_an_older_template_are_told_where_nothing_replaces_them() {
    let set = |strategy: Value, updated: i64| {
        let spec = json!({ "replicas": 2, "updateStrategy": strategy });
        runs_old(&object("apps/v1", "StatefulSet", spec, json!({ "updatedReplicas": updated })))
    };
    let on_delete = || json!({ "type": "OnDelete" });
    assert!(set(on_delete(), 0).unwrap().starts_with("2 pods still run"));
    assert!(set(on_delete(), 1).unwrap().starts_with("1 pod still runs"));
    assert_eq!(set(on_delete(), 2), None);
    assert!(set(json!({ "rollingUpdate": { "partition": 1 } }), 1).unwrap().contains("partition"));
    assert_eq!(set(json!({ "type": "RollingUpdate" }), 1), None);
    let daemons = json!({ "desiredNumberScheduled": 3, "updatedNumberScheduled": 1 });
    let daemons = object("apps/v1", "DaemonSet", json!({ "updateStrategy": on_delete() }), daemons);
    assert!(runs_old(&daemons).unwrap().starts_with("2 pods still run"));
}
