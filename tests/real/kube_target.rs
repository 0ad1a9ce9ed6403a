//! The Kubernetes target against a real cluster: what it applies, what it waits for, what it says when that fails.

pub(crate) mod apply;
mod example;
mod faults;
mod fixed;
mod many;
mod passing;
mod rests;
mod rollout;

use std::time::{Duration, Instant};

use drplan::clients::aws::Limits;
use drplan::clients::kube::session::Session;
use drplan::clients::kube::{Kubeconfig, Source};
use drplan::model::secret::Secret;
use drplan::model::target::kube::{KubeObject, KubeRequest, ObjectRef};
use drplan::model::target::{Acted, Mark, Outputs, Seen, TargetError};
use drplan::targets::Target as _;
use drplan::targets::kube::KubeTarget;
use serde_json::{Value, json};

use crate::control_plane::{self, ADMIN, ControlPlane, kubeconfig};

fn mark() -> Mark {
    Mark { run: "run".to_owned(), step: "step".to_owned(), token: "token".to_owned() }
}

/// A kubeconfig by its content.
fn read(content: &str) -> Kubeconfig {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, content).unwrap();
    Kubeconfig::read(&Source { file: Some(file), context: None }).unwrap()
}

fn limits() -> Limits {
    Limits { call: Duration::from_secs(10), ..Limits::default() }
}

async fn session(plane: &ControlPlane) -> Session {
    Session::open(read(&plane.kubeconfig(ADMIN)), limits()).await.unwrap()
}

async fn target(plane: &ControlPlane) -> KubeTarget {
    KubeTarget::new(session(plane).await)
}

/// The administrator by way of another address.
async fn target_at(url: &str) -> KubeTarget {
    KubeTarget::new(Session::open(read(&kubeconfig(url, None, ADMIN)), limits()).await.unwrap())
}

/// A namespace of a test's own.
async fn namespace(plane: &ControlPlane, name: &str) -> String {
    plane.make("/api/v1/namespaces", json!({ "metadata": { "name": name } })).await;
    // Pods take the service account that a controller makes.
    for _ in 0..100 {
        let client = plane.client(ADMIN).await.unwrap();
        let path = format!("/api/v1/namespaces/{name}/serviceaccounts/default");
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        if client.request_text(request).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    name.to_owned()
}

fn reference(object: &Value) -> ObjectRef {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).map(str::to_owned);
    ObjectRef {
        api_version: text("/apiVersion").unwrap(),
        kind: text("/kind").unwrap(),
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name").unwrap(),
    }
}

fn request(object: &Value) -> KubeRequest {
    let body = Secret::new(object.to_string());
    KubeRequest::Apply(Box::new(KubeObject::new(reference(object), body)))
}

async fn apply(target: &KubeTarget, object: &Value) -> Result<(), TargetError> {
    assert_eq!(apply_any(target, object).await?, Acted::Done(Outputs::new()));
    Ok(())
}

/// One that leaves something to others.
async fn apply_any(target: &KubeTarget, object: &Value) -> Result<Acted, TargetError> {
    let request = request(object);
    assert_eq!(target.look(&request, &mark()).await?, Seen::Ready);
    target.act(&request, &mark()).await
}

/// Looks until an object is ready or cannot be; how long that took.
async fn settled(target: &KubeTarget, object: &Value) -> (Result<Outputs, TargetError>, Duration) {
    let request = KubeRequest::AwaitReady(reference(object));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(40) {
        match target.look(&request, &mark()).await {
            Ok(Seen::Done(outputs)) => return (Ok(outputs), begun.elapsed()),
            Ok(Seen::Underway(progress)) => {
                tokio::time::sleep(progress.again_in.unwrap_or(Duration::from_secs(1))).await;
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (Err(error), begun.elapsed()),
        }
    }
    panic!("neither ready nor an error: {}", object["metadata"]["name"]);
}

fn config_map(namespace: &str, name: &str, data: Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": namespace, "name": name }, "data": data })
}

/// A Deployment whose pods have annotations.
fn deployment(namespace: &str, name: &str, replicas: u32, annotations: Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "namespace": namespace, "name": name },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name }, "annotations": annotations },
                "spec": { "containers": [{ "name": "app", "image": "r.example/app:1" }] },
            },
        },
    })
}

fn cluster() -> &'static ControlPlane {
    control_plane::whole()
}
