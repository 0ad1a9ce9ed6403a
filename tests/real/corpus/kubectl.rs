//! The other way to apply the same files, and the way back to an empty cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cases::{Case, Source, label};
use crate::control_plane::ControlPlane;
use crate::work::shown;

pub(super) fn kubectl(plane: &ControlPlane) -> Command {
    let mut command = Command::new(ControlPlane::program("kubectl"));
    command.arg("--kubeconfig").arg(plane.admin());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Applies by kubectl; what it says where it fails to the last. It applies in the order of the files, so that what comes
/// before its namespace or definition is refused: it is asked again.
pub(super) fn settle(plane: &ControlPlane, sources: &[Source]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        match source {
            Source::File(file) => files.push(file.clone()),
            Source::Kustomization(kustomization) => {
                let rendered = kubectl(plane).arg("kustomize").arg(kustomization).output().unwrap();
                assert!(rendered.status.success(), "{}", said(&rendered));
                let file = folder.path().join(format!("{at}.yaml"));
                std::fs::write(&file, rendered.stdout).unwrap();
                files.push(file);
            }
        }
    }
    let mut last = None;
    for _ in 0..4 {
        let mut command = kubectl(plane);
        command.args(["apply", "--server-side"]);
        for file in &files {
            command.arg("-f").arg(file);
        }
        let output = command.output().unwrap();
        if output.status.success() {
            return None;
        }
        let now = said(&output);
        if last.as_ref() == Some(&now) {
            break;
        }
        last = Some(now);
        std::thread::sleep(Duration::from_secs(1));
    }
    last
}

/// The objects of a file that are there, by their labels.
pub(super) fn live(plane: &ControlPlane, file: &Path) -> BTreeMap<String, Value> {
    let mut command = kubectl(plane);
    command.args(["get", "-o", "json", "--show-managed-fields", "--ignore-not-found", "-f"]).arg(file);
    let output = command.output().unwrap();
    // A kind that is not there has no objects either; what else is wrong shows as objects that are missing.
    if output.stdout.is_empty() {
        return BTreeMap::new();
    }
    let mut list: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", shown(&output)));
    let items = match list["items"].take() {
        Value::Array(items) if list["kind"] == "List" => items,
        _ => vec![list],
    };
    items.into_iter().map(|item| (label(&item), item)).collect()
}

/// Takes all away but namespaces, whose end takes some seconds each.
pub(super) fn wipe(plane: &ControlPlane, batch: &[Case]) {
    let mut namespaces: BTreeSet<String> = BTreeSet::from(["default".to_owned()]);
    for case in batch {
        let text = |object: &Value, path: &str| object.pointer(path)?.as_str().map(str::to_owned);
        namespaces.extend(case.objects.iter().filter_map(|object| text(object, "/metadata/namespace")));
        let mut objects: Vec<&Value> =
            case.objects.iter().filter(|object| object["kind"] != "Namespace").collect();
        // A definition takes its objects along, and an API that nobody serves stands in the way of everything.
        objects.sort_by_key(|object| object["kind"] != "APIService");
        let documents: Vec<String> = objects.iter().map(|object| object.to_string()).collect();
        let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        std::fs::write(file.path(), documents.join("\n---\n")).unwrap();
        let mut command = kubectl(plane);
        command.args(["delete", "--ignore-not-found", "--wait=false", "--grace-period=0", "--force", "-f"]);
        let _ = command.arg(file.path()).output().unwrap();
    }
    namespaces.remove("kube-system");
    let until = Instant::now() + Duration::from_secs(60);
    let kinds = "deployments,statefulsets,daemonsets,replicasets,replicationcontrollers,jobs,pods,persistentvolumeclaims";
    for namespace in &namespaces {
        loop {
            let mut command = kubectl(plane);
            command.args(["delete", kinds, "--all", "--wait=false", "--grace-period=0", "--force", "-n"]);
            let _ = command.arg(namespace).output().unwrap();
            let left = kubectl(plane).args(["get", kinds, "-o", "name", "-n", namespace]).output().unwrap();
            if left.stdout.is_empty() {
                break;
            }
            assert!(Instant::now() < until, "{namespace} is not empty: {}", shown(&left));
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
