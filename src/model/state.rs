//! Terraform state, format version 4, as far as a recovery needs it.
//!
//! Format: `internal/states/statefile/version4.go` of Terraform and OpenTofu.
//! Attributes stay the raw text of the file: a state of 100 MB is walked, never built as a tree.

use std::borrow::Cow;

/// A state that was read.
#[derive(Clone, Debug)]
pub struct State<'a> {
    /// Where it came from, as shown to people: a path, `-`, `s3://bucket/key`.
    pub origin: String,
    /// Identity of the state over its life.
    pub lineage: String,
    /// Counts up with each change.
    pub serial: u64,
    /// Version of the engine that wrote it.
    pub engine_version: String,
    /// Every object: managed and data, current and deposed, in the order of the file.
    pub instances: Vec<Instance<'a>>,
}

/// Managed resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Terraform owns it.
    Managed,
    /// Terraform only read it.
    Data,
}

/// One object in the state.
#[derive(Clone, Debug)]
pub struct Instance<'a> {
    /// Address as `terraform state list` prints it: `module.a["k"].aws_x.y[0]`, `data.` before the type.
    pub address: String,
    /// The same without any index, as `dependencies` name it: `module.a.aws_x.y`.
    pub config_address: String,
    /// Module path without indexes, `module.a.module.b`; empty for the root.
    pub module: String,
    /// Managed or data.
    pub mode: Mode,
    /// Resource type.
    pub type_name: Cow<'a, str>,
    /// Name in the code.
    pub name: Cow<'a, str>,
    /// Provider's source address, `registry.terraform.io/hashicorp/aws`.
    pub provider: Cow<'a, str>,
    /// Alias of the provider configuration.
    pub provider_alias: Option<Cow<'a, str>>,
    /// Key of a deposed object: left behind by a create-before-destroy replacement.
    pub deposed: Option<Cow<'a, str>>,
    /// Marked to be replaced by the next apply.
    pub tainted: bool,
    /// Version of the provider's schema that the attributes follow.
    pub schema_version: u64,
    /// Raw JSON of the attributes: an object; `{}` where the state has none.
    pub attributes: &'a str,
    /// Whether the attributes are the flat map of Terraform before 0.12.
    pub flat: bool,
    /// Paths of attributes that the state marks as sensitive, as JSON Pointers.
    pub sensitive: Vec<String>,
    /// Addresses, without indexes, of what it depends on.
    pub dependencies: Vec<Cow<'a, str>>,
}
