//! Names that the stack itself goes by: a database behind a name of its own, a private zone.

use foldhash::{HashMap, HashMapExt};

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use super::super::provenance::Values;
use super::targets;
use crate::model::diagnostic::Place;
use crate::model::paste;
use crate::model::types::Recovery;
use crate::model::value::ValueKind;
use crate::plan::resource::Disposition;
use crate::plan::values::Site;

/// The store that a record leads to: it has no HTTP to be asked by.
pub(super) fn store_behind<'i>(facts: &Facts<'i, '_>, record: &Object<'_, '_>) -> Option<&'i str> {
    let stores = facts.stores_by_host.get_or_init(|| by_host(facts));
    let at = targets(record).iter().find_map(|target| stores.get(target))?;
    Some(facts.objects[*at].address())
}

fn by_host(facts: &Facts<'_, '_>) -> HashMap<String, usize> {
    let mut stores = HashMap::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let recovery = object.entry.map(|entry| entry.recovery);
        let is_store = matches!(
            recovery,
            Some(
                Recovery::RdsInstance
                    | Recovery::RdsCluster
                    | Recovery::RdsClusterInstance
                    | Recovery::ElastiCache
                    | Recovery::Store
            )
        );
        for owned in object.owned.iter().filter(|owned| is_store && owned.kind == ValueKind::Endpoint) {
            let host = owned.value.split(':').next().unwrap_or_default();
            stores.entry(host.to_owned()).or_insert(at);
        }
    }
    stores
}

/// A record of a store moves with the traffic, and the gate before it waits for pods that ask for its name.
pub(super) fn check_used(
    facts: &Facts<'_, '_>,
    values: &Values,
    record: &Object<'_, '_>,
    name: &str,
    findings: &mut Findings,
) {
    let Some(store) = store_behind(facts, record) else { return };
    let manifests = &facts.input.manifests;
    let uses = values.values.iter().filter(|value| value.value == name).flat_map(|value| &value.uses);
    let in_manifests = uses.filter_map(|used| match &used.site {
        Site::File { file, line, object: Some(object), .. } if manifests.has_text(file) => {
            Some((file, *line, object))
        }
        _ => None,
    });
    let Some((file, line, object)) = in_manifests.min() else { return };
    findings.add(
        "dns-name-inside",
        name,
        format!(
            "{object} reaches {store} by {name}, which moves behind the gate of phase dns: until then it answers with the \
             lost one"
        ),
        format!(
            "name the host of {store} itself, which the plan rewrites; or move the name yourself before phase manifests, \
             and say so: `dns {{ keep = [{}] }}`",
            paste::quoted(name)
        ),
        Some(Place::new(file, line)),
    );
}

/// A private zone answers in the networks that it is associated with, and the recovery's is made anew.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs.html>
pub(super) fn check_zones(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let made = |id: &str| {
        facts.objects.iter().enumerate().any(|(at, object)| {
            object.type_name() == "aws_vpc"
                && object.id.as_deref() == Some(id)
                && decided.resource(at).is_some_and(|one| one.disposition == Disposition::Create)
        })
    };
    for (at, zone) in facts.objects.iter().enumerate() {
        let shared = decided.resource(at).is_some_and(|one| one.disposition == Disposition::Share);
        if zone.type_name() != "aws_route53_zone" || !shared {
            continue;
        }
        let tree = zone.tree();
        let networks = tree.get("vpc").and_then(serde_json::Value::as_array);
        let ids = networks.into_iter().flatten().filter_map(|vpc| vpc.get("vpc_id")?.as_str());
        let id = zone.text("zone_id").or(zone.id.as_deref()).unwrap_or_default();
        let associated = facts.objects.iter().any(|object| {
            object.type_name() == "aws_route53_zone_association" && object.text("zone_id") == Some(id)
        });
        let Some(network) = ids.into_iter().find(|id| made(id)).filter(|_| !associated) else { continue };
        findings.add(
            "private-zone-unassociated",
            zone.address(),
            format!(
                "private zone {} answers in {network}; the network that is made in {} is not associated with it, and its \
                 names are not found there",
                zone.name(),
                facts.recovery
            ),
            format!(
                "have the code associate it (aws_route53_zone_association), or do it once the network is there: `aws \
                 route53 associate-vpc-with-hosted-zone --hosted-zone-id {} --vpc VPCRegion={},VPCId=...`",
                paste::shell(id),
                facts.recovery
            ),
            facts.place_in_code(zone),
        );
    }
}
