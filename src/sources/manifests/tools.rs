//! The programs that render units.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::sources::programs;

/// Where the programs are; what is absent makes its units gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// `kubectl`, whose `kustomize` command renders kustomizations.
    pub kubectl: Option<PathBuf>,
    /// `kustomize`, which does so where there is no kubectl.
    pub kustomize: Option<PathBuf>,
    /// `helm`, which renders charts.
    pub helm: Option<PathBuf>,
    /// What units printed on another machine, by the name that its text has among the manifests: it is taken as it is.
    pub printed: BTreeMap<String, String>,
}

impl Tools {
    /// Looks for the programs in the folders of a PATH.
    #[must_use]
    pub fn find(path: &OsStr) -> Self {
        let find = |name: &str| programs::find(path, name);
        Self {
            kubectl: find("kubectl"),
            kustomize: find("kustomize"),
            helm: find("helm"),
            printed: BTreeMap::new(),
        }
    }
}
