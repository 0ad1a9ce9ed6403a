//! What the plan adds to each quota: instances of the state by the table of types, vCPUs of nodes, load balancers that
//! Ingresses and Services make.

use std::collections::BTreeMap;

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::variables::given;
use super::{balancers, zones};
use crate::model::inventory::Inventory;
use crate::model::types::{APPLICATION_LOAD_BALANCERS, NETWORK_LOAD_BALANCERS, Quota, QuotaPer, vcpu_quota};
use crate::plan::resource::{Disposition, Engine};

/// What a limit counts in, where it is not the region: a zone, a cluster that is made new.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Within {
    /// All of the region.
    Region,
    /// Each of these zones of the recovery region; none where they are not known yet.
    Zone(String),
    /// A parent that the plan makes: nothing is in it yet.
    New(String),
}

/// What the plan adds to a quota.
#[derive(Clone, Debug, Default)]
pub(super) struct Demand {
    /// How much; of what can be told.
    pub(super) needed: u64,
    /// What makes it up, where the count alone does not say: `2 x t3.medium`.
    pub(super) of: Vec<String>,
    /// How much of that the run made already that the plan goes on with.
    pub(super) own: u64,
    /// What of it cannot be told.
    pub(super) unknown: Vec<String>,
    /// AWS's default for a region never used.
    pub(super) default: u64,
}

/// By service, code and what the limit is counted in.
pub(super) type Demands = BTreeMap<(&'static str, &'static str, Within), Demand>;

pub(super) fn demands(facts: &Facts<'_, '_>, decided: &Decided) -> Demands {
    let mut demands = Demands::new();
    let zones = zones::Spread::new(facts);
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if !matches!(resource.disposition, Disposition::Create | Disposition::Restore) {
            continue;
        }
        for quota in object.entry.map_or(&[][..], |entry| entry.quotas) {
            let quota = match object.text("load_balancer_type") {
                Some("network") if *quota == APPLICATION_LOAD_BALANCERS => &NETWORK_LOAD_BALANCERS,
                Some("gateway") if *quota == APPLICATION_LOAD_BALANCERS => continue,
                _ => quota,
            };
            let within = match quota.per {
                QuotaPer::Region => Within::Region,
                QuotaPer::Zone => Within::Zone(zones.of(object).unwrap_or_default()),
                QuotaPer::Parent => Within::New(object.text("cluster_name").unwrap_or_default().to_owned()),
            };
            let demand = demands.entry((quota.service, quota.code, within)).or_default();
            demand.needed += 1;
            demand.own += u64::from(facts.is_counted(resource.address.as_str()));
            demand.default = u64::from(quota.default);
        }
        if resource.engine == Engine::Create {
            add_vcpus(facts, object, &mut demands);
        }
    }
    for (quota, needed) in balancers::needed(facts, decided) {
        let demand = demands.entry((quota.service, quota.code, Within::Region)).or_default();
        demand.default = u64::from(quota.default);
        demand.needed += needed.len() as u64;
        demand.of.extend(needed);
    }
    fullest(demands)
}

/// Of a limit that is counted in each zone, what the plan adds to the zones that it adds most to.
fn fullest(demands: Demands) -> Demands {
    let mut merged = Demands::new();
    let mut zones: BTreeMap<(&str, &str), (Demand, Vec<String>)> = BTreeMap::new();
    for ((service, code, within), demand) in demands {
        let Within::Zone(zone) = within else {
            merged.insert((service, code, within), demand);
            continue;
        };
        let (most, names) = zones.entry((service, code)).or_default();
        if demand.needed > most.needed {
            (*most, *names) = (demand, vec![zone]);
        } else if demand.needed == most.needed {
            names.push(zone);
        }
    }
    merged.extend(
        zones.into_iter().map(|((service, code), (demand, names))| {
            ((service, code, Within::Zone(names.join(", "))), demand)
        }),
    );
    merged
}

/// Nodes and instances, each against the limit of its family.
fn add_vcpus(facts: &Facts<'_, '_>, object: &Object<'_, '_>, demands: &mut Demands) {
    let Some(Runs { count, types, spot }) = runs(facts, object).filter(|runs| runs.count > 0) else { return };
    let mut by_quota: BTreeMap<&str, (&Quota, Vec<&String>)> = BTreeMap::new();
    for name in &types {
        let Some(quota) = vcpu_quota(name, spot) else { continue };
        by_quota.entry(quota.code).or_insert((quota, Vec::new())).1.push(name);
    }
    let names = types.join(" or ");
    // Which of several types it becomes is EC2's choice: the largest is counted, in each family.
    for (quota, of_family) in by_quota.into_values() {
        let demand = demands.entry((quota.service, quota.code, Within::Region)).or_default();
        demand.default = u64::from(quota.default);
        let sizes: Option<Vec<u64>> = of_family.iter().map(|name| vcpus(facts.inventory(), name)).collect();
        match sizes.and_then(|sizes| sizes.into_iter().max()) {
            Some(size) => {
                demand.needed += count * size;
                demand.own += if facts.is_counted(object.address()) { count * size } else { 0 };
                demand.of.push(format!("{count} x {names}"));
            }
            None => demand.unknown.push(format!("the vCPUs of {count} x {names}")),
        }
    }
}

/// Instances that an object starts at once.
struct Runs {
    count: u64,
    /// Any of these.
    types: Vec<String>,
    spot: bool,
}

fn runs(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Runs> {
    match object.type_name() {
        "aws_instance" => {
            let name = object.text("instance_type").filter(|name| !name.is_empty())?;
            let spot = object.text("instance_lifecycle") == Some("spot");
            let types = given(facts, object, "instance_type").list(vec![name.to_owned()]);
            Some(Runs { count: 1, types: types.unwrap_or_else(|| vec![name.to_owned()]), spot })
        }
        "aws_eks_node_group" => {
            let spot = object.text("capacity_type") == Some("SPOT");
            let tree = object.tree();
            let count = tree.pointer("/scaling_config/0/desired_size").and_then(serde_json::Value::as_u64)?;
            let types = types_of(facts, object);
            (!types.is_empty()).then_some(Runs { count, types, spot })
        }
        _ => None,
    }
}

/// The instance types of a node group or instance, as the recovery has them; its launch template's where it names none.
pub(super) fn types_of(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Vec<String> {
    let (argument, mut types) = if object.type_name() == "aws_eks_node_group" {
        ("instance_types", object.list("instance_types"))
    } else {
        ("instance_type", object.text("instance_type").map(str::to_owned).into_iter().collect())
    };
    types.retain(|name| !name.is_empty());
    if types.is_empty()
        && let Some(id) = object.tree().pointer("/launch_template/0/id").and_then(|id| id.as_str())
        && let Some(template) = facts.objects.iter().find(|known| known.id.as_deref() == Some(id))
    {
        return types_of(facts, template);
    }
    given(facts, object, argument).list(types.clone()).unwrap_or(types)
}

fn vcpus(inventory: Option<&Inventory>, name: &str) -> Option<u64> {
    inventory?.instance_types.as_ref()?.iter().find(|known| known.name == name)?.vcpus
}
