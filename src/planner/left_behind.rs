//! Stores that do not come back are stores of the plan all the same: what is lost with them is told.

use super::dispositions::{Decided, is_aws};
use super::facts::{Facts, Object};
use super::foreign;
use super::references;
use super::stores::store_without_points;
use super::volumes;
use crate::model::types::Recovery;
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

/// Adds the stores that are blocked, and those that drplan.hcl gives up.
pub(super) fn plan_left_behind(facts: &Facts<'_, '_>, decided: &mut Decided) {
    let mut added = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at).filter(|resource| resource.deposed.is_none()) else {
            continue;
        };
        let blocked = match resource.disposition {
            Disposition::Block => true,
            Disposition::Skip => false,
            _ => continue,
        };
        let Some(order) = ways_back(facts, object).filter(|_| is_lost(facts, object)) else { continue };
        let known = decided.stores.binary_search_by(|store| store.address.as_str().cmp(object.address()));
        match (known, blocked) {
            // It had a recovery point, and what it depends on does not come back.
            (Ok(known), true) if decided.stores[known].chosen.is_some() => {
                let reason = resource.reason.clone();
                let store = &mut decided.stores[known];
                store.chosen = None;
                store.why = reason;
            }
            (Ok(_), _) => {}
            (Err(_), true) => added.push(store_without_points(
                object.address(),
                &object.name(),
                order,
                resource.reason.clone(),
            )),
            (Err(_), false) => added.extend(given_up(facts, object, resource)),
        }
    }
    if !added.is_empty() {
        decided.stores.extend(added);
        decided.stores.sort_by(|a, b| a.address.cmp(&b.address));
    }
}

/// Kinds of recovery points that a store of this type could have; `None` for what holds nothing of its own.
fn ways_back(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Vec<CandidateKind>> {
    let kinds = match object.entry.map(|entry| entry.recovery) {
        Some(Recovery::RdsInstance) if references::replica_source(object).is_some() => return None,
        Some(Recovery::RdsInstance | Recovery::RdsCluster) => super::recovery_points::DEFAULT_ORDER.to_vec(),
        Some(Recovery::Bucket) => vec![CandidateKind::ReplicaBucket],
        Some(Recovery::Secret) => vec![CandidateKind::SecretReplica],
        Some(Recovery::Repository) => vec![CandidateKind::Replicated],
        Some(Recovery::ElastiCache) => vec![CandidateKind::CacheSnapshot, CandidateKind::BackupPoint],
        Some(Recovery::Store) => vec![CandidateKind::BackupPoint],
        Some(Recovery::Create | Recovery::Share | Recovery::Traffic)
            if super::dispositions::may_hold_data(object) =>
        {
            vec![CandidateKind::BackupPoint]
        }
        None if is_aws(object) => vec![CandidateKind::BackupPoint],
        None if foreign::in_primary(facts, object).is_some() => Vec::new(),
        _ if volumes::kept_by(facts, object).is_some() => Vec::new(),
        _ => return None,
    };
    Some(kinds)
}

fn is_lost(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    object.region.as_deref().is_none_or(|region| facts.primary.is_none() || facts.is_primary(region))
        // Other providers have words of their own for a region.
        || !is_aws(object) && foreign::in_primary(facts, object).is_some()
}

/// What drplan.hcl says may go, or is not needed: nobody is surprised that it is not there.
fn given_up(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
) -> Option<PlannedStore> {
    let settings = &facts.input.settings;
    let skip = settings.skips.iter().find(|skip| facts.meant_by(&skip.address, object));
    let loss = settings.accepted_losses.iter().find(|loss| facts.meant_by(&loss.address, object));
    let why = match (skip, loss) {
        (Some(_), _) => resource.reason.clone(),
        (None, Some(loss)) => format!("loss accepted in drplan.hcl: {}", loss.reason),
        (None, None) => return None,
    };
    let store = store_without_points(object.address(), &object.name(), vec![CandidateKind::Empty], why);
    Some(store.choosing(Candidate::untimed(CandidateKind::Empty, "empty")))
}
