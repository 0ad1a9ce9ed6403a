//! What a document is: an object, a `List` of them, something else, or half an object.

use super::template::{TEMPLATE, holds_action};
use super::tree::{DuplicateKey, Root};
use crate::model::diagnostic::{Place, Problem};
use crate::model::document::{Node, Object, Span, Tree, push_index};

/// What the documents of one text hold.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) objects: Vec<Object>,
    /// Documents that are no objects: line and why.
    pub(super) others: Vec<(u32, String)>,
    pub(super) problems: Vec<Problem>,
}

/// Sorts the documents of a text. `file` is how its path is printed.
pub(super) fn sort_documents(file: &str, roots: Vec<Root>) -> Contents {
    let mut contents = Contents::default();
    for (document, root) in roots.into_iter().enumerate() {
        let secret = is_secret(&root.node);
        for duplicate in &root.duplicates {
            contents.problems.push(twice(file, duplicate, secret));
        }
        let mut sorter =
            Sorter { file, document: u32::try_from(document).unwrap_or(u32::MAX), contents: &mut contents };
        sorter.sort(root.node, String::new());
    }
    contents
}

/// The problem of a key that stands twice; one of a Secret is not named, it may be content in the wrong place.
pub(super) fn twice(file: &str, duplicate: &DuplicateKey, secret: bool) -> Problem {
    let DuplicateKey { key, first, second } = duplicate;
    let name = if secret || !is_printable(key) { String::new() } else { format!(" `{key}`") };
    Problem::at(
        Place::new(file, *second),
        format!("the key{name} stands twice in one mapping"),
        "keep one of them; kubectl would take the last and drop the other",
    )
    .also(Place::new(file, *first), "first here")
}

/// Groups of files that look like objects and are read by a program on somebody's machine.
const OF_PROGRAMS: [(&str, &str); 6] = [
    ("skaffold/", "skaffold"),
    ("eksctl.io/", "eksctl"),
    ("kind.x-k8s.io/", "kind"),
    ("k3d.io/", "k3d"),
    ("kubeadm.k8s.io/", "kubeadm"),
    ("tilt.dev/", "tilt"),
];

struct Sorter<'a> {
    file: &'a str,
    document: u32,
    contents: &'a mut Contents,
}

impl Sorter<'_> {
    fn sort(&mut self, node: Node, pointer: String) {
        let line = node.span.line;
        if !matches!(node.tree, Tree::Mapping(_)) {
            self.other(line, "no mapping, so no Kubernetes object");
            return;
        }
        let [api_version, kind] = ["apiVersion", "kind"].map(|key| written(&node, key));
        if [api_version, kind, node.at(&["metadata", "name"])]
            .iter()
            .any(|part| part.and_then(Node::as_str).is_some_and(holds_action))
        {
            self.other(line, TEMPLATE);
            return;
        }
        match (api_version, kind) {
            (None, None) => self.other(line, "neither apiVersion nor kind, so no Kubernetes object"),
            // Grafana and others number their formats so; Kubernetes never does.
            (Some(version), None) if version.as_str().is_none() => {
                self.other(line, "an apiVersion that is no text and no kind, so no Kubernetes object");
            }
            (Some(version), Some(kind)) => match (version.as_str(), kind.as_str()) {
                (Some(version), Some(kind)) => {
                    let (version, kind) = (version.to_owned(), kind.to_owned());
                    self.with_kind(node, pointer, version, kind);
                }
                (None, _) => self.half(version.span.line, "its apiVersion is not text", "write it in quotes"),
                (_, None) => self.half(kind.span.line, "its kind is not text", "write it in quotes"),
            },
            (None, Some(_)) => self.half(line, "it has a kind and no apiVersion", NOT_AN_OBJECT),
            (Some(_), None) => self.half(line, "it has an apiVersion and no kind", NOT_AN_OBJECT),
        }
    }

    fn with_kind(&mut self, node: Node, pointer: String, api_version: String, kind: String) {
        if kind.ends_with("List") && matches!(node.get("items").map(|n| &n.tree), Some(Tree::Sequence(_))) {
            self.list(node, &pointer, &api_version, &kind);
            return;
        }
        let line = node.span.line;
        if let Some((_, program)) = OF_PROGRAMS.iter().find(|(group, _)| api_version.starts_with(group)) {
            self.other(line, &format!("a file of {program}, which no cluster takes"));
            return;
        }
        if api_version.starts_with("kustomize.config.k8s.io/")
            && matches!(kind.as_str(), "Kustomization" | "Component")
        {
            self.other(line, "a kustomization under a name that kustomize does not read");
            return;
        }
        let metadata = node.get("metadata");
        let name = metadata.and_then(|metadata| written(metadata, "name"));
        let namespace = metadata.and_then(|metadata| written(metadata, "namespace"));
        let Some(name) = name else {
            if metadata.and_then(|metadata| written(metadata, "generateName")).is_some() {
                self.half(
                    line,
                    "it has metadata.generateName, so that each apply would make another one",
                    "give it metadata.name, or leave the file out with --exclude",
                );
            } else {
                self.half(line, "it has apiVersion and kind but no metadata.name", NOT_AN_OBJECT);
            }
            return;
        };
        let Some(text) = name.as_str().filter(|text| !text.is_empty()) else {
            self.half(name.span.line, "its metadata.name is not text", "write it in quotes");
            return;
        };
        if let Some(namespace) = namespace.filter(|namespace| namespace.as_str().is_none()) {
            self.half(namespace.span.line, "its metadata.namespace is not text", "write it in quotes");
            return;
        }
        let object = Object {
            file: self.file.to_owned(),
            document: self.document,
            pointer,
            line,
            text: self.file.to_owned(),
            origins: Vec::new(),
            api_version,
            kind,
            namespace: namespace.and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned),
            name: text.to_owned(),
            unit: None,
            root: node,
        };
        self.contents.objects.push(object);
    }

    fn list(&mut self, node: Node, pointer: &str, api_version: &str, kind: &str) {
        let (span, Tree::Mapping(entries)) = (node.span, node.tree) else { return };
        let items = entries.into_iter().find(|(key, _)| key == "items").map(|(_, items)| items.tree);
        let Some(Tree::Sequence(items)) = items else { return };
        if items.is_empty() {
            self.other(span.line, "an empty List");
        }
        for (index, mut item) in items.into_iter().enumerate() {
            let mut pointer = format!("{pointer}/items");
            push_index(&mut pointer, index);
            // Items of a typed list may go without; apimachinery fills them in from the list.
            if let Tree::Mapping(entries) = &mut item.tree
                && kind != "List"
                && !entries.iter().any(|(key, _)| key == "apiVersion" || key == "kind")
            {
                let item_kind = kind.strip_suffix("List").unwrap_or(kind);
                entries.insert(0, ("apiVersion".to_owned(), filled_in(span, api_version)));
                entries.insert(1, ("kind".to_owned(), filled_in(span, item_kind)));
            }
            self.sort(item, pointer);
        }
    }

    fn other(&mut self, line: u32, why: &str) {
        self.contents.others.push((line, why.to_owned()));
    }

    fn half(&mut self, line: u32, what: &str, fix: &str) {
        let problem =
            Problem::at(Place::new(self.file, line), format!("half a Kubernetes object: {what}"), fix);
        self.contents.problems.push(problem);
    }
}

const NOT_AN_OBJECT: &str =
    "complete it, or leave the file out with --exclude if it is not meant for the cluster";

fn filled_in(span: Span, text: &str) -> Node {
    Node { span: Span { end: span.start, ..span }, tree: Tree::String(text.to_owned()) }
}

/// The value of a key, unless it is null.
fn written<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).filter(|value| value.tree != Tree::Null)
}

fn is_secret(node: &Node) -> bool {
    let kind = node.str_at(&["kind"]).unwrap_or("");
    kind.contains("Secret")
        || (kind.ends_with("List")
            && node.get("items").is_some_and(|items| items.items().iter().any(is_secret)))
}

/// A key that is surely a key, and no text that slipped into its place.
fn is_printable(key: &str) -> bool {
    key.len() <= 80 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte))
}
