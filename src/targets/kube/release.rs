//! Lets go of what was held: one field of an object, and nothing else of it.

use serde_json::{Value, json};

use super::apply::get;
use super::{KubeTarget, MANAGER};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, METADATA_OF_ONE};
use crate::model::rollout::owners;
use crate::model::target::kube::{ObjectRef, Released};
use crate::model::target::{Acted, Mismatch, Outputs, Seen, TargetError, UNPROVEN};

/// <https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/>
const MERGE: &str = "application/merge-patch+json";

fn field(to: Released) -> (&'static str, Value) {
    match to {
        Released::Suspend(suspend) => ("suspend", suspend.into()),
        Released::Replicas(replicas) => ("replicas", replicas.into()),
    }
}

/// What is to be changed is not there.
pub(super) fn absent(object: &ObjectRef) -> Seen {
    Seen::Mismatch(Mismatch {
        found: format!("{} is not there: somebody has deleted it, or it was never applied", object.label()),
        choices: vec!["apply it again (drplan apply), then this step".to_owned()],
    })
}

pub(super) async fn look(target: &KubeTarget, object: &ObjectRef, to: Released) -> Result<Seen, TargetError> {
    let Some(live) = get(target, object).await? else { return Ok(absent(object)) };
    let (name, _) = field(to);
    let spec = live.get("spec").unwrap_or(&Value::Null);
    let done = match to {
        // What an autoscaler has made of it since is its own.
        Released::Replicas(replicas) => {
            let live = spec.get(name).and_then(Value::as_u64).unwrap_or(1);
            live == u64::from(replicas) || (replicas > 0 && live > 0)
        }
        Released::Suspend(suspend) => spec.get(name).and_then(Value::as_bool).unwrap_or_default() == suspend,
    };
    if done {
        return Ok(Seen::Done(Outputs::new()));
    }
    // Whoever has set it since holds it for a reason of their own.
    let Some(owner) = taken_by(&live, name) else { return Ok(Seen::Ready) };
    let why = format!(
        "it is not let go: {owner} has set spec.{name} since. To let it go: `kubectl edit {}`",
        object.kubectl()
    );
    Ok(Seen::Done(Outputs::from([(UNPROVEN.to_owned(), why)])))
}

/// Who owns a field of the spec, where that is not drplan.
fn taken_by<'o>(live: &'o Value, name: &str) -> Option<&'o str> {
    let owners: Vec<&str> = owners(live, &format!("/f:spec/f:{name}")).map(|(manager, _)| manager).collect();
    owners.first().copied().filter(|_| !owners.contains(&MANAGER))
}

pub(super) async fn release(
    target: &KubeTarget,
    object: &ObjectRef,
    to: Released,
) -> Result<Acted, TargetError> {
    let (name, value) = field(to);
    let mut spec = serde_json::Map::new();
    spec.insert(name.to_owned(), value);
    merge(target, object, &json!({ "spec": spec })).await
}

/// Changes some fields, as the same manager but not as an apply: the rest of what drplan applied stays its own.
pub(super) async fn merge(
    target: &KubeTarget,
    object: &ObjectRef,
    change: &Value,
) -> Result<Acted, TargetError> {
    let resource = target.discovery.resource(&target.session, object).await?;
    let path = format!("{}?fieldManager={MANAGER}", resource.path(object));
    let body = change.to_string();
    let call = Call {
        verb: "PATCH",
        about: About::Object(object),
        path: &path,
        accept: METADATA_OF_ONE,
        body: Some((MERGE, body.as_bytes())),
    };
    target.session.ask(&call).await.map(|_| Acted::Done(Outputs::new()))
}
