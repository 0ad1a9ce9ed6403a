//! What the variables that drplan.hcl gives the recovery change of an argument: a value that the state has and the
//! recovery does not take is no reason to stop.

use super::facts::{Facts, Object};
use crate::model::configuration::{Argument, Configuration};
use crate::model::settings::ValueSource;

/// Calls and locals that are followed from an argument to the variables of the root: more are a circle.
const DEPTH: usize = 16;

/// An argument in the recovery, as far as code and variables tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// As in the primary.
    Same,
    /// This text: the variable's, which nothing is done to on the way.
    Is(String),
    /// The code does not give it: the provider or AWS chooses.
    Unset,
    /// Computed from a variable that the recovery has another value for.
    Computed,
}

impl Given {
    /// The text in the recovery where it can be told; `primary` is what the state has.
    pub(super) fn text(self, primary: &str) -> Option<String> {
        match self {
            Self::Same => Some(primary.to_owned()),
            Self::Is(text) => Some(text),
            Self::Unset | Self::Computed => None,
        }
    }

    /// Likewise of a list; a variable's text is a list in brackets, or its only element.
    pub(super) fn list(self, primary: Vec<String>) -> Option<Vec<String>> {
        match self {
            Self::Same => Some(primary),
            Self::Is(text) => Some(serde_json::from_str(&text).unwrap_or_else(|_| vec![text])),
            Self::Unset | Self::Computed => None,
        }
    }
}

/// What the recovery gives an argument of the first level.
pub(super) fn given(facts: &Facts<'_, '_>, object: &Object<'_, '_>, name: &str) -> Given {
    let (Some(configuration), Some(block)) = (&facts.input.configuration, facts.block(object.instance))
    else {
        return Given::Same;
    };
    match block.arguments.iter().find(|argument| argument.path == name) {
        Some(argument) => trace(facts, configuration, &object.instance.module, argument, DEPTH),
        None => Given::Unset,
    }
}

fn trace(
    facts: &Facts<'_, '_>,
    configuration: &Configuration,
    module: &str,
    argument: &Argument,
    depth: usize,
) -> Given {
    let alone = argument.literals.is_empty() && argument.references.len() == 1;
    let mut found = Given::Same;
    for reference in &argument.references {
        match (follow(facts, configuration, module, reference, depth), alone) {
            (Given::Same | Given::Unset, _) => {}
            (changed, true) => found = changed,
            (_, false) => return Given::Computed,
        }
    }
    found
}

/// Follows a variable or a local to what the root is given.
fn follow(
    facts: &Facts<'_, '_>,
    configuration: &Configuration,
    module: &str,
    reference: &str,
    depth: usize,
) -> Given {
    let mut parts = reference.split('.');
    let (Some(kind), Some(name), Some(depth)) = (parts.next(), parts.next(), depth.checked_sub(1)) else {
        return Given::Same;
    };
    let in_module =
        |path: &str| configuration.modules.iter().find(|one| one.paths.iter().any(|known| known == path));
    let next = match (kind, module.rsplit_once("module.")) {
        ("var", None) => {
            let variables = &facts.input.settings.terraform.variables;
            let given = variables.iter().find(|variable| variable.name == name);
            return match given.map(|variable| &variable.source) {
                Some(ValueSource::Plain(text)) => Given::Is(text.clone()),
                Some(_) => Given::Computed,
                None => Given::Same,
            };
        }
        ("var", Some((parent, call))) => {
            let parent = parent.trim_end_matches('.');
            let called = in_module(parent)
                .and_then(|module| module.calls.iter().find(|known| known.name == call))
                .and_then(|call| call.arguments.iter().find(|argument| argument.path == name));
            called.map(|argument| (parent, argument))
        }
        ("local", _) => {
            let path = format!("locals.{name}");
            in_module(module)
                .and_then(|found| found.others.iter().find(|argument| argument.path == path))
                .map(|argument| (module, argument))
        }
        _ => None,
    };
    next.map_or(Given::Same, |(module, argument)| trace(facts, configuration, module, argument, depth))
}
