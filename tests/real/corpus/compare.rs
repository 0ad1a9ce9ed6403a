//! What of an object differs from another.

use std::collections::BTreeMap;

use serde_json::Value;

/// An object without what a server or controller writes for itself alone.
pub(super) fn without_the_servers(object: &Value) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove("status");
    let metadata = object["metadata"].as_object_mut().unwrap();
    for field in ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"] {
        metadata.remove(field);
    }
    object
}

/// The fields that differ, by JSON Pointer.
pub(super) fn differences(ours: &Value, theirs: &Value) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    collect(String::new(), ours, theirs, &mut found);
    found
}

fn collect(path: String, ours: &Value, theirs: &Value, found: &mut Vec<(String, Value, Value)>) {
    match (ours, theirs) {
        (ours, theirs) if ours == theirs => {}
        (Value::Object(own), Value::Object(other)) => {
            let mut keys: Vec<&String> = own.keys().chain(other.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let at = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                collect(at, &ours[key], &theirs[key], found);
            }
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                collect(format!("{path}/{at}"), ours, theirs, found);
            }
        }
        _ => found.push((path, ours.clone(), theirs.clone())),
    }
}

/// Objects that drplan has written between two looks: controllers write too, but not as drplan.
pub(super) fn written(
    before: &BTreeMap<String, Value>,
    after: &BTreeMap<String, Value>,
) -> impl Iterator<Item = String> {
    let own = |object: &Value| -> Vec<Value> {
        let managers = object.pointer("/metadata/managedFields").and_then(Value::as_array);
        managers.into_iter().flatten().filter(|entry| entry["manager"] == "drplan").cloned().collect()
    };
    let differs = move |(label, before): (&String, &Value)| {
        let Some(after) = after.get(label) else { return Some(format!("{label} is gone")) };
        let version = "/metadata/resourceVersion";
        let by_others = || {
            own(before) == own(after)
                && differences(&without_the_servers(before), &without_the_servers(after)).is_empty()
        };
        (before.pointer(version) != after.pointer(version) && !by_others())
            .then(|| format!("{label} was written by an apply without a change"))
    };
    before.iter().filter_map(differs)
}
