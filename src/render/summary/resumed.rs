//! The run that a plan goes on with.

use super::{count, list};
use crate::plan::resume::Resumes;

/// Steps that are named where not all are asked for.
const NAMED: usize = 5;

pub(super) fn lines(resumes: &Resumes, steps: usize, all: bool) -> Vec<String> {
    let Resumes { run, decision_digest: _, done, again, changed: _, gone } = resumes;
    let most = if all { usize::MAX } else { NAMED };
    let are = if done.len() == 1 { "is done and stays" } else { "are done and stay" };
    let mut lines = vec![format!("goes on with run {run}: {} of {} {are}", done.len(), count(steps, "step"))];
    if !again.is_empty() {
        lines.push(format!("done, and run again: {}", list(again, most)));
    }
    if !gone.is_empty() {
        lines.push(format!("done, and no step of this plan, so left as it is: {}", list(gone, most)));
    }
    lines
}
