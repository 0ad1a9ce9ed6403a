//! Reading the files themselves, each once, within the budgets of all manifests together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::documents::{Documents, read_documents};
use super::kustomization::{Kustomization, read_kustomization};
use super::objects::{Contents, sort_documents, twice};
use super::paths::Base;
use super::template::{TEMPLATE, is_template};
use super::tree::{Broken, Budget, Cause};
use crate::model::diagnostic::{Place, Problem};
use crate::model::document::{Skipped, SourceText};
use crate::sources::text::read_text;

/// Most of one file; etcd takes 1.5 MiB of one object.
const MAX_FILE: u64 = 16 << 20;
/// Most of all files together, in bytes and in nodes.
const MAX_BYTES: usize = 256 << 20;
const MAX_NODES: usize = 4_000_000;

/// Reads files and keeps their texts.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) base: &'a Base,
    pub(super) budget: Budget,
    bytes: usize,
    texts: BTreeMap<String, String>,
    pub(super) problems: Vec<Problem>,
    pub(super) skipped: Vec<Skipped>,
    exhausted: bool,
}

/// What Chart.yaml says.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) name: String,
    pub(super) library: bool,
    /// Whether it is made of other charts, too.
    pub(super) has_dependencies: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(base: &'a Base) -> Self {
        Self {
            base,
            budget: Budget { nodes: MAX_NODES },
            bytes: MAX_BYTES,
            texts: BTreeMap::new(),
            problems: Vec::new(),
            skipped: Vec::new(),
            exhausted: false,
        }
    }

    /// The text of a file. `None` where it could not be had; the problem is kept if it is to be told.
    pub(super) fn text(&mut self, path: &Path, shown: &str, tell: bool) -> Option<String> {
        if let Some(text) = self.texts.get(shown) {
            return Some(text.clone());
        }
        if self.exhausted {
            return None;
        }
        match read_text(path, shown, MAX_FILE) {
            Ok(text) => self.keep(shown, &text).then_some(text),
            Err(problem) => {
                if tell {
                    self.problems.push(problem);
                }
                None
            }
        }
    }

    /// Keeps a text; false once there are too many.
    pub(super) fn keep(&mut self, shown: &str, text: &str) -> bool {
        match self.bytes.checked_sub(text.len()) {
            Some(left) => {
                self.bytes = left;
                self.texts.insert(shown.to_owned(), text.to_owned());
                true
            }
            None => {
                self.exhaust(Problem::at(
                    Place::file(shown),
                    format!("more than {} MiB of manifests together", MAX_BYTES >> 20),
                    "name fewer manifests, or leave files out with --exclude",
                ));
                false
            }
        }
    }

    fn exhaust(&mut self, problem: Problem) {
        if !self.exhausted {
            self.exhausted = true;
            self.problems.push(problem);
        }
    }

    /// The documents of a text, problems told apart from templates.
    fn documents(&mut self, shown: &str, text: &str) -> Option<Documents> {
        let documents = read_documents(text, &mut self.budget);
        if documents.broken.is_empty() {
            return Some(documents);
        }
        if is_template(text, &documents.broken) {
            self.skip(shown, TEMPLATE);
            return None;
        }
        for broken in documents.broken {
            let Broken { line, message, fix, cause } = broken;
            let problem = Problem::at(Place::new(shown, line), message, fix);
            match cause {
                Cause::Exhausted => self.exhaust(problem),
                Cause::Syntax | Cause::Limit => self.problems.push(problem),
            }
        }
        None
    }

    pub(super) fn skip(&mut self, file: &str, why: impl Into<String>) {
        self.skipped.push(Skipped { file: file.to_owned(), why: why.into() });
    }

    /// The objects of a file. What else it holds goes to `skipped` and `problems`.
    pub(super) fn read_objects(&mut self, path: &Path, shown: &str) -> Option<Contents> {
        let text = self.manifest(path, shown)?;
        self.objects_in(shown, &text)
    }

    /// Passes over a file whose text is still searched.
    pub(super) fn pass_over(&mut self, path: &Path, shown: &str, why: String) {
        if self.manifest(path, shown).is_some() {
            self.skip(shown, why);
        }
    }

    /// The text of a file that may be a manifest.
    fn manifest(&mut self, path: &Path, shown: &str) -> Option<String> {
        let text = self.text(path, shown, true)?;
        let Some(why) = no_manifest(&text) else { return Some(text) };
        // What drplan writes names the primary all over, and a state is a secret: neither is searched.
        self.texts.remove(shown);
        self.skip(shown, why);
        None
    }

    /// The objects in a text.
    pub(super) fn objects_in(&mut self, shown: &str, text: &str) -> Option<Contents> {
        let documents = self.documents(shown, text)?;
        let count = documents.roots.len();
        if count == 0 {
            self.skip(shown, "no document in it");
            return None;
        }
        let mut contents = sort_documents(shown, documents.roots);
        self.problems.append(&mut contents.problems);
        for (line, why) in std::mem::take(&mut contents.others) {
            let why = if count == 1 { why } else { format!("the document at line {line}: {why}") };
            self.skip(shown, why);
        }
        Some(contents)
    }

    /// A kustomization. `told`: one that is broken is a problem of its own, not only of what includes it.
    pub(super) fn read_kustomization(
        &mut self,
        path: &Path,
        shown: &str,
        told: bool,
    ) -> Option<Kustomization> {
        let text = self.text(path, shown, told)?;
        if !told {
            let documents = read_documents(&text, &mut self.budget);
            let sound =
                documents.broken.is_empty() && documents.roots.iter().all(|root| root.duplicates.is_empty());
            return sound.then(|| kustomization(&documents));
        }
        let documents = self.documents(shown, &text)?;
        for duplicate in documents.roots.iter().flat_map(|root| &root.duplicates) {
            self.problems.push(twice(shown, duplicate, false));
        }
        Some(kustomization(&documents))
    }

    /// A Chart.yaml.
    pub(super) fn read_chart(&mut self, path: &Path, shown: &str) -> Option<Chart> {
        let text = self.text(path, shown, true)?;
        let documents = self.documents(shown, &text)?;
        let root = documents.roots.first().map(|root| &root.node);
        let field = |key| root.and_then(|root| root.str_at(&[key])).unwrap_or("");
        let plain = |name: &str| {
            name.len() <= 53
                && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let name = Some(field("name")).filter(|name| plain(name)).unwrap_or("release").to_owned();
        let dependencies = root.and_then(|root| root.get("dependencies"));
        let has_dependencies = dependencies.is_some_and(|all| !all.items().is_empty());
        Some(Chart { name, library: field("type") == "library", has_dependencies })
    }

    /// All texts that were kept, sorted by path.
    pub(super) fn into_texts(self) -> Vec<SourceText> {
        self.texts.into_iter().map(|(path, text)| SourceText { path, text }).collect()
    }
}

/// What a JSON file is that lies among the manifests and is none of them.
#[derive(Deserialize)]
struct Head<'a> {
    format_version: Option<IgnoredAny>,
    decision_digest: Option<IgnoredAny>,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    lineage: Option<IgnoredAny>,
    terraform_version: Option<IgnoredAny>,
}

/// Why a file is not looked at: drplan wrote it, or the engine did.
fn no_manifest(text: &str) -> Option<&'static str> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let head: Head<'_> = serde_json::from_str(text).ok()?;
    match (head.format_version.is_some(), head.kind.as_deref()) {
        (true, Some("inventory")) => Some("a recorded inventory of drplan"),
        (true, Some("observation")) => Some("a recorded observation of drplan"),
        (true, _) if head.decision_digest.is_some() => Some("a plan of drplan"),
        _ if head.terraform_version.is_some() && head.lineage.is_some() => Some("a Terraform state"),
        (true, _) if head.terraform_version.is_some() => Some("a plan of the engine"),
        _ => None,
    }
}

fn kustomization(documents: &Documents) -> Kustomization {
    documents.roots.first().map(|root| read_kustomization(&root.node)).unwrap_or_default()
}
