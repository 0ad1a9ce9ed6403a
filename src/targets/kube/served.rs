//! Whether anything can come to answer behind a service: where nothing can, no wait helps.

use std::collections::HashSet;

use serde_json::Value;

use super::pods::{list, selector};
use super::{KubeTarget, apply};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, JSON};
use crate::model::api_groups;
use crate::model::rollout::text;
use crate::model::target::kube::ObjectRef;

/// Kinds whose controllers bring pods into any namespace.
const DELIVERERS: [&str; 5] = ["Application", "ApplicationSet", "HelmChart", "HelmRelease", "Kustomization"];
/// Those that keep pods of a service.
const KEEPERS: [(&str, &str); 4] = [
    ("Deployment", "deployments"),
    ("StatefulSet", "statefulsets"),
    ("DaemonSet", "daemonsets"),
    ("ReplicaSet", "replicasets"),
];

/// Why nobody will answer behind a service: nothing in the cluster has its pods, and nothing that is still to be applied brings
/// them. `None` where somebody may come to, and where that is not known.
pub(super) async fn by_nobody(target: &KubeTarget, namespace: &str, name: &str) -> Option<String> {
    let expected = target.expected.as_ref()?;
    // In this order: what is applied meanwhile is seen by the one or by the other.
    if is_to_come(target, expected, namespace, name).await {
        return None;
    }
    let words = format!("Service/{namespace}/{name}");
    let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
    let call = Call { verb: "GET", about: About::Words(&words), path: &path, accept: JSON, body: None };
    let service = match target.session.ask(&call).await {
        Ok(answer) => serde_json::from_slice::<Value>(&answer.body).ok()?,
        Err(error) if error.status == Some(404) => {
            return Some(format!("there is no {words}, and nothing that is still to be applied makes it"));
        }
        Err(_) => return None,
    };
    // Without labels its endpoints are somebody's own.
    let labels = service.pointer("/spec/selector")?.as_object()?;
    let query = selector(&service)?;
    let path = format!("/api/v1/namespaces/{namespace}/pods?limit=1&labelSelector={query}");
    if !list(target, &format!("pods of {words}"), &path).await.ok()?.is_empty() {
        return None;
    }
    let mut resting = None;
    for (kind, plural) in KEEPERS {
        let path = format!("/apis/apps/v1/namespaces/{namespace}/{plural}");
        let all = list(target, &format!("{plural} of {namespace}"), &path).await.ok()?;
        let own = all.iter().filter(|one| {
            let given = one.pointer("/spec/template/metadata/labels");
            labels.iter().all(|(key, value)| given.and_then(|given| given.get(key)) == Some(value))
        });
        for one in own {
            let reference = ObjectRef {
                api_version: "apps/v1".to_owned(),
                kind: kind.to_owned(),
                namespace: Some(namespace.to_owned()),
                name: text(one, "/metadata/name").to_owned(),
            };
            // One of the plan that rests is let go later.
            if one.pointer("/spec/replicas").and_then(Value::as_u64) != Some(0)
                || expected.contains(&reference)
            {
                return None;
            }
            resting.get_or_insert(reference.label());
        }
    }
    if let Some(resting) = resting {
        return Some(format!("{resting}, which is behind {words}, rests at 0 replicas"));
    }
    let labels: Vec<String> =
        labels.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    Some(format!(
        "no pod has the labels that {words} asks for ({}), and nothing in the cluster or still to be applied brings one",
        labels.join(", ")
    ))
}

/// Whether something that the run applies may bring it yet.
async fn is_to_come(
    target: &KubeTarget,
    expected: &HashSet<ObjectRef>,
    namespace: &str,
    service: &str,
) -> bool {
    for object in expected {
        let here = object.namespace.as_deref().unwrap_or("default") == namespace;
        if !api_groups::is_own(object.group()) {
            // What its controller makes of it nobody knows.
            if here || object.namespace.is_none() || DELIVERERS.contains(&object.kind.as_str()) {
                return true;
            }
            continue;
        }
        let brings = match object.kind.as_str() {
            "Service" => object.name == service,
            "Pod" | "Job" | "CronJob" | "ReplicationController" => true,
            kind => KEEPERS.iter().any(|(keeper, _)| *keeper == kind),
        };
        if here && brings && !matches!(apply::get(target, object).await, Ok(Some(_))) {
            return true;
        }
    }
    false
}
