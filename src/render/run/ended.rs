//! How a run ended, and what to do then.

use std::collections::BTreeMap;

use super::super::screen::{MARGIN, Screen, Style, bold, plain};
use super::super::text::{count, list};
use super::super::{Options, fix};
use crate::event::{Ending, Event, EventKind};
use crate::plan::Plan;
use crate::plan::action::Action;

/// Steps of one cause that are named.
const FAILED: usize = 6;

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
        changed(&mut screen, events);
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
    under_way(&mut screen, events);
    failures(&mut screen, events);
    changed(&mut screen, events);
    screen.gap();
    let next = match how {
        Ending::AtGate => "at a terminal, which asks for the decision:",
        Ending::Lost => "see the journal's message above, then apply again:",
        _ => "goes on from here, and does nothing twice:",
    };
    screen.row("next", &[plain(next)]);
    screen.unbroken(MARGIN, &[plain(again)]);
    if how == Ending::Failed {
        screen.row("or", &[plain("with what was mended, planned and approved again; what is done stays:")]);
        let here =
            "in a clone of the stack's repository: drplan region REGION --resume RUN (docs/recovery-run.md)";
        screen.unbroken(MARGIN, &[plain(folder.replan.unwrap_or(here))]);
    }
    screen.row("run", &[plain("its journal and report:")]);
    screen.unbroken(MARGIN, &[plain(folder.run)]);
    screen.finish()
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
fn failures(screen: &mut Screen, events: &[Event]) {
    let mut told: Vec<(Vec<&str>, &str, String, &[String])> = Vec::new();
    for event in events {
        let EventKind::StepFailed { step, cause, choices } = &event.kind else { continue };
        let alike = without_own(step, cause);
        match told.iter_mut().find(|(_, _, known, does)| *known == alike && does == choices) {
            Some((steps, ..)) => steps.push(step),
            None => told.push((vec![step], cause, alike, choices)),
        }
    }
    for (steps, cause, _, choices) in told {
        screen.gap();
        let label = if steps.len() > 1 { "steps" } else { "step" };
        let steps: Vec<String> = steps.into_iter().map(str::to_owned).collect();
        screen.row(label, &[bold(list(&steps, FAILED))]);
        screen.row("cause", &[plain(cause)]);
        for (at, choice) in choices.iter().enumerate() {
            let label = if at == 0 { "do" } else { "" };
            fix::row(screen, label, &format!("{}. {choice}", at + 1));
        }
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
        screen.row("unproven", &[(Style::Warn, format!("{some}{more}: {why}"))]);
    }
}

/// What others have changed since it was applied, and is left so.
fn changed(screen: &mut Screen, events: &[Event]) {
    for event in events {
        let EventKind::StepDiffers { step, found, choices } = &event.kind else { continue };
        screen.gap();
        screen.row("changed", &[(Style::Warn, format!("{step}, by others since: {found}"))]);
        for (at, choice) in choices.iter().enumerate() {
            let label = if at == 0 { "do" } else { "" };
            fix::row(screen, label, &format!("{}. {choice}", at + 1));
        }
    }
}
