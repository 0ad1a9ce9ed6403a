//! Tests against real parts, started by the tests themselves on free loopback ports: the AWS emulator of `tests/aws`, and
//! the Kubernetes API server, alone and as a whole cluster.
//!
//! A part that cannot be had fails the test with how to get it; nothing is skipped but the full disk, where a machine lets
//! nobody mount one.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod aged;
mod approval;
mod by_hand;
mod claims;
mod cluster;
mod command;
mod control_plane;
mod corpus;
mod eks;
mod eks_apply;
mod emulator;
mod engine;
mod engine_databases;
mod full_disk;
mod gone;
mod inventory;
mod journal;
mod kube_faults;
mod kube_target;
mod observation;
mod proofs;
mod repeated;
mod reread;
mod resume;
mod run;
mod scaled;
mod sim_aws;
mod state;
mod transfer;
mod verify;
mod webhooks;
mod work;
mod writes;
