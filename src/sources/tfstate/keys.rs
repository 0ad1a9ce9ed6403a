//! Keys that stand twice in the attributes of an instance, and nesting that no provider writes.
//!
//! Attributes stay raw text, so nobody else would see that a key is there twice: one reader would take the first,
//! another the last. Engines write keys in order, so one look at each tells; only an object that is not in order
//! is looked at again.

use std::borrow::Cow;

/// Levels that attributes may nest; providers stay below 40, and the walk over attributes ends at 128.
const DEPTH: usize = 100;

/// What is wrong, and at which byte of the attributes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// This key stands twice in one object.
    Twice { key: String, at: usize },
    /// Nested deeper than is read.
    Deep { at: usize },
}

/// An object or list that is open.
struct Open {
    /// Where its keys begin in the list of all keys.
    first: usize,
    ordered: bool,
}

/// Looks through text that is known to be sound JSON.
pub(super) fn fault(json: &str) -> Option<Fault> {
    let bytes = json.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut keys: Vec<(&str, usize)> = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => {
                if open.len() == DEPTH {
                    return Some(Fault::Deep { at });
                }
                open.push(Open { first: keys.len(), ordered: true });
            }
            b'}' | b']' => {
                let closed = open.pop()?;
                if !closed.ordered
                    && let Some(fault) = twice(keys.get(closed.first..)?)
                {
                    return Some(fault);
                }
                keys.truncate(closed.first);
            }
            b'"' => {
                let end = end_of_string(bytes, at + 1)?;
                let text = json.get(at + 1..end)?;
                if is_key(bytes, end + 1) {
                    let object = open.last_mut()?;
                    let before = keys.get(object.first..)?.last();
                    let greater = before.is_none_or(|(before, _)| *before < text);
                    object.ordered &= greater && !text.contains('\\');
                    keys.push((text, at));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The closing quote of a string that begins at `from`.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Whether a colon follows.
fn is_key(bytes: &[u8], after: usize) -> bool {
    let rest = bytes.get(after..).unwrap_or_default();
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

/// The first key that was there before.
fn twice(keys: &[(&str, usize)]) -> Option<Fault> {
    let mut seen = std::collections::HashSet::new();
    for (raw, at) in keys {
        let key: Cow<'_, str> = if raw.contains('\\') {
            Cow::Owned(serde_json::from_str(&format!("\"{raw}\"")).ok()?)
        } else {
            Cow::Borrowed(raw)
        };
        if !seen.insert(key.clone()) {
            return Some(Fault::Twice { key: key.into_owned(), at: *at });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(json: &str) -> Option<String> {
        match fault(json)? {
            Fault::Twice { key, .. } => Some(key),
            Fault::Deep { .. } => None,
        }
    }

    #[test]
    fn keys_that_stand_twice() {
        for json in [
            r#"{"a": 1, "a": 2}"#,
            r#"{"b": 1, "a": 2, "c": {}, "a": 3}"#,
            r#"{"b": {"a": 1, "\u0061": 2}}"#,
            r#"[{"x": [{"a": "}", "b": "\"", "a": ":"}]}]"#,
        ] {
            assert_eq!(key(json).as_deref(), Some("a"), "{json}");
        }
        assert_eq!(fault(r#"{"a": 1, "a": 2}"#), Some(Fault::Twice { key: "a".to_owned(), at: 9 }));
    }

    #[test]
    fn keys_that_do_not() {
        for json in [
            "{}",
            "null",
            r#"{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}], "c": "a"}"#,
            r#"{"b": "b", "a": ["b", "b", "a"]}"#,
            r#"{"a\\": 1, "a": "\\"}"#,
        ] {
            assert_eq!(fault(json), None, "{json}");
        }
    }

    #[test]
    fn nesting() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(fault(&nested(DEPTH)), None);
        assert_eq!(fault(&nested(DEPTH + 1)), Some(Fault::Deep { at: DEPTH }));
    }
}
