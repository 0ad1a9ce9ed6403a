//! The pods that a workload runs now, their events and the end of their logs.

use serde_json::Value;

use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, JSON};
use crate::model::rollout::text;
use crate::model::secret::{marker, tells};
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

/// Pods of one look: a wave that does not come up shows in the first already.
const MOST_PODS: usize = 100;
const MOST_EVENTS: usize = 100;
const LOG_LINES: usize = 8;
const LINE_CHARS: usize = 200;

const TEMPLATE: &str = "/spec/template";
const HASH: &str = "/metadata/labels/controller-revision-hash";

/// Pods of a workload's newest template; those of an older one are on their way out.
pub(super) async fn of_workload(target: &KubeTarget, workload: &Value) -> Result<Vec<Value>, TargetError> {
    if text(workload, "/kind") == "Pod" {
        return Ok(vec![workload.clone()]);
    }
    let Some(selector) = selector(workload) else { return Ok(Vec::new()) };
    let namespace = text(workload, "/metadata/namespace");
    let keeper = match text(workload, "/kind") {
        "Deployment" => match newest_set(target, workload, &selector).await? {
            Some(uid) => uid,
            None => return Ok(Vec::new()),
        },
        _ => text(workload, "/metadata/uid").to_owned(),
    };
    let path = format!("/api/v1/namespaces/{namespace}/pods?limit={MOST_PODS}&labelSelector={selector}");
    let pods = list(target, &about(workload, "pods"), &path).await?;
    let revision = match text(workload, "/kind") {
        "DaemonSet" => newest_hash(target, workload, &selector).await.unwrap_or_default(),
        _ => text(workload, "/status/updateRevision").to_owned(),
    };
    let is_newest = |pod: &Value| {
        let own = text(pod, HASH);
        revision.is_empty() || own.is_empty() || own == revision
    };
    Ok(pods.into_iter().filter(|pod| is_kept_by(pod, &keeper) && is_newest(pod)).collect())
}

/// The uid of the ReplicaSet that has the Deployment's revision.
async fn newest_set(
    target: &KubeTarget,
    workload: &Value,
    selector: &str,
) -> Result<Option<String>, TargetError> {
    const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";
    let namespace = text(workload, "/metadata/namespace");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/replicasets?labelSelector={selector}");
    let sets = list(target, &about(workload, "replicasets"), &path).await?;
    let (uid, revision) = (text(workload, "/metadata/uid"), text(workload, REVISION));
    // A moment after a change the revision is still that of the one before.
    let wanted = workload.pointer(TEMPLATE);
    let is_newest = |set: &Value| text(set, REVISION) == revision && template(set).as_ref() == wanted;
    let newest = sets.iter().filter(|set| is_kept_by(set, uid)).find(|set| is_newest(set));
    Ok(newest.map(|set| text(set, "/metadata/uid").to_owned()))
}

/// The template of a ReplicaSet as its Deployment has it, which gives it one label more.
fn template(set: &Value) -> Option<Value> {
    let mut template = set.pointer(TEMPLATE)?.clone();
    let labels = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut);
    labels.and_then(|labels| labels.remove("pod-template-hash"));
    Some(template)
}

/// The hash of a DaemonSet's newest template, which its pods have as a label; `None` where nobody may say.
async fn newest_hash(target: &KubeTarget, workload: &Value, selector: &str) -> Option<String> {
    let namespace = text(workload, "/metadata/namespace");
    let path = format!("/apis/apps/v1/namespaces/{namespace}/controllerrevisions?labelSelector={selector}");
    let revisions = list(target, &about(workload, "controllerrevisions"), &path).await.ok()?;
    let uid = text(workload, "/metadata/uid");
    let own = revisions.iter().filter(|revision| is_kept_by(revision, uid));
    let newest = own.max_by_key(|revision| revision.get("revision").and_then(Value::as_i64))?;
    Some(text(newest, HASH).to_owned())
}

/// Events of an object, oldest first.
pub(super) async fn events(target: &KubeTarget, object: &Value) -> Result<Vec<Value>, TargetError> {
    let [namespace, uid] = ["/metadata/namespace", "/metadata/uid"].map(|path| text(object, path));
    events_by(target, namespace, &format!("involvedObject.uid%3D{uid}"), &about(object, "events")).await
}

/// Events of all objects that have or had this name, oldest first.
pub(super) async fn events_of_name(
    target: &KubeTarget,
    object: &ObjectRef,
) -> Result<Vec<Value>, TargetError> {
    let namespace = object.namespace.as_deref().unwrap_or("default");
    let ObjectRef { kind, name, .. } = object;
    let field = format!("involvedObject.kind%3D{kind}%2CinvolvedObject.name%3D{name}");
    events_by(target, namespace, &field, &format!("events of {}", object.label())).await
}

async fn events_by(
    target: &KubeTarget,
    namespace: &str,
    field: &str,
    words: &str,
) -> Result<Vec<Value>, TargetError> {
    let path = format!("/api/v1/namespaces/{namespace}/events?limit={MOST_EVENTS}&fieldSelector={field}");
    let mut events = list(target, words, &path).await?;
    // RFC 3339 in UTC without fractions: the order of text is that of time.
    let at = |event: &Value| {
        let last = text(event, "/lastTimestamp");
        if last.is_empty() { text(event, "/eventTime").to_owned() } else { last.to_owned() }
    };
    events.sort_by_key(at);
    Ok(events)
}

/// The last lines that a container wrote before it ended; none where they cannot be read.
pub(super) async fn last_lines(target: &KubeTarget, pod: &Value, container: &str) -> Vec<String> {
    let [namespace, name] = ["/metadata/namespace", "/metadata/name"].map(|path| text(pod, path));
    let words = about(pod, "log");
    for previous in ["&previous=true", ""] {
        let path = format!(
            "/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}&tailLines={LOG_LINES}&limitBytes=16384{previous}"
        );
        let call = Call { verb: "GET", about: About::Words(&words), path: &path, accept: "*/*", body: None };
        if let Ok(answer) = target.session.ask(&call).await {
            return masked(&String::from_utf8_lossy(&answer.body));
        }
    }
    Vec::new()
}

/// The end of a log without lines that have a secret in them.
fn masked(log: &str) -> Vec<String> {
    let lines: Vec<&str> = log.lines().filter(|line| !line.trim().is_empty()).collect();
    let first = lines.len().saturating_sub(LOG_LINES);
    let shown = lines.into_iter().skip(first).map(|line| {
        if tells(line) || marker(line).is_some() {
            return "(a line with a secret in it)".to_owned();
        }
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LINE_CHARS).collect()
    });
    shown.collect()
}

pub(super) async fn list(target: &KubeTarget, words: &str, path: &str) -> Result<Vec<Value>, TargetError> {
    let about = About::Words(words);
    let answer = target.session.ask(&Call { verb: "GET", about, path, accept: JSON, body: None }).await?;
    let mut list = parsed("GET", &about, &answer.body)?;
    Ok(match list.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    })
}

fn about(object: &Value, what: &str) -> String {
    let [kind, namespace, name] =
        ["/kind", "/metadata/namespace", "/metadata/name"].map(|path| text(object, path));
    // Items of a list do not say their kind.
    let kind = if kind.is_empty() { "Pod" } else { kind };
    format!("{what} of {kind}/{namespace}/{name}")
}

fn is_kept_by(object: &Value, uid: &str) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().any(|owner| text(owner, "/uid") == uid)
}

/// A label selector as a query has it: of a workload, or the labels of a service.
pub(super) fn selector(workload: &Value) -> Option<String> {
    let selector = workload.pointer("/spec/selector")?.as_object()?;
    let labels = match selector.get("matchLabels") {
        Some(labels) => labels.as_object(),
        None if selector.contains_key("matchExpressions") => None,
        None => Some(selector),
    };
    let equal =
        labels.into_iter().flatten().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    let expressions = selector.get("matchExpressions").and_then(Value::as_array).into_iter().flatten();
    let parts: Vec<String> = equal.chain(expressions.filter_map(expression)).collect();
    let query = parts.join(",");
    (!query.is_empty()).then(|| {
        percent_encoding::utf8_percent_encode(&query, percent_encoding::NON_ALPHANUMERIC).to_string()
    })
}

fn expression(expression: &Value) -> Option<String> {
    let key = text(expression, "/key");
    let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<&str> = values.filter_map(Value::as_str).collect();
    match text(expression, "/operator") {
        "In" => Some(format!("{key} in ({})", values.join(","))),
        "NotIn" => Some(format!("{key} notin ({})", values.join(","))),
        "Exists" => Some(key.to_owned()),
        "DoesNotExist" => Some(format!("!{key}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_are_those_of_the_api() {
        let workload = json!({ "spec": { "selector": { "matchLabels": { "app": "cart" }, "matchExpressions": [
            { "key": "tier", "operator": "In", "values": ["a", "b"] }, { "key": "old", "operator": "DoesNotExist" }] } } });
        let found = selector(&workload).unwrap();
        let plain = percent_encoding::percent_decode_str(&found).decode_utf8().unwrap();
        assert_eq!(plain, "app=cart,tier in (a,b),!old");
        assert!(selector(&json!({ "spec": { "selector": { "app": "x" } } })).unwrap().contains("app"));
        assert!(selector(&json!({ "spec": {} })).is_none());
    }

    #[test]
    fn a_log_is_bounded_and_masked() {
        let log = format!(
            "old\n{}\nconnecting\npassword=hunter2\nAKIAIOSFODNN7EXAMPLE is wrong\nend\n",
            "x".repeat(5000)
        );
        let lines = masked(&log);
        assert!(
            lines
                .iter()
                .all(|line| line.len() <= LINE_CHARS && !line.contains("hunter2") && !line.contains("AKIA"))
        );
        assert_eq!(lines.last().map(String::as_str), Some("end"));
        assert_eq!(masked(&"line\n".repeat(50)).len(), LOG_LINES);
    }
}
