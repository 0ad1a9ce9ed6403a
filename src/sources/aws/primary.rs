//! The primary while it is healthy: what is behind its names, how large its stores are, how far back they go.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::{
    ClusterRequest, Found, Gaps, Part, access, account, compute, database, global, load_balancer, metrics,
    promised, summed, time,
};
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;
use crate::model::inventory::{DnsZone, Record};
use crate::model::observation::{FORMAT_VERSION, Observation, ObservationKind, Store, ZoneRecord};
use crate::sources::cluster;

/// What an observation asks for.
#[derive(Clone, Debug)]
pub struct ObservationRequest {
    /// When the recording was begun.
    pub taken_at: Timestamp,
    /// Which cluster is asked.
    pub cluster: ClusterRequest,
}

/// Records the region of the connection as a primary.
pub async fn record_observation(connection: &Connection, request: &ObservationRequest) -> Observation {
    let mut gaps = Gaps::default();
    let (account, load_balancers, records, stores, cluster) = tokio::join!(
        Box::pin(account(connection)),
        Box::pin(load_balancer::read(connection)),
        Box::pin(records(connection)),
        Box::pin(stores(connection, request.taken_at)),
        Box::pin(in_cluster(connection, &request.cluster)),
    );
    let mut observation = Observation {
        format_version: FORMAT_VERSION,
        kind: ObservationKind::Observation,
        region: connection.region().to_owned(),
        account: gaps.keep(account),
        taken_at: request.taken_at,
        gaps: Vec::new(),
        load_balancers: gaps.keep(load_balancers),
        workloads: cluster.workloads,
        configs: cluster.configs,
        records: gaps.keep_part(records),
        stores: gaps.keep_part(stores),
    };
    observation.gaps = gaps.finish();
    observation.gaps.extend(cluster.gaps);
    observation.gaps.sort();
    observation
}

async fn in_cluster(connection: &Connection, request: &ClusterRequest) -> cluster::Recorded {
    match access::open(connection, request).await {
        Ok(cluster) => cluster::read(&cluster).await,
        Err(failure) => cluster::Recorded { gaps: vec![failure.gap()], ..cluster::Recorded::default() },
    }
}

/// Record sets that point into the region: its name is in the target, or its public address is a value.
async fn records(connection: &Connection) -> Part<Vec<ZoneRecord>> {
    let (zones, addresses) = tokio::join!(global::zones(connection), compute::addresses(connection));
    let mut gaps = zones.gaps;
    let Some(zones) = zones.found else { return Part { found: None, gaps } };
    let addresses: BTreeSet<String> = match addresses {
        Ok(addresses) => addresses.into_iter().collect(),
        Err(failure) => {
            gaps.push(failure.gap());
            BTreeSet::new()
        }
    };
    let unread = zones.iter().any(|zone| zone.records.is_none());
    let points = |record: &Record| points_into(record, connection.region(), &addresses);
    let of_zone = |zone: DnsZone| {
        let records = zone.records.unwrap_or_default().into_iter().filter(points).collect::<Vec<_>>();
        records.into_iter().map(move |record| ZoneRecord { zone_id: zone.id.clone(), record })
    };
    let found = zones.into_iter().flat_map(of_zone).collect();
    // Half of the zones would pass for all.
    Part { found: (!unread).then_some(found), gaps }
}

fn points_into(record: &Record, region: &str, addresses: &BTreeSet<String>) -> bool {
    let targets = record.alias.iter().chain(&record.values);
    targets.into_iter().any(|target| names(target, region) || addresses.contains(target))
}

/// Whether a host has the region as a label or as the end of one: `x.us-east-2.elb.amazonaws.com`,
/// `s3-website-us-east-2.amazonaws.com`.
fn names(host: &str, region: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let ends =
        |label: &str| label.strip_suffix(region).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'));
    host.split('.').any(ends)
}

async fn stores(connection: &Connection, at: Timestamp) -> Part<Vec<Store>> {
    let client = database::client(connection);
    let (instances, clusters) =
        tokio::join!(instances(connection, &client, at), clusters(connection, &client));
    let (mut found, mut gaps) = match instances {
        Ok((found, failures)) => (Some(found), summed(failures)),
        Err(failure) => (None, vec![failure.gap()]),
    };
    match clusters {
        Ok(clusters) => found = found.map(|found| found.into_iter().chain(clusters).collect()),
        Err(failure) => {
            found = None;
            gaps.push(failure.gap());
        }
    }
    Part { found, gaps }
}

type Stores = (Vec<Store>, Vec<(String, Failure)>);

/// Instances by ARN. Bytes are what is allocated less what is free; all that is allocated where CloudWatch does not
/// tell.
async fn instances(connection: &Connection, client: &aws_sdk_rds::Client, at: Timestamp) -> Found<Stores> {
    const ACTION: &str = "rds:DescribeDBInstances";
    let pages = connection.pages(ACTION, client.describe_db_instances().into_paginator().send()).await?;
    let mut listed = Vec::new();
    for instance in pages.into_iter().flat_map(|page| page.db_instances.unwrap_or_default()) {
        // What belongs to a cluster is counted with it.
        if instance.db_cluster_identifier.is_some() {
            continue;
        }
        let name = promised(ACTION, "DBInstanceIdentifier", instance.db_instance_identifier)?;
        let allocated = instance.allocated_storage.and_then(|gib| u64::try_from(gib).ok());
        let store = Store {
            id: promised(ACTION, "DBInstanceArn", instance.db_instance_arn)?,
            bytes: allocated.map(|gib| gib << 30),
            restorable_to: time(instance.latest_restorable_time),
        };
        listed.push((name, store));
    }
    let asked = futures_util::stream::iter(listed).map(|(name, mut store)| async move {
        let free = metrics::newest(connection, "FreeStorageSpace", &name, at).await;
        let failure = match free {
            Ok(free) => {
                store.bytes = store.bytes.map(|bytes| bytes.saturating_sub(whole(free)));
                None
            }
            // No value is no failure: an instance that was just made has none.
            Err(failure) if failure.reason == GapReason::NotRecorded => None,
            Err(failure) => Some((name, failure)),
        };
        (store, failure)
    });
    let asked: Vec<_> = asked.buffer_unordered(4).collect().await;
    let (found, failures): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    Ok((found, failures.into_iter().flatten().collect()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
fn whole(bytes: f64) -> u64 {
    bytes as u64
}

async fn clusters(connection: &Connection, client: &aws_sdk_rds::Client) -> Found<Vec<Store>> {
    const ACTION: &str = "rds:DescribeDBClusters";
    let pages = connection.pages(ACTION, client.describe_db_clusters().into_paginator().send()).await?;
    let mut found = Vec::new();
    for cluster in pages.into_iter().flat_map(|page| page.db_clusters.unwrap_or_default()) {
        let aurora = cluster.engine.as_deref().is_some_and(|engine| engine.starts_with("aurora"));
        // Aurora's volume grows by itself: what the API says is allocated there says nothing.
        let allocated = cluster.allocated_storage.filter(|_| !aurora).and_then(|gib| u64::try_from(gib).ok());
        found.push(Store {
            id: promised(ACTION, "DBClusterArn", cluster.db_cluster_arn)?,
            bytes: allocated.map(|gib| gib << 30),
            restorable_to: time(cluster.latest_restorable_time),
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn hosts_of_the_region_are_told_from_others() {
        assert!(names("k8s-shop-1.us-east-2.elb.amazonaws.com", "us-east-2"));
        assert!(names("dualstack.k8s-shop-1.US-EAST-2.elb.amazonaws.com", "us-east-2"));
        assert!(names("s3-website-us-east-2.amazonaws.com", "us-east-2"));
        assert!(!names("us-east-20.example.com", "us-east-2"));
        assert!(!names("notus-east-2.example.com", "us-east-2"));
        assert!(!names("d111.cloudfront.net", "us-east-2"));
    }
}
