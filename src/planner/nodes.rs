//! What the pods request against what the nodes offer.

use super::facts::Facts;
use super::findings::Findings;
use super::requests;

/// Requests of the pods against what the nodes offer: 14 of the runbook's defects.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let mut capacity = (0_u64, 0_u64);
    let (mut groups, mut nodes, mut at) = (Vec::new(), 0, None);
    for object in facts.objects.iter().filter(|object| object.type_name() == "aws_eks_node_group") {
        let tree = object.tree();
        let max = tree.pointer("/scaling_config/0/max_size").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let mut names = object.list("instance_types");
        if names.is_empty() {
            names.extend(launch_template_type(facts, &tree));
        }
        let Some((cpu, memory)) = names.first().and_then(|name| allocatable(name)) else { return };
        capacity = (capacity.0 + cpu * max, capacity.1 + memory * max);
        groups.push(format!("{max} x {}", names[0]));
        nodes += max;
        at = at.or_else(|| facts.place_in_code(object));
    }
    if groups.is_empty() {
        return;
    }
    let (cpu, memory) = requests::sum(&facts.input.manifests.objects, nodes);
    if cpu > capacity.0 || memory > capacity.1 {
        findings.add(
            "nodes-too-small",
            groups.join(" and "),
            format!(
                "the pods request {cpu} millicores and {memory} MiB, the nodes at their most offer {} and {}",
                capacity.0, capacity.1
            ),
            "raise the node group's maximum or its instance type for the recovery",
            at,
        );
    }
}

fn launch_template_type(facts: &Facts<'_, '_>, group: &serde_json::Value) -> Option<String> {
    let id = group.pointer("/launch_template/0/id")?.as_str()?;
    let template = facts.objects.iter().find(|object| object.id.as_deref() == Some(id))?;
    template.text("instance_type").map(str::to_owned)
}

/// Millicores and MiB that pods can have of a node: vCPU and memory less what the kubelet reserves and the daemons take.
/// docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html; instance sizes from the EC2 pages.
fn allocatable(instance_type: &str) -> Option<(u64, u64)> {
    let (family, size) = instance_type.split_once('.')?;
    let (cpu, memory) = match size {
        "medium" => (2_000, 4_096),
        "large" => (2_000, 8_192),
        "xlarge" => (4_000, 16_384),
        "2xlarge" => (8_000, 32_768),
        "4xlarge" => (16_000, 65_536),
        _ => return None,
    };
    let memory = match family.as_bytes().first()? {
        b't' | b'm' => memory,
        b'c' => memory / 2,
        b'r' => memory * 2,
        _ => return None,
    };
    Some((cpu - 70, memory - 600))
}
