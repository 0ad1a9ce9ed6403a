//! Findings have codes of the table, with the table's severity.

use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::codes;
use crate::plan::finding::Finding;

pub(super) fn check(plan: &Plan, report: &mut Report) {
    for finding in &plan.findings {
        let Finding { severity, code, subject, message, fix, at: _ } = finding;
        match codes::lookup(code) {
            None => report.add(Rule::Finding, subject, format!("{code} is no code of a finding")),
            Some(entry) if entry.severity != *severity => {
                let (found, fixed) = (severity.as_str(), entry.severity.as_str());
                report.add(
                    Rule::Finding,
                    subject,
                    format!("{code} is said as {found}; it is always {fixed}"),
                );
            }
            Some(_) => {}
        }
        if subject.is_empty() || message.is_empty() || fix.is_empty() {
            report.add(
                Rule::Finding,
                subject,
                format!("{code} does not say what is wrong, where and what to do"),
            );
        }
    }
}
