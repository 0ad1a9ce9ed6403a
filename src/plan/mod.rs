//! The artifact: what was decided, in a form that people review and machines run.
//!
//! Types, their bytes, their digests and their audit. Nothing here decides, acts or prints.
#![deny(clippy::disallowed_methods)]

pub mod action;
pub mod approval;
pub mod artifact;
pub mod audit;
pub mod body;
mod canonical;
pub mod codec;
pub mod codes;
pub mod diff;
pub mod engine_check;
pub mod finding;
pub mod forecast;
pub mod journal;
pub mod left;
pub mod rehearsal;
pub mod report;
pub mod resource;
pub mod resume;
pub mod rewrite;
#[cfg(test)]
pub(crate) mod sample;
pub mod schema;
pub mod step;
pub mod store;
pub mod values;

pub use artifact::Plan;
