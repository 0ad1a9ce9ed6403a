//! Files that the code reads by name: a template, a policy in JSON. What stands in them stands in the code.

use std::collections::HashMap;
use std::path::Path;

use super::paths::{absolute, relative};
use crate::model::configuration::{Argument, Literal, Module, NamedFile};
use crate::model::diagnostic::{Gap, GapReason, Place};
use crate::sources::text::read_text;

/// Templates and policies are small; what is larger is an archive or a picture.
const LIMIT: u64 = 1 << 20;

/// Folders that names of files start from, and the one that holds all that may be read.
#[derive(Clone, Copy)]
pub(super) struct Folders<'p> {
    /// The module's.
    pub(super) module: &'p Path,
    /// The root module's, in which the engine works.
    pub(super) root: &'p Path,
    /// That of drplan.hcl: paths are shown from it.
    pub(super) base: &'p Path,
    pub(super) boundary: &'p Path,
}

/// Adds the text of each file that an argument names by `path.module` (of the root module by `path.root`, too), or in
/// the working folder, to its literals. Only files within the boundary are read; one that is not there may be made by
/// the engine, and one whose name is computed is a gap.
pub(super) fn read_named_files(module: &mut Module, folders: Folders<'_>, gaps: &mut Vec<Gap>) {
    let root = folders.module == folders.root;
    let starts = starts(&module.others, root);
    let of_resources = module.resources.iter_mut().flat_map(|block| &mut block.arguments);
    let of_calls = module.calls.iter_mut().flat_map(|call| &mut call.arguments);
    for argument in of_resources.chain(of_calls).chain(&mut module.others) {
        let named = |name: &str| argument.references.iter().any(|reference| reference == name);
        if named("path.module") || root && named("path.root") {
            let names = argument.literals.iter().filter_map(|literal| literal.text.strip_prefix('/'));
            let names: Vec<String> = names.map(str::to_owned).collect();
            read_of(argument, &names, folders.module, folders, gaps);
        }
        let mut names = Vec::new();
        if let Some(begun) = begun(argument, &starts) {
            argument.files.clear();
            read_of(argument, &begun, folders.module, folders, gaps);
        }
        for file in std::mem::take(&mut argument.files) {
            match &file {
                NamedFile::Written(name) if !name.starts_with('/') => names.push(name.clone()),
                NamedFile::Written(_) => {}
                NamedFile::Computed(place) => gaps.push(Gap {
                    source: place.to_string(),
                    reason: GapReason::Unreadable,
                    detail: "it reads a file whose name only the engine can work out".to_owned(),
                }),
            }
            argument.files.push(file);
        }
        read_of(argument, &names, folders.root, folders, gaps);
    }
}

/// Local values that are a folder of the module, by name: `files = "${path.module}/files"` starts with `/files`.
fn starts(others: &[Argument], root: bool) -> HashMap<String, String> {
    let folder = |argument: &Argument| match (&argument.references[..], &argument.literals[..]) {
        ([folder], literals) if folder == "path.module" || root && folder == "path.root" => match literals {
            [] => Some(String::new()),
            [literal] if literal.text.starts_with('/') => Some(literal.text.clone()),
            _ => None,
        },
        _ => None,
    };
    let locals =
        others.iter().filter_map(|argument| Some((argument.path.strip_prefix("locals.")?, argument)));
    locals.filter_map(|(name, argument)| Some((format!("local.{name}"), folder(argument)?))).collect()
}

/// Names of files that an argument begins with such a local value and ends with a text.
fn begun(argument: &Argument, starts: &HashMap<String, String>) -> Option<Vec<String>> {
    let ([NamedFile::Computed(_)], [reference], [literal]) =
        (&argument.files[..], &argument.references[..], &argument.literals[..])
    else {
        return None;
    };
    let start = starts.get(reference).filter(|_| literal.text.starts_with('/'))?;
    Some(vec![format!("{start}{}", literal.text).trim_start_matches('/').to_owned()])
}

fn read_of(
    argument: &mut Argument,
    names: &[String],
    from: &Path,
    folders: Folders<'_>,
    gaps: &mut Vec<Gap>,
) {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        let path = absolute(&from.join(name));
        let is_ours =
            path.canonicalize().is_ok_and(|path| path.is_file() && path.starts_with(folders.boundary));
        if !is_ours {
            continue;
        }
        let shown = relative(folders.base, &path);
        match read_text(&path, &shown, LIMIT) {
            Ok(text) => found.push(Literal { text, place: Place::new(shown, 1), whole: false }),
            Err(problem) => {
                gaps.push(Gap { source: shown, reason: GapReason::Unreadable, detail: problem.message });
            }
        }
    }
    argument.literals.extend(found);
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::sources::hcl::read_configuration;

    #[test]
    fn the_text_of_a_file_that_is_named_is_the_codes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("tf/templates")).unwrap();
        fs::write(
            at("tf/main.tf"),
            "resource \"aws_instance\" \"a\" {\n  user_data = templatefile(\"${path.module}/templates/a.tftpl\", {})\n  \
             policy = file(\"${path.root}/binary\")\n  gone = file(\"${path.module}/gone\")\n  \
             out = file(\"${path.module}/../outside\")\n  plain = \"/templates/a.tftpl\"\n  \
             here = [file(\"./values/b.yaml\")]\n  local = file(\"${local.files}/c.json\")\n  each = file(\"${path.module}/${each.value}.json\")\n}\nlocals {\n  files = \"${path.module}/values\"\n}\n",
        )
        .unwrap();
        fs::write(at("tf/templates/a.tftpl"), "#!/bin/sh\necho us-east-2\n").unwrap();
        fs::create_dir_all(at("tf/values")).unwrap();
        fs::write(at("tf/values/b.yaml"), "region: us-east-2\n").unwrap();
        fs::write(at("tf/values/c.json"), "{\"region\": \"us-east-2\"}\n").unwrap();
        fs::write(at("tf/binary"), [0xff, 0xfe, 0x00, 0x01]).unwrap();
        fs::write(at("outside"), "us-east-2").unwrap();
        let read = read_configuration(&at("tf"), &at("tf")).unwrap();
        let literals: Vec<String> = read.modules[0].resources[0]
            .arguments
            .iter()
            .flat_map(|argument| argument.literals.iter().map(move |one| (argument, one)))
            .filter(|(_, literal)| literal.text.contains("us-east-2"))
            .map(|(argument, literal)| format!("{} {}", argument.path, literal.place))
            .collect();
        assert_eq!(
            literals,
            ["user_data templates/a.tftpl:1", "here values/b.yaml:1", "local values/c.json:1"]
        );
        let gaps: Vec<&str> = read.gaps.iter().map(|gap| gap.source.as_str()).collect();
        assert_eq!(gaps, ["binary", "main.tf:9"]);
    }
}
