//! `drplan apply PLAN`: check, plan again, run.

use std::path::PathBuf;
use std::sync::Mutex;

use super::args::{Apply, Format, Region};
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
use super::watch::Watch;
use super::{Exit, Failure, connect, preview, resume, shared_run};
use crate::clients::clock::Clock;
use crate::event::{Ending, Event};
use crate::executor::requests::Requests;
use crate::executor::{Ended, Executor, Limits, Stop, Targets};
use crate::model::diagnostic::Problem;
use crate::model::input::PlanningInput;
use crate::model::paste::shell;
use crate::plan::approval::{Request, Rules, Verdict, judge};
use crate::plan::finding::Severity;
use crate::plan::journal::{Entry, JOURNAL_VERSION};
use crate::plan::{Plan, diff};
use crate::render::changes::render_changes;
use crate::render::run::{Folder, render_ended};
use crate::sources::approvals;
use crate::targets::kube::KubeTarget;
use crate::targets::unbuilt::Unbuilt;

const MARK: &str = "\"decision_digest\"";

/// Who lets a plan run.
struct Permit {
    by: Vec<String>,
    break_glass: Option<String>,
}

pub(super) fn run(args: &Apply, screen: &Screen) -> Result<Exit, Failure> {
    let shown = args.plan.display().to_string();
    let (_, approved) = read_plan(&args.plan)?;
    check_errors(&approved, &shown)?;
    let going = resume::apply(args, &approved)?;
    let progress = Progress::begin("planning again from the newest inputs");
    let texts = Texts::default();
    let Planned { input, plan: newest, base } =
        plan(&as_region(args, &approved), going.as_ref(), &texts, &progress)?;
    drop(progress);
    let now = jiff::Timestamp::now();
    check_same(&approved, &newest, &base, &shown, screen)?;
    check_errors(&newest, &shown)?;
    check_built(&newest)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build();
    let runtime = runtime.map_err(|source| Failure::Io { what: "the run's threads".to_owned(), source })?;
    let bodies = Read::new(&newest, &input.manifests);
    let requests = Requests::new(&newest, &bodies).with_fence_by_hand();
    let (kube, cluster) = runtime.block_on(connect::cluster(args, &newest))?;
    // Whoever is asked for the go sees first what it is for.
    if args.dry_run || (args.events.is_none() && is_somebody_there()) {
        runtime.block_on(preview::show(&newest, &requests, &kube, screen))?;
    }
    if args.dry_run {
        return Ok(Exit::Done);
    }
    let shared = runtime.block_on(shared_run::connect(input.settings.journal.as_ref(), &newest))?;
    let place = Place { region: &newest.saw.recovery_region, cluster: &cluster };
    let permit = permit(args, &approved, &input, &base, now, place, screen)?;
    let folder = kept::folder(args, shared.is_some(), &base, &newest, now)?;
    let (folder, journal) = match &shared {
        Some(shared) => {
            runtime.block_on(kept::in_s3(shared, folder, &newest, args.take_over.is_some(), screen))?
        }
        None => {
            let journal = folder.journal()?;
            (folder, Kept::File(journal))
        }
    };
    folder.check_cluster(&cluster.id)?;
    save(&folder.file(&resume::file(&newest, &folder.replayed)), &encoded(&newest)?, MARK)?;
    let watch = Watch::new(&newest, args.events, screen);
    let mut events = Vec::new();
    let acts = Acts {
        requests: &requests,
        kube: &kube,
        cluster: &cluster.id,
        simulated: cluster.simulated.as_deref(),
        took_over: args.take_over.is_some(),
        parallelism: input.settings.terraform.parallelism,
    };
    let ended =
        runtime.block_on(in_runtime(&newest, acts, &folder, &journal, &permit, &watch, &mut events))?;
    // Whoever was asked at the terminal may still be thinking: nobody waits for them.
    runtime.shutdown_background();
    drop(watch);
    drop(journal);
    let again: Vec<String> = std::env::args().skip(1).map(|word| shell(&word)).collect();
    let again = format!("drplan {}", again.join(" "));
    let ends = Folder { again: &again, run: &folder.path.display().to_string() };
    let text = render_ended(&newest, &events, ends, screen.options(0, Some(&shown)));
    if args.events.is_none() {
        screen.result(text.as_bytes())?;
    }
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

/// What `drplan region` would have been asked.
fn as_region(args: &Apply, plan: &Plan) -> Region {
    Region {
        region: plan.saw.recovery_region.clone(),
        config: args.config.clone(),
        primary: args.primary.clone(),
        state: args.state.clone(),
        state_version: None,
        state_at: None,
        terraform: args.terraform.clone(),
        manifests: args.manifests.clone(),
        exclude: args.exclude.clone(),
        inventory: args.inventory.clone(),
        observation: args.observation.clone(),
        estimates: None,
        engine_plan: None,
        engine: None,
        resume: None,
        offline: args.offline,
        at: None,
        out: PathBuf::from("plan.json"),
        format: Format::Json,
        verbose: 0,
    }
}

fn refused(message: impl Into<String>, fix: impl Into<String>) -> Failure {
    Failure::Refused(Problem::new(message, fix).into())
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
    Err(refused(
        format!("the plan has errors and cannot be applied: {}", errors.join(", ")),
        format!("drplan show {} has each with what to do", shell(shown)),
    ))
}

/// Who lets it run; an approval is of the decisions, and so of every plan that has the same.
fn permit(
    args: &Apply,
    plan: &Plan,
    input: &PlanningInput<'_>,
    base: &std::path::Path,
    now: jiff::Timestamp,
    place: Place<'_>,
    screen: &Screen,
) -> Result<Permit, Failure> {
    let shown = shell(&args.plan.display().to_string());
    let settings = input.settings.file.is_some().then_some(&input.settings.approval);
    let rules = Rules::of(plan, settings);
    let files = approvals::read_approvals(&args.plan, base, &rules.signers, &rules.revoked);
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

/// The decisions must be those that were approved.
fn check_same(
    approved: &Plan,
    newest: &Plan,
    base: &std::path::Path,
    shown: &str,
    screen: &Screen,
) -> Result<(), Failure> {
    if approved.decision_digest == newest.decision_digest {
        return Ok(());
    }
    if let Some(run) = resume::run_of(base, approved) {
        return Err(resume::moved(&run, approved, newest, shown, screen));
    }
    let runs = base.join(".drplan");
    let path = runs.join("newest-plan.json");
    let failed = |source| Failure::Io { what: runs.display().to_string(), source };
    std::fs::create_dir_all(&runs).map_err(failed)?;
    save(&path, &encoded(newest)?, MARK)?;
    let saved = path.display().to_string();
    let mut changes = diff::diff(approved, newest);
    changes.retain(|change| change.decision);
    screen.note(&render_changes(&changes, (shown, &saved), screen.options(0, Some(&saved))));
    Err(refused(
        "the newest inputs make another plan: its decisions are not those that were approved",
        format!(
            "read what differs; where it is right, have it approved: drplan approve {} --delta {}",
            shell(&saved),
            shell(shown)
        ),
    ))
}

/// No effect is begun of a plan that cannot be brought to its end.
fn check_built(plan: &Plan) -> Result<(), Failure> {
    let unbuilt: Vec<&str> = plan.unbuilt().map(|step| step.id.as_str()).collect();
    let Some((first, more)) = unbuilt.split_first() else { return Ok(()) };
    let named: Vec<&str> = std::iter::once(*first).chain(more.iter().copied()).take(5).collect();
    let rest = unbuilt.len() - named.len();
    let rest = if rest > 0 { format!(", and {rest} more") } else { String::new() };
    Err(refused(
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

/// What a run acts by.
#[derive(Clone, Copy)]
struct Acts<'x> {
    requests: &'x Requests<'x>,
    kube: &'x KubeTarget,
    cluster: &'x str,
    simulated: Option<&'x str>,
    took_over: bool,
    parallelism: Option<u32>,
}

async fn in_runtime(
    plan: &Plan,
    acts: Acts<'_>,
    folder: &RunFolder,
    journal: &Kept,
    permit: &Permit,
    watch: &Watch<'_>,
    events: &mut Vec<Event>,
) -> Result<Ended, Failure> {
    let proofs = connect::Proofs::new(&plan.saw.recovery_region, plan.saw.account.is_some());
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
            refused(
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
        return Entry::Held { by: whereabouts(), took_over: acts.took_over };
    }
    Entry::Begun {
        format_version: JOURNAL_VERSION,
        run: folder.run.clone(),
        plan: plan.digest.clone(),
        decision: plan.decision_digest.clone(),
        stack: plan.stack.clone(),
        region: plan.saw.recovery_region.clone(),
        account: plan.saw.account.clone(),
        cluster: Some(acts.cluster.to_owned()),
        simulated: acts.simulated.map(str::to_owned),
        approved_by: permit.by.clone(),
        break_glass: permit.break_glass.clone(),
    }
}
