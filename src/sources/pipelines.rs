//! Pipelines of the repository: files that tell what is applied on a merge. They are searched as text, never evaluated.

use std::path::Path;

use super::text::read_text;
use crate::model::document::SourceText;

/// Where the usual services keep them, from the root of the repository: files, and folders of them.
const FILES: [&str; 9] = [
    ".circleci/config.yml",
    ".drone.yml",
    ".gitlab-ci.yml",
    "Jenkinsfile",
    "atlantis.yaml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
];
const FOLDERS: [&str; 3] = [".github/workflows", ".gitlab/ci", ".buildkite"];
/// A pipeline of more than this is none.
const LIMIT: u64 = 1 << 20;

/// The pipelines of the repository that a folder lies in, sorted; what cannot be read is passed over, since nothing of the
/// plan stands on it.
#[must_use]
pub fn read_pipelines(base: &Path) -> Vec<SourceText> {
    let Some(root) = super::hcl::repository(base) else { return Vec::new() };
    let mut paths: Vec<std::path::PathBuf> = FILES.iter().map(|file| root.join(file)).collect();
    for folder in FOLDERS {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        let is_yaml =
            |path: &Path| path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml");
        paths.extend(entries.map(|entry| entry.path()).filter(|path| is_yaml(path)));
    }
    paths.sort();
    let shown = |path: &Path| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    paths
        .iter()
        .filter(|path| path.is_file())
        .filter_map(|path| {
            let text = read_text(path, &shown(path), LIMIT).ok()?;
            Some(SourceText { path: shown(path), text })
        })
        .collect()
}
