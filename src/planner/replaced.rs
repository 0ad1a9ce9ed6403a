//! Arguments of the code that would have the engine replace what it has just been given: what is imported, adopted or
//! restored is as the state has it, and a code that says otherwise destroys it by the next plan.

use serde_json::Value;

use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::variables::{Given, given};
use crate::model::paste;
use crate::plan::action::{Action, OverrideValue};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::Step;

/// Adds each argument that the code has otherwise than what will be there.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at).filter(|resource| comes_as_it_was(resource)) else {
            continue;
        };
        let Some(entry) = object.entry else { continue };
        let tree = object.tree();
        for argument in entry.replaces.iter().filter(|argument| !argument.contains(['.', '*'])) {
            // Names have findings of their own, and a counterpart has its own name.
            let is_name = entry.identity.contains(argument) || matches!(*argument, "region" | "name_prefix");
            let Some(was) = tree.get(*argument).and_then(scalar).filter(|_| !is_name) else { continue };
            let Some(says) = written(facts, object, argument).filter(|says| !same(says, &was)) else {
                continue;
            };
            findings.add(
                "replaced-by-code",
                object.address(),
                format!(
                    "the code says {argument} = {} and it {} {}: the engine's next plan would destroy it and make another, \
                     an empty one",
                    paste::quoted(&says),
                    if brought_back(resource) { "comes back with" } else { "has" },
                    paste::quoted(&was)
                ),
                format!(
                    "apply the code in the primary first, so that backups are of what it says; or plan from the commit that \
                     the primary runs; or leave it out: {}",
                    paste::block("skip", object.address(), "reason = \"...\"")
                ),
                facts.place_in_code(object),
            );
        }
    }
}

/// Adds each store that an override gives its recovery point: the argument is in the recovery's state from then on, and a
/// code without it says that it is to go, which no provider can do but by another store.
pub(super) fn check_overridden(facts: &Facts<'_, '_>, steps: &[Step], findings: &mut Findings) {
    for step in steps {
        let Action::Engine { address, overrides, .. } = &step.action else { continue };
        let Some(object) = facts.by_address.get(address.as_str()).map(|at| &facts.objects[*at]) else {
            continue;
        };
        let replaces = object.entry.map_or(&[][..], |entry| entry.replaces);
        let given = overrides.iter().filter(|one| matches!(one.value, OverrideValue::RecoveryPoint { .. }));
        for one in given.filter(|one| replaces.contains(&one.argument.as_str())) {
            let argument = one.argument.as_str();
            let written = facts.block(object.instance).into_iter().flat_map(|block| &block.arguments);
            let mut says = written.filter(|known| {
                let ignores = known.path == "lifecycle.ignore_changes"
                    && known.references.iter().any(|name| name == "all" || name == argument);
                ignores || known.path == argument
            });
            if says.next().is_some() {
                continue;
            }
            findings.add(
                "override-not-in-code",
                address,
                format!(
                    "{} comes back from a recovery point, by {argument} in the engine's copy of the code: the next apply of the \
                     code itself, which has no {argument}, would destroy it and make an empty one",
                    object.name()
                ),
                format!(
                    "have the code ignore it, today: `lifecycle {{ ignore_changes = [{argument}] }}`; until that is merged, \
                     nobody applies in workspace {}",
                    facts.workspace()
                ),
                facts.place_in_code(object),
            );
        }
    }
}

fn brought_back(resource: &PlannedResource) -> bool {
    matches!(resource.disposition, Disposition::Restore | Disposition::Promote)
}

fn comes_as_it_was(resource: &PlannedResource) -> bool {
    // What is shared is imported with `ignore_changes = all`: nothing in the code changes it.
    let adopted = resource.disposition == Disposition::Adopt && resource.engine == Engine::Import;
    resource.deposed.is_none() && (adopted || brought_back(resource))
}

/// The argument as the recovery has it, where it is written out, or a variable of the recovery gives it.
fn written(facts: &Facts<'_, '_>, object: &Object<'_, '_>, name: &str) -> Option<String> {
    let block = facts.block(object.instance)?;
    let argument = block.arguments.iter().find(|argument| argument.path == name)?;
    match (&argument.literals[..], &argument.references[..]) {
        ([literal], []) if literal.whole => Some(literal.text.clone()),
        (_, [_, ..]) => match given(facts, object, name) {
            Given::Is(text) => Some(text),
            Given::Same | Given::Unset | Given::Computed => None,
        },
        _ => None,
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// RDS and others keep words in lower case; a region's value follows the region.
fn same(says: &str, was: &str) -> bool {
    says.eq_ignore_ascii_case(was)
        || was.starts_with("arn:")
        || says.parse::<f64>().is_ok_and(|says| Ok(says) == was.parse())
}
