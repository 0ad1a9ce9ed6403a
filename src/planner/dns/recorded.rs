//! Where names point today, by the inventory, against what the state has: somebody may have moved them already.

use std::collections::{BTreeMap, HashSet};

use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use super::names::Name;
use crate::model::inventory::Record;

/// Tells that a record which is to be moved points elsewhere than the state has it.
pub(super) fn check_record(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    from: &[String],
    findings: &mut Findings,
) {
    let zone = object.text("zone_id").unwrap_or_default();
    let name = object.text("fqdn").unwrap_or_default();
    let set = object.text("set_identifier").filter(|set| !set.is_empty());
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let records = zones.into_iter().flatten().filter(|known| known.id == zone);
    let now = records.filter_map(|zone| zone.records.as_ref()).flatten().find(|known| {
        known.name.eq_ignore_ascii_case(&plain(name))
            && Some(known.record_type.as_str()) == object.text("type")
            && known.set_identifier.as_deref() == set
    });
    let Some(now) = now.map(answers).filter(|now| *now != sorted(from)) else { return };
    let (name, was) = (plain(name), sorted(from).join(" and "));
    findings.add(
        "dns-record-differs",
        object.address(),
        format!("{name} points at {} by the inventory, and at {was} by the state: {}", now.join(" and "), who(facts, &now)),
        "find out who changed it before the gate is passed, then let the state see it: `apply -refresh-only` of the engine; the \
         step expects the old answer and stops at another",
        facts.place_in_code(object),
    );
}

/// Tells that a name which no record of the state moves points into the recovery region already.
pub(super) fn check_name(facts: &Facts<'_, '_>, name: &str, findings: &mut Findings) {
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let records = zones.into_iter().flatten().filter_map(|zone| zone.records.as_ref()).flatten();
    let leads = records.filter(|record| {
        record.name.eq_ignore_ascii_case(name)
            && matches!(record.record_type.as_str(), "A" | "AAAA" | "CNAME")
    });
    let here = format!(".{}.", facts.recovery);
    let Some(now) = leads.map(answers).find(|now| now.iter().any(|answer| answer.contains(&here))) else {
        return;
    };
    findings.add(
        "dns-record-differs",
        name,
        format!("{name} points at {} by the inventory: {}", now.join(" and "), who(facts, &now)),
        "find out who changed it before the gate is passed: what stands there may be another stack's, or an attempt's",
        None,
    );
}

/// Tells the names of recorded zones that lead into the primary, and that no step moves: what pods or users reach by
/// them stays there.
pub(super) fn check_left(facts: &Facts<'_, '_>, moved: &BTreeMap<String, Name>, findings: &mut Findings) {
    let Some(primary) = facts.primary.as_deref() else { return };
    let observed = facts.input.observation.as_ref().and_then(|observation| observation.records.as_ref());
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let records = zones.into_iter().flatten().filter_map(|zone| zone.records.as_ref()).flatten();
    let records = records.chain(observed.into_iter().flatten().map(|known| &known.record));
    let there = format!(".{primary}.");
    let kept = &facts.input.settings.dns.keep;
    let told: HashSet<String> = moved.keys().chain(kept).map(|name| plain(name)).collect();
    let mut sets: BTreeMap<String, HashSet<&str>> = BTreeMap::new();
    for object in facts.objects.iter().filter(|object| object.type_name() == "aws_route53_record") {
        if let (Some(name), Some(set)) =
            (object.text("fqdn"), object.text("set_identifier").filter(|set| !set.is_empty()))
        {
            sets.entry(plain(name)).or_default().insert(set);
        }
    }
    let mut left: BTreeMap<String, String> = BTreeMap::new();
    for record in records.filter(|one| matches!(one.record_type.as_str(), "A" | "AAAA" | "CNAME")) {
        let name = plain(&record.name);
        // Of several sets of one name each answers for itself.
        let is_other_set = record.set_identifier.as_ref().is_some_and(|set| {
            let known = sets.get(&name);
            known.is_some_and(|known| !known.contains(set.as_str()))
                && !kept.iter().any(|one| plain(one) == name)
        });
        if told.contains(&name) && !is_other_set {
            continue;
        }
        let leads = |answer: &&String| answer.contains(&there) || facts.leads_into_primary(answer);
        if let Some(answer) = answers(record).iter().find(leads) {
            let set = record.set_identifier.as_ref().filter(|_| is_other_set);
            let name = set.map_or_else(|| name.clone(), |set| format!("{name} (set {set})"));
            left.insert(name, answer.clone());
        }
    }
    for (name, answer) in left {
        findings.add(
            "dns-name-unmoved",
            &name,
            format!("{name} leads to {answer} in {primary}, and no step of the plan moves it"),
            "let the code or external-dns write it, so that the plan moves it, or move it by hand behind the gate; what \
             stays is named in dns { keep }",
            None,
        );
    }
}

fn who(facts: &Facts<'_, '_>, now: &[String]) -> String {
    let here = format!(".{}.", facts.recovery);
    if now.iter().any(|answer| answer.contains(&here)) {
        format!("it is in {} already, and users with it", facts.recovery)
    } else {
        "somebody has changed it".to_owned()
    }
}

fn answers(record: &Record) -> Vec<String> {
    let all: Vec<String> = record.alias.iter().chain(&record.values).cloned().collect();
    sorted(&all)
}

/// As names are compared: without case, the last dot, and what the console puts before a load balancer's.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html>
fn sorted(answers: &[String]) -> Vec<String> {
    let mut all: Vec<String> = answers.iter().map(|answer| plain(answer)).collect();
    all.sort();
    all
}

fn plain(name: &str) -> String {
    let name = name.trim_end_matches('.').replace("\\052", "*").to_lowercase();
    name.strip_prefix("dualstack.").map_or_else(|| name.clone(), str::to_owned)
}
