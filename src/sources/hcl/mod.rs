//! Reads HCL: drplan.hcl and Terraform configuration, in both syntaxes.
//!
//! Owns what is written where. Nothing is evaluated, nothing is downloaded, no file is changed; an expression is
//! known by the text written out in it and by what it refers to.

#![allow(
    clippy::result_large_err,
    reason = "a problem is made at most once per file and carries its place, its line and its fix"
)]

mod assemble;
mod blocks;
mod configuration;
mod expression;
mod folder;
mod given;
mod json;
mod json_blocks;
mod mask;
mod overrides;
mod paths;
mod settings;
mod source;
mod tree;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod hostile_tests;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;

pub use configuration::read_configuration;
pub use settings::{find_settings, read_settings};
