//! A folder is a layer; these arrows are the only imports between them.

use std::collections::BTreeSet;
use std::path::Path;

/// Each layer and the layers it may import. `model` imports nothing.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("plan", &["model"]),
    ("planner", &["model", "plan"]),
    ("clients", &["model"]),
    ("sources", &["model", "clients"]),
    ("targets", &["model", "clients"]),
    ("executor", &["model", "plan", "event", "targets", "clients"]),
    ("event", &["model", "plan"]),
    ("render", &["model", "plan", "event"]),
    ("cli", &["model", "plan", "planner", "clients", "sources", "targets", "executor", "event", "render"]),
];

#[test]
fn layers_import_only_what_the_list_allows() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders: BTreeSet<String> = std::fs::read_dir(&source)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !matches!(name.as_str(), "lib.rs" | "main.rs"))
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(layer, _)| (*layer).to_owned()).collect();
    assert_eq!(
        folders, known,
        "a folder of src/ is a layer and stands in the list, as does a file beside them"
    );
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (layer, allowed) in ARROWS {
        for file in rust_files(&source.join(layer)).into_iter().chain([source.join(format!("{layer}.rs"))]) {
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            for import in imports(&text) {
                seen += 1;
                if import != *layer && known.contains(&import) && !allowed.contains(&import.as_str()) {
                    wrong.push(format!("{}: {layer} -> {import}", file.display()));
                }
            }
        }
    }
    assert!(seen > 200, "the reader of imports found only {seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A half-restored region is not torn down (docs/safety.md, 4 and 9): nothing that acts knows how to.
#[test]
fn rule_9_nothing_that_acts_has_a_call_that_deletes() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in
        ["clients", "targets", "executor"].into_iter().flat_map(|layer| rust_files(&source.join(layer)))
    {
        let text = std::fs::read_to_string(&file).unwrap();
        seen += 1;
        for call in ["\"DELETE\"", "Method::DELETE", ".delete_", ".terminate_", "\"destroy\""] {
            wrong.extend(text.contains(call).then(|| format!("{}: {call}", file.display())));
        }
    }
    assert!(seen > 50, "only {seen} files were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    // A layer may be one file.
    if !folder.is_dir() {
        return Vec::new();
    }
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The first segment after `crate::` (or `drplan::`), wherever a path stands; groups are opened.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.push(word(rest)),
        }
    }
    found
}

/// The first word of each entry of a group, nested groups passed over.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut fresh, mut found) = (0, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && (c.is_alphanumeric() || c == '_') => {
                found.push(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn grouped_imports_are_opened() {
    let text = "use crate::{model::{a, b}, sources::x, plan};\nuse crate::cli::y;";
    assert_eq!(imports(text), ["model", "sources", "plan", "cli"]);
}
