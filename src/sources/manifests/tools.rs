//! The programs that render units.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where the programs are; what is absent makes its units gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// `kubectl`, whose `kustomize` command renders kustomizations.
    pub kubectl: Option<PathBuf>,
    /// `kustomize`, which does so where there is no kubectl.
    pub kustomize: Option<PathBuf>,
    /// `helm`, which renders charts.
    pub helm: Option<PathBuf>,
}

impl Tools {
    /// Looks for the programs in the folders of a PATH.
    #[must_use]
    pub fn find(path: &OsStr) -> Self {
        let find = |name: &str| {
            let files = std::env::split_paths(path).filter(|folder| folder.is_absolute());
            files.map(|folder| folder.join(name)).find(|file| is_executable(file))
        };
        Self { kubectl: find("kubectl"), kustomize: find("kustomize"), helm: find("helm") }
    }
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
