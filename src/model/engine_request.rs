//! What the engine is asked to plan: the user's configuration, and what a recovery adds to it.

use std::path::PathBuf;

use super::secret::Secret;

/// A plan of the recovery's workspace, to be made in a private copy of the configuration.
#[derive(Debug)]
pub struct EngineRequest {
    /// `tofu` or `terraform`, as a path.
    pub program: PathBuf,
    /// How the program is shown.
    pub shown: String,
    /// Folder of the root module, absolute.
    pub root: PathBuf,
    /// Folders of the local modules that it calls, absolute.
    pub modules: Vec<PathBuf>,
    /// Files and folders that the code names outside of its module folders, absolute.
    pub files: Vec<PathBuf>,
    /// Workspace of the recovery.
    pub workspace: String,
    /// Region of the recovery.
    pub region: String,
    /// Local names of providers that the code pins to the lost region, with their aliases: the copy says another.
    pub provider_regions: Vec<(String, Option<String>)>,
    /// Variables of the recovery that are no secret, as a file of variables has them.
    pub given: String,
    /// Those that are; they go through the environment only.
    pub variables: Vec<(String, Secret)>,
    /// What is taken over: address and import id.
    pub imports: Vec<(String, String)>,
    /// What is said otherwise than in the code, by module folder.
    pub overrides: Vec<BlockOverride>,
    /// What drplan.hcl rewrites, and into what: it holds in the copy too.
    pub rewrites: Vec<(String, String)>,
    /// Addresses that are left out of the plan.
    pub excluded: Vec<String>,
    /// The rest, for an engine that cannot leave out but only choose.
    pub targets: Vec<String>,
    /// Addresses of resources that are left out and are asked about by themselves: how many there are of each.
    pub asked: Vec<String>,
    /// State of version 4 that the workspace begins with: what lives only in the primary's.
    pub state: Option<Secret>,
}

/// An override of one resource block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOverride {
    /// Folder of its module, absolute.
    pub folder: PathBuf,
    /// Type.
    pub type_name: String,
    /// Name.
    pub name: String,
    /// Shared with the primary: nothing in it is changed or destroyed.
    pub shared: bool,
    /// Arguments with their texts.
    pub arguments: Vec<(String, String)>,
}
