//! Which files belong together: kustomizations that no other includes, and charts, each with its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::find::{Finds, KUSTOMIZATIONS};
use super::kustomization::{Kustomization, Reference, Role, check_plugin};
use super::paths::Base;
use super::reader::Reader;
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::document::UnitKind;
use crate::sources::text::read_text;

/// A unit before it is rendered.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    pub(super) kind: UnitKind,
    /// Its folder, links resolved.
    pub(super) folder: PathBuf,
    /// Its folder as shown.
    pub(super) shown: String,
    /// Its kustomization or Chart.yaml as shown.
    pub(super) file: String,
    /// Name for `helm template`.
    pub(super) release: String,
    /// Its files by real path: how each is shown, resources before other files.
    pub(super) members: Vec<Member>,
    /// Why it must not be rendered.
    pub(super) refused: Option<Gap>,
    /// Whether it takes something in that does not lie here.
    pub(super) takes_foreign: bool,
    /// The namespace that it gives to all its objects.
    pub(super) namespace: Option<String>,
}

/// A file of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) path: PathBuf,
    pub(super) shown: String,
    pub(super) role: Role,
}

/// The kustomizations that were found, and those that they include, by folder with its links resolved.
#[derive(Debug, Default)]
pub(super) struct Kustomizations {
    known: BTreeMap<PathBuf, Loaded>,
}

#[derive(Debug)]
struct Loaded {
    file: PathBuf,
    shown: String,
    /// Given by the user, not only included.
    found: bool,
    read: Kustomization,
}

/// Units, and files that belong to a component that nothing includes.
#[derive(Debug, Default)]
pub(super) struct Grouped {
    pub(super) units: Vec<Planned>,
    pub(super) idle: Vec<Member>,
}

/// Why the files of an idle component are passed over.
pub(super) const IDLE: &str = "part of a kustomize Component that no kustomization here includes";

impl Kustomizations {
    /// Adds a kustomization that was found, with all that it includes.
    pub(super) fn add(&mut self, file: &Path, shown: &str, reader: &mut Reader) {
        let Some(folder) = file.parent().and_then(|folder| folder.canonicalize().ok()) else { return };
        self.load(&folder, file.to_owned(), shown.to_owned(), true, reader);
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            for next in self.included(&folder) {
                if self.known.contains_key(&next) {
                    continue;
                }
                let file = KUSTOMIZATIONS.iter().map(|name| next.join(name)).find(|file| file.is_file());
                let Some(file) = file else { continue };
                let shown = reader.base.show(&file);
                self.load(&next, file, shown, false, reader);
                open.push(next);
            }
        }
    }

    fn load(&mut self, folder: &Path, file: PathBuf, shown: String, found: bool, reader: &mut Reader) {
        if let Some(known) = self.known.get_mut(folder) {
            known.found |= found;
            return;
        }
        // One that was only included and is broken makes the including unit a gap.
        let Some(read) = reader.read_kustomization(&file, &shown, found) else { return };
        self.known.insert(folder.to_owned(), Loaded { file, shown, found, read });
    }

    /// Folders that a kustomization includes.
    fn included(&self, folder: &Path) -> Vec<PathBuf> {
        let references = self.known.get(folder).map_or(&[][..], |loaded| &loaded.read.references);
        let folders = references.iter().filter_map(|reference| real(folder, reference));
        folders.filter(|path| path.is_dir()).collect()
    }

    /// Forms the units: what no other includes, and one of each circle.
    pub(super) fn group(&self, finds: &Finds, base: &Base) -> Grouped {
        let included: BTreeSet<_> = self.known.keys().flat_map(|folder| self.included(folder)).collect();
        let mut grouped = Grouped::default();
        let mut reached = BTreeSet::new();
        let roots = self.known.keys().filter(|folder| !included.contains(*folder));
        // Those that are left after the roots stand in circles.
        for folder in roots.chain(self.known.keys()) {
            let Some(loaded) = self.known.get(folder) else { continue };
            if !loaded.found || reached.contains(folder) {
                continue;
            }
            let mut members = Members::new(finds, base);
            self.collect(folder, Role::Resource, &mut members);
            reached.extend(members.folders.iter().cloned());
            let mut files = members.files;
            files.sort_by_key(|member| member.role != Role::Resource);
            if loaded.read.component && !included.contains(folder) {
                grouped.idle.extend(files);
                continue;
            }
            let shown = folder_of(&loaded.shown);
            let takes_foreign =
                members.refused.as_ref().is_some_and(|(reason, _)| *reason == GapReason::Outside);
            let refused =
                members.refused.map(|(reason, detail)| Gap { source: shown.clone(), reason, detail });
            grouped.units.push(Planned {
                kind: UnitKind::Kustomization,
                folder: folder.clone(),
                shown,
                file: loaded.shown.clone(),
                release: String::new(),
                members: files,
                refused,
                takes_foreign,
                namespace: loaded.read.namespace.clone(),
            });
        }
        grouped
    }

    /// Gathers a kustomization's files and those of all that it includes.
    fn collect(&self, folder: &Path, role: Role, members: &mut Members<'_>) {
        if !members.folders.insert(folder.to_owned()) {
            return;
        }
        let Some(loaded) = self.known.get(folder) else { return };
        members.add(&loaded.file, Role::Other);
        for (line, what) in &loaded.read.refused {
            members.refuse(GapReason::Outside, format!("{}:{line} names {what}", loaded.shown));
        }
        for reference in &loaded.read.references {
            let at = format!("{}:{}", loaded.shown, reference.line);
            let Some(path) = real(folder, reference) else {
                let detail = format!("{at} names `{}`, which is not there", printable(&reference.path));
                members.refuse(GapReason::Failed, detail);
                continue;
            };
            if path.is_dir() {
                if !self.known.contains_key(&path) {
                    let detail = format!(
                        "{at} names `{}`, which has no kustomization that can be read",
                        printable(&reference.path)
                    );
                    members.refuse(GapReason::Failed, detail);
                }
                self.collect(&path, role.and(reference.role), members);
                continue;
            }
            if reference.role == Role::Plugin
                && let Some(what) = plugin_of(&path)
            {
                members.refuse(GapReason::Outside, format!("{at} names {what}"));
            }
            members.add(&path, role.and(reference.role));
        }
    }
}

impl Role {
    /// What is included for something else than its objects has no objects of its own.
    fn and(self, inner: Self) -> Self {
        if self == Self::Resource { inner } else { self }
    }
}

struct Members<'a> {
    finds: &'a Finds,
    base: &'a Base,
    folders: BTreeSet<PathBuf>,
    paths: BTreeSet<PathBuf>,
    files: Vec<Member>,
    /// The first reason not to render.
    refused: Option<(GapReason, String)>,
}

impl<'a> Members<'a> {
    fn new(finds: &'a Finds, base: &'a Base) -> Self {
        let (folders, paths) = (BTreeSet::new(), BTreeSet::new());
        Self { finds, base, folders, paths, files: Vec::new(), refused: None }
    }
    fn add(&mut self, path: &Path, role: Role) {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.paths.insert(real.clone()) {
            let shown = self.finds.show(&real, self.base);
            self.files.push(Member { path: real, shown, role });
        }
    }
    fn refuse(&mut self, reason: GapReason, detail: String) {
        // What must not run outweighs what would fail.
        let weight = |reason| reason == GapReason::Outside;
        if self.refused.as_ref().is_none_or(|(known, _)| weight(reason) && !weight(*known)) {
            self.refused = Some((reason, detail));
        }
    }
}

fn real(folder: &Path, reference: &Reference) -> Option<PathBuf> {
    folder.join(&reference.path).canonicalize().ok()
}

fn plugin_of(path: &Path) -> Option<&'static str> {
    let text = read_text(path, "", 1 << 20).ok()?;
    check_plugin(&text)
}

/// The folder of a file, both as shown.
pub(super) fn folder_of(file: &str) -> String {
    file.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned()
}

/// A path as it may be shown; one that holds anything else than a path's letters is not.
fn printable(path: &str) -> &str {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/+@ ".contains(c);
    if path.len() <= 200 && path.chars().all(plain) { path } else { "a file" }
}
