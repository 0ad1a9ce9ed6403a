//! S3, AWS Backup and ElastiCache: buckets and their replication, recovery points, caches and their snapshots.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;

use super::{Found, Part, promised, summed, time};
use crate::clients::aws::whole::Whole;
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::inventory::{BackupPoint, Bucket, CacheSnapshot, ReplicationGroup};

pub(super) struct Stores {
    pub(super) buckets: Part<Vec<Bucket>>,
    pub(super) backup_points: Part<Vec<BackupPoint>>,
    pub(super) replication_groups: Found<Vec<ReplicationGroup>>,
    pub(super) cache_snapshots: Part<Vec<CacheSnapshot>>,
}

pub(super) async fn read(connection: &Connection) -> Stores {
    let caches = aws_sdk_elasticache::config::Builder::from(connection.sdk()).interceptor(Whole);
    let caches = aws_sdk_elasticache::Client::from_conf(caches.build());
    let (buckets, backup_points, replication_groups, cache_snapshots) = tokio::join!(
        buckets(connection),
        backup_points(connection),
        replication_groups(connection, &caches),
        cache_snapshots(connection, &caches),
    );
    Stores { buckets, backup_points, replication_groups, cache_snapshots }
}

/// A client for S3.
pub(super) fn s3(connection: &Connection) -> aws_sdk_s3::Client {
    connection.s3()
}

/// All buckets of the account; versioning and replication of those in the region alone. A bucket's settings are
/// answered by its own region, and no region but this one is asked.
async fn buckets(connection: &Connection) -> Part<Vec<Bucket>> {
    let client = &s3(connection);
    let listed = match list_buckets(connection, client).await {
        Ok(listed) => listed,
        Err(failure) => return Err(failure).into(),
    };
    let away = listed.iter().filter(|bucket| bucket.region != connection.region()).count();
    let asked = futures_util::stream::iter(listed).map(|mut bucket| async move {
        let mut failures = Vec::new();
        if bucket.region == connection.region() {
            let (versioned, replicates_to) = tokio::join!(
                versioned(connection, client, &bucket.name),
                replicates_to(connection, client, &bucket.name)
            );
            bucket.versioned = keep(&bucket.name, versioned, &mut failures);
            bucket.replicates_to = keep(&bucket.name, replicates_to, &mut failures);
        }
        (bucket, failures)
    });
    let asked: Vec<_> = asked.buffer_unordered(8).collect().await;
    let (found, failures): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let mut gaps = summed(failures.into_iter().flatten().collect());
    if away > 0 {
        gaps.push(Gap {
            source: "s3:GetBucketReplication".to_owned(),
            reason: GapReason::Outside,
            detail: format!("buckets of other regions ({away}) are asked by no recovery inventory"),
        });
    }
    Part { found: Some(found), gaps }
}

fn keep<T>(subject: &str, found: Found<T>, failures: &mut Vec<(String, Failure)>) -> Option<T> {
    found.map_err(|failure| failures.push((subject.to_owned(), failure))).ok()
}

async fn list_buckets(connection: &Connection, client: &aws_sdk_s3::Client) -> Found<Vec<Bucket>> {
    const ACTION: &str = "s3:ListAllMyBuckets";
    const LOCATION: &str = "s3:GetBucketLocation";
    // With a parameter the answer names each bucket's region:
    // <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html>
    let list = client.list_buckets().max_buckets(1000).into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(ACTION, list).await? {
        for bucket in page.buckets.unwrap_or_default() {
            let name = promised(ACTION, "Name", bucket.name)?;
            let region = match bucket.bucket_region {
                Some(region) => region,
                None => {
                    let answer =
                        connection.call(LOCATION, client.get_bucket_location().bucket(&name).send()).await?;
                    // The first region has no name there, and Ireland an old one.
                    match answer.location_constraint.as_ref().map(|region| region.as_str()) {
                        None | Some("") => "us-east-1".to_owned(),
                        Some("EU") => "eu-west-1".to_owned(),
                        Some(region) => region.to_owned(),
                    }
                }
            };
            found.push(Bucket { name, region, versioned: None, replicates_to: None });
        }
    }
    Ok(found)
}

async fn versioned(connection: &Connection, client: &aws_sdk_s3::Client, bucket: &str) -> Found<bool> {
    const ACTION: &str = "s3:GetBucketVersioning";
    let answer = connection.call(ACTION, client.get_bucket_versioning().bucket(bucket).send()).await?;
    Ok(answer.status.is_some_and(|status| status.as_str() == "Enabled"))
}

async fn replicates_to(
    connection: &Connection,
    client: &aws_sdk_s3::Client,
    bucket: &str,
) -> Found<Vec<String>> {
    const ACTION: &str = "s3:GetBucketReplication";
    let answer = match connection.call(ACTION, client.get_bucket_replication().bucket(bucket).send()).await {
        Err(failure) if failure.is(&["ReplicationConfigurationNotFoundError"]) => return Ok(Vec::new()),
        answer => answer?,
    };
    let rules = promised(ACTION, "ReplicationConfiguration", answer.replication_configuration)?.rules;
    let live = rules.into_iter().filter(|rule| rule.status.as_str() == "Enabled");
    let name = |arn: String| arn.rsplit(':').next().unwrap_or_default().to_owned();
    let targets: BTreeSet<String> =
        live.filter_map(|rule| rule.destination).map(|destination| name(destination.bucket)).collect();
    Ok(targets.into_iter().collect())
}

/// One vault that cannot be read leaves all unknown: the list has no other way to say so.
async fn backup_points(connection: &Connection) -> Part<Vec<BackupPoint>> {
    let client = aws_sdk_backup::Client::new(connection.sdk());
    match list_backup_points(connection, &client).await {
        Ok((found, late)) => Part { found: Some(found), gaps: summed(late) },
        Err(failure) => Err(failure).into(),
    }
}

type Points = (Vec<BackupPoint>, Vec<(String, Failure)>);

async fn list_backup_points(connection: &Connection, client: &aws_sdk_backup::Client) -> Found<Points> {
    const VAULTS: &str = "backup:ListBackupVaults";
    const ACTION: &str = "backup:ListRecoveryPointsByBackupVault";
    let mut vaults = Vec::new();
    let list = client.list_backup_vaults().max_results(1000).into_paginator().send();
    for page in connection.pages(VAULTS, list).await? {
        for vault in promised(VAULTS, "BackupVaultList", page.backup_vault_list)? {
            vaults.push(promised(VAULTS, "BackupVaultName", vault.backup_vault_name)?);
        }
    }
    let (mut found, mut late) = (Vec::new(), Vec::new());
    for vault in vaults {
        let list = client
            .list_recovery_points_by_backup_vault()
            .backup_vault_name(&vault)
            .max_results(1000)
            .into_paginator()
            .send();
        for page in connection.pages(ACTION, list).await? {
            for point in promised(ACTION, "RecoveryPoints", page.recovery_points)? {
                let arn = promised(ACTION, "RecoveryPointArn", point.recovery_point_arn)?;
                let Some(data_at) = time(point.creation_date) else {
                    let reason = GapReason::NotRecorded;
                    late.push((arn, Failure::new(ACTION, reason, "it has no time yet")));
                    continue;
                };
                found.push(BackupPoint {
                    arn,
                    vault: vault.clone(),
                    resource_arn: promised(ACTION, "ResourceArn", point.resource_arn)?,
                    status: promised(ACTION, "Status", point.status)?.as_str().to_owned(),
                    data_at,
                    kms_key: point.encryption_key_arn,
                    bytes: point.backup_size_in_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
                });
            }
        }
    }
    Ok((found, late))
}

async fn replication_groups(
    connection: &Connection,
    client: &aws_sdk_elasticache::Client,
) -> Found<Vec<ReplicationGroup>> {
    const ACTION: &str = "elasticache:DescribeReplicationGroups";
    let list = client.describe_replication_groups().into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(ACTION, list).await? {
        for group in page.replication_groups.unwrap_or_default() {
            let shards = group.node_groups.unwrap_or_default();
            let primary = shards.into_iter().find_map(|shard| shard.primary_endpoint);
            found.push(ReplicationGroup {
                id: promised(ACTION, "ReplicationGroupId", group.replication_group_id)?,
                status: promised(ACTION, "Status", group.status)?,
                global: group.global_replication_group_info.and_then(|info| info.global_replication_group_id),
                // With cluster mode there is one address for all shards.
                endpoint: group.configuration_endpoint.or(primary).and_then(|endpoint| endpoint.address),
            });
        }
    }
    Ok(found)
}

async fn cache_snapshots(
    connection: &Connection,
    client: &aws_sdk_elasticache::Client,
) -> Part<Vec<CacheSnapshot>> {
    match list_cache_snapshots(connection, client).await {
        Ok((found, late)) => Part { found: Some(found), gaps: summed(late) },
        Err(failure) => Err(failure).into(),
    }
}

type CacheSnapshots = (Vec<CacheSnapshot>, Vec<(String, Failure)>);

async fn list_cache_snapshots(
    connection: &Connection,
    client: &aws_sdk_elasticache::Client,
) -> Found<CacheSnapshots> {
    const ACTION: &str = "elasticache:DescribeSnapshots";
    let (mut found, mut late) = (Vec::new(), Vec::new());
    for page in connection.pages(ACTION, client.describe_snapshots().into_paginator().send()).await? {
        for snapshot in page.snapshots.unwrap_or_default() {
            let name = promised(ACTION, "SnapshotName", snapshot.snapshot_name)?;
            let nodes = snapshot.node_snapshots.unwrap_or_default();
            // Shards are taken one after the other: the oldest says how old the whole is.
            let Some(data_at) = nodes.into_iter().filter_map(|node| time(node.snapshot_create_time)).min()
            else {
                late.push((name, Failure::new(ACTION, GapReason::NotRecorded, "it has no time yet")));
                continue;
            };
            let source = snapshot.replication_group_id.or(snapshot.cache_cluster_id);
            found.push(CacheSnapshot {
                name,
                source: promised(ACTION, "ReplicationGroupId", source)?,
                status: promised(ACTION, "SnapshotStatus", snapshot.snapshot_status)?,
                data_at,
            });
        }
    }
    Ok((found, late))
}
