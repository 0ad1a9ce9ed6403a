//! How a run ended, and what to do then.

use std::collections::BTreeMap;

use super::super::Options;
use super::super::screen::{MARGIN, Screen, Style, bold, plain};
use super::super::text::count;
use crate::event::{Ending, Event, EventKind};
use crate::model::paste::shell;
use crate::plan::Plan;

/// Where the run's files are, and how it is gone on with.
#[derive(Clone, Copy, Debug)]
pub struct Folder<'f> {
    /// The command that goes on with it.
    pub again: &'f str,
    /// The run.
    pub run: &'f str,
    /// The command that looks at what runs now.
    pub verify: &'f str,
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
    let moved = events.iter().any(|event| {
        matches!(&event.kind, EventKind::StepDone { step, .. } if step.starts_with("dns/") && !step.ends_with("gate"))
    });
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
    for event in events {
        if let EventKind::StepFailed { step, cause, choices } = &event.kind {
            screen.gap();
            screen.row("step", &[bold(step.clone())]);
            screen.row("cause", &[plain(cause.clone())]);
            for (at, choice) in choices.iter().enumerate() {
                let label = if at == 0 { "do" } else { "" };
                screen.row(label, &[plain(format!("{}. {choice}", at + 1))]);
            }
        }
    }
    changed(&mut screen, events);
    screen.gap();
    let next = match how {
        Ending::AtGate => "decide, and go on:",
        Ending::Lost => "see the journal's message above, then apply again:",
        _ => "goes on from here, and does nothing twice:",
    };
    screen.row("next", &[plain(next)]);
    screen.unbroken(MARGIN, &[plain(again)]);
    if how == Ending::Failed {
        screen.row("or", &[plain("with what was mended, planned and approved again; what is done stays:")]);
        let run = folder.run.rsplit('/').next().unwrap_or_default();
        let region = shell(&plan.saw.recovery_region);
        screen.unbroken(MARGIN, &[plain(format!("drplan region {region} --resume {run}"))]);
    }
    screen.row("run", &[plain("its journal and report:")]);
    screen.unbroken(MARGIN, &[plain(folder.run)]);
    screen.finish()
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
            screen.row(label, &[plain(format!("{}. {choice}", at + 1))]);
        }
    }
}
