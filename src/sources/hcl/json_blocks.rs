//! The blocks of a `.tf.json` file. Its strings are templates, and attributes and nested blocks look alike.

use hcl_edit::expr::Expression;
use hcl_edit::template::Template;

use super::blocks::Block;
use super::expression::{Collector, Form, Found, join, template_form};
use super::json::{Json, Kind};
use super::source::Source;
use crate::model::configuration::{Argument, Literal};
use crate::model::diagnostic::Problem;

#[cfg(test)]
mod tests;

/// Reads a file's blocks.
pub(super) fn read_json_blocks(source: &Source) -> Result<Vec<Block>, Problem> {
    let root = Json::parse(source)?;
    let mut reader = Reader { source, blocks: Vec::new() };
    for part in objects(&root)? {
        for (kind, value) in part {
            if kind != "//" {
                let labels = match kind.as_ref() {
                    "resource" | "data" | "ephemeral" => 2,
                    "module" | "variable" | "output" | "provider" | "check" => 1,
                    _ => 0,
                };
                reader.labelled(&kind, &mut Vec::new(), labels, &value)?;
            }
        }
    }
    Ok(reader.blocks)
}

/// Reads the entries of an object as arguments: a `.tfvars.json` file.
pub(super) fn read_json_arguments(source: &Source) -> Result<Vec<Found>, Problem> {
    let mut found = Vec::new();
    for part in objects(&Json::parse(source)?)? {
        for (key, value) in part {
            flatten(source, &key, &value, &mut found)?;
        }
    }
    Ok(found)
}

type Entries<'s> = Vec<(std::borrow::Cow<'s, str>, Json<'s>)>;

/// The object, or the objects of a list: HCL takes either for blocks.
fn objects<'s>(json: &Json<'s>) -> Result<Vec<Entries<'s>>, Problem> {
    match json.kind()? {
        Kind::Object(entries) => Ok(vec![entries]),
        Kind::Null => Ok(Vec::new()),
        Kind::Array(items) => {
            let mut all = Vec::new();
            for item in items {
                all.extend(objects(&item)?);
            }
            Ok(all)
        }
        _ => Err(json.problem("not an object", "write the block as an object")),
    }
}

struct Reader<'s> {
    source: &'s Source,
    blocks: Vec<Block>,
}

impl Reader<'_> {
    fn labelled(
        &mut self,
        kind: &str,
        labels: &mut Vec<String>,
        more: usize,
        json: &Json<'_>,
    ) -> Result<(), Problem> {
        for entries in objects(json)? {
            if more > 0 {
                for (label, value) in entries {
                    if label != "//" {
                        labels.push(label.into_owned());
                        self.labelled(kind, labels, more - 1, &value)?;
                        labels.pop();
                    }
                }
                continue;
            }
            let mut found = Vec::new();
            for (name, value) in entries {
                if name == "//" {
                    continue;
                }
                if kind == "terraform" && matches!(name.as_ref(), "backend" | "cloud") {
                    mark_backend(&name, &value, &mut found)?;
                }
                flatten(self.source, &name, &value, &mut found)?;
            }
            self.blocks.push(Block {
                kind: kind.to_owned(),
                labels: labels.clone(),
                place: json.place(),
                found,
            });
        }
        Ok(())
    }
}

/// The header of a backend, which is wanted even where it says nothing else.
fn mark_backend(name: &str, value: &Json<'_>, found: &mut Vec<Found>) -> Result<(), Problem> {
    let paths: Vec<String> = if name == "cloud" {
        vec![name.to_owned()]
    } else {
        objects(value)?.iter().flatten().map(|(kind, _)| join(name, kind)).collect()
    };
    for path in paths {
        found.push(Found { argument: empty(&path, value), form: Form::Other });
    }
    Ok(())
}

fn empty(path: &str, json: &Json<'_>) -> Argument {
    Argument { path: without_dynamic(path), place: Some(json.place()), ..Argument::default() }
}

fn flatten(source: &Source, path: &str, json: &Json<'_>, found: &mut Vec<Found>) -> Result<(), Problem> {
    match json.kind()? {
        Kind::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                if !is_name(&key) {
                    let mut argument = empty(path, &value);
                    argument.literals.push(Literal {
                        text: key.to_string(),
                        place: value.place(),
                        whole: false,
                    });
                    found.push(Found { argument, form: Form::Other });
                }
                flatten(source, &join(path, &key), &value, found)?;
            }
        }
        Kind::Array(items) => {
            let mut argument = empty(path, json);
            let place = found.len();
            let (mut plain, mut nested) = (0_usize, 0_usize);
            for item in items {
                match item.kind()? {
                    Kind::Object(_) | Kind::Array(_) => {
                        nested += 1;
                        flatten(source, path, &item, found)?;
                    }
                    scalar => {
                        plain += 1;
                        gather(source, path, &item, &scalar, &mut argument);
                    }
                }
            }
            if plain > 0 || nested == 0 {
                found.insert(place, Found { argument, form: Form::Other });
            }
        }
        scalar => {
            let mut argument = empty(path, json);
            let form = gather(source, path, json, &scalar, &mut argument);
            found.push(Found { argument, form });
        }
    }
    Ok(())
}

fn gather(source: &Source, path: &str, json: &Json<'_>, scalar: &Kind<'_>, into: &mut Argument) -> Form {
    let literal = |text: &str, whole| Literal { text: text.to_owned(), place: json.place(), whole };
    match scalar {
        Kind::Bool(true) => Form::True,
        Kind::Number(raw) => {
            into.literals.push(literal(raw, true));
            Form::Bare
        }
        Kind::String(text) if is_reference(path) => match text.parse::<Expression>() {
            Ok(expression) => {
                Collector::fixed(source, json.line()).gather(&expression, true, into);
                Form::Bare
            }
            Err(_) => {
                into.literals.push(literal(text, true));
                Form::Bare
            }
        },
        Kind::String(text) if !text.contains("${") && !text.contains("%{") => {
            into.literals.push(literal(text, true));
            if text == "true" { Form::True } else { Form::Bare }
        }
        Kind::String(text) => match text.parse::<Template>() {
            Ok(template) => {
                Collector::fixed(source, json.line()).gather_template(&template, true, into);
                template_form(&template)
            }
            Err(_) => {
                into.literals.push(literal(text, false));
                Form::Other
            }
        },
        _ => Form::Other,
    }
}

/// Whether the strings of an argument are references although they look like text.
fn is_reference(path: &str) -> bool {
    matches!(path, "depends_on" | "provider" | "lifecycle.ignore_changes" | "lifecycle.replace_triggered_by")
        || path.starts_with("providers.")
}

/// Whether a key is an ordinary name rather than a value.
fn is_name(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !key.starts_with(|c: char| c.is_ascii_digit())
}

/// `dynamic.setting.content.name` is `setting.name`, as in HCL.
fn without_dynamic(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('.').collect();
    while let Some(at) = parts.windows(3).position(|part| matches!(part, ["dynamic", _, "content"])) {
        parts.remove(at + 2);
        parts.remove(at);
    }
    parts.join(".")
}
