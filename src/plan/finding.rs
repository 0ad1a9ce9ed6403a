//! Findings: what is wrong or worth knowing, and what to do about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::diagnostic::Place;

/// How bad a finding is. A plan with an error cannot be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The plan cannot be applied.
    Error,
    /// It can, but someone should look first.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// How bad; fixed for each code.
    pub severity: Severity,
    /// Stable code with a page in `drplan explain`.
    pub code: String,
    /// What it is about: an address, an object, a literal.
    pub subject: String,
    /// What is so, in one or two sentences.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// Where to look.
    pub at: Option<Place>,
}
