//! What a run knows of Jobs that are taken away when they have ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::action::Action;
use crate::plan::journal::{Entry, Replayed};
use crate::plan::step::Step;

/// Waits for Jobs that have come to their end, since the Job was applied last: by another plan they may be run again, and
/// what has ended need not be there to be seen.
pub(super) fn seen_to_end(steps: &[Step], replayed: &Replayed) -> BTreeSet<String> {
    let waits = steps.iter().filter_map(|step| Some((step.action.awaited_job()?.to_owned(), &*step.id)));
    let waits: BTreeMap<String, &str> = waits.collect();
    // The step that applies a Job, and the one that waits for it.
    let applied: BTreeMap<&str, &str> = steps
        .iter()
        .filter(|step| matches!(step.action, Action::ApplyObject { .. }))
        .filter_map(|step| Some((&*step.id, *waits.get(&step.action.object()?.label())?)))
        .collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for record in &replayed.records {
        match &record.entry {
            Entry::Intent { step, .. } | Entry::Undone { step, .. } => {
                if let Some(wait) = applied.get(step.as_str()) {
                    seen.remove(wait);
                }
            }
            Entry::Done { step, .. } => {
                if let Some(wait) = waits.values().find(|wait| *wait == step) {
                    seen.insert(wait);
                }
            }
            // One that does not stay is applied again.
            Entry::Replanned { stays, .. } => {
                let moved = applied.iter().filter(|(step, _)| !stays.iter().any(|stays| stays == *step));
                for (_, wait) in moved {
                    seen.remove(wait);
                }
            }
            _ => {}
        }
    }
    seen.into_iter().map(str::to_owned).collect()
}
