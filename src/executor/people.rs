//! People: who answers at a gate.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

/// What a person is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The gate's step.
    pub step: String,
    /// What is asked.
    pub ask: String,
    /// Which of the steps before it nobody answered, or are not so any more, and why.
    pub unproven: BTreeMap<String, String>,
    /// Steps of the run that have failed by now.
    pub failed: Vec<String>,
    /// Steps of the run that are done by now.
    pub done: Vec<String>,
    /// Addresses of load balancers that are up, each with its object.
    pub addresses: Vec<(String, String)>,
    /// Whether a go was not taken, since what it stood on is not so any more.
    pub again: bool,
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who.
    pub by: String,
    /// Whether to go on.
    pub go: bool,
}

/// Who is asked.
pub trait People: Send + Sync {
    /// Asks; `None` where nobody can be asked here, so that the run stops at the gate.
    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Option<Answer>>;
}

/// Says yes to everything: of a rehearsal.
pub struct Rehearsed;

impl People for Rehearsed {
    fn ask<'a>(&'a self, _: &'a Asked) -> BoxFuture<'a, Option<Answer>> {
        Box::pin(async { Some(Answer { by: "drill".to_owned(), go: true }) })
    }
}
