use super::schema::{Block, ROOT};
use super::*;
use crate::sources::hcl::testing::{Repository, said};

#[test]
fn the_file_is_found_upwards_to_the_root_of_the_repository() {
    let outer =
        Repository::new(&[("drplan.hcl", ""), ("inner/a/b/x", ""), ("own/drplan.hcl", ""), ("own/c/x", "")]);
    let found = |from: &str| find_settings(&outer.at(from));
    assert_eq!(found("inner/a/b"), Some(outer.at("drplan.hcl")));
    assert_eq!(found("own/c"), Some(outer.at("own/drplan.hcl")));
    outer.write("inner/.git", "gitdir: elsewhere");
    assert_eq!(found("inner/a/b"), None);
    std::fs::create_dir(outer.at("inner/a/drplan.hcl")).unwrap();
    // A folder of that name is meant as the file, and reading it says so.
    assert_eq!(found("inner/a"), Some(outer.at("inner/a/drplan.hcl")));
    let bare = tempfile::tempdir().unwrap();
    std::fs::create_dir(bare.path().join("sub")).unwrap();
    std::fs::write(bare.path().join("drplan.hcl"), "").unwrap();
    assert_eq!(find_settings(bare.path()), Some(bare.path().join("drplan.hcl")));
    assert_eq!(find_settings(&bare.path().join("sub")), None);
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let repository = Repository::new(&[]);
    let says = |path: &str| said(&read_settings(&repository.at(path)).unwrap_err());
    assert_eq!(
        says("drplan.hcl"),
        ["drplan.hcl: drplan.hcl is not there | check the path; a link may point to nothing"]
    );
    assert_eq!(
        says("."),
        ["drplan.hcl: drplan.hcl is a folder, not a file | name a file in it"].map(|line| {
            let name = repository.path().file_name().unwrap().to_string_lossy().into_owned();
            line.replace("drplan.hcl", &name)
        })
    );
    repository.write("drplan.hcl", vec![b' '; 1 << 21]);
    assert_eq!(
        says("drplan.hcl"),
        [
            "drplan.hcl: drplan.hcl is larger than 1 MiB, the most that is read of such a file | check that this is the file you mean"
        ]
    );
    repository.write("drplan.hcl", b"a = {\n x = 1\n x = 2\n}");
    assert_eq!(
        says("drplan.hcl"),
        [
            "drplan.hcl:3: the same key twice in one object | keep one of the two; engines take the last silently"
        ]
    );
}

#[test]
fn the_settings_of_the_example_are_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce/drplan.hcl");
    let read = read_settings(&path).unwrap();
    assert_eq!(read.stack, "ecommerce");
    assert!(read.estimates.len() > 8 && read.objectives.len() > 5);
}

/// Every name of the table has its row in the page, under the heading of its block.
#[test]
fn the_page_has_every_attribute() {
    fn rows(block: &Block, path: &str, page: &str, missing: &mut Vec<String>) {
        let heading = if path.is_empty() { "## The file itself".to_owned() } else { format!("## `{path}`") };
        let section = page
            .split_once(&format!("{heading}\n"))
            .map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or(""));
        for attribute in block.attributes {
            if !section.contains(&format!("| `{}` |", attribute.name)) {
                missing.push(format!("{heading}: {}", attribute.name));
            }
        }
        for inner in block.blocks {
            let path = if path.is_empty() { inner.name.to_owned() } else { format!("{path}.{}", inner.name) };
            rows(inner, &path, page, missing);
        }
    }
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let mut missing = Vec::new();
    rows(&ROOT, "", &page, &mut missing);
    assert!(missing.is_empty(), "docs/configuration.md lacks {missing:#?}");
}

/// The examples of the page are sound, together.
#[test]
fn the_examples_of_the_page_are_read() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let mut count = 0;
    for example in page.split("```hcl\n").skip(1) {
        let text = example.split("```").next().unwrap();
        let files = [("drplan.hcl", text), ("allowed_signers", ""), ("revoked_keys", "")];
        let repository = Repository::new(&files);
        let read = read_settings(&repository.at("drplan.hcl"));
        assert!(read.is_ok(), "{text}\n{:#?}", said(&read.unwrap_err()));
        count += 1;
    }
    assert!(count >= 15, "{count} examples");
}
