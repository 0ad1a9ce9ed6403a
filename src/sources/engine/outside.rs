//! Files and folders that the code names outside of its module folders: a policy beside them, the source of a function.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::model::configuration::{Argument, Configuration, Module, NamedFile};
use crate::sources::hcl::{absolute, boundary};

/// What the engine needs beside the module folders.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outside {
    /// Files and folders inside the repository, absolute.
    pub brought: Vec<PathBuf>,
    /// What lies outside of it, or is named by an expression: with the place that names it.
    pub lacking: Vec<String>,
}

/// Looks for what the code names. `base`: the folder that its paths are told from.
#[must_use]
pub fn outside(code: &Configuration, base: &Path) -> Outside {
    let root = absolute(&base.join(&code.root));
    let limit = boundary(&root, base);
    let folders: Vec<PathBuf> =
        code.modules.iter().map(|module| absolute(&base.join(&module.folder))).collect();
    let mut found = (BTreeSet::new(), BTreeSet::new());
    for (module, folder) in code.modules.iter().zip(&folders) {
        for argument in arguments(module) {
            for (from, name) in names(argument, module, folder, &root) {
                let path = absolute(&from.join(name.trim_start_matches('/')));
                let is_copied = folders.iter().any(|folder| path.starts_with(folder));
                if is_copied || !name.contains("..") {
                    continue;
                }
                let place = argument.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
                let Some(there) = there(&path) else { continue };
                // A folder with all of the code in it is no file that the code reads.
                if !there.starts_with(&limit) {
                    found.1.insert(format!("{name}{place}"));
                } else if !folders.iter().any(|folder| folder.starts_with(&there)) {
                    found.0.insert(there);
                }
            }
            let computed = argument.files.iter().filter_map(|file| match file {
                NamedFile::Computed(place) => Some(format!("a file whose name is computed ({place})")),
                NamedFile::Written(_) => None,
            });
            found.1.extend(computed);
        }
    }
    Outside { brought: found.0.into_iter().collect(), lacking: found.1.into_iter().collect() }
}

fn arguments(module: &Module) -> impl Iterator<Item = &Argument> {
    let of_resources = module.resources.iter().flat_map(|block| &block.arguments);
    let of_calls = module.calls.iter().flat_map(|call| &call.arguments);
    of_resources.chain(of_calls).chain(&module.others)
}

/// Names of files in an argument, with the folders that they start from.
fn names<'c>(
    argument: &'c Argument,
    module: &Module,
    folder: &'c Path,
    root: &'c Path,
) -> Vec<(&'c Path, &'c str)> {
    let refers = |name: &str| argument.references.iter().any(|reference| reference == name);
    let mut found = Vec::new();
    for text in argument.literals.iter().map(|literal| literal.text.as_str()) {
        if text.starts_with("/..") {
            if refers("path.module") || module.is_root() && refers("path.root") {
                found.push((folder, text));
            }
            if refers("path.root") || refers("path.cwd") {
                found.push((root, text));
            }
        } else if text.starts_with("../") {
            found.push((root, text));
        }
    }
    let written = argument.files.iter().filter_map(|file| match file {
        NamedFile::Written(name) if !name.starts_with('/') => Some((root, name.as_str())),
        _ => None,
    });
    found.extend(written);
    found
}

/// What is there of a path: itself, or the folder of a name that goes on in an expression.
fn there(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return Some(path.to_owned());
    }
    path.parent().filter(|parent| parent.is_dir()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::sources::hcl::read_configuration;

    #[test]
    fn what_lies_beside_the_modules_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join("repository").join(name);
        for one in [".git", "live/prod", "modules/a", "policies", "lambda/src"] {
            fs::create_dir_all(at(one)).unwrap();
        }
        fs::write(at("policies/one.json"), "{}").unwrap();
        fs::write(at("values.yaml"), "a: 1\n").unwrap();
        fs::write(folder.path().join("far.json"), "{}").unwrap();
        fs::write(
            at("live/prod/main.tf"),
            "module \"a\" {\n  source = \"../../modules/a\"\n}\nresource \"aws_x\" \"y\" {\n  values = file(\"../../values.yaml\")\n  \
             far = file(\"${path.module}/../../../far.json\")\n  up = \"${path.module}/..\"\n}\n",
        )
        .unwrap();
        fs::write(
            at("modules/a/main.tf"),
            "resource \"aws_x\" \"z\" {\n  policy = file(\"${path.module}/../../policies/${each.key}.json\")\n  \
             source_dir = \"${path.module}/../../lambda/src\"\n}\n",
        )
        .unwrap();
        let code = read_configuration(&at("live/prod"), &at("live/prod")).unwrap();
        let found = outside(&code, &at("live/prod"));
        assert_eq!(found.brought, [at("lambda/src"), at("policies"), at("values.yaml")]);
        assert_eq!(
            found.lacking,
            ["/../../../far.json (main.tf:6)", "a file whose name is computed (../../modules/a/main.tf:2)"]
        );
    }
}
