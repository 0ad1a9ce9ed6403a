//! Folders of files for the tests of this module.

use std::path::{Path, PathBuf};

use super::{read_configuration, read_settings};
use crate::model::configuration::{Argument, Configuration, Literal, Module};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::settings::Settings;

/// A repository of its own that is gone after the test.
pub(super) struct Repository(tempfile::TempDir);

impl Repository {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let repository = Self(folder);
        for (path, text) in files {
            repository.write(path, text);
        }
        repository
    }
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }
    pub(super) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    #[cfg(unix)]
    pub(super) fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.at(path)).unwrap();
    }
    pub(super) fn read(&self, dir: &str) -> Result<Configuration, BadInput> {
        read_configuration(&self.at(dir), self.path())
    }
}

/// The configuration of one file `main.tf`.
pub(super) fn configuration(text: &str) -> Result<Configuration, BadInput> {
    Repository::new(&[("main.tf", text)]).read(".")
}

/// The root module of one file `main.tf`.
pub(super) fn root(text: &str) -> Module {
    configuration(text).unwrap().modules.remove(0)
}

/// The settings of a text, beside which there is a file of signers.
pub(super) fn settings(text: impl AsRef<[u8]>) -> Result<Settings, BadInput> {
    let repository = Repository::new(&[]);
    repository.write("shop/drplan.hcl", text);
    repository.write("shop/signers", "");
    read_settings(&repository.at("shop/drplan.hcl"))
}

/// `place: message | fix`, one a line.
pub(super) fn said(bad: &BadInput) -> Vec<String> {
    bad.0.iter().map(line).collect()
}

fn line(problem: &Problem) -> String {
    let place = problem.at.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{place}: {} | {}", problem.message, problem.fix)
}

/// Everything that a problem shows.
pub(super) fn shown(bad: &BadInput) -> String {
    bad.0.iter().map(|problem| format!("{problem:?}\n")).collect()
}

/// `path line text` of all literals, `=` after those that are whole.
pub(super) fn literals<'a>(arguments: impl IntoIterator<Item = &'a Argument>) -> Vec<String> {
    let show = |path: &str, literal: &Literal| {
        let mark = if literal.whole { "=" } else { "" };
        format!("{path} {} {}{mark}", literal.place.line, literal.text)
    };
    arguments
        .into_iter()
        .flat_map(|argument| argument.literals.iter().map(move |literal| show(&argument.path, literal)))
        .collect()
}

/// `path: references` of all arguments that refer to something.
pub(super) fn references<'a>(arguments: impl IntoIterator<Item = &'a Argument>) -> Vec<String> {
    arguments
        .into_iter()
        .filter(|argument| !argument.references.is_empty())
        .map(|argument| format!("{}: {}", argument.path, argument.references.join(" ")))
        .collect()
}
