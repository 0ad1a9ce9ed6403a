//! Asks the cloud, where it may be asked: inventories, observations, states in S3.

use super::Failure;
use super::progress::Progress;
use crate::clients::aws::{Connection, Limits};
use crate::clients::kube::{Cluster, Kubeconfig, Source};
use crate::model::diagnostic::{BadInput, Gap, GapReason, Problem};
use crate::model::health::Seen;
use crate::model::inventory::Inventory;
use crate::model::observation::Observation;
use crate::model::settings::Settings;
use crate::sources::{aws, cluster};

/// Runs one conversation with AWS to its end, with a line on stderr that it is under way.
pub(super) fn converse<T>(what: String, work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Failure::Io { what: "threads could not be started".to_owned(), source })?;
    let _shown = Progress::begin(what);
    let done = runtime.block_on(work);
    // A credential plugin that hangs keeps its thread, and nobody waits for it.
    runtime.shutdown_background();
    Ok(done)
}

/// What is in a region. Without credentials or an answer it is unknown, with a gap that says why.
pub(super) fn inventory(
    region: &str,
    request: &aws::InventoryRequest,
) -> Result<Result<Inventory, Gap>, Failure> {
    converse(format!("reading {region}"), async {
        match Connection::open(region, Limits::default()).await {
            Ok(connection) => Ok(aws::record_inventory(&connection, request).await),
            Err(problem) => Err(unasked(region, &problem)),
        }
    })
}

/// What runs in a healthy primary.
pub(super) fn observation(
    region: &str,
    at: jiff::Timestamp,
    cluster: aws::ClusterRequest,
) -> Result<Result<Observation, Gap>, Failure> {
    let request = aws::ObservationRequest { taken_at: at, cluster };
    converse(format!("reading {region}"), async {
        match Connection::open(region, Limits::default()).await {
            Ok(connection) => Ok(aws::record_observation(&connection, &request).await),
            Err(problem) => Err(unasked(region, &problem)),
        }
    })
}

/// How healthy the cluster is that a kubeconfig leads to.
pub(super) fn health(
    source: &Source,
    at: jiff::Timestamp,
    namespaces: &[String],
) -> Result<Result<Seen, Gap>, Failure> {
    converse("reading the cluster".to_owned(), async {
        let kubeconfig = Kubeconfig::read(source).map_err(|failure| failure.gap())?;
        let opened = Cluster::open(kubeconfig, Limits::default()).await.map_err(|failure| failure.gap())?;
        Ok(cluster::read_health(&opened, at, namespaces).await)
    })
}

/// How healthy the EKS cluster of a region is.
pub(super) fn health_of_eks(
    region: &str,
    request: aws::ClusterRequest,
    at: jiff::Timestamp,
    namespaces: &[String],
) -> Result<Result<Seen, Gap>, Failure> {
    converse(format!("reading the cluster in {region}"), async {
        let connection = Connection::open(region, Limits::default()).await;
        let connection = connection.map_err(|problem| unasked(region, &problem))?;
        let opened = aws::open_cluster(&connection, &request).await.map_err(|failure| failure.gap())?;
        Ok(cluster::read_health(&opened, at, namespaces).await)
    })
}

fn unasked(region: &str, problem: &Problem) -> Gap {
    Gap { source: format!("aws:{region}"), reason: GapReason::AccessDenied, detail: problem.message.clone() }
}

/// Which version of a state in S3.
#[derive(Clone, Debug, Default)]
pub(super) struct Version {
    pub(super) id: Option<String>,
    pub(super) at: Option<jiff::Timestamp>,
}

/// Reads a state from S3, from the replica where the first bucket does not answer.
pub(super) fn state(
    uri: &str,
    settings: &Settings,
    recovery: &str,
    version: Version,
) -> Result<(Vec<u8>, String), Failure> {
    let wanted = &settings.state;
    let problem = |problem: Box<Problem>| Failure::BadInput(BadInput(vec![*problem]));
    let place = aws::BucketKey::parse(uri, wanted.region.clone()).map_err(problem)?;
    let replica =
        wanted.replica.as_deref().map(|uri| aws::BucketKey::parse(uri, wanted.replica_region.clone()));
    let request = aws::StateRequest {
        place,
        replica: replica.transpose().map_err(problem)?,
        workspace: wanted.workspace.clone(),
        workspace_key_prefix: wanted.workspace_key_prefix.clone(),
        version: version.id,
        at: version.at,
        lineage: None,
    };
    let region = wanted.region.clone().unwrap_or_else(|| recovery.to_owned());
    let read = converse(format!("reading {uri}"), async {
        let connection = Connection::open(&region, Limits::default()).await?;
        aws::read_state_s3(&connection, &request).await
    })?;
    let object = read.map_err(problem)?;
    Ok((object.bytes, object.origin))
}
