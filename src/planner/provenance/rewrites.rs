//! Rewrites of drplan.hcl that work against the plan, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::super::facts::Facts;
use super::super::findings::Findings;
use super::tokens::{Counterpart, Index, Owner};
use crate::model::settings::Rewrite;
use crate::model::types::Uniqueness;
use crate::model::value::ValueKind;
use crate::model::{paste, words};
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

/// Tells the rewrites of what the plan places itself: other forms of the same thing (its host with a port, its ARN)
/// still go where the plan says, so one stack would use two. Returns the kept texts that the plan would place.
pub(super) fn tell_contradicted(
    facts: &Facts<'_, '_>,
    index: &Index<'_>,
    findings: &mut Findings,
) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    let rewrites = &facts.input.settings.rewrites;
    for rewrite in rewrites.iter().filter(|rewrite| rewrite.text == facts.recovery) {
        if let Some(to) = rewrite.to.as_deref().filter(|to| *to != facts.recovery) {
            tell(
                findings,
                rewrite,
                to,
                "it is the recovery region, and the plan puts it in the primary's place",
                "",
            );
        }
    }
    for token in &index.contradicted {
        let Some(rewrite) = rewrites.iter().find(|rewrite| rewrite.text == token.text) else { continue };
        let owner = match &token.owner {
            Owner::Object(at) => facts.objects[*at].address(),
            Owner::Observed(what) => what,
            _ => "the primary",
        };
        let placed = match &token.counterpart {
            Counterpart::Known(text) => format!("puts {text} in its place"),
            Counterpart::After(step) => format!("knows what takes its place after step {step}"),
            Counterpart::Same if names_it(facts, &token.owner) => "leaves it as it is".to_owned(),
            Counterpart::Same | Counterpart::Nobody => continue,
        };
        let Some(to) = rewrite.to.as_deref() else {
            kept.insert(rewrite.text.clone(), format!("it is {owner}'s, and the plan {placed}"));
            continue;
        };
        let instead = match &token.owner {
            Owner::Object(_) => format!(
                "; where {to} is meant, leave {owner} out: {}",
                paste::block("skip", owner, "reason = \"...\"")
            ),
            _ => String::new(),
        };
        tell(findings, rewrite, to, &format!("it is {owner}'s, and the plan {placed}"), &instead);
    }
    kept
}

/// Whether a name is the owner's own: what is part of another (the versioning of a bucket) goes by the other's name.
fn names_it(facts: &Facts<'_, '_>, owner: &Owner) -> bool {
    let Owner::Object(at) = owner else { return false };
    let unique = facts.objects[*at].entry.map(|entry| entry.unique);
    matches!(unique, Some(Uniqueness::InRegion | Uniqueness::InAccount | Uniqueness::Everywhere))
}

fn tell(findings: &mut Findings, rewrite: &Rewrite, to: &str, why: &str, instead: &str) {
    findings.add(
        "rewrite-contradicts",
        &rewrite.text,
        format!("drplan.hcl rewrites {} to {to}, {why}: one stack would use both", rewrite.text),
        format!("remove the rewrite{instead}"),
        rewrite.place.clone(),
    );
}

/// Tells what a `keep` leaves in the manifests, and the rewrites that change nothing.
pub(super) fn tell_uses(
    facts: &Facts<'_, '_>,
    kept: &BTreeMap<String, String>,
    values: &[OwnedValue],
    findings: &mut Findings,
) {
    let of_settings: Vec<&OwnedValue> =
        values.iter().filter(|value| value.kind == ValueKind::Literal).collect();
    let manifests = &facts.input.manifests;
    let place = |one: &Use| match &one.site {
        Site::File { file, line, object: Some(_), .. } if manifests.has_text(file) => {
            Some(format!("{file}:{line}"))
        }
        _ => None,
    };
    for rewrite in &facts.input.settings.rewrites {
        let uses: Vec<&Use> = of_settings
            .iter()
            .filter(|value| value.value == rewrite.text)
            .flat_map(|value| &value.uses)
            .collect();
        if rewrite.to.is_some() {
            // An image is a value of its own kind.
            let images =
                values.iter().filter(|value| value.kind == ValueKind::Image && value.value == rewrite.text);
            let uses: Vec<&Use> = uses.into_iter().chain(images.flat_map(|value| &value.uses)).collect();
            let works = uses.iter().any(|one| one.disposition == UseDisposition::Rewritten);
            let told = rewrite.text == facts.recovery;
            if !works && !told && values.iter().any(|value| value.value.contains(&rewrite.text)) {
                findings.add(
                    "rewrite-without-effect",
                    &rewrite.text,
                    format!(
                        "drplan.hcl rewrites {}, and nothing is: it stands only inside of longer values, in text that is no \
                         object, or where the plan decides",
                        rewrite.text
                    ),
                    "rewrite the whole value, or remove the block; in text, change the file; all values: \
                     `drplan show PLAN --values`",
                    rewrite.place.clone(),
                );
            }
            continue;
        }
        let Some(why) = kept.get(&rewrite.text) else { continue };
        let places: BTreeSet<String> = uses.iter().filter_map(|one| place(one)).collect();
        if places.is_empty() {
            continue;
        }
        let shown = places.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if places.len() > 3 { ", ..." } else { "" };
        findings.add(
            "rewrite-keeps",
            &rewrite.text,
            format!(
                "drplan.hcl keeps {} in {} of the manifests ({shown}{more}): {why}",
                rewrite.text,
                words::count(places.len(), "line")
            ),
            "keep the longer text that is meant, or remove the block",
            rewrite.place.clone(),
        );
    }
}
