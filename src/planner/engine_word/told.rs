//! What the plan has by the engine's word is told by block: a region with fewer zones changes a hundred addresses.

use std::collections::BTreeMap;

use super::super::dispositions::{Decided, may_hold_data};
use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use super::super::variables::counts;
use crate::model::diagnostic::Place;
use crate::model::{paste, words};
use crate::plan::resource::Disposition;

/// Addresses of one block that are named; more are counted.
const NAMED: usize = 3;

/// What the engine's word changes of one block.
#[derive(Default)]
struct Changed<'f> {
    more: Vec<&'f str>,
    less: Vec<&'f str>,
    /// Those of `more` that would hold data and begin empty.
    empty: Vec<&'f str>,
    unknown_type: Option<&'f str>,
    place: Option<Place>,
}

/// Adds each block that has other instances than in the primary, and the stores among them that begin empty.
pub(in super::super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let Some(plan) = &facts.input.engine_plan else { return };
    let mut blocks: BTreeMap<&str, Changed<'_>> = BTreeMap::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.only_planned) {
        let Some(resource) = decided.resource(at) else { continue };
        // What drplan.hcl skips, or is blocked, has its own reason.
        if resource.disposition != Disposition::Create {
            continue;
        }
        let changed = blocks.entry(&object.instance.config_address).or_default();
        changed.more.push(object.address());
        if may_hold_data(object) && !facts.is_loss_accepted(object) {
            changed.empty.push(object.address());
            changed.unknown_type = object.entry.is_none().then_some(&*object.instance.type_name);
        }
        if changed.place.is_none() {
            changed.place = place(facts, object);
        }
    }
    for (at, place) in &decided.gone {
        let object = &facts.objects[*at];
        let changed = blocks.entry(&object.instance.config_address).or_default();
        changed.less.push(object.address());
        changed.place = place.clone().or(changed.place.take());
    }
    for (block, changed) in blocks {
        let mut parts = Vec::new();
        if !changed.more.is_empty() {
            parts.push(format!(
                "the engine's plan makes {} that the primary does not have ({})",
                words::count(changed.more.len(), "instance"),
                named(&changed.more)
            ));
        }
        if !changed.less.is_empty() {
            let none = if parts.is_empty() { "the engine's plan has no" } else { "and has no" };
            parts.push(format!("{none} {}", named(&changed.less)));
        }
        findings.add(
            "engine-decided",
            block,
            format!("{}: so has this plan (by {})", parts.join(", "), plan.origin),
            fix(&changed),
            changed.place.clone(),
        );
        let Some(first) = changed.empty.first() else { continue };
        let unknown =
            changed.unknown_type.map(|name| format!(" ({name} is a type that drplan does not know)"));
        findings.add(
            "store-begins-empty",
            block,
            format!(
                "the engine makes {}, which may hold data{}, and the primary has no such store: nothing fills it",
                named(&changed.empty),
                unknown.unwrap_or_default()
            ),
            format!(
                "if it is to begin empty, say so: {}; if it is a store of the primary under another address, apply the code in \
                 the primary first",
                paste::block("accept_loss", first, "reason = \"...\"")
            ),
            changed.place,
        );
    }
}

fn fix(changed: &Changed<'_>) -> String {
    let meant = "see that it is meant; if not, give the variable that decides about it in the terraform block of drplan.hcl";
    match changed.more.first() {
        Some(first) => {
            format!("{meant}, or leave it out: {}", paste::block("skip", first, "reason = \"...\""))
        }
        None => meant.to_owned(),
    }
}

/// What decides how many there are, else the block.
fn place(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Place> {
    let counted = counts(facts, object).first().and_then(|(_, argument)| argument.place.clone());
    counted.or_else(|| facts.place_in_code(object))
}

fn named(addresses: &[&str]) -> String {
    let (shown, more) = addresses.split_at(addresses.len().min(NAMED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    format!("{}{more}", shown.join(", "))
}
