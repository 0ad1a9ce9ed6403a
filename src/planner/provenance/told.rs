//! What is told of values in the state that nobody can place.

use super::super::facts::Facts;
use super::super::findings::Findings;
use super::tokens::{Owner, Token};
use crate::model::paste;

pub(super) fn report(
    facts: &Facts<'_, '_>,
    token: &Token<'_>,
    label: &str,
    pointer: &str,
    findings: &mut Findings,
) {
    let first = match &token.owner {
        Owner::Object(at) => format!("bring {} back", facts.objects[*at].address()),
        // Its zones are in no input but the inventory.
        _ if facts.inventory().is_none_or(|inventory| inventory.zones.is_none()) => {
            let region = facts.recovery;
            format!("record what is in {region}: `drplan inventory {region} -o {}`", facts.inventory_file())
        }
        _ => "bring its owner back".to_owned(),
    };
    findings.add(
        "literal-unplaced",
        label,
        format!(
            "{} \"{}\" of the primary stands in {pointer}, and what it becomes is unknown",
            token.kind.as_str(),
            token.text
        ),
        format!("{first}, or name what it becomes: {}", paste::block("rewrite", &token.text, "to = \"...\"")),
        None,
    );
}

/// One finding for all places of an id: a network of another stack stands in everything that lies in it.
pub(super) fn report_unowned(
    facts: &Facts<'_, '_>,
    token: &Token<'_>,
    places: &[String],
    findings: &mut Findings,
) {
    let shown = places.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match places.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {more} more places"),
    };
    findings.add(
        "id-unplaced",
        token.text.to_string(),
        format!(
            "\"{}\" is of {} and no resource of the state owns it; it stands in {shown}{more}, which AWS would refuse \
             in {}",
            token.text,
            facts.primary.as_deref().unwrap_or_default(),
            facts.recovery
        ),
        format!(
            "recover what owns it first, and name what it becomes: {}",
            paste::block("rewrite", &token.text, "to = \"...\"")
        ),
        None,
    );
}
