//! Why a signature does not count, and what to do about it.

use jiff::Timestamp;

use super::NAMESPACE;
use super::keys::BadKey;
use super::signature::NotASignature;
use crate::model::diagnostic::{Place, Problem};

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The file could not be read.
    Unreadable(Problem),
    /// The file holds no signature.
    NotASignature(NotASignature),
    /// It was made for something else.
    Namespace(String),
    /// Signatures by such a key are not verified.
    Unfit(BadKey),
    /// The key is not among the allowed signers.
    Foreign {
        /// Of the key.
        fingerprint: String,
        /// The file that does not have it.
        file: String,
    },
    /// The key was revoked.
    Revoked {
        /// Whose it is.
        name: String,
    },
    /// The key is for other uses than approvals.
    OtherUse {
        /// Its line.
        place: Place,
    },
    /// The key is not valid yet.
    NotYetValid {
        /// From when on.
        from: Timestamp,
        /// Its line.
        place: Place,
    },
    /// The key is valid no more.
    NoLongerValid {
        /// Until when it was.
        until: Timestamp,
        /// Its line.
        place: Place,
    },
    /// It is over something else than the decisions of this plan, or it was changed.
    OtherDecisions {
        /// Whose key it claims.
        name: String,
    },
    /// The same person has approved already.
    Again {
        /// The person.
        name: String,
        /// The signature that counts.
        file: String,
    },
}

impl Why {
    /// The problem with the signature of a file, with what to do. `plan` is the plan's path.
    #[must_use]
    pub fn problem(&self, file: &str, plan: &str) -> Problem {
        let again = format!("have it made anew: `drplan approve {plan}`; or remove the file");
        let (message, fix) = match self {
            Self::Unreadable(problem) => return problem.clone(),
            Self::NotASignature(why) => (format!("{why}"), again),
            Self::Namespace(other) => {
                (format!("it was made for {other:?}, and an approval is made for {NAMESPACE:?}"), again)
            }
            Self::Unfit(why) => (why.to_string(), "sign with another key: ssh-keygen -t ed25519".to_owned()),
            Self::Foreign { fingerprint, file } => (
                format!("its key {fingerprint} is not among the allowed signers of {file}"),
                "have somebody sign who is, or add the key there if it is an approver's".to_owned(),
            ),
            Self::Revoked { name } => (
                format!("the key of {name} that it is by was revoked"),
                format!("have {name} sign with another key, and find out who used this one"),
            ),
            Self::OtherUse { place } => (
                format!("its key is not for approvals: the namespaces of {place} do not have {NAMESPACE}"),
                format!("sign with a key that is, or add {NAMESPACE} to its namespaces"),
            ),
            Self::NotYetValid { from, place } => (
                format!("its key is not valid before {from} ({place})"),
                "sign with a key that is".to_owned(),
            ),
            Self::NoLongerValid { until, place } => {
                (format!("its key was valid until {until} ({place})"), "sign with a key that is".to_owned())
            }
            Self::OtherDecisions { name } => (
                format!(
                    "{name} did not sign the decisions of this plan: it is of another plan, or was changed since"
                ),
                format!("have {name} look at this plan and sign it: `drplan approve {plan}`"),
            ),
            Self::Again { name, file } => (
                format!("{name} has approved already ({file}); one person counts once"),
                "have somebody else approve".to_owned(),
            ),
        };
        Problem::at(Place::file(file), format!("this signature does not count: {message}"), fix)
    }
}
