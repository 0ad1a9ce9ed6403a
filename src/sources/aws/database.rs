//! RDS: backups, snapshots, instances, clusters, groups, classes that can be ordered.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::Client;
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::{Engine, Found, Part, metrics, promised, summed, time};
use crate::clients::aws::whole::Whole;
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;
use crate::model::inventory::{AutomatedBackup, DbCluster, DbInstance, DbSnapshot, OrderableClass};

pub(super) struct Databases {
    pub(super) automated_backups: Found<Vec<AutomatedBackup>>,
    pub(super) snapshots: Part<Vec<DbSnapshot>>,
    pub(super) instances: Part<Vec<DbInstance>>,
    pub(super) clusters: Found<Vec<DbCluster>>,
    pub(super) subnet_groups: Found<Vec<String>>,
    pub(super) parameter_groups: Found<Vec<String>>,
    pub(super) cluster_parameter_groups: Found<Vec<String>>,
    pub(super) orderable_classes: Found<Vec<OrderableClass>>,
}

pub(super) async fn read(connection: &Connection, engines: &[Engine], at: Timestamp) -> Databases {
    let client = client(connection);
    let (
        automated_backups,
        snapshots,
        instances,
        clusters,
        subnet_groups,
        parameter_groups,
        cluster_parameter_groups,
        orderable_classes,
    ) = tokio::join!(
        automated_backups(connection, &client),
        snapshots(connection, &client),
        instances(connection, &client, at),
        clusters(connection, &client),
        subnet_groups(connection, &client),
        parameter_groups(connection, &client),
        cluster_parameter_groups(connection, &client),
        orderable_classes(connection, &client, engines),
    );
    Databases {
        automated_backups,
        snapshots,
        instances,
        clusters,
        subnet_groups,
        parameter_groups,
        cluster_parameter_groups,
        orderable_classes,
    }
}

pub(super) fn client(connection: &Connection) -> Client {
    Client::from_conf(aws_sdk_rds::config::Builder::from(connection.sdk()).interceptor(Whole).build())
}

fn gib(storage: Option<i32>) -> u64 {
    storage.and_then(|gib| u64::try_from(gib).ok()).unwrap_or(0)
}

/// Replicated backups are told from the region's own by the region in `source_arn`.
async fn automated_backups(connection: &Connection, client: &Client) -> Found<Vec<AutomatedBackup>> {
    const INSTANCES: &str = "rds:DescribeDBInstanceAutomatedBackups";
    const CLUSTERS: &str = "rds:DescribeDBClusterAutomatedBackups";
    let of_instances = client.describe_db_instance_automated_backups().into_paginator().send();
    let of_clusters = client.describe_db_cluster_automated_backups().into_paginator().send();
    let (of_instances, of_clusters) =
        tokio::join!(connection.pages(INSTANCES, of_instances), connection.pages(CLUSTERS, of_clusters));
    let mut found = Vec::new();
    for backup in
        of_instances?.into_iter().flat_map(|page| page.db_instance_automated_backups.unwrap_or_default())
    {
        let source_arn = promised(INSTANCES, "DBInstanceArn", backup.db_instance_arn)?;
        let window = backup.restore_window;
        found.push(AutomatedBackup {
            // The region's own active backups may have no ARN; a restore names their instance.
            arn: backup.db_instance_automated_backups_arn.unwrap_or_else(|| source_arn.clone()),
            source: promised(INSTANCES, "DBInstanceIdentifier", backup.db_instance_identifier)?,
            source_arn,
            status: promised(INSTANCES, "Status", backup.status)?,
            earliest: window.as_ref().and_then(|window| time(window.earliest_time)),
            latest: window.as_ref().and_then(|window| time(window.latest_time)),
            kms_key: backup.kms_key_id,
            engine: promised(INSTANCES, "Engine", backup.engine)?,
            engine_version: backup.engine_version.unwrap_or_default(),
            storage_gib: gib(backup.allocated_storage),
        });
    }
    for backup in
        of_clusters?.into_iter().flat_map(|page| page.db_cluster_automated_backups.unwrap_or_default())
    {
        let source_arn = promised(CLUSTERS, "DBClusterArn", backup.db_cluster_arn)?;
        let window = backup.restore_window;
        found.push(AutomatedBackup {
            arn: backup.db_cluster_automated_backups_arn.unwrap_or_else(|| source_arn.clone()),
            source: promised(CLUSTERS, "DBClusterIdentifier", backup.db_cluster_identifier)?,
            source_arn,
            status: promised(CLUSTERS, "Status", backup.status)?,
            earliest: window.as_ref().and_then(|window| time(window.earliest_time)),
            latest: window.as_ref().and_then(|window| time(window.latest_time)),
            kms_key: backup.kms_key_id,
            engine: promised(CLUSTERS, "Engine", backup.engine)?,
            engine_version: backup.engine_version.unwrap_or_default(),
            storage_gib: gib(backup.allocated_storage),
        });
    }
    Ok(found)
}

/// A snapshot that is being made has no time yet: it is left out, with a gap.
fn untimed(action: &'static str, status: &str) -> Failure {
    Failure::new(action, GapReason::NotRecorded, format!("it has no time yet (status {status})"))
}

async fn snapshots(connection: &Connection, client: &Client) -> Part<Vec<DbSnapshot>> {
    let (of_instances, of_clusters) =
        tokio::join!(instance_snapshots(connection, client), cluster_snapshots(connection, client));
    match (of_instances, of_clusters) {
        (Ok((mut found, mut late)), Ok((more, more_late))) => {
            found.extend(more);
            late.extend(more_late);
            Part { found: Some(found), gaps: summed(late) }
        }
        (instances, clusters) => {
            let failures = [instances.err(), clusters.err()];
            Part { found: None, gaps: failures.into_iter().flatten().map(|failure| failure.gap()).collect() }
        }
    }
}

type Snapshots = (Vec<DbSnapshot>, Vec<(String, Failure)>);

async fn instance_snapshots(connection: &Connection, client: &Client) -> Found<Snapshots> {
    const ACTION: &str = "rds:DescribeDBSnapshots";
    let pages = connection.pages(ACTION, client.describe_db_snapshots().into_paginator().send()).await?;
    let (mut found, mut late) = (Vec::new(), Vec::new());
    for snapshot in pages.into_iter().flat_map(|page| page.db_snapshots.unwrap_or_default()) {
        let id = promised(ACTION, "DBSnapshotIdentifier", snapshot.db_snapshot_identifier)?;
        let status = promised(ACTION, "Status", snapshot.status)?;
        let data_at = time(snapshot.snapshot_database_time)
            .or_else(|| time(snapshot.original_snapshot_create_time))
            .or_else(|| time(snapshot.snapshot_create_time));
        let Some(data_at) = data_at else {
            late.push((id, untimed(ACTION, &status)));
            continue;
        };
        found.push(DbSnapshot {
            arn: promised(ACTION, "DBSnapshotArn", snapshot.db_snapshot_arn)?,
            source: promised(ACTION, "DBInstanceIdentifier", snapshot.db_instance_identifier)?,
            of_cluster: false,
            copied_from: snapshot.source_db_snapshot_identifier.filter(|source| !source.is_empty()),
            status,
            data_at,
            kms_key: snapshot.kms_key_id,
            engine: promised(ACTION, "Engine", snapshot.engine)?,
            engine_version: snapshot.engine_version.unwrap_or_default(),
            storage_gib: gib(snapshot.allocated_storage),
            id,
        });
    }
    Ok((found, late))
}

async fn cluster_snapshots(connection: &Connection, client: &Client) -> Found<Snapshots> {
    const ACTION: &str = "rds:DescribeDBClusterSnapshots";
    let pages =
        connection.pages(ACTION, client.describe_db_cluster_snapshots().into_paginator().send()).await?;
    let (mut found, mut late) = (Vec::new(), Vec::new());
    for snapshot in pages.into_iter().flat_map(|page| page.db_cluster_snapshots.unwrap_or_default()) {
        let id = promised(ACTION, "DBClusterSnapshotIdentifier", snapshot.db_cluster_snapshot_identifier)?;
        let status = promised(ACTION, "Status", snapshot.status)?;
        let Some(data_at) = time(snapshot.snapshot_create_time) else {
            late.push((id, untimed(ACTION, &status)));
            continue;
        };
        found.push(DbSnapshot {
            arn: promised(ACTION, "DBClusterSnapshotArn", snapshot.db_cluster_snapshot_arn)?,
            source: promised(ACTION, "DBClusterIdentifier", snapshot.db_cluster_identifier)?,
            of_cluster: true,
            copied_from: snapshot.source_db_cluster_snapshot_arn.filter(|source| !source.is_empty()),
            status,
            data_at,
            kms_key: snapshot.kms_key_id,
            engine: promised(ACTION, "Engine", snapshot.engine)?,
            engine_version: snapshot.engine_version.unwrap_or_default(),
            storage_gib: gib(snapshot.allocated_storage),
            id,
        });
    }
    Ok((found, late))
}

async fn instances(connection: &Connection, client: &Client, at: Timestamp) -> Part<Vec<DbInstance>> {
    match list_instances(connection, client).await {
        Err(failure) => Err(failure).into(),
        Ok(mut found) => {
            let replicas = found.iter_mut().filter(|instance| instance.replica_of.is_some());
            let asked = futures_util::stream::iter(replicas).map(|replica| async move {
                match metrics::newest(connection, "ReplicaLag", &replica.id, at).await {
                    Ok(seconds) => {
                        replica.lag_seconds = whole(seconds);
                        None
                    }
                    Err(failure) => Some((replica.id.clone(), failure)),
                }
            });
            let failures = asked.buffer_unordered(4).filter_map(std::future::ready).collect().await;
            Part { found: Some(found), gaps: summed(failures) }
        }
    }
}

/// Seconds, rounded up: a lag of half a second is not none.
#[expect(clippy::cast_possible_truncation, reason = "bounded before")]
fn whole(seconds: f64) -> Option<i64> {
    (-1.0..1e15).contains(&seconds).then(|| seconds.ceil() as i64)
}

async fn list_instances(connection: &Connection, client: &Client) -> Found<Vec<DbInstance>> {
    const ACTION: &str = "rds:DescribeDBInstances";
    let pages = connection.pages(ACTION, client.describe_db_instances().into_paginator().send()).await?;
    let mut found = Vec::new();
    for instance in pages.into_iter().flat_map(|page| page.db_instances.unwrap_or_default()) {
        let source = instance.read_replica_source_db_instance_identifier;
        let endpoint = instance.endpoint;
        found.push(DbInstance {
            id: promised(ACTION, "DBInstanceIdentifier", instance.db_instance_identifier)?,
            arn: promised(ACTION, "DBInstanceArn", instance.db_instance_arn)?,
            status: promised(ACTION, "DBInstanceStatus", instance.db_instance_status)?,
            class: promised(ACTION, "DBInstanceClass", instance.db_instance_class)?,
            engine: promised(ACTION, "Engine", instance.engine)?,
            engine_version: instance.engine_version.unwrap_or_default(),
            replica_of: source
                .or(instance.read_replica_source_db_cluster_identifier)
                .filter(|source| !source.is_empty()),
            lag_seconds: None,
            endpoint: endpoint.as_ref().and_then(|endpoint| endpoint.address.clone()),
            port: endpoint.and_then(|endpoint| u16::try_from(endpoint.port?).ok()),
            kms_key: instance.kms_key_id,
            tags: instance.tag_list.map(tags).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// Tags, without those that are named like a secret: nobody should put one there, and some do.
fn tags(tags: Vec<aws_sdk_rds::types::Tag>) -> BTreeMap<String, String> {
    const SECRET: &[&str] =
        &["secret", "password", "passwd", "token", "credential", "private", "apikey", "api-key"];
    let secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        SECRET.iter().any(|word| key.contains(word))
    };
    let pairs = tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
    pairs.filter(|(key, _)| !secret(key)).collect()
}

async fn clusters(connection: &Connection, client: &Client) -> Found<Vec<DbCluster>> {
    const ACTION: &str = "rds:DescribeDBClusters";
    let pages = connection.pages(ACTION, client.describe_db_clusters().into_paginator().send()).await?;
    let mut found = Vec::new();
    for cluster in pages.into_iter().flat_map(|page| page.db_clusters.unwrap_or_default()) {
        found.push(DbCluster {
            id: promised(ACTION, "DBClusterIdentifier", cluster.db_cluster_identifier)?,
            arn: promised(ACTION, "DBClusterArn", cluster.db_cluster_arn)?,
            status: promised(ACTION, "Status", cluster.status)?,
            engine: promised(ACTION, "Engine", cluster.engine)?,
            engine_version: cluster.engine_version,
            kms_key: cluster.kms_key_id,
            replica_of: cluster.replication_source_identifier.filter(|source| !source.is_empty()),
            global_cluster: cluster.global_cluster_identifier.filter(|global| !global.is_empty()),
            endpoint: cluster.endpoint,
            reader_endpoint: cluster.reader_endpoint,
        });
    }
    Ok(found)
}

async fn subnet_groups(connection: &Connection, client: &Client) -> Found<Vec<String>> {
    const ACTION: &str = "rds:DescribeDBSubnetGroups";
    let pages = connection.pages(ACTION, client.describe_db_subnet_groups().into_paginator().send()).await?;
    let groups = pages.into_iter().flat_map(|page| page.db_subnet_groups.unwrap_or_default());
    groups.map(|group| promised(ACTION, "DBSubnetGroupName", group.db_subnet_group_name)).collect()
}

async fn parameter_groups(connection: &Connection, client: &Client) -> Found<Vec<String>> {
    const ACTION: &str = "rds:DescribeDBParameterGroups";
    let pages =
        connection.pages(ACTION, client.describe_db_parameter_groups().into_paginator().send()).await?;
    let groups = pages.into_iter().flat_map(|page| page.db_parameter_groups.unwrap_or_default());
    groups.map(|group| promised(ACTION, "DBParameterGroupName", group.db_parameter_group_name)).collect()
}

async fn cluster_parameter_groups(connection: &Connection, client: &Client) -> Found<Vec<String>> {
    const ACTION: &str = "rds:DescribeDBClusterParameterGroups";
    let list = client.describe_db_cluster_parameter_groups().into_paginator().send();
    let pages = connection.pages(ACTION, list).await?;
    let groups = pages.into_iter().flat_map(|page| page.db_cluster_parameter_groups.unwrap_or_default());
    groups
        .map(|group| promised(ACTION, "DBClusterParameterGroupName", group.db_cluster_parameter_group_name))
        .collect()
}

/// Every class of every engine asked for, so that an alternative is known where the wanted one is not to be had.
/// One listing for each storage type and licence is folded into one entry.
async fn orderable_classes(
    connection: &Connection,
    client: &Client,
    engines: &[Engine],
) -> Found<Vec<OrderableClass>> {
    const ACTION: &str = "rds:DescribeOrderableDBInstanceOptions";
    if engines.is_empty() {
        let detail = "no database engine was named, so no class was asked for";
        return Err(Failure::new(ACTION, GapReason::NotRecorded, detail));
    }
    let mut classes: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for engine in engines.iter().collect::<BTreeSet<_>>() {
        let list = client
            .describe_orderable_db_instance_options()
            .engine(&engine.name)
            .engine_version(&engine.version)
            .into_paginator()
            .send();
        for page in connection.pages(ACTION, list).await? {
            for option in page.orderable_db_instance_options.unwrap_or_default() {
                let class = promised(ACTION, "DBInstanceClass", option.db_instance_class)?;
                let name = option.engine.unwrap_or_else(|| engine.name.clone());
                let version = option.engine_version.unwrap_or_else(|| engine.version.clone());
                let zones = option.availability_zones.unwrap_or_default();
                let entry = classes.entry((name, version, class)).or_default();
                entry.extend(zones.into_iter().filter_map(|zone| zone.name));
            }
        }
    }
    let entry = |((engine, engine_version, class), zones): (_, BTreeSet<String>)| OrderableClass {
        class,
        engine,
        engine_version,
        zones: zones.into_iter().collect(),
    };
    Ok(classes.into_iter().map(entry).collect())
}
