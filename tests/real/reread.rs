//! A changed plan applied where its workloads run: who reads a changed value restarts, once, and nobody else.

use std::collections::BTreeMap;
use std::process::Stdio;

use drplan::plan::journal::{Entry, replay};
use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;
use crate::work::{Work, killed, newest_journal, shown};

/// Pods by each way to read; `host` and `password` are what changes.
fn manifests(namespace: &str, host: &str, password: &str, label: &str) -> String {
    let workload = |kind: &str, name: &str, pod: &str| {
        let of_kind = match kind {
            "Deployment" => "  replicas: 1\n",
            "StatefulSet" => "  replicas: 1\n  serviceName: none\n",
            _ => "",
        };
        format!(
            "---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{ name: {name}, namespace: {namespace} }}\nspec:\n{of_kind}  \
             selector: {{ matchLabels: {{ app: {name} }} }}\n  template:\n    metadata: {{ labels: {{ app: {name} }} }}\n    \
             spec: {pod}\n"
        )
    };
    let container = "name: app, image: \"r.example/app:1\"";
    let env = |from: &str| {
        format!("{{ containers: [{{ {container}, env: [{{ name: A, valueFrom: {{ {from} }} }}] }}] }}")
    };
    let volume =
        |source: &str| format!("{{ containers: [{{ {container} }}], volumes: [{{ name: v, {source} }}] }}");
    let mut text = format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {namespace} }}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: settings, namespace: {namespace} }}\n\
         data: {{ host: \"{host}\", port: \"5432\" }}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: labelled, namespace: {namespace}, labels: {{ a: \"{label}\" }} }}\n\
         data: {{ level: info }}\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata: {{ name: login, namespace: {namespace} }}\n\
         stringData: {{ password: \"{password}\", user: shop }}\n---\n\
         apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{ name: by-env, namespace: {namespace} }}\n\
         spec:\n  minReplicas: 3\n  maxReplicas: 4\n  scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: by-env }}\n"
    );
    for (kind, name, pod) in [
        ("Deployment", "by-env", env("configMapKeyRef: { name: settings, key: host }")),
        ("Deployment", "by-secret", env("secretKeyRef: { name: login, key: password }")),
        ("StatefulSet", "by-volume", volume("secret: { secretName: login }")),
        (
            "DaemonSet",
            "by-projection",
            volume(
                "projected: { sources: [{ configMap: { name: settings, items: [{ key: host, path: h }] } }] }",
            ),
        ),
        ("Deployment", "other-key", env("configMapKeyRef: { name: settings, key: port }")),
        ("Deployment", "other-map", env("configMapKeyRef: { name: labelled, key: level }")),
        ("Deployment", "other", format!("{{ containers: [{{ {container} }}] }}")),
    ] {
        text += &workload(kind, name, &pod);
    }
    text
}

/// What restarted each workload, and its generation and replicas.
fn workloads(plane: &ControlPlane, namespace: &str) -> BTreeMap<String, (Option<String>, u64, u64)> {
    let mut found = BTreeMap::new();
    for plural in ["deployments", "statefulsets", "daemonsets"] {
        let path = format!("/apis/apps/v1/namespaces/{namespace}/{plural}");
        let list = run(plane.ask("GET", &path, &Value::Null));
        for item in list["items"].as_array().unwrap() {
            let annotation = &item["spec"]["template"]["metadata"]["annotations"]["drplan/restarted-for"];
            let of = (
                annotation.as_str().map(str::to_owned),
                item["metadata"]["generation"].as_u64().unwrap(),
                item["spec"]["replicas"].as_u64().unwrap_or_default(),
            );
            found.insert(item["metadata"]["name"].as_str().unwrap().to_owned(), of);
        }
    }
    found
}

fn apply(work: &Work, plane: &ControlPlane) {
    let plan = work.plan();
    let applied = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(applied.status.code(), Some(0), "{}", shown(&applied));
}

#[test]
fn only_readers_of_changed_values_restart_and_hpa_owns_replicas() {
    let plane = control_plane::whole();
    let settings = "provides \"APIService/metrics.k8s.io\" {\n  by = \"the cluster\"\n}\n";
    let work = Work::new("reread", 1);
    let write = |host: &str, password: &str, label: &str| {
        work.write("manifests/all.yaml", &manifests("reread", host, password, label));
    };
    work.write("drplan.hcl", &format!("stack = \"shop\"\n{settings}"));
    write("a", "canary-1", "1");
    apply(&work, plane);
    let first = workloads(plane, "reread");
    assert_eq!(first.len(), 7);
    assert!(first.values().all(|(because, ..)| because.is_none()), "{first:?}");
    apply(&work, plane);
    assert!(workloads(plane, "reread").values().all(|(because, ..)| because.is_none()));

    // The autoscaler has its way before anything restarts.
    let began = std::time::Instant::now();
    while workloads(plane, "reread")["by-env"].2 != 3 {
        assert!(began.elapsed().as_secs() < 60, "the autoscaler does nothing");
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let before = workloads(plane, "reread");
    write("b", "canary-2", "2");
    apply(&work, plane);
    let after = workloads(plane, "reread");
    let restarted: Vec<&str> =
        after.iter().filter(|(_, (because, ..))| because.is_some()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(restarted, ["by-env", "by-projection", "by-secret", "by-volume"], "{after:?}");
    for (name, (because, generation, replicas)) in &after {
        let (_, was, had) = before[name];
        assert_eq!(*generation, was + u64::from(because.is_some()), "{name}: {after:?}");
        assert_eq!(*replicas, had, "{name}");
        assert!(!because.as_deref().unwrap_or_default().contains("canary"));
    }
    let journal = std::fs::read_to_string(newest_journal(&work)).unwrap();
    // Nor as the API server keeps it: `canary` in base64.
    assert!(!journal.contains("canary") && !journal.contains("Y2FuYXJ5"), "{journal}");
    let told = |name: &str| {
        let because = after[name].0.as_deref().unwrap();
        journal.lines().any(|line| line.contains("\"/restarted/for\"") && line.contains(because))
    };
    assert!(restarted.iter().all(|name| told(name)), "{journal}");

    apply(&work, plane);
    assert_eq!(workloads(plane, "reread"), after, "nothing has changed since");
}

/// Killed behind every record of a run that restarts.
#[test]
fn killed_at_any_point_readers_restart_once() {
    let plane = control_plane::whole();
    let work = Work::new("reread-killed", 4);
    apply(&work, plane);
    let before = workloads(plane, "reread-killed");
    let first = newest_journal(&work);
    // Times of changes are kept by the second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    work.manifests(4, "2");
    let plan = work.plan();
    let (mut lines, mut kills) = (1, 0);
    for _ in 0..200 {
        let mut command = work.apply(plane, &plan.digest);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while newest_journal(&work) == first && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        let journal = newest_journal(&work);
        if !killed(child, &journal, lines) {
            break;
        }
        kills += 1;
        lines = replay(&std::fs::read(&journal).unwrap()).unwrap().records.len() + 1;
    }
    assert!(kills >= 10, "only {kills}");
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    let after = workloads(plane, "reread-killed");
    assert_eq!(after.len(), 4);
    let journal = std::fs::read_to_string(newest_journal(&work)).unwrap();
    for (name, (because, generation, _)) in &after {
        assert!(because.is_some(), "{name}: {after:?}\n{journal}");
        assert_eq!(*generation, before[name].1 + 1, "{name}: {after:?}");
    }
    let records = replay(&std::fs::read(newest_journal(&work)).unwrap()).unwrap().records;
    assert!(records.iter().any(|record| matches!(record.entry, Entry::Done { .. })));
}
