//! The files of a module folder: which are read, in which order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::blocks::{Block, read_blocks};
use super::json_blocks::read_json_blocks;
use super::overrides::{is_override, merge};
use super::source::Source;
use crate::model::diagnostic::{Gap, GapReason, Problem};
use crate::sources::text::unreadable;

#[cfg(test)]
mod tests;

/// Largest file of Terraform configuration, bytes. Generated ones have a few hundred KiB.
pub(super) const LIMIT: u64 = 4 << 20;

/// What was read of a folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Blocks in the order of files and lines, overrides merged in.
    pub(super) blocks: Vec<Block>,
    /// Whether it has any configuration file.
    pub(super) any: bool,
    pub(super) problems: Vec<Problem>,
    pub(super) gaps: Vec<Gap>,
}

/// Reads the configuration files of a folder. `boundary` is canonical; links out of it are not followed.
pub(super) fn read_folder(folder: &Path, shown: &str, boundary: &Path) -> Folder {
    let mut out = Folder::default();
    let names = match names(folder) {
        Ok(names) => names,
        Err(error) => {
            out.problems.push(unreadable(&error, shown));
            return out;
        }
    };
    let files = configuration_files(&names);
    let mut overriding = Vec::new();
    let mut regular = Vec::new();
    for (stem, name) in &files {
        let path = folder.join(name);
        let shown = shown_in(shown, name);
        // A folder may have any name; a link may lead anywhere.
        if path.is_dir() {
            continue;
        }
        out.any = true;
        if let Some(gap) = outside(&path, &shown, boundary) {
            out.gaps.push(gap);
            continue;
        }
        match read_file(&path, &shown) {
            Ok(blocks) if is_override(stem) => overriding.push(blocks),
            Ok(blocks) => regular.extend(blocks),
            Err(problem) => out.problems.push(problem),
        }
    }
    out.problems.extend(super::assemble::check_blocks(&regular));
    out.blocks = regular;
    for blocks in overriding {
        merge(&mut out.blocks, blocks);
    }
    out
}

/// A file's path as it is printed.
pub(super) fn shown_in(folder: &str, name: &str) -> String {
    if folder == "." { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Names in a folder, sorted. Names that are not UTF-8 are no configuration.
pub(super) fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        if let Ok(name) = entry?.file_name().into_string() {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// A gap where a link leads out of the boundary or nowhere.
pub(super) fn outside(path: &Path, shown: &str, boundary: &Path) -> Option<Gap> {
    let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if !is_link {
        return None;
    }
    // A link that cannot be resolved is a problem of the file, which reading it tells.
    let target: PathBuf = path.canonicalize().ok()?;
    (!target.starts_with(boundary)).then(|| Gap {
        source: shown.to_owned(),
        reason: GapReason::Outside,
        detail: "a link that leads out of the repository; it was not followed".to_owned(),
    })
}

/// The files that count, by their name without extension, in the order of names; what an editor left is none.
fn configuration_files(names: &[String]) -> Vec<(String, String)> {
    let mut chosen: BTreeMap<(String, bool), String> = BTreeMap::new();
    for name in names {
        if name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#')) {
            continue;
        }
        let (stem, json, tofu) = match split(name) {
            Some(parts) => parts,
            None => continue,
        };
        // OpenTofu's file wins over the one of the same name for Terraform.
        let slot = chosen.entry((stem.to_owned(), json));
        match slot {
            std::collections::btree_map::Entry::Occupied(mut slot) if tofu => {
                slot.insert(name.clone());
            }
            std::collections::btree_map::Entry::Occupied(_) => {}
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(name.clone());
            }
        }
    }
    let mut files: Vec<(String, String)> = chosen.into_iter().map(|((stem, _), name)| (stem, name)).collect();
    files.sort_by(|a, b| a.1.cmp(&b.1));
    files
}

/// Stem, whether it is JSON, whether it is OpenTofu's.
fn split(name: &str) -> Option<(&str, bool, bool)> {
    let extensions = [
        (".tf.json", true, false),
        (".tofu.json", true, true),
        (".tf", false, false),
        (".tofu", false, true),
    ];
    extensions.iter().find_map(|(extension, json, tofu)| Some((name.strip_suffix(extension)?, *json, *tofu)))
}

fn read_file(path: &Path, shown: &str) -> Result<Vec<Block>, Problem> {
    let mut source = Source::read(path, shown, LIMIT)?;
    if shown.ends_with(".json") {
        return read_json_blocks(&source);
    }
    let body = source.lenient_body()?;
    Ok(read_blocks(&source, &body))
}
