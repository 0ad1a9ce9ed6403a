//! In which regions a cluster's nodes are, by the labels that their cloud gives them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, METADATA_OF_LIST};
use crate::model::target::TargetError;

/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion>
const LABEL: &str = "/metadata/labels/topology.kubernetes.io~1region";
/// One page tells: nodes of one cluster are in one region.
const PATH: &str = "/api/v1/nodes?limit=500";

pub(super) async fn of_nodes(target: &KubeTarget) -> Result<BTreeSet<String>, TargetError> {
    let about = About::Words("nodes");
    let call = Call { verb: "GET", about, path: PATH, accept: METADATA_OF_LIST, body: None };
    let answer = target.session.ask(&call).await?;
    let list = parsed("GET", &about, &answer.body)?;
    let nodes = list["items"].as_array().into_iter().flatten();
    let labels = nodes.filter_map(|node| node.pointer(LABEL).and_then(Value::as_str));
    Ok(labels.filter(|label| !label.is_empty()).map(str::to_owned).collect())
}
