//! Who else writes: pipelines by what sets them off, controllers that the code installs.

use drplan::model::document::SourceText;
use drplan::model::settings::Gate;
use drplan::plan::Plan;
use serde_json::json;

use crate::defects::{found, subjects, with, without};
use crate::worlds::{Copy, World, example, managed, state_of};

const CODE: &str = "other-writer";

/// The example with pipelines: path and text of each.
fn piped(pipelines: &[(&str, &str)]) -> Plan {
    let mut world = World::read(&example());
    let text =
        |(path, text): &(&str, &str)| SourceText { path: (*path).to_owned(), text: (*text).to_owned() };
    world.pipelines = pipelines.iter().map(text).collect();
    world.plan()
}

fn workflow(on: &str, steps: &str) -> String {
    format!("name: a\n{on}\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}\n")
}

#[track_caller]
fn message(plan: &Plan) -> String {
    let all: Vec<_> = plan.findings.iter().filter(|finding| finding.code == CODE).collect();
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].message.clone()
}

#[test]
fn a_workflow_is_told_by_what_sets_it_off() {
    let apply = "      - run: terraform apply -auto-approve";
    for (on, told) in [
        ("on: push", "a merge during the recovery would write"),
        ("on: [workflow_dispatch, push]", "a merge during the recovery would write"),
        (
            "on:\n  push:\n    branches: [main]\n  workflow_dispatch:",
            "a merge during the recovery would write",
        ),
        ("on:\n  pull_request:", "a pull request during the recovery would write"),
        (
            "on:\n  # nightly\n  schedule:\n    - cron: '0 3 * * *'\n  workflow_dispatch:",
            "on its schedule it would write",
        ),
        (
            "'on':\n  workflow_dispatch:\n    inputs: {a: {default: push}}",
            "whoever starts it during the recovery",
        ),
    ] {
        let plan = piped(&[(".github/workflows/a.yml", &workflow(on, apply))]);
        let message = message(&plan);
        assert!(message.contains(told), "{on}: {message}");
    }
    // What another calls is set off as that is; and its command may be an input.
    let called = workflow(
        "on:\n  workflow_call:\n    inputs:\n      action: {type: string}",
        "      - run: terraform -chdir=tf ${{ inputs.action }} -auto-approve",
    );
    let caller = "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yaml\n    with: {action: apply}\n";
    let plan = piped(&[(".github/workflows/a.yaml", caller), (".github/workflows/b.yaml", &called)]);
    with(&plan, CODE, ".github/workflows/b.yaml", ".github/workflows/b.yaml:10");
    assert!(message(&plan).contains("a merge during"), "{}", message(&plan));
    without(&piped(&[(".github/workflows/b.yaml", &called)]), CODE);
    // Each way in is told once, with every file that it sets off.
    let merged = workflow("on: push", apply);
    let plan = piped(&[
        (".github/workflows/a.yml", &merged),
        (".github/workflows/b.yml", &merged),
        (".github/workflows/c.yml", &workflow("on: workflow_dispatch", apply)),
        (".gitlab-ci.yml", "deploy:\n  script:\n    - kubectl apply -f k\n"),
    ]);
    assert_eq!(subjects(&plan, CODE), [".github/workflows/a.yml", ".github/workflows/c.yml"]);
    let first = &plan.findings.iter().find(|finding| finding.code == CODE).unwrap().message;
    assert!(first.contains("(and 2 more files: .github/workflows/b.yml, .gitlab-ci.yml)"), "{first}");
}

/// The fix that it offers: a person says at a gate that they are off.
#[test]
fn pipelines_that_a_gate_asks_about_are_not_told() {
    let text = workflow("on: push", "      - run: terraform apply -auto-approve");
    let mut world = World::read(&example());
    world.pipelines = vec![SourceText { path: ".github/workflows/a.yml".to_owned(), text }];
    let gate = |phase: &str| Gate { phase: phase.to_owned(), decision_seconds: 60, ask: None, place: None };
    assert_eq!(found(&world.plan(), CODE).len(), 1);
    world.settings.gates.push(gate("manifests"));
    assert_eq!(found(&world.plan(), CODE).len(), 1);
    world.settings.gates.push(gate("infra"));
    without(&world.plan(), CODE);
}

#[test]
fn a_line_that_only_tries_or_a_cluster_of_the_job_is_no_writer() {
    for steps in [
        "      - run: |\n          kubectl apply \\\n            --dry-run=client -f a",
        "      - uses: helm/kind-action@v1\n      - run: helmfile apply -f x\n      - uses: azure/k8s-deploy@v5",
        "      - run: minikube start\n      - run: kubectl delete -f k",
    ] {
        without(&piped(&[(".github/workflows/a.yml", &workflow("on: push", steps))]), CODE);
    }
    let both = "on: push\njobs:\n  test:\n    steps:\n      - run: kind create cluster\n      - run: kubectl apply -f a\n  \
                deploy:\n    steps:\n      - run: kubectl apply -f a || echo no\n";
    let plan = piped(&[(".github/workflows/a.yml", both)]);
    with(&plan, CODE, ".github/workflows/a.yml", ".github/workflows/a.yml:9");
    // The engine writes to AWS, whatever else the job has.
    let engine = "      - run: k3d cluster create\n      - uses: dflook/terraform-apply@v1";
    assert_eq!(found(&piped(&[(".github/workflows/a.yml", &workflow("on: push", engine))]), CODE).len(), 1);
}

const ARGO: &str = r#"
resource "helm_release" "argo_cd" {
  name  = "argo-cd"
  chart = "argo-cd"
}
resource "helm_release" "apps" {
  name   = "apps"
  chart  = "argocd-apps"
  values = [yamlencode({ applications = { root = { syncPolicy = { automated = { prune = true } } } } })]
}
resource "helm_release" "manual" {
  name   = "manual"
  chart  = "argocd-apps"
  values = ["applications: { root: { syncPolicy: {} } }"]
}
resource "kubectl_manifest" "root" {
  yaml_body = <<Y
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec: { syncPolicy: { automated: {} } }
Y
}
resource "kubectl_manifest" "by_hand" {
  yaml_body = <<Y
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: root, namespace: argocd }
spec: { syncPolicy: {} }
Y
}
resource "flux_bootstrap_git" "this" {
  path = "clusters/x"
}
"#;

#[test]
fn controllers_that_the_code_installs_are_told() {
    let copy = Copy::new();
    copy.write("terraform/argo.tf", ARGO);
    let plan = World::read(copy.path()).plan();
    assert_eq!(
        found(&plan, CODE),
        [
            ("flux_bootstrap_git.this", 32),
            ("helm_release.apps", 6),
            ("helm_release.argo_cd", 2),
            ("kubectl_manifest.root", 16),
        ]
        .map(|(address, line)| (address.to_owned(), format!("terraform/argo.tf:{line}")))
    );
}

#[test]
fn objects_of_controllers_in_the_state_are_told() {
    let application = |automated: serde_json::Value| {
        json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": { "name": "root" },
            "spec": { "syncPolicy": automated },
        })
    };
    let automated = json!({ "automated": {} });
    let of_text = json!({ "id": "a", "yaml_body": application(automated.clone()).to_string() });
    let all = [
        managed("kubectl_manifest.root", of_text, &[]),
        managed("kubernetes_manifest.root", json!({ "manifest": { "value": application(automated) } }), &[]),
        managed(
            "kubernetes_manifest.by_hand",
            json!({ "manifest": { "value": application(json!({})) } }),
            &[],
        ),
        managed(
            "helm_release.apps",
            json!({ "id": "b", "chart": "argocd-apps", "values": ["applications: {a: {syncPolicy: {automated: {}}}}"] }),
            &[],
        ),
    ];
    let plan = World::of_state(state_of(&all)).try_plan(Some("us-east-2")).unwrap();
    assert_eq!(
        subjects(&plan, CODE),
        ["helm_release.apps", "kubectl_manifest.root", "kubernetes_manifest.root"]
    );
}
