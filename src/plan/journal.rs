//! The journal of a run: one record before every effect and one after it, each chained to the one before.
//!
//! A record is a line of JSON. `previous` is the digest of the record before it, `digest` its own, over its RFC 8785
//! form without that field: a record that was changed, dropped, doubled or moved is found. Types and rules only; who
//! writes and flushes is the executor.

mod replay;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Plan;
use super::codec::digest_of;
pub use replay::{Damage, Open, Replayed, StepState, replay};

/// Version of the journal's format that this drplan writes.
pub const JOURNAL_VERSION: u32 = 1;

/// What the first record is chained to.
pub const ROOT: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Number, from 0.
    pub sequence: u64,
    /// When, by the clock of the process that wrote it: for people, not for order.
    pub at: Timestamp,
    /// Which holder of the run wrote it: 1 for the first process, one more for each that went on or took over.
    pub generation: u64,
    /// Digest of the record before it.
    pub previous: String,
    /// What is recorded.
    pub entry: Entry,
    /// `sha256:` and hex over all of the above.
    pub digest: String,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    /// Version of the journal's format.
    pub format_version: u32,
    /// The run.
    pub run: String,
    /// `digest` of the plan.
    pub plan: String,
    /// `decision_digest` of the plan.
    pub decision: String,
    /// Name of the stack.
    pub stack: String,
    /// Region that is recovered in.
    pub region: String,
    /// Account that the plan is bound to.
    pub account: Option<String>,
    /// The cluster that its objects are applied to, by the identity of its `kube-system`; `None` where none is.
    pub cluster: Option<String>,
    /// Why its durations are not those of a recovery, where an emulator or a cluster on this machine stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<String>,
    /// Who approved it: principals of the signatures that count.
    pub approved_by: Vec<String>,
    /// Why it runs without approval, where it does.
    pub break_glass: Option<String>,
    /// Why its inputs are not kept beside its records in S3; empty where they are, or where the records are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_transferable: Vec<String>,
}

impl Begun {
    /// The beginning of a run of a plan that nobody approved, with no cluster.
    #[must_use]
    pub fn of(run: &str, plan: &Plan) -> Self {
        Self {
            format_version: JOURNAL_VERSION,
            run: run.to_owned(),
            plan: plan.digest.clone(),
            decision: plan.decision_digest.clone(),
            stack: plan.stack.clone(),
            region: plan.saw.recovery_region.clone(),
            account: plan.saw.account.clone(),
            cluster: None,
            simulated: None,
            approved_by: Vec::new(),
            break_glass: None,
            not_transferable: Vec::new(),
        }
    }
}

/// What is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Entry {
    /// The run begins: always the first record.
    Begun(Begun),
    /// Another process goes on with the run.
    Held {
        /// Who: host and process.
        by: String,
        /// Whether it took the run over from one that may still have lived.
        took_over: bool,
        /// Why this process ran without approval, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        break_glass: Option<String>,
    },
    /// The run goes on with another plan.
    Replanned {
        /// `digest` of that plan.
        plan: String,
        /// `decision_digest` of that plan.
        decision: String,
        /// Who approved it.
        approved_by: Vec<String>,
        /// Why it runs without approval, where it does.
        break_glass: Option<String>,
        /// Steps that are done and stay.
        stays: Vec<String>,
        /// Steps that were begun and are decided otherwise.
        changed: Vec<String>,
    },
    /// What a rule with bounds came to.
    Resolved {
        /// Address of the store, or what else the rule is of.
        subject: String,
        /// What was chosen.
        chosen: String,
        /// Why.
        why: String,
    },
    /// A step is about to have its effect.
    Intent {
        /// The step.
        step: String,
        /// Which attempt, from 1.
        attempt: u32,
        /// Which of the plan's alternatives, from 0.
        alternative: u32,
    },
    /// A step is done.
    Done {
        /// The step.
        step: String,
        /// Whether it was found done: this run had no effect.
        found: bool,
        /// What it leaves to others: attribute to value, never a secret.
        outputs: BTreeMap<String, String>,
        /// When this process began with it, where no intent says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// A step has failed: this run does not try it again by itself.
    Failed {
        /// The step.
        step: String,
        /// The cause.
        cause: String,
        /// What can be done about it.
        choices: Vec<String>,
        /// Whether its effect may have happened all the same.
        uncertain: bool,
        /// When this process began with it, where no intent says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// What a done step has left is gone since, or stands on what is: it is run again.
    Undone {
        /// The step.
        step: String,
        /// What was found.
        found: String,
    },
    /// What a done step has left is otherwise by somebody else since: it is left so.
    Differs {
        /// The step.
        step: String,
        /// What was found: fields and owners, never a value.
        found: String,
        /// What can be done about it.
        choices: Vec<String>,
    },
    /// A person has decided at a gate.
    Decided {
        /// The gate's step.
        step: String,
        /// Who.
        by: String,
        /// Whether to go on.
        go: bool,
        /// When they were asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// The process ends in order.
    Ended {
        /// How: `done`, `at_gate`, `failed`, `interrupted`.
        how: String,
    },
}

impl Entry {
    /// The step that it is of.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Intent { step, .. }
            | Self::Done { step, .. }
            | Self::Failed { step, .. }
            | Self::Undone { step, .. }
            | Self::Differs { step, .. }
            | Self::Decided { step, .. } => Some(step),
            Self::Begun { .. }
            | Self::Held { .. }
            | Self::Replanned { .. }
            | Self::Resolved { .. }
            | Self::Ended { .. } => None,
        }
    }
}

/// What a digest covers.
#[derive(Serialize)]
struct Covered<'r> {
    sequence: u64,
    at: Timestamp,
    generation: u64,
    previous: &'r str,
    entry: &'r Entry,
}

impl Record {
    /// Chains an entry to the record before it.
    ///
    /// # Errors
    /// Where it cannot be written as JSON, which an entry always can.
    pub fn chained(
        before: &Head,
        at: Timestamp,
        generation: u64,
        entry: Entry,
    ) -> Result<Self, serde_json::Error> {
        let mut record = Self {
            sequence: before.next,
            at,
            generation,
            previous: before.digest.clone(),
            entry,
            digest: String::new(),
        };
        record.digest = record.own_digest()?;
        Ok(record)
    }

    fn own_digest(&self) -> Result<String, serde_json::Error> {
        let Self { sequence, at, generation, previous, entry, digest: _ } = self;
        digest_of(&Covered { sequence: *sequence, at: *at, generation: *generation, previous, entry })
    }

    /// The line of the journal, with its line feed.
    ///
    /// # Errors
    /// As [`Record::chained`].
    pub fn line(&self) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        Ok(line)
    }

    /// Where the next record is chained to.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { next: self.sequence + 1, digest: self.digest.clone() }
    }
}

/// The end of a journal: what the next record is chained to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the next record.
    pub next: u64,
    /// Digest of the last.
    pub digest: String,
}

impl Default for Head {
    fn default() -> Self {
        Self { next: 0, digest: ROOT.to_owned() }
    }
}
