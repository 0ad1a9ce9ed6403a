//! Reads HCL: drplan.hcl and Terraform configuration, in both syntaxes.
//!
//! Owns what is written where. Nothing is evaluated, nothing is downloaded, no file is changed; an expression is
//! known by the text written out in it and by what it refers to.

mod assemble;
mod blocks;
mod configuration;
mod expression;
mod folder;
mod given;
mod json;
mod json_blocks;
mod lock;
mod mask;
mod named_files;
mod overrides;
mod paths;
mod settings;
mod source;
mod tree;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod testing;

pub use configuration::read_configuration;
pub(super) use paths::boundary;
pub use paths::{absolute, repository};
pub use settings::{find_settings, read_settings};
