//! `drplan show PLAN --format overlay`: reads the manifests again and writes what the plan makes of them as a
//! kustomization.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use super::args::Overlay;
use super::gather::{Places, read_manifests, read_settings};
use super::output::Screen;
use super::save::{check_target, save};
use super::{Exit, Failure};
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::document::{Manifests, Object, UnitKind};
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::planner;
use crate::render::overlay::{Layout, MARK, Part, render_overlay};

const FILE: &str = "kustomization.yaml";

pub(super) fn run(args: &Overlay, plan: &Plan, shown: &str, screen: &Screen) -> Result<Exit, Failure> {
    let io = |what: String| move |source| Failure::Io { what, source };
    let here = std::env::current_dir().map_err(io("the working folder".to_owned()))?;
    let (settings, base) = read_settings(args.config.as_deref(), &here)?;
    let places = Places { here: &here, base: &base };
    let manifests = read_manifests(
        &args.manifests,
        &args.exclude,
        &std::collections::BTreeMap::new(),
        &settings,
        &places,
    )?;
    let parts = parts(plan, &manifests, shown)?;
    let folder = args.out.as_ref().map(|out| here.join(out));
    if let Some(folder) = &folder {
        std::fs::create_dir_all(folder)
            .map_err(io(format!("the folder {} could not be made", folder.display())))?;
        check_target(&folder.join(FILE), MARK)?;
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (from, base) = (real(folder.as_deref().unwrap_or(&base)), real(&base));
    let (resources, charts) = resources(&parts, &manifests);
    let parts: Vec<Part<'_>> = parts
        .into_iter()
        .filter(|part| part.object.unit.as_ref().is_none_or(|unit| !charts.contains(unit)))
        .collect();
    let layout = Layout {
        resources: resources.iter().map(|path| relative(&from, &base.join(path))).collect(),
        charts,
        folder: args.out.as_ref().map(|out| out.display().to_string()),
        base: relative(&here, &base),
        plan: remade(args, shown),
    };
    let text = render_overlay(plan, &parts, &layout);
    let Some(folder) = folder else {
        screen.result(text.as_bytes())?;
        return Ok(Exit::Done);
    };
    save(&folder.join(FILE), text.as_bytes(), MARK)?;
    screen.note(&format!("saved {}", args.out.as_deref().unwrap_or(&folder).join(FILE).display()));
    Ok(Exit::Done)
}

/// The command that makes it anew.
fn remade(args: &Overlay, shown: &str) -> String {
    let Overlay { out, config, manifests, exclude } = args;
    let mut words = vec![format!("drplan show {} --format overlay", shell(shown))];
    let paths = out.iter().map(|path| ("--out", path));
    let paths = paths.chain(config.iter().map(|path| ("--config", path)));
    let paths = paths.chain(manifests.iter().map(|path| ("--manifests", path)));
    words.extend(paths.map(|(flag, path)| format!("{flag} {}", shell(&path.display().to_string()))));
    words.extend(exclude.iter().map(|glob| format!("--exclude {}", shell(glob))));
    words.join(" ")
}

/// Every object that the plan applies, as it stands in the manifests now.
fn parts<'p>(plan: &'p Plan, manifests: &'p Manifests, shown: &str) -> Result<Vec<Part<'p>>, BadInput> {
    type Key<'k> = (&'k str, u32, &'k str, &'k str, Option<&'k str>, &'k str);
    let key = |object: &'p Object| -> Key<'p> {
        let Object { file, document, api_version, kind, namespace, name, .. } = object;
        (file, *document, api_version, kind, namespace.as_deref(), name)
    };
    let known: HashMap<Key<'p>, &'p Object> =
        manifests.objects.iter().map(|object| (key(object), object)).collect();
    let (mut parts, mut problems) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        let Action::ApplyObject {
            file,
            document,
            api_version,
            object_kind,
            namespace,
            name,
            document_digest,
            rendered_by: _,
            rewrites: _,
            hold: _,
        } = &step.action
        else {
            continue;
        };
        let place = || Place { file: file.clone(), line: 0 };
        match known.get(&(file.as_str(), *document, api_version, object_kind, namespace.as_deref(), name)) {
            Some(object) if planner::digest(object) == *document_digest => {
                parts.push(Part { action: &step.action, object, open: planner::without_secrets(object) });
            }
            Some(object) => problems.push(Problem::at(
                place(),
                format!("{} is not what the plan {shown} was made from: its rewrites may not fit", object.label()),
                "make the plan anew: drplan region REGION",
            )),
            None => problems.push(Problem::at(
                place(),
                format!("{object_kind} {name} of the plan {shown} is not among the manifests"),
                "work in the folder that the plan was made in, give the same --config, --manifests and --exclude, or make \
                 the plan anew",
            )),
        }
    }
    if problems.is_empty() { Ok(parts) } else { Err(BadInput(problems)) }
}

/// Files and kustomizations that hold the objects, and the charts that no kustomization can hold.
fn resources(parts: &[Part<'_>], manifests: &Manifests) -> (BTreeSet<String>, Vec<String>) {
    let (mut resources, mut charts) = (BTreeSet::new(), BTreeSet::new());
    for part in parts {
        match &part.object.unit {
            None => {
                resources.insert(part.object.file.clone());
            }
            Some(folder) => {
                let unit = manifests.units.iter().find(|unit| unit.folder == *folder);
                if unit.is_some_and(|unit| unit.kind == UnitKind::Chart) {
                    charts.insert(folder.clone());
                } else {
                    resources.insert(folder.clone());
                }
            }
        }
    }
    (resources, charts.into_iter().collect())
}

/// The way from one folder to a file or folder, with `/` between its parts.
pub(super) fn relative(from: &Path, to: &Path) -> String {
    let plain = |path: &Path| -> PathBuf {
        path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
    };
    let (from, to) = (plain(from), plain(to));
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_go_up_and_down() {
        let way = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(way("/a/b", "/a/b/k/x.yaml"), "k/x.yaml");
        assert_eq!(way("/a/b/recovery/west", "/a/b/./k/x.yaml"), "../../k/x.yaml");
        assert_eq!(way("/a", "/a"), ".");
    }
}
