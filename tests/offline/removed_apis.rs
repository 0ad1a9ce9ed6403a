//! Objects of API versions that are gone.

use drplan::sources::manifests::read_manifest_text;
use serde_json::json;

use crate::worlds::{World, managed, state_of};

const OLD: &str = "apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: a, namespace: shop }\nspec: { schedule: '@daily' }\n---\n\
                   apiVersion: batch/v1beta1\nkind: CronJob\nmetadata: { name: b, namespace: shop }\nspec: { schedule: '@daily' }\n---\n\
                   apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: { name: c }\n---\n\
                   apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: d, namespace: shop }\nspec: { schedule: '@daily' }\n---\n\
                   apiVersion: example.com/v1beta1\nkind: CronJob\nmetadata: { name: e, namespace: shop }\n";

/// What is told of a cluster of this version; of none where there is no cluster.
fn said(version: Option<&str>) -> Vec<(String, String)> {
    let cluster = version.map(|version| {
        let attributes = json!({
            "name": "shop", "version": version, "region": "us-east-2",
            "arn": "arn:aws:eks:us-east-2:123456789012:cluster/shop"
        });
        managed("aws_eks_cluster.this", attributes, &[])
    });
    let mut world = World::of_state(state_of(cluster.as_slice()));
    world.manifests.objects = read_manifest_text("old.yaml", OLD).unwrap().0;
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    let found = plan.findings.into_iter().filter(|one| one.code == "api-removed");
    found.map(|one| (one.subject, one.message)).collect()
}

#[test]
fn what_the_cluster_does_not_serve_is_told_by_version_and_kind() {
    assert_eq!(said(Some("1.24")), []);
    let told = said(Some("1.31"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "batch/v1beta1 CronJob");
    assert!(
        told[0].1.starts_with("Kubernetes 1.31, which the cluster runs, does not serve CronJob"),
        "{told:?}"
    );
    assert!(told[0].1.contains("CronJob/shop/a, CronJob/shop/b cannot be applied"), "{told:?}");
    let newer: Vec<String> = said(Some("1.33")).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(newer, ["batch/v1beta1 CronJob", "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema"]);
}

#[test]
fn without_a_cluster_what_no_eks_serves_is_told() {
    let told = said(None);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.starts_with("every Kubernetes that EKS runs does not serve"), "{told:?}");
}
