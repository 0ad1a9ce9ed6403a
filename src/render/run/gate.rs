//! What a gate asks, with all that speaks for going on and against it.

use super::super::Options;
use super::super::screen::{Screen, Style, bold, plain};
use super::super::text::{count, duration, list};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::{Phase, Step};

/// Names that are written out before the rest is counted.
const NAMED: usize = 4;

/// The gate of a step.
#[must_use]
pub fn render_gate(plan: &Plan, step: &str, ask: &str) -> String {
    let mut screen = Screen::new(Options::default());
    screen.gap();
    screen.text(2, &[(Style::Warn, format!("gate {step}: ")), bold(ask.to_owned())]);
    let behind: Vec<&Step> =
        plan.steps.iter().filter(|one| one.needs.iter().any(|need| need == step)).collect();
    let proven: Vec<String> =
        plan.steps.iter().filter(|one| one.id == step).flat_map(|gate| gate.needs.iter().cloned()).collect();
    if !proven.is_empty() {
        screen.row("proven", &[plain(list(&proven, NAMED))]);
    }
    let moved: Vec<String> = behind
        .iter()
        .filter_map(|one| match &one.action {
            Action::ChangeRecord { name, ttl_seconds, .. } => {
                Some(format!("{name} moves within {}", duration(*ttl_seconds)))
            }
            Action::ChangeDistribution { id, .. } => Some(format!("distribution {id} moves")),
            Action::Release { object, .. } => Some(format!("{object} is let go")),
            _ => None,
        })
        .collect();
    let moved = if moved.is_empty() {
        format!("{} to follow", count(behind.len(), "step"))
    } else {
        list(&moved, NAMED)
    };
    screen.row("if you go", &[plain(moved)]);
    if behind.iter().any(|one| one.phase == Phase::Dns) {
        screen.row("way back", &[plain("what is written after the move is in the recovery region alone")]);
    }
    screen.text(
        2,
        &[plain(format!(
            "type the stack's name ({}) to go on, no to decline; Ctrl-C stops here, and `drplan apply` comes back to this",
            plan.stack
        ))],
    );
    screen.finish()
}
