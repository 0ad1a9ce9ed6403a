//! Safety rule 8: no secret is anywhere in the plan. Violations name places, never what stands there.

use serde::Serialize;

use super::actions::{Part, parts};
use super::strings::{self, Found};
use super::{Report, Rule};
use crate::model::secret::{is_reference, looks_secret, marker};
use crate::plan::Plan;
use crate::plan::action::{Action, Setting};

pub(super) fn check(plan: &Plan, report: &mut Report) {
    for (at, step) in plan.steps.iter().enumerate() {
        if let Action::SetPassword { identifier: _, source } = &step.action
            && !names_source(source)
        {
            report.add(
                Rule::Secret,
                format!("steps[{at}]"),
                "its password is not named by env:, file: or secret:",
            );
        }
        parts(&step.action, &mut |part| {
            if let Part::Setting(Setting { name, value: Some(value), known_after: _, from: _ }) = part
                && looks_secret(name)
                && !is_reference(value)
                && !names_source(value)
            {
                report.add(Rule::Secret, format!("steps[{at}]"), format!("its setting {name} holds a value"));
            }
        });
    }
    check_strings(plan, report);
}

/// `env:NAME`, `file:PATH`, `secret:NAME` or `secret:NAME#KEY`.
fn names_source(source: &str) -> bool {
    let is_variable = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match source.split_once(':') {
        Some(("env", name)) => is_variable(name),
        Some(("file" | "secret", rest)) => !rest.is_empty() && !rest.contains(char::is_whitespace),
        _ => false,
    }
}

/// Every string and number of the plan, whatever field it stands in.
fn check_strings(plan: &Plan, report: &mut Report) {
    let Plan {
        format_version: _,
        digest: _,
        decision_digest: _,
        scenario: _,
        stack,
        created_at: _,
        expires_at: _,
        policy,
        saw,
        resources,
        resumes,
        values,
        stores,
        steps,
        engine_check,
        forecast,
        findings,
    } = plan;
    look(stack, || "stack".to_owned(), report);
    look(policy, || "policy".to_owned(), report);
    look(saw, || "saw".to_owned(), report);
    look(engine_check, || "engine_check".to_owned(), report);
    look(resumes, || "resumes".to_owned(), report);
    look(forecast, || "forecast".to_owned(), report);
    look_all(resources, "resources", report);
    look_all(values, "values", report);
    look_all(stores, "stores", report);
    look_all(steps, "steps", report);
    look_all(findings, "findings", report);
}

fn look_all(items: &[impl Serialize], section: &str, report: &mut Report) {
    for (at, item) in items.iter().enumerate() {
        look(item, || format!("{section}[{at}]"), report);
    }
}

fn look(item: &impl Serialize, place: impl Fn() -> String, report: &mut Report) {
    strings::visit(item, &mut |found| match found {
        Found::Text(text) => {
            if let Some(kind) = marker(text) {
                report.add(Rule::Secret, place(), format!("a text in it has the form of a secret ({kind})"));
            }
        }
        Found::BigInteger => report.add(Rule::Number, place(), "a number in it is above 2^53 - 1"),
        Found::Fraction => report.add(Rule::Number, place(), "a number in it is no integer"),
    });
}
