//! `drplan verify` against a whole cluster.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::control_plane::{self, ADMIN, NOBODY};
use crate::emulator::run;

fn verify(home: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drplan"))
        .arg("verify")
        .args(arguments)
        .current_dir(home)
        .env_clear()
        .envs([("HOME", home.to_str().unwrap()), ("PATH", "/usr/bin:/bin")])
        .output()
        .unwrap()
}

fn workload(name: &str, annotations: Value) -> Value {
    json!({
        "metadata": { "name": name },
        "spec": {
            "replicas": 3, "selector": { "matchLabels": { "app": name } },
            "template": {
                "metadata": { "labels": { "app": name }, "annotations": annotations },
                "spec": { "containers": [{ "name": "app", "image": "r.example/app:1", "env": [{ "name": "TOKEN", "value": "canary-7f3a91-value" }] }] },
            },
        },
    })
}

#[test]
fn a_cluster_is_healthy_until_something_in_it_is_not() {
    let plane = control_plane::whole();
    let home = tempfile::tempdir().unwrap();
    let admin = plane.admin();
    let asked = |format: &str| {
        let output = verify(
            home.path(),
            &["--kubeconfig", admin.to_str().unwrap(), "--namespace", "verified", "--format", format],
        );
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains("canary"), "{text}");
        (output.status.code(), text, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let make = |path: &str, object: Value| {
        let path = path.to_owned();
        run(async move { plane.make(&path, object).await })
    };
    let (code, text, said) = asked("human");
    assert_eq!(code, Some(7), "{text}{said}");
    assert!(text.contains("missed: 1 namespace not there"), "{text}");
    assert!(text.contains("error: verified: there is no such namespace in the cluster"), "{text}");
    make("/api/v1/namespaces", json!({ "metadata": { "name": "verified" } }));
    let deployments = "/apis/apps/v1/namespaces/verified/deployments";
    make(deployments, workload("cart", json!({})));
    let service = json!({ "metadata": { "name": "cart" }, "spec": { "selector": { "app": "cart" }, "ports": [{ "port": 80 }] } });
    make("/api/v1/namespaces/verified/services", service);
    let until = Instant::now() + Duration::from_secs(30);
    let (mut code, mut text, mut said) = asked("json");
    let zones = json!({ "us-west-2a": 1, "us-west-2b": 1, "us-west-2c": 1 });
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    // Endpoints come a moment after the pods that they are of.
    let is_up =
        |code: Option<i32>, text: &str| code == Some(0) && read(text)["services"][0]["zones"] == zones;
    while !is_up(code, &text) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(300));
        (code, text, said) = asked("json");
    }
    assert_eq!(code, Some(0), "{text}{said}");
    let health = read(&text);
    assert_eq!(health["verdict"], "ok");
    assert_eq!(health["zones"].as_array().unwrap().len(), 3);
    assert_eq!((&health["workloads"][0]["zones"], &health["services"][0]["zones"]), (&zones, &zones));

    make(
        deployments,
        workload(
            "order",
            json!({ "drplan.test/waiting": "ImagePullBackOff", "drplan.test/message": "not found" }),
        ),
    );
    let until = Instant::now() + Duration::from_secs(20);
    (code, text, said) = asked("human");
    while !text.contains("ImagePullBackOff") && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(300));
        (code, text, said) = asked("human");
    }
    assert_eq!(code, Some(7), "{text}{said}");
    assert!(text.starts_with("the kubeconfig's cluster   missed: 1 workload not healthy"), "{text}");
    assert!(text.contains("error: Deployment/verified/order: "), "{text}");
    assert!(asked("markdown").1.starts_with("### "));
}

#[test]
fn a_cluster_is_asked_only_where_it_is_named() {
    let plane = control_plane::whole();
    let home = tempfile::tempdir().unwrap();
    // One lies around, and is not taken.
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    std::fs::write(home.path().join(".kube/config"), plane.kubeconfig(ADMIN)).unwrap();
    let unnamed = verify(home.path(), &[]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unnamed.stderr).contains("nobody has said which cluster is meant"));
    assert!(matches!(verify(home.path(), &["--context", "it"]).status.code(), Some(0 | 7)));
    assert_eq!(verify(home.path(), &["--context", "other"]).status.code(), Some(2));

    // Who may read nothing learns nothing, and is not told that all is well.
    std::fs::write(home.path().join("nobody"), plane.kubeconfig(NOBODY)).unwrap();
    let denied = verify(home.path(), &["--kubeconfig", "nobody"]);
    assert_eq!(denied.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&denied.stdout).contains("unknown: not all of it could be read"));
}
