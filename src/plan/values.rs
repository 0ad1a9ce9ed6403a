//! Values that the primary owns, and every place that uses them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::value::ValueKind;

/// A value and its uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnedValue {
    /// What it is.
    pub kind: ValueKind,
    /// The value as it is written where it is used. Never a secret.
    pub value: String,
    /// Address of the resource, `observation:...`, or `None` where it is not of the primary.
    pub owner: Option<String>,
    /// Where it is used.
    pub uses: Vec<Use>,
}

/// One use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// Where.
    #[serde(rename = "where")]
    pub site: Site,
    /// What becomes of it.
    pub disposition: UseDisposition,
    /// What stands there afterwards, where that is known now.
    pub counterpart: Option<String>,
    /// The step after which it is known, where it is not known now.
    pub known_after: Option<String>,
}

/// What becomes of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UseDisposition {
    /// The owner speaks of itself.
    Own,
    /// Stays as it is.
    Kept,
    /// Replaced by a counterpart that is known now.
    Rewritten,
    /// Replaced by a counterpart that a step makes.
    KnownAfter,
    /// Nobody knows what to put there: a finding.
    Unplaced,
}

impl UseDisposition {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Kept => "kept",
            Self::Rewritten => "rewritten",
            Self::KnownAfter => "known_after",
            Self::Unplaced => "unplaced",
        }
    }
}

/// Where a use stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Site {
    /// In the attributes of an object of the state.
    Resource {
        /// Its address; with a deposed key `ADDRESS (deposed KEY)`.
        resource: String,
        /// JSON Pointer from `attributes` to the string that holds the use.
        path: String,
        /// The place inside an encoded string, `base64`, `json:/a/b`, `percent` (the word that holds it, RFC 3986),
        /// joined by ` > `.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<String>,
    },
    /// In a file.
    File {
        /// The file.
        file: String,
        /// Line of the use itself, from 1.
        line: u32,
        /// The object or block that it stands in.
        object: Option<String>,
        /// JSON Pointer from the document's root to the string that holds the use.
        path: String,
        /// The place inside an encoded string.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<String>,
    },
}
