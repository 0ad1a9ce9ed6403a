//! Documents with places: a YAML or JSON tree whose every node knows where its text stands.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use super::diagnostic::Place;

/// A byte range of a file's text, with the line it begins on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line of the first byte, from 1.
    pub line: u32,
}

/// A node of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where its text stands.
    pub span: Span,
    /// What it is.
    pub tree: Tree,
}

/// What a node is, typed as kubectl types it (YAML 1.1 scalars).
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on` and their like.
    Bool(bool),
    /// An integer or a float.
    Number(serde_json::Number),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file; keys are unique.
    Mapping(Vec<(String, Node)>),
}

impl Node {
    /// The child under a key; `None` where this is no mapping or has no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.tree {
            Tree::Mapping(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, node)| node),
            _ => None,
        }
    }
    /// The node at a path of keys and list indexes.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| match &node.tree {
            Tree::Sequence(items) => items.get(key.parse::<usize>().ok()?),
            _ => node.get(key),
        })
    }
    /// The text of a string node.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.tree {
            Tree::String(text) => Some(text),
            _ => None,
        }
    }
    /// The text at a path.
    #[must_use]
    pub fn str_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }
    /// The integer of a number node.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.tree {
            Tree::Number(number) => number.as_i64(),
            _ => None,
        }
    }
    /// The items of a list, nothing for other nodes.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.tree {
            Tree::Sequence(items) => items,
            _ => &[],
        }
    }
    /// The entries of a mapping, nothing for other nodes.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.tree {
            Tree::Mapping(entries) => entries,
            _ => &[],
        }
    }
    /// The same tree as plain JSON, places dropped.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Bool(b) => Value::Bool(*b),
            Tree::Number(n) => Value::Number(n.clone()),
            Tree::String(s) => Value::String(s.clone()),
            Tree::Sequence(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Tree::Mapping(entries) => {
                Value::Object(entries.iter().map(|(k, v)| (k.clone(), v.to_json())).collect())
            }
        }
    }
}

/// Appends a segment to a JSON Pointer (RFC 6901: `~` is `~0`, `/` is `~1`).
pub fn push_pointer(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in segment.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Appends a list index to a JSON Pointer.
pub fn push_index(pointer: &mut String, index: usize) {
    let _ = write!(pointer, "/{index}");
}

/// A text file that was read, kept so that the line of a use can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// Path relative to the folder of drplan.hcl; what a unit renders is `<its file> (rendered)`.
    pub path: String,
    /// The whole text, without byte order mark.
    pub text: String,
}

/// A document in the files of a unit that one of its objects came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// Number of the document in the file, from 0.
    pub document: u32,
    /// The document, its spans in the text of `file`.
    pub root: Arc<Node>,
}

/// A Kubernetes object as it stands in a file or as a unit renders it.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// File it stands in; of a rendered object the unit's file that it came from, else the kustomization or chart.
    pub file: String,
    /// Number of its document in the file, from 0; documents without content do not count.
    pub document: u32,
    /// Place in the document as a JSON Pointer: empty, or `/items/3` in a `List`.
    pub pointer: String,
    /// Line it begins on in `file`.
    pub line: u32,
    /// Path of the text in [`Manifests::texts`] that the spans of `root` refer to: `file`, or what a unit rendered.
    pub text: String,
    /// Documents of the unit's files that it came from, resources before patches; empty for an object of a file.
    pub origins: Vec<Origin>,
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.namespace` as written.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
    /// The unit that rendered it, by its folder; `None` for an object of a file.
    pub unit: Option<String>,
    /// The whole object.
    pub root: Node,
}

impl Object {
    /// `group` of its `apiVersion`, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
    /// Where the value at a path is written: the text that holds it and its span there.
    ///
    /// A rendered value is found in the unit's own files where the same value stands at the same path there;
    /// else, as a value that the unit made, in what was rendered.
    #[must_use]
    pub fn written_at(&self, path: &[&str]) -> Option<(&str, Span)> {
        let node = self.root.at(path)?;
        let origin = self.origins.iter().find_map(|origin| {
            let written = origin.root.at(path)?;
            (written.to_json() == node.to_json()).then_some((origin.file.as_str(), written.span))
        });
        Some(origin.unwrap_or((self.text.as_str(), node.span)))
    }
    /// Where it begins.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new(&self.file, self.line)
    }
    /// Where one of its nodes is written. What a unit rendered is no file that people can open: there it is where the
    /// unit's own files have the same value, else where the object begins.
    #[must_use]
    pub fn place_of(&self, node: &Node) -> Place {
        if self.text == self.file {
            return Place::new(&self.file, node.span.line);
        }
        let mut path = Vec::new();
        let written = path_to(&self.root, node, &mut path).then(|| {
            let path: Vec<&str> = path.iter().map(AsRef::as_ref).collect();
            self.written_at(&path)
        });
        match written.flatten() {
            Some((file, span)) if file != self.text => Place::new(file, span.line),
            _ => self.place(),
        }
    }
    /// The same with the API group, `Kind.group/namespace/name`: what tells two objects of one label apart.
    #[must_use]
    pub fn label_in_group(&self) -> String {
        match self.group() {
            "" => self.label(),
            group => self.label().replacen('/', &format!(".{group}/"), 1),
        }
    }
    /// `Kind/namespace/name`, or `Kind/name` without a namespace.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/{namespace}/{}", self.kind, self.name),
            None => format!("{}/{}", self.kind, self.name),
        }
    }
}

/// Puts the way from one node to another together; false where it does not lead there.
fn path_to<'n>(from: &'n Node, to: &Node, path: &mut Vec<Cow<'n, str>>) -> bool {
    if std::ptr::eq(from, to) {
        return true;
    }
    let items = from.items().iter().enumerate().map(|(at, item)| (Cow::from(at.to_string()), item));
    let entries = from.entries().iter().map(|(key, value)| (Cow::from(key.as_str()), value));
    for (name, node) in items.chain(entries) {
        path.push(name);
        if path_to(node, to, path) {
            return true;
        }
        path.pop();
    }
    false
}

/// A file or document that is no Kubernetes object.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// The file.
    pub file: String,
    /// Why it is not read as objects.
    pub why: String,
}

/// All that was read from the manifests.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifests {
    /// The objects, in order of file, document and `List` item.
    pub objects: Vec<Object>,
    /// Files and documents passed over, sorted.
    pub skipped: Vec<Skipped>,
    /// Text of every file that holds an object, belongs to a unit or was skipped, and of what each unit rendered,
    /// sorted by path. Those of skipped files are searched for literals.
    pub texts: Vec<SourceText>,
    /// Units that could not be rendered and paths that could not be entered.
    pub gaps: Vec<crate::model::diagnostic::Gap>,
    /// Units found: folder of the kustomization or chart.
    pub units: Vec<Unit>,
}

impl Manifests {
    /// Whether a path is that of one of the texts.
    pub fn has_text(&self, path: &str) -> bool {
        self.texts.binary_search_by(|source| source.path.as_str().cmp(path)).is_ok()
    }
}

/// A kustomization that no other includes, or a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its folder.
    pub folder: String,
    /// `kustomization` or `chart`.
    pub kind: UnitKind,
    /// Name that a chart is rendered under; `None` of a kustomization.
    pub release: Option<String>,
    /// Whether its objects are in `objects`; if not, a gap says why and its files are in `skipped`.
    pub rendered: bool,
    /// The files that were read as part of it and not singly, sorted.
    pub files: Vec<String>,
    /// Whether it takes something in that does not lie here: a base of another repository, a plugin's objects, a chart.
    pub takes_foreign: bool,
    /// The namespace that it gives to all its objects.
    pub namespace: Option<String>,
}

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// Rendered by `kubectl kustomize`.
    Kustomization,
    /// Rendered by `helm template`.
    Chart,
}
