//! How paths are shown and which globs leave files out.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::model::diagnostic::Problem;

/// The folder that paths are shown relative to.
#[derive(Clone, Debug)]
pub(super) struct Base {
    /// As given, made absolute, without `.` and `..`.
    named: PathBuf,
    /// Its links resolved.
    real: PathBuf,
}

impl Base {
    pub(super) fn new(base: &Path) -> Self {
        let named = normalized(&std::path::absolute(base).unwrap_or_else(|_| base.to_owned()));
        let real = named.canonicalize().unwrap_or_else(|_| named.clone());
        Self { named, real }
    }
    /// A path that is given relative to the base.
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        normalized(&self.named.join(path))
    }
    /// The path relative to the base, `/` between its parts; `.` for the base itself.
    pub(super) fn show(&self, path: &Path) -> String {
        let relative = path
            .strip_prefix(&self.named)
            .or_else(|_| path.strip_prefix(&self.real))
            .map_or_else(|_| beside(&self.named, path), Path::to_path_buf);
        let parts: Vec<_> =
            relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        match parts.as_slice() {
            [] => ".".to_owned(),
            [root, rest @ ..] if root == "/" => format!("/{}", rest.join("/")),
            parts => parts.join("/"),
        }
    }
}

/// The path without `.` and `..`, by its letters.
pub(super) fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !result.pop() {
                    result.push("..");
                }
            }
            part => result.push(part),
        }
    }
    result
}

/// A path that leaves a folder upwards.
fn beside(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

/// Compiles a glob in which `*` stays within a folder.
pub(super) fn glob(pattern: &str) -> Result<Glob, Box<Problem>> {
    GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build().map_err(|error| {
        Box::new(Problem::new(
            format!("`{pattern}` is no glob: {}", error.kind()),
            "`*` stands for any name, `**` for any folders, `?` for a letter, `[ab]` and `{a,b}` for one of several",
        ))
    })
}

/// Whether a path is meant as a glob.
pub(super) fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

/// The globs that leave files out.
#[derive(Debug)]
pub(super) struct Excluded {
    /// Against each name of a path.
    names: GlobSet,
    /// Against a path and the folders above it.
    paths: GlobSet,
}

impl Excluded {
    /// # Errors
    /// Each pattern that is no glob.
    pub(super) fn new(patterns: &[String]) -> Result<Self, Vec<Problem>> {
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut problems = Vec::new();
        for pattern in patterns {
            let path = pattern.trim_end_matches('/');
            let path = path.strip_prefix("./").unwrap_or(path);
            match glob(path) {
                Ok(glob) if path.contains('/') => paths.add(glob),
                Ok(glob) => names.add(glob),
                Err(problem) => {
                    problems.push(*problem);
                    continue;
                }
            };
        }
        let sets = names.build().and_then(|names| Ok(Self { names, paths: paths.build()? }));
        match sets {
            Ok(sets) if problems.is_empty() => Ok(sets),
            Ok(_) => Err(problems),
            Err(error) => {
                problems.push(Problem::new(
                    format!("--exclude: {}", error.kind()),
                    "give fewer or simpler globs",
                ));
                Err(problems)
            }
        }
    }
    /// Whether a path, as shown, or a folder above it is left out.
    pub(super) fn covers(&self, shown: &str) -> bool {
        if self.names.is_empty() && self.paths.is_empty() {
            return false;
        }
        let mut ends = shown.match_indices('/').map(|(at, _)| at).chain(std::iter::once(shown.len()));
        shown.split('/').any(|name| self.names.is_match(name))
            || ends.any(|end| self.paths.is_match(&shown[..end]))
    }
}
