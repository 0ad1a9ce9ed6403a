//! Objects that stand twice: in two places, or in two renderings that differ.

use std::collections::BTreeMap;

use crate::model::diagnostic::{Place, Problem};
use crate::model::document::Object;

/// Keeps one of what several units render alike, and tells what stands twice.
pub(super) fn settle(objects: Vec<Object>) -> (Vec<Object>, Vec<Problem>) {
    let mut kept: Vec<Object> = Vec::with_capacity(objects.len());
    // What makes two objects the same to the cluster; versions of a group are views of one object.
    let mut by_key: BTreeMap<(String, String, Option<String>, String), Vec<usize>> = BTreeMap::new();
    for object in objects {
        let key =
            (object.group().to_owned(), object.kind.clone(), object.namespace.clone(), object.name.clone());
        let same = by_key.entry(key).or_default();
        let rendered_alike = same.iter().filter_map(|at| kept.get(*at)).any(|known| {
            known.unit.is_some()
                && object.unit.is_some()
                && known.unit != object.unit
                && known.root.to_json() == object.root.to_json()
        });
        if !rendered_alike {
            same.push(kept.len());
            kept.push(object);
        }
    }
    let mut problems = Vec::new();
    for same in by_key.values() {
        let mut objects = same.iter().filter_map(|at| kept.get(*at));
        let Some(first) = objects.next() else { continue };
        let others: Vec<_> = objects.collect();
        let Some(second) = others.first() else { continue };
        let differ = first.unit.is_some() && second.unit.is_some() && first.unit != second.unit;
        let what = if differ { "is rendered differently by two units" } else { "is there twice" };
        let mut problem = Problem::at(
            place(second),
            format!("{} {what}{}", second.label(), by_unit(second)),
            "a cluster holds one of them: leave the other out with --exclude, or name fewer paths",
        )
        .also(place(first), format!("first here{}", by_unit(first)));
        for other in others.iter().skip(1) {
            problem = problem.also(place(other), format!("and here{}", by_unit(other)));
        }
        problems.push(problem);
    }
    (kept, problems)
}

fn place(object: &Object) -> Place {
    Place::new(object.file.clone(), object.line)
}

fn by_unit(object: &Object) -> String {
    object.unit.as_ref().map(|unit| format!(", rendered by {unit}")).unwrap_or_default()
}
