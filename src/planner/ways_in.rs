//! Whether whoever runs the plan gets into the cluster that it makes.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html>, <https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html>

mod identity_center;

use std::collections::HashSet;

use serde_json::Value;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::variables::{Given, given};
use crate::plan::resource::Disposition;

/// Adds what the configuration rules out today.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    identity_center::check(facts, findings);
    if facts.input.manifests.objects.is_empty() {
        return;
    }
    let callers = ["aws_eip", "aws_nat_gateway"];
    let callers = facts.objects.iter().filter(|object| callers.contains(&object.type_name()));
    let lost: HashSet<&str> = callers.filter_map(|object| object.text("public_ip")).collect();
    for (at, cluster) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        if cluster.type_name() != "aws_eks_cluster" || !made {
            continue;
        }
        let tree = cluster.tree();
        let is = |pointer: &str, wanted: bool| tree.pointer(pointer).and_then(Value::as_bool) == Some(wanted);
        // What the code or a variable of the recovery says holds; what it computes nobody can tell.
        let public = match given(facts, cluster, "vpc_config.endpoint_public_access") {
            Given::Is(text) => text == "true",
            Given::Computed => true,
            Given::Same | Given::Unset => !is("/vpc_config/0/endpoint_public_access", false),
        };
        if !public {
            findings.add(
                "cluster-unreachable",
                cluster.address(),
                format!(
                    "the endpoint of cluster {} is private: it is reached from within its new network only, to which no \
                     connection is there yet",
                    cluster.name()
                ),
                "let a variable open the public endpoint for the recovery, to your own addresses; or apply from a machine \
                 that the recovery makes in the network",
                facts.place_in_code(cluster),
            );
        }
        let open: Vec<String> = texts(&tree, "/vpc_config/0/public_access_cidrs");
        // A variable of the recovery gives others.
        let others = matches!(given(facts, cluster, "vpc_config.public_access_cidrs"), Given::Is(_));
        let of_lost = |range: &String| lost.contains(range.strip_suffix("/32").unwrap_or(range));
        if public && !others && !open.is_empty() && open.iter().all(of_lost) {
            findings.add(
                "cluster-unreachable",
                cluster.address(),
                format!(
                    "the endpoint of cluster {} lets in {} only, which the lost network calls from: from elsewhere nobody \
                     reaches it",
                    cluster.name(),
                    open.join(" and ")
                ),
                "let a variable open the public endpoint for the recovery, to your own addresses",
                facts.place_in_code(cluster),
            );
        }
        // The creator is let in unless the code says otherwise, and nobody else is.
        let bars_creator = is("/access_config/0/bootstrap_cluster_creator_admin_permissions", false);
        let admits = facts.objects.iter().any(|object| {
            let of_nodes = object
                .text("type")
                .is_some_and(|kind| kind.starts_with("EC2") || kind.starts_with("FARGATE"));
            let entry = object.is_managed()
                && !of_nodes
                && matches!(object.type_name(), "aws_eks_access_entry" | "aws_eks_access_policy_association");
            let auth = object.type_name().starts_with("kubernetes_config_map")
                && object.instance.attributes.contains("aws-auth");
            entry || auth
        });
        let by_manifest = facts.input.manifests.objects.iter().any(|object| object.name == "aws-auth");
        if bars_creator && !admits {
            findings.add(
                "cluster-locked",
                cluster.address(),
                format!(
                    "nobody may sign in to cluster {}: its creator gets no access, and no access entry is in the state{}",
                    cluster.name(),
                    if by_manifest { ", while aws-auth of the manifests needs somebody to apply it" } else { "" }
                ),
                "give an access entry to the role that recovers: aws_eks_access_entry, with a policy that is associated",
                facts.place_in_code(cluster),
            );
        }
    }
}

fn texts(tree: &Value, pointer: &str) -> Vec<String> {
    let items = tree.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
