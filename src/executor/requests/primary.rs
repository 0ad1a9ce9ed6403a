//! What preflight asks the primary, and what it answered.

use std::collections::BTreeMap;

use super::Requests;
use crate::model::target::Outputs;
use crate::plan::action::Action;
use crate::plan::step::Step;

impl Requests<'_> {
    /// What the primary answered, for whoever decides on it; nothing where it was not asked.
    pub(super) fn probed(&self, left: &BTreeMap<String, Outputs>) -> String {
        let answers = self.probe.and_then(|step| left.get(&step.id)?.get("/answers"));
        match answers.map(String::as_str) {
            None => String::new(),
            Some("0") => ". The primary did not answer when it was asked (preflight)".to_owned(),
            Some(hosts) => {
                format!(
                    ". THE PRIMARY ANSWERED when it was asked (preflight): {hosts} of its hosts. It may be alive"
                )
            }
        }
    }
}

/// The hosts that a step asks.
pub(super) fn hosts_of_primary(step: &Step) -> impl Iterator<Item = &str> {
    let hosts = match &step.action {
        Action::ProbePrimary { hosts, .. } => hosts.as_slice(),
        _ => &[],
    };
    hosts.iter().map(String::as_str)
}
