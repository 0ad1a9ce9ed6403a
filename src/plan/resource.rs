//! What becomes of each managed object of the state.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Made new.
    Create,
    /// Global, used as it is.
    Share,
    /// There already in the recovery region, with evidence of its origin.
    Adopt,
    /// Holds data, comes from a recovery point.
    Restore,
    /// Holds data, comes from a replica.
    Promote,
    /// Global, changed in a later phase.
    Update,
    /// Its value lives only in the state.
    Carry,
    /// Asked for, or not needed to recover.
    Skip,
    /// Cannot come back; the plan has an error.
    Block,
}

impl Disposition {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Share => "share",
            Self::Adopt => "adopt",
            Self::Restore => "restore",
            Self::Promote => "promote",
            Self::Update => "update",
            Self::Carry => "carry",
            Self::Skip => "skip",
            Self::Block => "block",
        }
    }
}

/// What the engine is told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Nothing: it makes it.
    Create,
    /// An import block.
    Import,
    /// Left out until its gate, then made, or imported and changed.
    Withhold,
    /// Left out; where it is restored it is imported afterwards.
    Exclude,
    /// Its value is put into the recovery workspace's state first.
    Carry,
    /// The engine never hears of it.
    None,
}

impl Engine {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Import => "import",
            Self::Withhold => "withhold",
            Self::Exclude => "exclude",
            Self::Carry => "carry",
            Self::None => "none",
        }
    }
}

/// One managed object of the state and its fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedResource {
    /// Address as `terraform state list` prints it.
    pub address: String,
    /// Key of a deposed object.
    pub deposed: Option<String>,
    /// Resource type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// What becomes of it.
    pub disposition: Disposition,
    /// Why, in one sentence, naming the input that decides.
    pub reason: String,
    /// What the engine is told.
    pub engine: Engine,
    /// What stands for it in the recovery region, where that is known now.
    pub counterpart: Option<String>,
    /// The step after which the counterpart is known, where it is not known now.
    pub known_after: Option<String>,
    /// Region it lives in; `None` for global ones and those that are only in the state.
    pub region: Option<String>,
    /// Whether the type has no entry in the table, so that rules on attributes decided.
    pub unknown_type: bool,
    /// What it depends on that the engine leaves out or withholds: it is left out with it, or made after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_with: Option<String>,
    /// Whether the primary's state does not have it: only the engine's own plan does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond_state: bool,
}

impl PlannedResource {
    /// Whether the engine comes to it only behind the gate: it moves names by itself, or depends on what is withheld
    /// until then.
    #[must_use]
    pub fn is_postponed(&self) -> bool {
        is_postponed(self.disposition, self.engine, self.goes_with.as_deref())
    }
}

/// The same before there is a resource.
pub(crate) fn is_postponed(disposition: Disposition, engine: Engine, goes_with: Option<&str>) -> bool {
    match engine {
        Engine::Create | Engine::Import => goes_with.is_some(),
        Engine::Withhold => disposition == Disposition::Create,
        _ => false,
    }
}
