//! The cloud, read live: the recovery region and the global services, or the primary while it is healthy.
//!
//! Only calls that read. A list that did not come whole leaves its section unknown and a gap that says why; an empty
//! section is known to be empty. An inventory asks the recovery region and the global services, and nothing else
//! but the bucket of the recovery workspace's state, wherever it is.
//! No value of a secret, no user data and no policy is ever asked for.

use jiff::Timestamp;

use crate::clients::aws::whole::Whole;
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::inventory::{Asked, AskedEngine, FORMAT_VERSION, Inventory, InventoryKind};

mod access;
mod cluster;
mod compute;
mod database;
mod global;
mod hints;
mod keys;
mod load_balancer;
mod metrics;
mod primary;
mod quotas;
mod state;
mod storage;
mod workspace;

pub use access::{ClusterRequest, open as open_cluster, open_session};
pub use hints::{clusters_of, engines_of, repositories_in, workspace_of};
pub use primary::{ObservationRequest, record_observation};
pub use state::{BucketKey, StateObject, StateRequest, read_state_s3};
pub use workspace::WorkspaceRequest;

/// What an inventory asks for beyond what is always listed.
#[derive(Clone, Debug)]
pub struct InventoryRequest {
    /// When the recording was begun.
    pub taken_at: Timestamp,
    /// Engines of the stack's databases: the classes that can be ordered for each are recorded.
    pub engines: Vec<Engine>,
    /// ECR repositories of the stack; all of the account where empty.
    pub repositories: Vec<String>,
    /// Quotas by service and code; those of the resource-type table where empty.
    pub quotas: Vec<(String, String)>,
    /// Where the recovery workspace's state is.
    pub workspace: Option<WorkspaceRequest>,
}

impl InventoryRequest {
    /// A request without hints.
    #[must_use]
    pub fn new(taken_at: Timestamp) -> Self {
        Self { taken_at, engines: Vec::new(), repositories: Vec::new(), quotas: Vec::new(), workspace: None }
    }
}

impl InventoryRequest {
    /// As the recording says it.
    fn asked(&self) -> Asked {
        let engine = |Engine { name, version }| AskedEngine { name, version };
        let named = !self.repositories.is_empty();
        Asked {
            engines: self.engines.iter().cloned().map(engine).collect(),
            repositories: named.then(|| self.repositories.clone()),
        }
    }
}

/// A database engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Engine {
    /// `postgres`.
    pub name: String,
    /// `16.3`.
    pub version: String,
}

/// Records the region of the connection.
pub async fn record_inventory(connection: &Connection, request: &InventoryRequest) -> Inventory {
    let mut gaps = Gaps::default();
    let (account, network, databases, stores, cluster, secrets, global, quotas, workspace) = tokio::join!(
        Box::pin(account(connection)),
        Box::pin(compute::read(connection)),
        Box::pin(database::read(connection, &request.engines, request.taken_at)),
        Box::pin(storage::read(connection)),
        Box::pin(cluster::read(connection, &request.repositories)),
        Box::pin(keys::read(connection)),
        Box::pin(global::read(connection)),
        Box::pin(quotas::read(connection, &request.quotas)),
        Box::pin(workspace::read(connection, request.workspace.as_ref())),
    );
    let (eks_versions, eks_extended) =
        gaps.keep(cluster.versions).map(|found| (found.offered, found.extended)).unzip();
    let mut inventory = Inventory {
        format_version: FORMAT_VERSION,
        kind: InventoryKind::Inventory,
        region: connection.region().to_owned(),
        account: gaps.keep(account),
        taken_at: request.taken_at,
        gaps: Vec::new(),
        zones: gaps.keep(network.zones),
        vpcs: gaps.keep(network.vpcs),
        instance_types: gaps.keep_part(network.instance_types),
        automated_backups: gaps.keep(databases.automated_backups),
        db_snapshots: gaps.keep_part(databases.snapshots),
        db_instances: gaps.keep_part(databases.instances),
        db_clusters: gaps.keep(databases.clusters),
        db_subnet_groups: gaps.keep(databases.subnet_groups),
        db_parameter_groups: gaps.keep(databases.parameter_groups),
        db_cluster_parameter_groups: gaps.keep(databases.cluster_parameter_groups),
        orderable_classes: gaps.keep(databases.orderable_classes),
        keys: gaps.keep_part(secrets.keys),
        secrets: gaps.keep(secrets.secrets),
        images: gaps.keep(cluster.images),
        certificates: gaps.keep(secrets.certificates),
        buckets: gaps.keep_part(stores.buckets),
        eks_clusters: gaps.keep(cluster.clusters),
        eks_versions,
        eks_extended,
        eks_addons: gaps.keep(cluster.addons),
        replication_groups: gaps.keep(stores.replication_groups),
        cache_snapshots: gaps.keep_part(stores.cache_snapshots),
        backup_points: gaps.keep_part(stores.backup_points),
        quotas: gaps.keep_part(quotas),
        dns_zones: gaps.keep_part(global.zones),
        health_checks: gaps.keep(global.health_checks),
        distributions: gaps.keep(global.distributions),
        iam: gaps.keep_part(global.iam),
        workspace: gaps.keep(workspace),
        asked: Some(request.asked()),
    };
    quotas::count_use(&mut inventory, gaps.keep(network.addresses).map(|addresses| addresses.len()));
    inventory.gaps = gaps.finish();
    inventory
}

async fn account(connection: &Connection) -> Found<String> {
    const ACTION: &str = "sts:GetCallerIdentity";
    let client = aws_sdk_sts::config::Builder::from(connection.sdk()).interceptor(Whole);
    let client = aws_sdk_sts::Client::from_conf(client.build());
    let answer = connection.call(ACTION, client.get_caller_identity().send()).await?;
    answer.account.ok_or_else(|| Failure::malformed(ACTION, "account"))
}

/// A section that is known as a whole or not at all.
type Found<T> = Result<T, Failure>;

/// A section of which a part may be unknown: what is known, and gaps about the rest.
#[derive(Debug)]
struct Part<T> {
    found: Option<T>,
    gaps: Vec<Gap>,
}

impl<T> From<Found<T>> for Part<T> {
    fn from(found: Found<T>) -> Self {
        match found {
            Ok(found) => Self { found: Some(found), gaps: Vec::new() },
            Err(failure) => Self { found: None, gaps: vec![failure.gap()] },
        }
    }
}

/// The gaps of a recording.
#[derive(Debug, Default)]
struct Gaps(Vec<Gap>);

impl Gaps {
    fn keep<T>(&mut self, found: Found<T>) -> Option<T> {
        self.keep_part(found.into())
    }
    fn keep_part<T>(&mut self, part: Part<T>) -> Option<T> {
        self.0.extend(part.gaps);
        part.found
    }
    fn finish(mut self) -> Vec<Gap> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// One gap for many failures of a kind: a thousand keys that may not be described are one fact.
fn summed(failures: Vec<(String, Failure)>) -> Vec<Gap> {
    let mut kinds: Vec<(&'static str, GapReason, String, usize)> = Vec::new();
    for (subject, failure) in failures {
        match kinds.iter_mut().find(|kind| kind.0 == failure.action && kind.1 == failure.reason) {
            Some(kind) => kind.3 += 1,
            None => kinds.push((failure.action, failure.reason, failure.gap_about(&subject).detail, 0)),
        }
    }
    let gap = |(action, reason, detail, more): (&'static str, GapReason, String, usize)| Gap {
        source: action.to_owned(),
        reason,
        detail: if more == 0 { detail } else { format!("{detail} (and {more} more)") },
    };
    kinds.into_iter().map(gap).collect()
}

/// The SDK's time as ours; `None` for one out of range.
fn time(time: Option<aws_smithy_types::DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// A field that the API promises.
fn promised<T>(action: &'static str, what: &'static str, field: Option<T>) -> Found<T> {
    field.ok_or_else(|| Failure::malformed(action, what))
}
