//! Tests that need nothing but the checkout.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod aurora;
mod canaries;
mod certificates;
mod code_variables;
mod commands;
mod databases;
mod defects;
mod dispositions;
mod emptied;
mod found;
mod gates;
mod hostile;
mod identifiers;
mod imports;
mod inputs;
mod kept;
mod labels;
mod layers;
mod left_out;
mod losses;
mod moved_names;
mod names;
mod objectives;
mod occurrences;
mod places;
mod planned;
mod policies;
mod properties;
mod recovery_points;

mod region;
mod replicas;
mod replication;
mod sandbox;
mod screens;
mod secrets;
mod strict;
mod traffic;
mod truth;
mod unowned;
mod volumes;
mod walkthrough;
mod without_code;
mod worlds;
