//! Reads: files, the cloud, the cluster. What fails becomes a gap or a problem; nothing is decided here.

pub mod approvals;
#[cfg(feature = "live")]
pub mod aws;
#[cfg(feature = "live")]
pub mod cluster;
pub mod engine;
pub mod engine_plan;
pub mod hcl;
pub mod manifests;
pub mod pipelines;
pub mod programs;
pub mod recorded;
pub mod text;
pub mod tfstate;
