//! What is applied is there, once, and nobody else's fields are taken.

use drplan::model::target::kube::{KubeRequest, Released};
use drplan::model::target::{Seen, TargetError};
use drplan::targets::Target as _;
use serde_json::{Value, json};

use super::{apply, cluster, config_map, deployment, mark, namespace, reference, settled, target};
use crate::control_plane::ControlPlane;
use crate::emulator::run;

/// The object as it is there.
async fn live(plane: &ControlPlane, object: &Value) -> Value {
    let at = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let plural = format!("{}s", at("/kind").to_lowercase());
    let version = at("/apiVersion");
    let base = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let path = format!("{base}/namespaces/{}/{plural}/{}", at("/metadata/namespace"), at("/metadata/name"));
    plane.ask("GET", &path, &Value::Null).await
}

/// Changes an object as another field manager.
async fn by_another(plane: &ControlPlane, path: &str, change: &Value) {
    let client = plane.client(crate::control_plane::ADMIN).await.unwrap();
    let request = http::Request::patch(format!("{path}?fieldManager=somebody"))
        .header("content-type", "application/merge-patch+json")
        .body(change.to_string().into_bytes())
        .unwrap();
    client.request_text(request).await.unwrap();
}

#[test]
fn an_object_is_made_kept_and_changed() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "applied").await);
        let cart = deployment(&shop, "cart", 2, json!({}));
        apply(&target, &cart).await.unwrap();
        settled(&target, &cart).await.0.unwrap();
        let before = live(plane, &cart).await;
        assert_eq!(before["metadata"]["managedFields"][0]["manager"], "drplan");

        apply(&target, &cart).await.unwrap();
        let after = live(plane, &cart).await;
        assert_eq!(
            after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"],
            "nothing was written"
        );

        let more = deployment(&shop, "cart", 3, json!({}));
        apply(&target, &more).await.unwrap();
        settled(&target, &more).await.0.unwrap();
        assert_eq!(live(plane, &cart).await["status"]["readyReplicas"], 3);
    });
}

#[test]
fn one_request_is_made_for_an_object() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "counted").await);
        apply(&target, &config_map(&shop, "first", json!({ "a": "1" }))).await.unwrap();
        let of_shop = |asked: Vec<(String, String)>| -> Vec<_> {
            asked.into_iter().filter(|(_, uri)| uri.contains("/namespaces/counted/")).collect()
        };
        let before = of_shop(plane.audit("admin")).len();
        for number in 0..5 {
            apply(&target, &config_map(&shop, &format!("more-{number}"), json!({}))).await.unwrap();
        }
        let made = of_shop(plane.audit("admin")).split_off(before);
        let made: Vec<_> = made.into_iter().filter(|(_, uri)| uri.contains("/configmaps/more-")).collect();
        assert_eq!(made.len(), 5, "{made:?}");
        assert!(made.iter().all(|(verb, _)| verb == "patch"), "{made:?}");
    });
}

#[test]
fn a_conflict_names_field_and_owner_and_is_forced_only_when_asked() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "contended").await);
        let settings = config_map(&shop, "settings", json!({ "mode": "slow", "host": "a" }));
        apply(&target, &settings).await.unwrap();
        let path = format!("/api/v1/namespaces/{shop}/configmaps/settings");
        by_another(plane, &path, &json!({ "data": { "mode": "fast" } })).await;
        let error = apply(&target, &settings).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status), (TargetError::FIELD_CONFLICT, Some(409)));
        assert!(error.message.contains(".data.mode is of somebody"), "{error}");
        assert_eq!(live(plane, &settings).await["data"]["mode"], "fast");

        let forcing = super::target(plane).await.forcing([reference(&settings)]);
        apply(&forcing, &settings).await.unwrap();
        assert_eq!(live(plane, &settings).await["data"]["mode"], "slow");
    });
}

#[test]
fn an_immutable_field_is_named_with_the_choice() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "fixed").await);
        apply(&target, &deployment(&shop, "cart", 1, json!({}))).await.unwrap();
        let mut other = deployment(&shop, "cart", 1, json!({}));
        other["spec"]["selector"]["matchLabels"] = json!({ "app": "cart", "tier": "web" });
        other["spec"]["template"]["metadata"]["labels"] = json!({ "app": "cart", "tier": "web" });
        let error = apply(&target, &other).await.unwrap_err();
        assert_eq!(error.code, TargetError::IMMUTABLE, "{error}");
        assert!(
            error.message.contains("spec.selector cannot be changed")
                && error.message.contains("delete the object"),
            "{error}"
        );
    });
}

#[test]
fn replicas_of_an_autoscaler_are_its_own() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "scaled").await);
        let autoscaler = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": { "namespace": shop, "name": "cart" },
            "spec": { "minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "cart" } },
        });
        apply(&target, &autoscaler).await.unwrap();
        let cart = deployment(&shop, "cart", 1, json!({}));
        apply(&target, &cart).await.unwrap();
        let path = format!("/apis/apps/v1/namespaces/{shop}/deployments/cart");
        by_another(plane, &path, &json!({ "spec": { "replicas": 5 } })).await;
        apply(&target, &cart).await.unwrap();
        assert_eq!(live(plane, &cart).await["spec"]["replicas"], 5);
    });
}

#[test]
fn what_was_held_is_let_go_once() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "held").await);
        let held = json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": { "namespace": shop, "name": "report" },
            "spec": { "schedule": "0 3 1 1 *", "suspend": true, "jobTemplate": { "spec": { "template": { "spec": {
                "restartPolicy": "Never", "containers": [{ "name": "app", "image": "r.example/report:1" }] } } } } },
        });
        apply(&target, &held).await.unwrap();
        let release = KubeRequest::Release { object: reference(&held), to: Released::Suspend(false) };
        assert_eq!(target.look(&release, &mark()).await.unwrap(), Seen::Ready);
        target.act(&release, &mark()).await.unwrap();
        assert!(matches!(target.look(&release, &mark()).await.unwrap(), Seen::Done(_)));
        assert_eq!(live(plane, &held).await["spec"]["suspend"], false);
        // Held again by a later run: the field is drplan's, whichever way it was written.
        apply(&target, &held).await.unwrap();
        assert_eq!(live(plane, &held).await["spec"]["suspend"], true);
    });
}

#[test]
fn an_object_of_a_new_kind_comes_after_its_definition() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "defined").await);
        let queue = json!({ "apiVersion": "shop.example/v1", "kind": "Queue", "metadata": { "namespace": shop, "name": "orders" }, "spec": { "size": 3 } });
        let error = apply(&target, &queue).await.unwrap_err();
        assert_eq!(error.code, TargetError::NO_KIND, "{error}");
        let schema = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "queues.shop.example" },
            "spec": { "group": "shop.example", "scope": "Namespaced", "names": { "plural": "queues", "singular": "queue", "kind": "Queue" },
                "versions": [{ "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema } }] },
        });
        apply(&target, &definition).await.unwrap();
        settled(&target, &definition).await.0.unwrap();
        apply(&target, &queue).await.unwrap();
        settled(&target, &queue).await.0.unwrap();
    });
}
