//! `drplan region REGION`: gather, plan, audit, save, show.

use std::io::{Read as _, Write as _};
use std::path::Path;

use super::args::{Format, Region};
use super::gather::gather;
use super::hints::Hints;
use super::output::Screen;
use super::progress::Progress;
use super::show::rendered;
use super::{Exit, Failure, live};
use crate::model::diagnostic::{Gap, Problem};
use crate::model::input::PlanningInput;
use crate::model::inventory::Inventory;
use crate::model::words::count;
use crate::plan::audit::{Violation, audit};
use crate::plan::finding::Severity;
use crate::plan::{Plan, codec};
use crate::planner;
use crate::sources::tfstate;

/// How far into a file its kind is looked for.
const HEAD: u64 = 1 << 10;

pub(super) fn run(args: &Region, screen: &Screen) -> Result<Exit, Failure> {
    let progress = Progress::begin("reading the state, the configuration and the manifests");
    let gathered = gather(args, &progress)?;
    let state = tfstate::read_state(&gathered.state_text, &gathered.state_origin)?;
    let at = args.at.unwrap_or_else(jiff::Timestamp::now);
    drop(progress);
    let lasts = i64::try_from(gathered.settings.approval.expiry_seconds).unwrap_or(i64::MAX);
    if at.checked_add(jiff::SignedDuration::from_secs(lasts)).is_err() {
        let message =
            format!("a plan of {at} would be good beyond the last instant that can be reckoned with");
        return Err(Problem::new(message, "give an earlier --at, or a shorter approval { expiry }").into());
    }
    let hints = Hints {
        settings: &gathered.settings,
        state: Some(&state),
        configuration: gathered.configuration.as_ref(),
        manifests: &gathered.manifests,
    };
    let (inventory, gaps) = look_around(args, at, gathered.inventory, &hints)?;
    let progress = Progress::begin("planning");
    let input = PlanningInput {
        at,
        settings: gathered.settings,
        primary: args.primary.clone(),
        recovery: args.region.clone(),
        state,
        configuration: gathered.configuration,
        manifests: gathered.manifests,
        observation: gathered.observation,
        inventory,
        gaps,
    };
    let plan = planner::plan_region(&input)?;
    progress.next("checking the plan");
    audit(&plan).map_err(|violations| Failure::Defect(defect(&violations)))?;
    let mut bytes = Vec::new();
    codec::encode(&plan, &mut bytes).map_err(|error| Failure::Defect(error.to_string()))?;
    save(&args.out, &bytes, "\"decision_digest\"")?;
    drop(progress);
    let saved = args.out.display().to_string();
    match args.format {
        Format::Json => screen.result(&bytes)?,
        format => {
            let text = rendered(&plan, format, screen.options(args.verbose, Some(&saved)))?;
            screen.result(text.as_bytes())?;
        }
    }
    Ok(exit_of(&plan))
}

/// The recorded inventory, else what the cloud says now; without credentials that is a gap, not a failure.
fn look_around(
    args: &Region,
    at: jiff::Timestamp,
    recorded: Option<Inventory>,
    hints: &Hints<'_>,
) -> Result<(Option<Inventory>, Vec<Gap>), Failure> {
    if recorded.is_some() || args.offline {
        return Ok((recorded, Vec::new()));
    }
    Ok(match live::inventory(&args.region, &hints.request(at))? {
        Ok(inventory) => (Some(inventory), Vec::new()),
        Err(gap) => (None, vec![gap]),
    })
}

/// A plan that its auditor refuses is never saved: whoever reads it would trust it.
fn defect(violations: &[Violation]) -> String {
    let mut text = format!(
        "the plan breaks drplan's own rules ({}) and was not saved; report this:",
        count(violations.len(), "violation")
    );
    for violation in violations.iter().take(20) {
        text.push_str(&format!("\n  {violation}"));
    }
    text
}

/// 3 where the plan has an error: it was made and saved, and cannot be applied.
fn exit_of(plan: &Plan) -> Exit {
    if plan.findings.iter().any(|finding| finding.severity == Severity::Error) {
        Exit::Blocked
    } else {
        Exit::Done
    }
}

/// Writes beside the target and renames, so that a full disk leaves the old file whole. What is there already is only
/// replaced where it is of the same kind: it begins with `mark`, or is empty.
pub(super) fn save(path: &Path, bytes: &[u8], mark: &str) -> Result<(), Failure> {
    if !may_be_replaced(path, mark) {
        let problem = Problem::new(
            format!("{} is there and is another kind of file: it is not overwritten", path.display()),
            "name another file with --out, or move that one away",
        );
        return Err(Failure::BadInput(problem.into()));
    }
    let failed = |source| Failure::Io { what: format!("{} could not be saved", path.display()), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".plan").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    readable(file.as_file()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

fn may_be_replaced(path: &Path, mark: &str) -> bool {
    let Ok(metadata) = path.metadata() else { return true };
    let mut head = Vec::new();
    let read = metadata.is_file().then(|| std::fs::File::open(path)).and_then(Result::ok);
    let read = read.is_some_and(|file| file.take(HEAD).read_to_end(&mut head).is_ok());
    read && (head.is_empty() || String::from_utf8_lossy(&head).contains(mark))
}

/// A plan holds no secret and is meant to be reviewed: readable by all, as any other file.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> std::io::Result<()> {
    Ok(())
}
