//! `drplan apply PLAN`: check, plan again, run.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::oneshot;

use super::args::Apply;
use super::ask::{Confirm, Place, Terminal, confirm, is_somebody_there, whereabouts};
use super::bodies::Read;
use super::gather::Texts;
use super::kept::{self, Kept};
use super::output::Screen;
use super::progress::Progress;
use super::region::{Planned, encoded, plan};
use super::run_folder::RunFolder;
use super::save::save;
use super::show::read_plan;
use super::taken::{self, Taken};
use super::watch::Watch;
use super::world::Asked;
use super::{Exit, Failure, again, connect, preview, resume, shared_run};
use crate::clients::clock::Clock;
use crate::event::{Ending, Event};
use crate::executor::requests::Requests;
use crate::executor::{Ended, Executor, Limits, Stop, Targets};
use crate::model::input::PlanningInput;
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::approval::{Request, Rules, Verdict, judge};
use crate::plan::finding::Severity;
use crate::plan::journal::{Begun, Entry};
use crate::render::run::{Folder, render_ended};
use crate::sources::approvals;
use crate::targets::kube::KubeTarget;
use crate::targets::unbuilt::Unbuilt;

pub(super) const MARK: &str = "\"decision_digest\"";

/// Who lets a plan run.
struct Permit {
    by: Vec<String>,
    break_glass: Option<String>,
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
    again::check_same(&approved, newest, &home, &shown, screen)?;
    if check_errors(newest, &shown).is_err() {
        check_errors(newest, &again::saved(newest, &home)?)?;
    }
    check_built(newest)?;
    let bodies = Read::new(newest, &input.manifests);
    let requests = Requests::new(newest, &bodies).with_fence_by_hand();
    let (kube, cluster) = runtime.block_on(connect::cluster(args, newest))?;
    let kube = kube.scaling(bodies.sizes(newest));
    if args.dry_run {
        return runtime.block_on(preview::dry_run(args, newest, &requests, &kube, screen));
    }
    // Whoever is asked for the go sees first what it is for.
    if args.events.is_none() && is_somebody_there() {
        runtime.block_on(preview::show(newest, &requests, &kube, screen))?;
    }
    let shared = match &taken {
        Some(_) => None,
        None => runtime.block_on(shared_run::connect(input.settings.journal.as_ref(), newest))?,
    };
    let place = Place { region: &newest.saw.recovery_region, cluster: &cluster };
    let asked = Wanted { plan: &approved, path: &path, input, base, now, place };
    let permit = permit(args, &asked, screen)?;
    let (shared, folder) = match taken.take() {
        Some(taken) => (Some(taken.shared), taken.folder),
        None => {
            let folder = kept::folder(args, shared.is_some(), &home, newest, now)?;
            (shared, folder)
        }
    };
    let mut not_transferable = Vec::new();
    let (folder, journal) = match &shared {
        Some(shared) => {
            if folder.replayed.decision() != Some(&newest.decision_digest) && args.take_over.is_none() {
                let kms_key = input.settings.journal.as_ref().and_then(|journal| journal.kms_key.as_deref());
                let run = &folder.run;
                let kept =
                    taken::Kept { args, path: &path, run, planned: &planned, going, texts: &texts, kms_key };
                not_transferable = shared.keep_inputs(&kept, &runtime);
                tell_not_transferable(&not_transferable, screen);
            }
            runtime.block_on(kept::in_s3(shared, folder, newest, args.take_over.is_some(), screen))?
        }
        None => {
            let journal = folder.journal(screen)?;
            (folder, Kept::File(journal))
        }
    };
    folder.check_cluster(&cluster.id)?;
    save(&folder.file(&resume::file(newest, &folder.replayed)), &encoded(newest)?, MARK)?;
    let watch = Watch::new(newest, args.events, screen)?;
    let mut events = Vec::new();
    let world = Asked::new(args, input, now);
    let acts = Acts {
        requests: &requests,
        kube: &kube,
        cluster: &cluster.id,
        simulated: cluster.simulated.as_deref(),
        world: &world,
        took_over: args.take_over.is_some(),
        not_transferable: &not_transferable,
        parallelism: input.settings.terraform.parallelism,
    };
    let ended =
        runtime.block_on(in_runtime(newest, acts, &folder, &journal, &permit, &watch, &mut events))?;
    drop(journal);
    let again: Vec<String> = std::env::args().skip(1).map(|word| shell(&word)).collect();
    let again = format!("drplan {}", again.join(" "));
    let verify = connect::verify_command(args, newest);
    let ends = Folder { again: &again, run: &folder.path.display().to_string(), verify: &verify };
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
        format!("drplan show {} has each with what to do", shell(shown)),
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
}

/// Who lets it run; an approval is of the decisions, and so of every plan that has the same.
fn permit(args: &Apply, asked: &Wanted<'_>, screen: &Screen) -> Result<Permit, Failure> {
    let Wanted { plan, path, input, base, now, place } = *asked;
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
            let what = Confirm { stack: &stack, digest: &digest, steps: plan.steps.len(), place };
            Ok(Permit { by: vec![confirm(&what, args.digest.as_deref())?], break_glass: None })
        }
        Verdict::BrokenGlass { reason, approved, .. } => Ok(Permit {
            by: approved.iter().map(|approver| approver.name.clone()).collect(),
            break_glass: Some(reason),
        }),
        Verdict::Refused(problems) => Err(Failure::Refused(problems)),
    }
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
        "nothing was changed; what it applies is a plan of manifests. `drplan show PLAN --step ID` has each call, to be \
         made by hand",
    ))
}

/// A run that only this machine can go on with is better known before the machine is gone.
fn tell_not_transferable(why: &[String], screen: &Screen) {
    for why in why {
        screen.note(&format!(
            "note: not transferable: {why}. Another machine can go on with this run only in this folder and with this plan \
             (drplan apply PLAN --take-over RUN)"
        ));
    }
}

/// What a run acts by.
#[derive(Clone, Copy)]
struct Acts<'x> {
    requests: &'x Requests<'x>,
    kube: &'x KubeTarget,
    cluster: &'x str,
    simulated: Option<&'x str>,
    world: &'x Asked,
    took_over: bool,
    not_transferable: &'x [String],
    parallelism: Option<u32>,
}

async fn in_runtime(
    plan: &Plan,
    acts: Acts<'_>,
    folder: &RunFolder,
    journal: &Kept,
    permit: &Permit,
    watch: &Watch,
    events: &mut Vec<Event>,
) -> Result<Ended, Failure> {
    let proofs = connect::Proofs::new(&plan.saw.recovery_region, plan.saw.account.is_some(), acts.world);
    let clock = Clock::starting(jiff::Timestamp::now());
    let seen = Mutex::new(std::mem::take(events));
    let told = |event: Event| {
        watch.take(&event);
        if let Ok(mut seen) = seen.lock() {
            seen.push(event);
        }
    };
    let people = Terminal { plan, watch };
    let stop = Stop::new();
    let mut limits = Limits::default();
    if let Some(parallelism) = acts.parallelism {
        limits.parallelism = parallelism as usize;
    }
    let executor = Executor {
        plan,
        run: &folder.run,
        requests: acts.requests,
        targets: Targets {
            proofs: &proofs,
            engine: &Unbuilt,
            data: &Unbuilt,
            traffic: &Unbuilt,
            kube: acts.kube,
        },
        journal: journal.journal(),
        people: &people,
        clock,
        told: &told,
        stop: &stop,
        limits,
    };
    let (replanned, replayed) = resume::entry(plan, folder, &permit.by, permit.break_glass.as_deref())?;
    for entry in std::iter::once(first(plan, folder, permit, acts)).chain(replanned) {
        journal.journal().append(clock.now(), entry).await.map_err(|error| {
            Failure::refused(
                error.to_string(),
                "nothing was changed: mend the cause (a full disk: make room), then apply again",
            )
        })?;
    }
    let taken = Mutex::new(None);
    let ended = tokio::select! {
        biased;
        () = twice_interrupted(&stop) => None,
        () = journal.keep(&stop, &taken) => None,
        ended = executor.run(&replayed) => Some(ended),
    };
    *events = seen.into_inner().unwrap_or_default();
    // What was ended at once may still have a call on its way: its lease is waited out.
    if let (Kept::Shared(journal), Some(Ended { lost: None, .. })) = (journal, &ended) {
        journal.keeper().release().await;
    }
    // What was begun has its intent, and is looked at by the process that goes on.
    let mut ended = ended.unwrap_or_else(Ended::lost);
    if ended.how != Ending::Done
        && let Some(why) = taken.into_inner().ok().flatten()
    {
        ended.how = Ending::Lost;
        ended.lost.get_or_insert(why);
    }
    Ok(ended)
}

/// How long whoever wants to go waits for a reader that does not read.
const LEAVING: Duration = Duration::from_secs(1);

/// Waits until everything is shown, or nobody wants to see it any more.
async fn all_shown(printed: oneshot::Receiver<Result<(), Failure>>, leaving: bool) -> Result<(), Failure> {
    let enough = async {
        if !leaving {
            interrupted().await;
        }
        tokio::time::sleep(LEAVING).await;
    };
    tokio::select! {
        biased;
        printed = printed => printed.unwrap_or(Ok(())),
        () = enough => Ok(()),
    }
}

/// Ctrl-C, or the end that an init system or a pipeline asks for, has the run stop in order; another one ends it at once.
async fn twice_interrupted(stop: &Stop) {
    interrupted().await;
    stop.now();
    interrupted().await;
}

#[cfg(unix)]
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn first(plan: &Plan, folder: &RunFolder, permit: &Permit, acts: Acts<'_>) -> Entry {
    if folder.replayed.begun.is_some() {
        return Entry::Held {
            by: whereabouts(),
            took_over: acts.took_over,
            break_glass: permit.break_glass.clone(),
        };
    }
    Entry::Begun(Begun {
        cluster: Some(acts.cluster.to_owned()),
        simulated: acts.simulated.map(str::to_owned),
        approved_by: permit.by.clone(),
        break_glass: permit.break_glass.clone(),
        not_transferable: acts.not_transferable.to_vec(),
        ..Begun::of(&folder.run, plan)
    })
}
