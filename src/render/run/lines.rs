//! One line for an event: for logs, pipes and terminals that take no control characters.

use super::super::Options;
use super::super::screen::{Screen, plain};
use super::super::text::clean;
use crate::event::{Event, EventKind};
use crate::model::words::count;

/// Columns of the time and what follows it.
const AFTER_TIME: usize = 10;

/// A line as a terminal of some width shows it: broken between words.
#[must_use]
pub fn wrapped(line: &str, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    screen.text(AFTER_TIME, &[plain(line)]);
    screen.finish()
}

/// The line of an event; `None` for what only a live screen shows.
#[must_use]
pub fn line(event: &Event) -> Option<String> {
    let what = match &event.kind {
        EventKind::Begun { run, steps, done } if done.is_empty() => {
            format!("run {run} begins: {}", count(steps.len(), "step"))
        }
        EventKind::Begun { run, steps, done } => {
            format!("run {run} goes on: {} of {} done", done.len(), count(steps.len(), "step"))
        }
        EventKind::StepBegun { step, attempt: 1 } => format!("{step}  begins"),
        EventKind::StepBegun { step, attempt } => format!("{step}  begins, attempt {attempt}"),
        EventKind::StepProgress { step, status } => format!("{step}  {status}"),
        EventKind::StepRetried { step, cause, after_ms } => {
            format!("{step}  again in {} s: {cause}", after_ms.div_ceil(1_000))
        }
        EventKind::StepUnproven { step, why } => format!("{step}  UNPROVEN, and goes for done: {why}"),
        EventKind::StepDone { step, found: false } => format!("{step}  done"),
        EventKind::StepDone { step, found: true } => format!("{step}  as it should be"),
        EventKind::StepFailed { step, cause, .. } => format!("{step}  FAILED: {cause}"),
        EventKind::StepUndone { step, found } => format!("{step}  {found}"),
        EventKind::StepDiffers { step, found, .. } => {
            format!("{step}  CHANGED by others since, and left so: {found}")
        }
        EventKind::GateAsked { step, ask } => format!("{step}  asks: {ask}"),
        EventKind::GateAnswered { step, by, go } => {
            format!("{step}  {by} says {}", if *go { "go" } else { "stop" })
        }
        EventKind::Ended { how, done, failed, left } => {
            format!("ended: {}; {done} done, {failed} failed, {left} not done", how.as_str())
        }
    };
    let at = event.at.strftime("%H:%M:%S");
    Some(format!("{at}  {}", clean(&what)))
}
