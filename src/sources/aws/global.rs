//! Route 53, CloudFront and IAM: what the account has in no region. Their control planes are in us-east-1, so each may
//! be a gap on the day.

use aws_sdk_route53::types::{HealthCheckConfig, ResourceRecordSet};
use futures_util::StreamExt as _;

use super::{Found, Part, promised, summed};
use crate::clients::aws::query::{CLOUDFRONT, IAM, Paging, each, xml};
use crate::clients::aws::whole::Whole;
use crate::clients::aws::{Connection, Failure};
use crate::model::inventory::{Distribution, DnsZone, HealthCheck, IamNames, Record};

pub(super) struct Global {
    pub(super) zones: Part<Vec<DnsZone>>,
    pub(super) health_checks: Found<Vec<HealthCheck>>,
    pub(super) distributions: Found<Vec<Distribution>>,
    pub(super) iam: Part<IamNames>,
}

pub(super) async fn read(connection: &Connection) -> Global {
    let (zones, health_checks, distributions, iam) = tokio::join!(
        zones(connection),
        health_checks(connection),
        distributions(connection),
        iam(connection)
    );
    Global { zones, health_checks, distributions, iam }
}

fn route53(connection: &Connection) -> aws_sdk_route53::Client {
    let region = aws_config::Region::new(connection.global_region().to_owned());
    let config = aws_sdk_route53::config::Builder::from(connection.sdk()).region(region).interceptor(Whole);
    aws_sdk_route53::Client::from_conf(config.build())
}

/// All hosted zones with their records.
pub(super) async fn zones(connection: &Connection) -> Part<Vec<DnsZone>> {
    let client = &route53(connection);
    let listed = match list_zones(connection, client).await {
        Ok(listed) => listed,
        Err(failure) => return Err(failure).into(),
    };
    let asked = futures_util::stream::iter(listed).map(|mut zone| async move {
        let records = records(connection, client, &zone.id).await;
        let failure = records.map(|records| zone.records = Some(records)).err();
        let failure = failure.map(|failure| (format!("zone {} ({})", zone.id, zone.name), failure));
        (zone, failure)
    });
    let asked: Vec<_> = asked.buffer_unordered(2).collect().await;
    let (found, failures): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    Part { found: Some(found), gaps: summed(failures.into_iter().flatten().collect()) }
}

async fn list_zones(connection: &Connection, client: &aws_sdk_route53::Client) -> Found<Vec<DnsZone>> {
    const ACTION: &str = "route53:ListHostedZones";
    let list = client.list_hosted_zones().into_paginator().send();
    let mut found = Vec::new();
    for zone in connection.pages(ACTION, list).await?.into_iter().flat_map(|page| page.hosted_zones) {
        found.push(DnsZone {
            id: zone.id.rsplit('/').next().unwrap_or_default().to_owned(),
            name: name(&zone.name),
            private: zone.config.is_some_and(|config| config.private_zone),
            records: None,
        });
    }
    Ok(found)
}

async fn records(
    connection: &Connection,
    client: &aws_sdk_route53::Client,
    zone: &str,
) -> Result<Vec<Record>, Failure> {
    const ACTION: &str = "route53:ListResourceRecordSets";
    let mut found = Vec::new();
    let mut from = (None, None, None);
    loop {
        let request = client
            .list_resource_record_sets()
            .hosted_zone_id(zone)
            .set_start_record_name(from.0.clone())
            .set_start_record_type(from.1.clone())
            .set_start_record_identifier(from.2.clone());
        let page = connection.call(ACTION, request.send()).await?;
        found.extend(page.resource_record_sets.into_iter().map(record));
        if !page.is_truncated {
            return Ok(found);
        }
        let next = (page.next_record_name, page.next_record_type, page.next_record_identifier);
        if next.0.is_none() || next == from {
            return Err(Failure::malformed(ACTION, "next page"));
        }
        from = next;
    }
}

fn record(set: ResourceRecordSet) -> Record {
    let values = set.resource_records.unwrap_or_default();
    Record {
        name: name(&set.name),
        record_type: set.r#type.as_str().to_owned(),
        set_identifier: set.set_identifier,
        ttl: set.ttl.and_then(|ttl| u64::try_from(ttl).ok()),
        alias: set.alias_target.map(|target| name(&target.dns_name)),
        values: values.into_iter().map(|value| value.value).collect(),
        health_check: set.health_check_id,
    }
}

/// A name without its trailing dot; Route 53 writes `*` as `\052`:
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>
fn name(name: &str) -> String {
    name.trim_end_matches('.').replace("\\052", "*")
}

async fn health_checks(connection: &Connection) -> Found<Vec<HealthCheck>> {
    const ACTION: &str = "route53:ListHealthChecks";
    let client = route53(connection);
    let list = client.list_health_checks().into_paginator().send();
    let mut found = Vec::new();
    for check in connection.pages(ACTION, list).await?.into_iter().flat_map(|page| page.health_checks) {
        let config = promised(ACTION, "HealthCheckConfig", check.health_check_config)?;
        found.push(HealthCheck { id: check.id, target: target(config) });
    }
    Ok(found)
}

/// Host, port and path; a query may carry a token and is left out.
fn target(config: HealthCheckConfig) -> String {
    if let Some(control) = config.routing_control_arn {
        return control;
    }
    if let Some(alarm) = config.alarm_identifier {
        return format!("alarm {}", alarm.name);
    }
    let Some(host) = config.fully_qualified_domain_name.or(config.ip_address) else {
        return config.child_health_checks.unwrap_or_default().join(" ");
    };
    let port = config.port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = config.resource_path.unwrap_or_default();
    format!("{host}{port}{}", path.split('?').next().unwrap_or_default())
}

async fn distributions(connection: &Connection) -> Found<Vec<Distribution>> {
    const ACTION: &str = "cloudfront:ListDistributions";
    let paging = Paging { send: "Marker", receive: "NextMarker" };
    let pages =
        connection.get(&CLOUDFRONT, ACTION, "/2020-05-31/distribution", "DistributionList", paging).await?;
    // An empty page has a quantity and no items.
    let (full, empty): (Vec<String>, Vec<String>) =
        pages.into_iter().partition(|page| page.contains("<DistributionSummary"));
    if empty.iter().any(|page| !page.contains("<Quantity>0<")) {
        return Err(Failure::malformed(ACTION, "items"));
    }
    each(ACTION, &full, "Items", |node| {
        let list = |name| xml::find(node, name);
        let aliases = list("Aliases").into_iter().flat_map(|aliases| xml::items(aliases, "Items"));
        let origins = list("Origins").into_iter().flat_map(|origins| xml::items(origins, "Items"));
        Some(Distribution {
            id: xml::child(node, "Id")?.to_owned(),
            domain: xml::child(node, "DomainName")?.to_owned(),
            aliases: aliases.filter_map(xml::content).map(str::to_owned).collect(),
            origins: origins
                .filter_map(|origin| xml::child(origin, "DomainName"))
                .map(str::to_owned)
                .collect(),
            status: xml::child(node, "Status")?.to_owned(),
        })
    })
}

async fn iam(connection: &Connection) -> Part<IamNames> {
    let (roles, policies, instance_profiles, oidc_providers, users) = tokio::join!(
        names(connection, "iam:ListRoles", "Roles", "RoleName", None),
        // AWS's own policies are no names of the account.
        names(connection, "iam:ListPolicies", "Policies", "Arn", Some(("Scope", "Local"))),
        names(connection, "iam:ListInstanceProfiles", "InstanceProfiles", "InstanceProfileName", None),
        names(connection, "iam:ListOpenIDConnectProviders", "OpenIDConnectProviderList", "Arn", None),
        names(connection, "iam:ListUsers", "Users", "UserName", None),
    );
    match (roles, policies, instance_profiles, oidc_providers, users) {
        (Ok(roles), Ok(policies), Ok(instance_profiles), Ok(oidc_providers), Ok(users)) => Part {
            found: Some(IamNames { roles, policies, instance_profiles, oidc_providers, users }),
            gaps: Vec::new(),
        },
        (roles, policies, instance_profiles, oidc_providers, users) => {
            let lists = [roles, policies, instance_profiles, oidc_providers, users];
            let failures = lists.into_iter().filter_map(Result::err);
            Part { found: None, gaps: failures.map(|failure| failure.gap()).collect() }
        }
    }
}

async fn names(
    connection: &Connection,
    action: &'static str,
    list: &'static str,
    field: &'static str,
    only: Option<(&str, &str)>,
) -> Found<Vec<String>> {
    let mut parameters = vec![("MaxItems".to_owned(), "1000".to_owned())];
    parameters.extend(only.map(|(name, value)| (name.to_owned(), value.to_owned())));
    if action == "iam:ListOpenIDConnectProviders" {
        // It has no parameters at all.
        parameters.clear();
    }
    let pages =
        connection.query(&IAM, action, parameters, Paging { send: "Marker", receive: "Marker" }).await?;
    each(action, &pages, list, |node| xml::child(node, field).map(str::to_owned))
}
