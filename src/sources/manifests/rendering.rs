//! Rendering the units, several at a time, and reading what they print.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::documents::read_documents;
use super::objects::sort_documents;
use super::origins::{Sources, chart_source};
use super::reader::Reader;
use super::render::{Failure, Limits, run};
use super::tools::Tools;
use super::units::Planned;
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::document::{Object, Unit, UnitKind};

/// What became of a unit.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) unit: Unit,
    pub(super) objects: Vec<Object>,
    pub(super) gap: Option<Gap>,
}

/// How the names of texts end that a unit printed.
pub const RENDERED: &str = " (rendered)";

/// Units that are rendered at the same time.
const AT_ONCE: usize = 4;

/// Renders every unit that may be rendered and reads its objects.
pub(super) fn render_units(units: &[Planned], tools: &Tools, reader: &mut Reader<'_>) -> Vec<Outcome> {
    let printed = print_units(units, tools);
    let mut sources = Sources::default();
    let rendered = units.iter().zip(printed);
    rendered.map(|(unit, printed)| read_rendered(unit, printed, &mut sources, reader)).collect()
}

fn read_rendered(
    unit: &Planned,
    printed: Result<String, Gap>,
    sources: &mut Sources,
    reader: &mut Reader<'_>,
) -> Outcome {
    let origins = sources.of_unit(unit, reader);
    let outcome = printed.and_then(|text| objects_of(unit, text, reader));
    let (mut objects, gap) = match outcome {
        Ok(objects) => (objects, None),
        Err(gap) => (Vec::new(), Some(gap)),
    };
    for object in &mut objects {
        origins.trace(object);
    }
    let mut files: Vec<_> = unit.members.iter().map(|member| member.shown.clone()).collect();
    files.sort();
    let unit = Unit {
        folder: unit.shown.clone(),
        kind: unit.kind,
        release: (unit.kind == UnitKind::Chart).then(|| unit.release.clone()),
        rendered: gap.is_none(),
        files,
        takes_foreign: unit.takes_foreign,
        namespace: unit.namespace.clone(),
    };
    Outcome { unit, objects, gap }
}

/// The name of what a unit printed, among the texts of the manifests.
fn rendered_name(file: &str) -> String {
    format!("{file}{RENDERED}")
}

/// The objects in what a unit printed.
fn objects_of(unit: &Planned, text: String, reader: &mut Reader<'_>) -> Result<Vec<Object>, Gap> {
    let name = rendered_name(&unit.file);
    let malformed = |detail: String| gap(unit, GapReason::Malformed, detail);
    let documents = read_documents(&text, &mut reader.budget);
    if let Some(broken) = documents.broken.first() {
        return Err(malformed(format!("line {} of its output: {}", broken.line, broken.message)));
    }
    let contents = sort_documents(&name, documents.roots);
    if let Some(problem) = contents.problems.first() {
        let line = problem.at.as_ref().map_or(0, |at| at.line);
        return Err(malformed(format!("line {line} of its output: {}", problem.message)));
    }
    if let Some((line, why)) = contents.others.first() {
        return Err(malformed(format!("line {line} of its output: {why}")));
    }
    if !reader.keep(&name, &text) {
        return Err(gap(unit, GapReason::Failed, "too much is rendered".to_owned()));
    }
    let mut objects = contents.objects;
    for object in &mut objects {
        object.unit = Some(unit.shown.clone());
        object.file = match chart_source(&text, &object.root) {
            Some(below) if unit.kind == UnitKind::Chart => join(&unit.shown, &below),
            _ => unit.file.clone(),
        };
        object.line = 1;
    }
    Ok(objects)
}

fn join(folder: &str, below: &str) -> String {
    if folder == "." { below.to_owned() } else { format!("{folder}/{below}") }
}

/// Runs the tools, a few at a time; the results are in the order of the units.
fn print_units(units: &[Planned], tools: &Tools) -> Vec<Result<String, Gap>> {
    let next = AtomicUsize::new(0);
    let results: Vec<_> = units.iter().map(|_| Mutex::new(None)).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(AT_ONCE).min(units.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let printed = print_unit(unit, tools);
                    let at = units.iter().position(|other| std::ptr::eq(other, unit));
                    if let Some(Ok(mut slot)) = at.and_then(|at| results.get(at)).map(Mutex::lock) {
                        *slot = Some(printed);
                    }
                }
            });
        }
    });
    let lost = |unit| Err(gap(unit, GapReason::Failed, "its renderer was lost".to_owned()));
    let taken = results.into_iter().map(|slot| slot.into_inner().ok().flatten());
    units.iter().zip(taken).map(|(unit, printed)| printed.unwrap_or_else(|| lost(unit))).collect()
}

fn print_unit(unit: &Planned, tools: &Tools) -> Result<String, Gap> {
    if let Some(refused) = &unit.refused {
        return Err(refused.clone());
    }
    if let Some(printed) = tools.printed.get(&rendered_name(&unit.file)) {
        return Ok(printed.clone());
    }
    let (tool, arguments): (Option<&Path>, Vec<&str>) = match unit.kind {
        UnitKind::Kustomization => match (&tools.kubectl, &tools.kustomize) {
            (Some(kubectl), _) => (Some(kubectl), vec!["kustomize", "."]),
            (None, kustomize) => (kustomize.as_deref(), vec!["build", "."]),
        },
        UnitKind::Chart => {
            (tools.helm.as_deref(), vec!["template", &unit.release, ".", "--include-crds", "--skip-tests"])
        }
    };
    let Some(tool) = tool else {
        let tool = match unit.kind {
            UnitKind::Kustomization => "neither kubectl nor kustomize is installed",
            UnitKind::Chart => "helm is not installed",
        };
        return Err(gap(unit, GapReason::ToolMissing, tool.to_owned()));
    };
    run(tool, &arguments, &unit.folder, Limits::default()).map_err(|Failure { reason, why }| {
        let command = match unit.kind {
            UnitKind::Kustomization => "kubectl kustomize",
            UnitKind::Chart => "helm template",
        };
        gap(unit, reason, format!("{why}; `{command} {}` tells more", unit.shown))
    })
}

fn gap(unit: &Planned, reason: GapReason, detail: String) -> Gap {
    Gap { source: unit.shown.clone(), reason, detail }
}
