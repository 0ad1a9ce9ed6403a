//! `drplan show PLAN` and `drplan explain CODE`.

use super::args::{Explain, Format, Show};
use super::output::Screen;
use super::{Exit, Failure};
use crate::model::diagnostic::{BadInput, Place, Problem};
use crate::plan::codec::DecodeError;
use crate::plan::{Plan, codec, diff};
use crate::render::{Options, Unknown, changes, human, markdown, resource, step, values};
use crate::sources::text;

/// Plans of the largest stacks stay far below this.
const PLAN_LIMIT: u64 = 1 << 30;

pub(super) fn run(args: &Show, screen: &Screen) -> Result<Exit, Failure> {
    let shown = args.plan.display().to_string();
    let (bytes, plan) = read_plan(&args.plan)?;
    let options = screen.options(args.verbose, Some(&shown));
    let text = if let Some(other) = &args.against {
        let (_, other) = read_plan(other)?;
        changes::render_changes(&diff::diff(&other, &plan), options)
    } else if let Some(id) = &args.step {
        step::render_step(&plan, id, options).map_err(unknown)?
    } else if let Some(address) = &args.resource {
        resource::render_resource(&plan, address, options).map_err(unknown)?
    } else if args.values {
        values::render_values(&plan, options)
    } else if args.format == Format::Json {
        screen.result(&bytes)?;
        return Ok(Exit::Done);
    } else {
        rendered(&plan, args.format, options)?
    };
    screen.result(text.as_bytes())?;
    Ok(Exit::Done)
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
    let page = crate::render::explain::explain(&args.code).map_err(unknown)?;
    screen.result(page.as_bytes())?;
    Ok(Exit::Done)
}

fn read_plan(path: &std::path::Path) -> Result<(Vec<u8>, Plan), Failure> {
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

fn unknown(unknown: Unknown) -> BadInput {
    let fix = match unknown.near.as_slice() {
        [] => match unknown.what {
            "code" => "every finding names its code: error[CODE]; docs/findings.md has all of them",
            _ => "`drplan show PLAN --format json` has all of them, under `steps` and `resources`",
        }
        .to_owned(),
        near => format!("is one of these meant: {}", near.join(", ")),
    };
    Problem::new(unknown.to_string(), fix).into()
}
