//! What Flux fills into the manifests of a folder: `postBuild` of the Kustomization whose folder it is.
//!
//! <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Node, Object, Tree};

/// Label or annotation of an object that nothing is filled into.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// A Kustomization of Flux, with what it fills.
#[derive(Clone, Debug)]
pub struct Filling {
    /// Label of the Kustomization.
    pub label: String,
    /// Names of the folders of its path, as its own repository has them.
    path: Vec<String>,
    /// Values that stand in it.
    values: BTreeMap<String, String>,
    /// The objects that it takes more from, by their labels.
    pub from: Vec<String>,
    fills: bool,
}

/// The Kustomizations of Flux among the objects.
#[must_use]
pub fn fillings(objects: &[Object]) -> Vec<Filling> {
    objects.iter().filter(|object| is_kustomization(object)).map(filling).collect()
}

/// Whether an object is a Kustomization of Flux.
#[must_use]
pub fn is_kustomization(object: &Object) -> bool {
    object.group() == "kustomize.toolkit.fluxcd.io" && object.kind == "Kustomization"
}

fn filling(object: &Object) -> Filling {
    let build = object.root.at(&["spec", "postBuild"]);
    let values = build.and_then(|build| build.get("substitute")).map(Node::entries).unwrap_or_default();
    let from = build.and_then(|build| build.get("substituteFrom")).map(Node::items).unwrap_or_default();
    let text = |node: &Node| match node.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let namespace = object.namespace.as_deref().unwrap_or("default");
    let source =
        |one: &Node| Some(format!("{}/{namespace}/{}", one.str_at(&["kind"])?, one.str_at(&["name"])?));
    Filling {
        label: object.label(),
        path: parts(object.root.str_at(&["spec", "path"]).unwrap_or_default()).map(str::to_owned).collect(),
        values: values.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        from: from.iter().filter_map(source).collect(),
        fills: !values.is_empty() || !from.is_empty(),
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !matches!(*part, "" | "." | ".."))
}

impl Filling {
    /// Whether a folder lies in its path. The two may be told from different folders: one path ends the other.
    fn covers(&self, folder: &str) -> bool {
        let folder: Vec<&str> = parts(folder).collect();
        let own: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let is_end = |of: &[&str]| !of.is_empty() && (of.ends_with(&own) || own.ends_with(of));
        own.is_empty() || (1..=folder.len()).any(|length| folder.get(..length).is_some_and(is_end))
    }
}

/// The Kustomization that fills an object: the one with the longest path that it lies in.
#[must_use]
pub fn filling_of<'f>(fillings: &'f [Filling], object: &Object) -> Option<&'f Filling> {
    let folder = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let folders = [Some(folder(&object.file)), object.unit.clone()];
    let off = ["labels", "annotations"]
        .iter()
        .any(|field| object.root.str_at(&["metadata", field, SWITCH]) == Some("disabled"));
    let covers = |one: &&Filling| folders.iter().flatten().any(|folder| one.covers(folder));
    let nearest = fillings.iter().filter(covers).max_by_key(|one| one.path.len());
    nearest.filter(|one| one.fills && !off)
}

/// Fills in the values that stand in the Kustomizations of Flux. What Flux takes from a Secret or a ConfigMap is left:
/// neither is read for it.
pub fn fill(objects: &mut [Object]) {
    let fillings = fillings(objects);
    if fillings.iter().all(|one| one.values.is_empty()) {
        return;
    }
    for object in objects {
        let Some(filling) = filling_of(&fillings, object) else { continue };
        fill_node(&mut object.root, &filling.values);
        for origin in &mut object.origins {
            fill_node(Arc::make_mut(&mut origin.root), &filling.values);
        }
    }
}

fn fill_node(node: &mut Node, values: &BTreeMap<String, String>) {
    match &mut node.tree {
        Tree::String(text) if text.contains("${") => {
            let whole = text.starts_with("${") && text.find('}') == Some(text.len() - 1);
            *text = filled(text, values);
            // It puts text into text: what stands alone there is a number or a truth value, too.
            if let Some(tree) = typed(text).filter(|_| whole) {
                node.tree = tree;
            }
        }
        Tree::Sequence(items) => items.iter_mut().for_each(|item| fill_node(item, values)),
        Tree::Mapping(entries) => entries.iter_mut().for_each(|(_, value)| fill_node(value, values)),
        _ => {}
    }
}

fn typed(text: &str) -> Option<Tree> {
    match serde_json::from_str(text).ok()? {
        serde_json::Value::Bool(value) => Some(Tree::Bool(value)),
        serde_json::Value::Number(value) => Some(Tree::Number(value)),
        serde_json::Value::String(value) => Some(Tree::String(value)),
        _ => None,
    }
}

/// The text with what is known put in; a name that nothing is known of stays.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        rest = after;
        let value = after.split_once('}').filter(|_| !before.ends_with('$')).and_then(|(inside, behind)| {
            let name = inside.split([':', '=', '-']).next().unwrap_or_default();
            Some((values.get(name)?, behind))
        });
        match value {
            Some((value, behind)) => {
                out.push_str(value);
                rest = behind;
            }
            None => out.push_str("${"),
        }
    }
    out + rest
}
