//! What changed between two plans, field by field, and whether an approval still holds.
//!
//! Things are matched by what identifies them (a resource by its address, a step by its id, a use by its place), not
//! by where they stand in their list; a changed order of a list is a change of its own. The two digests are left out:
//! they follow from the rest.

mod fields;
mod shorten;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashMap;

use super::Plan;
use super::resume::Resumes;
use fields::Field;
use shorten::shortened;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Change {
    /// Where: `steps[restore/primary].action.settings[MultiAZ].value`. Lists that are in another order end in
    /// `.order`.
    pub path: String,
    /// What stood there; `None` where nothing did. Equal parts of long texts are `…`.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
    /// Whether it is part of what people approve: of `decision_digest`.
    pub decision: bool,
}

/// All changes from one plan to another, sorted by path. Empty exactly where the plans are the same but for their
/// digests; with a decision among them exactly where the decision digests differ.
#[must_use]
pub fn diff(before: &Plan, after: &Plan) -> Vec<Change> {
    let mut changes = Changes::default();
    let (old, new) = (fields::of_plan(before), fields::of_plan(after));
    changes.fields("", &old, &new);
    changes.resumed(before.resumes.as_ref(), after.resumes.as_ref());
    changes.section(&fields::RESOURCES, &before.resources, &after.resources);
    changes.section(&fields::VALUES, &before.values, &after.values);
    changes.section(&fields::STORES, &before.stores, &after.stores);
    changes.section(&fields::STEPS, &before.steps, &after.steps);
    changes.section(&fields::FINDINGS, &before.findings, &after.findings);
    changes.0.sort();
    changes.0
}

/// A list of the plan: how its items are told apart, and what is in them.
struct Section<T> {
    name: &'static str,
    key: fn(&T) -> String,
    /// The item in a few words, for one that came or went.
    brief: fn(&T) -> String,
    fields: fn(&T) -> Vec<Field>,
    /// Whether its items, and their order, are part of the decision.
    decision: bool,
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, path: String, before: Option<String>, after: Option<String>, decision: bool) {
        let (before, after) = match (before, after) {
            (Some(before), Some(after)) => {
                let (before, after) = shortened(before, after);
                (Some(before), Some(after))
            }
            other => other,
        };
        self.0.push(Change { path, before, after, decision });
    }

    /// The same fields of two things.
    fn fields(&mut self, path: &str, before: &[Field], after: &[Field]) {
        for (old, new) in before.iter().zip(after) {
            let dot = if path.is_empty() { "" } else { "." };
            self.values(format!("{path}{dot}{}", old.name), &old.value, &new.value, old.decision);
        }
    }

    /// The run that a plan goes on with. Against a plan that begins one it is told in a line: steps that stay done are no
    /// difference, and would drown the others.
    fn resumed(&mut self, before: Option<&Resumes>, after: Option<&Resumes>) {
        let value = |resumes| serde_json::to_value(resumes).unwrap_or_default();
        match (before, after) {
            (Some(old), Some(new)) => self.values("resumes".to_owned(), &value(old), &value(new), true),
            (None, None) => {}
            _ => self.add("resumes".to_owned(), before.map(Resumes::brief), after.map(Resumes::brief), true),
        }
    }

    fn section<T: PartialEq>(&mut self, section: &Section<T>, before: &[T], after: &[T]) {
        if before == after {
            return;
        }
        let Section { name, key, brief, fields, decision } = section;
        let (old, new) = (keyed(before.iter().map(key)), keyed(after.iter().map(key)));
        let matched = Matched::of(&old, &new);
        for (key, at) in matched.gone {
            self.add(format!("{name}[{key}]"), before.get(at).map(brief), None, *decision);
        }
        for (key, at) in matched.come {
            self.add(format!("{name}[{key}]"), None, after.get(at).map(brief), *decision);
        }
        if let Some((was, is)) = matched.moved {
            self.add(format!("{name}.order"), Some(was), Some(is), *decision);
        }
        for (key, from, to) in matched.both {
            if let (Some(from), Some(to)) = (before.get(from), after.get(to))
                && from != to
            {
                self.fields(&format!("{name}[{key}]"), &fields(from), &fields(to));
            }
        }
    }
}

/// Keys made unique: the second item of a key is `KEY #2`.
fn keyed(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    keys.map(|key| {
        let count = seen.entry(key.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *count == 1 { key } else { format!("{key} #{count}") }
    })
    .collect()
}

/// Items of two lists by their keys.
struct Matched<'k> {
    gone: Vec<(&'k str, usize)>,
    come: Vec<(&'k str, usize)>,
    both: Vec<(&'k str, usize, usize)>,
    /// The first that stand elsewhere among those that are in both.
    moved: Option<(String, String)>,
}

impl<'k> Matched<'k> {
    fn of(old: &'k [String], new: &'k [String]) -> Self {
        let position: HashMap<&str, usize> =
            new.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
        let known: HashMap<&str, usize> =
            old.iter().enumerate().map(|(at, key)| (key.as_str(), at)).collect();
        let mut matched = Self { gone: Vec::new(), come: Vec::new(), both: Vec::new(), moved: None };
        for (from, key) in old.iter().enumerate() {
            match position.get(key.as_str()) {
                Some(to) => matched.both.push((key, from, *to)),
                None => matched.gone.push((key, from)),
            }
        }
        let stayed = new.iter().filter(|key| known.contains_key(key.as_str()));
        matched.come.extend(new.iter().enumerate().filter_map(|(at, key)| {
            let is_new = !known.contains_key(key.as_str());
            is_new.then_some((key.as_str(), at))
        }));
        matched.moved = matched
            .both
            .iter()
            .zip(stayed)
            .find(|((was, ..), is)| was != is)
            .map(|((was, ..), is)| ((*was).to_owned(), is.clone()));
        matched
    }
}
