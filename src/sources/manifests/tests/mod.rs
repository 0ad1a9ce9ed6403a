//! Ordinary, odd and hostile manifests.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod corpus;

use super::{Request, Tools, read_manifests};
