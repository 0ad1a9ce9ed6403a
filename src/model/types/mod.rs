//! What drplan knows of each Terraform resource type: one entry a type.
//!
//! A contributor adds a type by adding an entry to the file of its family.
//! An entry states facts of AWS and of the provider, with the page they come from; it holds no logic.
//! Arguments that force replacement are what the AWS provider 5.100.0 answers when it plans a change of each argument
//! alone, so conditions that look at several arguments at once are not in them.
//! Types without an entry fall back to rules on their attributes and are marked `unknown type` in the plan.

mod api;
mod balancing;
mod buckets;
mod caches;
mod compute;
mod containers;
mod data;
mod database;
mod dns;
mod edge;
mod functions;
mod identity;
mod kubernetes;
mod mail;
mod messaging;
mod network;
mod operations;
mod rds;
mod secrets;
mod storage;
mod synthetic;
#[cfg(test)]
mod tests;
mod vcpus;
mod warehouses;

pub use self::balancing::looks_up_balancer;
pub use self::kubernetes::planned_in_cluster;
pub use self::vcpus::vcpu_quota;
use super::value::ValueKind;

/// Where a resource lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In one region; the recovery region gets its own.
    Regional,
    /// In the whole account or partition: IAM, Route 53, CloudFront. Control plane in us-east-1.
    Global,
    /// Regional or global by its attributes: a web ACL with scope `CLOUDFRONT`, a certificate in us-east-1.
    GlobalWhenUsEast1,
    /// Inside the Kubernetes cluster (`helm_release`, `kubernetes_*`).
    Cluster,
    /// Only in the state (`random_*`, `tls_*`, `time_*`, `null_resource`).
    StateOnly,
}

/// How far a name must be unique, which decides whether a second stack collides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// AWS names it; nothing collides.
    None,
    /// Within what contains it (a table, a role, a bucket, a cluster).
    InParent,
    /// Within the account and region.
    InRegion,
    /// Within the account, in all regions.
    InAccount,
    /// In the whole world: buckets, CloudFront aliases.
    Everywhere,
}

/// Whether losing the resource loses data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldsData {
    /// Yes: never a plain `create`.
    Yes,
    /// No.
    No,
    /// Cannot be told from the type; treated as yes.
    Unknown,
}

/// How a resource of this type comes back, before inputs say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recovery {
    /// The engine makes a new one.
    Create,
    /// It is global and used as it is.
    Share,
    /// It is global and changed in the traffic phase (records, distributions).
    Traffic,
    /// An RDS instance: recovery point or replica.
    RdsInstance,
    /// An Aurora or Multi-AZ cluster: restored together with its instances.
    RdsCluster,
    /// An instance of an Aurora cluster: comes after its cluster.
    RdsClusterInstance,
    /// An ElastiCache replication group or cluster: a snapshot in the region, or recreated empty when its data may go.
    ElastiCache,
    /// A bucket: a replicated counterpart must exist.
    Bucket,
    /// A part of a bucket (policy, versioning, notification): goes with it.
    OfBucket,
    /// A secret: its replica is promoted.
    Secret,
    /// The value of a secret: comes with the replica.
    SecretVersion,
    /// A KMS key: a counterpart or a new key; what old keys encrypted stays closed without them.
    Key,
    /// A container registry repository: images must be there.
    Repository,
    /// A store that needs a recovery path named for it (DynamoDB, EFS, OpenSearch, SQS, EBS).
    Store,
    /// A value that lives only in the state and must be carried over.
    Carry,
    /// A part of a database (role, schema, grant): comes back with the recovery point.
    OfDatabase,
    /// Belongs to the primary's DR provisions (a replication, a backup plan): not needed to recover.
    Skip,
}

/// An attribute whose value the resource owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owns {
    /// Path of attribute names and list indexes joined by `.`; `*` stands for every element.
    pub path: &'static str,
    /// What the value is.
    pub kind: ValueKind,
}

/// What a limit is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotaPer {
    /// All of the region.
    Region,
    /// Each availability zone.
    Zone,
    /// Each thing that contains it: a cluster, a VPC.
    Parent,
}

/// A limit that each instance of the type counts against, in Service Quotas' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Service code, `vpc`.
    pub service: &'static str,
    /// Quota code, `L-F678F1CE`.
    pub code: &'static str,
    /// AWS's default for a region never used.
    pub default: u32,
    /// What it is counted over.
    pub per: QuotaPer,
}

/// Seconds, half of the time and nine times of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration2 {
    /// Median, seconds.
    pub p50: u32,
    /// 90th percentile, seconds.
    pub p90: u32,
}

/// What drplan knows of one resource type.
#[derive(Clone, Copy, Debug)]
pub struct TypeEntry {
    /// Terraform's name of the type.
    pub name: &'static str,
    /// Where it lives.
    pub scope: Scope,
    /// How far its name must be unique.
    pub unique: Uniqueness,
    /// Attributes that identify it to people and to the API, in order.
    pub identity: &'static [&'static str],
    /// Values it owns besides `id` and `arn`, which every type owns when present.
    pub owns: &'static [Owns],
    /// Whether `id` is a name that people chose (`Name`, plain) or one that AWS made (`Id`, structured).
    pub id_kind: ValueKind,
    /// Whether it holds data.
    pub data: HoldsData,
    /// How it comes back.
    pub recovery: Recovery,
    /// Import id as the provider's page has it: `{attribute}` is replaced, `{a|b}` by the first of
    /// them that has a value, elements of a list joined by `_`, an absent last part left out with its separator. Empty where the provider cannot import the type.
    pub import_id: &'static str,
    /// Arguments that force replacement, besides `region`, which does for every regional type since provider 6.
    /// Paths as in [`Owns::path`]; a block's name alone stands for all that is in it.
    pub replaces: &'static [&'static str],
    /// Limits it counts against.
    pub quotas: &'static [Quota],
    /// How long the engine takes to make one.
    pub create: Duration2,
    /// The page the facts come from: the provider's, under registry.terraform.io/providers/.
    pub page: &'static str,
}

/// Starts an entry of a regional type that the engine makes new, named by AWS and without data.
#[must_use]
const fn regional(name: &'static str, page: &'static str) -> TypeEntry {
    TypeEntry {
        name,
        scope: Scope::Regional,
        unique: Uniqueness::None,
        identity: &["id"],
        owns: &[],
        id_kind: ValueKind::Id,
        data: HoldsData::No,
        recovery: Recovery::Create,
        import_id: "{id}",
        replaces: &[],
        quotas: &[],
        create: Duration2 { p50: 3, p90: 10 },
        page,
    }
}

/// Starts an entry of a global type that is shared as it is; its names are unique in the account.
#[must_use]
const fn global(name: &'static str, page: &'static str) -> TypeEntry {
    let mut entry = regional(name, page);
    entry.scope = Scope::Global;
    entry.unique = Uniqueness::InAccount;
    entry.recovery = Recovery::Share;
    entry
}

/// Starts an entry of a type inside the cluster.
#[must_use]
const fn in_cluster(name: &'static str, page: &'static str) -> TypeEntry {
    let mut entry = regional(name, page);
    entry.scope = Scope::Cluster;
    entry.unique = Uniqueness::InParent;
    entry.id_kind = ValueKind::Name;
    entry.create = Duration2 { p50: 5, p90: 30 };
    entry
}

impl TypeEntry {
    /// It holds data and comes back as `recovery` says.
    const fn store(mut self, recovery: Recovery) -> Self {
        self.data = HoldsData::Yes;
        self.recovery = recovery;
        self
    }
    /// It cannot be told whether it holds data; if so, it comes back as `recovery` says.
    const fn may_hold_data(mut self, recovery: Recovery) -> Self {
        self.data = HoldsData::Unknown;
        self.recovery = recovery;
        self
    }
    /// It comes back as `recovery` says; holds no data.
    const fn recovers(mut self, recovery: Recovery) -> Self {
        self.recovery = recovery;
        self
    }
    /// It lives where `scope` says.
    const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }
    /// People name it by `identity`, unique as `unique` says; `id` is then a plain name.
    const fn named(mut self, unique: Uniqueness, identity: &'static [&'static str]) -> Self {
        self.unique = unique;
        self.identity = identity;
        self.id_kind = ValueKind::Name;
        self
    }
    /// Names are unique as `unique` says, while `id` is AWS's own.
    const fn unique(mut self, unique: Uniqueness, identity: &'static [&'static str]) -> Self {
        self.unique = unique;
        self.identity = identity;
        self
    }
    /// `id` holds a value of this kind.
    const fn id_is(mut self, kind: ValueKind) -> Self {
        self.id_kind = kind;
        self
    }
    /// Values it owns besides `id` and `arn`.
    const fn owns(mut self, owns: &'static [Owns]) -> Self {
        self.owns = owns;
        self
    }
    /// The import id, where it is not `{id}`.
    const fn import(mut self, import_id: &'static str) -> Self {
        self.import_id = import_id;
        self
    }
    /// The provider cannot import it.
    const fn not_importable(mut self) -> Self {
        self.import_id = "";
        self
    }
    /// Arguments that force replacement.
    const fn replaced_by(mut self, arguments: &'static [&'static str]) -> Self {
        self.replaces = arguments;
        self
    }
    /// Limits it counts against.
    const fn limited_by(mut self, quotas: &'static [Quota]) -> Self {
        self.quotas = quotas;
        self
    }
    /// How long the engine takes to make one, seconds.
    const fn takes(mut self, p50: u32, p90: u32) -> Self {
        self.create = Duration2 { p50, p90 };
        self
    }
}

const fn own(path: &'static str, kind: ValueKind) -> Owns {
    Owns { path, kind }
}

const fn quota(service: &'static str, code: &'static str, default: u32) -> Quota {
    Quota { service, code, default, per: QuotaPer::Region }
}

impl Quota {
    /// It is counted over `per` and not over the region.
    const fn per(mut self, per: QuotaPer) -> Self {
        self.per = per;
        self
    }
}

// Quotas that more than the instances of a type count against. Codes as
// <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html> has them, service by service.

/// ALBs, those of Ingresses among them.
pub const APPLICATION_LOAD_BALANCERS: Quota = quota("elasticloadbalancing", "L-53DA6B97", 50);
/// NLBs, those of Services among them.
pub const NETWORK_LOAD_BALANCERS: Quota = quota("elasticloadbalancing", "L-69A177A2", 50);
/// Classic load balancers, those of Services among them.
pub const CLASSIC_LOAD_BALANCERS: Quota = quota("elasticloadbalancing", "L-E9E9831D", 20);

/// Every quota that a plan may count against.
pub fn quotas() -> impl Iterator<Item = &'static Quota> {
    const MORE: &[Quota] = &[APPLICATION_LOAD_BALANCERS, NETWORK_LOAD_BALANCERS, CLASSIC_LOAD_BALANCERS];
    all().flat_map(|entry| entry.quotas).chain(MORE).chain(vcpus::all())
}

const FAMILIES: &[&[TypeEntry]] = &[
    api::TYPES,
    balancing::TYPES,
    buckets::TYPES,
    caches::TYPES,
    compute::TYPES,
    containers::TYPES,
    data::TYPES,
    database::TYPES,
    dns::TYPES,
    edge::TYPES,
    functions::TYPES,
    identity::TYPES,
    kubernetes::TYPES,
    mail::TYPES,
    messaging::TYPES,
    network::TYPES,
    operations::TYPES,
    rds::TYPES,
    secrets::TYPES,
    storage::TYPES,
    synthetic::TYPES,
    warehouses::TYPES,
];

/// All entries, in the order of the files.
pub fn all() -> impl Iterator<Item = &'static TypeEntry> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The entry of a type, `None` for one that drplan does not know.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static TypeEntry> {
    use std::collections::HashMap;
    use std::sync::LazyLock;
    static BY_NAME: LazyLock<HashMap<&'static str, &'static TypeEntry>> =
        LazyLock::new(|| all().map(|entry| (entry.name, entry)).collect());
    BY_NAME.get(name).copied()
}
