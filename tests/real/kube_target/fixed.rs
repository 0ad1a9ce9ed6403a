//! Fields that cannot be changed in what is there are named, and no value of them.

use drplan::model::target::TargetError;
use serde_json::{Value, json};

use super::{apply, cluster, namespace, target};
use crate::emulator::run;

/// What is refused of an object that is applied twice.
fn refused(name: &str, object: impl Fn(&str) -> Value, change: impl Fn(&mut Value)) -> String {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, name).await);
        let mut object = object(&shop);
        apply(&target, &object).await.unwrap();
        change(&mut object);
        let error = apply(&target, &object).await.unwrap_err();
        assert_eq!(error.code, TargetError::IMMUTABLE, "{error}");
        error.message
    })
}

#[test]
fn of_a_stateful_set_those_outside_of_what_may_change() {
    let told = refused(
        "fixed-set",
        |shop| {
            json!({ "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": { "namespace": shop, "name": "db" },
                "spec": { "replicas": 0, "serviceName": "db", "selector": { "matchLabels": { "app": "db" } },
                    "template": { "metadata": { "labels": { "app": "db" } },
                        "spec": { "containers": [{ "name": "db", "image": "r.example/db:1" }] } },
                    "volumeClaimTemplates": [{ "metadata": { "name": "data" }, "spec": { "accessModes": ["ReadWriteOnce"],
                        "resources": { "requests": { "storage": "1Gi" } } } }] } })
        },
        |object| {
            object["spec"]["serviceName"] = json!("canary-name");
            object["spec"]["template"]["spec"]["containers"][0]["image"] = json!("r.example/db:2");
            object["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] =
                json!("2Gi");
        },
    );
    let storage = "spec.volumeClaimTemplates[name=data].spec.resources.requests.storage";
    assert!(told.starts_with(&format!("spec.serviceName, {storage} cannot be changed")), "{told}");
    assert!(!told.contains("canary") && !told.contains("Gi"), "{told}");
}

#[test]
fn of_a_binding_its_role() {
    let told = refused(
        "fixed-role",
        |shop| {
            json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                "metadata": { "namespace": shop, "name": "readers" },
                "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader" },
                "subjects": [{ "kind": "ServiceAccount", "namespace": shop, "name": "default" }] })
        },
        |object| object["roleRef"]["name"] = json!("writer"),
    );
    assert!(told.starts_with("roleRef.name cannot be changed"), "{told}");
}

#[test]
fn of_a_job_those_of_its_template() {
    let told = refused(
        "fixed-job",
        |shop| {
            json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "namespace": shop, "name": "migrate" },
                "spec": { "suspend": true, "template": { "spec": { "restartPolicy": "Never",
                    "containers": [{ "name": "job", "image": "r.example/job:1" }] } } } })
        },
        |object| object["spec"]["template"]["spec"]["containers"][0]["image"] = json!("r.example/job:2"),
    );
    assert!(told.starts_with("spec.template.spec.containers[name=job].image cannot be changed"), "{told}");
}
