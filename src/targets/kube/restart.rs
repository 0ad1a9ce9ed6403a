//! Restarts the pods of a workload: an annotation of their template says for what, so that it is done once.

use serde_json::{Value, json};

use super::KubeTarget;
use super::apply::get;
use super::release::{absent, merge};
use crate::model::rollout::readers::RESTARTED_FOR;
use crate::model::target::kube::ObjectRef;
use crate::model::target::{Acted, Outputs, Seen, TargetError};

pub(super) async fn look(
    target: &KubeTarget,
    object: &ObjectRef,
    because: &str,
) -> Result<Seen, TargetError> {
    let Some(live) = get(target, object).await? else { return Ok(absent(object)) };
    let annotations = live.pointer("/spec/template/metadata/annotations");
    let last = annotations.and_then(|annotations| annotations.get(RESTARTED_FOR)).and_then(Value::as_str);
    Ok(if last == Some(because) { Seen::Done(Outputs::new()) } else { Seen::Ready })
}

pub(super) async fn restart(
    target: &KubeTarget,
    object: &ObjectRef,
    because: &str,
) -> Result<Acted, TargetError> {
    let mut annotations = serde_json::Map::new();
    annotations.insert(RESTARTED_FOR.to_owned(), because.into());
    let change = json!({ "spec": { "template": { "metadata": { "annotations": annotations } } } });
    merge(target, object, &change).await
}
