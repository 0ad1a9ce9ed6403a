//! What of a run stays in the plan that goes on with it. What is done takes no time any more.

use std::borrow::Cow;
use std::collections::HashSet;

use super::redacted;
use crate::model::input::PlanningInput;
use crate::plan::action::Action;
use crate::plan::resume::{Before, Resumes, resume};
use crate::plan::step::Step;

/// What stays of a run, or what was approved to stay of it.
pub(super) fn plan_resumes(before: &Before, input: &PlanningInput<'_>, steps: &[Step]) -> Resumes {
    match before {
        Before::Run(prior) => {
            let hidden: HashSet<(&str, u32)> = input
                .manifests
                .objects
                .iter()
                .filter(|object| redacted::hides(object))
                .map(|object| (object.file.as_str(), object.document))
                .collect();
            let hides = |step: &Step| match &step.action {
                Action::ApplyObject { file, document, .. } => hidden.contains(&(file.as_str(), *document)),
                _ => false,
            };
            resume(prior, steps, &hides)
        }
        Before::Approved(resumes) => resumes.within(steps),
    }
}

/// The steps with the time that they still take.
pub(super) fn left<'s>(steps: &'s [Step], resumes: Option<&Resumes>) -> Cow<'s, [Step]> {
    let Some(resumes) = resumes else { return Cow::Borrowed(steps) };
    let done: HashSet<&str> = resumes.done.iter().map(String::as_str).collect();
    let mut left = steps.to_vec();
    for step in left.iter_mut().filter(|step| done.contains(step.id.as_str())) {
        step.estimate.p50_seconds = 0;
        step.estimate.p90_seconds = 0;
    }
    Cow::Owned(left)
}
