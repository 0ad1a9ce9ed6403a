//! Which fields of an object that is there an apply would change though they cannot be: the API server names but the part
//! that they are in. Paths, and no value.

use serde_json::Value;

/// What may change in a StatefulSet.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go> (`ValidateStatefulSetUpdate`)
const MOVES: [&str; 7] = [
    "spec.replicas",
    "spec.ordinals",
    "spec.template",
    "spec.updateStrategy",
    "spec.revisionHistoryLimit",
    "spec.persistentVolumeClaimRetentionPolicy",
    "spec.minReadySeconds",
];

/// Fields of what is sent, in one part of it, that are otherwise in what is there. `part` is a path as the API server writes
/// it: `spec`, `spec.template`, `roleRef`.
#[must_use]
pub fn differing(kind: &str, part: &str, sent: &Value, live: &Value) -> Vec<String> {
    let at = |object: &Value| object.pointer(&format!("/{}", part.replace('.', "/"))).cloned();
    let Some(sent) = at(sent) else { return Vec::new() };
    let mut found = Vec::new();
    visit(part, &sent, at(live).as_ref(), &mut found);
    if kind == "StatefulSet" && part == "spec" {
        found.retain(|field| !MOVES.iter().any(|moves| is_in(field, moves)));
    }
    found
}

fn is_in(field: &str, part: &str) -> bool {
    field.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn visit(at: &str, sent: &Value, live: Option<&Value>, found: &mut Vec<String>) {
    match (sent, live) {
        // What is empty is left out of what is there.
        (Value::Null, None) => {}
        (Value::Object(fields), None) if fields.is_empty() => {}
        (Value::Array(items), None) if items.is_empty() => {}
        (Value::Object(fields), Some(Value::Object(live))) => {
            for (key, value) in fields {
                let next =
                    if key.contains(['.', '/']) { format!("{at}[{key}]") } else { format!("{at}.{key}") };
                visit(&next, value, live.get(key), found);
            }
        }
        (Value::Array(items), Some(Value::Array(live))) => {
            for (index, item) in items.iter().enumerate() {
                match name(item) {
                    Some(own) => {
                        let same = live.iter().find(|live| name(live) == Some(own));
                        visit(&format!("{at}[name={own}]"), item, same, found);
                    }
                    None => visit(&format!("{at}[{index}]"), item, live.get(index), found),
                }
            }
            // Items that are there and are not sent.
            if live.len() > items.len() {
                found.push(at.to_owned());
            }
        }
        (sent, Some(live)) if sent == live => {}
        _ => found.push(at.to_owned()),
    }
}

fn name(item: &Value) -> Option<&str> {
    item.get("name").or_else(|| item.pointer("/metadata/name"))?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_that_may_change_are_not_named() {
        let object = |service: &str, storage: &str, image: &str| {
            json!({ "spec": { "serviceName": service, "replicas": image.len(), "selector": { "matchLabels": { "a.b/c": "x" } },
                "template": { "spec": { "containers": [{ "name": "db", "image": image }] } },
                "volumeClaimTemplates": [{ "metadata": { "name": "data" }, "spec": { "resources": { "requests": { "storage": storage } } } }] } })
        };
        let differing = |sent: &Value, live: &Value| differing("StatefulSet", "spec", sent, live);
        let live = object("db", "1Gi", "a");
        assert_eq!(differing(&object("db", "1Gi", "other"), &live), Vec::<String>::new());
        let storage = "spec.volumeClaimTemplates[name=data].spec.resources.requests.storage";
        assert_eq!(differing(&object("new", "2Gi", "a"), &live), ["spec.serviceName", storage]);
        let mut more = live.clone();
        more["spec"]["selector"]["matchLabels"]["a.b/d"] = json!("secret");
        more["spec"]["volumeClaimTemplates"] = json!([]);
        assert_eq!(
            differing(&more, &live),
            ["spec.selector.matchLabels[a.b/d]", "spec.volumeClaimTemplates"]
        );
    }

    #[test]
    fn a_part_is_looked_into() {
        let role = |name: &str| json!({ "roleRef": { "kind": "Role", "name": name } });
        assert_eq!(differing("RoleBinding", "roleRef", &role("a"), &role("b")), ["roleRef.name"]);
        assert!(differing("RoleBinding", "roleRef", &role("a"), &role("a")).is_empty());
        assert!(differing("Deployment", "spec.selector", &json!({}), &json!({})).is_empty());
    }
}
