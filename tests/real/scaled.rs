//! Workloads whose replicas are an autoscaler's: they come up as many as their manifest says, are waited for until the
//! autoscaler's least is there, and are never scaled down.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;
use crate::work::{Work, shown};

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

/// Its autoscaler comes later, and what drplan has applied is not given up before that has taken it.
#[test]
fn one_that_runs_keeps_its_replicas_when_it_is_given_an_autoscaler() {
    let plane = control_plane::whole();
    for (namespace, written) in [("scaled-later", "  replicas: 5\n"), ("scaled-left-out", "")] {
        let work = work(namespace);
        let with = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
        let (without, _) = with.split_once("---\napiVersion: autoscaling").unwrap();
        work.write("manifests/all.yaml", without);
        let settings = std::fs::read_to_string(work.path("drplan.hcl")).unwrap();
        work.write("drplan.hcl", "stack = \"shop\"\n");
        applied(&work, plane);
        work.write("drplan.hcl", &settings);
        let before = live(plane, namespace);
        assert_eq!(before["spec"]["replicas"], 5);
        let with = with.replace("  replicas: 5\n", written);
        assert_ne!(with.contains("replicas: 5"), written.is_empty(), "{with}");
        work.write("manifests/all.yaml", &with);
        let plan = work.plan();
        let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
        assert!(!shown(&dry).contains("replicas\": 1"), "{}", shown(&dry));
        applied(&work, plane);
        let after = live(plane, namespace);
        // A change that is taken back counts, too.
        assert_eq!(after["metadata"]["generation"], before["metadata"]["generation"], "{after:#}");
    }
}

/// A Deployment that is there before, with as many replicas.
fn before(plane: &ControlPlane, namespace: &str, replicas: u32) {
    run(plane.make("/api/v1/namespaces", json!({ "metadata": { "name": namespace } })));
    let container = json!({ "name": "app", "image": "r.example/app:1", "envFrom": [{ "configMapRef": { "name": "settings-0" } }] });
    let labels = json!({ "app": "app-0" });
    let few = json!({
        "metadata": { "name": "app-0" },
        "spec": { "replicas": replicas, "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": { "containers": [container] } } },
    });
    run(plane.make(&format!("/apis/apps/v1/namespaces/{namespace}/deployments"), few));
}

/// As where a process died before it gave it its replicas.
#[test]
fn what_is_there_with_fewer_is_waited_for_until_the_autoscaler_has_its_least() {
    let plane = control_plane::whole();
    let work = work("scaled-few");
    before(plane, "scaled-few", 1);
    let began = Instant::now();
    applied(&work, plane);
    let ready = live(plane, "scaled-few");
    assert_eq!((&ready["spec"]["replicas"], &ready["status"]["readyReplicas"]), (&json!(3), &json!(3)));
    assert!(began.elapsed() < Duration::from_secs(90));
}

/// As in a region that is kept ready without pods, where no autoscaler does anything.
#[test]
fn what_is_there_with_none_comes_up_and_what_somebody_scales_to_none_is_told() {
    let plane = control_plane::whole();
    let work = work("scaled-none");
    before(plane, "scaled-none", 0);
    // Nobody owns what a scale has set.
    let scale = |replicas: u32| {
        let kubectl = ControlPlane::program("kubectl");
        let mut command = std::process::Command::new(kubectl);
        command.arg("--kubeconfig").arg(plane.admin()).args([
            "-n",
            "scaled-none",
            "scale",
            "deployment/app-0",
        ]);
        assert!(command.arg(format!("--replicas={replicas}")).status().unwrap().success());
    };
    scale(0);
    let plan = work.plan();
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    assert!(shown(&dry).contains("1 changed"), "{}", shown(&dry));
    applied(&work, plane);
    let up = live(plane, "scaled-none");
    assert_eq!((&up["spec"]["replicas"], &up["status"]["readyReplicas"]), (&json!(5), &json!(5)));
    // It is the autoscaler's from then on: no later apply takes it back.
    assert!(!is_applied(&up), "{:#}", up["metadata"]["managedFields"]);
    applied(&work, plane);
    assert_eq!(live(plane, "scaled-none")["spec"], up["spec"]);

    // A run that stops at its gate, and whose workload somebody stops meanwhile.
    let text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    work.write(
        "manifests/all.yaml",
        &format!(
            "{text}---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {{ name: night, namespace: scaled-none }}\nspec:\n  \
             schedule: \"0 0 1 1 *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          \
             containers: [{{ name: job, image: \"r.example/job:1\" }}]\n"
        ),
    );
    let plan = work.plan();
    let at_gate = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(at_gate.status.code(), Some(4), "{}", shown(&at_gate));
    assert!(!shown(&at_gate).contains("no pods"), "{}", shown(&at_gate));
    scale(0);
    let told = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(told.status.code(), Some(4), "{}", shown(&told));
    assert_eq!(live(plane, "scaled-none")["spec"]["replicas"], 0, "it is somebody's decision");
    assert!(shown(&told).contains("it has no pods: somebody has scaled it to 0"), "{}", shown(&told));
    // What brings it up leads to the cluster, whatever context is current.
    let at = format!("kubectl --context it --kubeconfig {} scale", plane.admin().display());
    assert!(shown(&told).contains(&at), "{}", shown(&told));
    // Whoever is shown the run later has it in one line, too.
    let folder = work.journals().pop().unwrap().0.with_file_name("");
    let report = work.drplan().arg("show").arg(folder).output().unwrap();
    let whole = format!("{at} Deployment app-0 -n scaled-none --replicas=N");
    assert!(shown(&report).lines().any(|line| line.contains(&whole)), "{}", shown(&report));
}
