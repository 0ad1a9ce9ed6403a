//! What changed between two plans, field by field; what needs a new approval stands out.

use super::Options;
use super::screen::{Screen, bold, dim, plain};
use super::text::count;
use crate::plan::diff::Change;

/// Every change, decisions first. `names` are what the plans are called, the earlier first.
#[must_use]
pub fn render_changes(changes: &[Change], names: (&str, &str), options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let (decisions, moved): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.decision);
    if changes.is_empty() {
        screen.text(0, &[plain("the plans are the same")]);
        return screen.finish();
    }
    screen.text(2, &[dim(format!("- {}", names.0))]);
    screen.text(2, &[plain(format!("+ {}", names.1))]);
    screen.gap();
    if !decisions.is_empty() {
        screen.text(
            0,
            &[bold(format!(
                "{}: an approval of one does not hold for the other",
                count(decisions.len(), "decision")
            ))],
        );
        decisions.iter().for_each(|change| write(&mut screen, change));
    }
    if !moved.is_empty() {
        if !decisions.is_empty() {
            screen.gap();
        }
        screen.text(0, &[bold(format!("{} that merely moved", count(moved.len(), "value")))]);
        moved.iter().for_each(|change| write(&mut screen, change));
    }
    screen.finish()
}

fn write(screen: &mut Screen, change: &Change) {
    screen.text(2, &[plain(format!("  {}", change.path))]);
    if let Some(before) = &change.before {
        screen.text(6, &[dim(format!("    - {before}"))]);
    }
    if let Some(after) = &change.after {
        screen.text(6, &[plain(format!("    + {after}"))]);
    }
}
