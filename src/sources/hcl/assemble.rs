//! Makes a module out of its blocks.

use super::blocks::Block;
use super::expression::{Form, Found, join};
use super::overrides::identity;
use crate::model::configuration::{
    Argument, Backend, Module, ModuleCall, ProviderBlock, RegionSource, ResourceBlock, Variable,
};
use crate::model::diagnostic::Problem;

#[cfg(test)]
mod tests;

/// Blocks of one module that name the same thing twice, and headers that lack a name.
pub(super) fn check_blocks(blocks: &[Block]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    for block in blocks {
        let labels = match block.kind.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "module" | "variable" | "output" | "provider" | "check" => 1,
            _ => 0,
        };
        if block.labels.len() != labels && labels > 0 {
            let wanted = if labels == 2 { "a type and a name" } else { "a name" };
            problems.push(Problem::at(
                block.place.clone(),
                format!("a {} block needs {wanted} after its keyword", block.kind),
                format!("write {wanted} in quotation marks before the brace"),
            ));
            continue;
        }
        if let Some(identity) = identity(block) {
            let what = identity.trim_end_matches('.').to_owned();
            if let Some(first) = seen.insert(identity, block.place.clone()) {
                let problem =
                    Problem::at(block.place.clone(), format!("{what} is given twice"), "keep one of the two");
                problems.push(problem.also(first, "first given here"));
            }
        }
    }
    problems
}

/// Sorts the blocks of a folder into a module. `root`: only there a backend counts.
pub(super) fn assemble(blocks: Vec<Block>, root: bool) -> Module {
    let mut module = Module::default();
    let locals: BareLocals = blocks
        .iter()
        .filter(|block| block.kind == "locals")
        .flat_map(|block| &block.found)
        .filter(|found| found.form == Form::Bare)
        .map(|found| (found.argument.path.clone(), found.argument.clone()))
        .collect();
    for block in blocks {
        match (block.kind.as_str(), block.labels.as_slice()) {
            ("resource" | "data", [type_name, name]) => {
                let (type_name, name) = (type_name.clone(), name.clone());
                module.resources.push(resource(block, type_name, name));
            }
            ("provider", [name]) => {
                let name = name.clone();
                module.providers.push(provider(block, name, &locals));
            }
            ("module", [name]) => {
                let name = name.clone();
                module.calls.push(call(block, name));
            }
            ("variable", [name]) => {
                let name = name.clone();
                variable(block, name, &mut module);
            }
            ("terraform", _) => terraform(block, root, &mut module),
            _ => {
                let path = block.labels.iter().fold(block.kind.clone(), |path, label| join(&path, label));
                module.others.extend(block.found.into_iter().map(|found| prefixed(&path, found)));
            }
        }
    }
    module
}

fn prefixed(path: &str, found: Found) -> Argument {
    let mut argument = found.argument;
    argument.path = join(path, &argument.path);
    argument
}

fn arguments(found: Vec<Found>) -> Vec<Argument> {
    found.into_iter().map(|found| found.argument).collect()
}

/// The text of an argument that is one literal.
fn text(block: &Block, path: &str) -> Option<String> {
    let found = block.find(path)?;
    let literal = found.argument.literals.first().filter(|literal| literal.whole)?;
    (found.argument.literals.len() == 1 && found.argument.references.is_empty()).then(|| literal.text.clone())
}

fn resource(block: Block, type_name: String, name: String) -> ResourceBlock {
    let provider = block.find("provider").and_then(|found| {
        // Before Terraform 0.12 it was written as a string, which is still read.
        let written = found.argument.literals.first().map(|literal| literal.text.clone());
        found.argument.references.first().cloned().or(written)
    });
    ResourceBlock {
        data: block.kind == "data",
        type_name,
        name,
        place: Some(block.place),
        provider,
        arguments: arguments(block.found),
    }
}

/// Local values that are one literal or one reference and nothing else.
type BareLocals = std::collections::HashMap<String, Argument>;

fn provider(block: Block, name: String, locals: &BareLocals) -> ProviderBlock {
    let region = block.find("region").map_or(RegionSource::Environment, |found| region_source(found, locals));
    let alias = text(&block, "alias");
    // An expression may hold text beside its references; a plain region is said in full by its source.
    let said = !matches!(region, RegionSource::Expression(_));
    let found = block.found.into_iter().filter(|found| !(said && found.argument.path == "region")).collect();
    ProviderBlock { name, alias, place: Some(block.place), region, arguments: arguments(found) }
}

fn region_source(found: &Found, locals: &BareLocals) -> RegionSource {
    let expression = || RegionSource::Expression(found.argument.references.clone());
    if found.form != Form::Bare {
        return expression();
    }
    let mut argument = &found.argument;
    // Locals that refer to each other in a circle are no code that an engine takes.
    for _ in 0..=locals.len() {
        match (&argument.literals[..], &argument.references[..]) {
            ([literal], []) => return RegionSource::Literal(literal.clone()),
            ([], [reference]) => match reference.split_once('.') {
                Some(("var", name)) if !name.contains('.') => return RegionSource::Variable(name.to_owned()),
                Some(("local", name)) if locals.contains_key(name) => argument = &locals[name],
                _ => return expression(),
            },
            _ => return expression(),
        }
    }
    expression()
}

fn call(block: Block, name: String) -> ModuleCall {
    let source = text(&block, "source").unwrap_or_default();
    ModuleCall { name, place: Some(block.place), source, folder: None, arguments: arguments(block.found) }
}

fn variable(block: Block, name: String, module: &mut Module) {
    let path = join("variable", &name);
    // `sensitive = var.x` is possible nowhere; whatever is not plainly false hides more, not less.
    let sensitive = block
        .find("sensitive")
        .is_some_and(|found| found.form == Form::True || !found.argument.references.is_empty());
    let mut default: Option<Argument> = None;
    for found in block.found {
        let argument = found.argument;
        let is_default = argument.path == "default" || argument.path.starts_with("default.");
        if is_default {
            gather_into(default.get_or_insert_default(), argument, "default");
        } else {
            let is_type = argument.path == "type";
            let mut other = prefixed(&path, Found { argument, form: found.form });
            if is_type {
                // `map(string)` refers to nothing.
                other.references.clear();
            }
            module.others.push(other);
        }
    }
    module.variables.push(Variable { name, place: Some(block.place), default, sensitive });
}

/// Adds what was taken apart to one argument.
pub(super) fn gather_into(whole: &mut Argument, part: Argument, path: &str) {
    if whole.place.is_none() {
        whole.place = part.place;
        path.clone_into(&mut whole.path);
    }
    whole.literals.extend(part.literals);
    whole.files.extend(part.files);
    for reference in part.references {
        if !whole.references.contains(&reference) {
            whole.references.push(reference);
        }
    }
}

fn terraform(block: Block, root: bool, module: &mut Module) {
    for found in block.found {
        let path = found.argument.path.clone();
        let rest = match path.split_once('.') {
            Some(("backend", rest)) if root => rest.split_once('.').or(Some((rest, ""))),
            Some(("cloud", rest)) if root => Some(("cloud", rest)),
            None if root && path == "cloud" => Some(("cloud", "")),
            _ => None,
        };
        match rest {
            Some((kind, "")) => {
                let backend = module.backend.get_or_insert_default();
                *backend =
                    Backend { kind: kind.to_owned(), place: found.argument.place, arguments: Vec::new() };
            }
            Some((_, rest)) => {
                let mut argument = found.argument;
                rest.clone_into(&mut argument.path);
                module.backend.get_or_insert_default().arguments.push(argument);
            }
            None => module.others.push(prefixed("terraform", found)),
        }
    }
}
