//! Which fields of an applied object are not as they were applied, because somebody else has written them since: a pure
//! function of the object, its owners and what was applied.
//!
//! Who changes a field takes it: the API server moves it to them in the object's owners. So what a controller or an admission
//! webhook adds beside it is no change.
//!
//! <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>

use serde_json::{Map, Value};

use super::text;

/// A field that is not as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its path: `.spec.template.spec.containers[name=app].image`. Never a value.
    pub field: String,
    /// What has become of it.
    pub now: Now,
}

/// What has become of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Now {
    /// It is gone.
    Gone,
    /// It has another value, and is another manager's.
    Of(String),
    /// It has another value, and nobody owns it: what sets a scale leaves it so.
    Nobodys,
    /// It has another value, and is still the manager's: somebody has used its name, the server writes the value in another
    /// notation, or an admission webhook changes it. Only an apply, were it a dry one, tells which.
    Unsure,
}

/// Fields of `body` that were applied by `manager` and have another value, or are gone.
#[must_use]
pub fn taken(live: &Value, body: &Value, manager: &str) -> Vec<Taken> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for entry in entries.into_iter().flatten() {
        let Some(fields) = entry.get("fieldsV1") else { continue };
        match text(entry, "/manager") {
            by if by == manager => own.push(fields),
            by => others.push((by, fields)),
        }
    }
    let mut found = Vec::new();
    let Value::Object(fields) = body else { return found };
    let owners = Owners { own, others };
    // Names are nobody's; the server makes `data` of `stringData`, and `status` is not applied.
    let apart = ["apiVersion", "kind", "status", "stringData"];
    for (key, value) in fields.iter().filter(|(key, _)| !apart.contains(&key.as_str())) {
        let mut value = value.clone();
        if let (true, Value::Object(metadata)) = (key == "metadata", &mut value) {
            metadata.remove("name");
            metadata.remove("namespace");
        }
        visit(&format!(".{key}"), &value, live.get(key), &owners.of(&format!("f:{key}")), &mut found);
    }
    found
}

/// Who owns what below one place.
struct Owners<'o> {
    own: Vec<&'o Value>,
    others: Vec<(&'o str, &'o Value)>,
}

impl<'o> Owners<'o> {
    fn of(&self, part: &str) -> Self {
        Self {
            own: self.own.iter().filter_map(|fields| fields.get(part)).collect(),
            others: self.others.iter().filter_map(|(by, fields)| Some((*by, fields.get(part)?))).collect(),
        }
    }

    fn parts(&self) -> impl Iterator<Item = &'o String> {
        let all = self.own.iter().copied().chain(self.others.iter().map(|(_, fields)| *fields));
        let maps: Vec<&'o Map<String, Value>> = all.filter_map(Value::as_object).collect();
        maps.into_iter().flat_map(Map::keys)
    }

    fn has(&self, kind: &str) -> bool {
        self.parts().any(|part| part.starts_with(kind))
    }
}

fn visit(at: &str, value: &Value, live: Option<&Value>, owners: &Owners<'_>, found: &mut Vec<Taken>) {
    let by = owners.others.first().map(|(by, _)| (*by).to_owned());
    match (value, live) {
        // An apply takes a field away that is null, and what is empty is left out of what is there.
        (Value::Null, _) => {}
        (Value::Object(fields), _) if fields.is_empty() => {}
        (Value::Array(items), _) if items.is_empty() => {}
        (_, None) if owners.own.is_empty() => {
            let now = by.map_or(Now::Gone, Now::Of);
            found.push(Taken { field: at.to_owned(), now });
        }
        (_, None) => {}
        (Value::Object(fields), Some(live)) if owners.has("f:") => {
            for (key, value) in fields {
                let next =
                    if key.contains(['.', '/']) { format!("{at}[{key}]") } else { format!("{at}.{key}") };
                visit(&next, value, live.get(key), &owners.of(&format!("f:{key}")), found);
            }
        }
        (Value::Array(items), Some(Value::Array(live))) if owners.has("k:") => {
            for item in items {
                each(at, item, live, owners, found);
            }
        }
        (value, Some(live)) if owners.own.is_empty() && value != live => {
            match by {
                Some(by) => found.push(Taken { field: at.to_owned(), now: Now::Of(by) }),
                // A text that nobody owns may be the same in another notation.
                None if value.is_number() || value.is_boolean() => {
                    found.push(Taken { field: at.to_owned(), now: Now::Nobodys });
                }
                None => {}
            }
        }
        (value, Some(live)) if !value.is_object() && !value.is_array() && value != live => {
            found.push(Taken { field: at.to_owned(), now: Now::Unsure });
        }
        _ => {}
    }
}

/// An item of a list whose items have keys; one that nobody owns is gone.
fn each(at: &str, item: &Value, live: &[Value], owners: &Owners<'_>, found: &mut Vec<Taken>) {
    // A part of a key that was left out has its default.
    let fits = |key: &Map<String, Value>| {
        key.iter().all(|(name, value)| item.get(name).is_none_or(|given| given == value))
    };
    let key = owners.parts().find_map(|part| {
        let key: Map<String, Value> = serde_json::from_str(part.strip_prefix("k:")?).ok()?;
        fits(&key).then_some((part, key))
    });
    let Some((part, key)) = key else {
        let name = item.get("name").and_then(Value::as_str);
        let name = name.map_or_else(|| "?".to_owned(), |name| format!("name={name}"));
        found.push(Taken { field: format!("{at}[{name}]"), now: Now::Gone });
        return;
    };
    let words: Vec<String> = key
        .iter()
        .map(|(name, value)| {
            format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    let is = |live: &&Value| key.iter().all(|(name, value)| live.get(name) == Some(value));
    visit(&format!("{at}[{}]", words.join(",")), item, live.iter().find(is), &owners.of(part), found);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "a", "namespace": "n", "labels": { "app.k8s.io/name": "a", "tier": "web" } },
            "spec": { "replicas": 2, "paused": null, "selector": { "matchLabels": { "app": "a" } }, "template": { "spec": {
                "nodeSelector": {}, "containers": [
                    { "name": "one", "image": "i:1", "resources": { "limits": { "cpu": "1000m" } }, "ports": [{ "containerPort": 80 }] },
                ],
            } } },
        })
    }

    /// Owned by drplan as applied, but for `left_out` paths, which somebody has.
    fn live(change: impl FnOnce(&mut Value)) -> Value {
        let mut live = body();
        live["metadata"]["managedFields"] = json!([{ "manager": "drplan", "operation": "Apply", "fieldsV1": {
            "f:metadata": { "f:labels": { "f:app.k8s.io/name": {}, "f:tier": {} } },
            "f:spec": { "f:replicas": {}, "f:selector": {}, "f:template": { "f:spec": { "f:nodeSelector": {}, "f:containers": {
                "k:{\"name\":\"one\"}": { ".": {}, "f:name": {}, "f:image": {}, "f:resources": { "f:limits": { "f:cpu": {} } },
                    "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:containerPort": {} } } },
            } } } },
        } }]);
        live["spec"]["template"]["spec"]["containers"][0]["ports"][0]["protocol"] = "TCP".into();
        live["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "1".into();
        live["spec"]["template"]["spec"].as_object_mut().unwrap().remove("nodeSelector");
        live["spec"].as_object_mut().unwrap().remove("paused");
        change(&mut live);
        live
    }

    const OWN: &str = "/metadata/managedFields/0/fieldsV1/f:spec";
    const OWN_CONTAINER: &str =
        "/metadata/managedFields/0/fieldsV1/f:spec/f:template/f:spec/f:containers/k:{\"name\":\"one\"}";

    fn found(live: &Value) -> Vec<(String, Now)> {
        taken(live, &body(), "drplan").into_iter().map(|taken| (taken.field, taken.now)).collect()
    }

    /// What is another notation, which only the server tells.
    fn unsure() -> (String, Now) {
        (".spec.template.spec.containers[name=one].resources.limits.cpu".to_owned(), Now::Unsure)
    }

    fn drop(live: &mut Value, path: &str, key: &str) {
        live.pointer_mut(path).unwrap().as_object_mut().unwrap().remove(key).unwrap();
    }

    fn by(live: &mut Value, fields: &Value) {
        let entry = json!({ "manager": "kubectl-set", "operation": "Update", "fieldsV1": fields });
        live["metadata"]["managedFields"].as_array_mut().unwrap().push(entry);
    }

    fn of_container(fields: &Value) -> Value {
        json!({ "f:spec": { "f:template": { "f:spec": { "f:containers": { "k:{\"name\":\"one\"}": fields } } } } })
    }

    #[test]
    fn what_was_applied_and_is_in_another_notation_or_has_more_beside_it_is_as_it_was() {
        assert_eq!(found(&live(|_| {})), [unsure()]);
        let more = live(|live| {
            live["metadata"]["labels"]["other"] = "b".into();
            live["spec"]["template"]["spec"]["containers"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "name": "sidecar" }));
            by(
                live,
                &json!({ "f:metadata": { "f:labels": { "f:other": {} } }, "f:spec": { "f:template": { "f:spec": {
                "f:containers": { "k:{\"name\":\"sidecar\"}": { ".": {}, "f:name": {} } } } } } }),
            );
        });
        assert_eq!(found(&more), [unsure()]);
        // Somebody who has applied the same shares it.
        assert_eq!(found(&live(|live| by(live, &json!({ "f:spec": { "f:replicas": {} } })))), [unsure()]);
    }

    #[test]
    fn what_somebody_else_has_written_is_named_with_them() {
        let image = live(|live| {
            live["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1".into();
            drop(live, OWN_CONTAINER, "f:image");
            by(live, &of_container(&json!({ "f:image": {} })));
        });
        let field = ".spec.template.spec.containers[name=one].image".to_owned();
        assert_eq!(found(&image), [(field, Now::Of("kubectl-set".to_owned())), unsure()]);
        let scaled = live(|live| {
            live["spec"]["replicas"] = 0.into();
            drop(live, OWN, "f:replicas");
            by(live, &json!({ "f:spec": { "f:replicas": {} } }));
        });
        let replicas = |now| (".spec.replicas".to_owned(), now);
        assert_eq!(found(&scaled), [replicas(Now::Of("kubectl-set".to_owned())), unsure()]);
        // As `kubectl scale` leaves it.
        let nobodys = live(|live| {
            live["spec"]["replicas"] = 0.into();
            drop(live, OWN, "f:replicas");
        });
        assert_eq!(found(&nobodys), [replicas(Now::Nobodys), unsure()]);
        // Under the manager's own name.
        let own = live(|live| live["spec"]["replicas"] = 0.into());
        assert_eq!(found(&own), [replicas(Now::Unsure), unsure()]);
        // Taken, and put back.
        let back = live(|live| {
            drop(live, OWN, "f:replicas");
            by(live, &json!({ "f:spec": { "f:replicas": {} } }));
        });
        assert_eq!(found(&back), [unsure()]);
    }

    #[test]
    fn what_somebody_has_taken_away_is_named() {
        let label = live(|live| {
            drop(live, "/metadata/labels", "app.k8s.io/name");
            drop(live, "/metadata/managedFields/0/fieldsV1/f:metadata/f:labels", "f:app.k8s.io/name");
        });
        assert_eq!(found(&label), [(".metadata.labels[app.k8s.io/name]".to_owned(), Now::Gone), unsure()]);
        let port = live(|live| {
            live["spec"]["template"]["spec"]["containers"][0]["ports"] =
                json!([{ "containerPort": 81, "protocol": "TCP" }]);
            drop(live, OWN_CONTAINER, "f:ports");
            by(
                live,
                &of_container(
                    &json!({ "f:ports": { "k:{\"containerPort\":81,\"protocol\":\"TCP\"}": { ".": {} } } }),
                ),
            );
        });
        assert_eq!(
            found(&port),
            [(".spec.template.spec.containers[name=one].ports[?]".to_owned(), Now::Gone), unsure()]
        );
    }
}
