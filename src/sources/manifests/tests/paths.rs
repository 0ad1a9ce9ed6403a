//! Files, folders, globs, links, and what is left out.

use std::path::Path;

use super::{config_map, labels, read, request, told, write};
use crate::model::diagnostic::{Gap, GapReason};
use crate::sources::manifests::read_manifests;

fn folder_of(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let name = file.trim_end_matches(".yaml").replace(['/', '.', '_'], "-");
        write(folder.path(), file, config_map(&name));
    }
    folder
}

fn files(folder: &Path, paths: &[&str], exclude: &[&str]) -> Vec<String> {
    let mut request = request(folder, paths);
    request.exclude = exclude.iter().map(ToString::to_string).collect();
    read_manifests(&request).unwrap().objects.into_iter().map(|object| object.file).collect()
}

#[test]
fn folders_are_read_whole_and_in_order() {
    let folder = folder_of(&["b.yaml", "a/z.yml", "a/b/c.json", "a.yaml", ".git/x.yaml", "x.txt"]);
    assert_eq!(files(folder.path(), &["."], &[]), ["a.yaml", "a/b/c.json", "a/z.yml", "b.yaml"]);
    assert_eq!(
        files(folder.path(), &["a", "./a/../b.yaml", "a/z.yml"], &[]),
        ["a/b/c.json", "a/z.yml", "b.yaml"]
    );
    assert_eq!(files(folder.path(), &["x.txt"], &[]), ["x.txt"]);
    // Beside the base, and absolute.
    assert_eq!(files(&folder.path().join("a"), &["../b.yaml"], &[]), ["../b.yaml"]);
    let absolute = folder.path().join("b.yaml");
    assert_eq!(files(folder.path(), &[absolute.to_str().unwrap()], &[]), ["b.yaml"]);
}

#[test]
fn globs() {
    let folder = folder_of(&["a/x.yaml", "a/b/y.yaml", "a/b/z.yml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["a/*.yaml"], &[]), ["a/x.yaml"]);
    assert_eq!(files(folder.path(), &["**/*.yaml"], &[]), ["a/b/y.yaml", "a/x.yaml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["a/?"], &[]), ["a/b/y.yaml", "a/b/z.yml"]);
    assert_eq!(files(folder.path(), &["{c,d}.yaml"], &[]), ["c.yaml"]);
    assert_eq!(told(read(folder.path(), &["d/*.yaml"])), ["d/*.yaml: no manifest matches this glob"]);
    assert!(told(read(folder.path(), &["a/[b"]))[0].contains("is no glob"));
}

#[test]
fn excluded() {
    let folder = folder_of(&["a/x.yaml", "a/b/y.yaml", "b/x.yaml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["."], &["a/b/**"]), ["a/x.yaml", "b/x.yaml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["."], &["a/b"]), ["a/x.yaml", "b/x.yaml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["."], &["./a/"]), ["b/x.yaml", "c.yaml"]);
    assert_eq!(files(folder.path(), &["."], &["x.yaml", "c.*"]), ["a/b/y.yaml"]);
    assert_eq!(files(folder.path(), &["c.yaml", "a"], &["a/*.yaml"]), ["a/b/y.yaml", "c.yaml"]);
    let mut none = request(folder.path(), &["c.yaml", "a"]);
    none.exclude = vec!["c.yaml".into()];
    assert_eq!(told(read_manifests(&none)), ["c.yaml: no Kubernetes object, kustomization or chart in it"]);
    none.exclude = vec!["[".into(), "{".into()];
    assert_eq!(told(read_manifests(&none)).len(), 2);
}

#[test]
fn paths_that_lead_to_nothing() {
    let folder = folder_of(&["c.yaml"]);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    write(folder.path(), "other.yaml", "a: 1\n");
    assert_eq!(told(read(folder.path(), &["no.yaml"])), ["no.yaml: no.yaml is not there"]);
    for path in ["empty", "folder.yaml"] {
        let expected = format!("{path}: no Kubernetes object, kustomization or chart in it");
        assert_eq!(told(read(folder.path(), &[path, "c.yaml"])), [expected]);
    }
    assert_eq!(
        told(read(folder.path(), &["other.yaml"])),
        [
            "other.yaml: no Kubernetes object, kustomization or chart in it: neither apiVersion nor kind, so no Kubernetes object"
        ]
    );
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;
    let outside = folder_of(&["secret.yaml"]);
    let folder = folder_of(&["m/a.yaml", "m/b/c.yaml"]);
    let m = folder.path().join("m");
    symlink(&m, m.join("b/loop")).unwrap();
    symlink("self.yaml", m.join("self.yaml")).unwrap();
    symlink("a.yaml", m.join("again.yaml")).unwrap();
    symlink(outside.path().join("secret.yaml"), m.join("out.yaml")).unwrap();
    symlink(outside.path(), m.join("out")).unwrap();
    let read = read(folder.path(), &["m"]).unwrap();
    assert_eq!(labels(&read), ["ConfigMap/m-a", "ConfigMap/m-b-c"]);
    let gaps: Vec<_> =
        read.gaps.iter().map(|Gap { source, reason, .. }| (source.as_str(), *reason)).collect();
    assert_eq!(
        gaps,
        [
            ("m/out", GapReason::Outside),
            ("m/out.yaml", GapReason::Outside),
            ("m/self.yaml", GapReason::Unreadable),
        ]
    );
    // A link that is named itself is followed.
    assert_eq!(files(folder.path(), &["m/out.yaml"], &[]), ["m/out.yaml"]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_of(&["a.yaml", "b.yaml", "c/d.yaml"]);
    let forbid = |name: &str| {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o0)).unwrap();
    };
    forbid("a.yaml");
    if std::fs::read(folder.path().join("a.yaml")).is_ok() {
        println!("skipped: this user may read everything");
        return;
    }
    assert_eq!(told(read(folder.path(), &["."])), ["a.yaml: a.yaml may not be read"]);
    forbid("c");
    let read = read(folder.path(), &["b.yaml", "."]);
    assert_eq!(told(read), ["a.yaml: a.yaml may not be read"]);
    std::fs::set_permissions(folder.path().join("c"), std::fs::Permissions::from_mode(0o755)).unwrap();
}
