//! The run itself: the executor with its targets, and who may stop it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::oneshot;

use super::advice::Advice;
use super::apply::Permit;
use super::ask::{Terminal, whereabouts};
use super::kept::Kept;
use super::output::Screen;
use super::run_folder::RunFolder;
use super::watch::Watch;
use super::world::Asked;
use super::{Failure, connect, resume, typed};
use crate::clients::clock::Clock;
use crate::event::{Ending, Event};
use crate::executor::errors::{Class, classify};
use crate::executor::requests::{Request, Requests};
use crate::executor::{Ended, Executor, Limits, Stop, Targets};
use crate::model::target::proof::ProofRequest;
use crate::model::target::{Mark, Seen};
use crate::plan::Plan;
use crate::plan::action::{Action, Check};
use crate::plan::journal::{Begun, Entry, Replayed, StepState};
use crate::plan::step::Step;
use crate::targets::Target;
use crate::targets::kube::KubeTarget;
use crate::targets::unbuilt::Unbuilt;

/// What a run acts by.
#[derive(Clone, Copy)]
pub(super) struct Acts<'x> {
    pub(super) requests: &'x Requests<'x>,
    pub(super) kube: &'x KubeTarget,
    pub(super) cluster: &'x connect::Known,
    pub(super) world: &'x Asked,
    pub(super) took_over: bool,
    pub(super) not_transferable: &'x [String],
    pub(super) parallelism: Option<u32>,
    pub(super) screen: &'x Screen,
}

pub(super) async fn in_runtime(
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
    let kubectl = acts.cluster.kubectl(&folder.path);
    folder.leads_by(kubectl.as_deref());
    let file = folder.file(&resume::file(plan, &folder.replayed));
    let advice = Advice { kubectl, plan: file.display().to_string() };
    let told = |event: Event| {
        let event = advice.event(event);
        watch.take(&event);
        if let Ok(mut seen) = seen.lock() {
            seen.push(event);
        }
    };
    let again = typed::same();
    let people = Terminal {
        plan,
        watch,
        screen: acts.screen,
        advice: &advice,
        again: &again,
        declined: Mutex::default(),
    };
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
    prove_account(plan, acts.requests, &proofs, &replayed).await?;
    for entry in std::iter::once(first(plan, folder, permit, acts)).chain(replanned) {
        journal.journal().append(clock.now(), entry).await.map_err(|error| {
            Failure::refused(
                error.to_string(),
                "nothing was changed: mend the cause (a full disk: make room), then apply again",
            )
        })?;
    }
    folder.mark_begun(&plan.decision_digest);
    let taken = Mutex::new(None);
    let ended = tokio::select! {
        biased;
        () = twice_interrupted(&stop, watch) => None,
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

/// How often the account is asked for before nothing is begun.
const TRIES: u32 = 4;

/// Each process proves whose account its credentials are of: the one that did it before may have had others.
///
/// # Errors
/// Another account, or nobody says which.
async fn prove_account(
    plan: &Plan,
    requests: &Requests<'_>,
    proofs: &dyn Target<ProofRequest>,
    replayed: &Replayed,
) -> Result<(), Failure> {
    let is_proof = |step: &&Step| {
        matches!(step.action, Action::Check { check: Check::Identity { .. } })
            && matches!(replayed.steps.get(&step.id), Some(StepState::Done(_)))
    };
    let Some(step) = plan.steps.iter().find(is_proof) else { return Ok(()) };
    let Ok(Request::Proof(request)) = requests.request(step, &BTreeMap::new(), 0) else { return Ok(()) };
    let mark = Mark { run: String::new(), step: step.id.clone(), token: String::new() };
    let mut pause = Duration::from_millis(500);
    for attempt in 1..=TRIES {
        let error = match proofs.look(&request, &mark).await {
            Ok(Seen::Mismatch(mismatch)) => {
                return Err(Failure::refused(
                    format!("nothing was changed: {}", mismatch.found),
                    mismatch.choices.join("; "),
                ));
            }
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        if attempt == TRIES || classify(&error) != Class::Retry {
            return Err(Failure::refused(
                format!("nothing was changed: nobody says whose account the credentials are of: {error}"),
                "sign in to the account of the plan, see that STS of the recovery region answers, then apply again",
            ));
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    Ok(())
}

/// How long whoever wants to go waits for a reader that does not read.
const LEAVING: Duration = Duration::from_secs(1);

/// Waits until everything is shown, or nobody wants to see it any more.
pub(super) async fn all_shown(
    printed: oneshot::Receiver<Result<(), Failure>>,
    leaving: bool,
) -> Result<(), Failure> {
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
async fn twice_interrupted(stop: &Stop, watch: &Watch) {
    interrupted().await;
    stop.now();
    let said = "stopping in order: what is under way records how it ends; Ctrl-C again ends at once\n";
    watch.interrupted(said);
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
        cluster: Some(acts.cluster.id.clone()),
        simulated: acts.cluster.simulated.clone(),
        approved_by: permit.by.clone(),
        break_glass: permit.break_glass.clone(),
        not_transferable: acts.not_transferable.to_vec(),
        ..Begun::of(&folder.run, plan)
    })
}
