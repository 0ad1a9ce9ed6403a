//! EC2: zones, VPCs, instance types, addresses.

use std::collections::BTreeMap;

use super::{Found, Part};
use crate::clients::aws::query::{EC2, Paging, each, xml};
use crate::clients::aws::{Connection, Failure};
use crate::model::inventory::{InstanceType, Vpc, Zone};

const PAGING: Paging = Paging { send: "NextToken", receive: "nextToken" };

pub(super) struct Network {
    pub(super) zones: Found<Vec<Zone>>,
    pub(super) vpcs: Found<Vec<Vpc>>,
    pub(super) instance_types: Part<Vec<InstanceType>>,
    /// Public addresses that are allocated.
    pub(super) addresses: Found<Vec<String>>,
}

pub(super) async fn read(connection: &Connection) -> Network {
    let (zones, vpcs, instance_types, addresses) =
        tokio::join!(zones(connection), vpcs(connection), instance_types(connection), addresses(connection));
    Network { zones, vpcs, instance_types, addresses }
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Zones that are open; local zones and wavelength zones hold no control planes or databases and are left out.
async fn zones(connection: &Connection) -> Found<Vec<Zone>> {
    const ACTION: &str = "ec2:DescribeAvailabilityZones";
    let pages = connection.query(&EC2, ACTION, Vec::new(), PAGING).await?;
    let zones = each(ACTION, &pages, "availabilityZoneInfo", |node| {
        let ordinary = xml::child(node, "zoneType").is_none_or(|kind| kind == "availability-zone");
        let open = matches!(xml::child(node, "zoneState")?, "available" | "opt-in-not-required");
        let zone = Zone {
            name: xml::child(node, "zoneName")?.to_owned(),
            id: xml::child(node, "zoneId")?.to_owned(),
        };
        Some((ordinary && open).then_some(zone))
    })?;
    Ok(zones.into_iter().flatten().collect())
}

async fn vpcs(connection: &Connection) -> Found<Vec<Vpc>> {
    const ACTION: &str = "ec2:DescribeVpcs";
    let pages = connection.query(&EC2, ACTION, parameters(&[("MaxResults", "1000")]), PAGING).await?;
    each(ACTION, &pages, "vpcSet", |node| {
        let mut tags = xml::items(node, "tagSet");
        let name = tags.find(|tag| xml::child(*tag, "key") == Some("Name"));
        Some(Vpc {
            id: xml::child(node, "vpcId")?.to_owned(),
            cidr: xml::child(node, "cidrBlock")?.to_owned(),
            name: name.and_then(|tag| xml::child(tag, "value")).map(str::to_owned),
        })
    })
}

/// Types on offer, each with its vCPUs where they can be had.
async fn instance_types(connection: &Connection) -> Part<Vec<InstanceType>> {
    let (offered, sizes) = tokio::join!(offered(connection), vcpus(connection));
    let mut offered = match offered {
        Ok(offered) => offered,
        Err(failure) => return Err(failure).into(),
    };
    let sizes = match sizes {
        Ok(sizes) => sizes,
        Err(failure) => return Part { found: Some(offered), gaps: vec![failure.gap()] },
    };
    for kind in &mut offered {
        kind.vcpus = sizes.get(&kind.name).copied();
    }
    Part { found: Some(offered), gaps: Vec::new() }
}

async fn vcpus(connection: &Connection) -> Found<BTreeMap<String, u64>> {
    const ACTION: &str = "ec2:DescribeInstanceTypes";
    let pages = connection.query(&EC2, ACTION, parameters(&[("MaxResults", "100")]), PAGING).await?;
    let sizes = each(ACTION, &pages, "instanceTypeSet", |node| {
        let vcpus = xml::text(node, "defaultVCpus").and_then(|count| count.parse().ok());
        Some((xml::child(node, "instanceType")?.to_owned(), vcpus))
    })?;
    Ok(sizes.into_iter().filter_map(|(name, vcpus)| Some((name, vcpus?))).collect())
}

/// All types on offer: a list of those that were asked for would make the others look absent.
async fn offered(connection: &Connection) -> Found<Vec<InstanceType>> {
    const ACTION: &str = "ec2:DescribeInstanceTypeOfferings";
    let asked = parameters(&[("LocationType", "availability-zone"), ("MaxResults", "1000")]);
    let pages = connection.query(&EC2, ACTION, asked, PAGING).await?;
    let offers = each(ACTION, &pages, "instanceTypeOfferingSet", |node| {
        Some((xml::child(node, "instanceType")?.to_owned(), xml::child(node, "location")?.to_owned()))
    })?;
    let mut types: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, zone) in offers {
        types.entry(name).or_default().push(zone);
    }
    Ok(types.into_iter().map(|(name, zones)| InstanceType { name, zones, vcpus: None }).collect())
}

/// Public addresses of the account in the region.
pub(super) async fn addresses(connection: &Connection) -> Result<Vec<String>, Failure> {
    const ACTION: &str = "ec2:DescribeAddresses";
    // The API has no pages: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html>
    let pages = connection.query(&EC2, ACTION, Vec::new(), PAGING).await?;
    each(ACTION, &pages, "addressesSet", |node| xml::child(node, "publicIp").map(str::to_owned))
}
