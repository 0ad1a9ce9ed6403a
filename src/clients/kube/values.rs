//! What an API server says without the values that it quotes: a record is kept, and a value may be a secret.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::api_groups::is_own;
use crate::model::secret::MASK;

/// What a value follows in the words of the API's validation, its decoders and its schemas.
const MARKS: [&str; 6] = [
    "Invalid value: ",
    "Unsupported value: ",
    "Duplicate value: ",
    "valueUnstructured{Value:",
    "unmarshal number ",
    ", got ",
];
/// A format of a schema repeats the value behind its name: `must be of type date-time: "..."`.
const OF_TYPE: &str = "must be of type ";
/// Words for types, which are no values: `expected numeric, got string`.
const TYPES: [&str; 9] =
    ["string", "map", "list", "boolean", "numeric", "scalar", "null", "integer", "object"];
/// A shorter value is told by no one from a word of the message.
const SHORTEST: usize = 6;

/// Every value that the words quote left out: `Invalid value: "abc": must be ...` becomes `Invalid value: must be ...`.
pub(super) fn without_values(message: &str) -> String {
    message.lines().map(of_line).collect::<Vec<_>>().join("\n")
}

fn of_line(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some((at, mark)) = next_mark(rest) {
        let (before, from) = rest.split_at(at);
        let (named, value) = from.split_at(mark);
        text.push_str(before);
        let length = if TYPES.iter().any(|word| is_word(value, word)) { 0 } else { length_of(value) };
        let (_, after) = value.split_at(length);
        text.push_str(if length == 0 { named } else { named.trim_end_matches([' ', ':', '{']) });
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Where the next mark begins, and how long it is.
fn next_mark(text: &str) -> Option<(usize, usize)> {
    let of_type = text.find(OF_TYPE).and_then(|at| {
        let (_, rest) = text.split_at(at + OF_TYPE.len());
        Some((at, OF_TYPE.len() + rest.find(": ")? + 2))
    });
    let marks = MARKS.iter().filter_map(|mark| Some((text.find(mark)?, mark.len())));
    marks.chain(of_type).min()
}

fn is_word(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        !rest.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '[' | '{' | '(' | '"' | '&'))
    })
}

/// Bytes of a value as Go prints it: quoted, in brackets or bare. It ends where what is wrong with it begins (`: `), or the
/// next problem, or the brackets that it stands in.
fn length_of(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, next) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if quoted {
            quoted = escaped || next != '"';
            escaped = next == '\\' && !escaped;
            continue;
        }
        match next {
            '"' => quoted = true,
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' if depth == 0 => return at,
            '}' | ']' | ')' => depth -= 1,
            ':' | ',' | ';' if depth == 0 && rest.get(1..).is_none_or(|rest| rest.starts_with(' ')) => {
                return at;
            }
            ' ' if depth == 0 && rest.starts_with(" into Go ") => return at,
            _ => {}
        }
    }
    text.len()
}

/// Values of an object that may be secrets, wherever the words still have them.
pub(super) fn without_those_of(body: &[u8], text: String) -> String {
    let Ok(object) = serde_json::from_slice::<Value>(body) else { return text };
    let mut values = BTreeSet::new();
    let version = object["apiVersion"].as_str().unwrap_or_default();
    let own = is_own(version.rsplit_once('/').map_or("", |(group, _)| group));
    collect(&object, own, false, &mut values);
    // The longest first: a value may be a part of another.
    let mut values: Vec<String> = values.into_iter().filter(|value| text.contains(value.as_str())).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.into_iter().fold(text, |text, value| text.replace(&value, MASK))
}

/// `own`: of a kind that Kubernetes itself has; what another kind keeps in its spec nobody knows.
fn collect(value: &Value, own: bool, kept: bool, values: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let may_be = match name.as_str() {
                    "data" | "stringData" | "binaryData" | "annotations" | "args" | "command" | "value" => {
                        true
                    }
                    "spec" => !own,
                    "apiVersion" | "kind" | "name" | "namespace" => continue,
                    _ => kept,
                };
                collect(member, own, may_be, values);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, own, kept, values)),
        Value::String(text) if kept && text.len() >= SHORTEST => {
            values.insert(text.clone());
            // As Go quotes it.
            let quoted = format!("{text:?}");
            values.insert(quoted.trim_matches('"').to_owned());
        }
        Value::Number(number) if kept && number.to_string().len() >= SHORTEST => {
            values.insert(number.to_string());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_of_several_is_left_out() {
        let typed = "errors:\n  .env[name=\"PORT\"].value: expected string, got &value.valueUnstructured{Value:1}\n  \
                     .env[name=\"DB_PASSWORD\"].value: expected string, got &value.valueUnstructured{Value:987654322}";
        let left = "errors:\n  .env[name=\"PORT\"].value: expected string, got\n  .env[name=\"DB_PASSWORD\"].value: expected string, got";
        assert_eq!(without_values(typed), left);
        for (said, left) in [
            (r#"a: Invalid value: "x: y\": z": must be b"#, "a: Invalid value: must be b"),
            (
                r#"[a: Invalid value: "canary": bad, b: Duplicate value: {"k":"canary"}, c: Unsupported value: 7: supported values: "x"]"#,
                r#"[a: Invalid value: bad, b: Duplicate value, c: Unsupported value: supported values: "x"]"#,
            ),
            (r#"a: Invalid value: map[string]interface {}{"k": "canary"}: bad"#, "a: Invalid value: bad"),
            (r#".data.token: expected string, got map{"a":"canary"}"#, ".data.token: expected string, got"),
            (r#".data.token: expected string, got [canary,"b"]"#, ".data.token: expected string, got"),
            (
                ".lun: expected numeric (int or float), got string",
                ".lun: expected numeric (int or float), got string",
            ),
            (
                r#"spec.fmt: Invalid value: "canary: 44": spec.fmt in body must be of type date-time: "canary: 44""#,
                "spec.fmt: Invalid value: spec.fmt in body must be of type date-time",
            ),
            (
                "json: cannot unmarshal number 4711 into Go struct",
                "json: cannot unmarshal number into Go struct",
            ),
            (r#"a: Invalid value: "canary is cut off"#, "a: Invalid value"),
        ] {
            assert_eq!(without_values(said), left);
        }
    }

    #[test]
    fn values_of_the_object_are_masked_wherever_they_stand() {
        let text = |body: Value, said: &str| without_those_of(body.to_string().as_bytes(), said.to_owned());
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "canary-pod" },
            "spec": { "nodeName": "canary-node", "containers": [{ "env": [{ "name": "DB_PASS", "value": "canary-1" }],
                      "args": ["--key=canary-2\n3"] }] } });
        let said = text(pod, r#"canary-pod on canary-node: no canary-1, no --key=canary-2\n3"#);
        assert_eq!(said, format!("canary-pod on canary-node: no {MASK}, no {MASK}"));
        let other = json!({ "apiVersion": "x.example/v1", "kind": "Vault", "spec": { "token": 987_654 } });
        assert_eq!(text(other, "it is 987654"), format!("it is {MASK}"));
        let own = json!({ "apiVersion": "apps/v1", "kind": "Deployment", "spec": { "paused": "sometimes" } });
        assert_eq!(text(own, "sometimes"), "sometimes");
    }
}
