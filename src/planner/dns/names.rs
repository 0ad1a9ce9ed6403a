//! Names that users come by: who moves each, and how long the old answer lives.

use std::collections::{BTreeMap, HashSet};

use super::super::build::GATE;
use super::super::dispositions::step_id;
use super::super::facts::Facts;
use super::super::findings::Findings;
use super::controller::{installs_controller, is_controller, kept_from, running, written_by_controller};
use super::inside::store_behind;
use super::{ALIAS_TTL, recorded};
use crate::model::document::Object;
use crate::plan::action::{Action, EngineChange};
use crate::plan::step::Step;

/// A name that moves.
#[derive(Default)]
pub(in super::super) struct Name {
    /// Time to live of the old answer, seconds.
    pub(in super::super) ttl: u64,
    /// The steps that move it.
    pub(in super::super) moved_by: Vec<String>,
    /// Whether something answers by it over HTTP: no store does, and no record without an address.
    pub(in super::super) is_asked: bool,
}

/// Names that drplan.hcl lists, those of the records that move, and those that external-dns writes once it is let go.
pub(in super::super) fn names(
    facts: &Facts<'_, '_>,
    steps: &[Step],
    findings: &mut Findings,
) -> BTreeMap<String, Name> {
    let mut names: BTreeMap<String, Name> = BTreeMap::new();
    let mut distributions = BTreeMap::new();
    let mut writer = None;
    let applied = facts.input.manifests.objects.iter().filter(|object| is_controller(object));
    let controllers: HashSet<String> = applied.map(|object| facts.label(object)).collect();
    let running = running(facts);
    for step in steps {
        match &step.action {
            Action::ChangeRecord { name, ttl_seconds, address, record_type, .. } => {
                let known = names.entry(name.clone()).or_default();
                let at = address.as_ref().and_then(|address| facts.by_address.get(address.as_str()));
                known.is_asked |= matches!(record_type.as_str(), "A" | "AAAA" | "CNAME")
                    && at.is_none_or(|at| store_behind(facts, &facts.objects[*at]).is_none());
                known.ttl = known.ttl.max(*ttl_seconds);
                known.moved_by.push(step.id.clone());
            }
            Action::ChangeDistribution { address: Some(address), .. } => {
                distributions.insert(address.as_str(), step.id.as_str());
            }
            Action::Release { object, .. } if controllers.contains(object) => writer = Some(&step.id),
            Action::Engine { address, change: EngineChange::Create, .. }
                if facts
                    .by_address
                    .get(address.as_str())
                    .is_some_and(|at| installs_controller(&facts.objects[*at])) =>
            {
                writer = Some(&step.id);
            }
            _ => {}
        }
    }
    if !steps.iter().any(|step| step.id == GATE) {
        return names;
    }
    let settings = &facts.input.settings.dns;
    let of_object = |object| written_by_controller(object).into_iter().map(move |name| (name, object));
    let asked = writer.iter().flat_map(|_| &facts.input.manifests.objects).flat_map(of_object);
    let mut left: BTreeMap<String, String> = BTreeMap::new();
    let by_object: Vec<(String, &Object)> = asked
        .filter(|(name, object)| match kept_from(facts, &running, object, name) {
            Some(why) => {
                left.insert(name.clone(), why);
                false
            }
            None => true,
        })
        .collect();
    let written: Vec<String> = by_object.iter().map(|(name, _)| name.clone()).collect();
    for (name, object) in by_object.iter().filter(|(name, _)| settings.keep.contains(name)) {
        findings.add(
            "dns-name-kept",
            name,
            format!(
                "drplan.hcl keeps {name} where it is, and external-dns moves it to {} as soon as it is let go: {} has it",
                facts.recovery,
                facts.label(object)
            ),
            format!("tell external-dns to leave it: `--exclude-domains={name}`; or take it out of dns {{ keep }}"),
            Some(object.place()),
        );
    }
    let stays = |name: &String| settings.keep.contains(name) || name.starts_with('*');
    let wanted = settings.names.iter().chain(written.iter().filter(|name| !stays(name)));
    for name in wanted {
        if names.contains_key(name) {
            continue;
        }
        let by_distribution = distributions.iter().filter(|(address, _)| {
            let object = facts.by_address.get(**address).map(|at| &facts.objects[*at]);
            object.is_some_and(|object| object.list("aliases").contains(name))
        });
        let mut moved_by: Vec<String> = by_distribution.map(|(_, id)| (*id).to_owned()).collect();
        if moved_by.is_empty() && written.contains(name) {
            moved_by.extend(writer.cloned());
        }
        if moved_by.is_empty() {
            findings.add(
                "dns-name-unmoved",
                name,
                match left.get(name) {
                    Some(why) => format!("{name} is to move, and external-dns does not move it: {why}"),
                    None => format!("{name} is to move, and no step of the plan moves it"),
                },
                if settings.keep.contains(name) {
                    "it is in dns { names } and in dns { keep }: take it out of one of them"
                } else if left.contains_key(name) {
                    "change the flags of external-dns in the manifests, or move the name by hand behind the gate"
                } else {
                    "if it is in another DNS service, move it by hand behind the gate; else correct the name in dns { names }"
                },
                None,
            );
            moved_by.push(step_id("dns", "gate"));
        }
        recorded::check_name(facts, name, findings);
        names.insert(name.clone(), Name { ttl: ttl_of(facts, name), moved_by, is_asked: true });
    }
    recorded::check_left(facts, &names, findings);
    names
}

/// The longest that a resolver may keep the old answer, as recorded; an alias has its target's.
fn ttl_of(facts: &Facts<'_, '_>, name: &str) -> u64 {
    let observed = facts.input.observation.as_ref().and_then(|observation| observation.records.as_ref());
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let recorded = observed
        .into_iter()
        .flatten()
        .map(|known| &known.record)
        .chain(zones.into_iter().flatten().filter_map(|zone| zone.records.as_ref()).flatten());
    let ttls = recorded.filter(|record| record.name == name).filter_map(|record| record.ttl);
    ttls.max().unwrap_or(ALIAS_TTL)
}
