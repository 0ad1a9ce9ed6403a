//! What depends on something left out is left out too; what depends on something withheld waits behind the gate.
//!
//! The engine's `-exclude` takes dependants along whether a plan says so or not (design.md, "What becomes of each
//! resource"): a plan that calls them `create` would wait for steps that never run.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::cluster;
use super::dispositions::{self, Fate, told};
use super::dns;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::references;
use crate::model::paste;
use crate::model::types::{Recovery, Scope};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::PlannedStore;

/// What a restore by API names among its parameters.
const NAMED_BY_RESTORE: [&str; 6] = [
    "aws_security_group",
    "aws_db_subnet_group",
    "aws_db_parameter_group",
    "aws_db_option_group",
    "aws_rds_cluster_parameter_group",
    "aws_docdb_cluster_parameter_group",
];

/// Puts dependants with what they depend on.
pub(super) fn plan_left_out(
    facts: &Facts<'_, '_>,
    fates: &mut [Option<Fate>],
    stores: &mut Vec<PlannedStore>,
    findings: &mut Findings,
) {
    let dependants = Dependants::new(facts);
    let out = dependants.reach(facts, &roots(facts, fates, is_left_out));
    let withheld = dependants.reach(facts, &roots(facts, fates, |_, fate| fate.engine == Engine::Withhold));
    if out.is_empty() && withheld.is_empty() {
        return;
    }
    let has_cluster = has_cluster(facts, fates, &out);
    let mut undone = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(fate) = fates.get_mut(at).and_then(Option::as_mut) else { continue };
        if object.instance.deposed.is_some() {
            continue;
        }
        let config = object.instance.config_address.as_str();
        let left_out = out.get(config);
        let Some(root) = left_out.or_else(|| withheld.get(config)) else { continue };
        if is_left_out(object, fate) {
            continue;
        }
        let missing = match fate.disposition {
            Disposition::Create => {
                let stands_on_it = left_out.is_some() && has_cluster && cluster::is_foundation(object);
                (cluster::is_node(object) || stands_on_it).then_some(root.as_str())
            }
            // The engine leaves its own restore out like anything else.
            Disposition::Restore if fate.engine == Engine::Create => Some(root.as_str()),
            Disposition::Restore | Disposition::Promote => named_by_restore(facts, object, &out),
            _ => None,
        };
        if let Some(missing) = missing {
            let reason = format!("it depends on {missing}, which is left out");
            *fate = dispositions::fate(Disposition::Block, Engine::Exclude, reason);
            undone.push(at);
            findings.add(
                "dependency-left-out",
                object.address(),
                format!("{} cannot be made: it depends on {missing}, which is left out", object.address()),
                fix(facts, object, root),
                facts.place_in_code(object),
            );
        } else if left_out.is_some() {
            leave_out(facts, object, fate, root);
            if fate.disposition == Disposition::Skip {
                undone.push(at);
            }
        } else if matches!(told(object, fate.engine), Engine::Create | Engine::Import) {
            fate.reason = format!("{}; after {root}, which is withheld until its gate", fate.reason);
        }
        fate.goes_with = Some(root.clone());
    }
    follow(facts, fates, &undone);
    stores.retain(|store| {
        let at = facts.by_address.get(store.address.as_str());
        let fate = at.and_then(|at| fates.get(*at)?.as_ref());
        !fate.is_some_and(|fate| fate.goes_with.is_some() && fate.disposition == Disposition::Skip)
    });
}

/// Whether a cluster comes back, or the state has none and what it installs goes to another's: without its cluster
/// nothing that lives in it is missed.
fn has_cluster(facts: &Facts<'_, '_>, fates: &[Option<Fate>], out: &HashMap<&str, String>) -> bool {
    let clusters = facts.objects.iter().zip(fates).filter(|(object, _)| {
        object.is_managed() && object.type_name() == "aws_eks_cluster" && object.instance.deposed.is_none()
    });
    let mut stay = clusters.map(|(object, fate)| {
        let left_out = fate.as_ref().is_none_or(|fate| is_left_out(object, fate));
        !left_out && !out.contains_key(object.instance.config_address.as_str())
    });
    stay.next().is_none_or(|first| first || stay.any(|stays| stays))
}

fn fix(facts: &Facts<'_, '_>, object: &Object<'_, '_>, root: &str) -> String {
    let of_root = facts.by_address.get(root).or_else(|| facts.by_config.get(root)?.first());
    let wished = of_root.is_some_and(|at| super::skipped::is_wished(facts, &facts.objects[*at]));
    let back = if wished {
        format!("take {root} out of what drplan.hcl skips")
    } else {
        format!(
            "bring {root} back; why it does not come back: `drplan show PLAN --resource {}`",
            paste::shell(root)
        )
    };
    if cluster::is_node(object) || !cluster::is_foundation(object) {
        return back;
    }
    let skip = paste::block("skip", object.address(), "reason = \"...\"");
    format!("{back}; if the recovery does without {}, say so: {skip}", object.address())
}

/// The engine neither makes nor imports it, at any time: what is restored is imported afterwards.
fn is_left_out(_: &Object<'_, '_>, fate: &Fate) -> bool {
    fate.engine == Engine::Exclude && !matches!(fate.disposition, Disposition::Restore | Disposition::Promote)
}

/// A dependency that is left out and that a restore by API would name among its parameters.
fn named_by_restore<'o>(
    facts: &Facts<'_, '_>,
    object: &'o Object<'_, '_>,
    out: &HashMap<&str, String>,
) -> Option<&'o str> {
    object.instance.dependencies.iter().map(|address| &**address).find(|address| {
        let at = facts.by_config.get(address).and_then(|instances| instances.first());
        out.contains_key(address)
            && at.is_some_and(|at| NAMED_BY_RESTORE.contains(&facts.objects[*at].type_name()))
    })
}

fn leave_out(facts: &Facts<'_, '_>, object: &Object<'_, '_>, fate: &mut Fate, root: &str) {
    let with = format!("depends on {root}, which is left out");
    match (fate.disposition, told(object, fate.engine)) {
        (Disposition::Create, _) => {
            let reason = format!("{with}: the engine leaves it out too");
            *fate = dispositions::fate(Disposition::Skip, Engine::Exclude, reason);
        }
        (_, Engine::Import) => {
            fate.engine = Engine::Exclude;
            fate.reason = format!("{}; not imported: it {with}", fate.reason);
        }
        (Disposition::Restore | Disposition::Promote, _) => {
            fate.reason = format!("{}; not imported: it {with}", fate.reason);
        }
        // Nothing in it changes: it would only come back under the engine.
        (Disposition::Update, Engine::Withhold)
            if dns::goes_with_withheld(facts, object) && !dns::points_into_primary(facts, object) =>
        {
            fate.disposition = Disposition::Share;
            fate.engine = Engine::Exclude;
            fate.reason = format!("global: it stays as it is; not imported: it {with}");
        }
        // In the state already, or not the engine's at all: it stays there.
        _ => {}
    }
}

/// What comes back with another is not restored where that other is not.
fn follow(facts: &Facts<'_, '_>, fates: &mut [Option<Fate>], undone: &[usize]) {
    if undone.is_empty() {
        return;
    }
    for (at, object) in facts.objects.iter().enumerate() {
        let follows = object.entry.is_some_and(|entry| {
            matches!(entry.recovery, Recovery::RdsClusterInstance | Recovery::SecretVersion)
        });
        if !object.is_managed() || !follows {
            continue;
        }
        let Some(leader) = references::leader(facts, object).filter(|leader| undone.contains(leader)) else {
            continue;
        };
        if let Some(fate) = fates.get_mut(at).and_then(Option::as_mut) {
            let leader = facts.objects[leader].address();
            let reason = format!("left out with {leader}");
            *fate = dispositions::fate(Disposition::Skip, Engine::Exclude, reason);
            fate.goes_with = Some(leader.to_owned());
        }
    }
}

/// Addresses without index of which every instance is so, with the address of the first.
fn roots<'i>(
    facts: &Facts<'i, '_>,
    fates: &[Option<Fate>],
    is: impl Fn(&Object<'_, '_>, &Fate) -> bool,
) -> BTreeMap<&'i str, String> {
    // Of a resource that is left out in part the engine keeps the rest, and with it what depends on it.
    let whole = facts.by_config.iter().filter(|(_, instances)| {
        instances.iter().all(|at| {
            fates.get(*at).and_then(Option::as_ref).is_some_and(|fate| is(&facts.objects[*at], fate))
        })
    });
    whole
        .filter_map(|(config, instances)| {
            Some((*config, facts.objects.get(*instances.first()?)?.address().to_owned()))
        })
        .collect()
}

/// Who depends on an address, by address without index; data sources too.
struct Dependants<'i>(HashMap<&'i str, Vec<&'i str>>);

impl<'i> Dependants<'i> {
    fn new(facts: &Facts<'i, '_>) -> Self {
        let mut dependants: HashMap<&str, Vec<&str>> = HashMap::new();
        for object in facts.objects.iter().filter(|object| object.instance.deposed.is_none()) {
            let config = object.instance.config_address.as_str();
            for address in object.instance.dependencies.iter().filter(|address| **address != config) {
                dependants.entry(address).or_default().push(config);
            }
        }
        Self(dependants)
    }

    /// All that depends on the roots, each with the first root that it depends on.
    fn reach(&self, facts: &Facts<'i, '_>, roots: &BTreeMap<&'i str, String>) -> HashMap<&'i str, String> {
        let mut reached: HashMap<&str, String> = HashMap::new();
        let mut queue: VecDeque<(&str, &String)> =
            roots.iter().map(|(config, address)| (*config, address)).collect();
        // Providers of what lives in the cluster are configured from it, which no state tells.
        let clusters = facts.objects.iter().filter(|object| {
            object.is_managed()
                && object.type_name() == "aws_eks_cluster"
                && object.instance.deposed.is_none()
        });
        let mut clusters =
            clusters.map(|cluster| roots.get(cluster.instance.config_address.as_str())).peekable();
        if clusters.peek().is_some()
            && let Some(root) = clusters.collect::<Option<Vec<_>>>().and_then(|all| all.first().copied())
        {
            let inside = facts.objects.iter().filter(|object| {
                object.is_managed() && object.entry.is_some_and(|entry| entry.scope == Scope::Cluster)
            });
            for object in inside {
                reached.entry(&object.instance.config_address).or_insert_with(|| root.clone());
            }
        }
        while let Some((config, root)) = queue.pop_front() {
            for dependant in self.0.get(config).into_iter().flatten() {
                if !roots.contains_key(dependant) && !reached.contains_key(dependant) {
                    reached.insert(dependant, root.clone());
                    queue.push_back((dependant, root));
                }
            }
        }
        reached
    }
}
