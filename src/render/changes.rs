//! What changed between two plans, field by field; what needs a new approval stands out.

use std::collections::BTreeSet;

use super::Options;
use super::screen::{Screen, bold, dim, plain};
use super::text::count;
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::diff::Change;

/// Files that are named in a command.
const FILES: usize = 8;

/// Every change to the plan `after`, decisions first. `names` are what the plans are called, the earlier first.
#[must_use]
pub fn render_changes(changes: &[Change], after: &Plan, names: (&str, &str), options: Options<'_>) -> String {
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
        let files = files(&decisions, after);
        if !files.is_empty() {
            screen.gap();
            screen.text(0, &[plain("a plan has digests of its manifests only; what changed in them, not committed yet, or committed:")]);
            let named = files.iter().take(FILES).map(|file| shell(file)).collect::<Vec<_>>().join(" ");
            screen.unbroken(2, &[plain(format!("git diff HEAD -- {named}"))]);
            screen.unbroken(2, &[plain(format!("git log -p -3 -- {named}"))]);
            if files.len() > FILES {
                screen.text(2, &[plain(format!("and {} more", files.len() - FILES))]);
            }
        }
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

/// The files whose manifests changed.
fn files<'p>(changes: &[&Change], after: &'p Plan) -> BTreeSet<&'p str> {
    let of = |change: &&Change| -> Option<&'p str> {
        let id = change.path.strip_prefix("steps[")?.strip_suffix("].action.document_digest")?;
        let step = after.steps.iter().find(|step| step.id == id)?;
        match &step.action {
            Action::ApplyObject { file, .. } => Some(file),
            _ => None,
        }
    };
    changes.iter().filter_map(of).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::diff::diff;
    use crate::plan::sample;

    #[test]
    fn a_manifest_that_changed_is_named_with_what_shows_it() {
        let before = sample::plan();
        let mut after = before.clone();
        for step in &mut after.steps {
            if let Action::ApplyObject { document_digest, .. } = &mut step.action {
                *document_digest = "sha256:0".to_owned();
            }
        }
        let text = render_changes(&diff(&before, &after), &after, ("a", "b"), Options::default());
        assert!(text.contains("  git log -p -3 -- kubernetes/"), "{text}");
        let same = render_changes(&diff(&before, &before), &before, ("a", "b"), Options::default());
        assert!(!same.contains("git log"), "{same}");
    }
}
