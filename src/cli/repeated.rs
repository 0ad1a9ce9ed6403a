//! A plan that was applied to its end, asked for once more: what it has let go it would hold again.

use std::path::Path;

use super::Failure;
use super::args::Apply;
use super::run_folder;
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::journal::Replayed;

/// Objects that are named; the rest is counted.
const NAMED: usize = 3;

/// What is asked for once more, and where.
#[derive(Clone, Copy)]
pub(super) struct Repeated<'r> {
    pub(super) plan: &'r Plan,
    /// Identity of the cluster's `kube-system`.
    cluster: &'r str,
    /// Whether another run was asked for.
    again: bool,
}

impl<'r> Repeated<'r> {
    pub(super) fn new(args: &Apply, plan: &'r Plan, cluster: &'r str) -> Self {
        Self { plan, cluster, again: args.again }
    }

    /// The newest run of these decisions in this folder is not one that is done, or may be run again.
    ///
    /// # Errors
    /// It is done, in this cluster, and holds objects.
    pub(super) fn check_here(self, base: &Path) -> Result<(), Failure> {
        let decision = Some(self.plan.decision_digest.as_str());
        let runs = run_folder::begun(base);
        let newest = runs.iter().rev().find(|(_, replayed)| replayed.decision() == decision);
        newest.map_or(Ok(()), |(run, replayed)| self.check(run, replayed))
    }

    /// A run of these decisions is not done, or may be run again.
    ///
    /// # Errors
    /// As [`Self::check_here`].
    pub(super) fn check(self, run: &str, replayed: &Replayed) -> Result<(), Failure> {
        let here =
            replayed.begun.as_ref().is_some_and(|begun| begun.cluster.as_deref() == Some(self.cluster));
        let held: Vec<String> = self
            .plan
            .steps
            .iter()
            .filter(|step| matches!(step.action, Action::ApplyObject { hold: Some(_), .. }))
            .filter_map(|step| Some(step.action.object()?.label()))
            .collect();
        let done = replayed.records.last().filter(|_| replayed.ended.as_deref() == Some("done"));
        let Some(last) = done.filter(|_| here && !held.is_empty() && !self.again) else { return Ok(()) };
        let named = held.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = held.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        Err(Failure::refused(
            format!(
                "run {run} has applied this plan to its end, at {:.0}; one more run would hold {} again until its gates \
                 are passed: {named}{more}",
                last.at,
                count(held.len(), "object")
            ),
            "nothing was changed. Is it healthy: drplan verify. What differs from the plan: the same command with \
             --dry-run. To run it all once more, from its first step: the same command with --again",
        ))
    }
}
