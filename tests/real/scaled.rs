//! Workloads whose replicas are an autoscaler's: they come up as many as their manifest says, are waited for until the
//! autoscaler's least is there, and are never scaled down.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;
use crate::run::{Work, shown};

/// A Deployment of five, and an autoscaler that has three at the least.
fn work(namespace: &str) -> Work {
    let work = Work::new(namespace, 1);
    let metrics = "provides \"APIService/metrics.k8s.io\" {\n  by = \"the cluster\"\n}\n";
    work.write("drplan.hcl", &format!("stack = \"shop\"\n{metrics}"));
    let text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    let text = text.replace("replicas: 1", "replicas: 5");
    let scaler = format!(
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n\
         metadata: {{ name: app-0, namespace: {namespace} }}\nspec:\n  minReplicas: 3\n  maxReplicas: 8\n  \
         scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: app-0 }}\n"
    );
    work.write("manifests/all.yaml", &format!("{text}{scaler}"));
    work
}

fn path(namespace: &str) -> String {
    format!("/apis/apps/v1/namespaces/{namespace}/deployments/app-0")
}

fn live(plane: &ControlPlane, namespace: &str) -> Value {
    run(plane.ask("GET", &path(namespace), &Value::Null))
}

fn applied(work: &Work, plane: &ControlPlane) {
    let plan = work.plan();
    let applied = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(applied.status.code(), Some(0), "{}", shown(&applied));
}

/// Managers of drplan's name that own the replicas by applying them: a later apply without them would give them up.
fn is_applied(live: &Value) -> bool {
    let entries = live["metadata"]["managedFields"].as_array().unwrap();
    entries.iter().any(|entry| {
        entry["manager"] == "drplan"
            && entry["operation"] == "Apply"
            && entry.pointer("/fieldsV1/f:spec/f:replicas").is_some()
    })
}

#[test]
fn it_comes_up_as_many_as_its_manifest_says_and_stays_the_autoscalers() {
    let plane = control_plane::whole();
    let work = work("scaled-new");
    applied(&work, plane);
    let made = live(plane, "scaled-new");
    assert_eq!((&made["spec"]["replicas"], &made["status"]["readyReplicas"]), (&json!(5), &json!(5)));
    assert!(!is_applied(&made), "{:#}", made["metadata"]["managedFields"]);
    // Applied again nothing is written, and what was scaled meanwhile stays.
    applied(&work, plane);
    assert_eq!(live(plane, "scaled-new")["spec"], made["spec"]);
    for replicas in [7, 4] {
        crate::gone::merge(
            plane,
            "scaler",
            &path("scaled-new"),
            &json!({ "spec": { "replicas": replicas } }),
        );
        applied(&work, plane);
        assert_eq!(live(plane, "scaled-new")["spec"]["replicas"], replicas);
    }
}

/// As where a process died before it gave it its replicas.
#[test]
fn what_is_there_with_fewer_is_waited_for_until_the_autoscaler_has_its_least() {
    let plane = control_plane::whole();
    let work = work("scaled-few");
    run(plane.make("/api/v1/namespaces", json!({ "metadata": { "name": "scaled-few" } })));
    let container = json!({ "name": "app", "image": "r.example/app:1", "envFrom": [{ "configMapRef": { "name": "settings-0" } }] });
    let labels = json!({ "app": "app-0" });
    let few = json!({
        "metadata": { "name": "app-0" },
        "spec": { "replicas": 1, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": { "containers": [container] } } },
    });
    run(plane.make("/apis/apps/v1/namespaces/scaled-few/deployments", few));
    let began = Instant::now();
    applied(&work, plane);
    let ready = live(plane, "scaled-few");
    assert_eq!((&ready["spec"]["replicas"], &ready["status"]["readyReplicas"]), (&json!(3), &json!(3)));
    assert!(began.elapsed() < Duration::from_secs(90));
}
