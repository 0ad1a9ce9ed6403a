//! What becomes of a use.

use super::tokens::{Counterpart, Token};
use crate::model::value::ValueKind;
use crate::plan::values::{Site, Use, UseDisposition};

/// How a use is classified before it is written down.
pub(super) struct Verdict {
    pub(super) disposition: UseDisposition,
    pub(super) counterpart: Option<String>,
    pub(super) known_after: Option<String>,
}

impl Verdict {
    pub(super) fn own() -> Self {
        Self { disposition: UseDisposition::Own, counterpart: None, known_after: None }
    }
    pub(super) fn kept() -> Self {
        Self { disposition: UseDisposition::Kept, counterpart: None, known_after: None }
    }
    pub(super) fn rewritten(to: String) -> Self {
        Self { disposition: UseDisposition::Rewritten, counterpart: Some(to), known_after: None }
    }
    pub(super) fn after(step: String) -> Self {
        Self { disposition: UseDisposition::KnownAfter, counterpart: None, known_after: Some(step) }
    }
    pub(super) fn unplaced() -> Self {
        Self { disposition: UseDisposition::Unplaced, counterpart: None, known_after: None }
    }
    pub(super) fn at(self, site: Site) -> Use {
        Use {
            site,
            disposition: self.disposition,
            counterpart: self.counterpart,
            known_after: self.known_after,
        }
    }
}

/// What becomes of a token that is written out in a text.
pub(super) fn classify(token: &Token<'_>, text: &str, start: usize) -> Verdict {
    let end = start + token.text.len();
    let part_of_name = matches!(token.kind, ValueKind::Region | ValueKind::Zone | ValueKind::ZoneId)
        && !stands_alone(text, start, end);
    match &token.counterpart {
        Counterpart::Same => Verdict::kept(),
        _ if part_of_name => Verdict::unplaced(),
        Counterpart::Known(to) => Verdict::rewritten(to.clone()),
        Counterpart::After(step) => Verdict::after(step.clone()),
        Counterpart::Nobody => Verdict::unplaced(),
    }
}

/// Whether a region is a word of its own or the region of a service's host; as part of a name or of an ARN that
/// nobody owns it says nothing of what the name would be elsewhere.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let boundary = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | ',' | ';' | '=' | '&' | '|' | '(' | ')' | '<' | '>' | '`')
    };
    let word_start = text[..start].rfind(boundary).map_or(0, |at| at + 1);
    let word_end = text[end..].find(boundary).map_or(text.len(), |at| end + at);
    let (word, before, after) = (&text[word_start..word_end], &text[word_start..start], &text[end..word_end]);
    if word.contains("arn:") {
        return false;
    }
    let neighbour =
        |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | ':' | '?' | '[' | ']' | '{' | '}' | '@'));
    if neighbour(before.chars().next_back()) && neighbour(after.chars().next()) {
        return true;
    }
    // `sqs.us-east-2.amazonaws.com`, with scheme, port or path around it: one label for the service.
    let host = before.rsplit(['/', '@', ':']).next().unwrap_or_default();
    let service = host.strip_suffix('.').unwrap_or_default();
    let service = service.strip_prefix("api.").unwrap_or(service);
    !service.is_empty()
        && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && (after.starts_with(".amazonaws.com") || after.starts_with(".api.aws"))
}
