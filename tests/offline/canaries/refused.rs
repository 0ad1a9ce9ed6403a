//! Runs that are refused: diagnostics show places, not what stands there.

use super::{AT, Forms, assert_silent, canaries_in, streams};
use crate::sandbox::Sandbox;

/// Broken on the line of a secret, beside it, or because of it.
const BROKEN: &[(&str, &str)] = &[
    ("drplan.hcl", "stack = \"a\"\nstak = \"CANARY-hcl-unknown\"\n"),
    ("drplan.hcl", "terraform {\n  variable \"db_password\" {\n    value = \"CANARY-hcl-value\"\n  }\n}\n"),
    ("drplan.hcl", "database \"a\" {\n  password = \"CANARY-hcl-password\"\n}\n"),
    ("drplan.hcl", "database \"a\" {\n  password = \"CANARY-hcl-open\n}\n"),
    ("drplan.hcl", "database \"a\" { password = \"CANARY-hcl-line\", classes = }\n"),
    ("drplan.hcl", "terraform {\n  variable \"a\" { value = [\"CANARY-hcl-list\", ] ] }\n}\n"),
    ("drplan.hcl", "stack = <<E\nCANARY-hcl-heredoc\n"),
    ("drplan.hcl", "CANARY-hcl-word\n"),
    ("terraform/broken.tf", "locals {\n  password = \"CANARY-tf-open\n}\n"),
    ("terraform/broken.tf", "locals {\n  password = \"CANARY-tf-line\" token = \"CANARY-tf-second\"\n}\n"),
    ("terraform/broken.tf", "locals {\n  password = \"CANARY-tf-${ }-inside\"\n}\n"),
    ("terraform/broken.tf", "locals {\n  a = <<E\npassword = CANARY-tf-heredoc\n}\n"),
    ("terraform/broken.tf.json", "{\"locals\": {\"password\": \"CANARY-json\" \"x\": 1}}"),
    ("terraform/terraform.tfvars", "db_password = \"CANARY-tfvars-open\n"),
    (
        "kubernetes/broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: \"CANARY-yaml-open\n",
    ),
    (
        "kubernetes/broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: CANARY-yaml-first: CANARY-yaml-second\n",
    ),
    (
        "kubernetes/broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: CANARY-yaml-a\n  a: CANARY-yaml-b\n",
    ),
    (
        "kubernetes/broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  a: *CANARY-yaml-anchor\n",
    ),
    (
        "kubernetes/broken.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  a: !CANARY-yaml-tag x\n  ? [CANARY-yaml-key]\n  : b\n",
    ),
    ("kubernetes/broken.yaml", "kind: Secret\nmetadata: {name: a}\nstringData: {a: CANARY-yaml-half}\n"),
    ("kubernetes/broken.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n\tname: CANARY-yaml-tab\n"),
    (
        "kubernetes/broken.json",
        "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"data\": {\"a\": \"CANARY-kjson\" }",
    ),
    ("state.tfstate", "{\"version\": 4, \"serial\": \"CANARY-state-serial\"}"),
    ("state.tfstate", "{\"version\": 4, \"lineage\": {\"CANARY-state-lineage\": 1}}"),
    (
        "state.tfstate",
        "{\"version\": 4, \"resources\": [{\"mode\": \"managed\", \"CANARY-state-key\": \"CANARY-state-open",
    ),
    ("state.tfstate", "{\"version\": 4, \"resources\": \"CANARY-state-resources\"}"),
    ("state.tfstate", "password = CANARY-state-text\n"),
    ("inventory-good.json", "{\"format_version\": 1, \"kind\": \"CANARY-inventory-kind\"}"),
    ("inventory-good.json", "{\"format_version\": \"CANARY-inventory-version\"}"),
    (
        "observation.json",
        "{\"format_version\": 1, \"kind\": \"observation\", \"region\": [\"CANARY-observation\"]}",
    ),
];

#[test]
fn no_diagnostic_quotes_a_secret() {
    let mut canaries = Vec::new();
    let mut outputs = Vec::new();
    let mut read = Vec::new();
    for (file, text) in BROKEN {
        let sandbox = Sandbox::example();
        sandbox.write(file, text);
        let run = sandbox.run(&["region", "us-west-2", "--offline", "--at", AT, "-v"]);
        if run.code != Some(2) {
            read.push(format!("{file} {:?}: {text:?}", run.code));
        }
        if let Ok(plan) = std::fs::read_to_string(sandbox.path("plan.json")) {
            outputs.push((format!("plan.json with {file}"), plan));
        }
        outputs.extend(streams(&format!("{file} {text:?}"), run));
        canaries.extend(canaries_in(text));
    }
    assert_silent(&Forms::of(&canaries), &outputs);
    assert!(read.is_empty(), "not refused:\n{}", read.join("\n"));
}

#[test]
fn a_plan_that_is_none_is_not_quoted() {
    let sandbox = Sandbox::empty();
    let texts = [
        "CANARY-plan-text",
        "{\"format_version\": \"CANARY-plan-version\"}",
        "{\"format_version\": 1, \"CANARY-plan-field\": \"CANARY-plan-value\"}",
    ];
    let mut outputs = Vec::new();
    for text in texts {
        sandbox.write("plan.json", text);
        let run = sandbox.run(&["show", "plan.json"]);
        assert_eq!(run.code, Some(2));
        outputs.extend(streams(text, run));
    }
    assert_silent(&Forms::of(&canaries_in(&texts.join(" "))), &outputs);
}
