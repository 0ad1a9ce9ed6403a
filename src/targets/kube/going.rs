//! What is being deleted is not there to stay: it is waited for until it is gone, and made anew.

use serde_json::Value;

use super::apply::get;
use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::{About, found};
use crate::model::rollout::text;
use crate::model::target::TargetError;
use crate::model::target::kube::{KubeObject, ObjectRef};

/// Whether an object that is to be applied may be: asked of namespaces, in which nothing can be made while they go, and of
/// what an earlier attempt has found on its way out.
///
/// # Errors
/// It is being deleted, with what keeps it; it cannot be read.
pub(super) async fn check(target: &KubeTarget, object: &KubeObject) -> Result<(), TargetError> {
    if !is_namespace(&object.reference) && !object.tried {
        return Ok(());
    }
    let live = match get(target, &object.reference).await {
        // Who may write it and not read it.
        Err(error) if error.status == Some(403) => return Ok(()),
        live => live?,
    };
    live.map_or(Ok(()), |live| stays("GET", &object.reference, &live))
}

/// Whether what was applied stays: an apply changes what is being deleted, and lets it go.
///
/// # Errors
/// It is being deleted.
pub(super) fn applied(object: &ObjectRef, answer: &[u8]) -> Result<(), TargetError> {
    if !std::str::from_utf8(answer).is_ok_and(|answer| answer.contains("\"deletionTimestamp\"")) {
        return Ok(());
    }
    stays("PATCH", object, &parsed("PATCH", &About::Object(object), answer)?)
}

/// Whether an object, or its metadata, is on its way out.
pub(super) fn is_going(live: &Value) -> bool {
    live.pointer("/metadata/deletionTimestamp").is_some()
}

fn stays(verb: &str, object: &ObjectRef, live: &Value) -> Result<(), TargetError> {
    if !is_going(live) {
        return Ok(());
    }
    let kept = if is_namespace(object) { left_in(live) } else { finalizers(live) };
    let kept = if kept.is_empty() { String::new() } else { format!(" ({kept})") };
    let code = if is_namespace(object) { TargetError::TERMINATING } else { TargetError::GOING };
    let message = format!("it is being deleted{kept}: when it is gone, it is made anew");
    Err(found(verb, &About::Object(object), code, message))
}

fn is_namespace(object: &ObjectRef) -> bool {
    object.api_version == "v1" && object.kind == "Namespace"
}

/// What keeps a namespace, in the words of its controller.
/// <https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/#NamespaceStatus>
fn left_in(namespace: &Value) -> String {
    let conditions = namespace.pointer("/status/conditions").and_then(Value::as_array);
    let holding = conditions.into_iter().flatten().filter(|condition| text(condition, "/status") == "True");
    holding.map(|condition| text(condition, "/message").trim_end_matches('.')).collect::<Vec<_>>().join("; ")
}

fn finalizers(object: &Value) -> String {
    let all = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    let names: Vec<&str> = all.into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() { String::new() } else { format!("finalizers: {}", names.join(", ")) }
}
