//! Text inside text: JSON in a string, base64, percent-encoding, one in the other.

use std::borrow::Cow;

use serde_json::Value;

use super::tokens::{Index, Match};
use crate::model::document::{push_index, push_pointer};
use crate::model::encoding::{base64_text, percent_words};

/// How deep encodings are followed: base64 of JSON of base64 of text.
const DEPTH: usize = 4;
/// Longer strings are searched as they stand: nobody wraps megabytes by hand.
const LONGEST: usize = 1 << 20;

/// A match with the text it stands in and the place of that text inside the string that was scanned.
pub(super) struct Hit<'t> {
    pub(super) within: Option<String>,
    pub(super) text: &'t str,
    pub(super) at: Match,
}

/// Calls `emit` for every token of a string, encoded or not.
pub(super) fn scan(index: &Index<'_>, text: &str, emit: &mut dyn FnMut(Hit<'_>)) {
    scan_at(index, text, &mut Vec::new(), emit);
}

fn scan_at(index: &Index<'_>, text: &str, within: &mut Vec<String>, emit: &mut dyn FnMut(Hit<'_>)) {
    if text.len() < 4 {
        return;
    }
    let nested = within.len() < DEPTH && text.len() <= LONGEST;
    if nested
        && matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['))
        && let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(text)
    {
        scan_json(index, &value, &mut "json:".to_owned(), within, emit);
        return;
    }
    let found = index.find(text);
    if found.is_empty()
        && nested
        && let Some(decoded) = base64_text(text)
    {
        within.push("base64".to_owned());
        scan_at(index, &decoded, within, emit);
        within.pop();
        return;
    }
    let place = (!within.is_empty()).then(|| within.join(" > "));
    if nested && text.contains('%') {
        scan_percent(index, text, &found, within, emit);
    }
    for at in found {
        emit(Hit { within: place.clone(), text, at });
    }
}

/// Words with percent-encoded octets (RFC 3986), where nothing is found in them as they stand: an ARN in a URL's query.
fn scan_percent(
    index: &Index<'_>,
    text: &str,
    found: &[Match],
    within: &mut Vec<String>,
    emit: &mut dyn FnMut(Hit<'_>),
) {
    for part in percent_words(text) {
        let begins = part.as_ptr() as usize - text.as_ptr() as usize;
        let covers = |at: &Match| at.start >= begins && at.start < begins + part.len();
        if found.iter().any(covers) {
            continue;
        }
        if let Ok(Cow::Owned(decoded)) = percent_encoding::percent_decode_str(part).decode_utf8() {
            within.push("percent".to_owned());
            scan_at(index, &decoded, within, emit);
            within.pop();
        }
    }
}

fn scan_json(
    index: &Index<'_>,
    value: &Value,
    pointer: &mut String,
    within: &mut Vec<String>,
    emit: &mut dyn FnMut(Hit<'_>),
) {
    let length = pointer.len();
    match value {
        Value::String(text) => {
            within.push(pointer.clone());
            scan_at(index, text, within, emit);
            within.pop();
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                push_index(pointer, at);
                scan_json(index, item, pointer, within, emit);
                pointer.truncate(length);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                push_pointer(pointer, key);
                // Keys hold values too: the issuer in the condition of a role's trust.
                within.push(format!("{pointer} (key)"));
                scan_at(index, key, within, emit);
                within.pop();
                scan_json(index, item, pointer, within, emit);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
