//! `.drplan` beside drplan.hcl: what drplan keeps on this machine. Git does not see it.

use std::path::{Path, PathBuf};

use super::Failure;

const HOME: &str = ".drplan";

/// What belongs to this machine, or may hold what a region said, is not committed by a `git add .`.
const IGNORED: &str = "*\n";

/// Makes the folder where it is not there.
///
/// # Errors
/// The disk's.
pub(super) fn make(base: &Path) -> Result<PathBuf, Failure> {
    let home = base.join(HOME);
    let failed = |source| Failure::Io { what: format!("{} cannot be made", home.display()), source };
    std::fs::create_dir_all(&home).map_err(failed)?;
    let ignore = home.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(&ignore, IGNORED).map_err(failed)?;
    }
    Ok(home)
}
