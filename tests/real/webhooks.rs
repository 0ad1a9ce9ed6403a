//! Admission webhooks that nobody answers for: what no wait helps stops at once, what may come up is waited for in sight.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::control_plane::{self, ADMIN, ControlPlane};
use crate::emulator::run;
use crate::work::{Work, shown};

const CONFIGURATIONS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

/// A service that has no endpoints, in a namespace of its own, and a webhook of it that is asked for ConfigMaps of another one.
struct Webhook {
    plane: &'static ControlPlane,
    name: String,
}

impl Webhook {
    fn new(plane: &'static ControlPlane, namespace: &str) -> Self {
        let own = &format!("{namespace}-policy");
        let service = json!({ "metadata": { "name": "policy" }, "spec": { "selector": { "app": "policy" }, "ports": [{ "port": 443 }] } });
        let webhook = json!({
            "metadata": { "name": namespace },
            "webhooks": [{
                "name": "policy.shop.example", "admissionReviewVersions": ["v1"], "sideEffects": "None", "timeoutSeconds": 2,
                "clientConfig": { "service": { "namespace": own, "name": "policy" } },
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": namespace } },
                "rules": [{ "apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"] }],
            }],
        });
        run(async {
            for name in [namespace, own] {
                plane.make("/api/v1/namespaces", json!({ "metadata": { "name": name } })).await;
            }
            plane.make(&format!("/api/v1/namespaces/{own}/services"), service).await;
            plane.make(CONFIGURATIONS, webhook).await;
        });
        let made = Self { plane, name: namespace.to_owned() };
        made.until(true);
        made
    }

    /// The API server learns of a webhook, and of its end, a moment later.
    fn until(&self, asked: bool) {
        let path = format!("/api/v1/namespaces/{}/configmaps", self.name);
        run(async {
            for _ in 0..100 {
                let map = json!({ "metadata": { "generateName": "try-" } });
                let request = http::Request::post(&path).header("content-type", "application/json");
                let request = request.body(map.to_string().into_bytes()).unwrap();
                if self.plane.client(ADMIN).await.unwrap().request_text(request).await.is_err() == asked {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            panic!("{}: the webhook is not as it is to be", self.name);
        });
    }

    fn make(&self, plural: &str, object: Value) {
        let path = format!("/apis/apps/v1/namespaces/{}-policy/{plural}", self.name);
        run(async { self.plane.make(&path, object).await });
    }

    /// Once or twice.
    fn delete(&self) {
        run(async {
            let request = http::Request::delete(format!("{CONFIGURATIONS}/{}", self.name));
            let client = self.plane.client(ADMIN).await.unwrap();
            let _ = client.request_text(request.body(Vec::new()).unwrap()).await;
        });
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.delete();
    }
}

fn behind(replicas: u32) -> Value {
    json!({
        "metadata": { "name": "policy" },
        "spec": {
            "replicas": replicas, "selector": { "matchLabels": { "app": "policy" } },
            "template": {
                "metadata": { "labels": { "app": "policy", "tier": "admission" } },
                "spec": { "containers": [{ "name": "app", "image": "r.example/policy:1" }] },
            },
        },
    })
}

#[test]
fn what_nothing_can_bring_up_stops_its_step_at_once() {
    let plane = control_plane::whole();
    let work = Work::new("unserved", 1);
    let webhook = Webhook::new(plane, "unserved");
    let plan = work.plan();
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    assert_eq!(dry.status.code(), Some(6), "{}", shown(&dry));
    assert!(shown(&dry).contains("! ConfigMap/unserved/settings-0"), "{}", shown(&dry));

    let told = |cause: &str| {
        let began = Instant::now();
        let stopped = work.apply(plane, &plan.digest).output().unwrap();
        let text = shown(&stopped).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(stopped.status.code(), Some(6), "{text}");
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
        let named = "policy.shop.example of ValidatingWebhookConfiguration/unserved";
        assert!(text.contains(named) && text.contains(cause), "{text}");
        assert!(text.contains("bring up what serves the webhook") && text.contains("delete its"), "{text}");
    };
    told("no pod has the labels that Service/unserved-policy/policy asks for (app=policy)");
    webhook.make("deployments", behind(0));
    told(
        "Deployment/unserved-policy/policy, which is behind Service/unserved-policy/policy, rests at 0 replicas",
    );

    webhook.delete();
    webhook.until(false);
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
}

/// Its pods are there and do not answer yet.
#[test]
fn what_may_come_up_is_waited_for_in_sight() {
    let plane = control_plane::whole();
    let work = Work::new("served-later", 1);
    let webhook = Webhook::new(plane, "served-later");
    webhook.make("deployments", behind(1));
    let plan = work.plan();
    let mut command = work.apply(plane, &plan.digest);
    command.args(["--events", "json"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut seen = None;
    let mut said = String::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if seen.is_none() && line.contains("policy.shop.example does not answer") {
            assert!(line.contains("Service/served-later-policy/policy"), "{line}");
            seen = Some(began.elapsed());
            webhook.delete();
        }
        said += &(line + "\n");
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert!(seen.is_some_and(|after| after < Duration::from_secs(15)), "{seen:?}: {said}");
}
