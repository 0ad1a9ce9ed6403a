//! The tree of modules: each call is followed into its folder where that is local, and each folder is read once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::assemble::assemble;
use super::folder::{Folder, read_folder};
use super::json::{Json, Kind};
use super::named_files::{Folders, read_named_files};
use super::paths::{absolute, relative};
use super::source::Source;
use crate::model::configuration::{Module, ModuleCall};
use crate::model::diagnostic::{Gap, GapReason, Place, Problem};

#[cfg(test)]
mod tests;

/// Modules under modules; real ones have four levels.
const DEPTH: usize = 50;
/// Calls that are followed; each level may call the next several times over.
const CALLS: usize = 10_000;

/// Reads modules from the root on.
pub(super) struct Tree<'a> {
    base: &'a Path,
    /// Folder of the root module.
    root: PathBuf,
    /// Canonical folder that all modules must lie in.
    boundary: PathBuf,
    /// By canonical folder.
    modules: BTreeMap<PathBuf, Module>,
    /// What `terraform init` downloaded, by module path: source and folder.
    installed: BTreeMap<String, (String, PathBuf)>,
    calls: usize,
    pub(super) problems: Vec<Problem>,
    pub(super) gaps: Vec<Gap>,
}

/// Where a call leads.
enum Target {
    Local(PathBuf),
    /// Downloaded by the engine: code of others.
    Installed(PathBuf),
    Gap(GapReason, String),
}

/// A module on the way from the root to where the reader is.
struct Step<'a> {
    canonical: &'a Path,
    above: Option<&'a Step<'a>>,
    depth: usize,
    /// Whether it was downloaded: what is wrong in it is not the reader's to mend.
    foreign: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn new(base: &'a Path, boundary: PathBuf) -> Self {
        Self {
            base,
            root: PathBuf::new(),
            boundary,
            modules: BTreeMap::new(),
            installed: BTreeMap::new(),
            calls: 0,
            problems: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Reads the module in `dir` and all that it calls. Returns whether it has any configuration.
    pub(super) fn read_root(&mut self, dir: &Path, canonical: &Path) -> bool {
        dir.clone_into(&mut self.root);
        self.read_installed(dir);
        let step = Step { canonical, above: None, depth: 0, foreign: false };
        self.visit(dir, "", &step)
    }

    /// The modules: the root first, then by folder.
    pub(super) fn into_modules(self) -> (Vec<Module>, Vec<Problem>, Vec<Gap>) {
        let mut modules: Vec<Module> = self.modules.into_values().collect();
        for module in &mut modules {
            module.paths.sort_unstable();
        }
        modules.sort_by(|a, b| b.is_root().cmp(&a.is_root()).then_with(|| a.folder.cmp(&b.folder)));
        let mut gaps = self.gaps;
        gaps.sort();
        gaps.dedup();
        (modules, self.problems, gaps)
    }

    fn visit(&mut self, dir: &Path, path: &str, step: &Step<'_>) -> bool {
        let mut any = true;
        if !self.modules.contains_key(step.canonical) {
            let shown = relative(self.base, dir);
            let folder = read_folder(dir, &shown, &self.boundary);
            any = folder.any;
            let module = self.take(folder, (dir, shown), step);
            self.modules.insert(step.canonical.to_owned(), module);
        }
        let Some(module) = self.modules.get_mut(step.canonical) else { return any };
        module.paths.push(path.to_owned());
        let calls = module.calls.clone();
        let folder = module.folder.clone();
        for (index, call) in calls.iter().enumerate() {
            let inner = join(path, &call.name);
            self.calls += 1;
            if self.calls > CALLS {
                if self.calls == CALLS + 1 {
                    self.problems.push(Problem::at(
                        call.place.clone().unwrap_or_else(|| Place::file(folder)),
                        format!("more than {CALLS} modules in one configuration"),
                        "check for modules that call each other many times over",
                    ));
                }
                return any;
            }
            match self.resolve(call, dir, &inner) {
                Target::Local(target) => {
                    self.follow(&target, &inner, call, step, false, index);
                }
                Target::Installed(target) => {
                    self.follow(&target, &inner, call, step, true, index);
                }
                Target::Gap(reason, detail) => self.gap(call, &inner, reason, &detail),
            }
        }
        any
    }

    /// What was read of a folder. In downloaded code a broken file is a gap.
    fn take(&mut self, folder: Folder, (dir, shown): (&Path, String), step: &Step<'_>) -> Module {
        self.gaps.extend(folder.gaps);
        if step.foreign {
            self.gaps.extend(folder.problems.into_iter().map(|problem| Gap {
                source: problem.at.map_or_else(|| shown.clone(), |place| place.to_string()),
                reason: GapReason::Unreadable,
                detail: problem.message,
            }));
        } else {
            self.problems.extend(folder.problems);
        }
        let root = step.above.is_none();
        let mut module = assemble(folder.blocks, root);
        let folders = Folders { module: dir, root: &self.root, base: self.base, boundary: &self.boundary };
        read_named_files(&mut module, folders, &mut self.gaps);
        module.folder = shown;
        module
    }

    fn follow(
        &mut self,
        target: &Path,
        path: &str,
        call: &ModuleCall,
        step: &Step<'_>,
        foreign: bool,
        index: usize,
    ) {
        let shown = relative(self.base, target);
        let canonical = match target.canonicalize() {
            Ok(canonical) if canonical.is_dir() => canonical,
            Ok(_) => return self.gap(call, path, GapReason::Unreadable, &format!("{shown} is no folder")),
            Err(error) => {
                let why = crate::sources::text::unreadable(&error, &shown).message;
                return self.gap(call, path, GapReason::Unreadable, &why);
            }
        };
        if !canonical.starts_with(&self.boundary) {
            let detail = format!("{shown} lies outside of the repository");
            return self.gap(call, path, GapReason::Outside, &detail);
        }
        if let Some(module) = self.modules.get_mut(step.canonical)
            && let Some(call) = module.calls.get_mut(index)
        {
            call.folder.get_or_insert(shown);
        }
        let mut above = Some(step);
        while let Some(outer) = above {
            if outer.canonical == canonical {
                let place = call.place.clone().unwrap_or_else(|| Place::file(relative(self.base, target)));
                let message = format!("{path} calls a module that it is itself part of");
                let problem =
                    Problem::at(place, message, "remove the call, or point its source to another folder");
                // Below another call of the same folders it would be said again.
                if !self.problems.iter().any(|known| known.at == problem.at) {
                    self.problems.push(problem);
                }
                return;
            }
            above = outer.above;
        }
        if step.depth >= DEPTH {
            return self.gap(
                call,
                path,
                GapReason::Unreadable,
                &format!("modules nested deeper than {DEPTH}"),
            );
        }
        let foreign = step.foreign || foreign;
        let inner = Step { canonical: &canonical, above: Some(step), depth: step.depth + 1, foreign };
        self.visit(target, path, &inner);
    }

    fn gap(&mut self, call: &ModuleCall, path: &str, reason: GapReason, detail: &str) {
        let place = call.place.as_ref().map(ToString::to_string).unwrap_or_default();
        self.gaps.push(Gap { source: path.to_owned(), reason, detail: format!("{detail} ({place})") });
    }

    fn resolve(&self, call: &ModuleCall, dir: &Path, path: &str) -> Target {
        let source = call.source.as_str();
        if source.is_empty() {
            let detail = "its source is not written out, so it was not followed".to_owned();
            return Target::Gap(GapReason::Unreadable, detail);
        }
        if matches!(source, "." | "..") || source.starts_with("./") || source.starts_with("../") {
            return Target::Local(absolute(&dir.join(source)));
        }
        if let Some((from, folder)) = self.installed.get(path)
            && (from == source || from.ends_with(&format!("/{source}")))
        {
            return Target::Installed(folder.clone());
        }
        let detail =
            format!("its source {} is not a local folder, and nothing is downloaded", address(source));
        Target::Gap(GapReason::Outside, detail)
    }

    /// `.terraform/modules/modules.json`, which the engine writes; what is wrong with it only means less is known.
    fn read_installed(&mut self, dir: &Path) {
        let file = dir.join(".terraform").join("modules").join("modules.json");
        let shown = relative(self.base, &file);
        if !file.is_file() {
            return;
        }
        let entries = Source::read(&file, &shown, super::folder::LIMIT).and_then(|source| entries(&source));
        match entries {
            Ok(entries) => {
                for (key, source, folder) in entries {
                    let path = key.split('.').fold(String::new(), |path, name| join(&path, name));
                    self.installed.insert(path, (source, absolute(&dir.join(folder))));
                }
            }
            Err(problem) => self.gaps.push(Gap {
                source: shown,
                reason: GapReason::Unreadable,
                detail: format!("{}; remote modules are not read", problem.message),
            }),
        }
    }
}

fn fields<'s>(json: &Json<'s>) -> Result<Vec<(std::borrow::Cow<'s, str>, Json<'s>)>, Problem> {
    match json.kind()? {
        Kind::Object(fields) => Ok(fields),
        _ => Err(json.problem("not what terraform init writes", "run terraform init again")),
    }
}

/// Key, source and folder of each entry.
fn entries(source: &Source) -> Result<Vec<(String, String, String)>, Problem> {
    let mut out = Vec::new();
    for (name, list) in fields(&Json::parse(source)?)? {
        if let ("Modules", Kind::Array(items)) = (name.as_ref(), list.kind()?) {
            for item in items {
                let mut entry: [String; 3] = Default::default();
                for (field, value) in fields(&item)? {
                    let slot = ["Key", "Source", "Dir"].iter().position(|known| *known == field);
                    if let (Some(slot), Kind::String(text)) =
                        (slot.and_then(|slot| entry.get_mut(slot)), value.kind()?)
                    {
                        *slot = text;
                    }
                }
                let [key, source, folder] = entry;
                if !key.is_empty() && !folder.is_empty() {
                    out.push((key, source, folder));
                }
            }
        }
    }
    Ok(out)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { format!("module.{name}") } else { format!("{path}.module.{name}") }
}

/// A module source without what may be a secret in it: the user of a URL, its query.
fn address(source: &str) -> String {
    let source = source.split('?').next().unwrap_or("");
    match source.split_once("//") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}//{host}{}{path}", if path.is_empty() { "" } else { "/" })
        }
        None => source.to_owned(),
    }
}
