//! Collects findings.

use std::collections::HashSet;

use super::facts::Facts;
use crate::model::diagnostic::Place;
use crate::plan::codes;
use crate::plan::finding::{Finding, Severity};

/// Findings as they are met; sorted and without repetition at the end.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding. Its severity is its code's.
    pub(super) fn add(
        &mut self,
        code: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
        at: Option<Place>,
    ) {
        let severity = codes::lookup(code).map_or(Severity::Error, |code| code.severity);
        debug_assert!(codes::lookup(code).is_some(), "{code} has no entry in codes.rs");
        self.0.push(Finding {
            severity,
            code: code.to_owned(),
            subject: subject.into(),
            message: message.into(),
            fix: fix.into(),
            at,
        });
    }

    /// The subjects that a code was told of.
    pub(super) fn subjects(&self, code: &str) -> HashSet<&str> {
        self.0.iter().filter(|finding| finding.code == code).map(|finding| finding.subject.as_str()).collect()
    }

    /// Errors first, in each severity the most harmful first, then by code, subject and place.
    pub(super) fn into_sorted(mut self) -> Vec<Finding> {
        self.0.sort_unstable_by(|a, b| {
            let rank = |finding: &Finding| (finding.severity, codes::harm(&finding.code));
            rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
        });
        self.0.dedup();
        self.0
    }
}

/// Why nothing is known of the recovery region: no inventory, or one in which the calls gave no answer.
pub(super) fn why_unseen(facts: &Facts<'_, '_>) -> String {
    let region = facts.recovery;
    let Some(inventory) = &facts.input.inventory else {
        let unasked = facts.input.gaps.iter().find(|gap| gap.source == format!("aws:{region}"));
        return match unasked {
            Some(gap) => format!("{region} could not be asked: {}", gap.detail),
            None => format!("there is no inventory of {region}"),
        };
    };
    match inventory.gaps.as_slice() {
        [] => format!("the inventory of {region} was recorded without it"),
        [gap] => format!("the inventory of {region} does not tell: {} gave no answer", gap.source),
        [first, ..] => format!(
            "the inventory of {region} does not tell: {} calls gave no answer, the first {}: {}",
            inventory.gaps.len(),
            first.source,
            first.detail
        ),
    }
}
