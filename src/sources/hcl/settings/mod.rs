//! Reads drplan.hcl. [`schema`] says what it may hold, [`check`] finds all that is wrong, [`fill`] takes what is right.

mod check;
mod expected;
mod fill;
mod schema;
mod value;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::paths::{absolute, repository};
use super::source::Source;
use crate::model::diagnostic::BadInput;
use crate::model::settings::Settings;

/// Name of the file.
const FILE: &str = "drplan.hcl";
/// Largest file, bytes; people write it by hand.
const LIMIT: u64 = 1 << 20;

/// Looks for drplan.hcl in `start` and above, up to the root of the repository; without one only in `start`.
#[must_use]
pub fn find_settings(start: &Path) -> Option<PathBuf> {
    let start = absolute(start);
    let top = repository(&start).unwrap_or_else(|| start.clone());
    let mut folders = start.ancestors().take_while(|folder| folder.starts_with(&top));
    // Whatever has that name is meant, a folder or a link that leads nowhere too: reading it says what is wrong.
    let is_candidate = |path: &PathBuf| path.symlink_metadata().is_ok();
    folders.find_map(|folder| Some(folder.join(FILE)).filter(is_candidate))
}

/// Reads drplan.hcl. Places in it are relative to its own folder, so they name the file alone.
///
/// # Errors
/// The file cannot be read or parsed; or everything that is wrong in it: unknown names, wrong types, what is given
/// twice, secrets that are written out.
pub fn read_settings(path: &Path) -> Result<Settings, BadInput> {
    let shown = path.file_name().map_or_else(|| FILE.to_owned(), |name| name.to_string_lossy().into_owned());
    let source = Source::read(path, &shown, LIMIT)?;
    let body = source.body()?;
    let real = absolute(path);
    let folder = real.parent().unwrap_or(&real);
    let problems = check::check(&source, &body, folder);
    if !problems.is_empty() {
        return Err(BadInput(problems));
    }
    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(fill::fill(&source, &body, folder))
}
