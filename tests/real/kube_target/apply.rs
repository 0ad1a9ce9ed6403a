//! What is applied is there, once, and nobody else's fields are taken.

use std::time::Duration;

use drplan::model::rollout::readers::{Changed, RESTARTED_FOR};
use drplan::model::secret::Secret;
use drplan::model::target::kube::preview::Outcome;
use drplan::model::target::kube::{KubeObject, KubeRequest, Released};
use drplan::model::target::{Acted, Seen, TargetError, UNPROVEN};
use drplan::render::Options;
use drplan::render::preview::render_previews;
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
pub(super) async fn by_another(plane: &ControlPlane, path: &str, change: &Value) {
    by(plane, "somebody", path, change).await;
}

/// As `kubectl edit --field-manager` does.
pub(crate) async fn by(plane: &ControlPlane, manager: &str, path: &str, change: &Value) {
    let client = plane.client(crate::control_plane::ADMIN).await.unwrap();
    let request = http::Request::patch(format!("{path}?fieldManager={manager}"))
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

/// Whether it is a name the API server says, and not whoever writes its address.
#[test]
fn a_name_that_is_none_is_refused_by_the_server() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "unnamed").await);
        let error = apply(&target, &config_map(&shop, "BAD NAME?x=1#a", json!({}))).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status), ("Invalid", Some(422)), "{error}");
    });
}

#[test]
fn a_conflict_names_field_and_owner_and_is_never_forced() {
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

        // As the choices have it: the value is given by hand, and the other owner has it no more.
        by(plane, "drplan", &path, &json!({ "data": { "mode": "slow" } })).await;
        apply(&target, &settings).await.unwrap();
        let mut next = settings.clone();
        next["data"]["mode"] = "slower".into();
        apply(&target, &next).await.unwrap();
        assert_eq!(live(plane, &settings).await["data"]["mode"], "slower");
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
            error.message.starts_with("spec.selector.matchLabels.tier cannot be changed")
                && error.message.contains("delete the object"),
            "{error}"
        );
    });
}

#[test]
fn rule_8_what_is_refused_of_a_secret_has_none_of_its_values() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "withheld").await);
        let secret = |value: &str| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": shop, "name": "db" }, "immutable": true, "data": { "password": value } });
        apply(&target, &secret("Y2FuYXJ5LTE=")).await.unwrap();
        for value in ["Y2FuYXJ5LTI=", "canary, which is no base64"] {
            let told = format!("{:?}", apply(&target, &secret(value)).await.unwrap_err());
            assert!(!told.contains("canary") && !told.contains("Y2FuYXJ5"), "{told}");
        }
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
        // What somebody else holds since it was let go stays so, and is told.
        target.act(&release, &mark()).await.unwrap();
        let path = format!("/apis/batch/v1/namespaces/{shop}/cronjobs/report");
        by(plane, "somebody", &path, &json!({ "spec": { "suspend": true } })).await;
        let Seen::Done(outputs) = target.look(&release, &mark()).await.unwrap() else { panic!("it is left") };
        assert!(outputs[UNPROVEN].contains("somebody has set spec.suspend since"), "{outputs:?}");
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
        let mut other = queue.clone();
        other["apiVersion"] = json!("shop.example/v1alpha1");
        let error = apply(&target, &other).await.unwrap_err();
        assert_eq!(error.code, TargetError::NOT_SERVED, "{error}");
        let told = "serves Queue of shop.example/v1, and not shop.example/v1alpha1";
        assert!(error.message.contains(told), "{error}");
    });
}

#[test]
fn a_kind_that_kubernetes_has_no_more_is_not_waited_for() {
    let plane = cluster();
    run(async {
        let target = target(plane).await;
        let gone =
            json!({ "apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": { "name": "shop" } });
        let error = apply(&target, &gone).await.unwrap_err();
        assert_eq!(error.code, TargetError::NOT_SERVED, "{error}");
    });
}

#[test]
fn only_who_reads_a_changed_value_restarts_and_once() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "restarted").await);
        let had = async |object: &Value, reread: &[&str], tried: bool| {
            let reread = reread.iter().map(|one| (*one).to_owned()).collect();
            let new = KubeObject::new(reference(object), Secret::new(object.to_string()));
            let request = KubeRequest::Apply(Box::new(KubeObject { read: true, reread, tried, ..new }));
            let Acted::Done(outputs) = target.act(&request, &mark()).await.unwrap() else {
                panic!("not done")
            };
            outputs
        };
        let for_what = async |object: &Value| {
            let found = live(plane, object).await;
            found["spec"]["template"]["metadata"]["annotations"][RESTARTED_FOR].as_str().map(str::to_owned)
        };
        let settings = |host: &str, label: &str| {
            let mut made = config_map(&shop, "settings", json!({ "host": host, "port": "1" }));
            made["metadata"]["labels"] = json!({ "a": label });
            made
        };
        let mut reader = deployment(&shop, "reader", 1, json!({}));
        reader["spec"]["template"]["spec"]["containers"][0]["envFrom"] =
            json!([{ "configMapRef": { "name": "settings" } }]);
        // Made for the first time, it changes nothing that anybody read.
        assert!(had(&settings("a", "1"), &[], false).await.is_empty());
        assert!(had(&reader, &["ConfigMap/restarted/settings@1"], false).await.is_empty());
        assert_eq!(for_what(&reader).await, None);
        assert!(had(&settings("a", "1"), &[], false).await.is_empty(), "nothing has changed");
        assert!(had(&settings("a", "1"), &[], true).await.is_empty(), "nothing has ever changed");
        assert!(had(&settings("a", "2"), &[], false).await.is_empty(), "no value has changed");

        // Times are kept by the second.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let left = had(&settings("b", "2"), &[], false).await;
        let keys = Some(["host".to_owned()].into());
        let (changed, because) = Changed::left(reference(&settings("b", "2")), &left).unwrap();
        assert_eq!(changed.keys, keys);
        // A process that died behind the effect does not know which; that it was changed is known.
        let again = had(&settings("b", "2"), &[], true).await;
        let (unknown, same) = Changed::left(reference(&settings("b", "2")), &again).unwrap();
        assert_eq!((unknown.keys, same.as_str()), (None, because.as_str()));

        let before = live(plane, &reader).await;
        let restarted = had(&reader, &[&because], false).await;
        assert_eq!(restarted["/restarted/for"], because);
        let after = live(plane, &reader).await;
        assert_eq!(for_what(&reader).await.as_deref(), Some(because.as_str()));
        assert_eq!(after["spec"]["replicas"], before["spec"]["replicas"]);
        // Asked again, and applied again, nothing starts.
        assert_eq!(had(&reader, &[&because], true).await, restarted);
        had(&reader, &[], false).await;
        assert_eq!(live(plane, &reader).await["spec"], after["spec"]);
        // Pods of a new template read what is there then.
        reader["spec"]["template"]["spec"]["containers"][0]["image"] = "r.example/app:2".into();
        assert!(had(&reader, &["ConfigMap/restarted/settings@3"], false).await.is_empty());
        assert_eq!(for_what(&reader).await.as_deref(), Some(because.as_str()));
    });
}

#[test]
fn a_preview_has_what_changes_and_no_effect() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "previewed").await);
        let secret = |value: &str| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "namespace": shop, "name": "db" }, "stringData": { "password": value, "user": "shop" } });
        let settings = |host: &str| config_map(&shop, "settings", json!({ "host": host }));
        apply(&target, &secret("canary-1")).await.unwrap();
        apply(&target, &settings("a")).await.unwrap();
        let seen = |objects: Vec<Value>| {
            let target = &target;
            async move {
                let asked: Vec<KubeObject> = objects
                    .iter()
                    .map(|object| KubeObject::new(reference(object), Secret::new(object.to_string())))
                    .collect();
                let previews = target.preview(&asked).await.unwrap();
                let shown = render_previews(&previews, &[], Options::default());
                assert!(!shown.contains("canary") && !format!("{previews:?}").contains("canary"), "{shown}");
                previews.into_iter().map(|preview| preview.outcome).collect::<Vec<_>>()
            }
        };
        assert_eq!(
            seen(vec![secret("canary-1"), settings("a")]).await,
            [Outcome::Unchanged, Outcome::Unchanged]
        );
        let new = config_map(&shop, "new", json!({}));
        let elsewhere = config_map("nowhere", "new", json!({}));
        let found = seen(vec![secret("canary-2"), settings("b"), new, elsewhere]).await;
        let [
            Outcome::Change { after, .. },
            Outcome::Change { before, .. },
            Outcome::Create,
            Outcome::Later(_),
        ] = &found[..]
        else {
            panic!("{found:#?}");
        };
        assert_eq!(
            (&after["data"]["password"], &after["data"]["user"]),
            (&json!("(secret, another one)"), &json!("(secret)"))
        );
        assert_eq!(before["data"]["host"], "a");
        assert_eq!(live(plane, &settings("a")).await["data"]["host"], "a", "nothing was written");
    });
}

#[test]
fn a_webhook_of_a_service_is_waited_for() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "webhook-up").await);
        let service = json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "namespace": shop, "name": "policy" }, "spec": { "selector": { "app": "policy" }, "ports": [{ "port": 443 }] } });
        apply(&target, &service).await.unwrap();
        let webhook = |bundle: &str| {
            json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": { "name": "waited-for" },
                "webhooks": [{
                    "name": "waited.shop.example", "admissionReviewVersions": ["v1"], "sideEffects": "None",
                    "clientConfig": { "service": { "namespace": shop, "name": "policy" }, "caBundle": bundle },
                    "rules": [{ "apiGroups": ["shop.example"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["nothing"] }],
                }],
            })
        };
        let status = |object: Value| {
            let target = &target;
            async move {
                apply(target, &object).await.unwrap();
                match target.look(&KubeRequest::AwaitReady(reference(&object)), &mark()).await.unwrap() {
                    Seen::Underway(progress) => progress.status,
                    other => format!("{other:?}"),
                }
            }
        };
        assert_eq!(
            status(webhook("")).await,
            "webhook waited.shop.example has no certificate authority yet (caBundle)"
        );
        use base64::Engine as _;
        let bundle = base64::prelude::BASE64_STANDARD.encode(plane.authority());
        let told = status(webhook(&bundle)).await;
        assert!(
            told.starts_with("webhook waited.shop.example does not answer yet: no endpoints available"),
            "{told}"
        );
        // Told what else is to be applied, it knows whether a wait helps.
        let configuration = reference(&webhook(&bundle));
        let policy = reference(&deployment(&shop, "policy", 1, json!({})));
        let ready = KubeRequest::AwaitReady(configuration.clone());
        let alone = target.expecting([&configuration, &reference(&service)]);
        let error = alone.look(&ready, &mark()).await.unwrap_err();
        assert_eq!(error.code, TargetError::WEBHOOK_UNSERVED, "{error}");
        let named =
            "waited.shop.example of ValidatingWebhookConfiguration/waited-for, and no wait helps: no pod";
        assert!(error.message.contains(named), "{error}");
        let served = alone.expecting([&configuration, &policy]);
        let seen = served.look(&ready, &mark()).await.unwrap();
        assert!(matches!(seen, Seen::Underway(_)), "{seen:?}");
        let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/waited-for";
        plane.ask("DELETE", path, &json!({})).await;
    });
}

#[test]
fn a_field_that_the_schema_lacks_is_refused_by_name() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "misspelt").await);
        let mut cart = deployment(&shop, "cart", 1, json!({}));
        cart["spec"]["replica"] = 3.into();
        let error = apply(&target, &cart).await.unwrap_err();
        assert!(error.message.contains(".spec.replica: field not declared in schema"), "{error}");
        assert!(matches!(error.status, Some(400 | 422 | 500)), "{error:?}");
    });
}
