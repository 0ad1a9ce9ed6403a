//! Jobs that their own `ttlSecondsAfterFinished` takes away: one that was applied is not made a second time, and its end is
//! told by its events where it is gone before it was seen.

use std::time::Duration;

use serde_json::{Value, json};

use super::apply::get;
use super::{KubeTarget, going, pods, ready};
use crate::clients::kube::refusal::{About, found};
use crate::model::rollout::jobs::{self, End};
use crate::model::rollout::text;
use crate::model::target::kube::{KubeObject, ObjectRef, Passing, UID};
use crate::model::target::{Outputs, Progress, Seen, TargetError};

const AGAIN: Duration = Duration::from_secs(1);
/// Its controller sends an event after it has written the end, by which it is taken away.
const LATE: Duration = Duration::from_secs(5);

/// What such a Job leaves: by what its events are found when it is gone.
pub(super) fn left(object: &ObjectRef, live: &Value) -> Outputs {
    let uid = text(live, "/metadata/uid");
    if uid.is_empty() || !jobs::passes(&object.kind, object.group(), live) {
        return Outputs::new();
    }
    Outputs::from([(UID.to_owned(), uid.to_owned())])
}

/// What is to be known before such a Job is applied by another attempt: the one before may have made it, and it may have
/// ended since. `None` where it may be applied.
///
/// # Errors
/// It was there and is gone, or nobody can say any more whether it was there; it cannot be read.
pub(super) async fn look_before(
    target: &KubeTarget,
    object: &KubeObject,
) -> Result<Option<Seen>, TargetError> {
    let Some(tried) = object.begun else { return Ok(None) };
    let reference = &object.reference;
    if !object.passes() {
        return Ok(None);
    }
    if let Some(live) = get(target, reference).await? {
        // With its pods on their way out, too: it has ended.
        let is_ours = going::is_going(&live) && jobs::of_object(&live).is_some();
        return Ok(is_ours.then(|| Seen::Done(left(reference, &live))));
    }
    let why = match pods::events_of_name(target, reference).await {
        Ok(events) if jobs::any_since(&events, tried.since) => {
            "an earlier attempt of this run had made it, as its events say, and it is gone".to_owned()
        }
        Ok(_) if tried.open && jobs::is_forgotten(tried.since, tried.now) => {
            "a process of this run was ended while it was applied, and no event is kept for so long: it may have been made, \
             have ended and have been taken away"
                .to_owned()
        }
        Ok(_) => return Ok(None),
        Err(error) => format!(
            "an earlier attempt of this run may have made it, it is not there, and its events cannot be read ({})",
            error.message
        ),
    };
    Err(gone(reference, &why))
}

/// Whether such a Job has ended.
pub(super) async fn look(target: &KubeTarget, job: &Passing) -> Result<Seen, TargetError> {
    let object = &job.object;
    if let Some(live) = get(target, object).await? {
        return match jobs::of_object(&live) {
            Some(End::Complete) => Ok(Seen::Done(Outputs::new())),
            _ => ready::look(target, object).await,
        };
    }
    if job.ended {
        return Ok(Seen::Done(Outputs::new()));
    }
    let Some(uid) = &job.uid else {
        return Err(gone(object, "it is gone before its end was seen"));
    };
    let events = pods::events(target, &named(object, uid)).await;
    let why = match events.as_deref().map(jobs::of_events) {
        Ok(Some(End::Complete)) => return Ok(Seen::Done(Outputs::new())),
        Ok(Some(End::Failed(why))) => format!("it has failed ({why}), and was taken away since"),
        Ok(None) if target.since(uid) >= LATE => {
            "it is gone before its end was seen, and no event of it says whether it has ended".to_owned()
        }
        Ok(None) => {
            let status = "it is gone: its events are looked for".to_owned();
            return Ok(Seen::Underway(Progress { status, again_in: Some(AGAIN) }));
        }
        Err(error) => {
            format!("it is gone before its end was seen, and its events cannot be read ({})", error.message)
        }
    };
    Err(gone(object, &why))
}

fn named(object: &ObjectRef, uid: &str) -> Value {
    let namespace = object.namespace.as_deref().unwrap_or("default");
    json!({ "kind": object.kind, "metadata": { "namespace": namespace, "name": object.name, "uid": uid } })
}

fn gone(object: &ObjectRef, why: &str) -> TargetError {
    let message = format!(
        "{why}. It has ttlSecondsAfterFinished, and is not run a second time without a decision: it may have done its work"
    );
    found("GET", &About::Object(object), TargetError::PASSED, message)
}
