//! Workloads come up, or the cause is told within 15 seconds.

use std::time::Duration;

use drplan::model::target::TargetError;
use serde_json::{Value, json};

use super::{apply, cluster, config_map, deployment, namespace, settled, target};
use crate::emulator::run;

/// Applies a workload that cannot start; what is said.
fn cause_of(name: &str, change: impl FnOnce(&mut Value)) -> String {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, name).await);
        let mut object = deployment(&shop, "cart", 2, json!({}));
        change(&mut object);
        apply(&target, &object).await.unwrap();
        let (ended, took) = settled(&target, &object).await;
        let error = ended.unwrap_err();
        assert_eq!(error.code, TargetError::CANNOT_START, "{error}");
        assert!(took < Duration::from_secs(15), "it was told after {took:?}");
        // It is told at the first look that sees it: the second pod may be a moment behind.
        error.message.replacen("1 of 2 pods", "2 of 2 pods", 1)
    })
}

fn waits_with(object: &mut Value, reason: &str, message: &str) {
    let annotations = json!({ "drplan.test/waiting": reason, "drplan.test/message": message });
    object["spec"]["template"]["metadata"]["annotations"] = annotations;
}

#[test]
fn an_image_that_cannot_be_pulled() {
    let told =
        cause_of("no-image", |object| waits_with(object, "ImagePullBackOff", "r.example/app:1: not found"));
    assert_eq!(
        told,
        "2 of 2 pods cannot start: ImagePullBackOff: container app, image r.example/app:1: r.example/app:1: not found"
    );
}

#[test]
fn a_container_that_crashes() {
    let told = cause_of("crashes", |object| {
        waits_with(object, "CrashLoopBackOff", "back-off 10s");
        object["spec"]["template"]["metadata"]["annotations"]["drplan.test/restarts"] = "3".into();
    });
    assert_eq!(
        told,
        "2 of 2 pods cannot start: CrashLoopBackOff: container app ends with exit code 1, 3 restarts"
    );
}

#[test]
fn a_config_map_that_is_not_there() {
    let told = cause_of("no-config", |object| {
        waits_with(object, "CreateContainerConfigError", "configmap \"settings\" not found");
    });
    assert!(
        told.ends_with("CreateContainerConfigError: container app: configmap \"settings\" not found"),
        "{told}"
    );
}

#[test]
fn a_pod_that_no_node_takes() {
    let told = cause_of("no-node", |object| {
        object["spec"]["template"]["spec"]["nodeSelector"] = json!({ "disk": "fast" });
    });
    assert!(told.starts_with("2 of 2 pods cannot start: Unschedulable: 0/3 nodes are available"), "{told}");
}

/// Pods of the template from before are no cause, however little of it was changed.
#[test]
fn what_was_mended_is_not_judged_by_its_old_pods() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "mended").await);
        let mut all: Vec<Value> =
            (0..6).map(|at| deployment(&shop, &format!("cart-{at}"), 1, json!({}))).collect();
        let mut daemon = deployment(&shop, "daemon", 1, json!({}));
        daemon["kind"] = "DaemonSet".into();
        daemon["spec"].as_object_mut().unwrap().remove("replicas");
        all.push(daemon);
        for object in &mut all {
            waits_with(object, "CrashLoopBackOff", "back-off 10s");
            apply(&target, object).await.unwrap();
        }
        for object in &mut all {
            settled(&target, object).await.0.unwrap_err();
            object["spec"]["template"]["metadata"]["annotations"] = json!({});
        }
        for object in &all {
            apply(&target, object).await.unwrap();
            let (ended, _) = settled(&target, object).await;
            assert!(ended.is_ok(), "{}: {ended:?}", object["metadata"]["name"]);
        }
    });
}

#[test]
fn a_quota_without_room() {
    let plane = cluster();
    run(async {
        let shop = namespace(plane, "no-room").await;
        let quota = json!({ "metadata": { "name": "pods" }, "spec": { "hard": { "pods": "0" } } });
        plane.make(&format!("/api/v1/namespaces/{shop}/resourcequotas"), quota).await;
        let target = target(plane).await;
        // Quota takes effect when its controller has counted.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let object = deployment(&shop, "cart", 1, json!({}));
        apply(&target, &object).await.unwrap();
        let (ended, took) = settled(&target, &object).await;
        let error = ended.unwrap_err();
        assert!(took < Duration::from_secs(15), "{took:?}");
        assert!(error.message.contains("exceeded quota: pods"), "{error}");
        // Its controller says so until it tries again, which is later each time.
        let path = format!("/api/v1/namespaces/{shop}/resourcequotas/pods");
        super::apply::by(plane, "test", &path, &json!({ "spec": { "hard": { "pods": "5" } } })).await;
        while plane.ask("GET", &path, &Value::Null).await["status"]["hard"]["pods"] != "5" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let (ended, _) = settled(&target, &object).await;
        assert!(ended.is_ok(), "what was mended is waited for: {ended:?}");
    });
}

#[test]
fn every_kind_of_workload_comes_up() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "comes-up").await);
        apply(&target, &config_map(&shop, "settings", json!({}))).await.unwrap();
        let template = |policy: &str| {
            json!({ "metadata": { "labels": { "app": "x" } },
                "spec": { "restartPolicy": policy, "containers": [{ "name": "app", "image": "r.example/app:1" }] } })
        };
        let of = |version: &str, kind: &str, spec: Value| json!({ "apiVersion": version, "kind": kind, "metadata": { "namespace": shop, "name": kind.to_lowercase() }, "spec": spec });
        let selector = json!({ "matchLabels": { "app": "x" } });
        for object in [
            deployment(&shop, "cart", 3, json!({})),
            of(
                "apps/v1",
                "StatefulSet",
                json!({ "replicas": 2, "serviceName": "x", "selector": selector, "template": template("Always") }),
            ),
            of("apps/v1", "DaemonSet", json!({ "selector": selector, "template": template("Always") })),
            of("batch/v1", "Job", json!({ "template": template("Never") })),
            of("v1", "Service", json!({ "selector": { "app": "x" }, "ports": [{ "port": 80 }] })),
        ] {
            apply(&target, &object).await.unwrap();
            let (ended, _) = settled(&target, &object).await;
            ended.unwrap_or_else(|error| panic!("{error}"));
        }
    });
}

#[test]
fn a_load_balancer_tells_its_host() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "balanced").await);
        let ingress = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": { "namespace": shop, "name": "shop" },
            "spec": { "defaultBackend": { "service": { "name": "cart", "port": { "number": 80 } } } },
        });
        apply(&target, &ingress).await.unwrap();
        let path = format!("/apis/networking.k8s.io/v1/namespaces/{shop}/ingresses/shop");
        let mut live = plane.ask("GET", &path, &Value::Null).await;
        live["status"] =
            json!({ "loadBalancer": { "ingress": [{ "hostname": "shop.elb.us-west-2.amazonaws.com" }] } });
        plane.ask("PUT", &format!("{path}/status"), &live).await;
        let outputs = settled(&target, &ingress).await.0.unwrap();
        let host = outputs.get("/status/loadBalancer/ingress/0/hostname").map(String::as_str);
        assert_eq!(host, Some("shop.elb.us-west-2.amazonaws.com"));
    });
}
