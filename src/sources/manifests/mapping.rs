//! The entries of a mapping: merge keys, and keys that stand twice.

use std::collections::HashMap;

use super::tree::DuplicateKey;
use crate::model::document::{Node, Span, Tree};

/// Above this size a map finds duplicates, below it a scan is faster.
const SCAN: usize = 16;

/// An entry as it stands in the text.
pub(super) struct Entry {
    pub(super) key: Key,
    /// Line of the key.
    pub(super) line: u32,
    pub(super) node: Node,
}

/// A key.
pub(super) enum Key {
    Text(String),
    /// `<<`
    Merge,
}

/// Resolves merge keys in the order of go-yaml v2: a merge overrides what stands before it and yields to what stands
/// after it; of several merged mappings the first wins. A key written twice is reported.
///
/// # Errors
/// The place of a merged value that is no mapping.
pub(super) fn finish_mapping(
    entries: Vec<Entry>,
    duplicates: &mut Vec<DuplicateKey>,
) -> Result<Vec<(String, Node)>, Span> {
    let mut result = Mapping::new(entries.len());
    for Entry { key, line, node } in entries {
        match key {
            Key::Text(key) => {
                if let Some((key, first)) = result.insert(key, line, node) {
                    duplicates.push(DuplicateKey { key, first, second: line });
                }
            }
            Key::Merge => result.merge(node)?,
        }
    }
    Ok(result.entries)
}

/// Line of a key that came by a merge.
const MERGED: u32 = 0;

struct Mapping {
    entries: Vec<(String, Node)>,
    lines: Vec<u32>,
    /// Positions by key, once there are many.
    index: HashMap<String, usize>,
}

impl Mapping {
    fn new(size: usize) -> Self {
        Self { entries: Vec::with_capacity(size), lines: Vec::with_capacity(size), index: HashMap::new() }
    }

    fn position(&mut self, key: &str) -> Option<usize> {
        if self.entries.len() <= SCAN {
            return self.entries.iter().position(|(known, _)| known == key);
        }
        for (at, (known, _)) in self.entries.iter().enumerate().skip(self.index.len()) {
            self.index.insert(known.clone(), at);
        }
        self.index.get(key).copied()
    }

    /// Sets a value. Returns the key and the line where it was written out before.
    fn insert(&mut self, key: String, line: u32, node: Node) -> Option<(String, u32)> {
        let Some(at) = self.position(&key) else {
            self.entries.push((key, node));
            self.lines.push(line);
            return None;
        };
        if let Some(entry) = self.entries.get_mut(at) {
            entry.1 = node;
        }
        let known = self.lines.get_mut(at)?;
        let before = *known;
        if line != MERGED {
            *known = line;
        }
        (before != MERGED && line != MERGED).then_some((key, before))
    }

    fn merge(&mut self, node: Node) -> Result<(), Span> {
        match node.tree {
            Tree::Mapping(entries) => {
                for (key, value) in entries {
                    self.insert(key, MERGED, value);
                }
                Ok(())
            }
            Tree::Sequence(items) => {
                for item in items.into_iter().rev() {
                    if !matches!(item.tree, Tree::Mapping(_)) {
                        return Err(item.span);
                    }
                    self.merge(item)?;
                }
                Ok(())
            }
            _ => Err(node.span),
        }
    }
}
