//! What applying would change, asked of the API server without an effect.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use serde_json::Value;

use super::apply::{get, is_applied_to, patch, without_scaled};
use super::going::is_going;
use super::{AT_ONCE, KubeTarget, listed, parsed, scaled, webhooks};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::JSON;
use crate::model::target::TargetError;
use crate::model::target::kube::preview::{Outcome, Preview, compare};
use crate::model::target::kube::{KubeObject, ObjectRef};

/// What becomes of each object, in the order given.
///
/// # Errors
/// The API server does not answer, or does not know who asks: what is true of one object is told of it.
pub(super) async fn preview(
    target: &KubeTarget,
    objects: &[KubeObject],
) -> Result<Vec<Preview>, TargetError> {
    let known = &listed::all(target, objects.iter().map(|object| &object.reference)).await;
    let previews = futures_util::stream::iter(objects).map(|object| async move {
        let outcome = match webhooks::told(target, outcome(target, object, known).await).await {
            Err(error) if error.code == TargetError::NO_KIND => Outcome::Later(error.message),
            Err(error) if error.code == TargetError::TERMINATING => Outcome::Later(
                "its namespace is being deleted: a run waits until that is gone, and makes both anew"
                    .to_owned(),
            ),
            Err(error)
                if [TargetError::NOT_SERVED, TargetError::WEBHOOK_UNSERVED, "Invalid"]
                    .contains(&error.code.as_str()) =>
            {
                Outcome::Refused(error.message)
            }
            Err(error) if error.status == Some(404) => {
                Outcome::Later("its namespace is not there yet".to_owned())
            }
            Err(error) if error.code == TargetError::WEBHOOK => Outcome::Later(error.message),
            Err(error)
                if error
                    .status
                    .is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 429)) =>
            {
                Outcome::Refused(error.message)
            }
            outcome => outcome?,
        };
        Ok(Preview { object: object.reference.clone(), outcome })
    });
    let previews: Vec<Result<Preview, TargetError>> = previews.buffered(AT_ONCE).collect().await;
    previews.into_iter().collect()
}

const GOING: &str = "it is being deleted: a run waits until it is gone, and makes it anew";

async fn outcome(
    target: &KubeTarget,
    object: &KubeObject,
    known: &HashMap<ObjectRef, Value>,
) -> Result<Outcome, TargetError> {
    let live = match known.get(&object.reference) {
        Some(live) if is_going(live) => return Ok(Outcome::Later(GOING.to_owned())),
        Some(live) if is_applied_to(target, object, live).await? => return Ok(Outcome::Unchanged),
        Some(live) => Some(live.clone()),
        None => get(target, &object.reference).await?,
    };
    if live.as_ref().is_some_and(is_going) {
        return Ok(Outcome::Later(GOING.to_owned()));
    }
    let Some(live) = live else {
        // Whether it would be let in is asked all the same.
        return ask(target, object).await.map(|_| Outcome::Create);
    };
    dry(target, object, live).await
}

/// What an apply would change of an object that is there.
pub(super) async fn dry(
    target: &KubeTarget,
    object: &KubeObject,
    live: Value,
) -> Result<Outcome, TargetError> {
    let after = ask(target, object).await?;
    let mut after = parsed("PATCH", &About::Object(&object.reference), &after)?;
    // It is brought up beside its apply.
    if let Some(first) = scaled::from_none(target, object, &live).await?
        && let Some(spec) = after.get_mut("spec").and_then(Value::as_object_mut)
    {
        spec.insert("replicas".to_owned(), first.into());
    }
    Ok(compare(live, after))
}

async fn ask(target: &KubeTarget, object: &KubeObject) -> Result<Vec<u8>, TargetError> {
    let owned = without_scaled(target, object).await?;
    let body = owned.as_deref().unwrap_or(object.body.expose());
    Ok(patch(target, &object.reference, body, true, JSON).await?.body)
}
