//! The manifests of the example: applied, applied again, and compared with what `kubectl apply --server-side` leaves.

use std::path::Path;
use std::process::Command;

use drplan::model::secret::Secret;
use drplan::model::target::kube::preview::Outcome;
use drplan::model::target::kube::{KubeObject, ObjectRef};
use drplan::plan::body::{Change, Places, body};
use drplan::sources::manifests::{Request, Tools, read_manifests};
use drplan::targets::kube::KubeTarget;
use serde_json::Value;

use super::{apply, cluster, reference, target};
use crate::control_plane::ControlPlane;
use crate::emulator::run;

/// Objects as steps apply them, namespaces first.
fn objects() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce/kubernetes");
    let request =
        Request { paths: vec![folder.clone()], exclude: Vec::new(), base: folder, tools: Tools::default() };
    let manifests = read_manifests(&request).unwrap();
    let mut objects: Vec<Value> = manifests
        .objects
        .iter()
        .map(|object| {
            let label = object.label();
            let change = Change { label: &label, rewrites: &[], hold: None, scaled: false };
            body(object.root.to_json(), &change, &Places::default(), &|_| None).unwrap()
        })
        .collect();
    let rank = |object: &Value| match object["kind"].as_str().unwrap() {
        "Namespace" => 0,
        // So that replicas are left to it from the first.
        "HorizontalPodAutoscaler" => 1,
        _ => 2,
    };
    objects.sort_by_key(rank);
    objects
}

async fn preview(target: &KubeTarget, objects: &[Value]) -> Vec<(ObjectRef, Outcome)> {
    let asked: Vec<KubeObject> = objects
        .iter()
        .map(|object| KubeObject::new(reference(object), Secret::new(object.to_string())))
        .collect();
    let previews = target.preview(&asked).await.unwrap();
    previews.into_iter().map(|preview| (preview.object, preview.outcome)).collect()
}

/// What the cluster has of each object, but for what tells who wrote it, and when.
fn live(plane: &ControlPlane, objects: &[Value]) -> Vec<Value> {
    let each = objects.iter().map(|object| {
        let name = object["metadata"]["name"].as_str().unwrap();
        let mut arguments = vec!["get", object["kind"].as_str().unwrap(), name, "-o", "json"];
        if let Some(namespace) = object["metadata"]["namespace"].as_str() {
            arguments.extend(["-n", namespace]);
        }
        let output = kubectl(plane, &arguments);
        let mut live: Value = serde_json::from_str(&output).unwrap();
        live.as_object_mut().unwrap().remove("status");
        let metadata = live["metadata"].as_object_mut().unwrap();
        for field in ["managedFields", "resourceVersion", "generation"] {
            metadata.remove(field);
        }
        // Its controller counts revisions and rollouts there.
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.retain(|name, _| {
                !name.starts_with("deployment.kubernetes.io/") && !name.starts_with("deprecated.")
            });
        }
        live
    });
    each.collect()
}

fn kubectl(plane: &ControlPlane, arguments: &[&str]) -> String {
    let output = Command::new(ControlPlane::program("kubectl"))
        .arg("--kubeconfig")
        .arg(plane.admin())
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "kubectl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_example_is_applied_as_kubectl_applies_it() {
    let plane = cluster();
    let objects = objects();
    // Kinds of operators that nobody has installed here.
    let (objects, others): (Vec<Value>, Vec<Value>) = objects.into_iter().partition(|object| {
        let version = object["apiVersion"].as_str().unwrap();
        !version.contains('/')
            || version.split('/').next().unwrap().ends_with(".k8s.io")
            || !version.contains('.')
    });
    assert!(others.is_empty(), "{others:?}");
    run(async {
        let target = target(plane).await;
        let before = preview(&target, &objects).await;
        assert!(
            before.iter().all(|(_, outcome)| matches!(outcome, Outcome::Create | Outcome::Later(_))),
            "{before:#?}"
        );
        for object in &objects {
            apply(&target, object).await.unwrap_or_else(|error| panic!("{error}"));
        }
        for object in &objects {
            apply(&target, object).await.unwrap_or_else(|error| panic!("{error}"));
        }
        let after = preview(&target, &objects).await;
        let changed: Vec<_> = after.iter().filter(|(_, outcome)| *outcome != Outcome::Unchanged).collect();
        assert!(changed.is_empty(), "{changed:#?}");
    });
    let ours = live(plane, &objects);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.yaml");
    // What an autoscaler has is in the manifest too, and drplan leaves it out.
    let scaled = |object: &Value| {
        objects.iter().any(|other| {
            other["kind"] == "HorizontalPodAutoscaler"
                && other["metadata"]["namespace"] == object["metadata"]["namespace"]
                && other["spec"]["scaleTargetRef"]["name"] == object["metadata"]["name"]
        })
    };
    let documents: Vec<String> = objects
        .iter()
        .map(|object| {
            let mut object = object.clone();
            if object["kind"] == "Deployment" && scaled(&object) {
                object["spec"].as_object_mut().unwrap().remove("replicas");
            }
            object.to_string()
        })
        .collect();
    std::fs::write(&file, documents.join("\n---\n")).unwrap();
    kubectl(plane, &["apply", "--server-side", "-f", file.to_str().unwrap()]);
    for (ours, theirs) in ours.iter().zip(live(plane, &objects)) {
        let mut ours = ours.clone();
        if ours["kind"] == "Deployment" && scaled(&ours) {
            ours["spec"]["replicas"] = theirs["spec"]["replicas"].clone();
        }
        assert_eq!(ours, theirs);
    }
}
