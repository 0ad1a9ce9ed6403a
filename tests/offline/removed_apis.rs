//! Objects that the cluster does not serve, or does not keep.

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

/// Two definitions serve `v1` of Widget, and `v1beta1` of Gadget is there and not served.
#[test]
fn what_its_own_definition_does_not_serve_is_told() {
    let definition = |kind: &str, versions: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: {kind}s.drplan.test }}\n\
             spec: {{ group: drplan.test, scope: Namespaced, names: {{ kind: {kind} }}, versions: [{versions}] }}\n---\n"
        )
    };
    let object = |version: &str, kind: &str, name: &str| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{ name: {name}, namespace: shop }}\n---\n")
    };
    let text = [
        definition("Widget", "{ name: v1, served: true, storage: true }"),
        definition("Gadget", "{ name: v1beta1, served: false }, { name: v1, served: true, storage: true }"),
        object("drplan.test/v1", "Widget", "fine"),
        object("drplan.test/v1alpha1", "Widget", "cart"),
        object("drplan.test/v1beta1", "Gadget", "old"),
        object("other.test/v1alpha1", "Widget", "unknown"),
    ];
    let mut world = World::of_state(state_of(&[]));
    world.manifests.objects = read_manifest_text("all.yaml", &text.concat()).unwrap().0;
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    let found = plan.findings.iter().filter(|one| one.code == "api-unserved");
    let told: Vec<(&str, &str, &str)> =
        found.map(|one| (one.subject.as_str(), one.message.as_str(), one.fix.as_str())).collect();
    let expected = [
        (
            "drplan.test/v1alpha1 Widget",
            "the definition of Widget (drplan.test) serves v1 and not v1alpha1: Widget/shop/cart cannot be applied",
            "write Widget for `drplan.test/v1`",
        ),
        (
            "drplan.test/v1beta1 Gadget",
            "the definition of Gadget (drplan.test) serves v1 and not v1beta1: Gadget/shop/old cannot be applied",
            "write Gadget for `drplan.test/v1`",
        ),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_owner_that_no_other_cluster_has_is_told() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n  ownerReferences:\n  \
                - { apiVersion: apps/v1, kind: Deployment, name: cart, uid: 0b8f7a8e-5d51-4a4c-9f6b-000000000000 }\n---\n\
                apiVersion: v1\nkind: ConfigMap\nmetadata: { name: free, namespace: shop, ownerReferences: [] }\n";
    let mut world = World::of_state(state_of(&[]));
    world.manifests.objects = read_manifest_text("all.yaml", text).unwrap().0;
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    let found: Vec<_> = plan.findings.iter().filter(|one| one.code == "owner-by-uid").collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].subject, "ConfigMap/shop/settings");
    assert!(found[0].message.contains("is owned by Deployment cart, by uid"), "{found:?}");
    assert!(!found[0].message.contains("0b8f7a8e"), "{found:?}");
}
