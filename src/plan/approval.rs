//! Who has approved a plan: what is signed, who may sign it, which signatures count, and whether they are enough.
//!
//! Pure: files come as texts, the clock as an argument. Whatever cannot be read or understood counts for nothing and is
//! told; nothing is ever approved by default. docs/approval.md says the same to whoever signs.

mod keys;
mod options;
mod patterns;
mod people;
mod quorum;
mod revoked;
mod rules;
mod signature;
mod signers;
#[cfg(test)]
mod tests;
mod verdict;
mod why;

pub use keys::{BadKey, Key, PUBLIC_KEY_EXAMPLE};
pub use quorum::{Approver, Count, Discarded, count};
pub use revoked::{Revoked, read_revoked};
pub use rules::Rules;
pub use signature::{BEGIN, NotASignature, armored, read_signature};
pub use signers::{Signer, Signers, read_signers};
pub use verdict::{Request, Standing, Verdict, judge, standing};
pub use why::Why;

use super::Plan;

/// The namespace of the signatures: one that was made for anything else is none (PROTOCOL.sshsig of OpenSSH).
pub const NAMESPACE: &str = "drplan";

/// What is signed: exactly the characters of the digest over the decisions.
#[must_use]
pub fn payload(plan: &Plan) -> &[u8] {
    plan.decision_digest.as_bytes()
}
