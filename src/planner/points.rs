//! Recovery points of stores that have no rule of their own: snapshots of caches, copies of AWS Backup. The newest
//! usable is taken.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::facts::{Facts, Object};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};

/// A recovery point as the inventory has it.
pub(super) struct Point<'i> {
    pub(super) id: &'i str,
    pub(super) data_at: Timestamp,
    pub(super) ruled_out: Option<String>,
}

/// A store with its points, newest usable first; `None` where there are none.
pub(super) fn plan_points<'i>(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    kind: CandidateKind,
    points: impl Iterator<Item = Point<'i>>,
) -> Option<PlannedStore> {
    let mut candidates: Vec<Candidate> = points
        .map(|point| {
            let to_come = facts.is_to_come(point.data_at);
            let mut candidate = Candidate {
                kind,
                id: point.id.to_owned(),
                data_at: Some(point.data_at),
                loss_seconds: to_come.is_none().then(|| facts.age(point.data_at)),
                restore_p50_seconds: None,
                restore_p90_seconds: None,
                ruled_out: point.ruled_out.or(to_come),
            };
            facts.hold_to(&mut candidate, None);
            candidate
        })
        .collect();
    candidates.sort_by_key(|candidate| {
        (candidate.ruled_out.is_some(), Reverse(candidate.data_at), Reverse(candidate.id.clone()))
    });
    let first = candidates.first()?;
    let chosen = first.ruled_out.is_none().then(|| first.id.clone());
    let as_of = facts.as_of().map(|as_of| format!(", {as_of}")).unwrap_or_default();
    let why = match &first.ruled_out {
        None => format!("{}, found by the inventory{as_of}", kind.as_str()),
        Some(why) => format!("{} {}: {why}{as_of}", kind.as_str(), first.id),
    };
    Some(PlannedStore {
        address: object.address().to_owned(),
        name: object.name(),
        rule: Rule { order: vec![kind], max_age_seconds: None, classes: Vec::new() },
        candidates,
        chosen,
        why,
    })
}

/// What keeps a point from being used, where its status is not the one that it must have.
pub(super) fn status_problem(status: &str, usable: &str) -> Option<String> {
    (status != usable).then(|| format!("its status is {status}"))
}
