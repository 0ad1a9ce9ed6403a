//! What the engine itself would do: the resource changes of a plan in JSON.
//!
//! <https://opentofu.org/docs/internals/json-format/#plan-representation>

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::secret::Secret;

/// A plan of the engine, as `show -json` prints a saved one.
#[derive(Clone, Debug, PartialEq)]
pub struct EnginePlan<'a> {
    /// The file.
    pub origin: String,
    /// Version of the engine that made it; old ones do not say.
    pub engine_version: Option<String>,
    /// What it does to each managed instance, in its order.
    pub changes: Vec<ResourceChange<'a>>,
    /// Whether it is of all that the code makes: one with `-target` or `-exclude` is not, and says so since 1.8.
    pub complete: bool,
    /// Addresses that it was told to leave out; `None` of a plan that was given as a file.
    pub excluded: Option<BTreeSet<String>>,
    /// Variables of the root that it was made with, where they are text; they may be secret and are only compared.
    pub given: Vec<(String, Secret)>,
    /// What it was asked besides, of what it leaves out.
    pub asked: Asked,
}

/// How many there are of what a plan leaves out, by another plan that was made of that alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Addresses without index of the blocks that it was asked about.
    pub blocks: BTreeSet<String>,
    /// Instances that the code makes of them.
    pub instances: BTreeSet<String>,
}

/// What the engine does to one managed instance.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceChange<'a> {
    /// Address as `terraform state list` prints it.
    pub address: String,
    /// The same without any index, as `dependencies` name it: `module.a.aws_x.y`.
    pub config_address: String,
    /// Where the workspace's state has it so far, where that is another address.
    pub previous_address: Option<String>,
    /// Key of a deposed object; the change is of that and not of the instance.
    pub deposed: Option<String>,
    /// Type.
    pub type_name: Cow<'a, str>,
    /// Source address of its provider, `registry.terraform.io/hashicorp/aws`; empty where the plan does not say.
    pub provider: Cow<'a, str>,
    /// What is done.
    pub action: EngineAction,
    /// Whether it is taken over by an import first.
    pub imports: bool,
    /// Attributes afterwards as raw JSON, unknown ones missing; `null` where it is gone.
    pub after: &'a str,
    /// Attributes that force a replacement, `subnet_ids.0`.
    pub replaced_by: Vec<String>,
}

impl ResourceChange<'_> {
    /// Module path without indexes, empty for the root, and the name in the code.
    #[must_use]
    pub fn module_and_name(&self) -> (&str, &str) {
        let (rest, name) = self.config_address.rsplit_once('.').unwrap_or_default();
        (rest.rsplit_once('.').map_or("", |(module, _)| module), name)
    }
}

/// The engine's actions, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineAction {
    /// `["no-op"]`.
    Keep,
    /// `["create"]`.
    Create,
    /// `["update"]`.
    Update,
    /// `["delete"]`.
    Delete,
    /// `["delete", "create"]` and `["create", "delete"]`.
    Replace,
    /// `["forget"]`, and what forgets on its way.
    Forget,
}
