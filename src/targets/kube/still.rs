//! Whether what was applied is still there, and still as it was applied.

use serde_json::Value;

use super::apply::get;
use super::{KubeTarget, MANAGER, going, listed, scaled};
use crate::model::rollout::taken::{Taken, taken};
use crate::model::target::kube::{KubeObject, Still};
use crate::model::target::{Mismatch, Outputs, Seen, TargetError};

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
    if others.iter().any(|one| one.field == HELD[0]) && is_scaled(target, object).await? {
        others.retain(|one| one.field != HELD[0]);
    }
    if others.is_empty() {
        return Ok(Seen::Done(Outputs::new()));
    }
    Ok(Seen::Mismatch(Mismatch {
        found: told(&others),
        choices: vec![
            "keep what is there: write it into the manifest, then plan and approve again".to_owned(),
            "or take it back by hand: kubectl apply --server-side --force-conflicts --field-manager=drplan -f FILE"
                .to_owned(),
        ],
    }))
}

/// An autoscaler's replicas are its own.
async fn is_scaled(target: &KubeTarget, object: &KubeObject) -> Result<bool, TargetError> {
    Ok(scaled::can_be(&object.reference) && target.scaled.has(&target.session, &object.reference).await?)
}

/// Fields and owners, and no value.
fn told(taken: &[Taken]) -> String {
    let one = |taken: &Taken| match &taken.by {
        Some(by) => format!("{} is {by}'s", taken.field),
        None => format!("{} is gone", taken.field),
    };
    let shown: Vec<String> = taken.iter().take(SHOWN).map(one).collect();
    let more = taken.len() - shown.len();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
