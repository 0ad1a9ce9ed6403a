//! What was written to a cluster, counted by its own log.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::control_plane::{ControlPlane, Write};
use crate::work::objects;

/// By the API server's own log: each object was written once, and once more at most for each time that its step was open
/// when its process died; at most one of the writes made it, and none changed what another had left.
pub(crate) fn nothing_twice(plane: &ControlPlane, namespace: &str, open: &BTreeMap<String, usize>) {
    // With the namespace.
    let count = objects(plane, namespace).len() + 1;
    let until = Instant::now() + Duration::from_secs(30);
    // The log has what was answered a moment later.
    let writes = loop {
        let mut writes: BTreeMap<String, Vec<Write>> = BTreeMap::new();
        for write in plane.writes(namespace) {
            writes.entry(write.object.clone()).or_default().push(write);
        }
        if writes.len() == count || Instant::now() > until {
            break writes;
        }
        std::thread::yield_now();
    };
    assert_eq!(writes.len(), count, "{:?}", writes.keys());
    for (object, writes) in writes {
        let allowed = 1 + open.get(&format!("manifests/{object}")).copied().unwrap_or_default();
        assert!(writes.len() <= allowed, "{object} was written {} times, {allowed} at most", writes.len());
        // A process that is killed does not hear the answer, and the log has none then.
        let unheard = writes.iter().filter(|write| write.left.is_none()).count();
        let made = writes.iter().filter(|write| write.made).count();
        assert!(made == 1 || (made == 0 && unheard > 0), "{object} was made {made} times");
        let left: Vec<Value> = writes.into_iter().filter_map(|write| write.left).map(asked).collect();
        for pair in left.windows(2) {
            assert_eq!(pair[0], pair[1], "a later write changed {object}");
        }
    }
}

/// What drplan asks of an object: without what the cluster and its controllers write into it.
fn asked(mut object: Value) -> Value {
    let is_config = object["kind"] == "ConfigMap";
    // What is not in a namespace is told without what it left.
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return object };
    // Nobody else writes these: a new version is an effect.
    if !is_config {
        metadata.remove("resourceVersion");
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    if metadata.get("annotations").is_some_and(|all| all.as_object().is_some_and(serde_json::Map::is_empty)) {
        metadata.remove("annotations");
    }
    if let Some(fields) = metadata.get_mut("managedFields").and_then(Value::as_array_mut) {
        fields.retain(|of| of["manager"] == "drplan");
    }
    // An answer with names alone has them now as an empty list and now not at all.
    if metadata.get("managedFields").is_some_and(|all| all.as_array().is_some_and(Vec::is_empty)) {
        metadata.remove("managedFields");
    }
    object["status"] = Value::Null;
    object
}
