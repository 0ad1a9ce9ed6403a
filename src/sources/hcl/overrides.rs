//! Override files: they come last, in the order of their names, and replace what they name
//! (opentofu.org/docs/language/files/override).

use std::collections::BTreeSet;

use super::blocks::Block;
use super::expression::Found;

#[cfg(test)]
mod tests;

/// Whether a file is merged into the others instead of standing beside them; `stem` is its name without extension.
pub(super) fn is_override(stem: &str) -> bool {
    stem == "override" || stem.ends_with("_override")
}

/// What a block is known by; `None` for those that may stand any number of times.
pub(super) fn identity(block: &Block) -> Option<String> {
    let labels = || block.labels.join(".");
    match block.kind.as_str() {
        "resource" | "data" | "ephemeral" | "module" | "variable" | "output" | "check" => {
            Some(format!("{} {}", block.kind, labels()))
        }
        "provider" => {
            let alias = block.find("alias").and_then(|found| found.argument.literals.first());
            Some(format!("provider {}.{}", labels(), alias.map_or("", |literal| literal.text.as_str())))
        }
        _ => None,
    }
}

/// Merges the blocks of an override file into the others.
pub(super) fn merge(base: &mut Vec<Block>, overriding: Vec<Block>) {
    for block in overriding {
        match block.kind.as_str() {
            // Each local and each setting by itself, wherever it was given.
            "locals" | "terraform" => {
                let keys = keys(&block);
                for other in base.iter_mut().filter(|other| other.kind == block.kind) {
                    other.found.retain(|found| !keys.contains(&key(&other.kind, found)));
                }
                base.push(block);
            }
            _ => {
                let wanted = identity(&block);
                let target = base.iter_mut().find(|other| wanted.is_some() && identity(other) == wanted);
                match target {
                    Some(target) => {
                        let keys = keys(&block);
                        target.found.retain(|found| !keys.contains(&key(&target.kind, found)));
                        target.found.extend(block.found);
                    }
                    None => base.push(block),
                }
            }
        }
    }
}

fn keys(block: &Block) -> BTreeSet<String> {
    block.found.iter().map(|found| key(&block.kind, found)).collect()
}

/// What an argument replaces: the argument of its name, all nested blocks of its type, and in `lifecycle` and
/// `required_providers` one entry.
fn key(kind: &str, found: &Found) -> String {
    let mut parts = found.argument.path.split('.');
    let first = parts.next().unwrap_or("");
    match (kind, first) {
        ("resource" | "data", "dynamic") => parts.next().unwrap_or("").to_owned(),
        ("resource" | "data", "lifecycle") | ("terraform", "required_providers") => {
            format!("{first}.{}", parts.next().unwrap_or(""))
        }
        // One takes the place of the other.
        ("terraform", "backend" | "cloud") => "backend".to_owned(),
        _ => first.to_owned(),
    }
}
