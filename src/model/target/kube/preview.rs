//! What an apply would change, as data that can be shown: secrets are masked before anything gets here.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::ObjectRef;
use crate::model::rollout::readers::{changed_keys, is_read};
use crate::model::rollout::text;
use crate::model::secret::{MASK, is_reference, looks_secret, marker, tells};

/// What becomes of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Which.
    pub object: ObjectRef,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What an apply would do.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is not there, and is made.
    Create,
    /// It is there as it is to be.
    Unchanged,
    /// It is there otherwise.
    Change {
        /// As it is.
        before: Value,
        /// As it would be.
        after: Value,
        /// Keys of a Secret or ConfigMap whose values would be others: who reads them restarts.
        keys: BTreeSet<String>,
    },
    /// It cannot be told before others are there: its kind, its namespace.
    Later(String),
    /// The API server would refuse it, and why.
    Refused(String),
}

/// A workload whose pods would restart, because what they read changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// Which.
    pub workload: ObjectRef,
    /// What they read: `ConfigMap/shop/settings`.
    pub reads: Vec<String>,
}

/// What takes the place of a secret that is another one than before.
pub const OTHER: &str = "(secret, another one)";

/// Fields that the API server keeps, or that copy the whole.
const KEPT: [&str; 6] =
    ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What an apply changes, of the object as it is and as it would be.
#[must_use]
pub fn compare(mut before: Value, mut after: Value) -> Outcome {
    strip(&mut before);
    strip(&mut after);
    if before == after {
        return Outcome::Unchanged;
    }
    let kind = text(&before, "/kind");
    let secret = kind == "Secret";
    let keys = match is_read(text(&before, "/apiVersion"), kind) {
        true => changed_keys(&before, &after),
        false => BTreeSet::new(),
    };
    let mut seen = HashSet::new();
    mask(&mut before, &mut Mask { secret, seen: Seen::Remember(&mut seen) }, "");
    mask(&mut after, &mut Mask { secret, seen: Seen::Compare(&seen) }, "");
    Outcome::Change { before, after, keys }
}

fn strip(object: &mut Value) {
    if let Some(entries) = object.as_object_mut() {
        entries.remove("status");
    }
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    for field in KEPT {
        metadata.remove(field);
    }
    if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.remove(LAST_APPLIED);
        if annotations.is_empty() {
            metadata.remove("annotations");
        }
    }
}

/// A secret by the name that it stands under.
type Known = (String, String);

struct Mask<'m> {
    /// Whether all that the object holds is secret.
    secret: bool,
    seen: Seen<'m>,
}

enum Seen<'m> {
    Remember(&'m mut HashSet<Known>),
    Compare(&'m HashSet<Known>),
}

impl Mask<'_> {
    fn hide(&mut self, name: &str, text: &mut String) {
        let known = (name.to_owned(), std::mem::take(text));
        *text = match &mut self.seen {
            Seen::Remember(seen) => {
                seen.insert(known);
                MASK.to_owned()
            }
            Seen::Compare(seen) if seen.contains(&known) => MASK.to_owned(),
            Seen::Compare(_) => OTHER.to_owned(),
        };
    }
}

fn mask(value: &mut Value, by: &mut Mask<'_>, name: &str) {
    match value {
        Value::Object(entries) => {
            // An env entry is named by its sibling.
            let named = entries.get("name").and_then(Value::as_str).map(str::to_owned);
            for (key, value) in entries.iter_mut() {
                let held = by.secret && matches!(name, "data" | "stringData" | "annotations");
                let name = if key == "value" { named.as_deref().unwrap_or(key) } else { key };
                match value {
                    Value::String(text) if held || (looks_secret(name) && !is_reference(text)) => {
                        by.hide(name, text);
                    }
                    value => mask(value, by, name),
                }
            }
        }
        Value::Array(items) => {
            // `["--api-key", "..."]`: a flag is named by the argument before it.
            let mut flag = String::new();
            for item in items {
                match item {
                    Value::String(text)
                        if looks_secret(&flag) && !text.starts_with('-') && !is_reference(text) =>
                    {
                        by.hide(&flag, text);
                        flag.clear();
                    }
                    item => {
                        let text = item.as_str().filter(|text| text.starts_with('-'));
                        text.unwrap_or_default().clone_into(&mut flag);
                        mask(item, by, name);
                    }
                }
            }
        }
        Value::String(text) if marker(text).is_some() && !text.contains('\n') => by.hide(name, text),
        Value::String(text) if text.contains('\n') || tells(text) => {
            let ends = text.ends_with('\n');
            let lines = text.lines().map(|line| {
                let mut line = line.to_owned();
                if tells(&line) || marker(&line).is_some() {
                    by.hide(name, &mut line);
                }
                line
            });
            let lines: Vec<String> = lines.collect();
            // A key spans lines, none of which has its form.
            if marker(text).is_some_and(|kind| kind == "private key") {
                by.hide(name, text);
            } else {
                *text = lines.join("\n") + if ends { "\n" } else { "" };
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(before: Value, after: Value) -> (Value, Value) {
        match compare(before, after) {
            Outcome::Change { before, after, .. } => (before, after),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_the_api_server_keeps_is_no_change() {
        let before = json!({ "kind": "ConfigMap", "metadata": { "name": "a", "resourceVersion": "1", "annotations": { LAST_APPLIED: "{}" } }, "status": {} });
        let after = json!({ "kind": "ConfigMap", "metadata": { "name": "a", "resourceVersion": "2" } });
        assert_eq!(compare(before, after), Outcome::Unchanged);
    }

    #[test]
    fn a_secret_is_compared_and_never_shown() {
        let secret = |a: &str, b: &str| json!({ "kind": "Secret", "metadata": { "name": "db" }, "data": { "a": a, "b": b } });
        assert_eq!(compare(secret("x", "y"), secret("x", "y")), Outcome::Unchanged);
        let (before, after) = changed(secret("canary", "canary-1"), secret("canary", "canary-2"));
        assert_eq!(before["data"], json!({ "a": MASK, "b": MASK }));
        assert_eq!(after["data"], json!({ "a": MASK, "b": OTHER }));
        let [old, new] = ["1", "2"]
            .map(|b| json!({ "apiVersion": "v1", "kind": "Secret", "data": { "a": "canary", "b": b } }));
        let Outcome::Change { keys, .. } = compare(old, new) else { panic!("it changes") };
        assert_eq!(keys, BTreeSet::from(["b".to_owned()]));
    }

    #[test]
    fn secrets_elsewhere_are_not_shown_either() {
        let object = |password: &str, host: &str| {
            json!({ "kind": "Deployment", "spec": {
                "env": [{ "name": "HOST", "value": host }, { "name": "DB_PASSWORD", "value": password }],
                "args": ["--db-password", password, "--host", host],
                "file": format!("host={host}\npassword={password}\n") } })
        };
        let (before, after) = changed(object("hunter2", "a"), object("hunter3", "b"));
        let shown = format!("{before} {after}");
        assert!(!shown.contains("hunter") && shown.contains("host=a") && shown.contains("host=b"), "{shown}");
        assert_eq!(after["spec"]["env"][1]["value"], OTHER);
        // An entry before it changes nothing of it.
        let (_, after) = changed(
            json!({ "env": [{ "name": "TOKEN", "value": "t" }] }),
            json!({ "env": [{ "name": "X", "value": "1" }, { "name": "TOKEN", "value": "t" }] }),
        );
        assert_eq!(after["env"][1]["value"], MASK);
    }
}
