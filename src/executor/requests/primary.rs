//! What preflight asks the primary, and what it answered.

use std::collections::BTreeMap;

use super::Requests;
use crate::model::target::Outputs;
use crate::plan::action::Action;
use crate::plan::step::Step;

impl Requests<'_> {
    /// What the primary answered, for whoever decides on it; nothing where it was not asked.
    pub(super) fn probed(&self, left: &BTreeMap<String, Outputs>) -> String {
        let Some(probe) = self.probe else { return String::new() };
        let answers = left.get(&probe.id).and_then(|outputs| outputs.get("/answers"));
        match answers.map(String::as_str) {
            None if hosts_of_primary(probe).next().is_none() => {
                ". The primary was not asked (preflight): no host of it is known. It may be alive".to_owned()
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::drill::NoBodies;
    use crate::plan::sample;

    #[test]
    fn whoever_decides_is_told_what_was_asked_and_what_was_answered() {
        let mut plan = sample::plan();
        let probe =
            plan.steps.iter().position(|step| matches!(step.action, Action::ProbePrimary { .. })).unwrap();
        let id = plan.steps[probe].id.clone();
        let said = |plan: &crate::plan::Plan, answers: Option<&str>| {
            let outputs = answers.map(|answers| ("/answers".to_owned(), answers.to_owned()));
            let left = BTreeMap::from([(id.clone(), outputs.into_iter().collect())]);
            Requests::new(plan, &NoBodies).probed(&left)
        };
        assert!(said(&plan, Some("0")).contains("did not answer when it was asked"));
        assert!(said(&plan, Some("2")).contains("THE PRIMARY ANSWERED"));
        if let Action::ProbePrimary { hosts, .. } = &mut plan.steps[probe].action {
            hosts.clear();
        }
        assert!(said(&plan, None).contains("was not asked (preflight): no host of it is known"));
    }
}
