//! Where a rendered object came from: the documents of the unit's files with its kind and name.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::documents::read_documents;
use super::kustomization::Role;
use super::objects::sort_documents;
use super::reader::Reader;
use super::units::Planned;
use crate::model::document::{Node, Object, Origin, UnitKind};

/// The objects and patches in the files of units, each file read once for all units that have it.
#[derive(Debug, Default)]
pub(super) struct Sources {
    files: HashMap<PathBuf, Vec<Arc<Candidate>>>,
}

/// The documents of one unit's files, by kind.
#[derive(Debug, Default)]
pub(super) struct Origins {
    by_kind: HashMap<String, Vec<Arc<Candidate>>>,
}

#[derive(Debug)]
struct Candidate {
    kind: String,
    name: String,
    pointer: String,
    origin: Origin,
}

impl Sources {
    /// Reads a unit's files as far as they can be read; what cannot is the renderer's matter.
    pub(super) fn of_unit(&mut self, unit: &Planned, reader: &mut Reader<'_>) -> Origins {
        let mut origins = Origins::default();
        for member in &unit.members {
            let Some(text) = reader.text(&member.path, &member.shown, false) else { continue };
            // A chart's files are templates: what it prints names them itself.
            if unit.kind == UnitKind::Chart || member.role == Role::Plugin {
                continue;
            }
            let candidates = self.files.entry(member.path.clone()).or_insert_with(|| {
                let documents = read_documents(&text, &mut reader.budget);
                sort_documents(&member.shown, documents.roots).objects.into_iter().map(candidate).collect()
            });
            for candidate in candidates {
                origins.by_kind.entry(candidate.kind.clone()).or_default().push(Arc::clone(candidate));
            }
        }
        origins
    }
}

fn candidate(object: Object) -> Arc<Candidate> {
    let Object { file, document, pointer, kind, name, root, .. } = object;
    let origin = Origin { file, document, root: Arc::new(root) };
    Arc::new(Candidate { kind, name, pointer, origin })
}

impl Origins {
    /// Tells a rendered object where it came from.
    pub(super) fn trace(&self, object: &mut Object) {
        let Some(candidates) = self.by_kind.get(&object.kind) else { return };
        let name = source_name(candidates, &object.name);
        let mut matching = candidates.iter().filter(|candidate| Some(candidate.name.as_str()) == name);
        let Some(first) = matching.next() else { return };
        let Origin { file, document, root } = &first.origin;
        object.file.clone_from(file);
        object.document = *document;
        object.pointer.clone_from(&first.pointer);
        object.line = root.span.line;
        object.origins = std::iter::once(first).chain(matching).map(|found| found.origin.clone()).collect();
    }
}

/// The name in the unit's files: the same, or without the prefix and suffix that a kustomization gave it.
fn source_name<'c>(candidates: &'c [Arc<Candidate>], rendered: &str) -> Option<&'c str> {
    let names = candidates.iter().map(|candidate| candidate.name.as_str());
    names.filter(|name| rendered.contains(name)).max_by_key(|name| name.len())
}

/// The template that helm names above each document it prints: `# Source: chart/templates/x.yaml`.
pub(super) fn chart_source(rendered: &str, root: &Node) -> Option<String> {
    let before = rendered.get(..root.span.start as usize)?;
    let comment = before.lines().rev().take_while(|line| !line.starts_with("---")).last()?;
    let path = comment.strip_prefix("# Source: ")?;
    path.split_once('/').map(|(_, below)| below.trim().to_owned())
}
