//! `${VAR}` in a field that Kubernetes or a controller reads: nobody fills it at 3 a.m.

use std::collections::HashMap;

use super::facts::Facts;
use super::findings::Findings;
use crate::model::document::{Node, Object, Tree};
use crate::model::flux::{self, Filling};

/// Fields whose text is the values of a chart.
const VALUES: [&str; 4] = ["values", "valuesContent", "valuesInline", "valuesObject"];

/// Adds each placeholder that is left.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let objects = &facts.input.manifests.objects;
    let fillings = flux::fillings(objects);
    let templates = templates(facts);
    for object in objects {
        let template = templates.get(object.file.as_str()).map(String::as_str);
        let filling = flux::filling_of(&fillings, object);
        let mut search = Search { object, filling, template, findings };
        if matches!(object.kind.as_str(), "ConfigMap" | "Secret") {
            for part in ["metadata", "kind", "apiVersion"] {
                if let Some(node) = object.root.get(part) {
                    search.node(node, part);
                }
            }
            continue;
        }
        search.node(&object.root, "");
    }
}

/// The resource of the code that reads a file, for each file: as a template, where that has placeholders.
fn templates<'i>(facts: &Facts<'i, '_>) -> HashMap<&'i str, String> {
    let mut templates = HashMap::new();
    let modules = facts.input.configuration.iter().flat_map(|configuration| &configuration.modules);
    for block in modules.flat_map(|module| &module.resources).filter(|block| !block.data) {
        let own = block.place.as_ref().map(|place| place.file.as_str());
        let literals = block.arguments.iter().flat_map(|argument| &argument.literals);
        for file in literals.map(|literal| literal.place.file.as_str()).filter(|file| Some(*file) != own) {
            templates.entry(file).or_insert_with(|| format!("{}.{}", block.type_name, block.name));
        }
    }
    templates
}

struct Search<'s, 'i> {
    object: &'i Object,
    /// The resource of the code that fills the file of the object.
    template: Option<&'s str>,
    /// The Kustomization of Flux that fills the object.
    filling: Option<&'s Filling>,
    findings: &'s mut Findings,
}

impl Search<'_, '_> {
    fn node(&mut self, node: &Node, field: &str) {
        match &node.tree {
            // Text of scripts: the shell fills what looks like a placeholder.
            _ if matches!(field, "command" | "args") => {}
            Tree::Sequence(items) => items.iter().for_each(|item| self.node(item, field)),
            Tree::Mapping(entries) => entries.iter().for_each(|(key, value)| self.node(value, key)),
            Tree::String(text) if !text.contains('\n') => {
                placeholder(text).into_iter().for_each(|name| self.add(name, field, node));
            }
            // What stands within the values of a chart may be meant for what the chart runs; alone on its line it
            // stands for values.
            Tree::String(text) if VALUES.contains(&field) => {
                let alone =
                    text.lines().map(str::trim).filter(|line| line.starts_with("${") && line.ends_with('}'));
                alone.filter_map(placeholder).for_each(|name| self.add(name, field, node));
            }
            _ => {}
        }
    }

    fn add(&mut self, name: &str, field: &str, node: &Node) {
        let (why, fix) = match (self.filling, self.template) {
            (_, Some(resource)) => (
                format!("only {resource} of the code fills it, and the plan applies the file as it is"),
                "leave the file to the code with --exclude: the engine makes the object",
            ),
            (Some(filling), _) if !filling.from.is_empty() => (
                format!(
                    "only {}, once Flux runs, fills it from {}, and the plan applies it as it is",
                    filling.label,
                    filling.from.join(" or ")
                ),
                "put the values that are no secret into its `postBuild.substitute`, which the plan fills in; or leave these \
                 files to Flux with --exclude",
            ),
            _ => (
                "nothing fills it".to_owned(),
                "render the manifest first, or give the folder that holds the rendered one",
            ),
        };
        self.findings.add(
            "placeholder-unfilled",
            self.object.label(),
            format!("${{{name}}} is left in {field}: {why}"),
            fix,
            Some(self.object.place_of(node)),
        );
    }
}

fn placeholder(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("${")?;
    let (name, _) = rest.split_once('}')?;
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == ':' || c == '.');
    sound.then_some(name)
}
