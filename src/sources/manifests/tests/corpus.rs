//! Manifests that nobody here wrote: each file is read, skipped or refused with a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{Request, Tools, read_manifests};

/// The shared manifests, where they are there.
pub(super) fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures");
    let named = std::env::var_os("DRPLAN_CORPUS").map(PathBuf::from);
    let folder =
        named.into_iter().chain([beside, PathBuf::from("/work/shared/fixtures")]).find(|f| f.is_dir())?;
    Some(folder.join("manifests"))
}

#[test]
fn survey() {
    let Some(root) = folder() else {
        println!("skipped: no shared fixtures (set DRPLAN_CORPUS)");
        return;
    };
    let tools = Tools::find(&std::env::var_os("PATH").unwrap());
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let request = Request {
            paths: vec![path.clone()],
            base: path.clone(),
            tools: tools.clone(),
            ..Request::default()
        };
        println!("=== {}", path.display());
        match read_manifests(&request) {
            Ok(read) => {
                let mut kinds = BTreeMap::<String, usize>::new();
                for o in &read.objects {
                    *kinds.entry(o.kind.clone()).or_default() += 1;
                }
                println!(
                    "objects {} units {} skipped {} gaps {}",
                    read.objects.len(),
                    read.units.len(),
                    read.skipped.len(),
                    read.gaps.len()
                );
                for s in &read.skipped {
                    println!("  skip {}: {}", s.file, s.why);
                }
                for g in &read.gaps {
                    println!("  gap {} {:?} {}", g.source, g.reason, g.detail);
                }
            }
            Err(bad) => {
                let mut seen = BTreeSet::new();
                for p in &bad.0 {
                    seen.insert(p.message.clone());
                    println!(
                        "  bad {}: {} [{}]",
                        p.at.as_ref().map(ToString::to_string).unwrap_or_default(),
                        p.message,
                        p.also.iter().map(|(p, w)| format!("{p} {w}")).collect::<Vec<_>>().join("; ")
                    );
                }
            }
        }
    }
}

#[test]
fn singly() {
    let Some(root) = folder() else { return };
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if !entry.file_type().is_file() {
            continue;
        }
        let request = Request { paths: vec![entry.path().into()], base: root.clone(), ..Request::default() };
        let shown = entry.path().strip_prefix(&root).unwrap().display().to_string();
        match read_manifests(&request) {
            Ok(read) => {
                if read.units.is_empty() && read.skipped.is_empty() {
                    println!("OK {shown} {}", read.objects.len());
                }
                for s in &read.skipped {
                    if read.units.is_empty() {
                        println!("SKIP {}: {}", s.file, s.why);
                    }
                }
            }
            Err(bad) => {
                for p in &bad.0 {
                    println!(
                        "BAD {}: {} {}",
                        p.at.as_ref().map(ToString::to_string).unwrap_or_default(),
                        p.message,
                        p.also.len()
                    );
                }
            }
        }
    }
}
