//! `drplan region REGION`: gather, plan, audit, save, show.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::args::{Format, Region};
use super::gather::{Texts, gather};
use super::hints::Hints;
use super::output::Screen;
use super::progress::Progress;
use super::resume::Going;
use super::run_folder::RUNS;
use super::save::{check_target, save};
use super::show::rendered;
use super::{Exit, Failure, engine, live, newest, resume};
use crate::model::diagnostic::{Gap, Problem};
use crate::model::input::PlanningInput;
use crate::model::inventory::Inventory;
use crate::model::words::count;
use crate::plan::audit::{Violation, audit};
use crate::plan::finding::Severity;
use crate::plan::{Plan, codec};
use crate::planner;
use crate::sources::{engine_plan, pipelines};

/// What a saved plan says near its beginning.
const MARK: &str = "\"decision_digest\"";

/// What a run has in its folder is what it was approved and begun with.
fn check_of_no_run(out: &Path) -> Result<(), Failure> {
    // Also under a name that the run has yet to take.
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = out.canonicalize().or_else(|_| folder.canonicalize()).unwrap_or_default();
    if !real.ancestors().any(|folder| folder.ends_with(RUNS)) {
        return Ok(());
    }
    let message = format!("{} belongs to a run: nothing else is saved there", out.display());
    Err(Problem::new(message, "name another file with --out").into())
}

pub(super) fn run(args: &Region, screen: &Screen) -> Result<Exit, Failure> {
    check_target(&args.out, MARK)?;
    check_of_no_run(&args.out)?;
    let progress = Progress::begin("reading the state, the configuration and the manifests");
    let texts = Texts::default();
    let going = args.resume.as_deref().map(|run| resume::region(args, run)).transpose()?;
    let Planned { plan, .. } = plan(args, going.as_ref(), &texts, &progress)?;
    if let Some(going) = &going {
        going.check(&plan)?;
    }
    let bytes = encoded(&plan)?;
    save(&args.out, &bytes, MARK)?;
    drop(progress);
    let saved = args.out.display().to_string();
    match args.format {
        Format::Json => screen.result(&bytes)?,
        format => {
            let text = rendered(&plan, format, screen.options(args.verbose, Some(&saved)))?;
            screen.result(text.as_bytes())?;
        }
    }
    let exit = exit_of(&plan);
    if let Some(going) = going.filter(|_| exit == Exit::Done) {
        screen.note(&going.next(&plan, &saved));
    }
    Ok(exit)
}

/// A plan, audited, with all that it was made of.
pub(super) struct Planned<'t> {
    pub(super) input: PlanningInput<'t>,
    pub(super) plan: Plan,
    /// The folder that all paths of the plan are relative to.
    pub(super) base: PathBuf,
}

/// The bytes of a plan's file.
pub(super) fn encoded(plan: &Plan) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    codec::encode(plan, &mut bytes).map_err(|error| Failure::Defect(error.to_string()))?;
    Ok(bytes)
}

/// Gathers, plans and audits; going on with a run where there is one.
pub(super) fn plan<'t>(
    args: &Region,
    going: Option<&Going>,
    texts: &'t Texts,
    progress: &Progress,
) -> Result<Planned<'t>, Failure> {
    let gathered = gather(args, progress, texts)?;
    let at = args.at.unwrap_or_else(jiff::Timestamp::now);
    let lasts = i64::try_from(gathered.settings.approval.expiry_seconds).unwrap_or(i64::MAX);
    if at.checked_add(jiff::SignedDuration::from_secs(lasts)).is_err() {
        let message =
            format!("a plan of {at} would be good beyond the last instant that can be reckoned with");
        return Err(Problem::new(message, "give an earlier --at, or a shorter approval { expiry }").into());
    }
    let hints = Hints {
        settings: &gathered.settings,
        state: Some(&gathered.state),
        configuration: gathered.configuration.as_ref(),
        manifests: &gathered.manifests,
    };
    let base = gathered.base;
    let recorded = gathered.inventory.is_some();
    let look = || look_around(args, at, &base, (gathered.inventory, gathered.fallback), &hints);
    let (inventory, gaps) = progress.aside(look)?;
    progress.next("planning");
    // What was asked for just now tells that there are credentials.
    let online = !args.offline && !recorded && inventory.is_some();
    let mut input = PlanningInput {
        at,
        settings: gathered.settings,
        primary: args.primary.clone(),
        recovery: args.region.clone(),
        state: gathered.state,
        configuration: gathered.configuration,
        manifests: gathered.manifests,
        observation: gathered.observation,
        inventory,
        engine_plan: gathered.engine_plan,
        durations: gathered.durations,
        own_run: going.map(|going| going.own.clone()),
        pipelines: pipelines::read_pipelines(&base),
        gaps,
    };
    let before = going.and_then(|going| going.before.as_ref());
    let mut plan = planner::plan_on(&input, before)?;
    let chosen = engine::choose(args, &input, &base, online).map_err(|what| {
        Problem::new(what, "name an engine that is installed: --engine PATH, or --engine off")
    })?;
    if let Some(chosen) = chosen {
        progress.next("having the engine plan");
        match engine::plan(chosen, &input, texts.state(), &plan, &base) {
            Ok(said) => hear(said, texts, &mut input)?,
            Err(gap) => input.gaps.push(gap),
        }
        progress.next("planning");
        plan = planner::plan_on(&input, before)?;
    }
    progress.next("checking the plan");
    audit(&plan).map_err(|violations| Failure::Defect(defect(&violations)))?;
    Ok(Planned { input, plan, base })
}

/// Takes in what the engine says: its plan, and how many there are of what that leaves out.
fn hear<'t>(said: engine::Said, texts: &'t Texts, input: &mut PlanningInput<'t>) -> Result<(), Failure> {
    let (text, origin) = texts.keep_engine_plan(said.plan, said.shown);
    let mut word = engine_plan::read_engine_plan(text, origin)?;
    match said.asked {
        Some((blocks, Ok(text))) => {
            let asked = engine_plan::read_engine_plan(texts.keep_asked(text), origin)?;
            let known: HashSet<String> = word.changes.iter().map(|one| one.address.clone()).collect();
            let of_blocks = asked.changes.into_iter().filter(|one| blocks.contains(&one.config_address));
            for change in of_blocks {
                word.asked.instances.insert(change.address.clone());
                // What the primary does not have of them is known by this plan alone.
                if !said.excluded.contains(&change.address) && !known.contains(&change.address) {
                    word.changes.push(change);
                }
            }
            word.asked.blocks = blocks;
        }
        Some((_, Err(gap))) => input.gaps.push(gap),
        None => {}
    }
    word.excluded = Some(said.excluded);
    input.engine_plan = Some(word);
    Ok(())
}

/// The recorded inventory, else what the cloud says now, else one that nobody named; without credentials that is a
/// gap, not a failure.
fn look_around(
    args: &Region,
    at: jiff::Timestamp,
    base: &Path,
    (recorded, fallback): (Option<Inventory>, Option<Inventory>),
    hints: &Hints<'_>,
) -> Result<(Option<Inventory>, Vec<Gap>), Failure> {
    if recorded.is_some() || args.offline {
        return Ok((recorded.or(fallback), Vec::new()));
    }
    Ok(match live::inventory(&args.region, &hints.request(at))? {
        // A region that does not even say whose account it is asked for gives no answer.
        Ok(inventory) if inventory.account.is_none() && fallback.is_some() => (fallback, inventory.gaps),
        Ok(inventory) => {
            newest::keep(base, &inventory);
            (Some(inventory), Vec::new())
        }
        // It was looked at once: the finding that it is old says what it cannot tell.
        Err(_) if fallback.is_some() => (fallback, Vec::new()),
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
