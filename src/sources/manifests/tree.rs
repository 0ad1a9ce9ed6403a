//! From text to trees: every node typed as kubectl types it and with its place in the text.
//!
//! The parser's events are folded into nodes here, within budgets of depth, nodes and alias expansion, so that no
//! document takes more memory than its size warrants. Messages hold no text of the document.

use std::collections::HashMap;
use std::ops::Range;

use serde_saphyr::granit_parser::{
    self as granit, ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Tag,
};

use super::mapping::{Entry, Key, finish_mapping};
use super::scalar::{ScalarTag, resolve};
use crate::model::document::{Node, Span, Tree};

/// Levels of nesting; Kubernetes' own schemas stay below 40.
const MAX_DEPTH: usize = 512;
/// Copies that the aliases of one text may make, in nodes and in bytes of text.
const MAX_ALIAS_NODES: usize = 200_000;
const MAX_ALIAS_BYTES: usize = 16 << 20;
const NAMESPACE: &str = "tag:yaml.org,2002:";

/// A text that cannot be read, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Line of the whole text, from 1.
    pub(super) line: u32,
    pub(super) message: String,
    pub(super) fix: &'static str,
    pub(super) cause: Cause,
}

/// What kind of breakage it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Filling in a template could mend it.
    Syntax,
    /// A limit of one text.
    Limit,
    /// The budget of all texts is used up: nothing more can be read.
    Exhausted,
}

/// A key that one mapping has twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DuplicateKey {
    pub(super) key: String,
    pub(super) first: u32,
    pub(super) second: u32,
}

/// A document's tree.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) node: Node,
    pub(super) duplicates: Vec<DuplicateKey>,
}

/// What may still be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// Nodes of all texts together.
    pub(super) nodes: usize,
}

/// A part of a text that is read by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    /// Line ends before it.
    pub(super) lines_before: usize,
}

/// Reads the documents in a part of a text. What stands before an error is returned with it.
pub(super) fn read_trees(text: &str, part: &Part, budget: &mut Budget) -> (Vec<Root>, Option<Broken>) {
    let Part { range, lines_before } = part;
    let (start, part) = (range.start, text.get(range.clone()).unwrap_or(""));
    let mut builder = Builder::new(start, *lines_before, part.len(), budget);
    let options = granit::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    for next in Parser::new_from_str_with_options(part, options) {
        let outcome = match next {
            Ok((event, span)) => builder.take(event, span),
            Err(error) => Err(builder.syntax_error(&error)),
        };
        if let Err(broken) = outcome {
            return (builder.roots, Some(*broken));
        }
    }
    (builder.roots, None)
}

type Step = Result<(), Box<Broken>>;

/// A collection that is not closed yet.
struct Open {
    anchor: usize,
    start: Span,
    /// Counters when it began.
    nodes: usize,
    bytes: usize,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Option<(Key, u32)> },
}

struct Anchored {
    node: Node,
    nodes: usize,
    bytes: usize,
}

struct Builder<'b> {
    offset: usize,
    lines_before: usize,
    length: usize,
    budget: &'b mut Budget,
    alias_nodes: usize,
    alias_bytes: usize,
    /// Nodes and bytes of text made so far, copies included.
    nodes: usize,
    bytes: usize,
    stack: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    duplicates: Vec<DuplicateKey>,
    roots: Vec<Root>,
}

impl<'b> Builder<'b> {
    fn new(offset: usize, lines_before: usize, length: usize, budget: &'b mut Budget) -> Self {
        Self {
            offset,
            lines_before,
            length,
            budget,
            alias_nodes: MAX_ALIAS_NODES,
            alias_bytes: MAX_ALIAS_BYTES,
            nodes: 0,
            bytes: 0,
            stack: Vec::new(),
            anchors: HashMap::new(),
            duplicates: Vec::new(),
            roots: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: granit::Span) -> Step {
        let place = self.place(&span);
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style == ScalarStyle::Plain, anchor, tag.as_deref(), place)
            }
            Event::SequenceStart(_, anchor, _) => self.open(anchor, place, Items::Sequence(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                self.open(anchor, place, Items::Mapping { entries: Vec::new(), key: None })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
            Event::Alias(id) => self.alias(id, place),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, value: &str, plain: bool, anchor: usize, tag: Option<&Tag>, place: Span) -> Step {
        self.charge(place)?;
        let core = tag.map(|tag| tag.suffix_in_namespace(NAMESPACE));
        let tag = match &core {
            None => ScalarTag::Absent,
            Some(Some(name)) => ScalarTag::Core(name),
            Some(None) => ScalarTag::Other,
        };
        let merge = value == "<<" && (tag == ScalarTag::Core("merge") || (plain && tag == ScalarTag::Absent));
        let fix = "write a value that kubectl reads";
        let scalar = resolve(value, plain, tag).map_err(|refused| broken(place, refused.message(), fix))?;
        self.bytes += value.len();
        if let Some(Open { items: Items::Mapping { key: key @ None, .. }, .. }) = self.stack.last_mut() {
            let name = if merge {
                Key::Merge
            } else {
                Key::Text(scalar.clone().into_key().map_err(|refused| broken(place, refused.message(), fix))?)
            };
            *key = Some((name, place.line));
            if anchor != 0 {
                let tree = scalar.into_tree().map_err(|refused| broken(place, refused.message(), fix))?;
                self.remember(anchor, &Node { span: place, tree }, 1, value.len())?;
            }
            return Ok(());
        }
        let tree = scalar.into_tree().map_err(|refused| broken(place, refused.message(), fix))?;
        let node = Node { span: place, tree };
        self.remember(anchor, &node, 1, value.len())?;
        self.add(node)
    }

    fn open(&mut self, anchor: usize, start: Span, items: Items) -> Step {
        if let Some(Open { items: Items::Mapping { key: None, .. }, .. }) = self.stack.last() {
            return Err(broken(start, "a key that is a list or a mapping", "write the key as text"));
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(too_deep(start.line));
        }
        let (nodes, bytes) = (self.nodes, self.bytes);
        self.charge(start)?;
        self.stack.push(Open { anchor, start, nodes, bytes, items });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Step {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        let (tree, last) = match open.items {
            Items::Sequence(items) => {
                let last = items.last().map(|item| item.span.end);
                (Tree::Sequence(items), last)
            }
            Items::Mapping { entries, .. } => {
                let last = entries.last().map(|entry| entry.node.span.end);
                let entries = finish_mapping(entries, &mut self.duplicates).map_err(|place| {
                    broken(place, "a merge (<<) of something that is no mapping", MERGE_FIX)
                })?;
                (Tree::Mapping(entries), last)
            }
        };
        // A block collection has no closing token: it ends with its last child.
        let end = if end.start < end.end { end.end } else { last.unwrap_or(open.start.end) };
        let node = Node { span: Span { end: end.max(open.start.start), ..open.start }, tree };
        self.remember(open.anchor, &node, self.nodes - open.nodes, self.bytes - open.bytes)?;
        self.add(node)
    }

    fn alias(&mut self, id: usize, place: Span) -> Step {
        let Some(anchored) = self.anchors.get(&id) else {
            return Err(broken(place, "an anchor that contains itself", "write the value out"));
        };
        let (nodes, bytes) = (anchored.nodes, anchored.bytes);
        self.charge_copy(place, nodes, bytes)?;
        self.nodes += nodes;
        self.bytes += bytes;
        let node = self.anchors.get(&id).map(|anchored| anchored.node.clone());
        let Some(node) = node else { return Ok(()) };
        if let Some(Open { items: Items::Mapping { key: key @ None, .. }, .. }) = self.stack.last_mut() {
            let name = match node.tree {
                Tree::String(text) => text,
                Tree::Bool(value) => value.to_string(),
                Tree::Number(number) if number.is_i64() => number.to_string(),
                _ => return Err(broken(place, "an alias as a key", "write the key out")),
            };
            *key = Some((Key::Text(name), place.line));
            return Ok(());
        }
        self.add(node)
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node) -> Step {
        match self.stack.last_mut().map(|open| &mut open.items) {
            None => {
                let duplicates = std::mem::take(&mut self.duplicates);
                self.roots.push(Root { node, duplicates });
            }
            Some(Items::Sequence(items)) => items.push(node),
            Some(Items::Mapping { entries, key }) => {
                if let Some((key, line)) = key.take() {
                    entries.push(Entry { key, line, node });
                }
            }
        }
        Ok(())
    }

    /// Keeps a copy of an anchored node for its aliases.
    fn remember(&mut self, anchor: usize, node: &Node, nodes: usize, bytes: usize) -> Step {
        if anchor == 0 {
            return Ok(());
        }
        self.charge_copy(node.span, nodes, bytes)?;
        self.anchors.insert(anchor, Anchored { node: node.clone(), nodes, bytes });
        Ok(())
    }

    fn charge(&mut self, place: Span) -> Step {
        self.nodes += 1;
        self.budget.nodes = self.budget.nodes.checked_sub(1).ok_or_else(|| {
            Box::new(Broken {
                line: place.line,
                message: "more values than are read of all manifests together".to_owned(),
                fix: "name fewer manifests, or leave files out with --exclude",
                cause: Cause::Exhausted,
            })
        })?;
        Ok(())
    }

    fn charge_copy(&mut self, place: Span, nodes: usize, bytes: usize) -> Step {
        let left = self.alias_nodes.checked_sub(nodes).zip(self.alias_bytes.checked_sub(bytes));
        let all = left.zip(self.budget.nodes.checked_sub(nodes));
        let Some(((alias_nodes, alias_bytes), budget)) = all else {
            return Err(Box::new(Broken {
                line: place.line,
                message: "anchors and aliases that expand beyond what is read of one file".to_owned(),
                fix: "write the values out; a file that grows like this is made to exhaust its reader",
                cause: Cause::Limit,
            }));
        };
        (self.alias_nodes, self.alias_bytes, self.budget.nodes) = (alias_nodes, alias_bytes, budget);
        Ok(())
    }

    fn place(&self, span: &granit::Span) -> Span {
        let at = |marker: &Marker| {
            let within = marker.byte_offset().unwrap_or(self.length).min(self.length);
            u32::try_from(self.offset + within).unwrap_or(u32::MAX)
        };
        let start = at(&span.start);
        Span { start, end: at(&span.end).max(start), line: self.line(&span.start) }
    }

    fn line(&self, marker: &Marker) -> u32 {
        u32::try_from(self.lines_before + marker.line()).unwrap_or(u32::MAX)
    }

    fn syntax_error(&self, error: &ScanError) -> Box<Broken> {
        let line = self.line(error.marker());
        let why = match error.kind() {
            ErrorKind::RecursionLimitExceeded => return too_deep(line),
            // These two hold text of the document.
            ErrorKind::UnexpectedCharacter { .. } | ErrorKind::Custom(_) => {
                "an unexpected character".to_owned()
            }
            kind => kind.to_string(),
        };
        Box::new(Broken {
            line,
            message: format!("not valid YAML: {why}"),
            fix: "mend the syntax, or leave the file out with --exclude",
            cause: Cause::Syntax,
        })
    }
}

const MERGE_FIX: &str = "merge a mapping, an alias of one, or a list of them";

fn broken(place: Span, message: &str, fix: &'static str) -> Box<Broken> {
    Box::new(Broken { line: place.line, message: message.to_owned(), fix, cause: Cause::Syntax })
}

fn too_deep(line: u32) -> Box<Broken> {
    Box::new(Broken {
        line,
        message: format!("nested deeper than {MAX_DEPTH} levels"),
        fix: "leave the file out with --exclude; no Kubernetes object is nested like this",
        cause: Cause::Limit,
    })
}
