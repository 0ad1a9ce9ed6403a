//! `drplan show PLAN` and `drplan explain CODE`.

use std::path::{Path, PathBuf};

use super::args::{Explain, Format, Overlay, Show, ShowFormat};
use super::gather::read_settings;
use super::output::Screen;
use super::overlay;
use super::run_records::Shown;
use super::{Exit, Failure, run_folder, run_records};
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::model::paste;
use crate::plan::codec::DecodeError;
use crate::plan::report::RunReport;
use crate::plan::step::Phase;
use crate::plan::{Plan, codec, diff, report};
use crate::render::report::{render_report, render_report_markdown};
use crate::render::shell::{Given, render_shell};
use crate::render::{Options, Unknown, changes, human, markdown, resource, step, steps, values};
use crate::sources::text;

/// Plans of the largest stacks stay far below this.
const PLAN_LIMIT: u64 = 1 << 30;

pub(super) fn run(args: &Show, screen: &Screen) -> Result<Exit, Failure> {
    if let Some(folder) = run_of(&args.plan) {
        return show_run(args, &folder, screen);
    }
    let shown = args.plan.display().to_string();
    let (bytes, plan) = read_plan(&args.plan)?;
    let options = screen.options(args.verbose, Some(&shown));
    check_overlay(args)?;
    let Some(part) = Part::of(args)? else {
        let text = match args.format {
            ShowFormat::Json => bytes,
            ShowFormat::Human => rendered(&plan, Format::Human, options)?.into_bytes(),
            ShowFormat::Markdown => rendered(&plan, Format::Markdown, options)?.into_bytes(),
            ShowFormat::Overlay => return overlay::run(&args.overlay, &plan, &shown, screen),
            ShowFormat::Estimates => return Err(no_run(&shown).into()),
            ShowFormat::Shell => shell(&args.overlay, &plan, &shown)?.into_bytes(),
        };
        screen.result(&text)?;
        return Ok(Exit::Done);
    };
    let text = match args.format {
        ShowFormat::Human | ShowFormat::Overlay | ShowFormat::Shell | ShowFormat::Estimates => {
            part.screen(&plan, options)?
        }
        // What would be wide on a terminal is as wide in every pull request.
        ShowFormat::Markdown => {
            let options = Options { color: false, width: Options::default().width, ..options };
            markdown::section(&part.title(), &part.screen(&plan, options)?)
        }
        ShowFormat::Json => part.json(&plan, options)?,
    };
    screen.result(text.as_bytes())?;
    Ok(Exit::Done)
}

/// An overlay is of the whole plan, and has flags that mean nothing elsewhere.
fn check_overlay(args: &Show) -> Result<(), BadInput> {
    let Overlay { out, config, manifests, exclude } = &args.overlay;
    let flags = [
        (out.is_some(), "--out"),
        (config.is_some(), "--config"),
        (!manifests.is_empty(), "--manifests"),
        (!exclude.is_empty(), "--exclude"),
    ];
    let given = flags.into_iter().find_map(|(given, flag)| given.then_some(flag));
    let of_part =
        args.step.is_some() || args.resource.is_some() || args.against.is_some() || args.steps || args.values;
    match (args.format, given) {
        (ShowFormat::Overlay, _) if of_part => Err(Problem::new(
            "an overlay is of the whole plan, and one thing of it is asked for",
            "leave out --step, --resource, --steps, --values and --against, or --format overlay",
        )
        .into()),
        (ShowFormat::Shell, _) if of_part => Err(Problem::new(
            "the commands are those of the whole plan, and one thing of it is asked for",
            "leave out --step, --resource, --steps, --values and --against, or --format shell",
        )
        .into()),
        (ShowFormat::Overlay, _) | (_, None) | (ShowFormat::Shell, Some("--config")) => Ok(()),
        (_, Some(flag)) => Err(Problem::new(
            format!("{flag} says how an overlay is made, and none is asked for"),
            format!("add --format overlay, or leave {flag} out"),
        )
        .into()),
    }
}

/// The commands that do the same by hand; drplan.hcl says what the engine is given.
fn shell(args: &Overlay, plan: &Plan, shown: &str) -> Result<String, Failure> {
    let here = std::env::current_dir()
        .map_err(|source| Failure::Io { what: "the working folder".to_owned(), source })?;
    let (settings, base) = read_settings(args.config.as_deref(), &here)?;
    let mut command = format!("drplan show {} --format shell", paste::shell(shown));
    if let Some(config) = &args.config {
        command = format!("{command} --config {}", paste::shell(&config.display().to_string()));
    }
    let base = overlay::relative(&here, &base);
    let given =
        Given { settings: settings.file.is_some().then_some(&settings), base: &base, command: &command };
    render_shell(plan, &given).map_err(|error| Failure::Defect(format!("the template is wrong: {error}")))
}

/// The folder of a run that is named by it, or by its name where drplan.hcl is.
fn run_of(named: &Path) -> Option<PathBuf> {
    let is_run = run_folder::is_one;
    if is_run(named) {
        return Some(named.to_owned());
    }
    let name = named.to_str().filter(|_| !named.exists())?;
    let (_, base) = read_settings(None, &std::env::current_dir().ok()?).ok()?;
    Some(run_folder::folder_of(&base, name)).filter(|folder| !name.contains('/') && is_run(folder))
}

/// The report of a run, by its folder.
fn show_run(args: &Show, folder: &Path, screen: &Screen) -> Result<Exit, Failure> {
    let Shown { plan, replayed, copy } = run_records::read(folder)?;
    let own = replayed.begun.as_ref().map(|begun| begun.run.as_str());
    let is = folder.file_name().map(std::ffi::OsStr::to_owned);
    let is = is.or_else(|| Some(folder.canonicalize().ok()?.file_name()?.to_owned()));
    if let (Some(own), Some(is)) = (own, is)
        && is != own
    {
        screen.note(&format!(
            "note: these are the records of run {own}: {} is a copy, or was renamed, and no run",
            folder.display()
        ));
    }
    let report = report::report(&plan, &replayed, args.since).ok_or_else(|| {
        let message = format!("{} has not begun: its journal is empty", folder.display());
        Problem::new(message, "apply its plan: drplan apply PLAN")
    })?;
    let report = RunReport { copy, running: run_folder::is_held(folder), ..report };
    let report = match run_folder::kubectl(folder) {
        Some(flags) => run_records::at(report, &flags),
        None => report,
    };
    if report.running {
        screen.note("note: a drplan on this machine runs it at this moment: this is how far it is now");
    }
    if let Some(since) = args.since.filter(|since| *since > report.last_at) {
        let message = format!(
            "--since {since} is after all that run {} has done, until {:.0}",
            report.run, report.last_at
        );
        return Err(Problem::new(
            message,
            "give the time at which the region was lost, in UTC: 2026-11-22T11:40:00Z",
        )
        .into());
    }
    if matches!(args.format, ShowFormat::Shell | ShowFormat::Overlay) || Part::of(args)?.is_some() {
        return Err(Problem::new(
            format!("{} is a run: what it did is shown as a whole", folder.display()),
            format!(
                "leave the flag out; what was planned: drplan show {} and the flag",
                paste::shell(&folder.join("plan.json").display().to_string())
            ),
        )
        .into());
    }
    let text = match args.format {
        ShowFormat::Json => {
            let text = serde_json::to_string_pretty(&report);
            text.map_err(|error| Failure::Defect(error.to_string()))? + "\n"
        }
        ShowFormat::Markdown => render_report_markdown(&report),
        ShowFormat::Estimates => durations(&plan, &report)?,
        _ => render_report(&report, screen.options(args.verbose, None)),
    };
    screen.result(text.as_bytes())?;
    Ok(Exit::Done)
}

fn no_run(shown: &str) -> Problem {
    Problem::new(
        format!("{shown} is a plan: what it estimates was not measured"),
        "name the folder of a live run: drplan show .drplan/runs/RUN --format estimates",
    )
}

/// How long the steps of a live run took, for later plans.
fn durations(plan: &Plan, report: &RunReport) -> Result<String, Failure> {
    if let Some(why) = &report.simulated {
        return Err(Problem::new(
            format!("the durations of {} are not those of a recovery: {why}", report.run),
            "take those of a run in the recovery region itself",
        )
        .into());
    }
    let text = serde_json::to_string_pretty(&report::durations(plan, report));
    text.map(|text| text + "\n").map_err(|error| Failure::Defect(error.to_string()))
}

/// One thing of a plan.
enum Part<'a> {
    Step(&'a str),
    /// All, or those of one phase.
    Steps(Option<Phase>),
    Resource(&'a str),
    Values,
    /// With the other plan, and how it was named.
    Changes(Box<Plan>, String),
}

impl<'a> Part<'a> {
    fn of(args: &'a Show) -> Result<Option<Self>, Failure> {
        let Show {
            plan: _,
            since: _,
            format: _,
            overlay: _,
            step,
            resource,
            steps,
            values,
            against,
            verbose: _,
        } = args;
        Ok(match (step, resource, against) {
            (Some(id), ..) => Some(Phase::named(id).map_or(Self::Step(id), |phase| Self::Steps(Some(phase)))),
            (_, Some(address), _) => Some(Self::Resource(address)),
            (.., Some(other)) => {
                Some(Self::Changes(Box::new(read_plan(other)?.1), other.display().to_string()))
            }
            _ if *steps => Some(Self::Steps(None)),
            _ if *values => Some(Self::Values),
            _ => None,
        })
    }

    fn title(&self) -> String {
        match self {
            Self::Step(id) => format!("Step {id}"),
            Self::Steps(None) => "Steps".to_owned(),
            Self::Steps(Some(phase)) => format!("Steps of {}", phase.as_str()),
            Self::Resource(address) => format!("Resource {address}"),
            Self::Values => "Values".to_owned(),
            Self::Changes(_, other) => format!("Changes against {other}"),
        }
    }

    fn screen(&self, plan: &Plan, options: Options<'_>) -> Result<String, BadInput> {
        let not_there = |missing| unknown(missing, &options.command());
        match self {
            Self::Step(id) => step::render_step(plan, id, options).map_err(not_there),
            Self::Steps(phase) => Ok(steps::render_steps(plan, *phase, options)),
            Self::Resource(address) => resource::render_resource(plan, address, options).map_err(not_there),
            Self::Values => Ok(values::render_values(plan, options)),
            Self::Changes(other, name) => {
                let names = (name.as_str(), options.saved.unwrap_or_default());
                Ok(changes::render_changes(&diff::diff(other, plan), plan, names, options))
            }
        }
    }

    /// What the plan has of it, in the form that the plan has it in; changes are in no plan and are a list.
    fn json(&self, plan: &Plan, options: Options<'_>) -> Result<String, Failure> {
        let not_there = |missing| unknown(missing, &options.command());
        let text = match self {
            Self::Step(id) => serde_json::to_string_pretty(step::find_step(plan, id).map_err(not_there)?),
            Self::Steps(only) => {
                let steps = plan.steps.iter().filter(|step| only.is_none_or(|only| step.phase == only));
                serde_json::to_string_pretty(&steps.collect::<Vec<_>>())
            }
            Self::Resource(address) => {
                serde_json::to_string_pretty(&resource::find_resources(plan, address).map_err(not_there)?)
            }
            Self::Values => serde_json::to_string_pretty(&plan.values),
            Self::Changes(other, _) => serde_json::to_string_pretty(&diff::diff(other, plan)),
        };
        text.map(|text| text + "\n").map_err(|error| Failure::Defect(error.to_string()))
    }
}

/// A plan as a terminal or a pull request shows it.
pub(super) fn rendered(plan: &Plan, format: Format, options: Options<'_>) -> Result<String, Failure> {
    match format {
        Format::Markdown => markdown::render_markdown(plan)
            .map_err(|error| Failure::Defect(format!("the template is wrong: {error}"))),
        Format::Human | Format::Json => Ok(human::render_plan(plan, options)),
    }
}

pub(super) fn explain(args: &Explain, screen: &Screen) -> Result<Exit, Failure> {
    let page = crate::render::explain::explain(&args.code).map_err(|missing| unknown(missing, ""))?;
    let page = crate::render::explain::render_page(page, screen.options(0, None));
    screen.result(page.as_bytes())?;
    Ok(Exit::Done)
}

pub(super) fn read_plan(path: &Path) -> Result<(Vec<u8>, Plan), Failure> {
    let shown = path.display().to_string();
    let bytes = text::read_text(path, &shown, PLAN_LIMIT).map_err(BadInput::from)?.into_bytes();
    let plan = codec::decode(&bytes).map_err(|error| BadInput::from(no_plan(&error, shown)))?;
    Ok((bytes, plan))
}

/// Why a file is no plan, with the line where it stops being one.
fn no_plan(error: &DecodeError, shown: String) -> Problem {
    let line = match error {
        DecodeError::Malformed(cause) => u32::try_from(cause.line()).unwrap_or(u32::MAX),
        DecodeError::Version { .. } | DecodeError::Digest { .. } => 0,
    };
    let message = match error {
        DecodeError::Malformed(cause) if cause.is_eof() && line > 0 => {
            "the plan breaks off here: it is truncated".to_owned()
        }
        other => other.to_string(),
    };
    let fix = match error {
        DecodeError::Version { .. } => {
            "show it with the drplan that wrote it, or make the plan anew: drplan region REGION"
        }
        DecodeError::Malformed(_) | DecodeError::Digest { .. } => "make the plan anew: drplan region REGION",
    };
    Problem::at(Place { file: shown, line }, message, fix)
}

/// `shown` is the command that shows the plan.
fn unknown(unknown: Unknown, shown: &str) -> BadInput {
    let fix = match unknown.near.as_slice() {
        [] => match unknown.what {
            "code" => "every finding names its code: error[CODE]; docs/findings.md has all of them",
            "step" => "list all of them: `drplan show PLAN --steps`",
            _ => "they are under `resources` of `drplan show PLAN --format json`",
        }
        .replace("drplan show PLAN", shown),
        near => format!("is one of these meant: {}", near.join(", ")),
    };
    Problem::new(unknown.to_string(), fix).into()
}
