//! What the variables that drplan.hcl gives the recovery change of an argument: a value that the state has and the
//! recovery does not take is no reason to stop.

use std::collections::HashSet;

use super::facts::{Facts, Object};
use crate::model::configuration::{Argument, Configuration, Module, RegionSource};
use crate::model::diagnostic::Place;
use crate::model::settings::ValueSource;

/// Calls and locals that are followed from an argument to the variables of the root.
const DEPTH: usize = 64;

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
    traced(facts, object, name).0
}

/// Likewise, with what makes it another than the primary's: `variable "name"`, `terraform.workspace`.
pub(super) fn traced(facts: &Facts<'_, '_>, object: &Object<'_, '_>, name: &str) -> (Given, Option<String>) {
    let (Some(configuration), Some(block)) = (&facts.input.configuration, facts.block(object.instance))
    else {
        return (Given::Same, None);
    };
    let Some(argument) = block.arguments.iter().find(|argument| argument.path == name) else {
        return (Given::Unset, None);
    };
    let was = object.text(name).unwrap_or_default();
    let mut trace = Trace { facts, configuration, was, by: None, seen: HashSet::new() };
    let given = trace.argument(&object.instance.module, argument, DEPTH);
    (given, trace.by)
}

/// Likewise of any argument of a module, by the module's path.
pub(super) fn in_recovery(
    facts: &Facts<'_, '_>,
    module: &str,
    argument: &Argument,
) -> (Given, Option<String>) {
    let Some(configuration) = &facts.input.configuration else { return (Given::Same, None) };
    let mut trace = Trace { facts, configuration, was: "", by: None, seen: HashSet::new() };
    let given = trace.argument(module, argument, DEPTH);
    (given, trace.by)
}

/// The text of an argument in the primary, where code and files of variables write it out.
pub(super) fn in_primary(facts: &Facts<'_, '_>, module: &str, argument: &Argument) -> Option<String> {
    let configuration = facts.input.configuration.as_ref()?;
    let (mut module, mut argument) = (module, argument);
    for _ in 0..DEPTH {
        match (&argument.literals[..], &argument.references[..]) {
            ([literal], []) if literal.whole => return Some(literal.text.clone()),
            ([], [reference]) => (module, argument) = source_of(configuration, module, reference)?,
            _ => return None,
        }
    }
    None
}

/// The first data source that an argument depends on, through whatever passes its value on: it is read in the recovery,
/// and may say something else there.
pub(super) fn data_behind(facts: &Facts<'_, '_>, module: &str, argument: &Argument) -> Option<String> {
    behind(facts, module, argument, |_, reference| {
        let mut parts = reference.strip_prefix("data.")?.split(['.', '[']);
        Some(format!("data.{}.{}", parts.next()?, parts.next()?))
    })
}

/// The first variable of the root that an argument depends on and that is off where nobody gives it: what the primary has
/// by it was given by somebody whose values are not here.
pub(super) fn off_by_default(facts: &Facts<'_, '_>, module: &str, argument: &Argument) -> Option<String> {
    behind(facts, module, argument, |module, reference| {
        let name = reference.strip_prefix("var.").filter(|_| module.is_empty())?;
        let given = facts.input.settings.terraform.variables.iter().any(|variable| variable.name == name);
        let (_, default) =
            source_of(facts.input.configuration.as_ref()?, module, reference).filter(|_| !given)?;
        let is_off = matches!(&default.literals[..], [one] if matches!(one.text.as_str(), "false" | "0"));
        is_off.then(|| format!("variable \"{name}\""))
    })
}

/// What is first found in the references that an argument depends on, by the module that has each.
fn behind(
    facts: &Facts<'_, '_>,
    module: &str,
    argument: &Argument,
    find: impl Fn(&str, &str) -> Option<String>,
) -> Option<String> {
    let configuration = facts.input.configuration.as_ref()?;
    let mut seen: HashSet<(&str, &str)> = HashSet::new();
    let mut waiting = vec![(module, argument)];
    while let Some((module, argument)) = waiting.pop() {
        for reference in &argument.references {
            if let Some(found) = find(module, reference) {
                return Some(found);
            }
            if seen.insert((module, reference)) {
                waiting.extend(source_of(configuration, module, reference));
            }
        }
    }
    None
}

/// Where the value of a variable, a local or an output is from: for a variable of the root, what the primary is given,
/// else its default.
fn source_of<'c>(
    configuration: &'c Configuration,
    module: &'c str,
    reference: &str,
) -> Option<(&'c str, &'c Argument)> {
    let mut parts = reference.split('.');
    match (parts.next()?, parts.next()?, module.rsplit_once("module.")) {
        ("var", name, None) => {
            let file = configuration.given.iter().rev().find(|given| given.variable == name);
            let default = || {
                let variables = &configuration.root_module()?.variables;
                variables.iter().find(|variable| variable.name == name)?.default.as_ref()
            };
            Some((module, file.map(|given| &given.value).or_else(default)?))
        }
        ("var", name, Some((parent, call))) => {
            let parent = parent.trim_end_matches('.');
            let calls = &configuration.module_of(parent)?.calls;
            let call = calls.iter().find(|known| known.name == call)?;
            Some((parent, call.arguments.iter().find(|argument| argument.path == name)?))
        }
        ("module", name, _) => {
            let path = format!("output.{}.value", parts.next()?.split('[').next()?);
            let dot = if module.is_empty() { "" } else { "." };
            let called = format!("{module}{dot}module.{}", name.split('[').next()?);
            let found = configuration.module_of(&called)?;
            let place = found.paths.iter().find(|known| **known == called)?;
            Some((place, found.others.iter().find(|argument| argument.path == path)?))
        }
        ("local", name, _) => {
            let path = format!("locals.{name}");
            let others = &configuration.module_of(module)?.others;
            Some((module, others.iter().find(|argument| argument.path == path)?))
        }
        _ => None,
    }
}

/// What decides how many there are of it, or of a module that it is in, and has another value in the recovery; with the
/// place of `count` or `for_each`.
pub(super) fn counted_by(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<(String, Option<Place>)> {
    let configuration = facts.input.configuration.as_ref()?;
    facts.block(object.instance)?;
    let mut trace = Trace { facts, configuration, was: "", by: None, seen: HashSet::new() };
    for (module, argument) in counts(facts, object) {
        trace.argument(module, argument, DEPTH);
        if let Some(cause) = trace.by {
            return Some((cause, argument.place.clone()));
        }
    }
    None
}

/// What decides how many there are of a resource: its own arguments, and those of the modules that it is in, the
/// innermost first, each with the module that has it. Empty where the code always makes one, or was not read.
pub(super) fn counts<'i, 'o>(
    facts: &Facts<'i, '_>,
    object: &'o Object<'_, '_>,
) -> Vec<(&'o str, &'i Argument)> {
    let mut module = &*object.instance.module;
    let mut arguments = facts.block(object.instance).map(|block| &block.arguments);
    let mut found = Vec::new();
    loop {
        let of = |argument: &&Argument| {
            argument.is_of("count") || argument.is_of("for_each") || argument.path == "lifecycle.enabled"
        };
        found.extend(arguments.into_iter().flatten().filter(of).map(|argument| (module, argument)));
        let Some((parent, call)) = module.rsplit_once("module.") else { return found };
        module = parent.trim_end_matches('.');
        let called = facts.module(module).and_then(|caller| caller.calls.iter().find(|one| one.name == call));
        arguments = called.map(|call| &call.arguments);
    }
}

/// Whether the code makes the instance of this index or key, where its `count` is a number or its `for_each` has its keys
/// written out; `None` where only the engine can tell.
pub(super) fn makes(facts: &Facts<'_, '_>, object: &Object<'_, '_>, key: &str) -> Option<bool> {
    let block = facts.block(object.instance)?;
    let module = &*object.instance.module;
    if let Some(count) = block.arguments.iter().find(|argument| argument.path == "count") {
        let given = match in_recovery(facts, module, count).0 {
            Given::Is(text) => text,
            Given::Same => in_primary(facts, module, count)?,
            Given::Unset | Given::Computed => return None,
        };
        return Some(key.parse::<u64>().ok()? < given.parse::<u64>().ok()?);
    }
    let mut keys: HashSet<&str> = HashSet::new();
    for argument in block.arguments.iter().filter(|argument| argument.is_of("for_each")) {
        match argument.path.strip_prefix("for_each")?.strip_prefix('.') {
            // A key with a point in it cannot be told from what lies below it.
            Some(rest) => keys.extend(rest.split('.').next()),
            None if argument.references.is_empty() && argument.literals.iter().all(|one| one.whole) => {
                keys.extend(argument.literals.iter().map(|literal| literal.text.as_str()));
            }
            None => return None,
        }
    }
    (!keys.is_empty() && !key.contains('.')).then(|| keys.contains(key))
}

/// Whether the root's provider takes its region from this variable: the recovery gives it, unless drplan.hcl does.
pub(super) fn is_region(root: &Module, name: &str) -> bool {
    root.providers.iter().any(|provider| {
        provider.alias.is_none()
            && matches!(&provider.region, RegionSource::Variable(variable) if variable == name)
    })
}

/// Follows an argument to the variables of the root.
struct Trace<'t, 'i, 's> {
    facts: &'t Facts<'i, 's>,
    configuration: &'t Configuration,
    /// The argument's text in the primary.
    was: &'t str,
    /// What was found to be another in the recovery.
    by: Option<String>,
    /// Module and reference of what was followed.
    seen: HashSet<(String, String)>,
}

impl<'t> Trace<'t, '_, '_> {
    fn argument(&mut self, module: &str, argument: &Argument, depth: usize) -> Given {
        let alone = argument.literals.is_empty() && argument.references.len() == 1;
        let mut found = Given::Same;
        for reference in &argument.references {
            match (self.reference(module, reference, depth), alone) {
                (Given::Same | Given::Unset, _) => {}
                (changed, true) => found = changed,
                (_, false) => return Given::Computed,
            }
        }
        found
    }

    fn reference(&mut self, module: &str, reference: &str, depth: usize) -> Given {
        if !self.seen.insert((module.to_owned(), reference.to_owned())) {
            return Given::Same;
        }
        let mut parts = reference.split('.');
        let (Some(kind), Some(name), Some(depth)) = (parts.next(), parts.next(), depth.checked_sub(1)) else {
            return Given::Same;
        };
        let next = match (kind, module.rsplit_once("module.")) {
            ("terraform", _) if name == "workspace" => return self.workspace(),
            ("data", _) if name == "aws_region" => return self.region("data.aws_region".to_owned()),
            ("var", None) => return self.variable(name),
            ("var" | "local" | "module", _) => source_of(self.configuration, module, reference),
            _ => None,
        };
        next.map_or(Given::Same, |(module, argument)| self.argument(module, argument, depth))
    }

    fn workspace(&mut self) -> Given {
        let own = self.facts.workspace();
        if self.facts.input.settings.state.workspace.as_deref().unwrap_or("default") == own {
            return Given::Same;
        }
        self.by = Some("terraform.workspace".to_owned());
        Given::Is(own)
    }

    fn variable(&mut self, name: &str) -> Given {
        let variables = &self.facts.input.settings.terraform.variables;
        let source = variables.iter().find(|variable| variable.name == name).map(|variable| &variable.source);
        let given = match source {
            Some(ValueSource::Plain(text)) if self.is_primary(name, text) => return Given::Same,
            Some(ValueSource::Plain(text)) => Given::Is(text.clone()),
            Some(_) => Given::Computed,
            None if self.configuration.root_module().is_some_and(|root| is_region(root, name)) => {
                return self.region(format!("variable \"{name}\""));
            }
            None => return Given::Same,
        };
        self.by = Some(format!("variable \"{name}\""));
        given
    }

    fn region(&mut self, by: String) -> Given {
        self.by = Some(by);
        Given::Is(self.facts.recovery.to_owned())
    }

    /// Whether the primary has this value for it, too. One that only its pipeline knows is told by what came of it.
    fn is_primary(&self, name: &str, text: &str) -> bool {
        match source_of(self.configuration, "", &format!("var.{name}")).map(|(_, value)| value) {
            Some(known) => known.literals.iter().any(|literal| literal.whole && literal.text == text),
            None => !text.is_empty() && self.was.contains(text),
        }
    }
}
