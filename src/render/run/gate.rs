//! What a gate asks, with all that speaks for going on and against it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::screen::{MARGIN, Screen, Style, bold, plain};
use super::super::text::{count, duration, list};
use super::super::{Options, fix};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::{Phase, Step};

/// Names that are written out before the rest is counted.
const NAMED: usize = 4;

/// What is asked at a gate, and what is known of the run by then.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The gate's step.
    pub step: &'q str,
    /// What is asked.
    pub ask: &'q str,
    /// Steps before it that nobody answered, or that are not so any more, and why.
    pub unproven: &'q BTreeMap<String, String>,
    /// Steps of the run that have failed.
    pub failed: &'q [String],
    /// Steps of the run that are done.
    pub done: &'q [String],
    /// Steps behind which nothing begins in this process: gates that were declined, and what has failed.
    pub stopped: &'q [String],
    /// Addresses of load balancers that are up, each with its object.
    pub addresses: &'q [(String, String)],
    /// The command that asks again.
    pub again: &'q str,
}

/// Workloads that come up without a fence that is still open: those that are up, and those that are not yet.
fn starts_meanwhile(plan: &Plan, question: Question<'_>, behind: &BTreeSet<&str>) -> (usize, usize) {
    let gate = question.step;
    if !plan.steps.iter().any(|step| step.id == gate && step.phase == Phase::Fence) {
        return (0, 0);
    }
    let stopped: BTreeSet<&str> = question.stopped.iter().flat_map(|step| plan.behind(step)).collect();
    let starts = |step: &&Step| {
        matches!(&step.action, Action::AwaitReady { object } if has_pods(object))
            && !behind.contains(step.id.as_str())
            && (question.done.contains(&step.id) || !stopped.contains(step.id.as_str()))
    };
    let (up, coming): (Vec<&Step>, Vec<&Step>) =
        plan.steps.iter().filter(starts).partition(|step| question.done.contains(&step.id));
    (up.len(), coming.len())
}

/// Whether an object, by its label, runs something.
fn has_pods(object: &str) -> bool {
    const KINDS: [&str; 7] =
        ["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod", "ReplicaSet", "ReplicationController"];
    object.split_once('/').is_some_and(|(kind, _)| KINDS.contains(&kind))
}

/// The gate of a step.
#[must_use]
pub fn render_gate(plan: &Plan, question: Question<'_>, options: Options<'_>) -> String {
    let Question { step, ask, unproven, failed, .. } = question;
    let mut screen = Screen::new(options);
    screen.gap();
    screen.text(2, &[(Style::Warn, format!("gate {step}: ")), bold(ask.to_owned())]);
    let behind: Vec<&Step> =
        plan.steps.iter().filter(|one| one.needs.iter().any(|need| need == step)).collect();
    let proven: Vec<String> =
        plan.steps.iter().filter(|one| one.id == step).flat_map(|gate| gate.needs.iter().cloned()).collect();
    let proven: Vec<String> = proven.into_iter().filter(|need| !unproven.contains_key(need)).collect();
    if !proven.is_empty() {
        screen.row("proven", &[plain(list(&proven, NAMED))]);
    }
    for (need, why) in unproven.iter().take(NAMED) {
        fix::row(&mut screen, "unproven", &format!("{need}: {why}"));
    }
    if unproven.len() > NAMED {
        screen.row("", &[(Style::Warn, format!("and {} more unproven", unproven.len() - NAMED))]);
    }
    if !failed.is_empty() {
        screen.row("FAILED", &[(Style::Bad, list(failed, NAMED))]);
    }
    let moved: Vec<String> = behind
        .iter()
        .filter(|one| !question.done.contains(&one.id))
        .filter_map(|one| match &one.action {
            Action::ChangeRecord { name, ttl_seconds, .. } => {
                Some(format!("{name} moves within {}", duration(*ttl_seconds)))
            }
            Action::ChangeDistribution { id, .. } => Some(format!("distribution {id} moves")),
            Action::Release { object, .. } => Some(format!("{object} is let go")),
            _ => None,
        })
        .collect();
    let waiting = plan.behind(step);
    let moved = match (waiting.len(), moved.is_empty()) {
        (0, _) => "nothing of the plan waits for this answer".to_owned(),
        (all, true) => format!("{} behind it", count(all, "step")),
        (..) => list(&moved, NAMED),
    };
    screen.row("if you go", &[plain(moved)]);
    for name in behind.iter().filter_map(|one| plan.moved_by_hand(one)) {
        let to = to_address(question.addresses);
        let what = format!("no step moves {name}: where it is kept, point it at {to} now");
        screen.row("by hand", &[(Style::Warn, what)]);
    }
    // Who is asked whether the writers are stopped must know that others are being started, or run.
    let (up, coming) = starts_meanwhile(plan, question, &waiting);
    if coming > 0 {
        let all = count(up + coming, "workload");
        let up = if up > 0 { format!(" ({up} up by now)") } else { String::new() };
        let what = format!(
            "started without waiting for it, whatever the answer: {all}{up}; no stops none of them, Ctrl-C starts no more"
        );
        screen.row("meanwhile", &[(Style::Warn, what)]);
    } else if up > 0 {
        let what = format!(
            "up by now, without waiting for it: {}; neither answer stops them",
            count(up, "workload")
        );
        screen.row("meanwhile", &[(Style::Warn, what)]);
    }
    if behind.iter().any(|one| one.phase == Phase::Dns) {
        screen.row("way back", &[plain("what is written after the move is in the recovery region alone")]);
    }
    screen.text(
        2,
        &[plain(format!(
            "type the stack's name ({}) to go on, no to decline; Ctrl-C stops here, and comes back to this by",
            plan.stack
        ))],
    );
    screen.unbroken(MARGIN, &[plain(question.again)]);
    screen.finish()
}

/// Where users are to be led.
fn to_address(addresses: &[(String, String)]) -> String {
    let all: Vec<String> = addresses.iter().map(|(object, to)| format!("{to} ({object})")).collect();
    match all.len() {
        0 => "the entrance of the recovery region".to_owned(),
        1..=NAMED => all.join(", or "),
        _ => format!("one of {}", list(&all, NAMED)),
    }
}
