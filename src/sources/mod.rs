//! Reads: files, the cloud, the cluster. What fails becomes a gap or a problem; nothing is decided here.

#[cfg(feature = "live")]
pub mod aws;
pub mod hcl;
pub mod manifests;
pub mod recorded;
pub mod text;
pub mod tfstate;
