//! What no resource owns: load balancers of the observation, and region, zones, account and registry of the primary.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::super::dispositions::Decided;
use super::super::super::facts::Facts;
use super::super::super::manifests::ready_id;
use super::super::bucket_hosts;
use super::super::counterparts::counterpart_of;
use super::{Builder, Counterpart, Owner};
use crate::model::region;
use crate::model::value::ValueKind;
use crate::plan::resource::Disposition;

pub(super) fn add_observation<'f>(facts: &'f Facts<'_, '_>, builder: &mut Builder<'f>) {
    let Some(observation) = &facts.input.observation else { return };
    let mut seen = BTreeSet::new();
    for balancer in observation.load_balancers.iter().flatten() {
        // Ingresses of one group share a load balancer, there as here: the first of them tells its name.
        if !seen.insert(balancer.hostname.as_str()) {
            continue;
        }
        let object = format!("{}/{}/{}", balancer.object_kind, balancer.namespace, balancer.name);
        let owner = Owner::Observed(format!("observation:{object}"));
        let applied = facts.input.manifests.objects.iter().find(|known| {
            known.kind == balancer.object_kind
                && known.name == balancer.name
                && known.namespace.as_deref().unwrap_or("default") == balancer.namespace
        });
        let counterpart = match applied {
            Some(applied) => Counterpart::After(ready_id(facts, applied)),
            None => Counterpart::Nobody,
        };
        builder.add(
            Cow::Borrowed(&balancer.hostname),
            ValueKind::Endpoint,
            owner.clone(),
            counterpart.clone(),
            4,
        );
        if let Some(arn) = &balancer.arn {
            builder.add(Cow::Borrowed(arn), ValueKind::Arn, owner, counterpart, 4);
        }
    }
}

/// Hosts of buckets that no attribute of the state has.
pub(super) fn add_buckets<'f>(facts: &'f Facts<'_, '_>, decided: &Decided, builder: &mut Builder<'f>) {
    let Some(primary) = facts.primary.as_deref() else { return };
    for (at, object) in facts.objects.iter().enumerate() {
        let lost = !object.only_planned && object.region.as_deref().is_none_or(|region| region == primary);
        let Some(resource) = decided.resource(at).filter(|_| lost && object.type_name() == "aws_s3_bucket")
        else {
            continue;
        };
        let name = object.name();
        let counterpart = counterpart_of(facts, at, resource, ValueKind::Name, &name);
        let other = match &counterpart {
            Counterpart::Known(other) => Some(other.clone()),
            // Under its own name it is made there.
            Counterpart::Same if resource.disposition == Disposition::Create => Some(name.clone()),
            _ => None,
        };
        let here = (name.as_str(), primary);
        for (host, there) in bucket_hosts::pairs(here, (other.as_deref().unwrap_or_default(), facts.recovery))
        {
            let counterpart = match (&other, &counterpart) {
                (Some(_), _) => Counterpart::Known(there),
                (None, Counterpart::After(step)) => Counterpart::After(step.clone()),
                (None, _) => Counterpart::Nobody,
            };
            builder.add(Cow::Owned(host), ValueKind::BucketDomain, Owner::Object(at), counterpart, 6);
        }
    }
}

/// Region, zones, account and registry of the primary.
pub(super) fn add_primary<'f>(facts: &'f Facts<'_, '_>, builder: &mut Builder<'f>) {
    if let Some(account) = &facts.account {
        builder.add(Cow::Borrowed(account), ValueKind::Account, Owner::Primary, Counterpart::Same, 5);
    }
    let Some(primary) = &facts.primary else { return };
    let recovery = facts.recovery;
    builder.add(
        Cow::Borrowed(primary),
        ValueKind::Region,
        Owner::Primary,
        Counterpart::Known(recovery.to_owned()),
        5,
    );
    if let Some(account) = &facts.account {
        let host = |region: &str| format!("{account}.dkr.ecr.{region}.amazonaws.com");
        let counterpart = Counterpart::Known(host(recovery));
        builder.add(Cow::Owned(host(primary)), ValueKind::Registry, Owner::Primary, counterpart, 5);
    }
    add_zones(facts, primary, builder);
    // Hosts of ElastiCache have the region in short: `orders.abc123.ng.0001.use2.cache.amazonaws.com`.
    if let (Some(here), Some(there)) = (short_name(primary), short_name(recovery)) {
        let host = |short: &str| format!("{short}.cache.amazonaws.com");
        let counterpart = Counterpart::Known(host(&there));
        builder.add(Cow::Owned(host(&here)), ValueKind::Region, Owner::Primary, counterpart, 5);
    }
}

/// Zones map by index over those that the primary uses: the same spread, in the order of their names. An id follows
/// its name where the state tells which belong together: every account has an order of its own.
/// <https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html>
fn add_zones<'f>(facts: &'f Facts<'_, '_>, primary: &str, builder: &mut Builder<'f>) {
    let zones = facts.input.inventory.as_ref().and_then(|inventory| inventory.zones.as_ref());
    let mut there: Vec<(&str, &str)> =
        zones.into_iter().flatten().map(|zone| (zone.name.as_str(), zone.id.as_str())).collect();
    there.sort_unstable();
    let here = primary_zones(facts, primary);
    let known =
        |text: Option<&str>| text.map_or(Counterpart::Nobody, |text| Counterpart::Known(text.to_owned()));
    for (at, zone) in here.iter().enumerate() {
        let counterpart = known(there.get(at).map(|(name, _)| *name));
        builder.add(Cow::Owned(zone.clone()), ValueKind::Zone, Owner::Primary, counterpart, 5);
    }
    let Some(short) = short_name(primary) else { return };
    let names: BTreeMap<&str, &str> = facts
        .objects
        .iter()
        .filter(|object| object.type_name() == "aws_subnet")
        .filter_map(|object| Some((object.text("availability_zone_id")?, object.text("availability_zone")?)))
        .collect();
    for number in 1..=6_usize {
        let id = format!("{short}-az{number}");
        let at = match names.get(id.as_str()) {
            Some(name) => here.iter().position(|zone| zone == name),
            None => None,
        };
        // Of an id that no subnet has nobody knows the zone's name.
        let counterpart = match at {
            Some(at) => known(there.get(at).map(|(_, id)| *id)),
            None if names.is_empty() => known(there.get(number - 1).map(|(_, id)| *id)),
            None => Counterpart::Nobody,
        };
        builder.add(Cow::Owned(id), ValueKind::ZoneId, Owner::Primary, counterpart, 5);
    }
}

/// Zones of the primary, those in use first in order, then the letters that regions have.
fn primary_zones(facts: &Facts<'_, '_>, primary: &str) -> Vec<String> {
    let mut used = BTreeSet::new();
    for object in &facts.objects {
        if object.type_name() == "aws_subnet"
            && let Some(zone) = object.text("availability_zone")
            && region::of_zone(zone) == Some(primary)
        {
            used.insert(zone.to_owned());
        }
    }
    let mut zones: Vec<String> = used.iter().cloned().collect();
    zones.extend(('a'..='f').map(|letter| format!("{primary}{letter}")).filter(|zone| !used.contains(zone)));
    zones
}

/// `us-east-2` as zone ids have it: `use2`.
fn short_name(region: &str) -> Option<String> {
    let mut parts = region.split('-');
    let (area, direction, number) = (parts.next()?, parts.next()?, parts.next()?);
    let direction = match direction {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        other => other.get(..1)?,
    };
    parts.next().is_none().then(|| format!("{area}{direction}{number}"))
}
