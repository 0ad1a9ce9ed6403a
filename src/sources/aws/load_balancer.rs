//! The load balancers that Ingresses and Services stand behind, told by the tags that their controllers put on them.

use std::collections::BTreeMap;

use super::Found;
use crate::clients::aws::query::{ELB, ELB_V2, Paging, Service, each, xml};
use crate::clients::aws::{Connection, Failure};
use crate::model::observation::LoadBalancer;

const PAGING: Paging = Paging { send: "Marker", receive: "NextMarker" };

/// As many as DescribeTags takes:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html>
const TAGGED_AT_ONCE: usize = 20;

type Tags = BTreeMap<String, String>;

/// Application, network and classic load balancers with an owner in a cluster.
pub(super) async fn read(connection: &Connection) -> Found<Vec<LoadBalancer>> {
    let (newer, classic) = tokio::join!(version_2(connection), classic(connection));
    let mut found = newer?;
    found.extend(classic?);
    Ok(found)
}

fn members(name: &str, values: &[String]) -> Vec<(String, String)> {
    let member = |(at, value): (usize, &String)| (format!("{name}.member.{}", at + 1), value.clone());
    values.iter().enumerate().map(member).collect()
}

async fn version_2(connection: &Connection) -> Found<Vec<LoadBalancer>> {
    const LIST: &str = "elasticloadbalancing:DescribeLoadBalancers";
    let pages = connection.query(&ELB_V2, LIST, Vec::new(), PAGING).await?;
    let listed = each(LIST, &pages, "LoadBalancers", |node| {
        let groups = xml::items(node, "SecurityGroups").filter_map(xml::content).map(str::to_owned).collect();
        // A gateway load balancer has no name.
        let hostname = xml::child(node, "DNSName").unwrap_or_default().to_owned();
        let zone = xml::child(node, "CanonicalHostedZoneId").map(str::to_owned);
        Some((xml::child(node, "LoadBalancerArn")?.to_owned(), hostname, zone, groups))
    })?;
    let arns: Vec<String> = listed.iter().map(|(arn, ..)| arn.clone()).collect();
    let tags = tags(connection, &ELB_V2, "ResourceArns", "ResourceArn", &arns).await?;
    let owned = listed.into_iter().filter_map(|(arn, hostname, zone_id, security_groups)| {
        let (object_kind, namespace, name) = owner(tags.get(&arn)?)?;
        Some(LoadBalancer {
            object_kind,
            namespace,
            name,
            hostname,
            arn: Some(arn),
            zone_id,
            security_groups,
        })
    });
    Ok(owned.collect())
}

async fn classic(connection: &Connection) -> Found<Vec<LoadBalancer>> {
    const LIST: &str = "elasticloadbalancing:DescribeLoadBalancers";
    let pages = connection.query(&ELB, LIST, Vec::new(), PAGING).await?;
    let listed = each(LIST, &pages, "LoadBalancerDescriptions", |node| {
        let groups = xml::items(node, "SecurityGroups").filter_map(xml::content).map(str::to_owned).collect();
        let zone = xml::child(node, "CanonicalHostedZoneNameID").map(str::to_owned);
        let name = xml::child(node, "LoadBalancerName")?.to_owned();
        Some((name, xml::child(node, "DNSName")?.to_owned(), zone, groups))
    })?;
    let names: Vec<String> = listed.iter().map(|(name, ..)| name.clone()).collect();
    let tags = tags(connection, &ELB, "LoadBalancerNames", "LoadBalancerName", &names).await?;
    let owned = listed.into_iter().filter_map(|(balancer, hostname, zone_id, security_groups)| {
        let (object_kind, namespace, name) = owner(tags.get(&balancer)?)?;
        Some(LoadBalancer { object_kind, namespace, name, hostname, arn: None, zone_id, security_groups })
    });
    Ok(owned.collect())
}

async fn tags(
    connection: &Connection,
    service: &Service,
    parameter: &str,
    subject: &str,
    of: &[String],
) -> Result<BTreeMap<String, Tags>, Failure> {
    const ACTION: &str = "elasticloadbalancing:DescribeTags";
    let mut found = BTreeMap::new();
    for some in of.chunks(TAGGED_AT_ONCE) {
        let pages = connection.query(service, ACTION, members(parameter, some), PAGING).await?;
        let described = each(ACTION, &pages, "TagDescriptions", |node| {
            let pair = |tag| Some((xml::child(tag, "Key")?.to_owned(), xml::child(tag, "Value")?.to_owned()));
            Some((xml::child(node, subject)?.to_owned(), xml::items(node, "Tags").filter_map(pair).collect()))
        })?;
        found.extend(described);
    }
    Ok(found)
}

/// Kind, namespace and name of the object that a load balancer was made for.
///
/// AWS Load Balancer Controller: `ingress.k8s.aws/stack` and `service.k8s.aws/stack`
/// (<https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#resource-tags>);
/// an IngressGroup's stack is the group's name alone, kept as the name, without a namespace. The controller built into
/// Kubernetes: `kubernetes.io/service-name`.
fn owner(tags: &Tags) -> Option<(String, String, String)> {
    let kinds = [
        ("ingress.k8s.aws/stack", "Ingress"),
        ("service.k8s.aws/stack", "Service"),
        ("kubernetes.io/service-name", "Service"),
    ];
    let (kind, stack) = kinds.iter().find_map(|(tag, kind)| Some((kind, tags.get(*tag)?)))?;
    let (namespace, name) = stack.split_once('/').unwrap_or(("", stack));
    Some(((*kind).to_owned(), namespace.to_owned(), name.to_owned()))
}
