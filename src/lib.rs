//! drplan turns a disaster-recovery runbook into a plan that is computed, reviewed, approved and applied.

pub mod cli;
pub mod clients;
pub mod model;
pub mod plan;
pub mod planner;
pub mod render;
pub mod sources;
