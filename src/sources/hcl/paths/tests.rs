use super::*;

#[test]
fn paths_are_relative_with_slashes() {
    let show = |base: &str, path: &str| relative(Path::new(base), Path::new(path));
    assert_eq!(show("/a/b", "/a/b"), ".");
    assert_eq!(show("/a/b", "/a/b/c/./d"), "c/d");
    assert_eq!(show("/a/b", "/a/c/../d"), "../d");
    assert_eq!(show("/a/b/c", "/x"), "../../../x");
    assert_eq!(show("a", "a/b"), "b");
}

#[test]
fn the_boundary_is_the_repository_or_what_is_shared() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    std::fs::create_dir_all(at("r/infra/prod")).unwrap();
    assert_eq!(boundary(&at("r/infra"), &at("r/infra/prod")), at("r/infra"));
    std::fs::write(at("r/.git"), "gitdir: elsewhere").unwrap();
    assert_eq!(boundary(&at("r/infra/prod"), &at("r/infra/prod")), at("r"));
    assert_eq!(boundary(Path::new("/a"), Path::new("/b")), Path::new("/a"));
}
