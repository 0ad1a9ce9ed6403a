//! Labels of nodes: which ones pods ask for, and which ones the nodes of the new cluster have.

use base64::Engine as _;
use serde_json::Value;

use super::references::Source;
use super::thing::{LABEL, Thing};
use crate::model::document::Node;
use crate::planner::dispositions::Decided;
use crate::planner::facts::Facts;

/// Labels that the kubelet, EKS or the cloud's controller give every node, or that Karpenter gives those it makes; their
/// values are checked elsewhere, where they name a zone or a type of the primary.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/>
/// <https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html>
const WELL_KNOWN: [&str; 12] = [
    "alpha.eksctl.io/",
    "beta.kubernetes.io/",
    "eks.amazonaws.com/",
    "failure-domain.beta.kubernetes.io/",
    "k8s.io/cloud-provider-aws",
    "karpenter.k8s.aws/",
    "karpenter.sh/",
    "kubernetes.io/",
    "node.kubernetes.io/",
    "topology.ebs.csi.aws.com/",
    "topology.k8s.aws/",
    "topology.kubernetes.io/",
];

/// What a pod asks of its node: all of its selector, and of a required affinity one term.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/>
pub(super) fn asked<'i>(spec: &'i Node, source: &mut Source<'_, 'i>) {
    for (key, value) in spec.get("nodeSelector").into_iter().flat_map(Node::entries) {
        if let Some(text) = value.as_str() {
            source.names(label(key, text), value);
        }
    }
    let path =
        ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
    let terms = spec.at(&path).map(Node::items).unwrap_or_default();
    let choices = |term: &Node| {
        let expressions = term.get("matchExpressions").into_iter().flat_map(Node::items);
        expressions.filter_map(|one| alternatives(one).map(|things| (things, one.span))).collect::<Vec<_>>()
    };
    let mut of_terms: Vec<_> = terms.iter().map(choices).collect();
    match (of_terms.pop(), of_terms.is_empty()) {
        // Each of the expressions must hold.
        (Some(all), true) => all.into_iter().for_each(|(things, _)| one_of(things, spec, source)),
        // Any of the terms will do; one without such an expression always does.
        (Some(last), false) if !last.is_empty() && of_terms.iter().all(|term| !term.is_empty()) => {
            of_terms.push(last);
            one_of(of_terms.into_iter().flatten().flat_map(|(things, _)| things).collect(), spec, source);
        }
        _ => {}
    }
}

fn one_of<'i>(mut things: Vec<Thing<'static>>, node: &Node, source: &mut Source<'_, 'i>) {
    if !things.is_empty() {
        let first = things.remove(0);
        source.names_one_of(first, things, node);
    }
}

/// The labels of which a node must have one by an expression; `None` where it may have none.
fn alternatives(expression: &Node) -> Option<Vec<Thing<'static>>> {
    let key = expression.str_at(&["key"])?;
    match expression.str_at(&["operator"])? {
        "In" => {
            let values = expression.get("values").into_iter().flat_map(Node::items);
            Some(values.filter_map(Node::as_str).map(|value| label(key, value)).collect())
        }
        "Exists" => Some(vec![Thing::wide(LABEL, format!("{key}=*"))]),
        _ => None,
    }
}

fn label(key: &str, value: &str) -> Thing<'static> {
    Thing::wide(LABEL, format!("{key}={value}"))
}

/// The labels that nodes of the new cluster have.
pub(super) struct Labels {
    /// `None` where nothing tells of any node.
    texts: Option<Vec<String>>,
}

impl Labels {
    /// Reads them from node groups, from what launch templates hand to the kubelet, from the tags by which an autoscaler
    /// is told, and from what Karpenter makes nodes of.
    pub(super) fn read(facts: &Facts<'_, '_>, decided: &Decided) -> Self {
        let mut texts: Option<Vec<String>> = None;
        for (at, object) in facts.objects.iter().enumerate() {
            if !object.is_managed() || !decided.resource(at).is_some_and(super::comes_back) {
                continue;
            }
            let found = match object.type_name() {
                "aws_eks_node_group" | "kubernetes_labels" => {
                    object.tree().get("labels").map(written).unwrap_or_default()
                }
                "aws_launch_template" => text_of_user_data(object.text("user_data").unwrap_or_default()),
                "aws_launch_configuration" => text_of_user_data(
                    object.text("user_data_base64").or(object.text("user_data")).unwrap_or_default(),
                ),
                "aws_autoscaling_group" => object.tree().get("tag").map(Value::to_string).unwrap_or_default(),
                "kubectl_manifest" if is_pool(object.text("kind")) => {
                    object.text("yaml_body").unwrap_or_default().to_owned()
                }
                "kubernetes_manifest" => {
                    let tree = object.tree();
                    let manifest = super::engine::manifest_of(&tree);
                    let kind = manifest.and_then(|manifest| manifest.get("kind")?.as_str());
                    manifest.filter(|_| is_pool(kind)).map(written).unwrap_or_default()
                }
                _ => continue,
            };
            texts.get_or_insert_default().push(found);
        }
        for object in facts.input.manifests.objects.iter().filter(|object| is_pool(Some(&object.kind))) {
            texts.get_or_insert_default().push(written(&object.root.to_json()));
        }
        Self { texts }
    }

    /// Whether a node has it; unknown is yes.
    pub(super) fn have(&self, thing: &Thing<'_>) -> bool {
        let (key, value) = thing.name.split_once('=').unwrap_or((&thing.name, ""));
        let well_known = WELL_KNOWN.iter().any(|known| key.starts_with(known));
        well_known
            || self.texts.as_ref().is_none_or(|texts| {
                texts.iter().any(|text| text.contains(key) && (value == "*" || text.contains(value)))
            })
    }
}

/// <https://karpenter.sh/docs/concepts/nodepools/>
fn is_pool(kind: Option<&str>) -> bool {
    matches!(kind, Some("NodePool" | "Provisioner"))
}

fn written(value: &Value) -> String {
    value.to_string()
}

fn text_of_user_data(text: &str) -> String {
    let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok();
    decoded.map_or_else(|| text.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}
