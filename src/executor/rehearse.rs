//! One rehearsal: processes one after another on the same journal and the same region, until the plan's end or until nothing
//! helps any more.

use std::sync::Mutex;
use std::time::Duration;

use super::drill::NoBodies;
use super::faults::{Faults, Faulty};
use super::journal::{Journal as _, MemoryJournal};
use super::requests::Requests;
use super::{Ended, Executor, Limits, Stop, Targets, people};
use crate::clients::clock::Clock;
use crate::event::{Ending, Event};
use crate::plan::Plan;
use crate::plan::journal::{Begun, Entry, replay};
use crate::targets::sim::{Effect, Region, Setup};

/// How a rehearsal went.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// How each process of it ended: the last is how it ended.
    pub ended: Ended,
    /// What happened, in order, of all its processes.
    pub events: Vec<Event>,
    /// Seconds from its begin to its end.
    pub makespan: Duration,
    /// What was had, by step.
    pub effects: Vec<Effect>,
    /// What is there in the end.
    pub state: String,
    /// The journal.
    pub journal: Vec<u8>,
    /// Processes that it took.
    pub processes: u32,
    /// Whether the last of them had a new plan.
    pub replanned: bool,
}

/// Rehearses a plan in virtual time.
///
/// # Errors
/// No runtime can be made.
pub fn rehearse(plan: &Plan, setup: Setup, faults: &Faults) -> std::io::Result<Rehearsed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(rehearse_in(plan, setup, faults)))
}

/// A process that crashes is followed by another. One that stops is, too, once; then by one with a new plan.
async fn rehearse_in(plan: &Plan, setup: Setup, faults: &Faults) -> Rehearsed {
    let clock = Clock::starting(plan.created_at);
    let region = Region::new(setup);
    let events = Mutex::new(Vec::new());
    let told = |event: Event| {
        if let Ok(mut events) = events.lock() {
            events.push(event);
        }
    };
    let (mut lines, mut processes) = (Vec::new(), 0);
    let (mut again, mut newest) = (false, None);
    let ended = loop {
        processes += 1;
        let current = newest.as_ref().unwrap_or(plan);
        let ended = process(current, &region, faults, clock, &told, &mut lines).await;
        match ended {
            Some(ended) if ended.how == Ending::Done => break ended,
            Some(_) if !again => again = true,
            Some(ended) => match choose_anew(current, &region).filter(|_| newest.is_none()) {
                Some(plan) => newest = Some(plan),
                None => break ended,
            },
            None if processes > MOST_PROCESSES => break Ended::lost(),
            None => {}
        }
        // The next goes on after a while.
        tokio::time::sleep(Duration::from_secs(30)).await;
        faults.next_process();
    };
    Rehearsed {
        ended,
        events: events.into_inner().unwrap_or_default(),
        makespan: clock.elapsed(),
        effects: region.effects(),
        state: region.state(),
        journal: lines,
        processes,
        replanned: newest.is_some(),
    }
}

/// One process, from where the journal stands; `None` where it died.
async fn process(
    plan: &Plan,
    region: &Region,
    faults: &Faults,
    clock: Clock,
    told: &dyn Fn(Event),
    lines: &mut Vec<u8>,
) -> Option<Ended> {
    let requests = Requests::new(plan, &NoBodies);
    let replayed = replay(lines).unwrap_or_default();
    let generation = replayed.generation + 1;
    let journal = MemoryJournal::after(replayed.head.clone(), generation, std::mem::take(lines));
    let first = match replayed.begun {
        None => begun(plan),
        Some(_) => Entry::Held { by: "drill".to_owned(), took_over: false, break_glass: None },
    };
    let faulty = Faulty { inner: region, faults, journal: &journal };
    let stop = Stop::new();
    let executor = Executor {
        plan,
        run: "drill",
        requests: &requests,
        targets: Targets { proofs: &faulty, engine: &faulty, data: &faulty, traffic: &faulty, kube: &faulty },
        journal: &faulty,
        people: &people::Rehearsed,
        clock,
        told,
        stop: &stop,
        limits: Limits::default(),
    };
    let run = async {
        faulty.append(clock.now(), first).await.ok()?;
        Some(executor.run(&replayed).await)
    };
    let ended = tokio::select! {
        biased;
        ended = run => ended,
        () = faults.crashed() => None,
    };
    *lines = journal.lines();
    ended
}

/// The same decisions with what their rules come to in the region as it is now; `None` where they come to the same.
fn choose_anew(plan: &Plan, region: &Region) -> Option<Plan> {
    let mut newest = plan.clone();
    for store in &mut newest.stores {
        let usable = store.candidates.iter().filter(|candidate| candidate.ruled_out.is_none());
        let kept =
            store.chosen().is_none_or(|chosen| region.has_point(&chosen.id) || chosen.data_at.is_none());
        let another = usable.map(|candidate| &candidate.id).find(|id| region.has_point(id)).cloned();
        if let Some(another) = another.filter(|_| !kept) {
            store.chosen = Some(another);
        }
    }
    (newest.stores != plan.stores).then_some(newest)
}

/// More processes than any fault asks for.
const MOST_PROCESSES: u32 = 8;

fn begun(plan: &Plan) -> Entry {
    Entry::Begun(Begun { simulated: Some("it is a drill".to_owned()), ..Begun::of("drill", plan) })
}
