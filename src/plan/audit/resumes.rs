//! A plan that goes on with a run: what stays done of it.

use std::collections::{HashMap, HashSet};

use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::resume::Resumes;

pub(super) fn check(plan: &Plan, report: &mut Report) {
    let Some(Resumes { run, decision_digest, done, again, changed, gone }) = &plan.resumes else { return };
    if run.is_empty() || !decision_digest.starts_with("sha256:") {
        report.add(Rule::Resumed, "resumes", "it names no run, or not the plan that the run had");
    }
    let at: HashMap<&str, usize> =
        plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    for list in [done, again, changed] {
        let places: Vec<Option<&usize>> = list.iter().map(|id| at.get(id.as_str())).collect();
        if places.iter().any(Option::is_none) || !places.is_sorted() {
            report.add(Rule::Resumed, "resumes", "what it names are not steps of it, in their order");
        }
        if list.iter().collect::<HashSet<_>>().len() != list.len() {
            report.add(Rule::Resumed, "resumes", "a step is named twice");
        }
    }
    let done: HashSet<&str> = done.iter().map(String::as_str).collect();
    for id in again.iter().chain(changed).filter(|id| done.contains(id.as_str())) {
        report.add(Rule::Resumed, id, "it stays done, and is to be run again");
    }
    for id in gone.iter().filter(|id| at.contains_key(id.as_str())) {
        report.add(Rule::Resumed, id, "it is said to be no step of the plan, and is one");
    }
    let mut settled: HashSet<&str> = HashSet::new();
    for step in &plan.steps {
        let stands = step.needs.iter().all(|need| settled.contains(need.as_str()));
        let stays = done.contains(step.id.as_str());
        if stays && !stands && matches!(step.action, Action::Gate { .. }) {
            report.add(Rule::Resumed, &step.id, "it stays decided, and something before it is run again");
        }
        if stays && stands {
            settled.insert(&step.id);
        }
    }
}
