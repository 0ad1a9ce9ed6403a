//! Whether what was applied is still there, and still as it was applied.

use serde_json::Value;

use super::apply::get;
use super::{KubeTarget, MANAGER, going, listed, preview, scaled};
use crate::model::rollout::taken::{Now, Taken, taken};
use crate::model::target::kube::preview::Outcome;
use crate::model::target::kube::{KubeObject, Still};
use crate::model::target::{Mismatch, Outputs, Progress, Seen, TargetError};

/// Fields that are told one by one.
const SHOWN: usize = 5;
/// What a hold keeps back, and its release gives.
const HELD: [&str; 2] = [".spec.replicas", ".spec.suspend"];

pub(super) async fn look(target: &KubeTarget, still: &Still) -> Result<Seen, TargetError> {
    let object = &still.object;
    if let Some((objects, name)) = listed::known(target, &object.reference).await
        && let Some(live) = objects.get(&name)
    {
        return judge(target, still, live).await;
    }
    match get(target, &object.reference).await {
        Ok(Some(live)) => judge(target, still, &live).await,
        // Its definition is gone, and took it along.
        Err(error) if error.code == TargetError::NO_KIND => Ok(Seen::Ready),
        Ok(None) => Ok(Seen::Ready),
        Err(error) => Err(error),
    }
}

async fn judge(target: &KubeTarget, still: &Still, live: &Value) -> Result<Seen, TargetError> {
    if going::is_going(live) {
        return Ok(Seen::Ready);
    }
    let object = &still.object;
    // What cannot be read was not applied either.
    let Ok(body) = serde_json::from_str::<Value>(object.body.expose()) else {
        return Ok(Seen::Done(Outputs::new()));
    };
    let mut others = taken(live, &body, MANAGER);
    others.retain(|one| !still.held || !HELD.contains(&one.field.as_str()));
    // A number and a yes or no have one notation: whoever has written another under drplan's name has let go of it, too.
    let lost = |one: &&Taken| HELD.contains(&one.field.as_str());
    if let Some(one) = others.iter().find(lost).filter(|_| still.holds) {
        let status = format!("its hold is taken away ({})", told(std::slice::from_ref(one)));
        return Ok(Seen::Underway(Progress { status, again_in: None }));
    }
    // An autoscaler does nothing at zero: that is somebody's.
    let at_none = live.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0)
        && !target.scaled.is_from_none(&target.session, &object.reference).await;
    if !at_none && others.iter().any(|one| one.field == HELD[0]) && is_scaled(target, object).await? {
        others.retain(|one| one.field != HELD[0]);
    }
    if others.iter().any(|one| one.now == Now::Unsure) && !would_change(target, object, live).await? {
        others.retain(|one| one.now != Now::Unsure);
    }
    if others.is_empty() {
        return Ok(Seen::Done(Outputs::new()));
    }
    let argument = object.reference.kubectl();
    Ok(Seen::Mismatch(Mismatch {
        found: told(&others),
        choices: vec![
            "keep what is there: write it into the manifest, then plan and approve again".to_owned(),
            // Not by applying the file: the plan's rewrites are not in it.
            format!(
                "or take it back by hand: `kubectl edit {argument} --field-manager=drplan`, and give these fields the values of \
                 the manifest, rewritten as the plan has it (drplan show PLAN --step ID)"
            ),
        ],
    }))
}

/// Whether an apply would change what is there: the server knows which notations are the same, and what its webhooks make
/// of a value.
async fn would_change(target: &KubeTarget, object: &KubeObject, live: &Value) -> Result<bool, TargetError> {
    match preview::dry(target, object, live.clone()).await {
        Ok(outcome) => Ok(outcome != Outcome::Unchanged),
        // Who else has a field by now is told by its owners.
        Err(error) if error.code == TargetError::FIELD_CONFLICT => Ok(false),
        Err(error) => Err(error),
    }
}

/// An autoscaler's replicas are its own.
async fn is_scaled(target: &KubeTarget, object: &KubeObject) -> Result<bool, TargetError> {
    Ok(scaled::can_be(&object.reference) && target.scaled.has(&target.session, &object.reference).await?)
}

/// Fields and owners, and no value.
fn told(taken: &[Taken]) -> String {
    let one = |taken: &Taken| match &taken.now {
        Now::Of(by) => format!("{} is {by}'s", taken.field),
        Now::Nobodys => format!("{} has another value and no owner", taken.field),
        Now::Unsure => format!("{} has another value, written under drplan's name", taken.field),
        Now::Gone => format!("{} is gone", taken.field),
    };
    let shown: Vec<String> = taken.iter().take(SHOWN).map(one).collect();
    let more = taken.len() - shown.len();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
