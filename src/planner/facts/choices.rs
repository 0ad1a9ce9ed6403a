//! Which region is lost, and whose account it is in.

use std::collections::BTreeMap;

use super::Object;
use crate::model::arn::Arn;
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::input::PlanningInput;
use crate::model::types::Scope;

pub(super) fn choose_primary(
    input: &PlanningInput<'_>,
    objects: &[Object<'_, '_>],
) -> Result<Option<String>, BadInput> {
    let named = input.primary.clone().or_else(|| input.settings.primary.clone());
    let primary = match named {
        Some(primary) => Some(primary),
        None => most_named(input, objects)?,
    };
    if primary.as_deref() == Some(&*input.recovery) {
        return Err(Problem::new(
            format!("{} is the primary region itself: a recovery needs another", input.recovery),
            "name another region, or the right primary with --primary",
        )
        .into());
    }
    Ok(primary)
}

/// The region that most regional, managed objects name.
fn most_named(input: &PlanningInput<'_>, objects: &[Object<'_, '_>]) -> Result<Option<String>, BadInput> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for object in objects.iter().filter(|object| object.is_managed()) {
        let regional = object.entry.is_none_or(|entry| entry.scope != Scope::Global);
        if let (Some(region), true) = (&object.region, regional) {
            *counts.entry(region).or_default() += 1;
        }
    }
    let Some(most) = counts.values().max().copied() else {
        return Ok(input.observation.as_ref().map(|observation| observation.region.clone()));
    };
    let first: Vec<&str> =
        counts.iter().filter(|(_, count)| **count == most).map(|(region, _)| *region).collect();
    match first.as_slice() {
        [region] => Ok(Some((*region).to_owned())),
        _ => Err(Problem::new(
            format!(
                "the state names {} equally often ({most} resources each): which one is lost?",
                first.join(" and ")
            ),
            format!("name it: --primary {}, or primary = \"{}\" in drplan.hcl", first[0], first[0]),
        )
        .into()),
    }
}

/// The account that answered the recordings, else the one that most ARNs of the state name.
pub(super) fn choose_account(input: &PlanningInput<'_>, objects: &[Object<'_, '_>]) -> Option<String> {
    let recorded = input
        .inventory
        .as_ref()
        .and_then(|inventory| inventory.account.clone())
        .or_else(|| input.observation.as_ref().and_then(|observation| observation.account.clone()));
    recorded.or_else(|| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for object in objects.iter().filter(|object| object.is_managed()) {
            if let Some(arn) = object.arn.as_deref().and_then(Arn::parse)
                && is_account(arn.account)
            {
                *counts.entry(arn.account).or_default() += 1;
            }
        }
        // The first of equals, so that the choice does not depend on order.
        counts
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)))
            .map(|(account, _)| (*account).to_owned())
    })
}

pub(in crate::planner) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn check_recordings(input: &PlanningInput<'_>, primary: Option<&str>) -> Result<(), BadInput> {
    let mut problems = Vec::new();
    if let Some(inventory) = &input.inventory
        && inventory.region != input.recovery
    {
        problems.push(Problem::new(
            format!("the inventory is of {}, the recovery region is {}", inventory.region, input.recovery),
            format!("record one: drplan inventory {} -o inventory.json", input.recovery),
        ));
    }
    if let (Some(observation), Some(primary)) = (&input.observation, primary)
        && observation.region != primary
    {
        problems.push(Problem::new(
            format!("the observation is of {}, the primary region is {primary}", observation.region),
            format!(
                "if {} is the region that is lost: --primary {}, or `primary` of drplan.hcl; else record {primary} \
                 while it is healthy: drplan inventory {primary} --primary -o observation.json",
                observation.region, observation.region
            ),
        ));
    }
    if let (Some(inventory), Some(observation)) = (&input.inventory, &input.observation)
        && let (Some(here), Some(there)) = (&inventory.account, &observation.account)
        && here != there
    {
        problems.push(Problem::new(
            format!("the inventory is of account {here}, the observation of account {there}"),
            "record both with the same account's credentials",
        ));
    }
    if problems.is_empty() { Ok(()) } else { Err(BadInput(problems)) }
}
