//! What the run has applied is gone, or changed by others, when the next process goes on: it is told, and what is gone is
//! applied again with what stands on it.

use std::time::{Duration, Instant};

use drplan::plan::journal::Entry;
use serde_json::{Value, json};

use super::{Stopped, flat, resumes};
use crate::control_plane::{ADMIN, ControlPlane};
use crate::emulator::run;
use crate::gone::merge;
use crate::work::{objects, shown};

impl Stopped<'_> {
    pub(super) fn at(&self, of: &str) -> String {
        match of.split_once('/').unwrap() {
            ("Deployment", name) => format!("/apis/apps/v1/namespaces/{}/deployments/{name}", self.namespace),
            (_, name) => format!("/api/v1/namespaces/{}/configmaps/{name}", self.namespace),
        }
    }

    fn delete(&self, of: &str) {
        run(self.plane.ask("DELETE", &self.at(of), &json!({})));
    }

    fn image(&self, of: &str) -> Value {
        let live = run(self.plane.ask("GET", &self.at(of), &Value::Null));
        live["spec"]["template"]["spec"]["containers"][0]["image"].clone()
    }

    fn undone(&self) -> Vec<String> {
        let records = self.journal().records;
        let undone = records.into_iter().filter_map(|record| match record.entry {
            Entry::Undone { step, .. } => Some(step),
            _ => None,
        });
        let mut undone: Vec<String> = undone.collect();
        undone.sort();
        undone
    }

    fn report(&self) -> String {
        let mut command = self.work.drplan();
        flat(&command.args(["show", &self.folder("")]).output().unwrap())
    }
}

#[test]
fn what_is_gone_is_applied_again_and_what_others_have_changed_is_told_and_left() {
    let stopped = Stopped::new("resume-gone", 3);
    let all = objects(stopped.plane, "resume-gone");
    let untouched = stopped.applied("plan.json", 6);
    assert!(!untouched.contains("is gone since") && !untouched.contains("by others since"), "{untouched}");
    assert!(stopped.undone().is_empty());

    let dry_run = || {
        let plan = stopped.read("plan.json");
        flat(&stopped.apply("plan.json", &plan).arg("--dry-run").output().unwrap())
    };
    let dry = dry_run();
    assert!(dry.contains("7 objects the run has applied already, as it left them"), "{dry}");
    assert!(dry.contains("1 object: 1 refused") && !dry.contains("ConfigMap/"), "{dry}");

    stopped.delete("Deployment/app-1");
    stopped.delete("ConfigMap/settings-2");
    let evil = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "app", "image": "evil.example/x:1" }] } } } });
    merge(stopped.plane, "kubectl-edit", &stopped.at("Deployment/app-0"), &evil);
    let dry = dry_run();
    assert!(dry.contains("- Deployment/resume-gone/app-1 is gone since: it is applied again"), "{dry}");
    assert!(dry.contains("- ConfigMap/resume-gone/settings-2 is gone since: it is applied again"), "{dry}");
    assert!(dry.contains("3 objects: 2 made, 1 refused"), "{dry}");
    assert!(dry.contains("image is kubectl-edit's since: it is told, and left so"), "{dry}");
    assert!(stopped.undone().is_empty());
    // The same plan.
    let told = stopped.applied("plan.json", 6);
    assert!(told.contains("Deployment/resume-gone/app-1 is gone since, and is applied again"), "{told}");
    assert!(told.contains("ConfigMap/resume-gone/settings-2 is gone since, and is applied again"), "{told}");
    let changed = ".spec.template.spec.containers[name=app].image is kubectl-edit's";
    assert!(told.contains(changed), "{told}");
    let edit = "edit Deployment app-0 -n resume-gone --field-manager=drplan";
    assert!(told.contains("kubectl --context it --kubeconfig ") && told.contains(edit), "{told}");
    assert_eq!(
        stopped.undone(),
        [
            "manifests/ConfigMap/resume-gone/settings-2",
            "manifests/Deployment/resume-gone/app-1",
            "manifests/ready/Deployment/resume-gone/app-1",
            "manifests/ready/Deployment/resume-gone/app-2",
        ]
    );
    let names = |objects: Vec<(String, u64)>| objects.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(objects(stopped.plane, "resume-gone")), names(all.clone()));

    // Another plan, which has these steps stay.
    stopped.service(80);
    let (new, _) = stopped.resumed("next.json");
    assert!(resumes(&new).done.contains(&"manifests/ConfigMap/resume-gone/settings-0".to_owned()));
    stopped.delete("ConfigMap/settings-0");
    let told = stopped.applied("next.json", 0);
    assert!(told.contains("ConfigMap/resume-gone/settings-0 is gone since, and is applied again"), "{told}");
    assert!(told.contains("done all of") && told.contains(changed), "{told}");
    assert_eq!(names(objects(stopped.plane, "resume-gone")), names(all));
    assert_eq!(stopped.image("Deployment/app-0"), "evil.example/x:1", "it is not overwritten");
    assert_eq!(stopped.port(), Some(80));
    let report = stopped.report();
    assert!(report.contains("undone") && report.contains("settings-0 is gone since"), "{report}");
    assert_eq!(report.matches(changed).count(), 1, "{report}");
}

/// What sets a scale leaves the replicas without an owner, and whoever applies a file under drplan's name owns what it has.
#[test]
fn what_nobody_owns_and_what_was_written_under_drplans_own_name_is_told_too() {
    let stopped = Stopped::new("resume-own", 3);
    let scaled = std::process::Command::new(ControlPlane::program("kubectl"))
        .args(["scale", "deployment/app-1", "--replicas=0", "-n", "resume-own", "--kubeconfig"])
        .arg(stopped.plane.admin())
        .output()
        .unwrap();
    assert!(scaled.status.success(), "{}", shown(&scaled));
    let map = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings-0", "namespace": "resume-own" },
        "data": { "value": "of the lost region" } });
    let path = format!("{}?fieldManager=drplan&force=true", stopped.at("ConfigMap/settings-0"));
    run(async {
        let request = http::Request::patch(path).header("content-type", "application/apply-patch+yaml");
        let client = stopped.plane.client(ADMIN).await.unwrap();
        client.request_text(request.body(map.to_string().into_bytes()).unwrap()).await.unwrap();
    });
    let told = stopped.applied("plan.json", 6);
    for expected in [
        "Deployment/resume-own/app-1, by others since: .spec.replicas has another value and no owner",
        "ConfigMap/resume-own/settings-0, by others since: .data.value has another value, written under drplan's name",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert_eq!(told.matches("CHANGED by others since").count(), 2, "{told}");
    assert!(!told.contains("of the lost region"), "{told}");
}

#[test]
fn a_namespace_that_is_gone_comes_back_with_all_that_was_in_it() {
    let stopped = Stopped::new("resume-swept", 2);
    let before = objects(stopped.plane, "resume-swept").len();
    const PATH: &str = "/api/v1/namespaces/resume-swept";
    run(stopped.plane.ask("DELETE", PATH, &json!({})));
    let begun = Instant::now();
    let is_there = || {
        let list = run(stopped.plane.ask("GET", "/api/v1/namespaces", &Value::Null));
        list["items"].as_array().unwrap().iter().any(|one| one["metadata"]["name"] == "resume-swept")
    };
    while is_there() {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(200));
    }
    stopped.service(80);
    let _ = stopped.resumed("next.json");
    let told = stopped.applied("next.json", 0);
    assert!(told.contains("Namespace/resume-swept is gone since, and is applied again"), "{told}");
    assert_eq!(objects(stopped.plane, "resume-swept").len(), before);
    assert_eq!(stopped.port(), Some(80));
}
