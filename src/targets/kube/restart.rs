//! Restarts the pods of a workload that read what has changed: an annotation of their template says for what, so that it is
//! done once.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::apply::get;
use super::release::merge;
use super::{KubeTarget, MANAGER, parsed};
use crate::clients::kube::refusal::About;
use crate::model::rollout::readers::{Changed, RESTARTED_FOR, changed_keys};
use crate::model::rollout::text;
use crate::model::target::kube::{KubeObject, ObjectRef};
use crate::model::target::{Outputs, TargetError};

/// What was there before an apply, as far as pods read it.
pub(super) enum Before {
    /// Nobody reads it, or nothing was there.
    Unread,
    /// Values that pods may have read.
    Values(Box<Value>),
    /// Not known: an earlier attempt may have changed it, or it may not be read.
    Unknown,
    /// A workload whose pods read what has changed.
    Running(Box<Value>),
}

pub(super) async fn before(target: &KubeTarget, object: &KubeObject) -> Result<Before, TargetError> {
    let reads = !object.reread.is_empty();
    if !reads && !object.read {
        return Ok(Before::Unread);
    }
    if !reads && object.tried {
        return Ok(Before::Unknown);
    }
    match get(target, &object.reference).await {
        Ok(Some(live)) if reads => Ok(Before::Running(Box::new(live))),
        Ok(Some(live)) => Ok(Before::Values(Box::new(live))),
        Ok(None) => Ok(Before::Unread),
        // Who may write Secrets and not read them.
        Err(error) if error.status == Some(403) && !reads => Ok(Before::Unknown),
        Err(error) => Err(error),
    }
}

/// What an apply leaves to those that read it: nothing where it made the object, or changed no value.
pub(super) async fn after(
    target: &KubeTarget,
    object: &KubeObject,
    before: Before,
    answer: &[u8],
) -> Result<Outputs, TargetError> {
    let about = About::Object(&object.reference);
    match before {
        Before::Unread => Ok(Outputs::new()),
        Before::Values(before) => {
            let after = parsed("PATCH", &about, answer)?;
            let keys = changed_keys(&before, &after);
            if keys.is_empty() {
                return Ok(Outputs::new());
            }
            Ok(Changed::outputs(text(&after, "/metadata/resourceVersion"), Some(&keys)))
        }
        Before::Unknown => {
            let after = parsed("PATCH", &about, answer)?;
            if !has_changed_since_it_was_made(&after) {
                return Ok(Outputs::new());
            }
            Ok(Changed::outputs(text(&after, "/metadata/resourceVersion"), None))
        }
        Before::Running(before) => restart(target, &object.reference, &object.reread, &before).await,
    }
}

/// Restarts the pods of a workload, unless they restart for it already: by what was applied just now, or by the attempt
/// before.
async fn restart(
    target: &KubeTarget,
    object: &ObjectRef,
    reread: &[String],
    before: &Value,
) -> Result<Outputs, TargetError> {
    const TEMPLATE: &str = "/spec/template";
    let because = reread.join(" ");
    let annotations = before.pointer("/spec/template/metadata/annotations");
    let last = annotations.and_then(|annotations| annotations.get(RESTARTED_FOR)).and_then(Value::as_str);
    if last != Some(&because) {
        let after = get(target, object).await?;
        if after.as_ref().and_then(|after| after.pointer(TEMPLATE)) != before.pointer(TEMPLATE) {
            return Ok(Outputs::new());
        }
        let mut annotations = serde_json::Map::new();
        annotations.insert(RESTARTED_FOR.to_owned(), because.as_str().into());
        let change = json!({ "spec": { "template": { "metadata": { "annotations": annotations } } } });
        merge(target, object, &change).await?;
    }
    Ok(Outputs::from([("/restarted/for".to_owned(), because)]))
}

/// Whether drplan has changed a field of an object after it had made it: the server notes when.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>
fn has_changed_since_it_was_made(object: &Value) -> bool {
    let moment = |value: &Value, path: &str| text(value, path).parse::<Timestamp>().ok();
    let made = moment(object, "/metadata/creationTimestamp");
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let ours =
        entries.filter(|entry| text(entry, "/manager") == MANAGER && text(entry, "/operation") == "Apply");
    ours.filter_map(|entry| moment(entry, "/time")).any(|changed| made.is_none_or(|made| changed > made))
}
