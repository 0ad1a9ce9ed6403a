//! What lies on a disk that tells who has approved a plan: read by `sources`, judged by `plan`.

use super::diagnostic::Problem;

/// A text that was looked for, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Its path as it is shown.
    pub shown: String,
    /// What stands in it, or why it could not be read.
    pub text: Result<String, Problem>,
}

impl Text {
    /// A text that was read.
    #[must_use]
    pub fn new(shown: impl Into<String>, text: impl Into<String>) -> Self {
        Self { shown: shown.into(), text: Ok(text.into()) }
    }
}

/// The files of an approval. Nothing in them is trusted yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalFiles {
    /// Files of allowed signers that hold: the plan's, and drplan.hcl's where it names another.
    pub signers: Vec<Text>,
    /// Revocation lists that hold, likewise.
    pub revoked: Vec<Text>,
    /// The signatures beside the plan, by name.
    pub signatures: Vec<Text>,
}
