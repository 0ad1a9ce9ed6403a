//! What is true of every action of a kind.

use super::Action;

impl Action {
    /// The word of its `kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Check { .. } => "check",
            Self::ProbePrimary { .. } => "probe_primary",
            Self::Fence { .. } => "fence",
            Self::Engine { .. } => "engine",
            Self::Join { .. } => "join",
            Self::TrustIssuer { .. } => "trust_issuer",
            Self::RestoreDatabase { .. } => "restore_database",
            Self::RestoreCluster { .. } => "restore_cluster",
            Self::PromoteReplica { .. } => "promote_replica",
            Self::ModifyDatabase { .. } => "modify_database",
            Self::SetPassword { .. } => "set_password",
            Self::RestoreBackup { .. } => "restore_backup",
            Self::PromoteSecret { .. } => "promote_secret",
            Self::SpliceSecret { .. } => "splice_secret",
            Self::WarmUp { .. } => "warm_up",
            Self::ApplyObject { .. } => "apply_object",
            Self::AwaitReady { .. } => "await_ready",
            Self::Gate { .. } => "gate",
            Self::ChangeRecord { .. } => "change_record",
            Self::ChangeDistribution { .. } => "change_distribution",
            Self::Release { .. } => "release",
            Self::ProbeEndpoint { .. } => "probe_endpoint",
            Self::ResolveName { .. } => "resolve_name",
            Self::EngineConverged { .. } => "engine_converged",
        }
    }

    /// Whether it only looks, asks or waits: it is done where it finds what it looks for.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        matches!(
            self,
            Self::Check { .. }
                | Self::ProbePrimary { .. }
                | Self::Join { .. }
                | Self::AwaitReady { .. }
                | Self::Gate { .. }
                | Self::ProbeEndpoint { .. }
                | Self::ResolveName { .. }
                | Self::EngineConverged { .. }
        )
    }

    /// Whether drplan can do it for real; the rest it rehearses only, so far.
    #[must_use]
    pub const fn has_target(&self) -> bool {
        matches!(
            self,
            Self::Check { .. }
                | Self::ProbePrimary { .. }
                | Self::ProbeEndpoint { .. }
                | Self::ResolveName { .. }
                | Self::Fence { .. }
                | Self::Join { .. }
                | Self::Gate { .. }
                | Self::ApplyObject { .. }
                | Self::AwaitReady { .. }
                | Self::Release { .. }
        )
    }
}
