//! What breaks when the runbook is followed by hand (domain.md, section 0): each defect is found where its inputs
//! show it, with the severity of docs/findings.md and its place, and is not found where they do not.

mod named;
mod runbook;
mod subjects;

use std::collections::BTreeMap;

use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::finding::Severity;
use serde_json::Value;

use crate::worlds::{Copy, World, checkout};

/// A finding's subject and its place, `FILE:LINE`, empty where it has none.
pub(crate) type Found = (String, String);

/// The findings of a code; each has the severity that the table in docs/findings.md gives it.
#[track_caller]
pub(crate) fn found(plan: &Plan, code: &str) -> Vec<Found> {
    assert_eq!(audit(plan), Ok(()));
    let severity = documented(code);
    let of_code = plan.findings.iter().filter(|finding| finding.code == code);
    of_code
        .map(|finding| {
            assert_eq!(finding.severity, severity, "{code}");
            assert!(!finding.fix.is_empty() && !finding.message.is_empty(), "{code}");
            let at = finding.at.as_ref().map(|at| format!("{}:{}", at.file, at.line));
            (finding.subject.clone(), at.unwrap_or_default())
        })
        .collect()
}

/// The subjects of a code's findings.
#[track_caller]
pub(crate) fn subjects(plan: &Plan, code: &str) -> Vec<String> {
    found(plan, code).into_iter().map(|(subject, _)| subject).collect()
}

/// Found once, about a subject, at a place.
#[track_caller]
pub(crate) fn with(plan: &Plan, code: &str, subject: &str, at: &str) {
    assert_eq!(found(plan, code), [(subject.to_owned(), at.to_owned())], "{code}");
}

#[track_caller]
pub(crate) fn without(plan: &Plan, code: &str) {
    assert_eq!(found(plan, code), [], "{code}");
}

/// Severity of a code in docs/findings.md: the code in back-ticks in the first column, the severity in the second.
fn documented(code: &str) -> Severity {
    let table = std::fs::read_to_string(checkout().join("docs/findings.md")).unwrap();
    let rows: BTreeMap<String, String> = table
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('|').map(str::trim).skip(1);
            Some((cells.next()?.trim_matches('`').to_owned(), cells.next()?.to_owned()))
        })
        .collect();
    match rows.get(code).map(String::as_str) {
        Some("error") => Severity::Error,
        Some("warning") => Severity::Warning,
        Some("note") => Severity::Note,
        other => panic!("{code} is {other:?} in docs/findings.md"),
    }
}

/// The plan of a copy of the example that was changed.
pub(crate) fn changed(change: impl FnOnce(&Copy)) -> Plan {
    let copy = Copy::new();
    change(&copy);
    World::read(copy.path()).plan()
}

/// Takes resources out of a state, by type.
pub(crate) fn without_types(state: &str, types: &[&str]) -> String {
    let mut state: Value = serde_json::from_str(state).unwrap();
    let resources = state["resources"].as_array_mut().unwrap();
    let before = resources.len();
    resources.retain(|resource| !types.contains(&resource["type"].as_str().unwrap()));
    assert!(resources.len() < before, "none of {types:?} is in the state");
    state.to_string()
}

/// Replaces a text that must be there.
pub(crate) fn replace(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not there");
    text.replace(from, to)
}
