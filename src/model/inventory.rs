//! What is in the recovery region and in the global services, as recorded by `drplan inventory REGION`.
//!
//! Each section is an `Option`: `None` is *unknown*, with a gap that says why; an empty list is *known to be empty*.

mod capacity;
mod databases;
mod stores;
mod traffic;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::diagnostic::Gap;
pub use capacity::{AppliedQuota, EksAddon, EksCluster, IamNames, InstanceType, Vpc, Workspace, Zone};
pub use databases::{AutomatedBackup, DbCluster, DbInstance, DbSnapshot, OrderableClass};
pub use stores::{BackupPoint, Bucket, CacheSnapshot, Image, Key, ReplicationGroup, Secret};
pub use traffic::{Certificate, Distribution, DnsZone, HealthCheck, Record, covers};

mod asked;

pub use asked::{Asked, AskedEngine};

/// Version of the recording's format that this drplan writes and the newest it reads.
pub const FORMAT_VERSION: u32 = 1;

/// A recording of the recovery region.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Always `inventory`: tells the file from an observation.
    pub kind: InventoryKind,
    /// The region that was asked.
    pub region: String,
    /// The account that answered; `None` where even that is unknown.
    pub account: Option<String>,
    /// When the recording was begun.
    pub taken_at: Timestamp,
    /// Calls that gave no answer.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Availability zones that are open.
    #[serde(default)]
    pub zones: Option<Vec<Zone>>,
    /// VPCs.
    #[serde(default)]
    pub vpcs: Option<Vec<Vpc>>,
    /// Instance types and where they are offered.
    #[serde(default)]
    pub instance_types: Option<Vec<InstanceType>>,
    /// Automated RDS backups, replicated ones among them.
    #[serde(default)]
    pub automated_backups: Option<Vec<AutomatedBackup>>,
    /// RDS snapshots of instances and clusters.
    #[serde(default)]
    pub db_snapshots: Option<Vec<DbSnapshot>>,
    /// RDS instances, read replicas among them.
    #[serde(default)]
    pub db_instances: Option<Vec<DbInstance>>,
    /// RDS clusters.
    #[serde(default)]
    pub db_clusters: Option<Vec<DbCluster>>,
    /// Names of DB subnet groups.
    #[serde(default)]
    pub db_subnet_groups: Option<Vec<String>>,
    /// Names of DB parameter groups.
    #[serde(default)]
    pub db_parameter_groups: Option<Vec<String>>,
    /// Names of DB cluster parameter groups, which are names of their own.
    #[serde(default)]
    pub db_cluster_parameter_groups: Option<Vec<String>>,
    /// Instance classes that can be ordered, asked for the engines of the stack.
    #[serde(default)]
    pub orderable_classes: Option<Vec<OrderableClass>>,
    /// KMS keys.
    #[serde(default)]
    pub keys: Option<Vec<Key>>,
    /// Secrets and replicas of secrets.
    #[serde(default)]
    pub secrets: Option<Vec<Secret>>,
    /// Images in ECR.
    #[serde(default)]
    pub images: Option<Vec<Image>>,
    /// ACM certificates of the region.
    #[serde(default)]
    pub certificates: Option<Vec<Certificate>>,
    /// All buckets of the account.
    #[serde(default)]
    pub buckets: Option<Vec<Bucket>>,
    /// EKS clusters.
    #[serde(default)]
    pub eks_clusters: Option<Vec<EksCluster>>,
    /// EKS versions on offer.
    #[serde(default)]
    pub eks_versions: Option<Vec<String>>,
    /// Those of them that are in extended support; `None` where nobody told.
    #[serde(default)]
    pub eks_extended: Option<Vec<String>>,
    /// EKS add-ons on offer.
    #[serde(default)]
    pub eks_addons: Option<Vec<EksAddon>>,
    /// ElastiCache replication groups.
    #[serde(default)]
    pub replication_groups: Option<Vec<ReplicationGroup>>,
    /// ElastiCache snapshots.
    #[serde(default)]
    pub cache_snapshots: Option<Vec<CacheSnapshot>>,
    /// AWS Backup recovery points.
    #[serde(default)]
    pub backup_points: Option<Vec<BackupPoint>>,
    /// Quotas that apply, with use where the service tells it.
    #[serde(default)]
    pub quotas: Option<Vec<AppliedQuota>>,
    /// Route 53 zones with their records.
    #[serde(default)]
    pub dns_zones: Option<Vec<DnsZone>>,
    /// Route 53 health checks.
    #[serde(default)]
    pub health_checks: Option<Vec<HealthCheck>>,
    /// CloudFront distributions.
    #[serde(default)]
    pub distributions: Option<Vec<Distribution>>,
    /// IAM names in use in the account.
    #[serde(default)]
    pub iam: Option<IamNames>,
    /// The recovery workspace's own state; `Some` with no addresses where it is empty or not there.
    #[serde(default)]
    pub workspace: Option<Workspace>,
    /// What was asked of the lists that are cut to a stack; `None` in recordings that are older than this.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// Tells an inventory from other recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryKind {
    /// The only word.
    #[default]
    Inventory,
}
