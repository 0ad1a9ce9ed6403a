//! What does not roll out because its manifest says so: paused, gated, replaced only when deleted.

use std::time::Duration;

use drplan::model::target::kube::KubeRequest;
use drplan::model::target::{Seen, TargetError, UNPROVEN};
use drplan::targets::Target as _;
use drplan::targets::kube::KubeTarget;
use serde_json::{Value, json};

use super::{apply, cluster, deployment, mark, namespace, reference, settled, target};
use crate::emulator::run;

/// Looks until what is said of it has a word.
async fn until_said(target: &KubeTarget, object: &Value, word: &str) -> String {
    let request = KubeRequest::AwaitReady(reference(object));
    let mut said = String::new();
    for _ in 0..150 {
        match target.look(&request, &mark()).await.unwrap() {
            Seen::Underway(progress) => said = progress.status,
            other => panic!("{other:?}"),
        }
        if said.contains(word) {
            return said;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{said} has no {word}");
}

#[test]
fn a_paused_deployment_says_so_and_is_not_waited_for() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "paused").await);
        let mut cart = deployment(&shop, "cart", 1, json!({}));
        cart["spec"]["paused"] = json!(true);
        apply(&target, &cart).await.unwrap();
        let (ended, took) = settled(&target, &cart).await;
        let error = ended.unwrap_err();
        assert!(took < Duration::from_secs(15), "{took:?}");
        assert_eq!(error.code, TargetError::CANNOT_START);
        assert!(error.message.contains("it is paused (spec.paused)"), "{error}");
        assert!(error.message.ends_with("0 of 1 pod is updated"), "{error}");
        // Not any more.
        cart["spec"]["paused"] = json!(false);
        apply(&target, &cart).await.unwrap();
        settled(&target, &cart).await.0.unwrap();
        // What rolled out before it was paused is ready, and is scaled.
        cart["spec"]["paused"] = json!(true);
        cart["spec"]["replicas"] = json!(3);
        apply(&target, &cart).await.unwrap();
        settled(&target, &cart).await.0.unwrap();
    });
}

#[test]
fn scheduling_gates_are_named_and_waited_for() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "gated").await);
        let mut cart = deployment(&shop, "cart", 2, json!({}));
        cart["spec"]["template"]["spec"]["schedulingGates"] = json!([{ "name": "example.com/quota" }]);
        apply(&target, &cart).await.unwrap();
        let said = until_said(&target, &cart, "SchedulingGated").await;
        assert!(said.contains("SchedulingGated by example.com/quota"), "{said}");
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "namespace": shop, "name": "one" },
            "spec": { "schedulingGates": [{ "name": "b.example/b" }, { "name": "a.example/a" }],
                "containers": [{ "name": "app", "image": "r.example/app:1" }] } });
        apply(&target, &pod).await.unwrap();
        let said = until_said(&target, &pod, "SchedulingGated").await;
        assert!(said.contains("it is Pending; 1 of 1 pod is not scheduled"), "{said}");
        assert!(said.ends_with("SchedulingGated by a.example/a, b.example/b"), "{said}");
        // Its controller takes them away.
        let path = format!("/api/v1/namespaces/{shop}/pods/one");
        super::apply::by(plane, "test", &path, &json!({ "spec": { "schedulingGates": [] } })).await;
        settled(&target, &pod).await.0.unwrap();
    });
}

#[test]
fn pods_that_are_replaced_only_when_they_are_deleted_are_told() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "on-delete").await);
        for (kind, extra) in
            [("StatefulSet", json!({ "replicas": 2, "serviceName": "x" })), ("DaemonSet", json!({}))]
        {
            let mut spec = json!({ "updateStrategy": { "type": "OnDelete" }, "selector": { "matchLabels": { "app": kind } },
                "template": { "metadata": { "labels": { "app": kind } },
                    "spec": { "containers": [{ "name": "app", "image": "r.example/app:1" }] } } });
            spec.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            let mut object = json!({ "apiVersion": "apps/v1", "kind": kind,
                "metadata": { "namespace": shop, "name": "db" }, "spec": spec });
            apply(&target, &object).await.unwrap();
            let outputs = settled(&target, &object).await.0.unwrap();
            assert_eq!(outputs.get(UNPROVEN), None, "what is new runs what it is told");
            object["spec"]["template"]["spec"]["containers"][0]["image"] = json!("r.example/app:2");
            apply(&target, &object).await.unwrap();
            let outputs = settled(&target, &object).await.0.unwrap();
            let why = outputs.get(UNPROVEN).map(String::as_str).unwrap_or_default();
            assert!(why.contains("pods still run the template from before"), "{kind}: {why}");
            assert!(
                why.contains("OnDelete a pod is replaced only when somebody deletes it"),
                "{kind}: {why}"
            );
        }
    });
}
