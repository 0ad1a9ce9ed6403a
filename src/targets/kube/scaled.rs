//! What autoscalers of the cluster scale: their replicas are theirs.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{KubeTarget, MANAGER};
use crate::clients::kube::refusal::{About, garbled};
use crate::clients::kube::session::{Call, JSON, METADATA_OF_ONE, Session};
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

/// An autoscaler that somebody makes meanwhile is seen after this time.
const AGE: Duration = Duration::from_secs(30);

const ABOUT: About<'_> = About::Words("horizontalpodautoscalers");
const PATH: &str = "/apis/autoscaling/v2/horizontalpodautoscalers";

/// What changes one field only where it is as it was seen.
/// <https://www.rfc-editor.org/rfc/rfc6902#section-4.6>
const JSON_PATCH: &str = "application/json-patch+json";

/// Kind, namespace and name of what is scaled, and the least that is left of it.
type Targets = HashMap<(String, String, String), u32>;

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Scaled {
    seen: Mutex<Option<(Instant, Targets)>>,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    items: Option<Vec<Autoscaler>>,
}

#[derive(Deserialize)]
struct Autoscaler {
    metadata: Metadata,
    spec: Spec,
}

#[derive(Deserialize)]
struct Metadata {
    namespace: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    min_replicas: Option<u32>,
    scale_target_ref: Reference,
}

#[derive(Deserialize)]
struct Reference {
    kind: String,
    name: String,
}

/// Whether an object of this kind can be scaled at all.
pub(super) fn can_be(object: &ObjectRef) -> bool {
    matches!(object.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController")
}

impl Scaled {
    /// Whether an autoscaler of the cluster has it for its target.
    ///
    /// # Errors
    /// They cannot be listed.
    pub(super) async fn has(&self, session: &Session, object: &ObjectRef) -> Result<bool, TargetError> {
        self.least(session, object).await.map(|least| least.is_some())
    }

    /// The least that an autoscaler of the cluster leaves of it; `None` where none has it for its target.
    ///
    /// # Errors
    /// As [`Scaled::has`].
    async fn least(&self, session: &Session, object: &ObjectRef) -> Result<Option<u32>, TargetError> {
        let mut seen = self.seen.lock().await;
        if seen.as_ref().is_none_or(|(at, _)| at.elapsed() > AGE) {
            *seen = Some((Instant::now(), read(session).await?));
        }
        let namespace = object.namespace.as_deref().unwrap_or("default");
        let target = (object.kind.clone(), namespace.to_owned(), object.name.clone());
        Ok(seen.as_ref().and_then(|(_, targets)| targets.get(&target)).copied())
    }
}

async fn read(session: &Session) -> Result<Targets, TargetError> {
    let call = Call { verb: "GET", about: ABOUT, path: PATH, accept: JSON, body: None };
    let answer = session.ask(&call).await?;
    let list: List = serde_json::from_slice(&answer.body)
        .map_err(|_| garbled("GET", &ABOUT, "the list of autoscalers cannot be read"))?;
    let targets = list.items.unwrap_or_default().into_iter().map(|autoscaler| {
        let Spec { min_replicas, scale_target_ref: Reference { kind, name } } = autoscaler.spec;
        ((kind, autoscaler.metadata.namespace, name), min_replicas.unwrap_or(1))
    });
    Ok(targets.collect())
}

/// Gives a workload that was just made the replicas that its autoscaler is to find. The API server has made it with one; where
/// that has changed since, it is the autoscaler's.
///
/// Nothing of it is applied, so that no later apply takes it back.
///
/// # Errors
/// The API server does not do it.
pub(super) async fn bring_up(
    target: &KubeTarget,
    object: &ObjectRef,
    left_out: Option<u32>,
) -> Result<(), TargetError> {
    let planned = target.planned.get(object).map(|scaled| scaled.first);
    let first = match (planned, left_out) {
        (None, None) => return Ok(()),
        (None, Some(_)) => target.scaled.least(&target.session, object).await?.max(left_out),
        (Some(_), _) => planned.max(left_out),
    };
    let Some(first) = first.filter(|first| *first > 1) else { return Ok(()) };
    let resource = target.discovery.resource(&target.session, object).await?;
    let path = format!("{}?fieldManager={MANAGER}", resource.path(object));
    let at = "/spec/replicas";
    let change =
        json!([{ "op": "test", "path": at, "value": 1 }, { "op": "replace", "path": at, "value": first }]);
    let body = change.to_string();
    let body = Some((JSON_PATCH, body.as_bytes()));
    let about = About::Object(object);
    let call = Call { verb: "PATCH", about, path: &path, accept: METADATA_OF_ONE, body };
    match target.session.ask(&call).await {
        Err(error) if error.status == Some(422) => Ok(()),
        answer => answer.map(drop),
    }
}

/// What a workload that is ready still lacks of what its autoscaler leaves of it at the least.
pub(super) async fn lacks(target: &KubeTarget, object: &ObjectRef, live: &Value) -> Option<String> {
    let replicas = live.pointer("/spec/replicas").and_then(Value::as_u64)?;
    // None at all is a hold, and stops the autoscaler.
    if !can_be(object) || replicas == 0 {
        return None;
    }
    let planned = target.planned.get(object).map(|scaled| scaled.least);
    // Who may not list them knows of those of the plan.
    let there = target.scaled.least(&target.session, object).await.ok().flatten();
    let least = planned.max(there)?;
    (replicas < u64::from(least))
        .then(|| format!("{replicas} of the {least} replicas that its autoscaler has at the least"))
}
