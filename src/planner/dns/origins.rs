//! Origins of a distribution: after its change none of them may lie in the lost region.

use std::collections::BTreeSet;

use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use crate::model::paste;
use crate::plan::action::Rewrite;

/// Tells each origin that leads into the lost region still, and what the inventory has otherwise than the state.
pub(super) fn check(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    rewrites: &[Rewrite],
    findings: &mut Findings,
) {
    let tree = object.tree();
    let origins = tree.get("origin").and_then(|origins| origins.as_array()).into_iter().flatten();
    let mut known = BTreeSet::new();
    for (at, origin) in origins.enumerate() {
        let Some(host) = origin.get("domain_name").and_then(|host| host.as_str()) else { continue };
        known.insert(host.to_lowercase());
        let path = format!("/origin/{at}/domain_name");
        let here: Vec<&Rewrite> = rewrites.iter().filter(|rewrite| rewrite.path == path).collect();
        // What is known after a step is whole: it is a host of what the step makes.
        if here.iter().any(|rewrite| rewrite.known_after.is_some()) {
            continue;
        }
        let becomes = here.iter().fold(host.to_owned(), |text, rewrite| {
            rewrite.counterpart.as_ref().map_or_else(|| text.clone(), |to| text.replace(&rewrite.token, to))
        });
        let invented = here.iter().any(|rewrite| invents(facts, host, &rewrite.token));
        if facts.lies_in_primary(&becomes) || invented {
            findings.add(
                "dns-no-target",
                object.address(),
                format!("origin {host} lies in {}, and what takes its place is unknown", primary(facts)),
                format!(
                    "name the host that answers in {}: {}",
                    facts.recovery,
                    paste::block("rewrite", host, "to = \"...\"")
                ),
                facts.place_in_code(object),
            );
        }
    }
    check_recorded(facts, object, &known, findings);
}

/// Whether a rewrite of the region alone would make up the host of a load balancer: AWS gives each an id, and none is
/// called like another.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancer.html>
pub(super) fn invents(facts: &Facts<'_, '_>, host: &str, token: &str) -> bool {
    facts.is_primary(token) && host.trim_end_matches('.').ends_with(".elb.amazonaws.com")
}

/// Somebody may have changed it by hand: the step would change another configuration than was planned.
fn check_recorded(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    known: &BTreeSet<String>,
    findings: &mut Findings,
) {
    let distributions = facts.inventory().and_then(|inventory| inventory.distributions.as_ref());
    let id = object.id.as_deref();
    let Some(there) = distributions.into_iter().flatten().find(|one| Some(one.id.as_str()) == id) else {
        return;
    };
    let recorded: BTreeSet<String> = there.origins.iter().map(|host| host.to_lowercase()).collect();
    if recorded.is_empty() || recorded == *known {
        return;
    }
    let list = |hosts: &BTreeSet<String>| hosts.iter().cloned().collect::<Vec<_>>().join(" and ");
    findings.add(
        "dns-record-differs",
        object.address(),
        format!(
            "distribution {} has the origins {} by the inventory, and {} by the state: somebody has changed it",
            there.id,
            list(&recorded),
            list(known)
        ),
        "find out who changed it before the gate is passed, then let the state see it: `apply -refresh-only` of the engine",
        facts.place_in_code(object),
    );
    for host in recorded.difference(known).filter(|host| facts.lies_in_primary(host)) {
        findings.add(
            "dns-no-target",
            object.address(),
            format!("origin {host} of the inventory lies in {}, and no step changes it", primary(facts)),
            "bring state and distribution together, so that the plan moves it",
            facts.place_in_code(object),
        );
    }
}

fn primary<'f>(facts: &'f Facts<'_, '_>) -> &'f str {
    facts.primary.as_deref().unwrap_or("the primary")
}
