//! Images that come from another registry: by name, so that a newer tag needs no newer overlay.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Part, quoted};
use crate::plan::action::{Action, Rewrite};

/// Names of images and what they become.
pub(super) struct Images {
    names: BTreeMap<String, String>,
}

impl Images {
    /// Those that become one and the same wherever they stand.
    pub(super) fn of(parts: &[Part<'_>]) -> Self {
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        for part in parts {
            let Action::ApplyObject { rewrites, .. } = part.action else { continue };
            for (from, to) in rewrites.iter().filter_map(renamed) {
                let known = names.entry(from.to_owned()).or_insert_with(|| Some(to.to_owned()));
                if known.as_deref() != Some(to) {
                    *known = None;
                }
            }
        }
        Self { names: names.into_iter().filter_map(|(from, to)| Some((from, to?))).collect() }
    }

    /// Whether a rewrite is done by a name here.
    pub(super) fn has(&self, rewrite: &Rewrite, text: &str) -> bool {
        text == rewrite.token && renamed(rewrite).is_some_and(|(from, _)| self.names.contains_key(from))
    }

    pub(super) fn put(&self, out: &mut String) {
        if self.names.is_empty() {
            return;
        }
        out.push_str("images:\n");
        for (from, to) in &self.names {
            let _ = writeln!(out, "  - name: {}\n    newName: {}", quoted(from), quoted(to));
        }
    }
}

/// Name and new name of an image in a container, its tag and digest the same.
fn renamed(rewrite: &Rewrite) -> Option<(&str, &str)> {
    let place = rewrite.path.strip_suffix("/image")?;
    let (list, number) = place.rsplit_once('/')?;
    let known = matches!(list.rsplit('/').next(), Some("containers" | "initContainers"));
    if !known || number.parse::<usize>().is_err() || rewrite.within.is_some() {
        return None;
    }
    let (from, of) = split(&rewrite.token);
    let (to, becomes) = split(rewrite.counterpart.as_deref().filter(|_| rewrite.known_after.is_none())?);
    // The name of a whole image, not the registry in one.
    (of == becomes && from != to && from.contains('/')).then_some((from, to))
}

/// The name, and what follows it: `:tag`, `@digest`, both.
fn split(image: &str) -> (&str, &str) {
    let name = image.split('@').next().unwrap_or(image);
    let begins = name.rfind('/').map_or(0, |at| at + 1);
    let end = name.get(begins..).and_then(|last| last.find(':')).map_or(name.len(), |at| begins + at);
    image.split_at_checked(end).unwrap_or((image, ""))
}
