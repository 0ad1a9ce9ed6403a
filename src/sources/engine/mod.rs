//! Has the engine plan the recovery: in a private copy of the configuration, with the files that a recovery adds.
//!
//! Owns: the copy, the added files, the engine's environment. Writes nothing of the user's; what holds values (the plan,
//! the state that is carried over) lies in a folder that only its owner may enter, and goes with it.

mod copy;
mod generate;
mod outside;
mod process;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::programs;
use crate::model::engine_request::EngineRequest;
use copy::Copy;
pub use outside::{Outside, outside};

/// Which programs are engines, the first that is there is taken.
const PROGRAMS: [&str; 2] = ["tofu", "terraform"];

/// Files of the engine's plans in its copy.
const PLAN: &str = "recovery.tfplan";
const ASKED: &str = "asked.tfplan";

/// Looks for an engine in the folders of a PATH.
#[must_use]
pub fn find_engine(path: &std::ffi::OsStr) -> Option<PathBuf> {
    PROGRAMS.iter().find_map(|name| programs::find(path, name))
}

/// Plans of the engine, as `show -json` prints them.
pub struct Planned {
    /// The recovery's.
    pub plan: String,
    /// That of what it was asked about by itself; why there is none where it made none.
    pub asked: Option<Result<String, String>>,
}

/// Has the engine plan the recovery.
///
/// # Errors
/// Why there is no plan: what the engine says, without any value of it.
pub fn plan(request: &EngineRequest) -> Result<Planned, String> {
    let copy = Copy::of(&request.root, &request.modules, &request.files, &request.rewrites)
        .map_err(|error| format!("the code could not be copied: {error}"))?;
    let root = copy.place(&request.root);
    let files =
        generate::files(request).map_err(|error| format!("an override could not be written: {error}"))?;
    for (folder, name, text) in files {
        write(&copy.place(&folder).join(name), &text)?;
    }
    // A workspace of a local backend is there once its folder is.
    let workspace = root.join(generate::STATES).join(&request.workspace);
    fs::create_dir_all(&workspace).map_err(|error| format!("its workspace could not be made: {error}"))?;
    if let Some(state) = &request.state {
        write(&workspace.join("terraform.tfstate"), state.expose())?;
    }
    let engine = Engine { request, root: &root };
    engine.init()?;
    let mut imports = request.imports.clone();
    while let Err(refused) = engine.plan(&engine.bounds(), PLAN) {
        // What the code makes no instance of here cannot be taken over: the plan without it says so.
        let before = imports.len();
        imports.retain(|(address, _)| !refused.unmade.contains(address));
        if imports.len() == before {
            return Err(refused.why);
        }
        let text = generate::imports(&imports)
            .map_err(|error| format!("its import blocks could not be written: {error}"))?;
        write(&root.join(generate::IMPORTS), &text)?;
    }
    let plan = engine.show(PLAN)?;
    let asked = (!request.asked.is_empty()).then(|| {
        let targets = targets(&request.asked);
        engine.plan(&targets, ASKED).map_err(|refused| refused.why).and_then(|()| engine.show(ASKED))
    });
    Ok(Planned { plan, asked })
}

/// Why the engine made no plan.
struct Refused {
    why: String,
    /// Addresses of import blocks that the code has no instance for.
    unmade: HashSet<String>,
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Self { why, unmade: HashSet::new() }
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("its copy of the code could not be written: {error}"))
}

struct Engine<'r> {
    request: &'r EngineRequest,
    root: &'r Path,
}

impl Engine<'_> {
    fn run(&self, arguments: &[String], log: &str) -> Result<process::Done, String> {
        let region = self.request.region.as_str();
        let mut environment = vec![
            ("TF_WORKSPACE".to_owned(), self.request.workspace.as_str()),
            ("AWS_REGION".to_owned(), region),
            ("AWS_DEFAULT_REGION".to_owned(), region),
        ];
        let variables = self.request.variables.iter();
        environment.extend(variables.map(|(name, value)| (format!("TF_VAR_{name}"), value.expose())));
        process::run(&self.request.program, arguments, self.root, &environment, &self.root.join(log))
    }

    /// Providers as the user has them installed, else as the command line's configuration says.
    fn init(&self) -> Result<(), String> {
        let mut arguments = words(&["init", "-input=false", "-json", "-reconfigure"]);
        if self.root.join(".terraform/modules/modules.json").is_file() {
            arguments.push("-get=false".to_owned());
        }
        let installed = self.request.root.join(".terraform/providers");
        if installed.is_dir() {
            arguments.push(format!("-plugin-dir={}", installed.display()));
        }
        let done = self.run(&arguments, "init.log")?;
        if done.success {
            return Ok(());
        }
        let errors = process::errors(&done.output);
        if !errors.is_empty() {
            return Err(format!("{} init failed: {}", self.request.shown, listed(&errors)));
        }
        // Without `-json` its words may quote anything: only what is known to hold no value is told.
        let text = String::from_utf8_lossy(&done.output).to_lowercase();
        let known = [
            ("failed to query available provider packages", "a provider is neither installed nor to be had"),
            ("module not installed", "a module is not installed"),
            ("failed to download module", "a module could not be downloaded"),
            ("inconsistent dependency lock file", "the lock file does not fit the providers"),
            ("does not match any of the checksums", "the lock file has no checksum for this platform"),
            ("unsupported terraform core version", "the code asks for another version of the engine"),
        ];
        let why =
            known.iter().find(|(sign, _)| text.contains(sign)).map_or("see what it prints", |(_, why)| why);
        Err(format!("{} init failed: {why}", self.request.shown))
    }

    /// What keeps what comes later out of the plan.
    fn bounds(&self) -> Vec<String> {
        let excludes =
            self.request.program.file_name().is_some_and(|name| name.to_string_lossy().contains("tofu"));
        if self.request.excluded.is_empty() {
            Vec::new()
        } else if excludes {
            self.request.excluded.iter().map(|address| format!("-exclude={address}")).collect()
        } else {
            targets(&self.request.targets)
        }
    }

    fn plan(&self, bounds: &[String], out: &str) -> Result<(), Refused> {
        let mut arguments = words(&["plan", "-input=false", "-lock=false", "-json"]);
        arguments.push(format!("-out={out}"));
        arguments.extend_from_slice(bounds);
        let done = self.run(&arguments, "plan.log")?;
        if done.success {
            return Ok(());
        }
        let why = match &process::errors(&done.output)[..] {
            [] => format!("{} plan failed and said no reason", self.request.shown),
            errors => format!("{} plan failed: {}", self.request.shown, listed(errors)),
        };
        Err(Refused { why, unmade: process::unmade(&done.output) })
    }

    fn show(&self, plan: &str) -> Result<String, String> {
        let done = self.run(&words(&["show", "-json", "-no-color", plan]), "show.log")?;
        if !done.success {
            return Err(format!("{} show failed", self.request.shown));
        }
        let text = String::from_utf8(done.output).map_err(|_| "its plan is not UTF-8".to_owned())?;
        // A warning of the command line's configuration comes before the JSON.
        let start = text.find("{\"format_version\"").ok_or("its plan is not JSON")?;
        Ok(text[start..].to_owned())
    }
}

/// The first few errors, and how many there are besides.
fn listed(errors: &[String]) -> String {
    let (shown, more) = errors.split_at(errors.len().min(3));
    let more = if more.is_empty() { String::new() } else { format!("; and {} more", more.len()) };
    format!("{}{more}", shown.join("; "))
}

fn targets(addresses: &[String]) -> Vec<String> {
    addresses.iter().map(|address| format!("-target={address}")).collect()
}

fn words(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|word| (*word).to_owned()).collect()
}
