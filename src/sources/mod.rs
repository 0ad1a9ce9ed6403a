//! Reads: files, the cloud, the cluster. What fails becomes a gap or a problem; nothing is decided here.

pub mod tfstate;
