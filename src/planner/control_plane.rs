//! What waits while the control plane of us-east-1 is impaired: IAM, Route 53, CloudFront and their like take changes
//! nowhere else.
//!
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>

use std::collections::HashSet;

use super::facts::Facts;
use super::findings::Findings;
use crate::model::words;
use crate::plan::action::{Action, EngineChange};
use crate::plan::forecast::Stranded;
use crate::plan::step::{Plane, Step};

/// The region of the one control plane.
const REGION: &str = "us-east-1";

/// Steps that write through the control plane of us-east-1, and what cannot run without them. An import reads only, which
/// stays possible from the data planes; it is not counted.
pub(super) fn stranded(steps: &[Step]) -> Stranded {
    let mut waits: HashSet<&str> = HashSet::new();
    let mut first = Vec::new();
    // Steps are in the order of their needs.
    for step in steps {
        let writes = step.plane == Plane::UsEast1Control
            && !matches!(
                step.action,
                Action::Engine { change: EngineChange::Import, .. } | Action::Check { .. }
            );
        if writes {
            first.push(step.id.clone());
        }
        if writes || step.needs.iter().any(|need| waits.contains(need.as_str())) {
            waits.insert(&step.id);
        }
    }
    Stranded { first, all: waits.len() as u64 }
}

/// Tells them where the lost region is that one.
pub(super) fn check(facts: &Facts<'_, '_>, stranded: &Stranded, findings: &mut Findings) {
    if facts.primary.as_deref() != Some(REGION) || stranded.first.is_empty() {
        return;
    }
    let shown = stranded.first.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match stranded.first.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {}", words::count(more, "more step")),
    };
    findings.add(
        "control-plane-lost",
        REGION,
        format!(
            "{shown}{more} change what only {REGION} takes changes of: while it is gone they wait, and with them {} of the plan",
            words::count(usize::try_from(stranded.all).unwrap_or(usize::MAX), "step")
        ),
        "make beforehand what can be: roles that trust the recovery's cluster, records that fail over by health checks, origins \
         by a name that such a record answers for",
        None,
    );
}
