//! A state with nothing but what lives only in it, for a workspace that begins with that.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::address;
use crate::model::secret::Secret;

/// The text of a state of version 4 that has these managed instances and no others, under a lineage of its own; `None`
/// where there are none.
#[must_use]
pub fn carried(state: &str, kept: &HashSet<&str>) -> Option<Secret> {
    if kept.is_empty() {
        return None;
    }
    let mut state: Value = serde_json::from_str(state).ok()?;
    let resources = state.get_mut("resources")?.as_array_mut()?;
    for resource in resources.iter_mut() {
        let text = |name: &str| resource.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (module, mode, type_name, name) = (text("module"), text("mode"), text("type"), text("name"));
        let dot = if module.is_empty() { "" } else { "." };
        let Some(instances) = resource.get_mut("instances").and_then(Value::as_array_mut) else { continue };
        instances.retain(|instance| {
            let index = address::index(instance.get("index_key").unwrap_or(&Value::Null)).unwrap_or_default();
            let deposed = instance.get("deposed").and_then(Value::as_str).unwrap_or_default();
            mode == "managed"
                && deposed.is_empty()
                && kept.contains(format!("{module}{dot}{type_name}.{name}{index}").as_str())
        });
    }
    resources.retain(|one| one.get("instances").and_then(Value::as_array).is_some_and(|all| !all.is_empty()));
    let root = state.as_object_mut()?;
    root.insert("lineage".to_owned(), "drplan-recovery".into());
    root.insert("serial".to_owned(), 1.into());
    root.insert("outputs".to_owned(), json!({}));
    root.remove("check_results");
    Some(Secret::new(state.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_addresses_have_them() {
        let state = json!({ "version": 4, "serial": 7, "lineage": "x", "outputs": { "a": {} }, "resources": [
            { "mode": "managed", "type": "random_password", "name": "a", "instances": [
                { "index_key": "say \"hi\"", "attributes": {} },
                { "index_key": 1.0, "attributes": {} },
                { "index_key": 2, "attributes": {} },
                { "index_key": 1, "deposed": "00000001", "attributes": {} },
            ] },
            { "mode": "managed", "type": "aws_x", "name": "b", "instances": [{ "attributes": {} }] },
        ]});
        let kept = HashSet::from(["random_password.a[\"say \\\"hi\\\"\"]", "random_password.a[1]"]);
        let left = carried(&state.to_string(), &kept).unwrap();
        let left: Value = serde_json::from_str(left.expose()).unwrap();
        assert_eq!((&left["serial"], &left["outputs"]), (&json!(1), &json!({})));
        let resources = left["resources"].as_array().unwrap();
        assert_eq!(resources.len(), 1);
        assert_eq!(resources[0]["instances"].as_array().unwrap().len(), 2);
        assert!(carried(&state.to_string(), &HashSet::new()).is_none());
    }
}
