//! What is asked of a target, and what it answers: everything is decided before it gets here.
//!
//! A target looks (what is there?), and acts (one effect). Waiting is looking again. The executor journals in between.

pub mod data;
pub mod engine;
pub mod kube;
pub mod proof;
pub mod traffic;

use std::collections::BTreeMap;
use std::time::Duration;

/// Who acts: part of every effect that can carry it, so that what a run made can be told from what others made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The run.
    pub run: String,
    /// The step.
    pub step: String,
    /// The same for every attempt of a step, in every process that runs it: what an API takes as its client token.
    pub token: String,
}

/// Values that a step leaves to those that need it, by the JSON Pointer of the attribute that has them: `/endpoint`.
/// Never a secret.
pub type Outputs = BTreeMap<String, String>;

/// Output of a check that nobody could be asked about: why. It holds nothing up; it was as it should be when it was planned.
pub const UNPROVEN: &str = "/unproven";

/// What a target sees of what it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// As the step leaves it: there is nothing to do.
    Done(Outputs),
    /// As the step expects to find it: it can act.
    Ready,
    /// Begun by this run, and not done yet.
    Underway(Progress),
    /// Otherwise than expected: acting would be wrong.
    Mismatch(Mismatch),
}

/// How far something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The service's own word, or what is waited for: `creating`, `1 of 2 pods are ready`.
    pub status: String,
    /// After which time it is worth looking again; the executor decides where there is none.
    pub again_in: Option<Duration>,
}

/// Something that is not as it was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is there, in one sentence.
    pub found: String,
    /// What can be done about it, most likely first.
    pub choices: Vec<String>,
}

/// How an effect ended that the target took on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acted {
    /// It is done.
    Done(Outputs),
    /// It was taken on, and takes time: looking tells when it is done.
    Accepted,
}

/// A call that did not come to its end, or came to a bad one. Its class is told by the executor's one table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{call}: {code}: {message}")]
pub struct TargetError {
    /// Service, as the table of errors has it: `kubernetes`, `rds`.
    pub service: &'static str,
    /// The call: `RestoreDBInstanceToPointInTime`, `PATCH deployments`.
    pub call: String,
    /// The service's own code: `InsufficientDBInstanceCapacity`, `Conflict`; of what has none, one of
    /// [`codes`](TargetError::LOST).
    pub code: String,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// What it means, for people; never a secret.
    pub message: String,
    /// When the service wants to be asked again.
    pub retry_after: Option<Duration>,
}

impl TargetError {
    /// No answer came: whether the effect happened is not known.
    pub const LOST: &'static str = "NoAnswer";
    /// No connection was made: the effect did not happen.
    pub const UNREACHABLE: &'static str = "Unreachable";
    /// What is asked for cannot come up, whatever the wait: the message has the cause.
    pub const CANNOT_START: &'static str = "CannotStart";
    /// The answer is none that the service gives.
    pub const MALFORMED: &'static str = "Malformed";
    /// Another owner has a field with another value; the message names both.
    pub const FIELD_CONFLICT: &'static str = "FieldManagerConflict";
    /// A field cannot be changed in what is there; the message names it.
    pub const IMMUTABLE: &'static str = "Immutable";
    /// An admission webhook gave no answer: nothing was done, and asking again may help.
    pub const WEBHOOK: &'static str = "WebhookUnanswered";
    /// The same, and nothing is there or to come that would answer for it: no wait helps.
    pub const WEBHOOK_UNSERVED: &'static str = "WebhookUnserved";
    /// An admission webhook said no.
    pub const DENIED: &'static str = "AdmissionDenied";
    /// A quota of the namespace has no room.
    pub const QUOTA: &'static str = "QuotaExceeded";
    /// The cluster does not know the kind, or not yet: its definition was not applied, or is not established.
    pub const NO_KIND: &'static str = "NoKindMatch";
    /// A kind of Kubernetes' own that this version of it does not have, or one that is served in other versions alone: no wait
    /// brings it.
    pub const NOT_SERVED: &'static str = "NotServed";
    /// The namespace is on its way out: when it is gone, it can be made anew.
    pub const TERMINATING: &'static str = "NamespaceTerminating";
    /// The object is on its way out: when it is gone, it can be made anew.
    pub const GOING: &'static str = "BeingDeleted";
    /// A Job that its own setting takes away is gone before its end was seen: whether to run it again a person decides.
    pub const PASSED: &'static str = "JobGone";
    /// The namespace of the object is not there.
    pub const NO_NAMESPACE: &'static str = "NamespaceNotFound";
    /// No real target is built yet.
    pub const NOT_BUILT: &'static str = "NotBuilt";
}
