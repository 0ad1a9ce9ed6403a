//! Files of kustomizations and charts that could not be rendered: what stands in them nobody knows, and it may be what
//! others name. That they are not rendered is told elsewhere (`manifest-unrendered`).

use std::collections::HashSet;

use super::thing::Thing;
use crate::planner::facts::Facts;

/// The kinds that such files may hold.
pub(super) struct Unread<'i> {
    kinds: HashSet<&'i str>,
    /// Whether something comes from outside the folder.
    anything: bool,
}

/// What makes objects without their kind being written.
/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/>
const GENERATORS: [(&str, &str); 2] = [("configMapGenerator:", "ConfigMap"), ("secretGenerator:", "Secret")];

/// Whether a line of a file takes something in that lies elsewhere: a base of another repository, a chart.
fn is_foreign(file: &str, line: &str) -> bool {
    let is_kustomization = file.to_lowercase().starts_with("kustomization");
    let is_remote = || ["://", "?ref=", "github.com/"].iter().any(|part| line.contains(part));
    (is_kustomization && (line.starts_with("helmCharts:") || line.starts_with("- ") && is_remote()))
        || (file == "Chart.yaml" && line.starts_with("dependencies:"))
}

impl<'i> Unread<'i> {
    pub(super) fn read(facts: &Facts<'i, '_>) -> Self {
        let manifests = &facts.input.manifests;
        let units = manifests.units.iter().filter(|unit| !unit.rendered);
        let files: HashSet<&str> = units.flat_map(|unit| &unit.files).map(String::as_str).collect();
        let mut unread = Self { kinds: HashSet::new(), anything: false };
        for source in manifests.texts.iter().filter(|source| files.contains(source.path.as_str())) {
            let name = source.path.rsplit('/').next().unwrap_or_default();
            for line in source.text.lines().map(str::trim_start) {
                if let Some(kind) = line.trim_start_matches("- ").strip_prefix("kind:") {
                    unread.kinds.insert(kind.trim().trim_matches(['"', '\'']));
                }
                for (generator, kind) in GENERATORS {
                    if line.starts_with(generator) {
                        unread.kinds.insert(kind);
                    }
                }
                unread.anything |= is_foreign(name, line);
            }
        }
        unread
    }

    /// Whether something may stand in them.
    pub(super) fn may_hold(&self, thing: &Thing<'_>) -> bool {
        self.anything || self.kinds.contains(&*thing.kind)
    }
}
