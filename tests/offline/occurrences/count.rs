//! The counter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Counts;
use crate::worlds::PRIMARY;

/// Texts that belong to the primary beyond doubt.
pub(crate) struct Owned(Vec<String>);

impl Owned {
    /// Region, zones and registry; ids and ARNs of the managed resources that live in the primary.
    pub(crate) fn of(state: &str) -> Self {
        let state: Value = serde_json::from_str(state).unwrap();
        let mut texts: BTreeSet<String> = ["", "a", "b", "c"].map(|zone| format!("{PRIMARY}{zone}")).into();
        texts.extend(["use2-az1", "use2-az2", "use2-az3", "use2.cache.amazonaws.com"].map(str::to_owned));
        texts.insert(format!("123456789012.dkr.ecr.{PRIMARY}.amazonaws.com"));
        for resource in
            state["resources"].as_array().into_iter().flatten().filter(|one| one["mode"] == "managed")
        {
            for instance in resource["instances"].as_array().into_iter().flatten() {
                for key in ["id", "arn"] {
                    let Some(text) = instance["attributes"][key].as_str() else { continue };
                    let mixed = text.bytes().any(|b| b.is_ascii_digit())
                        && text.bytes().any(|b| b.is_ascii_alphabetic());
                    let made = text.split_once('-').is_some_and(|(prefix, rest)| {
                        prefix.len() <= 8
                            && rest.len() >= 8
                            && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
                    });
                    if text.starts_with("arn:") || (mixed && made) {
                        texts.insert(text.to_owned());
                    }
                }
            }
        }
        Self(texts.into_iter().collect())
    }

    fn add(&self, place: &str, text: &str, counts: &mut Counts) {
        for token in &self.0 {
            let count = whole(text, token);
            if count > 0 {
                *counts.entry((place.to_owned(), token.clone())).or_default() += count;
            }
        }
    }

    /// The text, and what JSON or base64 in it hides.
    fn add_decoded(&self, place: &str, text: &str, depth: usize, counts: &mut Counts) {
        if let Some(inner) =
            serde_json::from_str::<Value>(text).ok().filter(|inner| inner.is_object() || inner.is_array())
        {
            strings(&inner, &mut String::new(), &mut |_, text| {
                self.add_decoded(place, text, depth + 1, counts)
            });
        } else if let Some(decoded) = base64(text).filter(|_| depth < 4) {
            self.add_decoded(place, &decoded, depth + 1, counts);
        } else {
            self.add(place, &unescaped(text), counts);
        }
    }
}

/// How often a token stands in a text with no letter or digit beside it, nor, for ids and ARNs, a `-` or `_`.
pub(crate) fn whole(text: &str, token: &str) -> usize {
    let region = token.starts_with(PRIMARY) || token.starts_with("use2-");
    let edge =
        |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && (region || !matches!(c, '-' | '_')));
    text.match_indices(token)
        .filter(|(at, _)| {
            edge(text[..*at].chars().next_back()) && edge(text[at + token.len()..].chars().next())
        })
        .count()
}

/// Every string of a value, keys too, with its pointer.
fn strings(value: &Value, pointer: &mut String, visit: &mut dyn FnMut(&str, &str)) {
    let length = pointer.len();
    match value {
        Value::String(text) => visit(pointer, text),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                pointer.push_str(&format!("/{at}"));
                strings(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                visit(pointer, key);
                strings(item, pointer, visit);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Occurrences in a state: `ADDRESS POINTER`.
pub(crate) fn in_state(state: &str, owned: &Owned) -> Counts {
    let state: Value = serde_json::from_str(state).unwrap();
    let mut counts = Counts::new();
    for resource in state["resources"].as_array().into_iter().flatten() {
        let module = resource["module"].as_str().map_or_else(String::new, |module| format!("{module}."));
        let data = if resource["mode"] == "data" { "data." } else { "" };
        let (kind, name) = (resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = instance.get("index_key").map_or_else(String::new, |key| format!("[{key}]"));
            let address = format!("{module}{data}{kind}.{name}{key}");
            strings(&instance["attributes"], &mut String::new(), &mut |pointer, text| {
                owned.add_decoded(&format!("{address} {pointer}"), text, 0, &mut counts);
            });
        }
    }
    counts
}

/// Occurrences in Terraform code outside comments: `FILE:LINE`.
pub(crate) fn in_code(folder: &Path, owned: &Owned) -> Counts {
    lines(folder, &files(&folder.join("terraform"), &["tf", "tfvars"]), &["#", "//"], owned)
}

/// Occurrences in the lines of the manifests outside comments: `FILE:LINE`.
pub(crate) fn lines_of_manifests(folder: &Path, owned: &Owned) -> Counts {
    lines(folder, &files(&folder.join("kubernetes"), &["yaml", "yml"]), &["#"], owned)
}

fn lines(folder: &Path, files: &[PathBuf], comments: &[&str], owned: &Owned) -> Counts {
    let mut counts = Counts::new();
    for path in files {
        let shown = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        for (number, line) in (1..).zip(std::fs::read_to_string(path).unwrap().lines()) {
            let place = format!("{shown}:{number}");
            owned.add(&place, before_comment(line, comments), &mut counts);
        }
    }
    counts
}

/// The line up to a comment: a mark at its start or after a space, with no quote open.
fn before_comment<'l>(line: &'l str, marks: &[&str]) -> &'l str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        quoted ^= c == '"';
        let starts = at == 0 || line[..at].ends_with(' ');
        if !quoted && starts && marks.iter().any(|mark| line[at..].starts_with(mark)) {
            return &line[..at];
        }
    }
    line
}

/// Occurrences in the objects of the manifests: `FILE KIND/NAMESPACE/NAME POINTER`.
pub(crate) fn in_manifests(folder: &Path, owned: &Owned) -> Counts {
    let mut counts = Counts::new();
    for path in files(&folder.join("kubernetes"), &["yaml", "yml"]) {
        let shown = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        for document in text.split("\n---") {
            let Ok(root) = serde_saphyr::from_str::<Value>(document) else { panic!("{shown} is no YAML") };
            if root.is_null() {
                continue;
            }
            let name = |value: &Value| value.as_str().map(str::to_owned);
            let meta = &root["metadata"];
            let label: Vec<String> =
                [&root["kind"], &meta["namespace"], &meta["name"]].into_iter().filter_map(name).collect();
            strings(&root, &mut String::new(), &mut |pointer, text| {
                owned.add_decoded(&format!("{shown} {} {pointer}", label.join("/")), text, 0, &mut counts);
            });
        }
    }
    counts
}

fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if path.extension().is_some_and(|end| ends.iter().any(|known| end == *known)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `%3A` and its like as what they stand for.
fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, more @ ..] = rest {
        let pair = (*first == b'%').then(|| more.get(..2)).flatten();
        match pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()) {
            Some(byte) => (bytes.push(byte), rest = &more[2..]),
            None => (bytes.push(*first), rest = more),
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Base64, bit by bit, of text; `None` for anything else.
fn base64(text: &str) -> Option<String> {
    let text: String = text.split_ascii_whitespace().collect();
    if text.len() < 12 || !text.len().is_multiple_of(4) {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).unwrap());
            bits &= (1 << held) - 1;
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    (!decoded.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(decoded)
}

/// Base64 of a text.
pub(crate) fn encode(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for at in 0..4 {
            if at <= three.len() {
                let digit = usize::try_from((bits >> (18 - 6 * at)) & 63).unwrap();
                out.push(char::from(ALPHABET[digit]));
            } else {
                out.push('=');
            }
        }
    }
    out
}
