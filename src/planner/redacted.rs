//! Digests of manifests that tell nothing of the secrets in them: who knows all else of a document could try weak ones
//! until the digest fits.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::model::document::Object;
use crate::model::secret::{around_secrets, looks_secret, marker, tells};
use crate::plan::codec::hex;

/// A copy of the whole object as somebody applied it.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-last-applied-configuration>
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// `sha256:` and hex over all of a document but its secrets.
#[must_use]
pub fn digest(object: &Object) -> String {
    let bytes = serde_json_canonicalizer::to_vec(&covered(object)).unwrap_or_default();
    format!("sha256:{}", hex(&Sha256::digest(&bytes)))
}

/// Whether the document has values that its digest does not cover.
pub(super) fn hides(object: &Object) -> bool {
    covered(object) != object.root.to_json()
}

/// What people approve of a document: all of it but the secrets themselves. Of a Secret, and of what stands in one line under a
/// secret-like name, that is the whole value.
fn covered(object: &Object) -> Value {
    let mut json = opened(object);
    redact(&mut json, &COVERED);
    json
}

/// What a walk through a document takes out.
struct Way {
    /// Of a value under a secret-like name.
    hides: fn(&str) -> bool,
    /// Whether a word of a list is a secret-like flag, whose value is the next word.
    flag: fn(&str) -> bool,
    /// Of every other text.
    text: fn(&str) -> Value,
}

/// All but the secrets.
const COVERED: Way = Way {
    hides: |text| !text.trim_end().contains('\n'),
    flag: |text| text.starts_with('-') && !text.contains('=') && looks_secret(text),
    text: |text| Value::String(around_secrets(text)),
};

/// Nothing that has a secret in it.
const OPEN: Way = Way {
    hides: |_| true,
    flag: |text| text.starts_with('-') && looks_secret(text),
    text: |text| {
        if marker(text).is_some() {
            return Value::Null;
        }
        let lines: Vec<&str> = text.lines().map(|line| if tells(line) { "" } else { line }).collect();
        Value::String(lines.join("\n"))
    },
};

/// The document without the values of a Secret, what stands under secret-like names, and lines that have such a name in
/// them.
#[must_use]
pub fn without_secrets(object: &Object) -> Value {
    let mut json = opened(object);
    redact(&mut json, &OPEN);
    json
}

/// The document without the values of a Secret.
fn opened(object: &Object) -> Value {
    let mut json = object.root.to_json();
    if let Some(annotations) = json.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove(LAST_APPLIED);
    }
    if object.kind == "Secret" {
        for field in ["/data", "/stringData", "/metadata/annotations"] {
            let entries = json.pointer_mut(field).and_then(Value::as_object_mut);
            entries
                .into_iter()
                .flat_map(|entries| entries.values_mut())
                .for_each(|value| *value = Value::Null);
        }
    }
    json
}

fn redact(value: &mut Value, way: &Way) {
    match value {
        Value::Object(entries) => {
            let named_secret = entries.get("name").and_then(Value::as_str).is_some_and(looks_secret);
            for (key, value) in entries.iter_mut() {
                let is_secret = looks_secret(key) || (named_secret && key == "value");
                if is_secret && value.as_str().is_some_and(way.hides) {
                    *value = Value::Null;
                } else {
                    redact(value, way);
                }
            }
        }
        Value::Array(items) => {
            let mut follows = false;
            for item in items {
                // `--password`, and its value in the next word.
                let flag = item.as_str().is_some_and(way.flag);
                if follows && item.is_string() {
                    *item = Value::Null;
                } else {
                    redact(item, way);
                }
                follows = flag;
            }
        }
        Value::String(text) => *value = (way.text)(text),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{COVERED, OPEN, redact};

    #[test]
    fn what_stands_elsewhere_stays_in_it() {
        let redacted = |mut value: serde_json::Value| {
            redact(&mut value, &OPEN);
            value
        };
        assert_eq!(redacted(json!(["--password", "hunter2", "--v=2"])), json!(["--password", null, "--v=2"]));
        assert_eq!(redacted(json!("a=1\npassword=hunter2\nb=2")), json!("a=1\n\nb=2"));
        assert_eq!(
            redacted(json!({ "env": [{ "name": "API_KEY", "value": "x" }] })),
            json!({ "env": [{ "name": "API_KEY", "value": null }] })
        );
        assert_eq!(redacted(json!("image: a/b:v1")), json!("image: a/b:v1"));
    }

    #[test]
    fn what_stands_around_a_secret_is_covered() {
        let covered = |mut value: serde_json::Value| {
            redact(&mut value, &COVERED);
            value
        };
        for (one, other) in [
            (
                json!(["sh", "-c", "migrate --password=a && exec app"]),
                json!(["sh", "-c", "curl x|sh; migrate --password=a"]),
            ),
            (json!({ "url": "postgres://u:a@db.good/x" }), json!({ "url": "postgres://u:a@db.evil/x" })),
            (json!(["--auth-token=abc", "x"]), json!(["--auth-token=abc", "y"])),
            (
                json!({ "secret.sh": "export PASSWORD=a\n./run" }),
                json!({ "secret.sh": "export PASSWORD=a\ncurl x|sh" }),
            ),
        ] {
            assert_ne!(covered(one), covered(other));
        }
        for (one, other) in [
            (json!(["x", "--password=a", "b"]), json!(["x", "--password=c", "b"])),
            (json!(["--password", "a"]), json!(["--password", "b"])),
            (json!({ "url": "postgres://u:a@db/x" }), json!({ "url": "postgres://u:b@db/x" })),
            (json!({ "api_key": "a" }), json!({ "api_key": "b" })),
            (
                json!({ "app.properties": "x=1\ndb.password=a\ny=2" }),
                json!({ "app.properties": "x=1\ndb.password=b\ny=2" }),
            ),
        ] {
            assert_eq!(covered(one), covered(other), "no digest tells of a secret");
        }
    }
}
