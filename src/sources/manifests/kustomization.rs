//! What a kustomization refers to, and what it may not.

use super::documents::read_documents;
use super::tree::Budget;
use crate::model::document::Node;

/// One kustomization file.
#[derive(Clone, Debug, Default)]
pub(super) struct Kustomization {
    /// A `Component`, which cannot stand alone.
    pub(super) component: bool,
    /// The namespace that it gives to all its objects.
    pub(super) namespace: Option<String>,
    /// Files and folders that it names.
    pub(super) references: Vec<Reference>,
    /// Lines of what drplan does not let run or fetch, and what it is.
    pub(super) refused: Vec<(u32, &'static str)>,
}

/// A file or folder that a kustomization names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// As written, relative to the kustomization's folder.
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) role: Role,
}

/// What it is named for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Objects, or another kustomization that this one includes.
    Resource,
    /// A patch, a generator's file, a configuration.
    Other,
    /// Configures a generator or transformer, which may be a plugin.
    Plugin,
}

const REMOTE: &str = "a remote base or file, which is not fetched";
const PLUGIN: &str = "a plugin, which is not run";

/// Reads what a kustomization refers to.
pub(super) fn read_kustomization(root: &Node) -> Kustomization {
    let mut found =
        Kustomization { component: root.str_at(&["kind"]) == Some("Component"), ..Default::default() };
    found.namespace = values(root, "namespace").find_map(Node::as_str).map(str::to_owned);
    for field in ["resources", "bases", "components"] {
        found.take_all(root, field, Role::Resource);
    }
    for field in ["crds", "configurations", "patchesStrategicMerge"] {
        found.take_all(root, field, Role::Other);
    }
    for field in ["generators", "transformers", "validators"] {
        found.take_all(root, field, Role::Plugin);
    }
    for field in ["patches", "patchesJson6902", "replacements"] {
        for item in items(root, field) {
            // An old form of `patches` lists paths.
            found.take(item, Role::Other);
            values(item, "path").for_each(|path| found.take(path, Role::Other));
        }
    }
    for openapi in values(root, "openapi") {
        values(openapi, "path").for_each(|path| found.take(path, Role::Other));
    }
    for field in ["configMapGenerator", "secretGenerator"] {
        for generator in items(root, field) {
            for file in items(generator, "files") {
                found.take_file(file);
            }
            found.take_all(generator, "envs", Role::Other);
            values(generator, "env").for_each(|file| found.take(file, Role::Other));
        }
    }
    for field in ["helmCharts", "helmChartInflationGenerator"] {
        for charts in values(root, field) {
            found.refused.push((charts.span.line, PLUGIN));
        }
    }
    found
}

/// Whether the configuration of a generator or transformer is kustomize's own and fetches nothing.
pub(super) fn check_plugin(text: &str) -> Option<&'static str> {
    let mut budget = Budget { nodes: text.len() + 1 };
    let documents = read_documents(text, &mut budget);
    documents.roots.iter().find_map(|root| {
        let annotations = root.node.at(&["metadata", "annotations"]);
        let function = annotations.is_some_and(|node| {
            node.entries().iter().any(|(key, _)| key.starts_with("config.k") && key.ends_with("/function"))
        });
        let builtin = root.node.str_at(&["apiVersion"]) == Some("builtin");
        let chart = root.node.str_at(&["kind"]).is_some_and(|kind| kind.starts_with("HelmChart"));
        if !builtin || function || chart { Some(PLUGIN) } else { any_remote(&root.node).then_some(REMOTE) }
    })
}

impl Kustomization {
    fn take_all(&mut self, node: &Node, field: &'static str, role: Role) {
        for item in items(node, field) {
            self.take(item, role);
        }
    }

    fn take(&mut self, node: &Node, role: Role) {
        let (Some(text), line) = (node.as_str(), node.span.line) else { return };
        if text.contains('\n') || text.trim_start().starts_with('{') {
            // Written out in place.
            if role == Role::Plugin
                && let Some(refused) = check_plugin(text)
            {
                self.refused.push((line, refused));
            }
        } else if is_remote(text) {
            self.refused.push((line, REMOTE));
        } else {
            self.references.push(Reference { path: text.to_owned(), line, role });
        }
    }

    /// `key=path`, or a path whose name is the key.
    fn take_file(&mut self, node: &Node) {
        let Some(text) = node.as_str() else { return };
        let path = text.split_once('=').map_or(text, |(_, path)| path);
        if is_remote(path) {
            self.refused.push((node.span.line, REMOTE));
        } else {
            let reference = Reference { path: path.to_owned(), line: node.span.line, role: Role::Other };
            self.references.push(reference);
        }
    }
}

/// The values of a field. kustomize reads fields as Go reads JSON, so that `Resources` is `resources`.
fn values<'n>(node: &'n Node, field: &'static str) -> impl Iterator<Item = &'n Node> {
    node.entries().iter().filter(move |(key, _)| key.eq_ignore_ascii_case(field)).map(|(_, value)| value)
}

fn items<'n>(node: &'n Node, field: &'static str) -> impl Iterator<Item = &'n Node> {
    values(node, field).flat_map(Node::items)
}

/// What kustomize would fetch: a URL, or what it takes for a git repository (`repospec.go` of kustomize 5.5).
pub(super) fn is_remote(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let user = text.split_once('@').is_some_and(|(user, _)| {
        !user.is_empty()
            && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    });
    let hosts = ["git::", "gh:", "github.com/", "github.com:"];
    user || text.contains("://") || hosts.iter().any(|host| text.starts_with(host))
}

fn any_remote(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.lines().any(is_remote))
        || node.items().iter().any(any_remote)
        || node.entries().iter().any(|(_, value)| any_remote(value))
}
