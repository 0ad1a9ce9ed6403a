//! Reads Kubernetes manifests: files, folders, globs, kustomizations and charts.
//!
//! Every document is an object, a part of a unit, something else (skipped, with a reason) or broken. All that is broken
//! or stands twice is told together. Units are rendered by `kubectl kustomize` and `helm template`; nothing is fetched
//! and no plugin runs. What is said of a manifest holds keys and names of it, never its content.

mod beside;
mod charts;
mod conflicts;
mod documents;
mod find;
mod kustomization;
mod mapping;
mod objects;
mod origins;
mod paths;
mod reader;
mod render;
mod rendering;
mod scalar;
mod template;
mod tools;
mod tree;
mod units;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use rendering::RENDERED;
pub use tools::Tools;

use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::document::{Manifests, Object, Skipped, Unit, UnitKind};
use crate::model::flux;
use beside::Folders;
use charts::{Charts, LIBRARY};
use find::{Finds, Found, find_files, is_kustomization};
use paths::{Base, Excluded};
use reader::Reader;
use rendering::{Outcome, render_units};
use units::{IDLE, Kustomizations, Member, Planned};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files, folders and globs, relative to `base` or absolute.
    pub paths: Vec<PathBuf>,
    /// Globs of what is left out: with a `/` against paths relative to `base`, without one against every name.
    pub exclude: Vec<String>,
    /// The folder that paths are shown relative to.
    pub base: PathBuf,
    /// The programs that render units.
    pub tools: Tools,
}

/// Reads all manifests.
///
/// # Errors
/// Everything that is broken or stands twice, paths that lead to no object, globs that are none.
pub fn read_manifests(request: &Request) -> Result<Manifests, BadInput> {
    let base = Base::new(&request.base);
    let excluded = Excluded::new(&request.exclude).map_err(BadInput)?;
    let mut finds = find_files(&request.paths, &base, &excluded);
    let mut reader = Reader::new(&base);
    reader.problems.append(&mut finds.problems);

    let charts = Charts::find(&finds, &mut reader);
    let units = find_units(&finds, &charts, &mut reader);
    let mut holding = Holding::default();
    let mut objects = Vec::new();
    let single = finds.files.iter().filter(|(_, found)| !units.claimed.contains(&found.real));
    let folders = Folders::new(finds.files.iter().filter(|(_, found)| is_own(found, &charts)));
    let (mut beside, alone): (Vec<_>, Vec<_>) =
        single.partition(|(_, found)| folders.why(found, &[]).is_some());
    for (shown, found) in alone {
        objects.extend(holding.read(shown, found, &mut reader));
    }
    let mut manifests = Manifests { gaps: std::mem::take(&mut finds.gaps), ..Manifests::default() };
    for Outcome { unit, objects: rendered, gap } in render_units(&units.planned, &request.tools, &mut reader)
    {
        holding.note_unit(&unit, &finds);
        objects.extend(rendered);
        manifests.gaps.extend(gap);
        manifests.units.push(unit);
    }
    // What is read because an object names its folder may name others.
    loop {
        let sources = beside::sources(&objects);
        let (rest, taken): (Vec<_>, Vec<_>) =
            beside.into_iter().partition(|(_, found)| folders.why(found, &sources).is_some());
        beside = rest;
        if taken.is_empty() {
            break;
        }
        for (shown, found) in taken {
            objects.extend(holding.read(shown, found, &mut reader));
        }
    }
    for (shown, found) in beside {
        if let Some(why) = folders.why(found, &[]) {
            reader.pass_over(&found.path, shown, why);
        }
    }
    skip_members(&units, &manifests.units, &mut reader);
    objects
        .sort_by(|a, b| (&a.file, a.document).cmp(&(&b.file, b.document)).then_with(|| a.unit.cmp(&b.unit)));
    let (mut objects, conflicts) = conflicts::settle(objects);
    flux::fill(&mut objects);
    reader.problems.extend(conflicts);
    holding.check(request, &finds, &base, &mut reader);

    let mut problems = std::mem::take(&mut reader.problems);
    if !problems.is_empty() {
        problems.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.message.cmp(&b.message)));
        return Err(BadInput(problems));
    }
    manifests.objects = objects;
    manifests.skipped = std::mem::take(&mut reader.skipped);
    manifests.skipped.sort();
    manifests.gaps.sort();
    manifests.gaps.dedup();
    manifests.units.sort_by(|a, b| a.folder.cmp(&b.folder).then_with(|| a.files.cmp(&b.files)));
    manifests.texts = reader.into_texts();
    Ok(manifests)
}

/// Reads one text as a manifest of its own; `shown` is how its path is printed.
///
/// # Errors
/// Everything that is broken in it.
pub fn read_manifest_text(shown: &str, text: &str) -> Result<(Vec<Object>, Vec<Skipped>), BadInput> {
    let base = Base::new(std::path::Path::new("/"));
    let mut reader = Reader::new(&base);
    let contents = reader.objects_in(shown, text);
    if reader.problems.is_empty() {
        Ok((contents.map(|contents| contents.objects).unwrap_or_default(), reader.skipped))
    } else {
        Err(BadInput(reader.problems))
    }
}

/// The units, and what goes with them.
struct Units {
    planned: Vec<Planned>,
    /// Files that are not read singly.
    claimed: BTreeSet<PathBuf>,
    /// Files that no unit uses, with the reason.
    idle: Vec<(Member, &'static str)>,
}

fn find_units(finds: &Finds, charts: &Charts, reader: &mut Reader<'_>) -> Units {
    let mut kustomizations = Kustomizations::default();
    for (shown, found) in finds.files.iter().filter(|(_, found)| is_own(found, charts)) {
        kustomizations.add(&found.real, shown, reader);
    }
    let grouped = kustomizations.group(finds, reader.base);
    let planned: Vec<_> = grouped.units.into_iter().chain(charts.units.iter().cloned()).collect();
    let idle = grouped.idle.into_iter().map(|member| (member, IDLE));
    let idle: Vec<_> = idle.chain(charts.idle.iter().cloned().map(|member| (member, LIBRARY))).collect();
    let members = planned.iter().flat_map(|unit| &unit.members);
    let mut claimed: BTreeSet<_> =
        members.chain(idle.iter().map(|(member, _)| member)).map(|member| member.path.clone()).collect();
    // One that is broken is told already.
    let own = finds.files.values().filter(|found| is_own(found, charts));
    claimed.extend(own.map(|found| found.real.clone()));
    Units { planned, claimed, idle }
}

/// Whether a file is a kustomization, and not a part of a chart.
fn is_own(found: &Found, charts: &Charts) -> bool {
    is_kustomization(&found.path) && charts.owner(&found.real).is_none()
}

/// Files of units that are not rendered, and of what no unit uses, are passed over unless a rendered unit has them.
fn skip_members(units: &Units, outcomes: &[Unit], reader: &mut Reader<'_>) {
    let rendered = outcomes.iter().filter(|unit| unit.rendered);
    let mut done: BTreeSet<&str> = rendered.flat_map(|unit| &unit.files).map(String::as_str).collect();
    for unit in outcomes.iter().filter(|unit| !unit.rendered) {
        let kind = match unit.kind {
            UnitKind::Kustomization => "kustomization",
            UnitKind::Chart => "chart",
        };
        for file in unit.files.iter().filter(|file| done.insert(file)) {
            reader.skip(file, format!("part of the {kind} {}, which is not rendered", unit.folder));
        }
    }
    for (member, why) in units.idle.iter().filter(|(member, _)| done.insert(&member.shown)) {
        if reader.text(&member.path, &member.shown, true).is_some() {
            reader.skip(&member.shown, *why);
        }
    }
}

/// Which of the given paths lead to an object or a unit.
#[derive(Default)]
struct Holding {
    given: BTreeSet<usize>,
}

impl Holding {
    /// The objects of a file that is read by itself.
    fn read(&mut self, shown: &str, found: &Found, reader: &mut Reader<'_>) -> Vec<Object> {
        let objects = reader.read_objects(&found.path, shown).map_or_else(Vec::new, |read| read.objects);
        self.note(!objects.is_empty(), &found.given);
        objects
    }
    fn note(&mut self, holds: bool, given: &[usize]) {
        if holds {
            self.given.extend(given);
        }
    }
    fn note_unit(&mut self, unit: &Unit, finds: &Finds) {
        for file in &unit.files {
            self.note(true, finds.files.get(file).map_or(&[], |found| &found.given));
        }
    }
    /// A path that leads to nothing is a mistake, unless something else is wrong with it already.
    fn check(&self, request: &Request, finds: &Finds, base: &Base, reader: &mut Reader<'_>) {
        if !reader.problems.is_empty() {
            return;
        }
        let skipped: BTreeMap<&str, &str> =
            reader.skipped.iter().map(|skipped| (skipped.file.as_str(), skipped.why.as_str())).collect();
        let mut problems = Vec::new();
        for (given, path) in request.paths.iter().enumerate() {
            if !self.given.contains(&given) {
                let of_path = finds.files.iter().filter(|(_, found)| found.given.contains(&given));
                let mut whys = of_path.filter_map(|(shown, _)| skipped.get(shown.as_str()));
                let why = match (whys.next(), whys.count()) {
                    (None, _) => String::new(),
                    (Some(why), 0) => format!(": {why}"),
                    (Some(why), more) => format!(": {} files are passed over, the first as {why}", more + 1),
                };
                problems.push(Problem::at(
                    Place::file(base.show(&base.resolve(path))),
                    format!("no Kubernetes object, kustomization or chart in it{why}"),
                    "name the file or folder that holds the manifests, and check what --exclude leaves out",
                ));
            }
        }
        reader.problems.extend(problems);
    }
}
