//! What is asked of the services that hold data.

/// One effect on data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataRequest {
    /// Restores a database from a recovery point, with every setting.
    Restore(Restore),
    /// Promotes a replica.
    Promote {
        /// Identifier.
        identifier: String,
        /// Settings, in the words of PromoteReadReplica.
        settings: Vec<(String, String)>,
        /// Attributes that later steps need.
        wants: Vec<String>,
    },
    /// Sets what a restore or a promotion does not take.
    Modify {
        /// Identifier.
        identifier: String,
        /// Settings, in the words of ModifyDBInstance or ModifyDBCluster.
        settings: Vec<(String, String)>,
    },
    /// Sets the password of a master user, by reference.
    Password {
        /// Identifier.
        identifier: String,
        /// `env:NAME`, `file:PATH`, `secret:NAME#KEY`.
        source: String,
    },
    /// Restores a store from AWS Backup.
    Backup {
        /// Address.
        address: String,
        /// Name of the new resource.
        name: String,
        /// Recovery point.
        point: Option<String>,
        /// Attributes that later steps need.
        wants: Vec<String>,
    },
    /// Makes a secret's replica stand alone.
    PromoteSecret {
        /// Name.
        name: String,
        /// ARN in the recovery region.
        arn: String,
        /// Attributes that later steps need.
        wants: Vec<String>,
    },
    /// Replaces owned tokens inside a secret's value, and nothing else of it.
    SpliceSecret {
        /// Name.
        name: String,
        /// Place (JSON Pointer), token and what stands there afterwards.
        splices: Vec<(String, String, String)>,
        /// Attributes that later steps need.
        wants: Vec<String>,
    },
    /// Reads enough of a restored store that it answers at its usual speed.
    WarmUp {
        /// Identifier.
        identifier: String,
    },
}

/// A restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restore {
    /// Address of the store.
    pub address: String,
    /// Identifier of what is made.
    pub identifier: String,
    /// Whether it is a cluster.
    pub is_cluster: bool,
    /// Recovery point; `None` where the rule chose none.
    pub point: Option<String>,
    /// Class that is asked for.
    pub class: Option<String>,
    /// Settings, in the words of the call.
    pub settings: Vec<(String, String)>,
    /// Instances of a cluster, `identifier class`.
    pub instances: Vec<String>,
    /// Attributes that later steps need.
    pub wants: Vec<String>,
}
