//! How a run ended, and what to do then.

use std::collections::{BTreeMap, HashSet};

use super::super::screen::{MARGIN, Screen, Style, bold, plain};
use super::super::text::{clean, count, list};
use super::super::{Options, fix};
use super::view::head;
use crate::event::{Ending, Event, EventKind};
use crate::plan::Plan;
use crate::plan::action::Action;

/// Steps of one cause that are named.
const FAILED: usize = 6;
/// Objects that are held and named.
const HELD: usize = 12;
/// Columns of a question that is told again.
const ASK: usize = 120;
/// What is to be done with a plan that must be another one.
const ANEW: &str = "plan and approve again";

/// Where the run's files are, and how it is gone on with.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'f> {
    /// The command that goes on with it.
    pub again: &'f str,
    /// The run.
    pub run: &'f str,
    /// The command that looks at what runs now.
    pub verify: &'f str,
    /// The command that plans anew for the same run; `None` where its inputs were unpacked for this process only.
    pub replan: Option<&'f str>,
}

/// The last screen of a run.
#[must_use]
pub fn render_ended(plan: &Plan, events: &[Event], folder: Folder<'_>, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let Some((how, done, failed, left)) = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Ended { how, done, failed, left } => Some((*how, *done, *failed, *left)),
        _ => None,
    }) else {
        return String::new();
    };
    let all = plan.steps.len();
    let again = folder.again;
    let (style, word) = match how {
        Ending::Done => (Style::Good, "done"),
        Ending::AtGate => (Style::Warn, "waits"),
        Ending::Failed | Ending::Lost => (Style::Bad, "stopped"),
        Ending::Interrupted => (Style::Warn, "stopped"),
    };
    if how == Ending::Done {
        screen.row("done", &[(style, format!("all of {}", count(all, "step")))]);
        unproven(&mut screen, events);
        changed(&mut screen, events, false);
        screen.row("next", &[plain(format!("{}: is what runs healthy?", folder.verify))]);
        screen.row("report", &[plain(format!("drplan show {}", folder.run))]);
        return screen.finish();
    }
    let moves = |id: &str| {
        plan.steps.iter().any(|step| {
            step.id == id
                && matches!(step.action, Action::ChangeRecord { .. } | Action::ChangeDistribution { .. })
        })
    };
    let moved =
        events.iter().any(|event| matches!(&event.kind, EventKind::StepDone { step, .. } if moves(step)));
    let traffic = if moved { "Some traffic has moved." } else { "This run has moved no traffic." };
    screen.text(
        10,
        &[
            (style, format!("{word:<10}")),
            plain(format!(
                "{done} of {} done, {failed} failed, {left} not done. {traffic}",
                count(all, "step")
            )),
        ],
    );
    gates(&mut screen, events, how);
    held(&mut screen, plan, events);
    under_way(&mut screen, events);
    let below = how == Ending::Failed || (how != Ending::Lost && may_be_anew(events));
    failures(&mut screen, events, below);
    changed(&mut screen, events, below);
    screen.gap();
    let next = match how {
        Ending::AtGate => "at a terminal, which asks for the decision:",
        Ending::Lost => "see the journal's message above, then apply again:",
        _ => "goes on from here, and does nothing twice:",
    };
    screen.row("next", &[plain(next)]);
    screen.unbroken(MARGIN, &[plain(again)]);
    if below {
        screen.row("or", &[plain("with what was mended, planned and approved again; what is done stays:")]);
        let here =
            "in a clone of the stack's repository: drplan region REGION --resume RUN (docs/recovery-run.md)";
        screen.unbroken(MARGIN, &[plain(folder.replan.unwrap_or(here))]);
    }
    screen.row("run", &[plain("its journal and report:")]);
    screen.unbroken(MARGIN, &[plain(folder.run)]);
    screen.finish()
}

/// Gates that hold the run up, and whether somebody has declined.
fn gates(screen: &mut Screen, events: &[Event], how: Ending) {
    let mut open: Vec<(&str, &str, String)> = Vec::new();
    let nobody = match how {
        Ending::AtGate | Ending::Failed => "not answered: nobody was asked at a terminal",
        _ => "not answered",
    };
    for event in events {
        match &event.kind {
            EventKind::GateAsked { step, ask } => {
                open.retain(|(known, ..)| known != step);
                open.push((step, ask, nobody.to_owned()));
            }
            EventKind::GateAnswered { step, go: true, .. } => open.retain(|(known, ..)| known != step),
            EventKind::GateAnswered { step, by, go: false } => {
                for (_, _, answer) in open.iter_mut().filter(|(known, ..)| known == step) {
                    *answer = format!("declined by {by}");
                }
            }
            _ => {}
        }
    }
    for (step, ask, answer) in open {
        screen.row("gate", &[bold(step), plain(", "), (Style::Warn, answer)]);
        screen.row("", &[plain(head(&clean(ask), ASK))]);
    }
}

/// Objects that rest until their gate lets them go, be it that they ran before.
fn held(screen: &mut Screen, plan: &Plan, events: &[Event]) {
    let mut done: HashSet<&str> = HashSet::new();
    for event in events {
        match &event.kind {
            EventKind::Begun { done: before, .. } => done.extend(before.iter().map(String::as_str)),
            EventKind::StepDone { step, .. } => drop(done.insert(step)),
            EventKind::StepUndone { step, .. } => drop(done.remove(step.as_str())),
            _ => {}
        }
    }
    let held = plan.held(|step| done.contains(step));
    if !held.is_empty() {
        let what = format!("{}: suspended, or at 0 replicas, until a gate lets them go", list(&held, HELD));
        screen.row("held now", &[(Style::Warn, what)]);
    }
}

/// Whether something that is told may be mended by another plan of the run.
fn may_be_anew(events: &[Event]) -> bool {
    events.iter().any(|event| match &event.kind {
        EventKind::StepFailed { choices, .. } | EventKind::StepDiffers { choices, .. } => {
            choices.iter().any(|choice| choice.contains(ANEW))
        }
        _ => false,
    })
}

/// What can be done, in order. `below`: whether the command of another plan of the run follows; without its `--resume` that
/// would begin another run.
fn rows(screen: &mut Screen, choices: &[String], below: bool) {
    for (at, choice) in choices.iter().enumerate() {
        let label = if at == 0 { "do" } else { "" };
        let anew = if below { format!("{ANEW} (`--resume`, by \"or\" below)") } else { ANEW.to_owned() };
        let choice = choice.replace(ANEW, &anew);
        fix::row(screen, label, &format!("{}. {choice}", at + 1));
    }
}

/// What had begun and has not ended: what held the run up, by what it said last.
fn under_way(screen: &mut Screen, events: &[Event]) {
    let mut open: BTreeMap<&str, &str> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::StepBegun { step, .. } => {
                open.insert(step, "");
            }
            EventKind::StepProgress { step, status: said }
            | EventKind::StepRetried { step, cause: said, .. } => {
                if let Some(known) = open.get_mut(step.as_str()) {
                    *known = said;
                }
            }
            EventKind::StepDone { step, .. }
            | EventKind::StepFailed { step, .. }
            | EventKind::GateAsked { step, .. } => {
                open.remove(step.as_str());
            }
            _ => {}
        }
    }
    let more = open.len().saturating_sub(FAILED);
    for (at, (step, said)) in open.into_iter().take(FAILED).enumerate() {
        let label = if at == 0 { "under way" } else { "" };
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        screen.row(label, &[plain(format!("{step}{said}"))]);
    }
    if more > 0 {
        screen.row("", &[plain(format!("and {more} more"))]);
    }
}

/// What failed; steps that failed of the same, and are mended by the same, at once.
fn failures(screen: &mut Screen, events: &[Event], below: bool) {
    let mut told: Vec<(Vec<&str>, &str, String, &[String])> = Vec::new();
    for event in events {
        let EventKind::StepFailed { step, cause, choices } = &event.kind else { continue };
        let alike = without_own(step, cause);
        match told.iter_mut().find(|(_, _, known, does)| *known == alike && does == choices) {
            Some((steps, ..)) => steps.push(step),
            None => told.push((vec![step], cause, alike, choices)),
        }
    }
    for (steps, cause, _, does) in told {
        screen.gap();
        let label = if steps.len() > 1 { "steps" } else { "step" };
        let steps: Vec<String> = steps.into_iter().map(str::to_owned).collect();
        screen.row(label, &[bold(list(&steps, FAILED))]);
        screen.row("cause", &[plain(cause)]);
        rows(screen, does, below);
    }
}

/// A cause without the name of the step's own object: what is the same of several steps.
fn without_own(step: &str, cause: &str) -> String {
    let ends = step.match_indices('/').map(|(at, _)| step.get(at + 1..).unwrap_or_default());
    let own = ends.filter(|end| end.contains('/')).find(|end| cause.contains(end));
    own.map_or_else(|| cause.to_owned(), |own| cause.replacen(own, "", 1))
}

/// Checks that went for done though nobody answered, by why.
fn unproven(screen: &mut Screen, events: &[Event]) {
    let mut causes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for event in events {
        if let EventKind::StepUnproven { step, why } = &event.kind {
            causes.entry(why).or_default().push(step);
        }
    }
    for (why, steps) in causes {
        let some = steps.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = if steps.len() > 3 { format!(" and {} more", steps.len() - 3) } else { String::new() };
        fix::row(screen, "unproven", &format!("{some}{more}: {why}"));
    }
}

/// What others have changed since it was applied, and is left so.
fn changed(screen: &mut Screen, events: &[Event], below: bool) {
    for event in events {
        let EventKind::StepDiffers { step, found, choices } = &event.kind else { continue };
        screen.gap();
        screen.row("changed", &[(Style::Warn, format!("{step}, by others since: {found}"))]);
        rows(screen, choices, below);
    }
}
