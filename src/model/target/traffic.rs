//! What is asked of the services that lead users to a stack, and of those that let others in.

/// One effect on traffic, trust or the primary's writers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrafficRequest {
    /// Moves one record set.
    Record {
        /// Zone.
        zone: String,
        /// Name.
        name: String,
        /// Type.
        record_type: String,
        /// Set identifier.
        set_identifier: Option<String>,
        /// What it must point at before.
        from: String,
        /// What it points at afterwards.
        to: String,
    },
    /// Points a distribution's origins at the recovery region.
    Distribution {
        /// Distribution.
        id: String,
        /// Path, token and what stands there afterwards.
        rewrites: Vec<(String, String, String)>,
    },
    /// Adds an issuer to a role's trust, beside those that are there.
    Trust {
        /// Role.
        role: String,
        /// Service accounts, `namespace/name`.
        service_accounts: Vec<String>,
        /// Issuer.
        issuer: String,
    },
    /// Stops the writers of a primary that still answers.
    Fence {
        /// Workloads, `Kind/namespace/name`.
        workloads: Vec<String>,
        /// Databases, by address.
        databases: Vec<String>,
    },
}
