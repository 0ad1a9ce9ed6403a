//! Which files are manifests: what the paths name, in order, without what is left out.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use walkdir::{DirEntry, WalkDir};

use super::paths::{Base, Excluded, glob, is_glob};
use crate::model::diagnostic::{Gap, GapReason, Place, Problem};
use crate::sources::text::unreadable;

/// Files that are read at most.
const MAX_FILES: usize = 100_000;
/// Folders that hold no manifests of the project's own.
const PASSED_OVER: [&str; 4] = [".git", ".terraform", ".terragrunt-cache", "node_modules"];
/// Names that kustomize looks for.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Where it is opened.
    pub(super) path: PathBuf,
    /// The same with its links resolved.
    pub(super) real: PathBuf,
    /// Numbers of the given paths that lead to it.
    pub(super) given: Vec<usize>,
}

/// All files to read.
#[derive(Debug, Default)]
pub(super) struct Finds {
    /// By the path that is shown.
    pub(super) files: BTreeMap<String, Found>,
    /// Path shown, by the path with its links resolved.
    by_real: HashMap<PathBuf, String>,
    pub(super) gaps: Vec<Gap>,
    pub(super) problems: Vec<Problem>,
}

impl Finds {
    /// How a file that a unit names is shown: as it was found, else by where it is.
    pub(super) fn show(&self, real: &Path, base: &Base) -> String {
        self.by_real.get(real).cloned().unwrap_or_else(|| base.show(real))
    }
}

/// Follows the given paths: files, folders with all below them, globs.
pub(super) fn find_files(paths: &[PathBuf], base: &Base, excluded: &Excluded) -> Finds {
    let mut finder = Finder { base, excluded, finds: Finds::default(), given: 0 };
    for (given, path) in paths.iter().enumerate() {
        finder.given = given;
        finder.follow(path);
    }
    finder.finds
}

struct Finder<'a> {
    base: &'a Base,
    excluded: &'a Excluded,
    finds: Finds,
    given: usize,
}

impl Finder<'_> {
    fn follow(&mut self, given: &Path) {
        let path = self.base.resolve(given);
        let shown = self.base.show(&path);
        let metadata = std::fs::metadata(&path);
        match metadata {
            Ok(metadata) if metadata.is_dir() => self.walk(&path, None),
            // What is no regular file is refused where it is read.
            Ok(_) => self.add_named(path, shown),
            Err(error) => match given.to_str().filter(|text| is_glob(text)) {
                Some(pattern) if error.kind() == ErrorKind::NotFound => self.expand(pattern),
                _ => self.finds.problems.push(unreadable(&error, &shown)),
            },
        }
    }

    /// A file that is named itself is read whatever its name, but not against `--exclude`.
    fn add_named(&mut self, path: PathBuf, shown: String) {
        if self.excluded.covers(&shown) {
            return;
        }
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        self.add(path, real, shown);
    }

    fn expand(&mut self, pattern: &str) {
        let parts: Vec<&str> = pattern.split('/').collect();
        let fixed = parts.iter().take_while(|part| !is_glob(part)).count();
        let folder = self.base.resolve(Path::new(&match parts.get(..fixed) {
            Some([""]) => "/".to_owned(),
            Some(fixed) => fixed.join("/"),
            None => String::new(),
        }));
        let matcher = match glob(&parts.get(fixed..).unwrap_or_default().join("/")) {
            Ok(glob) => glob.compile_matcher(),
            Err(problem) => return self.finds.problems.push(*problem),
        };
        let before = self.count();
        if folder.is_dir() {
            self.walk(&folder, Some(&matcher));
        }
        if self.count() == before && self.finds.problems.is_empty() {
            let problem = Problem::at(
                Place::file(pattern),
                "no manifest matches this glob",
                "check it against the folders; `**` goes through folders, `*` stays in one",
            );
            self.finds.problems.push(problem);
        }
    }

    /// Files that the current path leads to.
    fn count(&self) -> usize {
        self.finds.files.values().filter(|found| found.given.contains(&self.given)).count()
    }

    fn walk(&mut self, root: &Path, matcher: Option<&GlobMatcher>) {
        let real_root = match root.canonicalize() {
            Ok(real) => real,
            Err(error) => return self.finds.problems.push(unreadable(&error, &self.base.show(root))),
        };
        let (base, excluded) = (self.base, self.excluded);
        let enter = |entry: &DirEntry| {
            entry.depth() == 0
                || !(entry.file_type().is_dir() && PASSED_OVER.iter().any(|name| entry.file_name() == *name)
                    || excluded.covers(&base.show(entry.path())))
        };
        for entry in WalkDir::new(root).sort_by_file_name().into_iter().filter_entry(enter) {
            if self.finds.files.len() >= MAX_FILES {
                let message = format!("more than {MAX_FILES} manifest files");
                let fix = "name the folders that hold the manifests of this stack";
                self.finds.problems.push(Problem::at(Place::file(base.show(root)), message, fix));
                return;
            }
            match entry {
                Ok(entry) => self.visit(&entry, root, &real_root, matcher),
                Err(error) => {
                    let at = error.path().unwrap_or(root).to_owned();
                    let denied = error.io_error().is_some_and(|e| e.kind() == ErrorKind::PermissionDenied);
                    let reason = if denied { GapReason::AccessDenied } else { GapReason::Unreadable };
                    self.gap(&at, reason, "the folder could not be entered");
                }
            }
        }
    }

    fn visit(&mut self, entry: &DirEntry, root: &Path, real_root: &Path, matcher: Option<&GlobMatcher>) {
        let path = entry.path();
        let below = path.strip_prefix(root).unwrap_or(path);
        // A folder that matches is meant with all below it.
        let meant = |matcher: &GlobMatcher| {
            below.ancestors().any(|part| !part.as_os_str().is_empty() && matcher.is_match(part))
        };
        if entry.file_type().is_dir() || !matcher.is_none_or(meant) {
            return;
        }
        if entry.file_type().is_symlink() {
            self.link(path, real_root);
        } else if !is_manifest_name(path) {
        } else if entry.file_type().is_file() {
            self.add(path.to_owned(), real_root.join(below), self.base.show(path));
        } else {
            self.gap(path, GapReason::Unreadable, "a pipe or a device, not a file");
        }
    }

    /// A link is not followed outside; what it leads to inside is read under its own name.
    fn link(&mut self, path: &Path, real_root: &Path) {
        match path.canonicalize() {
            Ok(real) if real.starts_with(real_root) => {
                if real.is_file() && is_manifest_name(path) && !is_manifest_name(&real) {
                    self.add(path.to_owned(), real, self.base.show(path));
                }
            }
            Ok(real) => {
                if real.is_dir() || is_manifest_name(path) {
                    self.gap(path, GapReason::Outside, "a link that leads out of the folder is not followed");
                }
            }
            Err(_) if is_manifest_name(path) => {
                self.gap(path, GapReason::Unreadable, "a link that leads nowhere or back to itself");
            }
            Err(_) => {}
        }
    }

    fn add(&mut self, path: PathBuf, real: PathBuf, shown: String) {
        // The same file by two ways is one file.
        let shown = self.finds.by_real.entry(real.clone()).or_insert(shown).clone();
        let found = self.finds.files.entry(shown).or_insert_with(|| Found { path, real, given: Vec::new() });
        if !found.given.contains(&self.given) {
            found.given.push(self.given);
        }
    }

    fn gap(&mut self, path: &Path, reason: GapReason, detail: &str) {
        let source = self.base.show(path);
        self.finds.gaps.push(Gap { source, reason, detail: detail.to_owned() });
    }
}

/// Whether kubectl or kustomize would take a file of a folder for a manifest.
fn is_manifest_name(path: &Path) -> bool {
    path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml" || ext == "json")
        || is_kustomization(path)
}

/// Whether kustomize looks for a file by this name.
pub(super) fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| KUSTOMIZATIONS.iter().any(|known| name == *known))
}
