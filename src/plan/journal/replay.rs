//! Reads a journal back: the chain is checked, every record is led through one table, and what is left is where the run
//! stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Begun, Entry, Head, JOURNAL_VERSION, ROOT, Record};

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How it began; `None` where the journal is empty.
    pub begun: Option<Begun>,
    /// What the next record is chained to.
    pub head: Head,
    /// The last holder.
    pub generation: u64,
    /// Each step that a record is of.
    pub steps: BTreeMap<String, StepState>,
    /// How far the attempts at each step went, whatever came of them.
    pub tried: BTreeMap<String, Open>,
    /// When the first attempt at a step was begun that may have had its effect: of steps that are not done, by the plan that the
    /// run has.
    pub begun_at: BTreeMap<String, jiff::Timestamp>,
    /// What steps that are run again, since what they had made was gone, had told others.
    pub told: BTreeMap<String, BTreeMap<String, String>>,
    /// What rules came to, by subject; the last word counts.
    pub resolved: BTreeMap<String, String>,
    /// `decision_digest` of each plan that the run had; the last is that of the one it has.
    pub decisions: Vec<String>,
    /// Steps that a later plan decided otherwise than the run had begun them: the number of that plan, from 1.
    pub anew: BTreeMap<String, u32>,
    /// Bytes of the journal that are sound; what follows is a torn last record.
    pub sound: usize,
    /// Whether a torn last record was dropped.
    pub torn: bool,
    /// How the last process ended, where it ended in order.
    pub ended: Option<String>,
    /// All sound records.
    pub records: Vec<Record>,
}

impl Replayed {
    /// `decision_digest` of the plan that the run has now.
    #[must_use]
    pub fn decision(&self) -> Option<&str> {
        self.decisions.last().map(String::as_str)
    }

    /// Number of the plan that the run has now: 0 for the one that it was begun with.
    #[must_use]
    pub fn plan_number(&self) -> usize {
        self.decisions.len().saturating_sub(1)
    }

    /// Where the run stands with an entry that gives it another plan.
    ///
    /// # Errors
    /// What is wrong with that, in the words of a damaged journal.
    pub fn replanned(&self, entry: &Entry) -> Result<Self, String> {
        let mut next = self.clone();
        if let Entry::Replanned { decision, stays, changed, .. } = entry {
            replan(&mut next, decision, stays, changed)?;
        }
        Ok(next)
    }
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It was about to have its effect, and nobody knows whether it had.
    Open(Open),
    /// It is done.
    Done(BTreeMap<String, String>),
    /// It has failed, or is to be run again by another plan.
    Failed(Open),
}

/// How far a step's attempts went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// The last attempt; 0 where there was none.
    pub attempt: u32,
    /// The alternative that it took.
    pub alternative: u32,
}

/// Why a journal is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the journal {what}")]
pub struct Damage {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Replays the bytes of a journal. Its last line may be torn: the process that wrote it died in the middle.
///
/// # Errors
/// Any other damage.
pub fn replay(bytes: &[u8]) -> Result<Replayed, Damage> {
    let mut replayed = Replayed { head: Head { next: 0, digest: ROOT.to_owned() }, ..Replayed::default() };
    let mut known = BTreeSet::new();
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let damage = |what: String| Damage { line: at + 1, what };
        let Some(text) = line.strip_suffix(b"\n") else {
            replayed.torn = true;
            break;
        };
        let record: Record = serde_json::from_slice(text)
            .map_err(|_| damage("is no record: it was changed after it was written".to_owned()))?;
        // What reads the same and is written otherwise (`t` in a time, a blank) was changed, too.
        let as_written = record.line().is_ok_and(|written| written.as_bytes() == line);
        if !as_written || record.own_digest().ok().as_ref() != Some(&record.digest) {
            return Err(damage("was changed after it was written: its digest does not match".to_owned()));
        }
        if record.sequence != replayed.head.next || record.previous != replayed.head.digest {
            return Err(damage(format!(
                "does not follow the one before it: records were dropped, doubled or moved (expected number {})",
                replayed.head.next
            )));
        }
        if record.generation < replayed.generation {
            return Err(damage(format!(
                "was written by holder {} after holder {} had begun",
                record.generation, replayed.generation
            )));
        }
        take(&mut replayed, &record, &mut known).map_err(damage)?;
        replayed.generation = record.generation;
        replayed.head = record.head();
        replayed.sound += line.len();
        replayed.records.push(record);
    }
    Ok(replayed)
}

/// The one table of what may follow what.
fn take(replayed: &mut Replayed, record: &Record, known: &mut BTreeSet<u64>) -> Result<(), String> {
    let first = record.sequence == 0;
    replayed.ended = None;
    match &record.entry {
        Entry::Begun(begun) => {
            if !first {
                return Err("begins a run that has begun".to_owned());
            }
            if begun.format_version != JOURNAL_VERSION {
                return Err(format!(
                    "is of format version {}: this drplan reads {JOURNAL_VERSION}",
                    begun.format_version
                ));
            }
            replayed.begun = Some(begun.clone());
            replayed.decisions.push(begun.decision.clone());
            known.insert(record.generation);
        }
        _ if first => return Err("is the first and does not begin the run".to_owned()),
        Entry::Held { .. } => {
            if !known.insert(record.generation) {
                return Err("gives the run to a holder that has it".to_owned());
            }
        }
        _ if !known.contains(&record.generation) => {
            return Err(format!("is of holder {}, to whom nothing gave the run", record.generation));
        }
        Entry::Replanned { decision, stays, changed, .. } => replan(replayed, decision, stays, changed)?,
        Entry::Resolved { subject, chosen, .. } => {
            replayed.resolved.insert(subject.clone(), chosen.clone());
        }
        Entry::Intent { step, attempt, alternative } => {
            let last = match replayed.steps.get(step) {
                None => Open::default(),
                Some(StepState::Open(open) | StepState::Failed(open)) => *open,
                Some(StepState::Done(_)) => return Err(format!("begins {step}, which is done")),
            };
            if *attempt <= last.attempt {
                return Err(format!("is attempt {attempt} at {step} after attempt {}", last.attempt));
            }
            let open = Open { attempt: *attempt, alternative: *alternative };
            replayed.steps.insert(step.clone(), StepState::Open(open));
            replayed.tried.insert(step.clone(), open);
            replayed.begun_at.entry(step.clone()).or_insert(record.at);
        }
        Entry::Done { step, found, outputs, .. } => {
            match replayed.steps.get(step) {
                Some(StepState::Done(_)) => return Err(format!("ends {step}, which is done")),
                Some(StepState::Open(_)) => {}
                _ if *found => {}
                _ => return Err(format!("ends {step}, which was not begun")),
            }
            replayed.steps.insert(step.clone(), StepState::Done(outputs.clone()));
            replayed.begun_at.remove(step);
        }
        Entry::Failed { step, uncertain, .. } => {
            if !uncertain {
                replayed.begun_at.remove(step);
            }
            let last = match replayed.steps.get(step) {
                None => Open::default(),
                Some(StepState::Open(open) | StepState::Failed(open)) => *open,
                Some(StepState::Done(_)) => return Err(format!("fails {step}, which is done")),
            };
            replayed.steps.insert(step.clone(), StepState::Failed(last));
        }
        Entry::Undone { step, .. } => {
            let Some(StepState::Done(told)) = replayed.steps.get(step) else {
                return Err(format!("undoes {step}, which is not done"));
            };
            replayed.told.insert(step.clone(), told.clone());
            let last = replayed.tried.get(step).copied().unwrap_or_default();
            replayed.steps.insert(step.clone(), StepState::Failed(last));
        }
        Entry::Differs { step, .. } => {
            if !matches!(replayed.steps.get(step), Some(StepState::Done(_))) {
                return Err(format!("has {step} otherwise than it was done, which is not done"));
            }
        }
        Entry::Decided { step, go, .. } => {
            if matches!(replayed.steps.get(step), Some(StepState::Done(_))) {
                return Err(format!("decides {step}, which is decided"));
            }
            if *go {
                replayed.steps.insert(step.clone(), StepState::Done(BTreeMap::new()));
            }
        }
        Entry::Ended { how } => replayed.ended = Some(how.clone()),
    }
    Ok(())
}

/// What is done and does not stay is begun anew, and so is what is decided otherwise: both count their attempts on.
fn replan(
    replayed: &mut Replayed,
    decision: &str,
    stays: &[String],
    changed: &[String],
) -> Result<(), String> {
    if replayed.decision() == Some(decision) {
        return Err("gives the run the plan that it has".to_owned());
    }
    let is_done = |step: &String| matches!(replayed.steps.get(step), Some(StepState::Done(_)));
    if let Some(step) = stays.iter().find(|step| !is_done(step)) {
        return Err(format!("has {step} stay, which is not done"));
    }
    if let Some(step) = changed.iter().find(|step| !replayed.steps.contains_key(*step)) {
        return Err(format!("decides {step} otherwise, which was not begun"));
    }
    let stays: BTreeSet<&String> = stays.iter().collect();
    if let Some(step) = changed.iter().find(|step| stays.contains(step)) {
        return Err(format!("has {step} stay, and decides it otherwise"));
    }
    let changed: BTreeSet<&str> = changed.iter().map(String::as_str).collect();
    for (step, state) in &mut replayed.steps {
        let again = matches!(state, StepState::Done(_)) && !stays.contains(step);
        if again || changed.contains(step.as_str()) {
            let tried = replayed.tried.entry(step.clone()).or_default();
            tried.alternative = 0;
            replayed.begun_at.remove(step);
            *state = StepState::Failed(*tried);
        }
    }
    replayed.decisions.push(decision.to_owned());
    let number = u32::try_from(replayed.plan_number()).unwrap_or(u32::MAX);
    replayed.anew.extend(changed.into_iter().map(|step| (step.to_owned(), number)));
    Ok(())
}
