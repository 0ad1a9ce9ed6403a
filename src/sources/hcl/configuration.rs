//! Reads a root module, the local modules that it calls and the values given to its variables.

use std::path::Path;

use super::folder::shown_in;
use super::given::read_given;
use super::lock::read_lock;
use super::paths::{boundary, relative};
use super::tree::Tree;
use crate::model::configuration::Configuration;
use crate::model::diagnostic::{BadInput, Gap, GapReason, Place, Problem};
use crate::sources::text::unreadable;

#[cfg(test)]
mod tests;

/// What makes a folder a unit of Terragrunt. <https://terragrunt.gruntwork.io/docs/features/units/>
const TERRAGRUNT: &str = "terragrunt.hcl";

/// Reads the Terraform configuration in `dir`. Paths in the result are relative to `base`, the folder of drplan.hcl.
///
/// Remote modules, modules outside of the repository and folders that are not there are gaps.
///
/// # Errors
/// All files that cannot be read or parsed, blocks that are given twice, modules that call themselves; `dir` is no
/// folder or has no configuration.
pub fn read_configuration(dir: &Path, base: &Path) -> Result<Configuration, BadInput> {
    let shown = relative(base, dir);
    let canonical = dir.canonicalize().map_err(|error| BadInput::from(unreadable(&error, &shown)))?;
    if !canonical.is_dir() {
        let fix = "name the folder of the root module";
        return Err(Problem::at(Place::file(&*shown), format!("{shown} is a file, not a folder"), fix).into());
    }
    let limit = boundary(dir, base);
    // A root that is itself a link elsewhere was named by people: it bounds itself.
    let limit = match limit.canonicalize() {
        Ok(limit) if canonical.starts_with(&limit) => limit,
        _ => canonical.clone(),
    };
    let dir = super::paths::absolute(dir);
    let mut tree = Tree::new(base, limit.clone());
    let any = tree.read_root(&dir, &canonical);
    let (modules, mut problems, mut gaps) = tree.into_modules();
    let given = read_given(&dir, &shown, &limit, &mut gaps, &mut problems);
    if !any && problems.is_empty() {
        problems.push(Problem::at(
            Place::file(shown.clone()),
            "has no .tf or .tofu file",
            "name the folder of the root module: --terraform DIR, or dir in the terraform block of drplan.hcl",
        ));
    }
    if dir.join(TERRAGRUNT).is_file() {
        gaps.push(Gap {
            source: shown_in(&shown, TERRAGRUNT),
            reason: GapReason::Unreadable,
            detail:
                "Terragrunt gives this module its inputs and writes files into it, which only it can work out"
                    .to_owned(),
        });
    }
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.at.cmp(&b.at));
        return Err(BadInput(problems));
    }
    Ok(Configuration { lock: read_lock(&dir), root: shown, modules, given, gaps })
}
