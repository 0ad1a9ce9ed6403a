//! What no resource owns: load balancers of the observation, and region, zones, account and registry of the primary.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::super::facts::Facts;
use super::super::super::manifests::ready_id;
use super::{Builder, Counterpart, Owner};
use crate::model::region;
use crate::model::value::ValueKind;

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
    let zones = facts.input.inventory.as_ref().and_then(|inventory| inventory.zones.as_ref());
    let mut names: Vec<&str> = zones.into_iter().flatten().map(|zone| zone.name.as_str()).collect();
    names.sort_unstable();
    let mut ids: Vec<&str> = zones.into_iter().flatten().map(|zone| zone.id.as_str()).collect();
    ids.sort_unstable();
    // Zones map by index over those that the primary uses: the same spread, in the order of their names.
    for (at, letter) in primary_zones(facts, primary).into_iter().enumerate() {
        let counterpart =
            names.get(at).map_or(Counterpart::Nobody, |zone| Counterpart::Known((*zone).to_owned()));
        builder.add(Cow::Owned(letter), ValueKind::Zone, Owner::Primary, counterpart, 5);
    }
    if let Some(short) = short_name(primary) {
        for number in 1..=6_usize {
            let counterpart =
                ids.get(number - 1).map_or(Counterpart::Nobody, |id| Counterpart::Known((*id).to_owned()));
            builder.add(
                Cow::Owned(format!("{short}-az{number}")),
                ValueKind::ZoneId,
                Owner::Primary,
                counterpart,
                5,
            );
        }
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
