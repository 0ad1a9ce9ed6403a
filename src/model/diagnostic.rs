//! What is said about bad input, and what could not be read.

use serde::{Deserialize, Serialize};

/// A place in a file that people can open.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path relative to the folder of drplan.hcl, with `/` between its parts.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: u32,
}

impl Place {
    /// A line of a file.
    #[must_use]
    pub fn new(file: impl Into<String>, line: u32) -> Self {
        Self { file: file.into(), line }
    }
    /// A file as a whole.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), line: 0 }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 { f.write_str(&self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// A line of a source file, every secret in it masked already, with the part that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line, string literals other than the token in question replaced by `"***"`.
    pub text: String,
    /// Byte range within `text` that is meant.
    pub range: std::ops::Range<usize>,
}

/// One thing that is wrong with an input: the reader can mend it. Several are collected before any is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; `None` where the input has no place (a flag, standard input as a whole).
    pub at: Option<Place>,
    /// Other places that belong to it, each with what it is ("first defined here").
    pub also: Vec<(Place, String)>,
    /// The source line, masked; only of drplan.hcl and `.tf` files.
    pub excerpt: Option<Excerpt>,
    /// What to do next.
    pub fix: String,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(place: Place, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { message: message.into(), at: Some(place), also: Vec::new(), excerpt: None, fix: fix.into() }
    }
    /// A problem without a place.
    #[must_use]
    pub fn new(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, also: Vec::new(), excerpt: None, fix: fix.into() }
    }
    /// Adds another place.
    #[must_use]
    pub fn also(mut self, place: Place, what: impl Into<String>) -> Self {
        self.also.push((place, what.into()));
        self
    }
    /// Adds the source line.
    #[must_use]
    pub fn excerpt(mut self, excerpt: Option<Excerpt>) -> Self {
        self.excerpt = excerpt;
        self
    }
}

/// Inputs that are bad: everything that was found wrong, at least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} in the inputs", if .0.len() == 1 { "one problem".to_owned() } else { format!("{} problems", .0.len()) })]
pub struct BadInput(pub Vec<Problem>);

impl From<Problem> for BadInput {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// Why something could not be read. Never the same as "it is not there".
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// The caller may not ask.
    AccessDenied,
    /// Asked too often, also after retries.
    Throttled,
    /// No answer within the deadline.
    TimedOut,
    /// Nobody answers at the address.
    Unreachable,
    /// The endpoint does not know the call.
    NotImplemented,
    /// The answer is not what the API promises (an HTML error page).
    Malformed,
    /// The service answered with an error of its own.
    Failed,
    /// A program that would read it is not installed.
    ToolMissing,
    /// It was not asked for (`--offline`).
    Offline,
    /// The recording is older than this kind of fact.
    NotRecorded,
    /// Local text that could not be read as what it should be.
    Unreadable,
    /// It lies outside what may be read (a link or path out of the folder, a remote base).
    Outside,
}

/// Something that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What was asked: `rds:DescribeDBSnapshots`, `terraform/modules/x`, `kubernetes/overlays/prod`.
    pub source: String,
    /// Why there is no answer.
    pub reason: GapReason,
    /// The cause in words, without secrets.
    pub detail: String,
}
