//! Releases of charts that keep data on volumes: a new release is empty, and somebody must have said that it may be.

use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::forecast::Verdict;
use serde_json::{Value, json};

use crate::defects::{found, subjects, without};
use crate::volumes::accepting;
use crate::worlds::{Copy, World, example, managed};

const CODE: &str = "volume-no-recovery";
const ADDRESS: &str = "helm_release.store";

fn release(chart: &str, values: &str, set: &Value) -> Value {
    managed(
        ADDRESS,
        json!({ "id": "store", "name": "store", "namespace": "ecommerce", "chart": chart, "values": [values], "set": set,
                "metadata": [{ "chart": chart, "name": "store" }] }),
        &["module.eks.aws_eks_cluster.this"],
    )
}

/// The example with a release in its state, with a block of the code that makes it or with no code at all.
fn with(release: Value, coded: bool) -> World {
    let copy = Copy::new();
    copy.write(
        "terraform/store.tf",
        "resource \"helm_release\" \"store\" {\n  name  = \"store\"\n  chart = \"store\"\n}\n",
    );
    let mut world = World::read(copy.path());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    state["resources"].as_array_mut().unwrap().push(release);
    world.state = state.to_string();
    if !coded {
        world.configuration = None;
    }
    world
}

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn told(chart: &str, values: &str, set: &Value) -> bool {
    let told: Vec<bool> = [true, false]
        .iter()
        .map(|coded| {
            let subjects = subjects(&planned(&with(release(chart, values, set), *coded)), CODE);
            assert!(subjects.is_empty() || subjects == [ADDRESS], "{subjects:?}");
            !subjects.is_empty()
        })
        .collect();
    assert_eq!(told[0], told[1], "with and without code: {chart} {values}");
    told[0]
}

#[test]
fn a_chart_that_keeps_data_is_an_error_until_its_loss_is_accepted() {
    for coded in [true, false] {
        let world = with(release("postgresql", "auth: { database: shop }", &Value::Null), coded);
        let plan = planned(&world);
        let at = if coded { "terraform/store.tf:1" } else { "" };
        assert_eq!(found(&plan, CODE), [(ADDRESS.to_owned(), at.to_owned())]);
        let made = plan.resources.iter().find(|one| one.address == ADDRESS).unwrap();
        assert_eq!((made.disposition.as_str(), made.engine.as_str()), ("block", "exclude"));
        let message = &plan.findings.iter().find(|one| one.code == CODE).unwrap().message;
        assert!(message.contains("chart postgresql keeps its data"), "{message}");
        let rpo = plan.forecast.rpo.iter().find(|rpo| rpo.store == ADDRESS).unwrap();
        assert_eq!(rpo.verdict, Verdict::Missed);

        let plan = planned(&accepting(world, &[ADDRESS]));
        without(&plan, CODE);
        without(&plan, "subject-unknown");
        let made = plan.resources.iter().find(|one| one.address == ADDRESS).unwrap();
        assert_eq!(made.disposition.as_str(), "create");
        let rpo = plan.forecast.rpo.iter().find(|rpo| rpo.store == ADDRESS).unwrap();
        assert_eq!(rpo.verdict, Verdict::Accepted);
    }
}

#[test]
fn charts_are_known_by_what_they_run() {
    for chart in [
        "bitnami/redis",
        "oci://registry-1.docker.io/bitnamicharts/mongodb",
        "./charts/kafka-31.0.0.tgz",
        "rabbitmq",
        "elasticsearch",
        "vault",
        "prometheus",
        "loki",
    ] {
        assert!(told(chart, "", &Value::Null), "{chart}");
    }
    for chart in ["kube-prometheus-stack", "grafana", "nats", "cert-manager", "postgres-operator"] {
        assert!(!told(chart, "", &Value::Null), "{chart}");
    }
    assert!(told("nats", "config: { jetstream: { enabled: true } }", &Value::Null));
}

#[test]
fn values_switch_volumes_on() {
    const STORAGE: &str = "prometheus:\n  prometheusSpec:\n    storageSpec:\n      volumeClaimTemplate:\n        spec: { resources: { requests: { storage: 50Gi } } }\n";
    assert!(told("kube-prometheus-stack", STORAGE, &Value::Null));
    assert!(told("shop", "persistence: { enabled: true }", &Value::Null));
    assert!(told("shop", "", &json!([{ "name": "persistence.enabled", "value": "true", "type": "" }])));
    assert!(told("keycloak", "postgresql: { enabled: true }", &Value::Null));
    assert!(!told("keycloak", "postgresql: { enabled: false }", &Value::Null));
    assert!(!told("shop", "image: { tag: v1 }\nautoscaling: { enabled: true }", &Value::Null));
}

#[test]
fn values_switch_volumes_off() {
    assert!(!told("postgresql", "primary: { persistence: { enabled: false } }", &Value::Null));
    assert!(!told("rabbitmq", "persistence: { enabled: false }", &Value::Null));
    let set = json!([{ "name": "master.persistence.enabled", "value": "false", "type": "" }]);
    assert!(!told("redis", "master: { persistence: { enabled: true } }", &set));
    assert!(!told("vault", "server: { enabled: false }", &Value::Null));
    // One of two that hold data.
    assert!(told("elasticsearch", "master: { persistence: { enabled: false } }", &Value::Null));
}

/// Flux and Argo CD make releases from objects.
#[test]
fn a_release_that_a_controller_makes_is_a_store_too() {
    let manifests = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: { name: cache, namespace: ecommerce }
spec: { chart: { spec: { chart: redis } }, values: { auth: { enabled: true } } }
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: search, namespace: argocd }
spec: { source: { chart: opensearch, repoURL: https://example.com, helm: { values: \"replicas: 3\" } } }
";
    let plan = |manifests: &str| {
        let copy = Copy::new();
        copy.write("kubernetes/releases.yaml", manifests);
        planned(&World::read(copy.path()))
    };
    assert_eq!(
        subjects(&plan(manifests), CODE),
        ["Application/argocd/search", "HelmRelease/ecommerce/cache"]
    );
    let off = manifests
        .replace("auth: { enabled: true }", "master: { persistence: { enabled: false } }")
        .replace("replicas: 3", "persistence: { enabled: false }");
    without(&plan(&off), CODE);
    without(&planned(&World::read(&example())), CODE);
}

/// What Terraform makes from a manifest is no less a store than what a file has.
#[test]
fn objects_that_terraform_makes_are_stores_too() {
    let manifest = |api: &str, kind: &str, spec: Value| {
        let body = json!({ "apiVersion": api, "kind": kind, "metadata": { "name": "store" }, "spec": spec });
        [
            managed(
                "kubernetes_manifest.store",
                json!({ "manifest": { "value": body, "type": "dynamic" } }),
                &[],
            ),
            managed("kubectl_manifest.store", json!({ "id": "store", "yaml_body": body.to_string() }), &[]),
        ]
    };
    let told = |api, kind, spec| {
        manifest(api, kind, spec).map(|one| subjects(&planned(&with(one, false)), CODE).len())
    };
    let claims = json!({ "volumeClaimTemplates": [{ "metadata": { "name": "data" } }] });
    assert_eq!(told("v1", "PersistentVolumeClaim", json!({})), [1, 1]);
    assert_eq!(told("apps/v1", "StatefulSet", claims), [1, 1]);
    assert_eq!(told("rds.services.k8s.aws/v1alpha1", "DBInstance", json!({})), [1, 1]);
    assert_eq!(told("storage.k8s.io/v1", "StorageClass", json!({ "storageClassName": "gp3" })), [0, 0]);
    assert_eq!(told("apps/v1", "StatefulSet", json!({ "replicas": 2 })), [0, 0]);
}
