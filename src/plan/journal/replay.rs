//! Reads a journal back: the chain is checked, every record is led through one table, and what is left is where the run
//! stands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entry, Head, JOURNAL_VERSION, ROOT, Record};

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// The first record's entry; `None` where the journal is empty.
    pub begun: Option<Entry>,
    /// What the next record is chained to.
    pub head: Head,
    /// The last holder.
    pub generation: u64,
    /// Each step that a record is of.
    pub steps: BTreeMap<String, StepState>,
    /// What rules came to, by subject; the last word counts.
    pub resolved: BTreeMap<String, String>,
    /// Bytes of the journal that are sound; what follows is a torn last record.
    pub sound: usize,
    /// Whether a torn last record was dropped.
    pub torn: bool,
    /// How the last process ended, where it ended in order.
    pub ended: Option<String>,
    /// All sound records.
    pub records: Vec<Record>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It was about to have its effect, and nobody knows whether it had.
    Open(Open),
    /// It is done.
    Done(BTreeMap<String, String>),
    /// It has failed.
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
        if record.own_digest().ok().as_ref() != Some(&record.digest) {
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
        Entry::Begun { format_version, .. } => {
            if !first {
                return Err("begins a run that has begun".to_owned());
            }
            if *format_version != JOURNAL_VERSION {
                return Err(format!(
                    "is of format version {format_version}: this drplan reads {JOURNAL_VERSION}"
                ));
            }
            replayed.begun = Some(record.entry.clone());
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
        }
        Entry::Done { step, found, outputs } => {
            match replayed.steps.get(step) {
                Some(StepState::Done(_)) => return Err(format!("ends {step}, which is done")),
                Some(StepState::Open(_)) => {}
                _ if *found => {}
                _ => return Err(format!("ends {step}, which was not begun")),
            }
            replayed.steps.insert(step.clone(), StepState::Done(outputs.clone()));
        }
        Entry::Failed { step, .. } => {
            let last = match replayed.steps.get(step) {
                None => Open::default(),
                Some(StepState::Open(open) | StepState::Failed(open)) => *open,
                Some(StepState::Done(_)) => return Err(format!("fails {step}, which is done")),
            };
            replayed.steps.insert(step.clone(), StepState::Failed(last));
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
