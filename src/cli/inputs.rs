//! What a run was planned from, as one object beside its records in S3: whoever takes the run over plans from it.
//!
//! It holds whole files, and so secrets: it is kept encrypted with a key of KMS, or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Failure;
use super::args::{Apply, Format, Region};
use super::gather::Texts;
use super::region::Planned;
use crate::model::diagnostic::Problem;
use crate::model::settings::{Settings, ValueSource};
use crate::sources::hcl::{absolute, repository};
use crate::sources::manifests::RENDERED;
use crate::sources::{recorded, text};

const FORMAT_VERSION: u32 = 1;
/// What was no file when the plan was made: a state in S3, the region's answers, the engine's plan.
const ANSWERS: &str = ".answers";
/// More than this is not sent while a region is down.
const MOST_BYTES: u64 = 512 << 20;

/// All files of a plan, and how it is made of them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inputs {
    format_version: u32,
    given: Given,
    /// Path of the repository from the root; empty where that is it. Files beside it, such as a shared base, lie
    /// outside of it here, too.
    repository: String,
    /// By path, from the root, with `/`.
    files: BTreeMap<String, Content>,
    /// What kustomizations and charts printed: the other machine may not have the tools.
    printed: BTreeMap<String, String>,
}

/// What `apply` was given, with paths from the root.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    plan: String,
    config: Option<String>,
    primary: Option<String>,
    /// A path, or `s3://BUCKET/KEY`.
    state: Option<String>,
    /// The state as it was read, where it was no file.
    state_copy: Option<String>,
    terraform: Option<String>,
    manifests: Vec<String>,
    exclude: Vec<String>,
    inventory: Option<String>,
    /// What the region answered, for where it does not any more.
    inventory_copy: Option<String>,
    observation: Option<String>,
    engine_plan: Option<String>,
    offline: bool,
}

impl Given {
    fn paths(&self) -> impl Iterator<Item = &String> {
        let Self {
            plan, config, state, state_copy, terraform, inventory, inventory_copy, observation, ..
        } = self;
        let state = state.as_ref().filter(|state| !state.starts_with("s3://"));
        let optional =
            [config, state_copy, terraform, inventory, inventory_copy, observation, &self.engine_plan];
        let optional = optional.into_iter().filter_map(Option::as_ref);
        std::iter::once(plan).chain(state).chain(optional).chain(&self.manifests)
    }
}

/// A file: most are text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Other { base64: String },
}

impl Content {
    fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes)
            .map_or_else(|error| Self::Other { base64: STANDARD.encode(error.as_bytes()) }, Self::Text)
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into_bytes()),
            Self::Other { base64 } => STANDARD.decode(base64).ok(),
        }
    }
}

/// The folder that paths start from, on the machine that has the files: all of them are below it.
struct Root(PathBuf);

impl Root {
    fn of<'p>(repository: PathBuf, paths: impl Iterator<Item = &'p PathBuf>) -> Self {
        Self(paths.fold(repository, |root, path| {
            let both = root.components().zip(path.components());
            both.take_while(|(one, other)| one == other).map(|(part, _)| part).collect()
        }))
    }

    fn path(&self, path: &Path) -> String {
        let path = absolute(path);
        parts(path.strip_prefix(&self.0).unwrap_or(&path))
    }
}

fn parts(path: &Path) -> String {
    let names = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    names.collect::<Vec<_>>().join("/")
}

/// Packs all that a plan was made from.
///
/// # Errors
/// A file cannot be read any more, or there is more than is sent.
pub(super) fn pack(
    args: &Apply,
    plan: &Path,
    planned: &Planned<'_>,
    texts: &Texts,
) -> Result<Inputs, Failure> {
    let here = std::env::current_dir()
        .map_err(|source| Failure::Io { what: "the working folder".to_owned(), source })?;
    let input = &planned.input;
    let named = units(planned).chain(secrets(&input.settings, &planned.base));
    let read: BTreeSet<PathBuf> =
        text::files_read().into_iter().chain(named).map(|path| absolute(&here.join(path))).collect();
    let given = args.manifests.iter().chain(&args.terraform).map(PathBuf::as_path).chain([plan]);
    let given: Vec<PathBuf> = given.map(|path| absolute(&here.join(path))).collect();
    let repository = absolute(&repository(&planned.base).unwrap_or_else(|| planned.base.clone()));
    let root = Root::of(repository.clone(), read.iter().chain(&given));
    let place = |path: &PathBuf| root.path(&here.join(path));
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    for path in read {
        let bytes =
            fs::read(&path).map_err(|source| Failure::Io { what: path.display().to_string(), source })?;
        take(&mut left, bytes.len())?;
        files.insert(root.path(&path), Content::of(bytes));
    }
    let mut answer = |name: &str, text: String| {
        let path = format!("{ANSWERS}/{name}");
        take(&mut left, text.len())?;
        files.insert(path.clone(), Content::Text(text));
        Ok::<_, Failure>(path)
    };
    let state = args.state.clone().or_else(|| input.settings.state.source.clone());
    let remote = state.filter(|state| state == "-" || state.starts_with("s3://"));
    let state_copy =
        remote.as_ref().map(|_| answer("state.tfstate", texts.state().to_owned())).transpose()?;
    let engine_plan =
        texts.engine_plan().map(|text| answer("engine-plan.json", text.to_owned())).transpose()?;
    let recorded = args.inventory.is_some() || !input.settings.inventory.is_empty();
    let answered = input.inventory.clone().filter(|_| !recorded);
    let written = answered.map(recorded::write_inventory).transpose();
    let written = written.map_err(|error| Failure::Defect(error.to_string()))?;
    let inventory_copy = written.map(|text| answer("inventory.json", text)).transpose()?;
    let local = |state: &String| state != "-" && !state.starts_with("s3://");
    let given = Given {
        plan: root.path(&here.join(plan)),
        config: input.settings.file.as_ref().map(|file| root.path(&planned.base.join(file))),
        primary: args.primary.clone(),
        state: match &args.state {
            Some(state) if local(state) => Some(place(&PathBuf::from(state))),
            other => other.clone().filter(|state| state != "-"),
        },
        state_copy,
        terraform: args.terraform.as_ref().map(place),
        manifests: args.manifests.iter().map(place).collect(),
        exclude: args.exclude.clone(),
        inventory: args.inventory.as_ref().map(place),
        inventory_copy,
        observation: args.observation.as_ref().map(place),
        engine_plan,
        offline: args.offline,
    };
    let texts = input.manifests.texts.iter().filter(|text| text.path.ends_with(RENDERED));
    let printed = texts.map(|text| (text.path.clone(), text.text.clone())).collect();
    let repository = root.path(&repository);
    Ok(Inputs { format_version: FORMAT_VERSION, given, repository, files, printed })
}

/// The files of units: tools read them, and this process has not read all.
fn units(planned: &Planned<'_>) -> impl Iterator<Item = PathBuf> {
    let files = planned.input.manifests.units.iter().flat_map(|unit| &unit.files);
    files.map(|file| planned.base.join(file)).filter(|path| path.is_file())
}

/// The files that drplan.hcl takes secrets from.
fn secrets<'s>(settings: &'s Settings, base: &'s Path) -> impl Iterator<Item = PathBuf> + 's {
    let variables = settings.terraform.variables.iter().map(|variable| &variable.source);
    let passwords = settings.databases.iter().filter_map(|database| database.password.as_ref());
    let files = variables.chain(passwords).filter_map(|source| match source {
        ValueSource::File(path) => Some(base.join(path)),
        _ => None,
    });
    files.filter(|path| path.is_file())
}

fn take(left: &mut u64, bytes: usize) -> Result<(), Failure> {
    *left = left.checked_sub(bytes as u64).ok_or_else(|| {
        let message = format!("its inputs are larger than {} MiB together", MOST_BYTES >> 20);
        Failure::from(Problem::new(message, "name fewer of them"))
    })?;
    Ok(())
}

impl Inputs {
    /// The bytes of the object.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Failure> {
        serde_json::to_vec(self).map_err(|error| Failure::Defect(error.to_string()))
    }

    /// Reads the object; its bytes are by whoever may write to the bucket, and not trusted.
    ///
    /// # Errors
    /// It is of another version, cut off, or names files outside of the folder that it is to be unpacked in.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let inputs: Self = serde_json::from_slice(bytes).map_err(|error| {
            let at = format!("line {} column {}", error.line(), error.column());
            if error.is_eof() {
                format!("they are cut off at {at}")
            } else {
                format!("they are damaged at {at}")
            }
        })?;
        if inputs.format_version != FORMAT_VERSION {
            return Err(format!(
                "they are of format {}, and this drplan reads {FORMAT_VERSION}",
                inputs.format_version
            ));
        }
        let repository = Some(&inputs.repository).filter(|path| !path.is_empty());
        let paths = inputs.files.keys().chain(inputs.given.paths()).chain(repository);
        if let Some(bad) = paths.into_iter().find(|path| !is_below(path)) {
            return Err(format!("they name {bad:?}, which is outside of their folder"));
        }
        Ok(inputs)
    }

    /// Writes all files below a folder that only its owner may enter.
    ///
    /// # Errors
    /// The disk's.
    pub(super) fn unpack(&self, root: &Path) -> Result<(), Failure> {
        let failed = |path: &Path| {
            let what = format!("{} cannot be written", path.display());
            move |source| Failure::Io { what, source }
        };
        // What a take-over before this one left may be of another plan.
        match fs::remove_dir_all(root) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(root)(error)),
            _ => {}
        }
        fs::create_dir_all(root).map_err(failed(root))?;
        super::run_folder::private(root).map_err(failed(root))?;
        // They are a repository of their own, whatever they are unpacked in.
        let mark = root.join(&self.repository).join(".git");
        fs::create_dir_all(&mark).map_err(failed(&mark))?;
        for (path, content) in &self.files {
            let to = root.join(path);
            let folder = to.parent().unwrap_or(root);
            fs::create_dir_all(folder).map_err(failed(folder))?;
            let bytes = content.bytes().ok_or_else(|| {
                Problem::new(
                    format!("{path} of the run's inputs is no base64"),
                    "give the plan: drplan apply PLAN",
                )
            })?;
            fs::write(&to, bytes).map_err(failed(&to))?;
        }
        Ok(())
    }

    /// Where the plan is.
    pub(super) fn plan(&self, root: &Path) -> PathBuf {
        root.join(&self.given.plan)
    }

    /// Whether the state was in S3: the newest is asked for first.
    pub(super) fn is_state_remote(&self) -> bool {
        self.given.state_copy.is_some()
    }

    /// Whether the region said what is in it.
    pub(super) fn has_answers(&self) -> bool {
        self.given.inventory_copy.is_some()
    }

    /// What `drplan region` would be asked below `root`. `copies`: nothing is asked for that is kept.
    pub(super) fn as_region(&self, root: &Path, region: &str, offline: bool, copies: bool) -> Region {
        let given = self.given.clone();
        let at = |path: String| root.join(path);
        let offline = offline || given.offline;
        let copy = given.state_copy.filter(|_| copies || offline);
        let state = copy
            .or(given.state)
            .map(|state| if state.starts_with("s3://") { state } else { at(state).display().to_string() });
        let asked = given.inventory.is_none() && !offline && !copies;
        let inventory = given.inventory.or(given.inventory_copy.filter(|_| !asked));
        Region {
            region: region.to_owned(),
            config: given.config.map(at),
            primary: given.primary,
            state,
            state_version: None,
            state_at: None,
            terraform: given.terraform.map(at),
            manifests: given.manifests.into_iter().map(at).collect(),
            exclude: given.exclude,
            inventory: inventory.map(at),
            observation: given.observation.map(at),
            estimates: None,
            engine: given.engine_plan.is_none().then(|| "off".to_owned()),
            engine_plan: given.engine_plan.map(at),
            resume: None,
            offline: offline || copies,
            at: None,
            out: PathBuf::from("plan.json"),
            format: Format::Json,
            verbose: 0,
            again: true,
            printed: self.printed.clone(),
        }
    }
}

/// A path that stays below the folder that it is joined to.
fn is_below(path: &str) -> bool {
    let sound = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty() && !path.contains('\\') && Path::new(path).components().all(sound)
}
