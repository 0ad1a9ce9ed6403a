//! Where the inputs of a plan are looked for when nobody names them (docs/configuration.md, "Where inputs are looked for").

use std::path::{Path, PathBuf};

use crate::model::diagnostic::{BadInput, Problem};

/// Where a state lies when nobody says it.
pub(super) fn find_state(base: &Path) -> Result<PathBuf, BadInput> {
    let names = ["terraform.tfstate", "state.tfstate"];
    let folders = ["", "terraform", "tofu", "infra", "infrastructure"];
    let mut paths = folders.iter().flat_map(|folder| names.map(|name| base.join(folder).join(name)));
    paths.find(|path| path.is_file()).ok_or_else(|| {
        Problem::new(
            "no Terraform state was found",
            "give one: --state FILE (terraform state pull > state.tfstate), or name it in drplan.hcl: state { path = \"...\" }",
        )
        .into()
    })
}

pub(super) fn find_code(base: &Path) -> Option<PathBuf> {
    let folders = ["terraform", "tofu", "infra", "infrastructure", ""];
    folders.iter().map(|folder| base.join(folder)).find(|folder| has_code(folder))
}

pub(super) fn find_manifests(base: &Path) -> Option<PathBuf> {
    let folders = ["kubernetes", "k8s", "manifests", "deploy", "kustomize"];
    folders.iter().map(|folder| base.join(folder)).find(|folder| folder.is_dir())
}

fn has_code(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.filter_map(Result::ok).any(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.ends_with(".tf") || name.ends_with(".tf.json") || name.ends_with(".tofu")
        })
    })
}

/// A recording of drplan's under the name that its own hints propose; another file of that name is none.
pub(super) fn find_recording(base: &Path, name: &str, kind: &str) -> Option<PathBuf> {
    /// The kind stands in the first lines.
    const HEAD: usize = 512;
    let path = base.join(name);
    let mut head = Vec::new();
    let file = std::fs::File::open(&path).ok()?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, HEAD as u64), &mut head).ok()?;
    let head: String = String::from_utf8_lossy(&head).split_whitespace().collect();
    let is_ours = head.contains("\"format_version\":") && head.contains(&format!("\"kind\":\"{kind}\""));
    is_ours.then_some(path)
}
