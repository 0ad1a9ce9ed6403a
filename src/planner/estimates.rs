//! Which figure counts for a kind of work: the configured one, else the table's.

use super::facts::Facts;
use crate::model::estimate;
use crate::model::types::Duration2;
use crate::plan::step::{Estimate, EstimateSource};

impl Facts<'_, '_> {
    /// How long a kind of work takes.
    pub(super) fn estimate(&self, kind: &str) -> Estimate {
        self.estimate_or(kind, estimate::default_of(kind).unwrap_or(Duration2 { p50: 5, p90: 30 }))
    }

    /// How long a kind of work takes, with a default of the caller's.
    pub(super) fn estimate_or(&self, kind: &str, default: Duration2) -> Estimate {
        match self.input.settings.estimates.iter().find(|estimate| estimate.kind == kind) {
            Some(measured) => Estimate {
                p50_seconds: measured.p50_seconds,
                p90_seconds: measured.p90_seconds.max(measured.p50_seconds),
                source: EstimateSource::Configured,
            },
            None => Estimate {
                p50_seconds: u64::from(default.p50),
                p90_seconds: u64::from(default.p90),
                source: EstimateSource::Default,
            },
        }
    }

    /// A restore's time grows with the size of the store.
    pub(super) fn restore_estimate(&self, gib: u64) -> Estimate {
        let base = self.estimate("restore");
        let share = self.estimate("restore_per_100_gib");
        Estimate {
            p50_seconds: base.p50_seconds + share.p50_seconds * gib / 100,
            p90_seconds: base.p90_seconds + share.p90_seconds * gib / 100,
            source: base.source,
        }
    }
}
