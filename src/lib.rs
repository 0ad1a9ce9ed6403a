//! drplan turns a disaster-recovery runbook into a plan that is computed, reviewed, approved and applied.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::print_stdout,
        clippy::print_stderr,
        reason = "tests say what they expect by failing"
    )
)]

#[cfg(feature = "live")]
pub mod cli;
#[cfg(feature = "rehearse")]
pub mod clients;
pub mod event;
#[cfg(feature = "rehearse")]
pub mod executor;
pub mod model;
pub mod plan;
pub mod planner;
pub mod render;
pub mod sources;
#[cfg(feature = "rehearse")]
pub mod targets;
