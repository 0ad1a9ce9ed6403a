//! The report of a run: what was done, by whom, and how long it took against what was planned. From the plan and the
//! journal alone.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Plan;
use super::forecast::Verdict;
use super::journal::{Begun, Entry, Replayed};
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
    /// `digest` of the plan.
    pub plan: String,
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

/// What a process found when it went on with the run.
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
    /// `done`, `found`, `unproven` (a check that nobody answered), `failed` or `open`.
    pub outcome: String,
    /// From its first intent to its end, seconds; `None` where it had no effect or has not ended.
    pub seconds: Option<u64>,
    /// The plan's median.
    pub planned_seconds: u64,
    /// Attempts at its effect.
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
    outcome: &'static str,
    attempts: u32,
    cause: Option<String>,
}

/// Reports a run; `None` where its journal has not begun. `since` is when the primary was lost, where that is known.
#[must_use]
pub fn report(plan: &Plan, replayed: &Replayed, since: Option<Timestamp>) -> Option<RunReport> {
    let Some(Begun { run, plan: digest, approved_by, break_glass, simulated, .. }) = &replayed.begun else {
        return None;
    };
    let (first, last) = (replayed.records.first()?, replayed.records.last()?);
    let mut reasons: Vec<String> = break_glass.iter().cloned().collect();
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    let (mut decisions, mut replanned) = (Vec::new(), Vec::new());
    let (mut undone, mut differs) = (Vec::new(), Vec::<Found>::new());
    for record in &replayed.records {
        match &record.entry {
            Entry::Intent { step, attempt, .. } => {
                let known = seen.entry(step).or_default();
                known.begun.get_or_insert(record.at);
                known.attempts = *attempt;
                known.outcome = "open";
            }
            Entry::Done { step, found, outputs } => {
                let known = seen.entry(step).or_default();
                known.ended = Some(record.at);
                known.cause = outputs.get(UNPROVEN).cloned();
                known.outcome = match (&known.cause, found) {
                    (Some(_), _) => "unproven",
                    (None, true) => "found",
                    (None, false) => "done",
                };
            }
            Entry::Failed { step, cause, .. } => {
                let known = seen.entry(step).or_default();
                known.ended = Some(record.at);
                known.outcome = "failed";
                known.cause = Some(cause.clone());
            }
            Entry::Decided { step, by, go, .. } => {
                let known = seen.entry(step).or_default();
                known.outcome = if *go { "done" } else { "open" };
                known.ended = Some(record.at);
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
    }
    let steps = plan.steps.iter().filter_map(|step| {
        let known = seen.get(step.id.as_str()).filter(|known| !known.outcome.is_empty())?;
        Some(StepReport {
            step: step.id.clone(),
            phase: step.phase,
            outcome: known.outcome.to_owned(),
            seconds: known.begun.zip(known.ended).map(|(begun, ended)| seconds(begun, ended)),
            planned_seconds: step.estimate.p50_seconds,
            attempts: known.attempts,
            cause: known.cause.clone(),
        })
    });
    let steps: Vec<StepReport> = steps.collect();
    let begun = |id: &str| seen.get(id).is_some_and(|known| !known.outcome.is_empty());
    let left = plan.steps.iter().map(|step| &step.id).filter(|id| !begun(id));
    let left: Vec<String> = left.cloned().collect();
    let all_done =
        left.is_empty() && steps.iter().all(|step| matches!(&*step.outcome, "done" | "found" | "unproven"));
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
        approved_by: approved_by.clone(),
        break_glass: Some(reasons.join("; ")).filter(|reasons| !reasons.is_empty()),
        replanned,
        simulated: simulated.clone(),
        begun_at: first.at,
        last_at: last.at,
        ended: replayed.ended.clone(),
        holders: replayed.generation,
        decisions,
        undone,
        differs,
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
        plan.steps.iter().any(|step| step.id == id && step.estimate.source == EstimateSource::Policy)
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
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::plan::journal::{Head, Record, replay};
    use crate::plan::sample;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// A journal of entries with their times.
    fn journal(entries: Vec<(i64, Entry)>) -> Replayed {
        let mut head = Head::default();
        let (mut text, mut generation) = (String::new(), 1);
        for (second, entry) in entries {
            generation += u64::from(matches!(entry, Entry::Held { .. }));
            let record = Record::chained(&head, at(second), generation, entry).unwrap();
            head = record.head();
            text += &record.line().unwrap();
        }
        replay(text.as_bytes()).unwrap()
    }

    fn begun(plan: &Plan) -> Entry {
        Entry::Begun(Begun { approved_by: vec!["ops".to_owned()], ..Begun::of("r", plan) })
    }

    #[test]
    fn every_reason_to_run_without_approval_is_kept() {
        let plan = sample::plan();
        let held = |why: Option<&str>| Entry::Held {
            by: "ops".to_owned(),
            took_over: false,
            break_glass: why.map(str::to_owned),
        };
        let replayed = journal(vec![(1, begun(&plan)), (2, held(Some("nobody is awake"))), (3, held(None))]);
        let told = report(&plan, &replayed, None).unwrap();
        assert_eq!(told.break_glass.as_deref(), Some("nobody is awake (by ops)"));
    }

    #[test]
    fn times_are_from_the_first_intent_to_the_end_and_the_clock_runs_since_the_loss() {
        let plan = sample::plan();
        let begun = begun(&plan);
        let mut entries = vec![(100, begun)];
        let mut second = 100;
        for (number, step) in plan.steps.iter().enumerate() {
            let id = step.id.clone();
            if number == 0 {
                entries.push((second, Entry::Intent { step: id.clone(), attempt: 1, alternative: 0 }));
                entries.push((
                    second + 5,
                    Entry::Failed {
                        step: id.clone(),
                        cause: "no".to_owned(),
                        choices: vec![],
                        uncertain: true,
                    },
                ));
                entries.push((second + 6, Entry::Intent { step: id.clone(), attempt: 2, alternative: 0 }));
            }
            second += 10;
            let found = number > 0;
            entries.push((second, Entry::Done { step: id, found, outputs: BTreeMap::new() }));
        }
        let unfinished = journal(entries[..entries.len() - 1].to_vec());
        let told = report(&plan, &unfinished, None).unwrap();
        assert_eq!(told.left, [plan.steps.last().unwrap().id.clone()]);
        assert_eq!((told.rto.seconds, told.rto.verdict), (None, Verdict::Unknown));
        let told = report(&plan, &journal(entries), Some(at(40))).unwrap();
        assert!(told.left.is_empty());
        assert_eq!(told.steps[0].seconds, Some(10));
        assert_eq!(told.steps[0].attempts, 2);
        assert_eq!((&*told.steps[0].outcome, told.steps[0].cause.as_ref()), ("done", None));
        assert_eq!((&*told.steps[1].outcome, told.steps[1].seconds), ("found", None));
        assert_eq!(told.rto.seconds, Some(60 + u64::try_from(plan.steps.len()).unwrap() * 10));
    }
}
