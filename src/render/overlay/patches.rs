//! Patches of one object: what is replaced in it, and what holds it.

use serde_json::{Value, json};

use super::images::Images;
use super::placeholders::Placeholders;
use super::{Part, Uses};
use crate::model::document::Object;
use crate::model::secret::{looks_secret, marker};
use crate::plan::action::{Action, Hold, Rewrite};
use crate::plan::rewrite::{Token, rewrite};
use crate::plan::values::UseDisposition;

/// A patch of one object, its lines as they stand in the kustomization.
pub(super) struct Patch {
    pub(super) why: String,
    pub(super) target: Value,
    pub(super) operations: Vec<String>,
}

/// The patch that does the rewrites of an object, and those that none can do.
pub(super) fn rewrites(
    part: &Part<'_>,
    parts: &[Part<'_>],
    uses: &Uses<'_>,
    images: &Images,
    placeholders: &mut Placeholders,
) -> (Option<Patch>, Vec<String>) {
    let Action::ApplyObject { rewrites, .. } = part.action else { return (None, Vec::new()) };
    let label = part.object.label();
    let json = part.object.root.to_json();
    let mut pointers: Vec<&str> = rewrites.iter().map(|rewrite| rewrite.path.as_str()).collect();
    pointers.dedup();
    let mut seen: Vec<&str> = Vec::new();
    let (mut operations, mut unwritten) = (Vec::new(), Vec::new());
    for pointer in pointers {
        if seen.contains(&pointer) {
            continue;
        }
        seen.push(pointer);
        let here: Vec<&Rewrite> = rewrites.iter().filter(|rewrite| rewrite.path == pointer).collect();
        let text = json.pointer(pointer).and_then(Value::as_str);
        if let (Some(text), [one]) = (text, here.as_slice())
            && images.has(one, text)
        {
            continue;
        }
        // What is left of a text without its secrets has no break at its end.
        let whole = text.map(|text| text.lines().collect::<Vec<_>>().join("\n"));
        let open = part.open.pointer(pointer).and_then(Value::as_str);
        let hidden = open != whole.as_deref() && !(open.is_some() && text.is_some_and(names_only));
        if part.object.kind == "Secret" || hidden {
            unwritten.push(format!("{label} {pointer}: it may hold a secret, which is never copied"));
            continue;
        }
        let new = text.and_then(|text| {
            let to: Vec<(&Rewrite, String)> =
                here.iter().map(|one| Some((*one, becomes(one, placeholders)?))).collect::<Option<_>>()?;
            rewrite(text, &tokens(&label, pointer, &to, uses)?)
        });
        match (text, new) {
            (Some(old), Some(new)) => {
                operations.push(operation("test", pointer, Some(old.into())));
                operations.push(operation("replace", pointer, Some(new.into())));
            }
            _ => {
                unwritten.push(format!("{label} {pointer}: it is encoded, or names something nobody placed"))
            }
        }
    }
    let why = format!("{}: {label}", part.object.file);
    let patch =
        (!operations.is_empty()).then(|| Patch { why, target: target(part.object, parts), operations });
    (patch, unwritten)
}

/// Whether what looks like a secret in it is none: an ARN, the user of a database without a password, what Kubernetes
/// fills, `postgres://$(DB_USER):$(DB_PASSWORD)@host/shop`.
fn names_only(text: &str) -> bool {
    if text.contains(char::is_whitespace) || marker(text).is_some() {
        return false;
    }
    if text.starts_with("arn:aws") {
        return true;
    }
    let reference = |part: &str| part.starts_with("$(") && part.ends_with(')');
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let Some((user, place)) = rest.split_once('@') else { return false };
    // Over HTTP a user is often a key.
    let is_name = !scheme.starts_with("http") && !user.contains(':');
    let given = place.split(['?', '&', ';']).filter_map(|part| part.split_once('='));
    (is_name || user.split(':').all(reference))
        && !place.contains('@')
        && given.map(|(name, _)| name).all(|name| !looks_secret(name))
}

/// What stands in a token's place; a placeholder is filled as text, so none is put where it would be encoded.
fn becomes(rewrite: &Rewrite, placeholders: &mut Placeholders) -> Option<String> {
    match (&rewrite.known_after, &rewrite.counterpart) {
        (Some(_), _)
            if rewrite
                .within
                .as_deref()
                .is_some_and(|within| within.contains("base64") || within.contains("percent")) =>
        {
            None
        }
        (Some(step), _) => Some(placeholders.of(step, &rewrite.token)),
        (None, to) => to.clone(),
    }
}

/// All tokens of a string; `None` where one is replaced at one place of it and stays at another.
fn tokens<'t>(
    label: &str,
    pointer: &str,
    to: &'t [(&'t Rewrite, String)],
    uses: &Uses<'t>,
) -> Option<Vec<Token<'t>>> {
    let mut tokens: Vec<Token<'t>> = Vec::new();
    for (value, one) in uses.get(&(label, pointer)).into_iter().flatten() {
        let crate::plan::values::Site::File { within, .. } = &one.site else { continue };
        let replaced = matches!(one.disposition, UseDisposition::Rewritten | UseDisposition::KnownAfter);
        let of = |(rewrite, to): &'t (&'t Rewrite, String)| {
            (rewrite.token == value.value && rewrite.within == *within).then_some(to.as_str())
        };
        let to = if replaced { Some(to.iter().find_map(of)?) } else { None };
        let token = Token { text: &value.value, kind: value.kind, within: within.as_deref(), to };
        match tokens.iter().find(|known| known.text == token.text && known.within == token.within) {
            Some(known) if known.to != token.to => return None,
            Some(_) => {}
            None => tokens.push(token),
        }
    }
    Some(tokens)
}

/// What keeps an object from acting before its gate.
pub(super) fn hold(part: &Part<'_>, parts: &[Part<'_>], hold: Hold) -> Patch {
    let object = part.object;
    let operations = match hold {
        Hold::Suspend => vec![operation("add", "/spec/suspend", Some(true.into()))],
        Hold::Replicas => vec![operation("add", "/spec/replicas", Some(0.into()))],
        Hold::Ask => {
            let mut metadata = json!({ "name": object.name });
            if let (Some(namespace), Some(metadata)) = (&object.namespace, metadata.as_object_mut()) {
                metadata.insert("namespace".to_owned(), namespace.as_str().into());
            }
            let gone = json!({
                "apiVersion": object.api_version,
                "kind": object.kind,
                "metadata": metadata,
                "$patch": "delete",
            });
            vec![super::json(&gone)]
        }
    };
    let why = format!("hold until traffic moves: {}", object.label());
    Patch { why, target: target(object, parts), operations }
}

fn operation(op: &str, path: &str, value: Option<Value>) -> String {
    let mut operation = json!({ "op": op, "path": path });
    if let (Some(value), Some(operation)) = (value, operation.as_object_mut()) {
        operation.insert("value".to_owned(), value);
    }
    format!("- {}", super::json(&operation))
}

/// What chooses the object and no other: kustomize takes names for regular expressions, and none for all.
fn target(object: &Object, parts: &[Part<'_>]) -> Value {
    let version = object.api_version.rsplit('/').next().unwrap_or_default();
    let mut target = json!({ "version": version, "kind": object.kind, "name": escaped(&object.name) });
    let twin = |part: &&Part<'_>| {
        part.object.kind == object.kind
            && part.object.name == object.name
            && part.object.group() == object.group()
    };
    if let Some(target) = target.as_object_mut() {
        if !object.group().is_empty() {
            target.insert("group".to_owned(), object.group().into());
        }
        match &object.namespace {
            Some(namespace) => {
                target.insert("namespace".to_owned(), escaped(namespace).into());
            }
            // Without one it is `default`, as far as kustomize knows.
            None if parts.iter().filter(twin).count() > 1 => {
                target.insert("namespace".to_owned(), "default".into());
            }
            None => {}
        }
    }
    target
}

fn escaped(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '/')) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::names_only;

    #[test]
    fn names_are_no_secrets() {
        for text in [
            "postgres://$(DB_USER):$(DB_PASSWORD)@db.example.com:5432/shop",
            "postgresql://shop@db.example.com:5432/shop?sslmode=verify-full",
            "arn:aws:secretsmanager:us-east-2:123456789012:secret:shop/keys-Qm4xTz",
        ] {
            assert!(names_only(text), "{text}");
        }
        for text in [
            "postgres://app:hunter2@db.example.com/shop",
            "postgres://$(DB_USER):hunter2@db.example.com/shop",
            "https://hunter2@sentry.example.com/1",
            "postgres://app@db.example.com/shop?sslmode=require&password=hunter2",
            "postgres://app@db.example.com/shop hunter2",
        ] {
            assert!(!names_only(text), "{text}");
        }
    }
}
