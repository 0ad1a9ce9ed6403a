//! The top-level blocks of a `.tf` file, each with its arguments taken apart.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::structure::{Block as HclBlock, Body, Structure};

use super::expression::{Collector, Found, join};
use super::source::Source;
use crate::model::diagnostic::Place;

#[cfg(test)]
mod tests;

/// A block of a file, in either syntax.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// `resource`, `locals`, ...; empty for an argument outside of any block.
    pub(super) kind: String,
    pub(super) labels: Vec<String>,
    /// Where its header stands.
    pub(super) place: Place,
    pub(super) found: Vec<Found>,
}

impl Block {
    /// The argument at a path.
    pub(super) fn find(&self, path: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.argument.path == path)
    }
}

/// Takes a file's blocks apart.
pub(super) fn read_blocks(source: &Source, body: &Body) -> Vec<Block> {
    body.iter().map(|structure| read_structure(source, structure)).collect()
}

fn read_structure(source: &Source, structure: &Structure) -> Block {
    let mut collector = Collector::new(source);
    match structure {
        Structure::Attribute(attribute) => {
            collector.flatten(attribute.key.as_str(), &attribute.value);
            let place = collector.place(attribute.span());
            Block { kind: String::new(), labels: Vec::new(), place, found: collector.found }
        }
        Structure::Block(block) => {
            flatten_body(&mut collector, "", &block.body);
            Block {
                kind: block.ident.as_str().to_owned(),
                labels: labels(block),
                place: collector.place(header(block)),
                found: collector.found,
            }
        }
    }
}

fn labels(block: &HclBlock) -> Vec<String> {
    block.labels.iter().map(|label| label.as_str().to_owned()).collect()
}

fn header(block: &HclBlock) -> Option<Range<usize>> {
    block.ident.span().or_else(|| block.span())
}

fn flatten_body(collector: &mut Collector<'_>, path: &str, body: &Body) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                collector.flatten(&join(path, attribute.key.as_str()), &attribute.value);
            }
            Structure::Block(block) => flatten_block(collector, path, block),
        }
    }
}

fn flatten_block(collector: &mut Collector<'_>, path: &str, block: &HclBlock) {
    let name = block.ident.as_str();
    if let ("dynamic", [label]) = (name, block.labels.as_slice()) {
        return flatten_dynamic(collector, path, label.as_str(), &block.body);
    }
    let inner = labels(block).iter().fold(join(path, name), |path, label| join(&path, label));
    // The header of a backend is wanted even where it says nothing else.
    if block.body.is_empty() || (path.is_empty() && matches!(name, "backend" | "cloud")) {
        collector.push_empty(&inner, header(block));
    }
    flatten_body(collector, &inner, &block.body);
}

/// `dynamic "setting"`: what it makes are blocks `setting`, and there its content belongs.
fn flatten_dynamic(collector: &mut Collector<'_>, path: &str, label: &str, body: &Body) {
    let outer = join(&join(path, "dynamic"), label);
    let iterator = body
        .get_attribute("iterator")
        .and_then(|attribute| attribute.value.as_variable())
        .map_or_else(|| label.to_owned(), |name| name.as_str().to_owned());
    for structure in body {
        match structure {
            Structure::Attribute(attribute) if attribute.key.as_str() == "iterator" => {}
            Structure::Attribute(attribute) => {
                collector.flatten(&join(&outer, attribute.key.as_str()), &attribute.value);
            }
            Structure::Block(content) => collector.bound(&[&iterator], |inner| {
                flatten_body(inner, &join(path, label), &content.body);
            }),
        }
    }
}
