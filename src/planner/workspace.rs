//! What the recovery workspace's own state holds already: an earlier recovery or rehearsal made it, or a warm standby.

use super::dispositions::{accepted_loss, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::stores::Outcome;
use crate::model::types::{HoldsData, Recovery};
use crate::plan::resource::{Disposition, Engine};

/// Decides about an object whose address is in the recovery workspace; `None` where it is not, or where the rules of
/// its type look for better evidence (a bucket's replication, a secret's replica, a key's counterpart).
pub(super) fn decide_in_workspace(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    recovery: Recovery,
    findings: &mut Findings,
) -> Option<Outcome> {
    let workspace = facts.inventory()?.workspace.as_ref()?;
    if !facts.in_workspace.contains(object.address()) {
        return None;
    }
    let there = format!("already in workspace {} of the recovery", workspace.name);
    let adopted = || Some(fate(Disposition::Adopt, Engine::None, there.clone()).with(object.address()));
    // An instance may hold data, or may be one of many; what is there is not made anew.
    let holds_data = object.entry.is_some_and(|entry| entry.data == HoldsData::Yes);
    if !holds_data {
        return if recovery == Recovery::Key { None } else { adopted().map(Outcome::from) };
    }
    if !matches!(
        recovery,
        Recovery::RdsInstance | Recovery::RdsCluster | Recovery::ElastiCache | Recovery::Store
    ) {
        return None;
    }
    if let Some(accepted) = accepted_loss(facts, object) {
        return Some(Outcome { fate: adopted()?, store: accepted.store });
    }
    findings.add(
        "store-origin-unknown",
        object.address(),
        format!(
            "{} is {there}, and nothing tells what data is in it: it may be empty, or of an earlier rehearsal",
            object.address()
        ),
        format!(
            "take it out of that workspace, so that it is restored (terraform state rm '{0}', and delete what is \
             there); or accept what it holds: accept_loss \"{0}\" {{ reason = \"...\" }}",
            object.address()
        ),
        facts.place_in_code(object),
    );
    let reason = format!("holds data, and it is {there}, of unknown origin");
    Some(fate(Disposition::Block, Engine::Exclude, reason).into())
}
