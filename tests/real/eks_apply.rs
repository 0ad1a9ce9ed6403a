//! A plan applied to the EKS cluster of the recovery region, which is signed in to by tokens that are made here.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use drplan::clients::kube::token::eks_token;
use serde_json::{Value, json};

use crate::cluster::shop;
use crate::command::home_command;
use crate::control_plane::ControlPlane;
use crate::emulator::{self, Emulator, PATIENCE, run};

const MANIFESTS: &str = "apiVersion: v1\nkind: Namespace\nmetadata: { name: eks-apply }\n---\napiVersion: v1\nkind: ConfigMap\n\
    metadata: { name: settings, namespace: eks-apply }\ndata: { value: \"1\" }\n";

/// drplan as somebody who may apply.
fn applier(emulator: &Emulator, home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = home_command(emulator, home);
    command.args(arguments).env("AWS_ACCESS_KEY_ID", "APPLIER").env_remove("RUST_LOG");
    let output = command.output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}

fn may_apply(plane: &ControlPlane) {
    let binding = json!({
        "metadata": { "name": "appliers" },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin" },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "iam:APPLIER" }],
    });
    run(plane.make("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding));
}

#[test]
fn it_signs_in_by_itself_and_leaves_a_kubeconfig_for_kubectl_alone() {
    let plane = shop();
    let emulator = emulator::with(&["cluster"]);
    emulator.eks(&plane.url(), &plane.authority());
    may_apply(plane);
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    for folder in [".git", "manifests", ".kube", "bin"] {
        std::fs::create_dir(home.path().join(folder)).unwrap();
    }
    write("drplan.hcl", "stack = \"shop\"\n");
    write("manifests/all.yaml", MANIFESTS);
    let state = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "none", "outputs": {}, "resources": [],
    });
    write("terraform.tfstate", &state.to_string());
    // What the operator has there is not used unless a context is named.
    write(".kube/config", "no kubeconfig at all");
    let inputs = ["--offline", "--manifests", "manifests", "--state", "terraform.tfstate"];
    let (code, said) = applier(&emulator, home.path(), &[&["region", "us-east-2"], &inputs[..]].concat());
    assert_eq!(code, Some(0), "{said}");
    let plan: Value =
        serde_json::from_str(&std::fs::read_to_string(home.path().join("plan.json")).unwrap()).unwrap();
    let digest = plan["digest"].as_str().unwrap();
    let apply = [&["apply", "plan.json", "--digest", digest], &inputs[..]].concat();
    let (code, said) = applier(&emulator, home.path(), &apply);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("k8s-aws-v1."), "the token is in the output: {said}");
    let made = run(plane.ask("GET", "/api/v1/namespaces/eks-apply/configmaps/settings", &Value::Null));
    assert_eq!(made["data"]["value"], "1");

    let runs = home.path().join(".drplan/runs");
    let [folder] = &std::fs::read_dir(runs).unwrap().map(|run| run.unwrap().path()).collect::<Vec<_>>()[..]
    else {
        panic!("one run")
    };
    let file = folder.join("kubeconfig");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        text.contains("get-token") && text.contains("us-east-2") && !text.contains("k8s-aws-v1."),
        "{text}"
    );
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("k8s-aws-v1.") && !text.contains("notreal"), "{text}");
    }

    // kubectl signs in with it as it does with what `aws eks update-kubeconfig` writes: the AWS CLI prints a token.
    let token = run(async {
        let connection = emulator.connect("us-east-2", PATIENCE).await;
        eks_token(connection.sdk(), "us-east-2", "shop").await.unwrap()
    });
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential",
        "status": { "token": token.expose() },
    });
    write("credential", &credential.to_string());
    write(
        "bin/aws",
        "#!/bin/sh\n[ \"$*\" = 'eks get-token --region us-east-2 --cluster-name shop --output json' ] || exit 9\ncat \"$HOME/credential\"\n",
    );
    let aws = home.path().join("bin/aws");
    std::fs::set_permissions(&aws, PermissionsExt::from_mode(0o700)).unwrap();
    let mut kubectl = Command::new(ControlPlane::program("kubectl"));
    kubectl.args(["-n", "eks-apply", "get", "configmaps", "-o", "name", "--kubeconfig"]).arg(&file);
    kubectl.env_clear().env("HOME", home.path());
    let got = kubectl.env("PATH", format!("{}/bin:/usr/bin:/bin", home.path().display())).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&got.stdout), String::from_utf8_lossy(&got.stderr));
    assert!(said.contains("configmap/settings"), "{said}");
}
