//! Zones of the recovery region: as many as the stack spreads over, each with what is put there.

use std::collections::{BTreeSet, HashMap};

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::variables::{Given, given};
use super::Checks;
use crate::model::inventory::Zone;
use crate::model::region;
use crate::plan::resource::Engine;

/// Zones that hold no EKS control plane, by ids, which are the same in every account:
/// <https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html>
const WITHOUT_EKS: [&str; 3] = ["use1-az3", "usw1-az2", "cac1-az3"];

/// The zones that the primary's subnets are in, in order, and what stands for each by its place in that order.
pub(super) struct Spread<'f, 'i, 'a> {
    facts: &'f Facts<'i, 'a>,
    subnets: HashMap<&'f str, &'f Object<'i, 'a>>,
    used: Vec<String>,
    here: Option<Vec<&'f Zone>>,
}

impl<'f, 'i, 'a> Spread<'f, 'i, 'a> {
    pub(super) fn new(facts: &'f Facts<'i, 'a>) -> Self {
        let subnets: HashMap<&str, &Object<'_, '_>> = facts
            .objects
            .iter()
            .filter(|object| object.type_name() == "aws_subnet")
            .filter_map(|object| Some((object.id.as_deref()?, object)))
            .collect();
        let used: BTreeSet<String> =
            subnets.values().filter_map(|subnet| in_primary(facts, subnet)).map(str::to_owned).collect();
        let here = facts.inventory().and_then(|inventory| inventory.zones.as_ref()).map(|zones| {
            let mut zones: Vec<&Zone> = zones.iter().collect();
            zones.sort_by(|a, b| a.name.cmp(&b.name));
            zones
        });
        Self { facts, subnets, used: used.into_iter().collect(), here }
    }

    /// The zone of the recovery that something in a subnet comes into.
    pub(super) fn of(&self, object: &Object<'_, '_>) -> Option<String> {
        let subnet = self.subnet(object.text("subnet_id")?)?;
        self.counterpart(in_primary(self.facts, subnet)?)
    }

    /// The zones of the recovery that several subnets come into; nothing where one of them is not known.
    pub(super) fn of_subnets(&self, ids: &[String]) -> Option<BTreeSet<String>> {
        let zones = ids.iter().map(|id| self.counterpart(in_primary(self.facts, self.subnet(id)?)?));
        zones.collect::<Option<BTreeSet<String>>>().filter(|zones| !zones.is_empty())
    }

    fn subnet(&self, id: &str) -> Option<&'f Object<'i, 'a>> {
        self.subnets.get(id).copied()
    }

    /// Zones map by their place among those in use, as everywhere in the plan.
    fn counterpart(&self, zone: &str) -> Option<String> {
        let at = self.used.iter().position(|used| used == zone)?;
        self.here.as_ref()?.get(at).map(|zone| zone.name.clone())
    }
}

fn in_primary<'o>(facts: &Facts<'_, '_>, subnet: &'o Object<'_, '_>) -> Option<&'o str> {
    let zone = subnet.text("availability_zone")?;
    region::of_zone(zone).filter(|region| facts.is_primary(region)).map(|_| zone)
}

impl Checks<'_, '_, '_> {
    /// Subnets over more zones than there are, and a cluster in zones without EKS.
    pub(super) fn zones(&mut self, decided: &Decided) {
        let facts = self.facts;
        let spread = Spread::new(facts);
        let Some(here) = &spread.here else { return };
        let mut seen: Vec<(&str, BTreeSet<&str>)> = Vec::new();
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            let zone = in_primary(facts, object).filter(|_| made && object.type_name() == "aws_subnet");
            let Some(zone) = zone else { continue };
            let config = object.instance.config_address.as_str();
            match seen.iter_mut().find(|(known, _)| *known == config) {
                Some((_, zones)) => {
                    zones.insert(zone);
                }
                None => seen.push((config, BTreeSet::from([zone]))),
            }
        }
        for (config, zones) in seen {
            let Some(object) = facts.by_config.get(config).and_then(|all| facts.objects.get(*all.first()?))
            else {
                continue;
            };
            let needed = match given(facts, object, "count") {
                Given::Is(text) => text.parse().unwrap_or(0),
                Given::Computed => 0,
                Given::Same | Given::Unset => match given(facts, object, "for_each") {
                    Given::Same | Given::Unset => zones.len(),
                    Given::Is(_) | Given::Computed => 0,
                },
            };
            if needed > here.len() {
                let names: Vec<&str> = here.iter().map(|zone| zone.name.as_str()).collect();
                self.findings.add(
                    "zones-too-few",
                    config,
                    format!(
                        "the subnets are in {needed} zones, {} has {}: {}",
                        facts.recovery,
                        here.len(),
                        names.join(", ")
                    ),
                    "give the recovery fewer: a variable of the code that drplan.hcl sets (terraform { variable \"...\" \
                     { value = \"...\" } }), or recover in a region with as many",
                    facts.place_in_code(object),
                );
            }
        }
        self.control_plane_zones(decided, &spread);
    }

    fn control_plane_zones(&mut self, decided: &Decided, spread: &Spread<'_, '_, '_>) {
        let facts = self.facts;
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            if object.type_name() != "aws_eks_cluster" || !made {
                continue;
            }
            let tree = object.tree();
            let subnets = tree.pointer("/vpc_config/0/subnet_ids").and_then(|ids| ids.as_array());
            let ids: Vec<String> =
                subnets.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect();
            let Some(zones) = spread.of_subnets(&ids) else { continue };
            let without: Vec<String> = spread
                .here
                .iter()
                .flatten()
                .filter(|zone| zones.contains(&zone.name) && WITHOUT_EKS.contains(&zone.id.as_str()))
                .map(|zone| format!("{} ({})", zone.name, zone.id))
                .collect();
            if !without.is_empty() {
                self.findings.add(
                    "not-in-every-zone",
                    object.address(),
                    format!("EKS puts no control plane into {}, where subnets of the cluster come", without.join(", ")),
                    "choose the zones of the recovery in the code, by a variable: the cluster's subnets in others",
                    facts.place_in_code(object),
                );
            }
        }
    }
}
