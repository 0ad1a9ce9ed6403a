//! Files that lie in a kustomization's folder, or below it, and that it does not name: kustomize applies none of them,
//! and neither does the plan. What somebody else applies from there is read: a path that is given itself, a folder that
//! an Application of Argo CD or a Kustomization of Flux takes as its source.

use std::collections::BTreeMap;
use std::path::Path;

use super::find::Found;
use super::units::folder_of;
use crate::model::document::{Node, Object};
use crate::model::source_path::SourcePath;

/// The folders of the kustomizations that were found: how each file is shown, and the given paths that lead to it.
#[derive(Debug, Default)]
pub(super) struct Folders<'f> {
    folders: BTreeMap<&'f Path, (&'f str, &'f [usize])>,
}

/// A folder that a controller takes its objects from.
#[derive(Debug)]
pub(super) struct Source {
    path: SourcePath,
    /// Whether the controller passes over a kustomization there.
    plain: bool,
}

impl<'f> Folders<'f> {
    pub(super) fn new(kustomizations: impl Iterator<Item = (&'f String, &'f Found)>) -> Self {
        let folders = kustomizations.filter_map(|(shown, found)| {
            Some((found.real.parent()?, (shown.as_str(), found.given.as_slice())))
        });
        Self { folders: folders.collect() }
    }

    /// The folder of the kustomization that a file lies beside, where every given path that leads to the one leads to
    /// the other.
    fn over(&self, found: &Found) -> Option<(&'f Path, String)> {
        let above = found.real.ancestors().skip(1);
        let mut known = above.filter_map(|folder| self.folders.get_key_value(folder));
        let (folder, (shown, _)) =
            known.find(|(_, (_, given))| found.given.iter().all(|number| given.contains(number)))?;
        Some((folder, folder_of(shown)))
    }

    /// Why a file is passed over.
    pub(super) fn why(&self, found: &Found, sources: &[Source]) -> Option<String> {
        let (folder, shown) = self.over(found)?;
        let taken = sources.iter().any(|source| source.takes(&found.real, folder));
        (!taken).then(|| {
            format!("beside the kustomization {shown}, which does not name it: kustomize applies none of it")
        })
    }
}

impl Source {
    /// Whether it is the source of a file that a kustomization above does not name. The path is one of the
    /// controller's repository, which may be another than this: its last folders are compared.
    fn takes(&self, file: &Path, kustomization: &Path) -> bool {
        let folders = file.ancestors().skip(1).take_while(|folder| folder.starts_with(kustomization));
        let own = |folder: &&Path| self.plain || *folder != kustomization;
        let names = |folder: &Path| -> Vec<String> {
            folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect()
        };
        folders.filter(own).map(names).any(|names| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            !self.path.is_root() && self.path.ends(&names)
        })
    }
}

/// The folders that the controllers among the objects take as they are.
///
/// Argo CD takes a folder with a kustomization as that, unless `directory` is written; Flux always does.
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/>,
/// <https://fluxcd.io/flux/components/kustomize/kustomizations/#generating-a-kustomizationyaml-file>
pub(super) fn sources(objects: &[Object]) -> Vec<Source> {
    let mut sources = Vec::new();
    for object in objects {
        let root = &object.root;
        match (object.group(), object.kind.as_str()) {
            ("argoproj.io", "Application") => take_all(root.get("spec"), &mut sources),
            ("argoproj.io", "ApplicationSet") => {
                take_all(root.at(&["spec", "template", "spec"]), &mut sources);
            }
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
                sources.extend(root.str_at(&["spec", "path"]).and_then(|path| source(path, false)));
            }
            _ => {}
        }
    }
    sources
}

fn take_all(spec: Option<&Node>, sources: &mut Vec<Source>) {
    let all = spec.and_then(|spec| spec.get("sources")).into_iter().flat_map(Node::items);
    for one in all.chain(spec.and_then(|spec| spec.get("source"))) {
        let plain = one.get("directory").is_some();
        sources.extend(one.str_at(&["path"]).and_then(|path| source(path, plain)));
    }
}

fn source(path: &str, plain: bool) -> Option<Source> {
    SourcePath::parse(path).map(|path| Source { path, plain })
}
