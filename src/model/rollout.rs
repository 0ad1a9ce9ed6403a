//! Whether what runs in a cluster is up, and why it cannot come up: pure functions of objects as they are fetched.

pub mod applied;
pub mod causes;
pub mod fixed;
pub mod jobs;
pub mod quota;
pub mod readers;
pub mod readiness;
pub mod taken;

use serde_json::Value;

/// Whose autoscalers, by `app.kubernetes.io/managed-by`, are of workloads that rest at none until there is something to do.
/// <https://keda.sh/docs/latest/concepts/scaling-deployments/#activating-and-scaling-thresholds>
pub const SCALES_FROM_NONE: &str = "keda-operator";

/// What it means that nobody answers for an APIService.
/// <https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/>
pub const UNANSWERED: &str = "what asks for its kinds fails, and no namespace goes when it is deleted";

/// A text of an object; empty where there is none.
#[must_use]
pub fn text<'o>(object: &'o Value, path: &str) -> &'o str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Who owns a field, `/f:spec/f:replicas`: manager and operation of each entry that has it.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>
pub fn owners<'o>(object: &'o Value, field: &str) -> impl Iterator<Item = (&'o str, &'o str)> {
    let path = format!("/fieldsV1{field}");
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let owning = entries.into_iter().flatten().filter(move |entry| entry.pointer(&path).is_some());
    owning.map(|entry| (text(entry, "/manager"), text(entry, "/operation")))
}

/// `status`, `reason` and `message` of a condition.
#[must_use]
pub fn condition<'o>(object: &'o Value, kind: &str) -> Option<(&'o str, &'o str, &'o str)> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions.iter().find(|condition| text(condition, "/type") == kind)?;
    Some((text(found, "/status"), text(found, "/reason"), text(found, "/message")))
}
