//! Server-side apply: one request for an object, whatever is there.
//!
//! It is the same whether it is asked for once or twice, and the API server compares: what is there is looked at before only
//! where one list tells it of many, and for what pods read: who has read what is there until now restarts.

use serde_json::Value;

use super::restart::{self, Before};
use super::{KubeTarget, MANAGER, fixed, going, listed, parsed, passing, scaled};
use crate::clients::kube::refusal::{About, garbled, is_own_conflict};
use crate::clients::kube::session::{Answer, Call, JSON, METADATA_OF_ONE};
use crate::model::rollout::applied::is_applied;
use crate::model::rollout::owners;
use crate::model::target::kube::{KubeObject, ObjectRef};
use crate::model::target::{Acted, Seen, TargetError};

/// JSON is YAML.
const APPLY: &str = "application/apply-patch+yaml";

/// What a request answers that has made the object.
const CREATED: u16 = 201;

/// Of a request to apply.
#[derive(Clone, Copy, Debug, Default)]
struct How {
    force: bool,
    dry_run: bool,
}

/// Where a list tells that an object is as it would be applied, there is nothing to do. Of what the attempt before this one
/// changed, and of pods that are to read anew, it tells nothing.
pub(super) async fn look(target: &KubeTarget, object: &KubeObject) -> Result<Seen, TargetError> {
    if let Some(seen) = passing::look_before(target, object).await? {
        return Ok(seen);
    }
    going::check(target, object).await?;
    if object.tried || !object.reread.is_empty() {
        return Ok(Seen::Ready);
    }
    let Some((objects, name)) = listed::known(target, &object.reference).await else {
        return Ok(Seen::Ready);
    };
    let Some(live) = objects.get(&name) else { return Ok(Seen::Ready) };
    let is_applied = is_applied_to(target, object, live).await?;
    Ok(if is_applied { Seen::Done(passing::left(&object.reference, live)) } else { Seen::Ready })
}

/// Whether applying an object would change nothing.
pub(super) async fn is_applied_to(
    target: &KubeTarget,
    object: &KubeObject,
    live: &Value,
) -> Result<bool, TargetError> {
    let owned = without_scaled(target, object).await?;
    let body = owned.as_deref().unwrap_or(object.body.expose());
    if !serde_json::from_str::<Value>(body).is_ok_and(|body| is_applied(live, &body, MANAGER)) {
        return Ok(false);
    }
    Ok(scaled::from_none(target, object, live).await?.is_none())
}

pub(super) async fn apply(target: &KubeTarget, object: &KubeObject) -> Result<Acted, TargetError> {
    let before = restart::before(target, object).await?;
    // Values are compared with those that the server has now: what it made of `stringData`, for one.
    let is_job = object.reference.kind == "Job";
    let accept = if is_job || matches!(before, Before::Values(_)) { JSON } else { METADATA_OF_ONE };
    let mut owned = without_scaled(target, object).await?;
    let body = owned.as_deref().unwrap_or(object.body.expose());
    let answer = match patch(target, &object.reference, body, false, accept).await {
        // Its autoscaler may have scaled it since they were read.
        Err(error) if error.code == TargetError::FIELD_CONFLICT && owned.is_some() => {
            owned = without_scaled(target, object).await?;
            let body = owned.as_deref().unwrap_or(object.body.expose());
            patch(target, &object.reference, body, false, accept).await?
        }
        answer => answer?,
    };
    going::applied(&object.reference, &answer.body)?;
    if answer.status == CREATED && scaled::can_be(&object.reference) {
        let left_out = owned.as_ref().and_then(|_| replicas(object.body.expose()));
        scaled::bring_up(target, &object.reference, left_out).await?;
    } else {
        scaled::bring_up_from_none(target, object).await?;
    }
    if is_job {
        let live = parsed("PATCH", &About::Object(&object.reference), &answer.body)?;
        return Ok(Acted::Done(passing::left(&object.reference, &live)));
    }
    restart::after(target, object, before, &answer.body).await.map(Acted::Done)
}

/// Fields of others stay theirs. What drplan let go of is its own, under the same name but by another kind of request.
pub(super) async fn patch(
    target: &KubeTarget,
    object: &ObjectRef,
    body: &str,
    dry_run: bool,
    accept: &'static str,
) -> Result<Answer, TargetError> {
    let how = How { force: false, dry_run };
    match send(target, object, body, how, accept).await {
        Err(error) if is_own_conflict(&error, MANAGER) => {
            send(target, object, body, How { force: true, ..how }, accept).await
        }
        Err(error) if error.code == TargetError::IMMUTABLE => {
            Err(fixed::named(target, object, body, error).await)
        }
        answer => answer,
    }
}

async fn send(
    target: &KubeTarget,
    object: &ObjectRef,
    body: &str,
    how: How,
    accept: &'static str,
) -> Result<Answer, TargetError> {
    let resource = target.discovery.resource(&target.session, object).await?;
    let force = if how.force { "&force=true" } else { "" };
    let dry_run = if how.dry_run { "&dryRun=All" } else { "" };
    // A body that was serialized has no key twice, and an apply refuses fields that the schema lacks by itself: validation
    // would only have the API server read it a second time.
    let path =
        format!("{}?fieldManager={MANAGER}&fieldValidation=Ignore{force}{dry_run}", resource.path(object));
    let about = About::Object(object);
    let body = Some((APPLY, body.as_bytes()));
    target.session.ask(&Call { verb: "PATCH", about, path: &path, accept, body }).await
}

/// The body without `spec.replicas` where an autoscaler has them, or with those that are there as long as drplan owns them;
/// `None` where it goes as it is. Zero is a hold, and stops the autoscaler too.
/// <https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation>
pub(super) async fn without_scaled(
    target: &KubeTarget,
    object: &KubeObject,
) -> Result<Option<String>, TargetError> {
    let reference = &object.reference;
    if !scaled::can_be(reference) {
        return Ok(None);
    }
    if !target.planned.contains_key(reference) {
        let has = target.scaled.has(&target.session, reference).await;
        // Who may not list autoscalers can apply what has no replicas to take from one.
        let is_scaled =
            if object.body.expose().contains("\"replicas\"") { has? } else { has.unwrap_or_default() };
        if !is_scaled {
            return Ok(None);
        }
    }
    let about = About::Object(&object.reference);
    let unreadable = |_| garbled("PATCH", &about, "the object to apply is no JSON");
    let mut body: Value = serde_json::from_str(object.body.expose()).map_err(unreadable)?;
    let Some(spec) = body.get_mut("spec").and_then(Value::as_object_mut) else { return Ok(None) };
    let asked = spec.get("replicas").and_then(Value::as_u64);
    if asked == Some(0) {
        return Ok(None);
    }
    // What drplan has set before, it would give up by leaving it out, and the API server would put 1 there.
    match held_replicas(target, &object.reference).await? {
        Some(live) => spec.insert("replicas".to_owned(), live.into()),
        None if asked.is_none() => return Ok(None),
        None => spec.remove("replicas"),
    };
    Ok(Some(body.to_string()))
}

fn replicas(body: &str) -> Option<u32> {
    let body: Value = serde_json::from_str(body).ok()?;
    u32::try_from(body.pointer("/spec/replicas")?.as_u64()?).ok()
}

/// The replicas of a live object, where drplan's applies own the field.
async fn held_replicas(target: &KubeTarget, object: &ObjectRef) -> Result<Option<u64>, TargetError> {
    let Some(live) = get(target, object).await? else { return Ok(None) };
    let ours = owners(&live, "/f:spec/f:replicas").any(|owner| owner == (MANAGER, "Apply"));
    Ok(live.pointer("/spec/replicas").and_then(Value::as_u64).filter(|_| ours))
}

/// An object; `None` where it is not there.
pub(super) async fn get(target: &KubeTarget, object: &ObjectRef) -> Result<Option<Value>, TargetError> {
    match fetch(target, object).await? {
        Some(answer) => parsed("GET", &About::Object(object), &answer.body).map(Some),
        None => Ok(None),
    }
}

/// The same with the server's clock.
pub(super) async fn fetch(target: &KubeTarget, object: &ObjectRef) -> Result<Option<Answer>, TargetError> {
    let resource = target.discovery.resource(&target.session, object).await?;
    let path = resource.path(object);
    let call = Call { verb: "GET", about: About::Object(object), path: &path, accept: JSON, body: None };
    match target.session.ask(&call).await {
        Err(error) if error.status == Some(404) => Ok(None),
        answer => answer.map(Some),
    }
}
