//! Every occurrence of what the primary owns, counted by brute force, stands in the plan at its exact place.
//!
//! The counter shares no code with the planner: it walks JSON and YAML values and lines of text, decodes on its own,
//! and looks for each owned text by plain search.

mod count;
mod planted;
mod uses;

use std::collections::BTreeMap;

use drplan::plan::Plan;
use drplan::plan::values::{Site, UseDisposition};

use self::count::{Owned, in_code, in_manifests, in_state, lines_of_manifests};
use crate::worlds::{World, example};

/// A place and how often an owned text stands there.
pub(crate) type Counts = BTreeMap<(String, String), usize>;

#[test]
fn every_occurrence_in_the_state_is_in_the_plan() {
    let world = World::read(&example());
    let plan = world.plan();
    let owned = Owned::of(&world.state);
    let missed = missed(&plan, &in_state(&world.state, &owned), |site| match site {
        Site::Resource { resource, path, .. } => Some(format!("{resource} {path}")),
        Site::File { .. } => None,
    });
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn every_occurrence_in_the_code_is_in_the_plan() {
    let world = World::read(&example());
    let plan = world.plan();
    let owned = Owned::of(&world.state);
    let missed = missed(&plan, &in_code(&example(), &owned), line);
    assert!(missed.is_empty(), "{} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn every_occurrence_in_the_manifests_is_in_the_plan() {
    let world = World::read(&example());
    let plan = world.plan();
    let owned = Owned::of(&world.state);
    let found = in_manifests(&example(), &owned);
    assert!(found.values().sum::<usize>() >= 40, "{found:?}");
    let mut missed_here = missed(&plan, &found, |site| match site {
        Site::File { file, object: Some(object), path, .. } => Some(format!("{file} {object} {path}")),
        _ => None,
    });
    missed_here.extend(missed(&plan, &lines_of_manifests(&example(), &owned), line));
    assert!(missed_here.is_empty(), "{} missed:\n{}", missed_here.len(), missed_here.join("\n"));
}

#[test]
fn nothing_of_the_example_is_unplaced() {
    let plan = World::read(&example()).plan();
    assert_eq!(unplaced(&plan), Vec::<String>::new());
}

/// File and line of a use.
pub(crate) fn line(site: &Site) -> Option<String> {
    match site {
        Site::File { file, line, .. } => Some(format!("{file}:{line}")),
        Site::Resource { .. } => None,
    }
}

/// Occurrences that no use covers: a use of a longer text covers those inside it.
pub(crate) fn missed(plan: &Plan, counts: &Counts, place: impl Fn(&Site) -> Option<String>) -> Vec<String> {
    let mut uses: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for value in &plan.values {
        for site in value.uses.iter().filter_map(|found| place(&found.site)) {
            uses.entry(site).or_default().push(&value.value);
        }
    }
    let covered = |place: &str, token: &str| -> usize {
        uses.get(place).into_iter().flatten().map(|value| count::whole(value, token)).sum()
    };
    counts
        .iter()
        .filter(|((place, token), count)| covered(place, token) < **count)
        .map(|((place, token), count)| format!("{place}: {token} {} of {count}", covered(place, token)))
        .collect()
}

/// Place and text of every use that the plan cannot place.
pub(crate) fn unplaced(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for value in &plan.values {
        for one in value.uses.iter().filter(|one| one.disposition == UseDisposition::Unplaced) {
            found.push(match &one.site {
                Site::File { file, line, path, .. } => format!("{file}:{line} {path} {}", value.value),
                Site::Resource { resource, path, .. } => format!("{resource} {path} {}", value.value),
            });
        }
    }
    found.sort();
    found
}
