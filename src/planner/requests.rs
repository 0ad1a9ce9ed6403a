//! What the pods of the manifests request, in millicores and MiB.

use crate::model::document::{Node, Object, Tree};

/// The sum over all workloads; a DaemonSet counts once for each node.
pub(super) fn sum(objects: &[Object], nodes: u64) -> (u64, u64) {
    objects.iter().fold((0, 0), |(cpu, memory), object| {
        let (pods, spec) = match object.kind.as_str() {
            "Deployment" | "StatefulSet" | "ReplicaSet" => {
                let replicas = object.root.at(&["spec", "replicas"]).and_then(Node::as_i64).unwrap_or(1);
                (u64::try_from(replicas).unwrap_or(0), object.root.at(&["spec", "template", "spec"]))
            }
            "DaemonSet" => (nodes, object.root.at(&["spec", "template", "spec"])),
            "Pod" => (1, object.root.get("spec")),
            _ => (0, None),
        };
        let containers = spec.and_then(|spec| spec.get("containers")).map(Node::items).unwrap_or_default();
        containers.iter().fold((cpu, memory), |(cpu, memory), container| {
            let request = |name: &str| container.at(&["resources", "requests", name]);
            (
                cpu + pods * request("cpu").and_then(millicores).unwrap_or(0),
                memory + pods * request("memory").and_then(mebibytes).unwrap_or(0),
            )
        })
    })
}

/// `250m`, `1`, `0.5`.
fn millicores(node: &Node) -> Option<u64> {
    let text = text_of(node)?;
    match text.strip_suffix('m') {
        Some(milli) => milli.parse().ok(),
        None => text
            .parse::<f64>()
            .ok()
            .filter(|cores| *cores >= 0.0 && *cores < 1e6)
            .map(|cores| scaled(cores, 1_000.0)),
    }
}

/// `256Mi`, `1Gi`, `512M`, plain bytes.
fn mebibytes(node: &Node) -> Option<u64> {
    let text = text_of(node)?;
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok().filter(|number| *number >= 0.0 && *number < 1e15)?;
    let mebi = match unit {
        "Ki" => 1.0 / 1_024.0,
        "Mi" => 1.0,
        "Gi" => 1_024.0,
        "Ti" => 1_048_576.0,
        "k" => 1e3 / 1_048_576.0,
        "M" => 1e6 / 1_048_576.0,
        "G" => 1e9 / 1_048_576.0,
        "" => 1.0 / 1_048_576.0,
        _ => return None,
    };
    Some(scaled(number, mebi))
}

fn text_of(node: &Node) -> Option<String> {
    match &node.tree {
        Tree::String(text) => Some(text.clone()),
        Tree::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded by the callers")]
fn scaled(number: f64, factor: f64) -> u64 {
    libm::ceil(number * factor) as u64
}
