//! What Flux fills into the manifests of a folder: `postBuild` of the Kustomization whose folder it is.
//!
//! <https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution>

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::{Node, Object, Tree};
use super::source_path::SourcePath;

/// Label or annotation of an object that nothing is filled into.
const SWITCH: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// A Kustomization of Flux, with what it fills.
#[derive(Clone, Debug)]
pub struct Filling {
    /// Label of the Kustomization.
    pub label: String,
    /// Its folder; none where nothing is known of it.
    path: Option<SourcePath>,
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
        path: SourcePath::parse(object.root.str_at(&["spec", "path"]).unwrap_or_default()),
        values: values.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        from: from.iter().filter_map(source).collect(),
        fills: !values.is_empty() || !from.is_empty(),
    }
}

impl Filling {
    /// How many folders of a path lie in its own, where that holds the folder. The two may be told from different
    /// folders: one path ends the other.
    fn reach(&self, folder: &str) -> Option<usize> {
        let folder: Vec<&str> = folder.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
        let path = self.path.as_ref()?;
        let agrees = |length: &usize| folder.get(..*length).is_some_and(|of| path.agrees(of));
        (1..=folder.len()).rev().find(agrees).or_else(|| path.is_root().then_some(0))
    }
}

/// The Kustomization that fills an object: the one whose folder is the nearest above it.
#[must_use]
pub fn filling_of<'f>(fillings: &'f [Filling], object: &Object) -> Option<&'f Filling> {
    let folder = |file: &str| file.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let folders = [Some(folder(&object.file)), object.unit.clone()];
    let off = ["labels", "annotations"]
        .iter()
        .any(|field| object.root.str_at(&["metadata", field, SWITCH]) == Some("disabled"));
    let reach = |one: &Filling| folders.iter().flatten().filter_map(|folder| one.reach(folder)).max();
    let nearest = fillings.iter().filter_map(|one| Some((reach(one)?, one))).max_by_key(|(reach, _)| *reach);
    nearest.map(|(_, one)| one).filter(|one| one.fills && !off)
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
