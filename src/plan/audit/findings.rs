//! Findings have codes of the table, with the table's severity; and what the plan itself shows to need one has it.

use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::codes;
use crate::plan::finding::Finding;
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::step::Phase;

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

/// Somebody who approves a plan is told that a database comes back by a restore, where the engine would make an empty one,
/// and that the primary's writers may go on.
pub(super) fn check_told(plan: &Plan, report: &mut Report) {
    let told = |code: &str, subject: Option<&str>| {
        let mut of_code = plan.findings.iter().filter(|finding| finding.code == code);
        of_code.any(|finding| subject.is_none_or(|subject| finding.subject == subject))
    };
    let restored: Vec<&PlannedResource> =
        plan.resources.iter().filter(|one| is_restored_database(one)).collect();
    for resource in &restored {
        if !told("database-empty-trap", Some(&resource.address)) {
            report.add(
                Rule::Finding,
                &resource.address,
                "it is a database that is brought back, and no finding says that the engine would make an empty one",
            );
        }
    }
    let is_of_primary =
        |one: &&PlannedResource| one.region.is_some() && one.region == plan.saw.primary_region;
    let writes = plan.steps.iter().any(|step| {
        matches!(&step.action, Action::ApplyObject { object_kind, .. } if WRITERS.contains(&object_kind.as_str()))
    });
    let decided =
        plan.steps.iter().any(|step| matches!(step.action, Action::Gate { before: Phase::Fence, .. }));
    if writes && !decided && restored.iter().any(is_of_primary) && !told("primary-unfenced", None) {
        report.add(
            Rule::Finding,
            "primary-unfenced",
            "databases are brought back with workloads that write to them, and no finding says that those of the primary may \
             still write",
        );
    }
}

/// Workloads that write as long as they run.
const WRITERS: [&str; 2] = ["Deployment", "StatefulSet"];

fn is_restored_database(resource: &PlannedResource) -> bool {
    resource.deposed.is_none()
        && matches!(resource.disposition, Disposition::Restore | Disposition::Promote)
        && matches!(resource.type_name.as_str(), "aws_db_instance" | "aws_rds_cluster")
}
