//! The documents of a text: YAML parted by `---`, or JSON values one after another.
//!
//! As kubectl does, a text is parted at its `---` lines first: a document that is broken hides nothing of the next.

use serde::de::IgnoredAny;

use super::tree::{Broken, Budget, Cause, Part, Root, read_trees};
use crate::model::document::Tree;

/// What a text holds.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Documents with content, in order.
    pub(super) roots: Vec<Root>,
    /// What could not be read, in order.
    pub(super) broken: Vec<Broken>,
}

/// Reads all documents of a text.
pub(super) fn read_documents(text: &str, budget: &mut Budget) -> Documents {
    let mut documents = Documents::default();
    for part in json_parts(text).unwrap_or_else(|| yaml_parts(text)) {
        let (roots, broken) = read_trees(text, &part, budget);
        documents.roots.extend(roots.into_iter().filter(|root| root.node.tree != Tree::Null));
        let exhausted = broken.as_ref().is_some_and(|broken| broken.cause == Cause::Exhausted);
        documents.broken.extend(broken);
        if exhausted {
            break;
        }
    }
    documents
}

/// Several JSON values in a row, which kubectl reads and YAML does not know.
fn json_parts(text: &str) -> Option<Vec<Part>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let (mut parts, mut start, mut lines_before) = (Vec::new(), 0, 0);
    while let Some(value) = values.next() {
        value.ok()?;
        let end = values.byte_offset();
        parts.push(Part { range: start..end, lines_before });
        lines_before += line_ends(text, start, end);
        start = end;
    }
    (parts.len() > 1).then_some(parts)
}

/// Parts a text before each line that is `---`, alone or with something after a blank.
fn yaml_parts(text: &str) -> Vec<Part> {
    let (mut parts, mut start, mut lines_before) = (Vec::new(), 0, 0);
    for marker in markers(text) {
        let before = text.get(start..marker).unwrap_or("");
        if before.lines().all(is_prologue) {
            continue;
        }
        parts.push(Part { range: start..marker, lines_before });
        lines_before += line_ends(text, start, marker);
        start = marker;
    }
    parts.push(Part { range: start..text.len(), lines_before });
    parts
}

/// Offsets of the lines that begin a document.
fn markers(text: &str) -> impl Iterator<Item = usize> + '_ {
    let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
    lines.filter(|at| {
        let rest = text.as_bytes().get(*at..).unwrap_or_default();
        matches!(rest, [b'-', b'-', b'-'] | [b'-', b'-', b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
    })
}

/// Comments, blank lines and directives belong to the document after them.
fn is_prologue(line: &str) -> bool {
    line.starts_with('%') || line.trim_start().is_empty() || line.trim_start().starts_with('#')
}

fn line_ends(text: &str, start: usize, end: usize) -> usize {
    memchr::memchr_iter(b'\n', text.get(start..end).unwrap_or("").as_bytes()).count()
}
