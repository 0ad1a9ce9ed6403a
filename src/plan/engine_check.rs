//! What the engine's own plan says of what was predicted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::resource::Engine;

/// The prediction against the engine's plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineCheck {
    /// The file, as it was given.
    pub source: String,
    /// Version of the engine that made it; old ones do not say.
    pub engine_version: Option<String>,
    /// Whether it has the imports that `apply` adds; without them what is to be imported shows as made.
    pub with_imports: bool,
    /// Instances that its plan should have: made, taken over or carried, before anything is restored or moved.
    pub predicted: u64,
    /// Instances that its plan has.
    pub planned: u64,
    /// Those of either that are as predicted.
    pub matched: u64,
    /// Those that the engine can plan only once the cluster, what the manifests bring or what is restored is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<String>,
    /// All others, by address.
    pub differences: Vec<EngineDifference>,
}

/// An instance that the engine treats otherwise than predicted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineDifference {
    /// Address.
    pub address: String,
    /// What the engine is told; `None` where the primary's state does not have it.
    pub predicted: Option<Engine>,
    /// What its plan does; `None` where it does not have it.
    pub planned: Option<Planned>,
    /// What it means.
    pub why: String,
}

/// What the engine's plan does to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Planned {
    /// Nothing.
    Keep,
    /// Makes it.
    Create,
    /// Takes it over as it is.
    Import,
    /// Takes it over and changes it.
    ImportAndUpdate,
    /// Changes it.
    Update,
    /// Destroys it.
    Delete,
    /// Destroys it and makes another.
    Replace,
    /// Lets it go.
    Forget,
}

impl Planned {
    /// The word on the screen.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Create => "create",
            Self::Import => "import",
            Self::ImportAndUpdate => "import and update",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Forget => "forget",
        }
    }
}
