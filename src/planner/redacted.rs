//! Digests of manifests that tell nothing of the secrets in them: who knows all else of a document could try weak ones
//! until the digest fits.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::model::document::Object;
use crate::model::secret::{looks_secret, marker, tells};
use crate::plan::codec::hex;

/// A copy of the whole object as somebody applied it.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-last-applied-configuration>
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// `sha256:` and hex over [`without_secrets`].
#[must_use]
pub fn digest(object: &Object) -> String {
    let bytes = serde_json_canonicalizer::to_vec(&without_secrets(object)).unwrap_or_default();
    format!("sha256:{}", hex(&Sha256::digest(&bytes)))
}

/// Whether the document has values that its digest does not cover.
pub(super) fn hides(object: &Object) -> bool {
    without_secrets(object) != object.root.to_json()
}

/// The document without the values of a Secret, what stands under secret-like names, and lines that have such a name in
/// them.
#[must_use]
pub fn without_secrets(object: &Object) -> Value {
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
    redact(&mut json);
    json
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            let named_secret = entries.get("name").and_then(Value::as_str).is_some_and(looks_secret);
            for (key, value) in entries.iter_mut() {
                if value.is_string() && (looks_secret(key) || (named_secret && key == "value")) {
                    *value = Value::Null;
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(items) => {
            let mut follows = false;
            for item in items {
                // `--password`, and its value in the next word.
                let flag = item.as_str().is_some_and(|text| text.starts_with('-') && looks_secret(text));
                if follows && item.is_string() {
                    *item = Value::Null;
                } else {
                    redact(item);
                }
                follows = flag;
            }
        }
        Value::String(text) if marker(text).is_some() => *value = Value::Null,
        Value::String(text) => {
            let lines: Vec<&str> = text.lines().map(|line| if tells(line) { "" } else { line }).collect();
            *text = lines.join("\n");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::redact;

    #[test]
    fn what_stands_elsewhere_stays_in_it() {
        let redacted = |mut value: serde_json::Value| {
            redact(&mut value);
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
}
