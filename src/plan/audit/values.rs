//! Uses have what their disposition promises, and what could not be placed has a finding.

use std::collections::HashSet;

use super::graph::Graph;
use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::values::{Site, Use, UseDisposition};

pub(super) fn check(plan: &Plan, graph: &Graph<'_>, report: &mut Report) {
    let places: HashSet<(&str, u32)> = plan
        .findings
        .iter()
        .filter_map(|finding| finding.at.as_ref())
        .map(|place| (place.file.as_str(), place.line))
        .collect();
    let subjects: HashSet<&str> = plan.findings.iter().map(|finding| finding.subject.as_str()).collect();
    // Uses of one value mostly become known after the same step.
    let mut known: Option<&str> = None;
    for value in &plan.values {
        for used in &value.uses {
            let Use { site, disposition, counterpart, known_after } = used;
            if let Some(step) = known_after.as_deref().filter(|step| known != Some(*step)) {
                if graph.position(step).is_some() {
                    known = Some(step);
                } else {
                    let message = format!("a use is known after {step}, which is no step");
                    report.add(Rule::KnownAfter, place(site), message);
                }
            }
            let keeps = match disposition {
                UseDisposition::Rewritten => counterpart.is_some() && known_after.is_none(),
                UseDisposition::KnownAfter => known_after.is_some(),
                UseDisposition::Unplaced => counterpart.is_none() && known_after.is_none(),
                UseDisposition::Own | UseDisposition::Kept => true,
            };
            if !keeps {
                let message = format!("a use is {} without what that takes", disposition.as_str());
                report.add(Rule::Use, place(site), message);
            }
            if *disposition == UseDisposition::Unplaced {
                let told = match site {
                    Site::File { file, line, object: _, path: _, within: _ } => {
                        places.contains(&(file.as_str(), *line))
                    }
                    Site::Resource { resource, path: _, within: _ } => {
                        subjects.contains(resource.as_str()) || subjects.contains(value.value.as_str())
                    }
                };
                if !told {
                    report.add(
                        Rule::Finding,
                        place(site),
                        "a use could not be placed, and no finding says so",
                    );
                }
            }
        }
    }
}

fn place(site: &Site) -> String {
    match site {
        Site::Resource { resource, path, within: _ } => format!("{resource}{path}"),
        Site::File { file, line, object: _, path: _, within: _ } => format!("{file}:{line}"),
    }
}
