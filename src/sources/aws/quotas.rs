//! Service Quotas: limits that apply in the region, and how much of them is used where the recording itself tells.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_servicequotas::Client;
use aws_sdk_servicequotas::types::ServiceQuota;
use futures_util::StreamExt as _;

use super::{Found, Part, promised, summed};
use crate::clients::aws::Connection;
use crate::model::inventory::{AppliedQuota, Inventory};
use crate::model::types;

/// Reads the quotas that were asked for; those of the resource-type table where none were. A quota that could not be
/// read is missing from the list and named by a gap.
pub(super) async fn read(connection: &Connection, asked: &[(String, String)]) -> Part<Vec<AppliedQuota>> {
    let client = Client::new(connection.sdk());
    let mut services: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (service, code) in asked {
        services.entry(service.clone()).or_default().insert(code.clone());
    }
    if services.is_empty() {
        for quota in types::quotas() {
            services.entry(quota.service.to_owned()).or_default().insert(quota.code.to_owned());
        }
    }
    let wanted = services.len();
    let read = futures_util::stream::iter(services)
        .map(|(service, codes)| of_service(connection, &client, service, codes));
    let read: Vec<_> = read.buffer_unordered(4).collect().await;
    let (mut found, mut failures, mut answered) = (Vec::new(), Vec::new(), 0);
    for (service, quotas) in read {
        match quotas {
            Ok(quotas) => {
                answered += 1;
                found.extend(quotas);
            }
            Err(failure) => failures.push((service, failure)),
        }
    }
    let known = answered > 0 || wanted == 0;
    Part { found: known.then_some(found), gaps: summed(failures) }
}

async fn of_service(
    connection: &Connection,
    client: &Client,
    service: String,
    codes: BTreeSet<String>,
) -> (String, Found<Vec<AppliedQuota>>) {
    let quotas = list(connection, client, &service, codes).await;
    (service, quotas)
}

async fn list(
    connection: &Connection,
    client: &Client,
    service: &str,
    mut missing: BTreeSet<String>,
) -> Found<Vec<AppliedQuota>> {
    const APPLIED: &str = "servicequotas:ListServiceQuotas";
    const DEFAULT: &str = "servicequotas:GetAWSDefaultServiceQuota";
    let pages = client.list_service_quotas().service_code(service).max_results(100).into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(APPLIED, pages).await? {
        for quota in promised(APPLIED, "Quotas", page.quotas)? {
            if quota.quota_code.as_ref().is_some_and(|code| missing.remove(code)) {
                found.push(applied(APPLIED, service, quota)?);
            }
        }
    }
    // A quota that was never raised may be known by its default alone:
    // <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html>
    for code in missing {
        let request = client.get_aws_default_service_quota().service_code(service).quota_code(&code);
        let answer = match connection.call(DEFAULT, request.send()).await {
            // A quota that the region does not have is unknown; it is no reason to lose those that it has.
            Err(failure) if failure.is(&["NoSuchResourceException"]) => continue,
            answer => answer?,
        };
        found.push(applied(DEFAULT, service, promised(DEFAULT, "Quota", answer.quota)?)?);
    }
    Ok(found)
}

fn applied(action: &'static str, service: &str, quota: ServiceQuota) -> Found<AppliedQuota> {
    Ok(AppliedQuota {
        service: service.to_owned(),
        code: promised(action, "QuotaCode", quota.quota_code)?,
        name: quota.quota_name.unwrap_or_default(),
        value: limit(promised(action, "Value", quota.value)?),
        used: None,
    })
}

/// Limits are whole numbers that the API sends as floats.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from float saturates")]
fn limit(value: f64) -> u64 {
    value.floor() as u64
}

/// Fills in what is used of a quota from what else was recorded. Codes as
/// <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html> has them, service by service.
pub(super) fn count_use(inventory: &mut Inventory, addresses: Option<usize>) {
    let length = |list: Option<usize>| list.and_then(|length| u64::try_from(length).ok());
    let used = |service: &str, code: &str| match (service, code) {
        ("vpc", "L-F678F1CE") => length(inventory.vpcs.as_ref().map(Vec::len)),
        ("ec2", "L-0263D0A3") => length(addresses),
        ("eks", "L-1194D53C") => length(inventory.eks_clusters.as_ref().map(Vec::len)),
        ("rds", "L-7B6409FD") => length(inventory.db_instances.as_ref().map(Vec::len)),
        ("rds", "L-952B80B8") => length(inventory.db_clusters.as_ref().map(Vec::len)),
        ("rds", "L-DE55804A") => length(inventory.db_parameter_groups.as_ref().map(Vec::len)),
        ("rds", "L-48C6BF61") => length(inventory.db_subnet_groups.as_ref().map(Vec::len)),
        ("s3", "L-DC2B2D3D") => length(inventory.buckets.as_ref().map(Vec::len)),
        _ => None,
    };
    let counts: Vec<Option<u64>> =
        inventory.quotas.iter().flatten().map(|quota| used(&quota.service, &quota.code)).collect();
    for (quota, used) in inventory.quotas.iter_mut().flatten().zip(counts) {
        quota.used = used;
    }
}
