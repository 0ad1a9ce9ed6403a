//! Findings, grouped by code: errors, then warnings, then notes.

use std::collections::BTreeMap;

use super::fix;
use super::screen::{Piece, Screen, Style, bold, dim, plain};
use super::text::shorten;
use crate::plan::codes::{self, Harm};
use crate::plan::finding::{Finding, Severity};

/// Findings of one code.
pub(super) struct Group<'a> {
    pub severity: Severity,
    pub code: &'a str,
    pub findings: Vec<&'a Finding>,
}

/// How many of a group are shown before the rest is counted.
pub(super) const SHOWN: usize = 3;

/// Groups by severity, then by harm and code, each in the plan's order.
pub(super) fn groups(findings: &[Finding]) -> Vec<Group<'_>> {
    let mut by_code: BTreeMap<(Severity, Harm, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_code
            .entry((finding.severity, codes::harm(&finding.code), &finding.code))
            .or_default()
            .push(finding);
    }
    by_code.into_iter().map(|((severity, _, code), findings)| Group { severity, code, findings }).collect()
}

impl Group<'_> {
    /// The findings to show, and how many more there are.
    pub(super) fn shown(&self, all: bool) -> (&[&Finding], usize) {
        let end = if all || self.findings.len() <= SHOWN + 1 { self.findings.len() } else { SHOWN };
        (self.findings.get(..end).unwrap_or_default(), self.findings.len() - end)
    }
    /// What the code means, or the first message where the code is not known.
    pub(super) fn summary(&self) -> &str {
        match (codes::lookup(self.code), self.findings.first()) {
            (_, Some(only)) if self.findings.len() == 1 => &only.message,
            (Some(code), _) => code.summary,
            (None, Some(first)) => &first.message,
            (None, None) => "",
        }
    }
}

pub(super) const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Bad,
        Severity::Warning => Style::Warn,
        Severity::Note => Style::Info,
    }
}

/// All groups. `command` is what shows the rest.
pub(super) fn put(screen: &mut Screen, groups: &[Group<'_>], all: bool, command: &str) {
    for group in groups {
        if group.severity == Severity::Note && !all {
            continue;
        }
        screen.gap();
        let (shown, more) = group.shown(all);
        for (at, finding) in shown.iter().enumerate() {
            // The same advice is given once, after the last finding that it is for.
            let repeated = shown.get(at + 1).is_some_and(|next| next.fix == finding.fix);
            let said = at.checked_sub(1).and_then(|before| shown.get(before));
            if said.is_none_or(|said| said.message != finding.message) {
                message(screen, finding);
            }
            place(screen, finding);
            if !repeated {
                fix(screen, finding, command);
            }
        }
        if more > 0 {
            screen.text(2, &[dim(format!("  and {more} more {}: {command} -v", group.code))]);
        }
    }
    if !all {
        notes(screen, groups, command);
    }
}

/// One finding in full. `command` is what shows its plan.
pub(super) fn one(screen: &mut Screen, finding: &Finding, command: &str) {
    message(screen, finding);
    place(screen, finding);
    fix(screen, finding, command);
}

fn message(screen: &mut Screen, finding: &Finding) {
    let mut line = head(finding.severity, &finding.code);
    line.push(bold(format!(": {}", finding.message)));
    screen.text(2, &line);
}

fn place(screen: &mut Screen, finding: &Finding) {
    let subject = shorten(&finding.subject, 120);
    let mut line = vec![(Style::Info, "  --> ".to_owned())];
    match &finding.at {
        Some(at) => {
            line.push(plain(at.to_string()));
            // The subject is said once.
            if !subject.is_empty() && !finding.message.contains(&finding.subject) {
                line.push(dim(format!("  {subject}")));
            }
        }
        None if subject.is_empty() => return,
        None => line.push(plain(subject)),
    }
    screen.text(6, &line);
}

fn fix(screen: &mut Screen, finding: &Finding, command: &str) {
    if !finding.fix.is_empty() {
        fix::put(screen, &finding.fix, command);
    }
}

fn head(severity: Severity, code: &str) -> Vec<Piece> {
    vec![(style(severity), format!("{}[{}]", severity.as_str(), shorten(code, 60)))]
}

fn notes(screen: &mut Screen, groups: &[Group<'_>], command: &str) {
    let notes: Vec<&Group<'_>> = groups.iter().filter(|group| group.severity == Severity::Note).collect();
    if notes.is_empty() {
        return;
    }
    screen.gap();
    for group in &notes {
        let mut line = head(Severity::Note, group.code);
        let n = group.findings.len();
        line.push(plain(if n > 1 { format!(" x{n}: ") } else { ": ".to_owned() }));
        line.push(plain(group.summary()));
        if let [only] = group.findings[..]
            // An address; what is of the whole stack has a word for its subject, which says nothing more.
            && only.subject.contains('.')
            && !only.message.contains(&only.subject)
        {
            line.push(dim(format!("  {}", shorten(&only.subject, 120))));
        }
        screen.text(2, &line);
    }
    screen.text(2, &[dim(format!("notes in full: {command} -v"))]);
}
