//! Paths: how they are printed, and how far a reader may go.

use std::path::{Component, Path, PathBuf};

#[cfg(test)]
mod tests;

/// An absolute path without `.` and `..`, taken from the text alone as Terraform does; links are not followed.
pub fn absolute(path: &Path) -> PathBuf {
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut out = PathBuf::new();
    for part in full.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// `path` as seen from `base`, with `/` between its parts; `.` where both are the same.
pub(super) fn relative(base: &Path, path: &Path) -> String {
    let (base, path) = (absolute(base), absolute(path));
    let shared = base.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = base.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The folder with `.git` at or above `start`.
#[must_use]
pub fn repository(start: &Path) -> Option<PathBuf> {
    let start = absolute(start);
    // In a worktree `.git` is a file.
    start.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// The folder that modules and links must lie in: the repository, or else what `dir` and `base` share.
pub(in crate::sources) fn boundary(dir: &Path, base: &Path) -> PathBuf {
    if let Some(found) = repository(dir) {
        return found;
    }
    let (dir, base) = (absolute(dir), absolute(base));
    let shared: PathBuf =
        dir.components().zip(base.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    // The file system's root bounds nothing.
    if shared.parent().is_some() { shared } else { dir }
}
