//! Runs a plan: precheck, journal, effect, wait. It decides nothing that the plan has not decided.
//!
//! One task runs all steps: whatever stops it, a crash or a signal, stops it between two instructions of one thread, and
//! the journal tells the next process how far it came. Effects are had by `targets`, people are asked by `people`, what
//! happens is told to whoever listens; nothing here prints.

mod again;
mod attempt;
mod budgets;
mod calls;
mod choices;
pub mod drill;
pub mod errors;
pub mod faults;
mod gate;
pub mod journal;
#[cfg(feature = "live")]
pub mod lease;
pub mod matrix;
mod moved;
mod passing;
pub mod people;
pub mod rehearse;
pub mod requests;
mod schedule;
#[cfg(feature = "live")]
pub mod shared;
pub mod still;
mod stop;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;

use crate::clients::clock::Clock;
use crate::event::{Ending, Event, EventKind};
use crate::model::target::data::DataRequest;
use crate::model::target::engine::AddressRequest;
use crate::model::target::kube::KubeRequest;
use crate::model::target::proof::ProofRequest;
use crate::model::target::traffic::TrafficRequest;
use crate::model::target::{Outputs, TargetError};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::journal::{Entry, Replayed, StepState};
use crate::plan::step::Step;
use crate::targets::Target;
use attempt::Finished;
use budgets::Budgets;
use journal::{Journal, JournalError};
use people::People;
use requests::Requests;
use schedule::Schedule;
pub use stop::Stop;

/// What effects are had on.
#[derive(Clone, Copy)]
pub struct Targets<'t> {
    /// What is asked and changes nothing.
    pub proofs: &'t dyn Target<ProofRequest>,
    /// The engine.
    pub engine: &'t dyn Target<AddressRequest>,
    /// Services that hold data.
    pub data: &'t dyn Target<DataRequest>,
    /// Services that lead traffic, and trust.
    pub traffic: &'t dyn Target<TrafficRequest>,
    /// The cluster.
    pub kube: &'t dyn Target<KubeRequest>,
}

/// How long things may last.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// One call.
    pub call: Duration,
    /// The first pause before a call is made again; then twice as long each, up to the longest.
    pub first_pause: Duration,
    /// The longest.
    pub longest_pause: Duration,
    /// How often a call that may pass is made.
    pub attempts: u32,
    /// The shortest pause between two looks at whether something is done, where looking is a call.
    pub look_again: Duration,
    /// And where it is none: the engine tells of its own accord.
    pub listen_again: Duration,
    /// A step may last this many times its 90th percentile.
    pub patience: u32,
    /// And at least this long.
    pub least: Duration,
    /// What the engine does at once.
    pub parallelism: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            call: Duration::from_secs(60),
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
            attempts: 8,
            look_again: Duration::from_secs(1),
            listen_again: Duration::from_millis(250),
            patience: 3,
            least: Duration::from_secs(600),
            parallelism: 10,
        }
    }
}

/// All that a run is made of.
pub struct Executor<'x> {
    /// The plan.
    pub plan: &'x Plan,
    /// The run's name.
    pub run: &'x str,
    /// Its requests.
    pub requests: &'x Requests<'x>,
    /// What effects are had on.
    pub targets: Targets<'x>,
    /// The journal.
    pub journal: &'x dyn Journal,
    /// Who is asked.
    pub people: &'x dyn People,
    /// The clock.
    pub clock: Clock,
    /// Who is told what happens.
    pub told: &'x dyn Fn(Event),
    /// Whether it is to stop.
    pub stop: &'x Stop,
    /// How long things may last.
    pub limits: Limits,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: Ending,
    /// Steps that are done, in all.
    pub done: usize,
    /// Steps that failed, with the cause and what can be done.
    pub failed: Vec<(String, String, Vec<String>)>,
    /// Gates that nobody passed.
    pub gates: Vec<String>,
    /// Why no record could be written, where that is why.
    pub lost: Option<String>,
}

impl Ended {
    /// Nothing is known of it: the process died, or was ended at once.
    #[must_use]
    pub fn lost() -> Self {
        Self { how: Ending::Interrupted, done: 0, failed: Vec::new(), gates: Vec::new(), lost: None }
    }
}

/// What the steps of a run share.
struct Shared<'r> {
    /// What done steps have left.
    left: RefCell<BTreeMap<String, Outputs>>,
    /// Steps that a later plan of the run decided otherwise than they were begun, with its number.
    anew: &'r BTreeMap<String, u32>,
    /// When attempts were begun whose effect may have been had.
    begun_at: &'r BTreeMap<String, Timestamp>,
    /// What the run's records said of steps when this process began.
    steps: &'r BTreeMap<String, StepState>,
    /// Waits for Jobs whose end was seen.
    ended: BTreeSet<String>,
    /// What steps had told others before they were undone.
    told: RefCell<BTreeMap<String, Outputs>>,
    /// Steps that have failed in this process.
    failed: RefCell<Vec<String>>,
    /// One gate is asked at a time: an answer is to the question that stands there.
    asking: tokio::sync::Mutex<()>,
    /// Places for calls.
    budgets: Budgets,
}

impl Shared<'_> {
    /// What a step leaves. An object that was made anew has changed no value that anybody read: what it had changed before it
    /// was gone, its readers may still have to read.
    fn still_told(&self, step: &Step, outputs: Outputs) -> Outputs {
        let is_object = matches!(step.action, Action::ApplyObject { .. });
        let told = self.told.borrow_mut().remove(&step.id).filter(|_| is_object && outputs.is_empty());
        told.unwrap_or(outputs)
    }
}

impl<'x> Executor<'x> {
    /// Runs the plan from where its journal stands to its end, or to where it cannot go on.
    pub async fn run(&self, replayed: &Replayed) -> Ended {
        let steps = &self.plan.steps;
        let told = RefCell::new(replayed.told.clone());
        let left = RefCell::new(BTreeMap::new());
        let shared = Shared {
            left,
            anew: &replayed.anew,
            begun_at: &replayed.begun_at,
            steps: &replayed.steps,
            ended: passing::seen_to_end(steps, replayed),
            told,
            failed: RefCell::new(Vec::new()),
            asking: tokio::sync::Mutex::new(()),
            budgets: Budgets::new(),
        };
        for step in steps {
            if let Some(StepState::Done(outputs)) = replayed.steps.get(&step.id) {
                shared.left.borrow_mut().insert(step.id.clone(), outputs.clone());
            }
        }
        self.tell(EventKind::Begun {
            run: self.run.to_owned(),
            steps: steps.iter().map(|step| step.id.clone()).collect(),
            done: shared.left.borrow().keys().cloned().collect(),
        });
        let looked = self.look_again(&shared, replayed).await;
        let nothing = HashMap::new();
        let undone = looked.as_ref().unwrap_or(&nothing);
        for step in undone.keys() {
            let told = shared.left.borrow_mut().remove(*step).unwrap_or_default();
            shared.told.borrow_mut().insert((*step).to_owned(), told);
        }
        let mut schedule = Schedule::new(steps, self.limits.parallelism);
        let mut running = FuturesUnordered::new();
        let mut ended = Ended {
            how: Ending::Done,
            done: shared.left.borrow().len(),
            failed: Vec::new(),
            gates: Vec::new(),
            lost: looked.as_ref().err().map(ToString::to_string),
        };
        let mut stopping = self.stop.is_asked() || ended.lost.is_some();
        loop {
            while !stopping && let Some(at) = schedule.begin(self.clock.elapsed()) {
                if shared.left.borrow().contains_key(&steps[at].id) {
                    schedule.leave(at);
                    schedule.done(at);
                    continue;
                }
                let (step, shared) = (&steps[at], &shared);
                let open = undone.get(step.id.as_str()).or_else(|| replayed.steps.get(&step.id));
                running.push(async move { (at, self.step(step, open, shared).await) });
            }
            let Some((at, finished)) = running.next().await else { break };
            schedule.leave(at);
            match finished {
                Finished::Done(outputs) => {
                    ended.done += 1;
                    shared.left.borrow_mut().insert(steps[at].id.clone(), outputs);
                    schedule.done(at);
                }
                Finished::Failed { cause, choices } => {
                    shared.failed.borrow_mut().push(steps[at].id.clone());
                    ended.failed.push((steps[at].id.clone(), cause, choices));
                }
                Finished::AtGate => ended.gates.push(steps[at].id.clone()),
                Finished::Interrupted => {}
                Finished::Lost(why) => {
                    ended.lost.get_or_insert(why);
                    self.stop.now();
                }
            }
            stopping = self.stop.is_asked();
        }
        ended.how = self.ending(&ended);
        self.end(&mut ended).await;
        ended
    }

    fn ending(&self, ended: &Ended) -> Ending {
        if ended.lost.is_some() {
            Ending::Lost
        } else if ended.done == self.plan.steps.len() {
            Ending::Done
        } else if self.stop.is_asked() {
            Ending::Interrupted
        } else if ended.failed.is_empty() && !ended.gates.is_empty() {
            Ending::AtGate
        } else {
            Ending::Failed
        }
    }

    async fn end(&self, ended: &mut Ended) {
        if ended.lost.is_none() {
            let how = ended.how.as_str().to_owned();
            // What is done is done without this record, too, but nobody would find it ended.
            if let Err(error) = self.journal.append(self.clock.now(), Entry::Ended { how }).await {
                ended.lost = Some(error.to_string());
                ended.how = Ending::Lost;
            }
        }
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let left = self.plan.steps.len() - ended.done - ended.failed.len();
        self.tell(EventKind::Ended {
            how: ended.how,
            done: count(ended.done),
            failed: count(ended.failed.len()),
            left: count(left),
        });
    }

    /// Writes a record, and says so where that takes long: nothing else moves meanwhile.
    async fn record(&self, step: &str, entry: Entry) -> Result<(), JournalError> {
        let append = self.journal.append(self.clock.now(), entry);
        let mut append = std::pin::pin!(append);
        tokio::select! {
            biased;
            written = &mut append => return written,
            () = tokio::time::sleep(UNWRITTEN) => {}
        }
        let status = "its record is not written yet: what keeps the journal does not answer".to_owned();
        self.tell(EventKind::StepProgress { step: step.to_owned(), status });
        append.await
    }

    fn tell(&self, kind: EventKind) {
        (self.told)(Event { at: self.clock.now(), kind });
    }
}

/// How long a record may take before somebody is told.
const UNWRITTEN: Duration = Duration::from_secs(3);

/// An error that no target gave.
fn own_error(call: &str, code: &str, message: String) -> TargetError {
    TargetError {
        service: "drplan",
        call: call.to_owned(),
        code: code.to_owned(),
        status: None,
        message,
        retry_after: None,
    }
}
