//! What changed between two plans, field by field; what needs a new approval stands out.

use super::Options;
use super::screen::{Screen, bold, dim, plain};
use super::text::count;
use crate::plan::diff::Change;

/// Every change, decisions first.
#[must_use]
pub fn render_changes(changes: &[Change], options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let (decisions, moved): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.decision);
    if changes.is_empty() {
        screen.text(0, &[plain("the plans are the same")]);
        return screen.finish();
    }
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
