//! The report of a run: what was done, by whom, and how long it took against what was planned. From the plan and the
//! journal alone.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Plan;
use super::action::Action;
use super::forecast::Verdict;
use super::journal::{Begun, Entry, Record, Replayed};
use super::step::{EstimateSource, Phase};
use crate::model::durations::{Durations, DurationsKind, FORMAT_VERSION, LiveRun, StepDuration};
use crate::model::target::UNPROVEN;

/// A run, as its journal tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunReport {
    /// The run.
    pub run: String,
    /// Name of the stack.
    pub stack: String,
    /// `digest` of the plan as it was made again when the run began.
    pub plan: String,
    /// Its `decision_digest`, which is what was approved.
    pub decision: String,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Why it ran without approval, where it did.
    pub break_glass: Option<String>,
    /// The plans that it went on with after that one, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replanned: Vec<Replanned>,
    /// Why its durations are not those of a recovery, where an emulator or a cluster on one machine stood in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<String>,
    /// What this is a copy of, where newer records may be elsewhere, and how they are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// Whether a process of this machine has the run at this moment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub running: bool,
    /// First record.
    pub begun_at: Timestamp,
    /// Last record.
    pub last_at: Timestamp,
    /// How the last process ended; `None` where it has not, or died.
    pub ended: Option<String>,
    /// Processes that had the run.
    pub holders: u64,
    /// Decisions of people at gates.
    pub decisions: Vec<Decision>,
    /// Later processes that went on with the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed_by: Vec<Resumed>,
    /// Failures of steps that were done or proven later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<Found>,
    /// What was gone when a later process looked, and what stood on it: run again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undone: Vec<Found>,
    /// What others had changed when a later process looked: left so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Found>,
    /// Every step that a record is of, in the plan's order.
    pub steps: Vec<StepReport>,
    /// Steps that were not begun.
    pub left: Vec<String>,
    /// Objects that are applied and held (suspended, or at no replicas) until their gate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// Recovery time, measured.
    pub rto: Measured,
}

/// Another plan that a run went on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replanned {
    /// `digest` of that plan.
    pub plan: String,
    /// When.
    pub at: Timestamp,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Why it ran without approval, where it did.
    pub break_glass: Option<String>,
    /// Steps that were done and stayed.
    pub stayed: u64,
    /// Steps that were done and were to be run again, or that it does not have.
    pub dropped: Vec<String>,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The gate's step.
    pub step: String,
    /// Who.
    pub by: String,
    /// Whether to go on.
    pub go: bool,
    /// When.
    pub at: Timestamp,
}

/// A process that went on with a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumed {
    /// Who, and where: `ops@host, process 4711`.
    pub by: String,
    /// Whether it took the run over from one that may still have lived.
    pub took_over: bool,
    /// When.
    pub at: Timestamp,
}

/// What was found of a step, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The step that had left it.
    pub step: String,
    /// What was found.
    pub found: String,
    /// When.
    pub at: Timestamp,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepReport {
    /// The step.
    pub step: String,
    /// Its phase.
    pub phase: Phase,
    /// `done`, `found` (its effect was there already), `unproven` (a check that nobody answered), `failed` or `open`.
    pub outcome: String,
    /// From its first intent to its end, or from when it was first looked at or asked, seconds; `None` where it has not
    /// ended, or was found.
    pub seconds: Option<u64>,
    /// The plan's median.
    pub planned_seconds: u64,
    /// Attempts at its effect; at what only looks or waits, how often it was begun.
    pub attempts: u32,
    /// Why it failed, or is unproven.
    pub cause: Option<String>,
}

/// A time against its objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// From when the clock runs: the loss where it was given, else the first record.
    pub since: Timestamp,
    /// Seconds until the last step was done; `None` while there are steps left.
    pub seconds: Option<u64>,
    /// What the plan forecast, median.
    pub planned_seconds: u64,
    /// The objective.
    pub objective_seconds: Option<u64>,
    /// Whether it was met.
    pub verdict: Verdict,
}

/// Where a step is while the journal is read.
#[derive(Default)]
struct Seen {
    begun: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// Number of the record that ended it.
    record: u64,
    outcome: &'static str,
    attempts: u32,
    cause: Option<String>,
}

impl Seen {
    /// It ends with a record; where no intent says when it began, `since` does.
    fn end(&mut self, record: &Record, since: Option<Timestamp>, outcome: &'static str) {
        if let Some(since) = since {
            self.begun.get_or_insert(since);
            self.attempts += 1;
        }
        self.ended = Some(record.at);
        self.record = record.sequence;
        self.outcome = outcome;
    }
}

/// Reports a run; `None` where its journal has not begun. `since` is when the primary was lost, where that is known.
#[must_use]
pub fn report(plan: &Plan, replayed: &Replayed, since: Option<Timestamp>) -> Option<RunReport> {
    let Some(Begun { run, plan: digest, decision, approved_by, break_glass, simulated, .. }) =
        &replayed.begun
    else {
        return None;
    };
    let (first, last) = (replayed.records.first()?, replayed.records.last()?);
    let mut reasons: Vec<String> = break_glass.iter().cloned().collect();
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    let (mut decisions, mut replanned) = (Vec::new(), Vec::new());
    let (mut undone, mut differs) = (Vec::new(), Vec::<Found>::new());
    let (mut resumed_by, mut failures) = (Vec::new(), Vec::<Found>::new());
    let mut holders: Vec<u64> = Vec::new();
    for record in &replayed.records {
        match &record.entry {
            Entry::Intent { step, attempt, .. } => {
                let known = seen.entry(step).or_default();
                known.begun.get_or_insert(record.at);
                known.attempts = *attempt;
                known.outcome = "open";
            }
            Entry::Done { step, found, outputs, since } => {
                let known = seen.entry(step).or_default();
                known.cause = outputs.get(UNPROVEN).cloned();
                let outcome = match (&known.cause, found) {
                    (Some(_), _) => "unproven",
                    (None, true) => "found",
                    (None, false) => "done",
                };
                known.end(record, *since, outcome);
            }
            Entry::Failed { step, cause, since, .. } => {
                let known = seen.entry(step).or_default();
                known.end(record, *since, "failed");
                known.cause = Some(cause.clone());
                failures.push(Found { step: step.clone(), found: cause.clone(), at: record.at });
            }
            Entry::Decided { step, by, go, since } => {
                let known = seen.entry(step).or_default();
                known.end(record, *since, if *go { "done" } else { "open" });
                decisions.push(Decision { step: step.clone(), by: by.clone(), go: *go, at: record.at });
            }
            Entry::Replanned { plan, approved_by, break_glass, stays, changed, .. } => {
                let stay: HashSet<&str> = stays.iter().map(String::as_str).collect();
                let mut dropped = Vec::new();
                for (step, known) in &mut seen {
                    if matches!(known.outcome, "done" | "found") && !stay.contains(step) {
                        dropped.push((*step).to_owned());
                        *known = Seen { attempts: known.attempts, ..Seen::default() };
                    }
                }
                for step in changed {
                    let known = seen.entry(step).or_default();
                    *known = Seen { attempts: known.attempts, ..Seen::default() };
                }
                dropped.sort();
                replanned.push(Replanned {
                    plan: plan.clone(),
                    at: record.at,
                    approved_by: approved_by.clone(),
                    break_glass: break_glass.clone(),
                    stayed: stays.len() as u64,
                    dropped,
                });
            }
            Entry::Undone { step, found } => {
                let known = seen.entry(step).or_default();
                *known = Seen { attempts: known.attempts, ..Seen::default() };
                undone.push(Found { step: step.clone(), found: found.clone(), at: record.at });
            }
            Entry::Differs { step, found, .. } => {
                differs.retain(|earlier| earlier.step != *step);
                differs.push(Found { step: step.clone(), found: found.clone(), at: record.at });
            }
            Entry::Held { by, break_glass: Some(why), .. } => {
                reasons.push(format!("{why} (by {by})"));
            }
            Entry::Begun(_) | Entry::Held { .. } | Entry::Resolved { .. } | Entry::Ended { .. } => {}
        }
        if let Entry::Held { by, took_over, .. } = &record.entry {
            holders.push(record.sequence);
            resumed_by.push(Resumed { by: by.clone(), took_over: *took_over, at: record.at });
        }
    }
    failures.retain(|failure| seen.get(failure.step.as_str()).is_some_and(|known| known.outcome != "failed"));
    let steps = plan.steps.iter().filter_map(|step| {
        let known = seen.get(step.id.as_str()).filter(|known| !known.outcome.is_empty())?;
        let outcome = match known.outcome {
            "found" if step.action.only_looks() => "done",
            outcome => outcome,
        };
        // A process that ended while it waited for it has left no record of that.
        let ready = step.needs.iter().filter_map(|need| Some(seen.get(need.as_str())?.record)).max();
        let ready = ready.unwrap_or_default();
        let begun_anew = holders.iter().filter(|holder| (ready..known.record).contains(*holder)).count();
        let begun_anew = if step.action.only_looks() { begun_anew } else { 0 };
        Some(StepReport {
            step: step.id.clone(),
            phase: step.phase,
            outcome: outcome.to_owned(),
            seconds: known
                .begun
                .zip(known.ended)
                .filter(|_| outcome != "found")
                .map(|(begun, ended)| seconds(begun, ended)),
            planned_seconds: step.estimate.p50_seconds,
            attempts: known.attempts.saturating_add(u32::try_from(begun_anew).unwrap_or(u32::MAX)),
            cause: known.cause.clone(),
        })
    });
    let steps: Vec<StepReport> = steps.collect();
    let begun = |id: &str| seen.get(id).is_some_and(|known| !known.outcome.is_empty());
    let left = plan.steps.iter().map(|step| &step.id).filter(|id| !begun(id));
    let left: Vec<String> = left.cloned().collect();
    let all_done =
        left.is_empty() && steps.iter().all(|step| matches!(&*step.outcome, "done" | "found" | "unproven"));
    let is_done = |id: &str| seen.get(id).is_some_and(|known| matches!(known.outcome, "done" | "found"));
    let since = since.unwrap_or(first.at);
    let last_done = seen.values().filter_map(|known| known.ended).max().unwrap_or(last.at);
    let took = all_done.then(|| seconds(since, last_done));
    let objective = plan.forecast.rto.objective_seconds;
    let verdict = match (took, objective) {
        (Some(took), Some(objective)) if took <= objective => Verdict::Ok,
        (Some(_), Some(_)) => Verdict::Missed,
        _ => Verdict::Unknown,
    };
    Some(RunReport {
        run: run.clone(),
        stack: plan.stack.clone(),
        plan: digest.clone(),
        decision: decision.clone(),
        approved_by: approved_by.clone(),
        break_glass: Some(reasons.join("; ")).filter(|reasons| !reasons.is_empty()),
        replanned,
        simulated: simulated.clone(),
        copy: None,
        running: false,
        begun_at: first.at,
        last_at: last.at,
        ended: replayed.ended.clone(),
        holders: replayed.generation,
        decisions,
        resumed_by,
        mended: failures,
        undone,
        differs,
        held: plan.held(is_done),
        steps,
        left,
        rto: Measured {
            since,
            seconds: took,
            planned_seconds: plan.forecast.rto.p50_seconds,
            objective_seconds: objective,
            verdict,
        },
    })
}

/// How long steps took that were done at the first attempt, for later plans. What was tried again, found done or decided
/// by people tells nothing of how long it takes.
#[must_use]
pub fn durations(plan: &Plan, report: &RunReport) -> Durations {
    let by_people = |id: &str| {
        plan.steps.iter().any(|step| {
            step.id == id
                && (step.estimate.source == EstimateSource::Policy
                    || matches!(step.action, Action::Gate { .. }))
        })
    };
    let measured = report.steps.iter().filter(|step| step.outcome == "done" && step.attempts == 1);
    let steps = measured
        .filter(|step| !by_people(&step.step))
        .filter_map(|step| Some(StepDuration { step: step.step.clone(), seconds: step.seconds? }));
    let run = LiveRun {
        run: report.run.clone(),
        stack: report.stack.clone(),
        region: plan.saw.recovery_region.clone(),
        begun_at: report.begun_at,
        steps: steps.collect(),
    };
    Durations { format_version: FORMAT_VERSION, kind: DurationsKind::Durations, runs: vec![run] }
}

fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
