//! What is in the recovery region and in the global services, as recorded by `drplan inventory REGION`.
//!
//! Each section is an `Option`: `None` is *unknown*, with a gap that says why; an empty list is *known to be empty*.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::diagnostic::Gap;

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
    /// Names of DB and DB cluster parameter groups.
    #[serde(default)]
    pub db_parameter_groups: Option<Vec<String>>,
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
}

/// An automated backup of an RDS instance or cluster that is kept in the region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomatedBackup {
    /// ARN of the backup, what a restore names.
    pub arn: String,
    /// Identifier of the instance it is of.
    pub source: String,
    /// ARN of that instance.
    pub source_arn: String,
    /// `active`, `retained`, `creating`.
    pub status: String,
    /// Start of the restore window.
    #[serde(default)]
    pub earliest: Option<Timestamp>,
    /// End of the restore window: the figure the loss is measured from.
    #[serde(default)]
    pub latest: Option<Timestamp>,
    /// Key it is encrypted with in this region.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Allocated storage, GiB.
    pub storage_gib: u64,
}

/// An RDS snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbSnapshot {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Identifier of the instance or cluster it is of.
    pub source: String,
    /// Whether it is of a cluster.
    #[serde(default)]
    pub of_cluster: bool,
    /// ARN of the snapshot it was copied from, in another region.
    #[serde(default)]
    pub copied_from: Option<String>,
    /// `available`, `creating`, `failed`.
    pub status: String,
    /// Instant of the data in it; a copy keeps its original's.
    pub data_at: Timestamp,
    /// Key it is encrypted with.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Allocated storage, GiB.
    pub storage_gib: u64,
}

/// An RDS instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbInstance {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `available`, ...
    pub status: String,
    /// `db.t3.medium`.
    pub class: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// ARN or identifier of what it replicates; `None` where it is no replica.
    #[serde(default)]
    pub replica_of: Option<String>,
    /// Replication lag, seconds; -1 where it does not replicate.
    #[serde(default)]
    pub lag_seconds: Option<i64>,
    /// Host.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Port.
    #[serde(default)]
    pub port: Option<u16>,
    /// Key.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Tags.
    #[serde(default)]
    pub tags: std::collections::BTreeMap<String, String>,
}

/// An RDS cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbCluster {
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Status.
    pub status: String,
    /// Engine.
    pub engine: String,
    /// What it replicates.
    #[serde(default)]
    pub replica_of: Option<String>,
    /// The global cluster it belongs to.
    #[serde(default)]
    pub global_cluster: Option<String>,
    /// Writer host.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Reader host.
    #[serde(default)]
    pub reader_endpoint: Option<String>,
}

/// A DB instance class that can be ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderableClass {
    /// Class.
    pub class: String,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Zones that offer it.
    #[serde(default)]
    pub zones: Vec<String>,
}

/// A KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Key id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`.
    pub state: String,
    /// Aliases, with `alias/` before them.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// For a multi-region key: the ARN of its primary.
    #[serde(default)]
    pub primary_arn: Option<String>,
    /// Whether the caller may use it to create grants and decrypt; `None` where that was not proven.
    #[serde(default)]
    pub usable: Option<bool>,
}

/// A secret of Secrets Manager. Never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Name.
    pub name: String,
    /// ARN in this region.
    pub arn: String,
    /// Region of the primary secret where this is a replica.
    #[serde(default)]
    pub primary_region: Option<String>,
    /// Scheduled for deletion at this instant.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
    /// Key it is encrypted with.
    #[serde(default)]
    pub kms_key: Option<String>,
}

/// An image in ECR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Repository.
    pub repository: String,
    /// `sha256:...`.
    pub digest: String,
    /// Tags that point at it now.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// A certificate of ACM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// ARN.
    pub arn: String,
    /// Domain names it covers, wildcards as written.
    pub domains: Vec<String>,
    /// `ISSUED`, `PENDING_VALIDATION`, ...
    pub status: String,
    /// End of its validity.
    #[serde(default)]
    pub not_after: Option<Timestamp>,
}

/// A bucket of the account, in any region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Name.
    pub name: String,
    /// Region.
    pub region: String,
    /// Whether versioning is on; `None` where it could not be read.
    #[serde(default)]
    pub versioned: Option<bool>,
    /// Buckets that this one replicates to; `None` where it could not be read.
    #[serde(default)]
    pub replicates_to: Option<Vec<String>>,
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
}

/// An ElastiCache replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicationGroup {
    /// Identifier.
    pub id: String,
    /// Status.
    pub status: String,
    /// Global datastore it belongs to.
    #[serde(default)]
    pub global: Option<String>,
    /// Primary endpoint.
    #[serde(default)]
    pub endpoint: Option<String>,
}

/// An ElastiCache snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheSnapshot {
    /// Name.
    pub name: String,
    /// Replication group or cluster it is of.
    pub source: String,
    /// `available`, ...
    pub status: String,
    /// Instant of the data in it.
    pub data_at: Timestamp,
}

/// A recovery point of AWS Backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackupPoint {
    /// ARN.
    pub arn: String,
    /// Vault.
    pub vault: String,
    /// ARN of the resource it is of.
    pub resource_arn: String,
    /// `COMPLETED`, ...
    pub status: String,
    /// Instant of the data in it.
    pub data_at: Timestamp,
    /// Key.
    #[serde(default)]
    pub kms_key: Option<String>,
    /// Size, bytes.
    #[serde(default)]
    pub bytes: Option<u64>,
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
    /// How much of it is in use; `None` where the service does not tell.
    #[serde(default)]
    pub used: Option<u64>,
}

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsZone {
    /// `Z0123`.
    pub id: String,
    /// Name without the trailing dot.
    pub name: String,
    /// Whether it is private.
    #[serde(default)]
    pub private: bool,
    /// Record sets; `None` where they could not be read.
    #[serde(default)]
    pub records: Option<Vec<Record>>,
}

/// A record set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Name without the trailing dot.
    pub name: String,
    /// `A`, `CNAME`, ...
    #[serde(rename = "type")]
    pub record_type: String,
    /// Set identifier of weighted, failover and similar records.
    #[serde(default)]
    pub set_identifier: Option<String>,
    /// Time to live, seconds; `None` for an alias.
    #[serde(default)]
    pub ttl: Option<u64>,
    /// Target of an alias.
    #[serde(default)]
    pub alias: Option<String>,
    /// Values.
    #[serde(default)]
    pub values: Vec<String>,
    /// Health check it follows.
    #[serde(default)]
    pub health_check: Option<String>,
}

/// A Route 53 health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Identifier.
    pub id: String,
    /// What it asks: host name or address with path.
    pub target: String,
}

/// A CloudFront distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// `E2QWRUHAPOMQ`.
    pub id: String,
    /// `d111.cloudfront.net`.
    pub domain: String,
    /// Alternate names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Domain names of its origins.
    #[serde(default)]
    pub origins: Vec<String>,
    /// `Deployed`, `InProgress`.
    pub status: String,
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
