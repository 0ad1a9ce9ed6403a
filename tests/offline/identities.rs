//! What pods of the new cluster act as, and what of the manifests would be of no use to them.

use drplan::plan::Plan;
use drplan::plan::resource::Disposition;
use serde_json::json;

use crate::defects::{changed, replace, subjects, without};
use crate::worlds::{World, managed, state_of};

const ISSUER: &str = "oidc.eks.us-east-2.amazonaws.com/id/0123456789ABCDEF";

fn cluster() -> serde_json::Value {
    managed(
        "aws_eks_cluster.main",
        json!({ "id": "shop", "name": "shop", "region": "us-east-2",
            "arn": "arn:aws:eks:us-east-2:123456789012:cluster/shop",
            "identity": [{ "oidc": [{ "issuer": format!("https://{ISSUER}") }] }] }),
        &[],
    )
}

fn role() -> serde_json::Value {
    let policy = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": format!("arn:aws:iam::123456789012:oidc-provider/{ISSUER}") },
        "Condition": { "StringEquals": { format!("{ISSUER}:sub"): "system:serviceaccount:shop:api" } } }] });
    managed(
        "aws_iam_role.api",
        json!({ "id": "api", "name": "api", "arn": "arn:aws:iam::123456789012:role/api",
            "assume_role_policy": policy.to_string() }),
        &[],
    )
}

fn plan_of(state: &[serde_json::Value]) -> Plan {
    let plan = World::of_state(state_of(state)).try_plan(Some("us-east-2")).unwrap();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    plan
}

#[test]
fn an_issuer_that_nothing_makes_known_gives_no_pod_a_role() {
    const CODE: &str = "issuer-unknown";
    assert_eq!(subjects(&plan_of(&[cluster(), role()]), CODE), ["aws_eks_cluster.main"]);
    let provider = managed(
        "aws_iam_openid_connect_provider.eks",
        json!({ "id": "p", "url": ISSUER, "arn": format!("arn:aws:iam::123456789012:oidc-provider/{ISSUER}") }),
        &["aws_eks_cluster.main"],
    );
    without(&plan_of(&[cluster(), role(), provider]), CODE);
    without(&plan_of(&[cluster()]), CODE);
}

#[test]
fn associations_are_nothing_without_the_agent() {
    const CODE: &str = "pod-identity-agentless";
    let association = managed(
        "aws_eks_pod_identity_association.api",
        json!({ "id": "a-1", "association_id": "a-1", "cluster_name": "shop", "namespace": "shop", "service_account": "api",
            "role_arn": "arn:aws:iam::123456789012:role/api", "region": "us-east-2" }),
        &["aws_eks_cluster.main"],
    );
    let plan = plan_of(&[cluster(), association.clone()]);
    assert_eq!(subjects(&plan, CODE), ["aws_eks_pod_identity_association.api"]);
    let agent = managed(
        "aws_eks_addon.agent",
        json!({ "id": "shop:eks-pod-identity-agent", "addon_name": "eks-pod-identity-agent", "cluster_name": "shop",
            "region": "us-east-2" }),
        &["aws_eks_cluster.main"],
    );
    without(&plan_of(&[cluster(), association, agent]), CODE);
}

#[test]
fn a_role_of_somebody_else_does_not_trust_the_new_cluster() {
    const CODE: &str = "role-not-owned";
    const ROLE: &str = "arn:aws:iam::123456789012:role/by-hand";
    let account = format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: by-hand\n  namespace: ecommerce\n  annotations:\n    \
         eks.amazonaws.com/role-arn: {ROLE}\n"
    );
    without(&changed(|_| {}), CODE);
    let plan = changed(|copy| copy.write("kubernetes/by-hand.yaml", &account));
    assert_eq!(subjects(&plan, CODE), ["ServiceAccount/ecommerce/by-hand"]);
    // The block of the fix.
    let plan = changed(|copy| {
        copy.write("kubernetes/by-hand.yaml", &account);
        copy.edit("drplan.hcl", |text| format!("{text}\nrewrite \"{ROLE}\" {{\n  keep = true\n}}\n"));
    });
    without(&plan, CODE);
}

#[test]
fn an_encrypted_secret_is_no_secret_for_a_pod() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: stripe\n  namespace: ecommerce\nstringData:\n  key: \
                  ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]\nsops:\n  age:\n    - recipient: age1abc\n      enc: x\n";
    let plan = changed(|copy| copy.write("kubernetes/stripe.yaml", secret));
    assert_eq!(subjects(&plan, "secret-sealed"), ["Secret/ecommerce/stripe"]);
}

#[test]
fn a_workload_that_no_kustomization_names_is_told() {
    const CODE: &str = "workload-skipped";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n  namespace: ecommerce\n";
    let plan = changed(|copy| {
        std::fs::create_dir_all(copy.path().join("kubernetes/more")).unwrap();
        copy.write("kubernetes/more/kustomization.yaml", "resources: [map.yaml]\n");
        copy.write(
            "kubernetes/more/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n  namespace: ecommerce\n",
        );
        copy.write("kubernetes/more/worker.yaml", deployment);
    });
    assert_eq!(subjects(&plan, CODE), ["kubernetes/more/worker.yaml"]);
}

/// CloudFront takes certificates of us-east-1 whatever the region that its origin is in.
#[test]
fn a_viewer_certificate_stays_where_cloudfront_takes_it_from() {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234";
    let certificate = managed(
        "aws_acm_certificate.viewer",
        json!({ "id": arn, "arn": arn, "domain_name": "shop.example", "region": "us-east-1" }),
        &[],
    );
    let distribution = managed(
        "aws_cloudfront_distribution.web",
        json!({ "id": "E1", "arn": "arn:aws:cloudfront::123456789012:distribution/E1", "aliases": ["shop.example"],
            "viewer_certificate": [{ "acm_certificate_arn": arn }] }),
        &["aws_acm_certificate.viewer"],
    );
    let listener = managed(
        "aws_lb_listener.https",
        json!({ "id": "l", "arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/1/2",
            "certificate_arn": arn }),
        &["aws_acm_certificate.viewer"],
    );
    let fate = |state: &[serde_json::Value]| {
        let plan = World::of_state(state_of(state)).try_plan(Some("us-east-1")).unwrap();
        assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
        plan.resources.iter().find(|one| one.address == "aws_acm_certificate.viewer").unwrap().disposition
    };
    assert_eq!(fate(&[certificate.clone(), distribution.clone()]), Disposition::Share);
    assert_ne!(fate(&[certificate.clone(), distribution, listener]), Disposition::Share);
    assert_ne!(fate(&[certificate]), Disposition::Share);
}

#[test]
fn encryption_that_the_code_says_otherwise_would_replace_the_database() {
    let plan = changed(|copy| {
        copy.edit("terraform/modules/rds/main.tf", |text| {
            assert!(text.contains("storage_encrypted     = true"), "{text}");
            replace(&text, "storage_encrypted     = true", "storage_encrypted     = false")
        });
    });
    assert!(!subjects(&plan, "replaced-by-code").is_empty(), "{:?}", plan.findings);
}
