//! The observation of a primary's EKS cluster: found by the EKS API, signed in to by a token.

use std::process::Output;

use drplan::clients::aws::Limits;
use drplan::clients::kube::refusal::About;
use drplan::clients::kube::session::{Call, JSON};
use drplan::clients::kube::token::eks_token;
use drplan::model::diagnostic::GapReason;
use drplan::model::observation::Observation;
use drplan::sources::aws::{ClusterRequest, ObservationRequest, open_session, record_observation};
use drplan::sources::recorded::parse_observation;
use jiff::Timestamp;
use serde_json::json;

use crate::cluster::{WORKLOADS, assert_no_canary, shop, workloads};
use crate::command::drplan;
use crate::control_plane::{ADMIN, NOBODY};
use crate::emulator::{self, Emulator, PATIENCE, run};

/// Reads the primary without the kubeconfig of whoever runs the test.
fn record(emulator: &Emulator, cluster: ClusterRequest) -> Observation {
    run(async {
        let connection = emulator.connect("us-east-2", PATIENCE).await;
        let limits = Limits { call: std::time::Duration::from_secs(5), ..PATIENCE };
        let cluster = ClusterRequest { environment: false, limits, ..cluster };
        record_observation(&connection, &ObservationRequest { taken_at: Timestamp::now(), cluster }).await
    })
}

fn cluster_gaps(found: &Observation) -> Vec<(&str, GapReason, &str)> {
    let of_cluster = |source: &str| source.starts_with("kubernetes:") || source.starts_with("eks:");
    let gaps = found.gaps.iter().filter(|gap| of_cluster(&gap.source));
    gaps.map(|gap| (gap.source.as_str(), gap.reason, gap.detail.as_str())).collect()
}

#[test]
fn the_only_cluster_of_the_region_is_asked_with_a_token() {
    let plane = shop();
    let emulator = emulator::with(&["cluster"]);
    emulator.eks(&plane.url(), &plane.authority());
    let found = record(&emulator, ClusterRequest::default());
    assert_eq!(cluster_gaps(&found), []);
    assert_eq!(workloads(found.workloads.as_ref()), WORKLOADS);
    assert_eq!(found.configs.iter().flatten().filter(|config| config.namespace == "shop").count(), 7);
    assert_no_canary(&format!("{found:?}"));
    // Who signed the token, as the cluster was told.
    assert!(!plane.audit("iam:ANOTREAL").is_empty());
}

#[test]
fn of_several_clusters_one_is_named() {
    let plane = shop();
    let emulator = emulator::with(&["cluster", "spare"]);
    emulator.eks(&plane.url(), &plane.authority());
    let found = record(&emulator, ClusterRequest::default());
    let detail = "us-east-2 has several EKS clusters (shop, spare): say which with --cluster NAME";
    assert_eq!(cluster_gaps(&found), [("kubernetes:Cluster", GapReason::NotRecorded, detail)]);
    assert!(found.workloads.is_none() && found.configs.is_none());

    let of_state = ClusterRequest { of_state: vec!["shop".to_owned()], ..ClusterRequest::default() };
    assert_eq!(workloads(record(&emulator, of_state).workloads.as_ref()), WORKLOADS);
    let named = |name: &str| ClusterRequest { name: Some(name.to_owned()), ..ClusterRequest::default() };
    assert_eq!(workloads(record(&emulator, named("shop")).workloads.as_ref()), WORKLOADS);

    // A token is for one cluster: another does not take it.
    let other = record(&emulator, named("spare"));
    assert!(
        other
            .gaps
            .iter()
            .any(|gap| gap.source == "kubernetes:ListPods" && gap.reason == GapReason::AccessDenied)
    );
    let none = record(&emulator, named("none"));
    assert!(cluster_gaps(&none).iter().any(|gap| gap.0 == "eks:DescribeCluster"), "{:?}", none.gaps);
}

#[test]
fn a_token_is_shown_nowhere() {
    let emulator = emulator::with(&[]);
    let token = run(async {
        let connection = emulator.connect("us-east-2", PATIENCE).await;
        eks_token(connection.sdk(), "us-east-2", "shop").await.unwrap()
    });
    assert!(token.expose().starts_with("k8s-aws-v1."));
    assert_eq!(format!("{token} {token:?}"), "(secret) (secret)");
}

fn observation(output: &Output) -> Observation {
    let text = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_no_canary(&text);
    assert_no_canary(&said);
    assert!(!text.contains("k8s-aws-v1.") && !said.contains("k8s-aws-v1."), "the token is in the output");
    parse_observation(&text, "stdout").unwrap()
}

#[test]
fn the_command_line_finds_its_cluster() {
    let plane = shop();
    let emulator = emulator::with(&["cluster", "spare"]);
    emulator.eks(&plane.url(), &plane.authority());
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    let drplan = |arguments: &[&str]| {
        let command = ["inventory", "us-east-2", "--primary"];
        observation(&drplan(&emulator, home.path(), &[&command, arguments].concat()))
    };

    assert!(drplan(&[]).workloads.is_none(), "two clusters, none named");
    assert_eq!(workloads(drplan(&["--cluster", "shop"]).workloads.as_ref()), WORKLOADS);

    // A kubeconfig that is given leads wherever it leads.
    write("given", &plane.kubeconfig(ADMIN));
    assert_eq!(workloads(drplan(&["--kubeconfig", "given"]).workloads.as_ref()), WORKLOADS);
    let missing = drplan(&["--kubeconfig", "given", "--context", "none"]);
    assert!(missing.gaps.iter().any(|gap| gap.detail.contains("no context \"none\"")), "{:?}", missing.gaps);

    // The state names the cluster, of those of its region.
    let cluster = |name: &str, region: &str| {
        let arn = format!("arn:aws:eks:{region}:123456789012:cluster/{name}");
        json!({
            "mode": "managed", "type": "aws_eks_cluster", "name": name,
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{ "schema_version": 1, "attributes": { "name": name, "arn": arn } }],
        })
    };
    let resources = json!([cluster("shop", "us-east-2"), cluster("standby", "us-west-2")]);
    let state = json!({ "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {}, "resources": resources });
    write("terraform.tfstate", &state.to_string());
    assert_eq!(workloads(drplan(&[]).workloads.as_ref()), WORKLOADS);

    // The environment's kubeconfig is taken where it leads to the cluster, and only there.
    std::fs::create_dir(home.path().join(".kube")).unwrap();
    write(".kube/config", &plane.kubeconfig(NOBODY));
    assert!(drplan(&[]).workloads.is_none(), "its user may not list");
    write(".kube/config", &plane.kubeconfig(NOBODY).replace("127.0.0.1", "elsewhere.example"));
    assert_eq!(workloads(drplan(&[]).workloads.as_ref()), WORKLOADS);
}

#[test]
fn flags_of_the_cluster_are_for_the_primary() {
    let home = tempfile::tempdir().unwrap();
    let emulator = emulator::with(&[]);
    let refused = drplan(&emulator, home.path(), &["inventory", "us-east-2", "--cluster", "shop"]);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_cluster_is_verified_by_a_token_that_is_made_here() {
    let plane = shop();
    let emulator = emulator::with(&["cluster", "spare"]);
    emulator.eks(&plane.url(), &plane.authority());
    let home = tempfile::tempdir().unwrap();
    let output =
        drplan(&emulator, home.path(), &["verify", "us-east-2", "--cluster", "shop", "--format", "json"]);
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert_no_canary(&text);
    assert!(!text.contains("k8s-aws-v1.") && !said.contains("k8s-aws-v1."), "the token is in the output");
    let health: serde_json::Value = serde_json::from_str(&text).unwrap();
    // Its role may list workloads, and no nodes.
    assert!(!health["workloads"].as_array().unwrap().is_empty());
    assert!(health["gaps"].to_string().contains("kubernetes:ListNodes"), "{text}");
    let several = drplan(&emulator, home.path(), &["verify", "us-east-2"]);
    assert_eq!(several.status.code(), Some(2));
    let said = String::from_utf8_lossy(&several.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("us-east-2 has several EKS clusters (shop, spare): say which with --cluster NAME"),
        "{said}"
    );
}

#[test]
fn a_session_of_an_eks_cluster_renews_its_tokens() {
    let plane = shop();
    let emulator = emulator::with(&["cluster"]);
    emulator.eks(&plane.url(), &plane.authority());
    run(async {
        let connection = emulator.connect("us-east-2", PATIENCE).await;
        let (session, _) = open_session(&connection, &ClusterRequest::default()).await.unwrap();
        let about = About::Words("deployments");
        let call =
            |verb: &'static str, path: &'static str| Call { verb, about, path, accept: JSON, body: None };
        session.ask(&call("GET", "/apis/apps/v1/deployments?limit=1")).await.unwrap();
        // It is let in, and may not do that.
        let refused = session.ask(&call("DELETE", "/apis/apps/v1/namespaces/shop/deployments/cart")).await;
        assert_eq!(refused.unwrap_err().status, Some(403));
    });
}
