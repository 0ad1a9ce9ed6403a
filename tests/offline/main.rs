//! Tests that need nothing but the checkout.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod aurora;
mod canaries;
mod dispositions;
mod hostile;
mod layers;
mod left_out;
mod occurrences;
mod planned;
mod properties;
mod sandbox;
mod walkthrough;
mod worlds;
