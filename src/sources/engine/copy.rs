//! A private copy of the configuration: the user's own files are never written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Folders that are no code, or the user's own state.
const LEFT: [&str; 4] = [".git", ".terraform", "node_modules", "terraform.tfstate.d"];
/// More than this is no configuration.
const MOST_BYTES: u64 = 256 << 20;

/// The copy, below a folder that only its owner may enter; removed when dropped.
pub(super) struct Copy {
    /// Holds the folder until the copy is dropped.
    _folder: tempfile::TempDir,
    /// Where the folder that all modules lie in was copied to, and from.
    inside: PathBuf,
    outside: PathBuf,
    /// Texts of the code that are others in the copy.
    rewrites: Vec<(String, String)>,
}

impl Copy {
    /// Copies the root module, the modules that it calls and the files that these name, as they lie to each other.
    pub(super) fn of(
        root: &Path,
        modules: &[PathBuf],
        files: &[PathBuf],
        rewrites: &[(String, String)],
    ) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("drplan-engine-").tempdir()?;
        let mut outside = root.to_owned();
        for part in modules.iter().chain(files) {
            while !part.starts_with(&outside) {
                if !outside.pop() {
                    return Err(io::Error::other("a part of it lies on another disk"));
                }
            }
        }
        let rewrites = rewrites.to_vec();
        let copy = Self { inside: folder.path().join("code"), outside, rewrites, _folder: folder };
        let mut left = MOST_BYTES;
        let mut done: Vec<&Path> = Vec::new();
        for folder in std::iter::once(root).chain(modules.iter().chain(files).map(PathBuf::as_path)) {
            if let (true, Some(parent)) = (folder.is_file(), folder.parent()) {
                fs::create_dir_all(copy.place(parent))?;
            }
            if !done.iter().any(|known| folder.starts_with(known)) {
                copy.folder(folder, &mut left)?;
                done.push(folder);
            }
        }
        for kept in [".terraform/modules", ".terraform.lock.hcl"] {
            let from = root.join(kept);
            if from.is_dir() {
                copy.folder(&from, &mut left)?;
            } else if from.is_file() {
                fs::copy(&from, copy.place(&from))?;
            }
        }
        Ok(copy)
    }

    /// Where something of the user's lies in the copy.
    pub(super) fn place(&self, path: &Path) -> PathBuf {
        self.inside.join(path.strip_prefix(&self.outside).unwrap_or(path))
    }

    fn folder(&self, folder: &Path, left: &mut u64) -> io::Result<()> {
        let is_code = |name: &std::ffi::OsStr| !LEFT.iter().any(|left| name == *left);
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name();
        let entries = walk.into_iter().filter_entry(|entry| entry.depth() == 0 || is_code(entry.file_name()));
        for entry in entries {
            // What leads nowhere is nothing that the engine could read.
            let Ok(entry) = entry else { continue };
            let to = self.place(entry.path());
            if entry.file_type().is_dir() {
                fs::create_dir_all(&to)?;
                continue;
            }
            let is_state = entry.file_name().to_string_lossy().contains(".tfstate");
            if !entry.file_type().is_file() || is_state {
                continue;
            }
            let size = entry.metadata()?.len();
            *left = left
                .checked_sub(size)
                .ok_or_else(|| io::Error::other("the folder of the code is too large"))?;
            self.file(entry.path(), &to)?;
        }
        Ok(())
    }

    /// Copies a file; a text with what drplan.hcl rewrites gets the rewritten values, where they stand as whole words.
    fn file(&self, from: &Path, to: &Path) -> io::Result<()> {
        let bytes = fs::read(from)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) if self.rewrites.iter().any(|(old, _)| text.contains(old.as_str())) => {
                let rewritten =
                    self.rewrites.iter().fold(text.to_owned(), |text, (old, new)| whole(&text, old, new));
                fs::write(to, rewritten)
            }
            _ => fs::copy(from, to).map(|_| ()),
        }
    }
}

/// Replaces a text where no letter, digit or hyphen goes on beside it.
fn whole(text: &str, old: &str, new: &str) -> String {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old).filter(|_| !old.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + old.len()..]);
        out.push_str(before);
        let alone = !goes_on(out.chars().next_back()) && !goes_on(after.chars().next());
        out.push_str(if alone { new } else { old });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_rewritten() {
        assert_eq!(whole("\"a\" a-b a", "a", "c"), "\"c\" a-b c");
    }

    #[test]
    fn modules_keep_their_places_and_states_stay_behind() {
        let user = tempfile::tempdir().unwrap();
        let at = |name: &str| user.path().join(name);
        for folder in
            ["live/prod/.terraform/modules/x", "live/prod/files", "modules/vpc", "other", "policies"]
        {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for file in [
            "live/prod/main.tf",
            "live/prod/files/a.json",
            "live/prod/terraform.tfstate",
            "live/prod/.terraform/modules/x/main.tf",
            "modules/vpc/main.tf",
            "other/main.tf",
            "policies/a.json",
            "values.yaml",
        ] {
            fs::write(at(file), "").unwrap();
        }
        let files = [at("policies"), at("values.yaml")];
        let copy = Copy::of(&at("live/prod"), &[at("modules/vpc")], &files, &[]).unwrap();
        let has = |name: &str| copy.place(&at(name)).exists();
        assert!(has("live/prod/main.tf") && has("live/prod/files/a.json") && has("modules/vpc/main.tf"));
        assert!(has("policies/a.json") && has("values.yaml"));
        assert!(has("live/prod/.terraform/modules/x/main.tf"));
        assert!(!has("live/prod/terraform.tfstate") && !has("other/main.tf"));
    }
}
