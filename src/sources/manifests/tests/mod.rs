//! Ordinary, odd and hostile manifests.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod charts;
mod classes;
mod corpus;
mod hostile;
mod kubectl;
mod kustomizations;
mod paths;

use std::path::{Path, PathBuf};

use super::{Request, Tools, read_manifests};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::document::Manifests;

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

/// A ConfigMap that nothing is wrong with.
fn config_map(name: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  key: value\n")
}

/// Reads paths of a folder, without tools.
fn read(folder: &Path, paths: &[&str]) -> Result<Manifests, BadInput> {
    read_manifests(&request(folder, paths))
}

fn request(folder: &Path, paths: &[&str]) -> Request {
    Request {
        paths: paths.iter().map(PathBuf::from).collect(),
        base: folder.to_owned(),
        ..Request::default()
    }
}

/// Reads a text as a file of its own.
fn read_text(text: impl AsRef<[u8]>) -> Result<Manifests, BadInput> {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "x.yaml", text);
    read(folder.path(), &["x.yaml"])
}

/// The only problem of a text.
fn problem_of(text: impl AsRef<[u8]>) -> Problem {
    let BadInput(mut problems) = read_text(text).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

/// `file:line: message` of each problem.
fn told(result: Result<Manifests, BadInput>) -> Vec<String> {
    let place = |problem: &Problem| problem.at.as_ref().map(ToString::to_string).unwrap_or_default();
    result.unwrap_err().0.iter().map(|problem| format!("{}: {}", place(problem), problem.message)).collect()
}

/// `Kind/name` of each object.
fn labels(manifests: &Manifests) -> Vec<String> {
    manifests.objects.iter().map(crate::model::document::Object::label).collect()
}

/// A program for the place of kubectl or helm.
#[cfg(unix)]
fn script(folder: &Path, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = write(folder, "tool", format!("#!/bin/sh\n[ \"$1\" = ready ] && exit 0\n{body}\n"));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    // A child that another test forks holds the file open for writing until its exec: "text file busy".
    while !std::process::Command::new(&path).arg("ready").status().is_ok_and(|status| status.success()) {
        std::thread::yield_now();
    }
    path
}
