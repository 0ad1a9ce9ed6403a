//! Saves what a command made: whole or not at all, and never over a file of another kind.

use std::io::{Read as _, Write as _};
use std::path::Path;

use super::Failure;
use crate::model::diagnostic::Problem;
use crate::model::paste;

/// How far into a file its kind is looked for.
const HEAD: u64 = 1 << 10;

/// Writes beside the target and renames, so that a full disk leaves the old file whole. What is there already is only
/// replaced where it is of the same kind: it begins with `mark`, or is empty.
pub(super) fn save(path: &Path, bytes: &[u8], mark: &str) -> Result<(), Failure> {
    check_target(path, mark)?;
    let failed = |source| Failure::Io { what: format!("{} could not be saved", path.display()), source };
    let mut file = tempfile::Builder::new().prefix(".plan").tempfile_in(folder_of(path)).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    readable(file.as_file()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Says what is wrong with a target before any work is done for it.
///
/// # Errors
/// A folder that is not there, or another kind of file in its place.
pub(super) fn check_target(path: &Path, mark: &str) -> Result<(), Failure> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        let problem = Problem::new(
            format!("{} cannot be saved: there is no folder {}", path.display(), folder.display()),
            format!(
                "make it (mkdir -p {}), or name another file with --out",
                paste::shell(&folder.display().to_string())
            ),
        );
        return Err(problem.into());
    }
    if !may_be_replaced(path, mark) {
        let problem = Problem::new(
            format!("{} is there and is another kind of file: it is not overwritten", path.display()),
            "name another file with --out, or move that one away",
        );
        return Err(problem.into());
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn may_be_replaced(path: &Path, mark: &str) -> bool {
    let Ok(metadata) = path.metadata() else { return true };
    let mut head = Vec::new();
    let read = metadata.is_file().then(|| std::fs::File::open(path)).and_then(Result::ok);
    let read = read.is_some_and(|file| file.take(HEAD).read_to_end(&mut head).is_ok());
    read && (head.is_empty() || String::from_utf8_lossy(&head).contains(mark))
}

/// A plan holds no secret and is meant to be reviewed: readable by all, as any other file.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
