//! The files that a recovery adds to its copy of the configuration.
//!
//! <https://opentofu.org/docs/language/files/override/>, <https://opentofu.org/docs/language/import/>

use std::collections::BTreeMap;
use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, context};

use crate::model::engine_request::{BlockOverride, EngineRequest};
use crate::sources::tfstate::address::quoted;

const TEMPLATE: &str = include_str!("../../../templates/override.tf");
/// An override file comes after the code, and in the order of names after all others.
const OVERRIDE: &str = "zz_drplan_override.tf";
/// Read after all other files of variables, and before none.
const VARIABLES: &str = "zz_drplan.auto.tfvars.json";
/// Where workspaces are kept: not where an engine without a backend has them, which it would want to move.
pub(super) const STATES: &str = "drplan.tfstate.d";
/// Import blocks are no overrides.
pub(super) const IMPORTS: &str = "zz_drplan_imports.tf";

/// Files by the folder that they go into, as of the user's folders.
///
/// # Errors
/// Where the template cannot be filled: a defect of drplan.
pub(super) fn files(
    request: &EngineRequest,
) -> Result<Vec<(PathBuf, &'static str, String)>, minijinja::Error> {
    let mut by_folder: BTreeMap<&PathBuf, Vec<&BlockOverride>> = BTreeMap::new();
    by_folder.entry(&request.root).or_default();
    for block in &request.overrides {
        by_folder.entry(&block.folder).or_default().push(block);
    }
    let mut files = Vec::new();
    for (folder, blocks) in by_folder {
        let is_root = *folder == request.root;
        let blocks: Vec<_> = blocks
            .iter()
            .map(|block| {
                let arguments = block.arguments.iter().map(|(name, text)| (name.clone(), quoted(text)));
                context! {
                    type => quoted(&block.type_name),
                    name => quoted(&block.name),
                    shared => block.shared,
                    arguments => arguments.collect::<Vec<_>>(),
                }
            })
            .collect();
        let pinned = request.provider_regions.iter();
        let regions: Vec<(String, Option<String>)> =
            pinned.map(|(name, alias)| (quoted(name), alias.as_deref().map(quoted))).collect();
        let text = fill(context! {
            backend => is_root.then(|| quoted(STATES)),
            provider_regions => if is_root { regions } else { Vec::new() },
            region => quoted(&request.region),
            blocks,
        })?;
        files.push((folder.clone(), OVERRIDE, text));
    }
    files.push((request.root.clone(), VARIABLES, request.given.clone()));
    if !request.imports.is_empty() {
        files.push((request.root.clone(), IMPORTS, imports(&request.imports)?));
    }
    Ok(files)
}

/// The import blocks of these addresses and ids.
pub(super) fn imports(all: &[(String, String)]) -> Result<String, minijinja::Error> {
    let imports: Vec<_> = all.iter().map(|(to, id)| (to.clone(), quoted(id))).collect();
    fill(context! { imports })
}

fn fill(values: minijinja::Value) -> Result<String, minijinja::Error> {
    let mut env = Environment::empty();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    env.render_str(TEMPLATE, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_gets_its_backend_and_each_module_its_overrides() {
        let request = EngineRequest {
            program: PathBuf::new(),
            shown: String::new(),
            root: "/tf".into(),
            modules: vec!["/tf/m".into()],
            files: Vec::new(),
            workspace: "dr".to_owned(),
            region: "us-west-2".to_owned(),
            provider_regions: vec![("aws".to_owned(), None)],
            given: "{}".to_owned(),
            variables: Vec::new(),
            rewrites: Vec::new(),
            imports: vec![("module.m.aws_iam_role.a[\"x\"]".to_owned(), "a".to_owned())],
            overrides: vec![BlockOverride {
                folder: "/tf/m".into(),
                type_name: "aws_iam_role".to_owned(),
                name: "a".to_owned(),
                shared: true,
                arguments: Vec::new(),
            }],
            excluded: Vec::new(),
            targets: Vec::new(),
            asked: Vec::new(),
            state: None,
        };
        let files = files(&request).unwrap();
        let text = |folder: &str, name: &str| {
            let it =
                files.iter().find(|(known, file, _)| known == std::path::Path::new(folder) && *file == name);
            it.unwrap().2.clone()
        };
        let root = text("/tf", OVERRIDE);
        assert!(
            root.contains("workspace_dir = \"drplan.tfstate.d\"") && root.contains("region = \"us-west-2\""),
            "{root}"
        );
        let module = text("/tf/m", OVERRIDE);
        assert!(module.contains("resource \"aws_iam_role\" \"a\"") && module.contains("= all"), "{module}");
        assert!(!module.contains("backend"), "{module}");
        let imports = text("/tf", IMPORTS);
        assert!(imports.contains("to = module.m.aws_iam_role.a[\"x\"]\n  id = \"a\""), "{imports}");
    }
}
