//! How long things take, where nobody has measured it.
//!
//! AWS publishes almost no durations; every figure here is a default and a plan whose critical path
//! rests on one says so. `estimate` blocks of drplan.hcl replace them.

use super::types::Duration2;

/// Kinds of work that are not one Terraform resource, and the few resources whose time dominates a recovery.
pub const ESTIMATES: &[(&str, Duration2)] = &[
    // docs.aws.amazon.com/eks: creating a cluster takes "several minutes", seen as 10 to 15.
    ("cluster", Duration2 { p50: 600, p90: 900 }),
    ("node_group", Duration2 { p50: 180, p90: 300 }),
    // Base of a restore, before the share that grows with size (`restore_per_100_gib`).
    ("restore", Duration2 { p50: 1_500, p90: 2_700 }),
    ("restore_per_100_gib", Duration2 { p50: 120, p90: 300 }),
    ("promote", Duration2 { p50: 420, p90: 900 }),
    ("warm_up", Duration2 { p50: 300, p90: 900 }),
    ("cache", Duration2 { p50: 480, p90: 900 }),
    // ModifyDBInstance of what needs no restart: "modifying" for a minute or two.
    ("modify", Duration2 { p50: 60, p90: 180 }),
    ("secret", Duration2 { p50: 5, p90: 20 }),
    ("trust", Duration2 { p50: 5, p90: 30 }),
    ("check", Duration2 { p50: 3, p90: 15 }),
    ("object", Duration2 { p50: 1, p90: 3 }),
    ("rollout", Duration2 { p50: 60, p90: 180 }),
    ("load_balancer", Duration2 { p50: 150, p90: 240 }),
    ("job", Duration2 { p50: 60, p90: 300 }),
    ("import", Duration2 { p50: 2, p90: 8 }),
    ("decision", Duration2 { p50: 300, p90: 600 }),
    ("records", Duration2 { p50: 45, p90: 90 }),
    ("distribution", Duration2 { p50: 240, p90: 480 }),
    ("fence", Duration2 { p50: 60, p90: 180 }),
    ("probe", Duration2 { p50: 5, p90: 30 }),
    ("converged", Duration2 { p50: 60, p90: 120 }),
];

/// The default of a kind.
#[must_use]
pub fn default_of(kind: &str) -> Option<Duration2> {
    ESTIMATES.iter().find(|(name, _)| *name == kind).map(|(_, duration)| *duration)
}
