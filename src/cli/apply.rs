//! `drplan apply PLAN`: check, plan again, run.

use super::args::Apply;
use super::ask::{Confirm, Place, confirm, is_somebody_there};
use super::bodies::Read;
use super::execute::{Acts, all_shown, in_runtime};
use super::gather::Texts;
use super::kept;
use super::only_run::OnlyRun;
use super::output::Screen;
use super::preview::From;
use super::progress::Progress;
use super::region::{Planned, encoded, plan};
use super::repeated::Repeated;
use super::run_folder::RunFolder;
use super::save::save;
use super::show::read_plan;
use super::taken::{self, Taken};
use super::watch::Watch;
use super::world::Asked;
use super::{Exit, Failure, again, connect, preview, resume, run_checks, run_folder, shared_run, typed};
use crate::event::Ending;
use crate::executor::requests::Requests;
use crate::model::input::PlanningInput;
use crate::model::paste::shell;
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::approval::{Request, Rules, Verdict, judge};
use crate::plan::finding::Severity;
use crate::plan::journal::{Replayed, StepState};
use crate::render::run::{Folder, render_ended};
use crate::sources::approvals;

pub(super) const MARK: &str = "\"decision_digest\"";

/// Who lets a plan run.
pub(super) struct Permit {
    pub(super) by: Vec<String>,
    pub(super) break_glass: Option<String>,
}

pub(super) fn run(args: &Apply, screen: &Screen) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build();
    let runtime = runtime.map_err(|source| Failure::Io { what: "the run's threads".to_owned(), source })?;
    let mut taken = match (&args.plan, &args.take_over) {
        (None, Some(run)) => Some(taken::fetch(args, run, &runtime)?),
        _ => None,
    };
    let path = taken.as_ref().map(Taken::plan).or_else(|| args.plan.clone()).unwrap_or_default();
    let shown = path.display().to_string();
    let (_, approved) = read_plan(&path)?;
    check_errors(&approved, &shown)?;
    let going = resume::apply(args, &approved)?;
    let progress = Progress::begin("planning again from the newest inputs");
    let texts = Texts::default();
    let going = going.as_ref();
    let planned = match &taken {
        Some(taken) => {
            taken.plan_again(&approved.saw.recovery_region, args.offline, going, &texts, &progress, screen)?
        }
        None => plan(&again::as_region(args, &approved), going, &texts, &progress)?,
    };
    drop(progress);
    let Planned { input, plan: newest, base } = &planned;
    let home = taken.as_ref().map_or_else(|| base.clone(), |taken| taken.home.clone());
    let now = jiff::Timestamp::now();
    again::check_same(args, &approved, newest, &home, &shown, screen)?;
    if check_errors(newest, &shown).is_err() {
        check_errors(newest, &again::saved(newest, &home)?)?;
    }
    check_built(newest)?;
    let bodies = Read::new(newest, &input.manifests);
    let requests = Requests::new(newest, &bodies).with_fence_by_hand();
    let (kube, cluster) = runtime.block_on(connect::cluster(args, newest))?;
    let kube = kube.scaling(bodies.sizes(newest)).running(bodies.running(newest));
    let stands = match &taken {
        Some(taken) => runtime.block_on(taken.shared.records(&taken.folder.run))?.1,
        None => resume::stands(newest, &home),
    };
    let from = From { plan: newest, stands: &stands };
    let repeated = Repeated::new(args, newest, &cluster.id);
    if args.dry_run {
        if approved.resumes.is_none() {
            tell_run(&home, newest, &repeated, screen)?;
        }
        return runtime.block_on(preview::dry_run(args, &from, &requests, &kube, screen));
    }
    if taken.is_none() {
        repeated.check_here(&home)?;
    }
    // Whoever is asked for the go sees first what it is for.
    let again = if args.events.is_none() && is_somebody_there() {
        runtime.block_on(preview::show(&from, &requests, &kube, screen))?
    } else {
        0
    };
    let shared = match &taken {
        Some(_) => None,
        None => runtime.block_on(shared_run::connect(input.settings.journal.as_ref(), newest))?,
    };
    let place = Place { region: &newest.saw.recovery_region, cluster: &cluster };
    let asked = Wanted { plan: &approved, path: &path, input, base, now, place, stands: &stands, again };
    let permit = permit(args, &asked, screen)?;
    let (shared, folder, mut only) = match taken.take() {
        Some(Taken { shared, folder, .. }) => match OnlyRun::hold(&home, newest) {
            Ok(only) => (Some(shared), folder, only),
            Err(failure) => {
                folder.discard_unused();
                return Err(failure);
            }
        },
        None => {
            let only = OnlyRun::hold(&home, newest)?;
            let folder = kept::folder(args, shared.is_some(), &home, newest, now)?;
            (shared, folder, only)
        }
    };
    only.names(&folder.run);
    let run = kept::Wanted { args, path: &path, planned: &planned, going, texts: &texts, repeated };
    let (folder, journal, not_transferable) = run.open(shared.as_ref(), folder, &runtime, screen)?;
    folder.check_cluster(&cluster.id)?;
    // What the run was begun with stays: its journal has that plan's digest.
    let file = folder.file(&resume::file(newest, &folder.replayed));
    if !file.is_file() {
        save(&file, &encoded(newest)?, MARK).inspect_err(|_| folder.discard_unused())?;
    }
    if args.events.is_none() {
        let kept = shared.as_ref().map(|shared| shared.shown(&format!("{}/{}/", shared.prefix, folder.run)));
        screen.note(&header(newest, &folder, &cluster, &permit, kept));
    }
    let watch = Watch::new(newest, args.events, screen)?;
    let mut events = Vec::new();
    let world = Asked::new(args, input, now);
    let acts = Acts {
        requests: &requests,
        kube: &kube,
        cluster: &cluster,
        world: &world,
        took_over: args.take_over.is_some(),
        not_transferable: &not_transferable,
        parallelism: input.settings.terraform.parallelism,
        screen,
    };
    let ended = runtime.block_on(in_runtime(newest, acts, &folder, &journal, &permit, &watch, &mut events));
    let ended = ended.inspect_err(|_| folder.discard_unused())?;
    drop(journal);
    let again = typed::same();
    let verify = connect::verify_command(args, newest);
    let replan = args.plan.as_ref().map(|_| again::replan_command(args, newest, &folder.run));
    let run = folder.path.display().to_string();
    let ends = Folder { again: &again, run: &run, verify: &verify, replan: replan.as_deref() };
    let text = render_ended(newest, &events, ends, screen.options(0, Some(&shown)));
    let printed = watch.finish(args.events.is_none().then_some(text));
    let printed = runtime.block_on(all_shown(printed, ended.how == Ending::Interrupted));
    // Whoever was asked at the terminal may still be thinking: nobody waits for them.
    runtime.shutdown_background();
    printed?;
    Ok(match ended.how {
        Ending::Done => Exit::Done,
        Ending::AtGate => Exit::AtGate,
        Ending::Failed => Exit::StepFailed,
        Ending::Interrupted => Exit::Interrupted,
        Ending::Lost => {
            screen.note(&format!("error: {}", ended.lost.unwrap_or_default()));
            Exit::Failed
        }
    })
}

/// What a dry run tells of the run that would go on: what apply would be refused for, or would say first.
fn tell_run(
    home: &std::path::Path,
    plan: &Plan,
    repeated: &Repeated<'_>,
    screen: &Screen,
) -> Result<(), Failure> {
    let Some((run, stands)) = run_checks::find(home, &plan.decision_digest)? else {
        if let Err(Failure::Refused(problems)) = repeated.check_here(home) {
            for problem in problems.0 {
                screen.note(&format!("note: without --dry-run this is refused: {}", problem.message));
            }
        }
        return Ok(());
    };
    if run_folder::is_held(&run_folder::folder_of(home, &run)) {
        screen.note(&format!(
            "note: a drplan on this machine runs {run} at this moment: until it ends this is refused without --dry-run"
        ));
    }
    if stands.torn {
        screen.note(&format!(
            "note: the last record of {run} was cut off when its process died: the run drops it, and looks at what it was about"
        ));
    }
    Ok(())
}

fn check_errors(plan: &Plan, shown: &str) -> Result<(), Failure> {
    let errors: Vec<&str> = plan
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.code.as_str())
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(
        format!("the plan has errors and cannot be applied: {}", errors.join(", ")),
        format!("each with what to do: `drplan show {}`", shell(shown)),
    ))
}

/// What is to be permitted, and where.
struct Wanted<'p> {
    plan: &'p Plan,
    path: &'p std::path::Path,
    input: &'p PlanningInput<'p>,
    base: &'p std::path::Path,
    now: jiff::Timestamp,
    place: Place<'p>,
    stands: &'p Replayed,
    /// Done steps that are run again.
    again: usize,
}

/// Who lets it run; an approval is of the decisions, and so of every plan that has the same.
fn permit(args: &Apply, asked: &Wanted<'_>, screen: &Screen) -> Result<Permit, Failure> {
    let Wanted { plan, path, input, base, now, place, stands, again } = *asked;
    let shown = shell(&path.display().to_string());
    let settings = input.settings.file.is_some().then_some(&input.settings.approval);
    let rules = Rules::of(plan, settings);
    let files = approvals::read_approvals(path, base, &rules.signers, &rules.revoked);
    let request = Request { plan, shown: &shown, settings, files: &files, now };
    match judge(&request, args.break_glass.as_deref()) {
        Verdict::Approved(standing) => {
            if args.break_glass.is_some() {
                let by = standing.words();
                screen
                    .note(&format!("note: no glass is broken, and its reason is not kept: approved by {by}"));
            }
            Ok(Permit {
                by: standing.count.approved.iter().map(|approver| approver.name.clone()).collect(),
                break_glass: None,
            })
        }
        Verdict::Confirm { stack, digest } => {
            let steps = plan.steps.len();
            let left = (steps - done(plan, stands) + again).min(steps);
            let what = Confirm { stack: &stack, digest: &digest, left, steps, place };
            Ok(Permit { by: vec![confirm(&what, args.digest.as_deref())?], break_glass: None })
        }
        Verdict::BrokenGlass { reason, approved, .. } => Ok(Permit {
            by: approved.iter().map(|approver| approver.name.clone()).collect(),
            break_glass: Some(reason),
        }),
        Verdict::Refused(problems) => Err(Failure::Refused(problems)),
    }
}

/// Steps of a plan that are done where its run stands.
fn done(plan: &Plan, stands: &Replayed) -> usize {
    let is_done = |state: &StepState| matches!(state, StepState::Done(_));
    plan.steps.iter().filter(|step| stands.steps.get(&step.id).is_some_and(is_done)).count()
}

/// What is about to be run, where, and by whose leave.
fn header(
    plan: &Plan,
    folder: &RunFolder,
    cluster: &connect::Known,
    permit: &Permit,
    kept: Option<String>,
) -> String {
    let done = done(plan, &resume::after(plan, &folder.replayed));
    let all = count(plan.steps.len(), "step");
    let stands = if folder.replayed.begun.is_some() {
        format!("goes on: {done} of {all} done")
    } else {
        format!("begins: {all}")
    };
    let by = match (&permit.break_glass, permit.by.as_slice()) {
        (Some(reason), _) => format!("run without approval: {reason}"),
        (None, by) => format!("by {}", by.join(", ")),
    };
    let kept = kept.unwrap_or_else(|| folder.path.display().to_string());
    let (stack, region) = (&plan.stack, &plan.saw.recovery_region);
    let unproven = if cluster.is_in { "" } else { " (no node of it says that it is there)" };
    let cluster = &cluster.shown;
    format!(
        "  run       {} {stands}\n  on        {cluster}, for stack {stack} in {region}{unproven}\n  approved  {by}\n  journal   {kept}\n",
        folder.run
    )
}

/// No effect is begun of a plan that cannot be brought to its end.
fn check_built(plan: &Plan) -> Result<(), Failure> {
    let unbuilt: Vec<&str> = plan.unbuilt().map(|step| step.id.as_str()).collect();
    let Some((first, more)) = unbuilt.split_first() else { return Ok(()) };
    let named: Vec<&str> = std::iter::once(*first).chain(more.iter().copied()).take(5).collect();
    let rest = unbuilt.len() - named.len();
    let rest = if rest > 0 { format!(", and {rest} more") } else { String::new() };
    Err(Failure::refused(
        format!(
            "this drplan cannot run {} of the plan's {} steps yet: {}{rest}",
            unbuilt.len(),
            plan.steps.len(),
            named.join(", ")
        ),
        "nothing was changed; what it applies is a plan of manifests. All of it as commands to run by hand: `drplan show \
         PLAN --format shell`",
    ))
}
