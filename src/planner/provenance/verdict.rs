//! What becomes of a use.

use super::tokens::{Counterpart, Token};
use crate::model::value::ValueKind;
use crate::model::value::whole::stands_alone;
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
