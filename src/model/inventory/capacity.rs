//! Where something can be made, and how much of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An availability zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// `us-west-2a`; maps differently in every account.
    pub name: String,
    /// `usw2-az1`; the same in every account.
    pub id: String,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// `vpc-0abc`.
    pub id: String,
    /// Its first block.
    pub cidr: String,
    /// Tag `Name`.
    #[serde(default)]
    pub name: Option<String>,
}

/// An EC2 instance type on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceType {
    /// `t3.medium`.
    pub name: String,
    /// Zones that offer it.
    pub zones: Vec<String>,
    /// vCPUs that one has by default; `None` where that was not recorded.
    #[serde(default)]
    pub vcpus: Option<u64>,
}

/// An EKS cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EksCluster {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `ACTIVE`, ...
    pub status: String,
    /// Kubernetes version.
    pub version: String,
    /// API endpoint.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// OIDC issuer.
    #[serde(default)]
    pub issuer: Option<String>,
}

/// An EKS add-on on offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EksAddon {
    /// `vpc-cni`.
    pub name: String,
    /// Versions.
    pub versions: Vec<String>,
    /// Those of them that a cluster takes, by its Kubernetes version; `None` where that was not recorded.
    #[serde(default)]
    pub by_cluster: Option<BTreeMap<String, Vec<String>>>,
}

/// A quota that applies in the region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppliedQuota {
    /// `vpc`.
    pub service: String,
    /// `L-F678F1CE`.
    pub code: String,
    /// Name, for people.
    pub name: String,
    /// The limit.
    pub value: u64,
    /// How much of it is in use, in the fullest zone where it is counted in each; `None` where the service does not tell.
    #[serde(default)]
    pub used: Option<u64>,
}

/// IAM names in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamNames {
    /// Roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Policies of the account, by ARN.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Instance profiles.
    #[serde(default)]
    pub instance_profiles: Vec<String>,
    /// OIDC providers, by ARN.
    #[serde(default)]
    pub oidc_providers: Vec<String>,
    /// Users.
    #[serde(default)]
    pub users: Vec<String>,
}

/// The recovery workspace's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Name of the workspace.
    pub name: String,
    /// Lineage, where it has a state.
    #[serde(default)]
    pub lineage: Option<String>,
    /// Serial, where it has a state.
    #[serde(default)]
    pub serial: Option<u64>,
    /// Addresses in it.
    #[serde(default)]
    pub addresses: Vec<String>,
}
