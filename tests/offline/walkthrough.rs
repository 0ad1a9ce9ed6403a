//! Walk-throughs: command scripts with their golden output, which read like documentation.
//!
//! Each page of `tests/walkthroughs` runs in a copy of `examples/ecommerce`, with what the folder of its name
//! (`PAGE.files`) adds. `TRYCMD=overwrite cargo test walkthroughs` writes what is said now; read it before you keep it.

use std::path::Path;

use crate::sandbox::copy;

#[test]
fn walkthroughs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = root.join("tests/walkthroughs");
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&pages).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(page) = name.strip_suffix(".md") else { continue };
        // The stack is named by its folder where nothing else names it.
        let input = folder.path().join(format!("{page}.in"));
        copy(&root.join("examples/ecommerce"), &input);
        std::fs::create_dir(input.join(".git")).unwrap();
        let more = pages.join(format!("{page}.files"));
        if more.is_dir() {
            copy(&more, &input);
        }
        std::fs::copy(pages.join(&name), folder.path().join(&name)).unwrap();
        names.push(name);
    }
    assert!(!names.is_empty());
    let cases = trycmd::TestCases::new();
    cases.register_bin("drplan", Path::new(env!("CARGO_BIN_EXE_drplan"))).env("NO_COLOR", "1");
    cases.case(folder.path().join("*.md"));
    // The cases run when this is dropped, and panic where one differs.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(cases)));
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        for name in names {
            std::fs::copy(folder.path().join(&name), pages.join(&name)).unwrap();
        }
    }
    assert!(outcome.is_ok(), "a walk-through differs; see above");
}
