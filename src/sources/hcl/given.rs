//! Values that files give to the root module's variables: `terraform.tfvars`, then `*.auto.tfvars`, later ones winning.

use std::path::Path;

use hcl_edit::structure::{Body, Structure};

use super::assemble::gather_into;
use super::expression::{Collector, Found};
use super::folder::{LIMIT, names, outside, shown_in};
use super::json_blocks::read_json_arguments;
use super::mask::Show;
use super::source::Source;
use crate::model::configuration::{Argument, Given};
use crate::model::diagnostic::{Gap, GapReason, Problem};
use crate::sources::text::is_git_crypt;
use hcl_edit::Span as _;

#[cfg(test)]
mod tests;

/// Reads the files of a root folder.
pub(super) fn read_given(
    folder: &Path,
    shown: &str,
    boundary: &Path,
    gaps: &mut Vec<Gap>,
    problems: &mut Vec<Problem>,
) -> Vec<Given> {
    let mut given: Vec<Given> = Vec::new();
    // A folder that cannot be listed was reported with its configuration.
    let names = names(folder).unwrap_or_default();
    for name in in_order(&names) {
        let (path, shown) = (folder.join(name), shown_in(shown, name));
        if path.is_dir() {
            continue;
        }
        if let Some(gap) = outside(&path, &shown, boundary) {
            gaps.push(gap);
            continue;
        }
        // The plan can do without values that somebody has to unlock, and says which it lacks.
        if is_git_crypt(&path) {
            gaps.push(Gap {
                source: shown,
                reason: GapReason::Unreadable,
                detail: "it is encrypted by git-crypt: `git-crypt unlock` first".to_owned(),
            });
            continue;
        }
        match read_file(&path, &shown) {
            Ok(file) => {
                given.retain(|before| !file.iter().any(|now| now.variable == before.variable));
                given.extend(file);
            }
            Err(problem) => problems.push(problem),
        }
    }
    given
}

/// The order in which the engines read them.
fn in_order(names: &[String]) -> impl Iterator<Item = &String> {
    let first = ["terraform.tfvars", "terraform.tfvars.json"];
    let fixed = first.into_iter().filter_map(|wanted| names.iter().find(|name| *name == wanted));
    let auto =
        names.iter().filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"));
    fixed.chain(auto)
}

fn read_file(path: &Path, shown: &str) -> Result<Vec<Given>, Problem> {
    let mut source = Source::read(path, shown, LIMIT)?;
    let found = if shown.ends_with(".json") {
        read_json_arguments(&source)?
    } else {
        let body = source.lenient_body()?;
        read_values(&source, &body)?
    };
    let mut given: Vec<Given> = Vec::new();
    for found in found {
        let argument = found.argument;
        let variable = argument.path.split('.').next().unwrap_or("").to_owned();
        // All parts of a value come one after the other.
        if given.last().is_none_or(|last| last.variable != variable) {
            given.push(Given { variable: variable.clone(), value: Argument::default() });
        }
        if let Some(last) = given.last_mut() {
            gather_into(&mut last.value, argument, &variable);
        }
    }
    Ok(given)
}

fn read_values(source: &Source, body: &Body) -> Result<Vec<Found>, Problem> {
    let mut collector = Collector::new(source);
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => collector.flatten(attribute.key.as_str(), &attribute.value),
            Structure::Block(block) => {
                let span = block.ident.span().or_else(|| block.span()).unwrap_or_default();
                return Err(source.problem(
                    span,
                    Show::Token,
                    "a block in a file of variable values",
                    "write only NAME = VALUE here; blocks belong in a .tf file",
                ));
            }
        }
    }
    Ok(collector.found)
}
