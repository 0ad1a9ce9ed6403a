//! Runs that end with a plan.

use super::{Forms, all_outputs, assert_silent, canaries_in};
use crate::sandbox::Sandbox;

const HOST: &str = "ecommerce-prod-primary.c7k4m2qzx9ab.us-east-2.rds.amazonaws.com";

/// A Secret, a ConfigMap and a workload with secrets under names that tell, some beside values that are rewritten.
fn manifest() -> String {
    let coded = base64::engine::general_purpose::STANDARD;
    let encode = |text: &str| base64::Engine::encode(&coded, text);
    format!(
        r#"apiVersion: v1
kind: Secret
metadata: {{name: planted, namespace: ecommerce, annotations: {{note: "CANARY-annotation of a Secret in us-east-2"}}}}
stringData:
  plain: CANARY-string-data
  url: postgres://app:CANARY-url-password@{HOST}:5432/shop
  region: us-east-2
  config.yaml: |
    region: us-east-2
    password: CANARY-in-config
data:
  coded: {}
  coded-url: {}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: planted, namespace: ecommerce}}
data:
  DB_PASSWORD: CANARY-password-us-east-2
  API_TOKEN: "CANARY-token {HOST}"
  DATABASE_URL: postgres://app:CANARY-configmap-url@{HOST}:5432/shop
  app.json: '{{"host": "{HOST}", "password": "CANARY-json-password", "region": "us-east-2"}}'
  app.properties: |
    db.host={HOST}
    db.password=CANARY-properties
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: planted, namespace: ecommerce}}
spec:
  selector: {{matchLabels: {{app: planted}}}}
  template:
    metadata: {{labels: {{app: planted}}}}
    spec:
      containers:
        - name: app
          image: nginx:1.29
          args: ["--db=postgres://app:CANARY-args-url@{HOST}/shop", "--password=CANARY-args-flag", "--region=us-east-2"]
          env:
            - {{name: CLIENT_SECRET, value: CANARY-env-us-east-2}}
            - {{name: DSN, value: "host={HOST} password=CANARY-dsn"}}
"#,
        encode("CANARY-coded-data"),
        encode(&format!("postgres://app:CANARY-coded-url@{HOST}:5432/shop")),
    )
}

/// The example with secrets in every input, those that its state has included.
fn planted() -> (Sandbox, Vec<String>) {
    let sandbox = Sandbox::example();
    let manifest = manifest();
    sandbox.write("kubernetes/planted.yaml", &manifest);
    let mut state: serde_json::Value = serde_json::from_str(&sandbox.read("state.tfstate")).unwrap();
    state["outputs"]["planted"] =
        serde_json::json!({"value": "CANARY-output", "type": "string", "sensitive": true});
    for resource in state["resources"].as_array_mut().unwrap() {
        let kind = resource["type"].as_str().unwrap().to_owned();
        let address = resource["name"].as_str().unwrap().to_owned();
        for instance in resource["instances"].as_array_mut().unwrap() {
            let attributes = &mut instance["attributes"];
            match kind.as_str() {
                "aws_db_instance" => attributes["password"] = "CANARY-unmarked-password".into(),
                "aws_launch_template" => {
                    attributes["user_data"] =
                        "#!/bin/sh\nexport REGION=us-east-2 TOKEN=CANARY-user-data\n".into();
                }
                "aws_secretsmanager_secret_version" => {
                    attributes["secret_string"] = format!(
                        "{{\"host\":\"{HOST}\",\"url\":\"postgres://u:CANARY-secret-url-{address}@{HOST}/x\",\"password\":\"CANARY-secret-{address}\"}}"
                    )
                    .into();
                }
                "helm_release" => {
                    attributes["repository_password"] = "CANARY-helm-us-east-2".into();
                    attributes["values"] = serde_json::json!([
                        "region: us-east-2\ndb:\n  host: db.example.com\n  password: CANARY-helm-values\n"
                    ]);
                }
                _ => {}
            }
            if kind == "aws_db_instance" {
                instance["sensitive_attributes"] = serde_json::json!([]);
            }
        }
    }
    let text = serde_json::to_string_pretty(&state).unwrap();
    sandbox.write("state.tfstate", &text);
    sandbox.write("terraform/terraform.tfvars", "db_password = \"CANARY-tfvars\"\n");
    sandbox.write("terraform/extra.auto.tfvars", "payment_api_key = \"CANARY-auto-us-east-2\"\n");
    sandbox.write(
        "terraform/planted.tf",
        format!(
            "variable \"planted_password\" {{\n  default = \"CANARY-default\"\n}}\n\nlocals {{\n  password = \"CANARY-local-us-east-2\"\n  dsn      = \"postgres://u:CANARY-local-url@{HOST}/x\"\n}}\n"
        ),
    );
    let coded = ["CANARY-coded-data", "CANARY-coded-url"].map(str::to_owned);
    let tf = sandbox.read("terraform/planted.tf");
    let mut canaries: Vec<String> = coded.into();
    for text in [&manifest, &text, &tf] {
        canaries.extend(canaries_in(text));
    }
    canaries.extend(["CANARY-tfvars", "CANARY-auto-us-east-2"].map(str::to_owned));
    // These hold a value of the primary, which is told: what is secret is what stands before it.
    for canary in &mut canaries {
        *canary = canary.trim_end_matches("-us-east-2").to_owned();
    }
    canaries.sort();
    canaries.dedup();
    (sandbox, canaries)
}

#[test]
fn no_secret_of_any_input_is_in_any_output() {
    let (sandbox, canaries) = planted();
    assert!(canaries.len() > 25, "{canaries:?}");
    let mut outputs = all_outputs(&sandbox, &[]);
    outputs.extend(all_outputs(&sandbox, &["--inventory", "inventory-bad.json"]));
    assert_silent(&Forms::of(&canaries), &outputs);
}

#[test]
fn the_environment_is_in_no_output() {
    let sandbox = Sandbox::example();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_drplan"));
    command.args(["region", "us-west-2", "--offline", "-v", "--at", "2026-11-22T12:00:00Z"]);
    let names =
        ["ECOMMERCE_DB_PASSWORD", "ECOMMERCE_PAYMENT_API_KEY", "AWS_SECRET_ACCESS_KEY", "TF_VAR_db_password"];
    let mut canaries = Vec::new();
    for name in names {
        let canary = format!("CANARY-{}", name.to_lowercase().replace('_', "-"));
        command.env(name, &canary);
        canaries.push(canary);
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let outputs = [output.stdout, output.stderr, sandbox.read("plan.json").into_bytes()];
    let outputs = outputs
        .map(|bytes| (String::from("with secrets in the environment"), String::from_utf8(bytes).unwrap()));
    assert_silent(&Forms::of(&canaries), &outputs);
}
