//! Looks for the inputs of a plan and reads them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::approve::approvers;
use super::args::Region;
use super::progress::Progress;
use super::search::{find_code, find_manifests, find_recording, find_state};
use super::{Failure, live, newest};
use crate::model::configuration::Configuration;
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::document::Manifests;
use crate::model::durations::ReadDurations;
use crate::model::engine_plan::EnginePlan;
use crate::model::inventory::Inventory;
use crate::model::observation::Observation;
use crate::model::region;
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::sources::{engine_plan, hcl, manifests, recorded, text, tfstate};

/// States are read whole; a larger file is no state.
pub(super) const STATE_LIMIT: u64 = 1 << 30;

/// The text of what is read without a copy, and where it is from.
#[derive(Default)]
pub(super) struct Texts {
    state: OnceCell<(String, String)>,
    engine_plan: OnceCell<(String, String)>,
    asked: OnceCell<String>,
}

impl Texts {
    /// The state as it was read.
    pub(super) fn state(&self) -> &str {
        self.state.get().map_or("", |(text, _)| text)
    }

    /// The plan that the engine made, or that was given, as it was read.
    pub(super) fn engine_plan(&self) -> Option<&str> {
        self.engine_plan.get().map(|(text, _)| text.as_str())
    }

    /// Keeps a plan that the engine made for this one.
    pub(super) fn keep_engine_plan(&self, text: String, origin: String) -> &(String, String) {
        self.engine_plan.get_or_init(|| (text, origin))
    }

    /// Likewise the one of what it was asked about.
    pub(super) fn keep_asked(&self, text: String) -> &str {
        self.asked.get_or_init(|| text)
    }
}

/// All inputs but the live ones.
pub(super) struct Gathered<'t> {
    pub(super) settings: Settings,
    pub(super) state: State<'t>,
    pub(super) configuration: Option<Configuration>,
    pub(super) manifests: Manifests,
    pub(super) observation: Option<Observation>,
    pub(super) durations: Option<ReadDurations>,
    pub(super) inventory: Option<Inventory>,
    /// An inventory that lies there and nobody named: for where the region cannot be asked.
    pub(super) fallback: Option<Inventory>,
    pub(super) engine_plan: Option<EnginePlan<'t>>,
    /// The folder that all paths of the plan are relative to.
    pub(super) base: PathBuf,
}

/// Reads all inputs; everything that is wrong with any of them is reported together. The state and the engine's plan
/// borrow from their texts, which are put into `texts`; it and the manifests, the large ones, are read side by side.
///
/// # Errors
/// Bad input, and what fails of asking S3.
pub(super) fn gather<'t>(
    args: &Region,
    progress: &Progress,
    texts: &'t Texts,
) -> Result<Gathered<'t>, Failure> {
    let mut problems = Vec::new();
    let here = std::env::current_dir()
        .map_err(|error| Problem::new(error.to_string(), "work in a folder that is there"))?;
    let (mut settings, base) = read_settings(args.config.as_deref(), &here)?;
    collect(check_region(&args.region, Named::Recovery, &settings), &mut problems);
    if let Some(primary) = &args.primary {
        collect(check_region(primary, Named::Primary, &settings), &mut problems);
    }
    let places = Places { here: &here, base: &base };
    settings.approval.approvers =
        collect(approvers(&settings.approval, &base), &mut problems).unwrap_or_default();
    let found = match read_state(args, &settings, &places, progress) {
        Err(Failure::BadInput(bad)) => collect(Err(bad), &mut problems),
        other => Some(other?),
    };
    let found = found.map(|found| texts.state.get_or_init(|| found));
    let (state, manifests) = rayon::join(
        || found.map(|(text, origin)| tfstate::read_state(text, origin)).transpose(),
        || read_manifests(&args.manifests, &args.exclude, &args.printed, &settings, &places),
    );
    let state = collect(state, &mut problems).flatten();
    let configuration =
        collect(read_configuration(args.terraform.as_deref(), &settings, &places), &mut problems).flatten();
    let manifests = collect(manifests, &mut problems);
    let observation = collect(read_observation(args, &settings, &places), &mut problems).flatten();
    let inventory = collect(read_inventory(args, &settings, &places), &mut problems).flatten();
    let fallback = collect(find_inventory(args, &settings, &places), &mut problems).flatten();
    let durations = collect(read_durations(args, &settings, &places), &mut problems).flatten();
    let engine_plan =
        collect(read_engine_plan(args.engine_plan.as_deref(), &places, texts), &mut problems).flatten();
    match (state, manifests) {
        (Some(state), Some(manifests)) if problems.is_empty() => Ok(Gathered {
            settings,
            state,
            configuration,
            manifests,
            observation,
            inventory,
            fallback,
            durations,
            engine_plan,
            base: base.clone(),
        }),
        _ => Err(BadInput(problems).into()),
    }
}

fn collect<T>(read: Result<T, BadInput>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|BadInput(more)| problems.extend(more)).ok()
}

/// The working folder and the folder of drplan.hcl: flags are relative to one, everything else to the other.
pub(super) struct Places<'p> {
    pub(super) here: &'p Path,
    pub(super) base: &'p Path,
}

impl Places<'_> {
    /// How a path is shown: relative to the folder of drplan.hcl where it lies in it, with `/` between its parts.
    pub(super) fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(self.base).unwrap_or(path);
        let parts: Vec<String> = path
            .components()
            .filter(|part| !matches!(part, Component::CurDir))
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        if parts.is_empty() { ".".to_owned() } else { parts.join("/").replacen("//", "/", 1) }
    }
}

pub(super) fn read_settings(config: Option<&Path>, here: &Path) -> Result<(Settings, PathBuf), BadInput> {
    let file = config.map(|path| here.join(path)).or_else(|| hcl::find_settings(here));
    match file {
        Some(file) => {
            let base = file.parent().unwrap_or(here).to_owned();
            let settings = hcl::read_settings(&file);
            Ok((settings.map_err(|bad| as_given(bad, &file, here, config))?, base))
        }
        None => {
            let name = here.file_name().map(|name| name.to_string_lossy().into_owned());
            let settings =
                Settings { stack: name.unwrap_or_else(|| "stack".to_owned()), ..Settings::default() };
            Ok((settings, here.to_owned()))
        }
    }
}

/// Places in drplan.hcl as whoever works here finds them: the plan has them relative to its folder, an error has not.
fn as_given(BadInput(mut problems): BadInput, file: &Path, here: &Path, given: Option<&Path>) -> BadInput {
    let Some(name) = file.file_name().map(|name| name.to_string_lossy().into_owned()) else {
        return BadInput(problems);
    };
    let above = || {
        let up = here.ancestors().position(|folder| Some(folder) == file.parent()).unwrap_or_default();
        format!("{}{name}", "../".repeat(up))
    };
    let shown = given.map_or_else(above, |given| given.display().to_string());
    for problem in &mut problems {
        let places = problem.at.iter_mut().chain(problem.also.iter_mut().map(|(place, _)| place));
        places.filter(|place| place.file == name).for_each(|place| place.file.clone_from(&shown));
    }
    BadInput(problems)
}

/// Which region a name on the command line stands for.
#[derive(Clone, Copy)]
pub(super) enum Named {
    Primary,
    Recovery,
}

/// A region is one of the table, or drplan.hcl names it.
pub(super) fn check_region(name: &str, named: Named, settings: &Settings) -> Result<(), BadInput> {
    let (what, attribute) = match named {
        Named::Primary => ("the primary region", format!("primary = {name:?}")),
        Named::Recovery => ("the recovery region", format!("recovery = [{name:?}]")),
    };
    let named = settings.recovery.iter().chain(&settings.primary).any(|known| known == name);
    if region::known(name) || named {
        return Ok(());
    }
    // A name that drplan.hcl would refuse is not sent there.
    let named = if region::is_mistyped(name) {
        String::new()
    } else {
        format!("; if {name} is newer than this drplan, name it in drplan.hcl: `{attribute}`")
    };
    let fix = match region::nearest(name, settings.recovery.iter().map(String::as_str)) {
        Some(near) => format!("{near} may be meant{named}"),
        None => format!("name a region such as us-west-2{named}"),
    };
    Err(Problem::new(format!("{what} {name:?} is no region that drplan knows"), fix).into())
}

fn read_state(
    args: &Region,
    settings: &Settings,
    places: &Places<'_>,
    progress: &Progress,
) -> Result<(String, String), Failure> {
    let named = args.state.clone().map(|state| (state, places.here));
    let source = named.or_else(|| settings.state.source.clone().map(|state| (state, places.base)));
    match source.as_ref().map(|(state, _)| state.as_str()) {
        Some(state) if state.starts_with("s3://") => {}
        Some(state) => refuse_version(args, state)?,
        None => refuse_version(args, "a file")?,
    }
    let path = match source {
        Some((state, _)) if state == "-" => {
            let text = text::read_stream(std::io::stdin().lock(), 0, "-", STATE_LIMIT)?;
            return Ok((text, "-".to_owned()));
        }
        Some((state, _)) if state.starts_with("s3://") => {
            if args.offline {
                let fix = "plan without --offline, or copy it first: aws s3 cp, then --state FILE";
                return Err(BadInput::from(Problem::new(
                    format!("{state} lies in S3, and --offline asks no cloud"),
                    fix,
                ))
                .into());
            }
            let version = live::Version { id: args.state_version.clone(), at: args.state_at };
            let (bytes, origin) = progress.aside(|| live::state(&state, settings, &args.region, version))?;
            return Ok((text::decode(bytes, &origin).map_err(BadInput::from)?, origin));
        }
        Some((state, folder)) => folder.join(&state),
        None => find_state(places.base)?,
    };
    let shown = places.shown(&path);
    Ok((text::read_text(&path, &shown, STATE_LIMIT).map_err(BadInput::from)?, shown))
}

/// Versions are S3's: a file has but the one that it holds.
fn refuse_version(args: &Region, state: &str) -> Result<(), BadInput> {
    let flag = match (&args.state_version, args.state_at) {
        (Some(_), _) => "--state-version",
        (_, Some(_)) => "--state-at",
        (None, None) => return Ok(()),
    };
    Err(Problem::new(
        format!("{flag} chooses among the versions of a state in S3, and this one is {state}"),
        format!("leave {flag} out, or give --state s3://BUCKET/KEY"),
    )
    .into())
}

fn read_configuration(
    dir: Option<&Path>,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Option<Configuration>, BadInput> {
    let flag = dir.map(|dir| places.here.join(dir));
    let named = flag.or_else(|| settings.terraform.dir.as_ref().map(|dir| places.base.join(dir)));
    named.or_else(|| find_code(places.base)).map(|dir| hcl::read_configuration(&dir, places.base)).transpose()
}

pub(super) fn read_manifests(
    paths: &[PathBuf],
    exclude: &[String],
    printed: &BTreeMap<String, String>,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Manifests, BadInput> {
    let mut paths: Vec<PathBuf> = paths.iter().map(|path| places.here.join(path)).collect();
    if paths.is_empty() {
        paths = settings.manifests.paths.iter().map(|path| places.base.join(path)).collect();
    }
    if paths.is_empty() {
        paths.extend(find_manifests(places.base));
    }
    if paths.is_empty() {
        return Ok(Manifests::default());
    }
    let exclude = settings.manifests.exclude.iter().chain(exclude).cloned().collect();
    let mut tools = manifests::Tools::find(&std::env::var_os("PATH").unwrap_or_default());
    tools.printed.clone_from(printed);
    manifests::read_manifests(&manifests::Request { paths, exclude, base: places.base.to_owned(), tools })
}

fn read_observation(
    args: &Region,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Option<Observation>, BadInput> {
    let named = args.observation.as_ref().map(|path| places.here.join(path));
    let path = named
        .or_else(|| settings.observation.as_ref().map(|path| places.base.join(path)))
        .or_else(|| find_recording(places.base, "observation.json", "observation"));
    path.map(|path| recorded::read_observation(&path, &places.shown(&path))).transpose()
}

fn read_durations(
    args: &Region,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Option<ReadDurations>, BadInput> {
    let named = args.estimates.as_ref().map(|path| places.here.join(path));
    let path = named.or_else(|| settings.durations.as_ref().map(|path| places.base.join(path)));
    path.map(|path| recorded::read_durations(&path, &places.shown(&path))).transpose()
}

fn read_inventory(
    args: &Region,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Option<Inventory>, BadInput> {
    let named = args.inventory.as_ref().map(|path| places.here.join(path));
    let configured = || settings.inventory_of(&args.region).map(|path| places.base.join(path));
    named.or_else(configured).map(|path| recorded::read_inventory(&path, &places.shown(&path))).transpose()
}

fn read_engine_plan<'t>(
    path: Option<&Path>,
    places: &Places<'_>,
    texts: &'t Texts,
) -> Result<Option<EnginePlan<'t>>, BadInput> {
    let Some(path) = path else { return Ok(None) };
    let path = places.here.join(path);
    let shown = places.shown(&path);
    let text = text::read_text(&path, &shown, STATE_LIMIT)?;
    let (text, shown) = texts.engine_plan.get_or_init(|| (text, shown));
    engine_plan::read_engine_plan(text, shown).map(Some)
}

/// A recording of this region that nobody named: what the region says now is newer, where it can be asked.
fn find_inventory(
    args: &Region,
    settings: &Settings,
    places: &Places<'_>,
) -> Result<Option<Inventory>, BadInput> {
    if args.inventory.is_some() || !settings.inventory.is_empty() {
        return Ok(None);
    }
    let path = find_recording(places.base, "inventory.json", "inventory");
    let found = path.map(|path| recorded::read_inventory(&path, &places.shown(&path))).transpose()?;
    let found = found.filter(|found| found.region == args.region);
    // Only a plan that is made again, or that the region was to be asked for, takes what it said last.
    let kept = (args.again || !args.offline).then(|| newest::kept(places.base, &args.region)).flatten();
    Ok(found.into_iter().chain(kept).max_by_key(|one| one.taken_at))
}

/// What the working folder tells of a stack before anything was asked of a region.
pub(super) struct Known {
    pub(super) settings: Settings,
    pub(super) state: Option<(String, String)>,
    pub(super) configuration: Option<Configuration>,
    pub(super) manifests: Manifests,
}

/// Reads what can be read: a recording is worth having without any of it.
pub(super) fn known(region: &str) -> Result<Known, Failure> {
    let here = std::env::current_dir()
        .map_err(|source| Failure::Io { what: "the working folder".to_owned(), source })?;
    let (settings, base) = read_settings(None, &here).unwrap_or_else(|_| (Settings::default(), here.clone()));
    let places = Places { here: &here, base: &base };
    let state = match &settings.state.source {
        Some(state) if state.starts_with("s3://") => {
            let read = live::state(state, &settings, region, live::Version::default()).ok();
            read.and_then(|(bytes, origin)| Some((text::decode(bytes, &origin).ok()?, origin)))
        }
        Some(state) => text::read_text(&base.join(state), "state", STATE_LIMIT)
            .ok()
            .map(|text| (text, "state".to_owned())),
        None => {
            let path = find_state(&base).ok();
            path.and_then(|path| {
                Some((text::read_text(&path, "state", STATE_LIMIT).ok()?, "state".to_owned()))
            })
        }
    };
    Ok(Known {
        state,
        configuration: read_configuration(None, &settings, &places).ok().flatten(),
        manifests: read_manifests(&[], &[], &BTreeMap::new(), &settings, &places).unwrap_or_default(),
        settings,
    })
}
