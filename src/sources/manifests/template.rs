//! Telling a template, which is YAML only once it is filled in, from a manifest that is broken.

use super::documents::read_documents;
use super::tree::{Broken, Budget, Cause};

/// Why a template is passed over.
pub(super) const TEMPLATE: &str = "a template ({{ }}), no manifest until it is filled in";

/// Whether a text does not parse because it is a template: an action stands where the error is, or without its
/// actions the text parses.
pub(super) fn is_template(text: &str, broken: &[Broken]) -> bool {
    if broken.iter().any(|broken| broken.cause != Cause::Syntax) {
        return false;
    }
    let Some(bare) = without_actions(text) else { return false };
    broken.iter().all(|broken| action_at(text, broken.line)) || parses(&bare)
}

/// Whether a text that stands where a name belongs is an action.
pub(super) fn holds_action(text: &str) -> bool {
    text.find("{{").is_some_and(|at| text[at..].contains("}}"))
}

/// An error shows at its line or at the next token, one line on.
fn action_at(text: &str, line: u32) -> bool {
    let first = (line as usize).saturating_sub(2);
    text.lines().skip(first).take(2).any(|line| line.contains("{{") || line.contains("{%"))
}

fn parses(text: &str) -> bool {
    // Actions filled in leave no more nodes than bytes.
    let mut budget = Budget { nodes: text.len() + 1 };
    read_documents(text, &mut budget).broken.is_empty()
}

/// The text with every action replaced by a word, and lines of nothing else left empty; `None` without actions.
fn without_actions(text: &str) -> Option<String> {
    let mut bare = String::with_capacity(text.len());
    let (mut rest, mut found) = (text, false);
    while let Some((start, close)) = next_action(rest) {
        let Some(length) = rest[start..].find(close) else { break };
        found = true;
        let after = &rest[start + length + close.len()..];
        bare.push_str(&rest[..start]);
        // Alone on its line it is control flow; otherwise it stands for a value.
        let before_blank = bare.rsplit('\n').next().unwrap_or("").trim().is_empty();
        let after_blank = after.split('\n').next().unwrap_or("").trim().is_empty();
        if !(before_blank && after_blank) {
            bare.push('x');
        }
        rest = after;
    }
    bare.push_str(rest);
    found.then_some(bare)
}

fn next_action(text: &str) -> Option<(usize, &'static str)> {
    let action = text.find("{{").map(|at| (at, "}}"));
    let statement = text.find("{%").map(|at| (at, "%}"));
    match (action, statement) {
        (Some(a), Some(s)) => Some(if a.0 <= s.0 { a } else { s }),
        (a, s) => a.or(s),
    }
}
