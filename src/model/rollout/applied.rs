//! Whether an object is there just as it would be applied, told from the fields that its manager owns: then there is
//! nothing to apply. What is in doubt is applied; the API server compares it anyway.
//!
//! <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>

use serde_json::{Map, Value};

use super::text;

/// Whether applying `body` as `manager` would change nothing: it owns exactly the fields of the body, by one apply of the
/// same version, and each has the value of the body.
#[must_use]
pub fn is_applied(live: &Value, body: &Value, manager: &str) -> bool {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    let mut own = entries.into_iter().flatten().filter(|entry| text(entry, "/manager") == manager);
    let (entry, None) = (own.next(), own.next()) else { return false };
    let Some(entry) = entry else {
        // Whoever asks for nothing but a name owns nothing, and the server keeps no entry of it.
        let nothing = Map::new();
        let is_there = live.pointer("/metadata/deletionTimestamp").is_none();
        return is_there && body.as_object().is_some_and(|body| whole(&nothing, body, live));
    };
    let (Some(Value::Object(owned)), Value::Object(body)) = (entry.get("fieldsV1"), body) else {
        return false;
    };
    text(entry, "/operation") == "Apply"
        && entry.get("subresource").is_none()
        && text(entry, "/apiVersion") == body.get("apiVersion").and_then(Value::as_str).unwrap_or_default()
        && live.pointer("/metadata/deletionTimestamp").is_none()
        && whole(owned, body, live)
}

/// The object itself: what names it is owned by nobody.
fn whole(owned: &Map<String, Value>, body: &Map<String, Value>, live: &Value) -> bool {
    let mut body = body.clone();
    body.remove("apiVersion");
    body.remove("kind");
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        metadata.remove("name");
        metadata.remove("namespace");
        if metadata.is_empty() {
            body.remove("metadata");
        }
    }
    fields(owned, &body, live)
}

/// A map whose fields have owners of their own.
fn fields(owned: &Map<String, Value>, body: &Map<String, Value>, live: &Value) -> bool {
    let named = owned.keys().filter(|key| *key != ".");
    named.clone().count() == body.len()
        && body.iter().all(|(key, value)| {
            let of = owned.get(&format!("f:{key}"));
            // What is empty is owned, and left out of what is there.
            let empty = || *value == Value::Object(Map::new()) || *value == Value::Array(Vec::new());
            of.is_some_and(|of| match live.get(key) {
                Some(live) => node(of, value, live),
                None => empty(),
            })
        })
}

/// A value: owned as a whole, or in parts.
fn node(owned: &Value, body: &Value, live: &Value) -> bool {
    let Value::Object(owned) = owned else { return false };
    let parts: Vec<&String> = owned.keys().filter(|key| *key != ".").collect();
    match (parts.first(), body) {
        (_, Value::Null) => false,
        (None, _) => body == live && !has_null(body),
        (Some(part), Value::Object(body)) if part.starts_with("f:") => fields(owned, body, live),
        (Some(part), Value::Array(body)) if part.starts_with("k:") => items(owned, body, live),
        (Some(part), Value::Array(body)) if part.starts_with("v:") => members(&parts, body, live),
        _ => false,
    }
}

/// A list whose items have keys.
fn items(owned: &Map<String, Value>, body: &[Value], live: &Value) -> bool {
    let keyed: Option<Vec<(Map<String, Value>, &Value)>> = owned
        .iter()
        .filter(|(key, _)| *key != ".")
        .map(|(key, of)| Some((serde_json::from_str(key.strip_prefix("k:")?).ok()?, of)))
        .collect();
    let (Some(keyed), Some(live)) = (keyed, live.as_array()) else { return false };
    if keyed.len() != body.len() {
        return false;
    }
    // The order of items of one manager is part of what is applied.
    let mut last = None;
    body.iter().all(|item| {
        let Value::Object(fields_of) = item else { return false };
        // A part of a key that the body leaves out has its default.
        let fits = |key: &Map<String, Value>| {
            key.iter().all(|(name, value)| fields_of.get(name).is_none_or(|given| given == value))
        };
        let mut fitting = keyed.iter().filter(|(key, _)| fits(key));
        let (Some((key, Value::Object(of))), None) = (fitting.next(), fitting.next()) else { return false };
        let is = |live: &Value| key.iter().all(|(name, value)| live.get(name) == Some(value));
        let Some(at) = live.iter().position(is) else { return false };
        let in_order = last.is_none_or(|last| last < at);
        last = Some(at);
        in_order && live.get(at).is_some_and(|live| fields(of, fields_of, live))
    })
}

/// A set.
fn members(parts: &[&String], body: &[Value], live: &Value) -> bool {
    let owned: Option<Vec<Value>> =
        parts.iter().map(|part| serde_json::from_str(part.strip_prefix("v:")?).ok()).collect();
    let (Some(owned), Some(live)) = (owned, live.as_array()) else { return false };
    owned.len() == body.len() && body.iter().all(|member| owned.contains(member) && live.contains(member))
}

/// An apply takes a field away that is null.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn live() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "a", "namespace": "n", "labels": { "app": "a", "other": "b" }, "uid": "u",
                "finalizers": ["x/a", "x/b"],
                "managedFields": [
                    { "manager": "drplan", "operation": "Apply", "apiVersion": "apps/v1", "fieldsV1": {
                        "f:metadata": { "f:labels": { "f:app": {} }, "f:finalizers": { "v:\"x/a\"": {} } },
                        "f:spec": { "f:replicas": {}, "f:selector": {}, "f:template": { "f:spec": {
                            "f:containers": {
                                "k:{\"name\":\"one\"}": { ".": {}, "f:name": {}, "f:image": {}, "f:ports": {
                                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:containerPort": {} }
                                } },
                                "k:{\"name\":\"two\"}": { ".": {}, "f:name": {}, "f:image": {} }
                            }
                        } } }
                    } },
                    { "manager": "kubelet", "operation": "Update", "apiVersion": "apps/v1", "fieldsV1": {} }
                ]
            },
            "spec": {
                "replicas": 2, "selector": { "matchLabels": { "app": "a" } }, "paused": false,
                "template": { "spec": { "containers": [
                    { "name": "one", "image": "i:1", "ports": [{ "containerPort": 80, "protocol": "TCP" }], "tty": false },
                    { "name": "two", "image": "i:2" }
                ] } }
            },
            "status": {}
        })
    }

    fn body() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "a", "namespace": "n", "labels": { "app": "a" }, "finalizers": ["x/a"] },
            "spec": {
                "replicas": 2, "selector": { "matchLabels": { "app": "a" } },
                "template": { "spec": { "containers": [
                    { "name": "one", "image": "i:1", "ports": [{ "containerPort": 80 }] },
                    { "name": "two", "image": "i:2" }
                ] } }
            }
        })
    }

    fn with(mut value: Value, path: &str, to: Value) -> Value {
        *value.pointer_mut(path).unwrap() = to;
        value
    }

    #[test]
    fn what_was_applied_last_and_is_there_so_is_applied() {
        assert!(is_applied(&live(), &body(), "drplan"));
        assert!(!is_applied(&live(), &body(), "other"));
    }

    #[test]
    fn any_other_value_owner_or_field_is_applied_anew() {
        let container = "/spec/template/spec/containers/0";
        let mut more = body();
        more["spec"]["paused"] = false.into();
        let mut less = body();
        less["spec"].as_object_mut().unwrap().remove("replicas");
        let mut fewer = body();
        fewer["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().pop();
        let mut turned = body();
        turned["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().reverse();
        let mut null = body();
        null["spec"]["selector"]["matchLabels"] = json!({ "app": "a", "b": null });
        for (what, other) in [
            ("a value", with(body(), &format!("{container}/image"), "i:9".into())),
            ("a port", with(body(), &format!("{container}/ports/0/containerPort"), 81.into())),
            ("an atomic map", with(body(), "/spec/selector/matchLabels", json!({ "app": "a", "b": "c" }))),
            ("a member of a set", with(body(), "/metadata/finalizers", json!(["x/b"]))),
            ("no member", with(body(), "/metadata/finalizers", json!([]))),
            ("a field that has a default", more),
            ("a field less", less),
            ("an item less", fewer),
            ("another order", turned),
            ("a null", null),
            ("another version", with(body(), "/apiVersion", "apps/v2".into())),
            ("another type", with(body(), "/spec/template/spec/containers", json!({}))),
        ] {
            assert!(!is_applied(&live(), &other, "drplan"), "{what}");
        }
        let mut going = live();
        going["metadata"]["deletionTimestamp"] = "2026-11-22T12:00:00Z".into();
        let mut released = live();
        let entry =
            json!({ "manager": "drplan", "operation": "Update", "apiVersion": "apps/v1", "fieldsV1": {} });
        released["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
        for (what, other) in [
            ("drifted", with(live(), "/spec/replicas", 3.into())),
            ("drifted deep", with(live(), &format!("{container}/image"), "i:0".into())),
            ("another owner", with(live(), "/metadata/managedFields/0/manager", "kubectl".into())),
            ("by an update", with(live(), "/metadata/managedFields/0/operation", "Update".into())),
            ("no owners", with(live(), "/metadata/managedFields", json!([]))),
            ("being deleted", going),
            ("let go", released),
        ] {
            assert!(!is_applied(&other, &body(), "drplan"), "{what}");
        }
    }
}
