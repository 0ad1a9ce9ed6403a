//! Which workloads read a changed Secret or ConfigMap: those restart, and no others.
//!
//! Who mounts one restarts, too: the kubelet brings the files up to date, but not those of a `subPath`, not at once, and few
//! programs read them again
//! (<https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically>).

use std::collections::BTreeSet;

use serde_json::Value;

use super::text;
use crate::model::target::Outputs;
use crate::model::target::kube::ObjectRef;

/// The annotation of a pod template that restarts its pods. Its value names what was read anew, never what it says:
/// `Secret/shop/db@4711`, by the version of the object.
pub const RESTARTED_FOR: &str = "drplan/restarted-for";

/// A Secret or ConfigMap that has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub object: ObjectRef,
    /// Keys whose values are others now; `None` where that is not known, which is all of them.
    pub keys: Option<BTreeSet<String>>,
}

/// Where the step that changed one leaves which version it has now, and which keys have other values.
const VERSION: &str = "/changed/version";
const KEYS: &str = "/changed/keys";

impl Changed {
    /// What the step that changed an object leaves to those that read it: never a value.
    #[must_use]
    pub fn outputs(version: &str, keys: Option<&BTreeSet<String>>) -> Outputs {
        let mut outputs = Outputs::from([(VERSION.to_owned(), version.to_owned())]);
        if let Some(keys) = keys {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            outputs.insert(KEYS.to_owned(), keys.join(","));
        }
        outputs
    }

    /// What a step has left, with what restarts are for; `None` where it changed nothing that was there before.
    #[must_use]
    pub fn left(object: ObjectRef, outputs: &Outputs) -> Option<(Self, String)> {
        let because = format!("{}@{}", object.label(), outputs.get(VERSION)?);
        let keys = outputs.get(KEYS).map(|keys| keys.split(',').map(str::to_owned).collect());
        Some((Self { object, keys }, because))
    }
}

/// Whether pods read the values of objects of this kind.
#[must_use]
pub fn is_read(api_version: &str, kind: &str) -> bool {
    api_version == "v1" && matches!(kind, "ConfigMap" | "Secret")
}

/// Whether a workload of this kind restarts when its template changes. Jobs and pods of no workload cannot; what a CronJob
/// starts reads what is there then.
#[must_use]
pub fn can_restart(kind: &str) -> bool {
    matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet")
}

/// The keys whose values differ between two states of a Secret or ConfigMap.
#[must_use]
pub fn changed_keys(before: &Value, after: &Value) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for field in ["data", "binaryData"] {
        let (before, after) = (before.get(field), after.get(field));
        for entries in [before, after].into_iter().flatten().filter_map(Value::as_object) {
            let differs = |key: &&String| before.and_then(|b| b.get(*key)) != after.and_then(|a| a.get(*key));
            keys.extend(entries.keys().filter(differs).cloned());
        }
    }
    keys
}

/// The workloads that read a changed value, each with what it reads.
#[must_use]
pub fn readers<'w>(workloads: &'w [Value], changed: &'w [Changed]) -> Vec<(&'w Value, Vec<&'w Changed>)> {
    let found =
        workloads.iter().filter(|workload| can_restart(text(workload, "/kind"))).filter_map(|workload| {
            let read: Vec<&Changed> = changed.iter().filter(|changed| reads(workload, changed)).collect();
            (!read.is_empty()).then_some((workload, read))
        });
    found.collect()
}

/// Whether the pods of a workload read a changed value: by environment, or by a volume.
#[must_use]
pub fn reads(workload: &Value, changed: &Changed) -> bool {
    let Changed { object, keys } = changed;
    let namespace = text(workload, "/metadata/namespace");
    let namespace = if namespace.is_empty() { "default" } else { namespace };
    if object.namespace.as_deref().unwrap_or("default") != namespace {
        return false;
    }
    let Some(pod) = workload.pointer("/spec/template/spec") else { return false };
    let secret = match object.kind.as_str() {
        "Secret" => true,
        "ConfigMap" => false,
        _ => return false,
    };
    let is_it = |reference: Option<&Value>, field: &str| {
        reference.and_then(|reference| reference.get(field)).and_then(Value::as_str) == Some(&object.name)
    };
    let has = |key: &str| keys.as_ref().is_none_or(|keys| keys.contains(key));
    // Without a list of keys, all are there.
    let items = |source: Option<&Value>| match list(source, "items") {
        [] => true,
        items => items.iter().any(|item| has(text(item, "/key"))),
    };
    let (by_key, whole) =
        if secret { ("secretKeyRef", "secretRef") } else { ("configMapKeyRef", "configMapRef") };
    let by_environment = ["containers", "initContainers"].into_iter().any(|field| {
        list(Some(pod), field).iter().any(|container| {
            let of_key = list(Some(container), "env").iter().any(|entry| {
                let reference = entry.get("valueFrom").and_then(|from| from.get(by_key));
                is_it(reference, "name") && has(reference.map_or("", |reference| text(reference, "/key")))
            });
            of_key || list(Some(container), "envFrom").iter().any(|from| is_it(from.get(whole), "name"))
        })
    });
    let (source, name) = if secret { ("secret", "secretName") } else { ("configMap", "name") };
    by_environment
        || list(Some(pod), "volumes").iter().any(|volume| {
            let own = volume.get(source);
            let projected = list(volume.get("projected"), "sources").iter().any(|part| {
                let part = part.get(source);
                is_it(part, "name") && items(part)
            });
            (is_it(own, name) && items(own)) || projected
        })
}

fn list<'v>(value: Option<&'v Value>, field: &str) -> &'v [Value] {
    value.and_then(|value| value.get(field)).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(kind: &str, keys: Option<&[&str]>) -> Changed {
        let object = ObjectRef {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: "db".to_owned(),
        };
        Changed { object, keys: keys.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()) }
    }

    fn workload(kind: &str, namespace: &str, pod: Value) -> Value {
        json!({ "kind": kind, "metadata": { "namespace": namespace, "name": "cart" }, "spec": { "template": { "spec": pod } } })
    }

    fn env(from: Value) -> Value {
        json!({ "containers": [{ "env": [{ "name": "A", "valueFrom": from }] }] })
    }

    #[test]
    fn every_way_to_read_is_known() {
        for (kind, pod) in [
            ("ConfigMap", env(json!({ "configMapKeyRef": { "name": "db", "key": "host" } }))),
            ("Secret", env(json!({ "secretKeyRef": { "name": "db", "key": "host" } }))),
            (
                "ConfigMap",
                json!({ "initContainers": [{ "envFrom": [{ "configMapRef": { "name": "db" } }] }] }),
            ),
            ("Secret", json!({ "containers": [{ "envFrom": [{ "secretRef": { "name": "db" } }] }] })),
            ("ConfigMap", json!({ "volumes": [{ "configMap": { "name": "db" } }] })),
            ("Secret", json!({ "volumes": [{ "secret": { "secretName": "db" } }] })),
            (
                "Secret",
                json!({ "volumes": [{ "projected": { "sources": [{ "secret": { "name": "db" } }] } }] }),
            ),
        ] {
            let other = if kind == "Secret" { "ConfigMap" } else { "Secret" };
            let reader = workload("Deployment", "shop", pod.clone());
            assert!(reads(&reader, &changed(kind, None)), "{pod}");
            assert!(!reads(&reader, &changed(other, None)), "{pod}");
            assert!(!reads(&workload("Deployment", "other", pod.clone()), &changed(kind, None)), "{pod}");
        }
    }

    #[test]
    fn who_reads_another_key_does_not_restart() {
        let one =
            workload("Deployment", "shop", env(json!({ "secretKeyRef": { "name": "db", "key": "host" } })));
        assert!(reads(&one, &changed("Secret", Some(&["host", "port"]))));
        assert!(!reads(&one, &changed("Secret", Some(&["password"]))));
        let items = json!({ "volumes": [{ "secret": { "secretName": "db", "items": [{ "key": "host", "path": "h" }] } }] });
        assert!(!reads(&workload("StatefulSet", "shop", items), &changed("Secret", Some(&["password"]))));
    }

    #[test]
    fn what_a_step_leaves_names_keys_and_no_value() {
        let before = json!({ "data": { "host": "canary-1", "port": "5432", "old": "canary-2" } });
        let after =
            json!({ "data": { "host": "canary-3", "port": "5432" }, "binaryData": { "new": "AA==" } });
        let keys = changed_keys(&before, &after);
        assert_eq!(keys.iter().map(String::as_str).collect::<Vec<_>>(), ["host", "new", "old"]);
        assert!(changed_keys(&after, &after).is_empty());
        let outputs = Changed::outputs("4711", Some(&keys));
        assert!(!format!("{outputs:?}").contains("canary"));
        let expected = changed("Secret", Some(&["host", "new", "old"]));
        let left = Changed::left(expected.object.clone(), &outputs);
        assert_eq!(left, Some((expected.clone(), "Secret/shop/db@4711".to_owned())));
        assert_eq!(Changed::left(expected.object, &Outputs::new()), None);
    }

    #[test]
    fn only_what_can_restart_does() {
        let pod = env(json!({ "secretKeyRef": { "name": "db", "key": "host" } }));
        let all =
            ["Deployment", "StatefulSet", "DaemonSet", "Job"].map(|kind| workload(kind, "shop", pod.clone()));
        let changed = [changed("Secret", None), changed("ConfigMap", None)];
        let found = readers(&all, &changed);
        assert_eq!(
            found.iter().map(|(workload, _)| text(workload, "/kind")).collect::<Vec<_>>(),
            ["Deployment", "StatefulSet", "DaemonSet"]
        );
        assert!(found.iter().all(|(_, read)| read.len() == 1));
    }
}
