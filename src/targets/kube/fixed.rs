//! Names the fields that cannot be changed, where the API server names but the part that they are in.

use serde_json::Value;

use super::KubeTarget;
use super::apply::get;
use crate::clients::kube::refusal::{fixed_fields, fixed_message};
use crate::model::rollout::fixed::differing;
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

/// Fields that are told one by one.
const SHOWN: usize = 8;

/// The same refusal with the fields that differ from what is there; as it is where that cannot be told.
pub(super) async fn named(
    target: &KubeTarget,
    object: &ObjectRef,
    body: &str,
    refusal: TargetError,
) -> TargetError {
    let Ok(sent) = serde_json::from_str::<Value>(body) else { return refusal };
    let Ok(Some(live)) = get(target, object).await else { return refusal };
    let mut fields = Vec::new();
    for part in fixed_fields(&refusal) {
        let within = differing(&object.kind, part, &sent, &live);
        if within.is_empty() {
            fields.push(part.to_owned());
        }
        fields.extend(within);
    }
    if fields.is_empty() {
        return refusal;
    }
    let more = fields.len().saturating_sub(SHOWN);
    fields.truncate(SHOWN);
    if more > 0 {
        fields.push(format!("{more} more"));
    }
    TargetError { message: fixed_message(&fields.join(", ")), ..refusal }
}
