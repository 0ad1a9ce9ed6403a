//! What autoscalers of the cluster scale: their replicas are theirs.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::apply::get;
use super::{KubeTarget, MANAGER};
use crate::clients::kube::refusal::{About, garbled};
use crate::clients::kube::session::{Call, JSON, METADATA_OF_ONE, Session};
use crate::model::rollout::SCALES_FROM_NONE;
use crate::model::target::TargetError;
use crate::model::target::kube::{KubeObject, ObjectRef};

/// An autoscaler that somebody makes meanwhile is seen after this time.
const AGE: Duration = Duration::from_secs(30);

const ABOUT: About<'_> = About::Words("horizontalpodautoscalers");
const PATH: &str = "/apis/autoscaling/v2/horizontalpodautoscalers";

/// What changes one field only where it is as it was seen.
/// <https://www.rfc-editor.org/rfc/rfc6902#section-4.6>
const JSON_PATCH: &str = "application/json-patch+json";

/// Kind, namespace and name of what is scaled, and by what.
type Targets = HashMap<(String, String, String), By>;

/// Who scales it.
#[derive(Clone, Copy, Debug)]
struct By {
    /// The least that is left of it.
    least: u32,
    /// Whether somebody brings it up from none, too, whose autoscaler this is.
    from_none: bool,
}

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
    #[serde(default)]
    labels: HashMap<String, String>,
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
        self.by(session, object).await.map(|by| by.map(|by| by.least))
    }

    async fn by(&self, session: &Session, object: &ObjectRef) -> Result<Option<By>, TargetError> {
        let mut seen = self.seen.lock().await;
        if seen.as_ref().is_none_or(|(at, _)| at.elapsed() > AGE) {
            *seen = Some((Instant::now(), read(session).await?));
        }
        let namespace = object.namespace.as_deref().unwrap_or("default");
        let target = (object.kind.clone(), namespace.to_owned(), object.name.clone());
        Ok(seen.as_ref().and_then(|(_, targets)| targets.get(&target)).copied())
    }

    /// Whether somebody brings it up from none.
    pub(super) async fn is_from_none(&self, session: &Session, object: &ObjectRef) -> bool {
        self.by(session, object).await.is_ok_and(|by| by.is_some_and(|by| by.from_none))
    }
}

async fn read(session: &Session) -> Result<Targets, TargetError> {
    let call = Call { verb: "GET", about: ABOUT, path: PATH, accept: JSON, body: None };
    let answer = session.ask(&call).await?;
    let list: List = serde_json::from_slice(&answer.body)
        .map_err(|_| garbled("GET", &ABOUT, "the list of autoscalers cannot be read"))?;
    let targets = list.items.unwrap_or_default().into_iter().map(|autoscaler| {
        let Spec { min_replicas, scale_target_ref: Reference { kind, name } } = autoscaler.spec;
        let Metadata { namespace, labels } = autoscaler.metadata;
        let from_none = labels.get("app.kubernetes.io/managed-by").is_some_and(|by| by == SCALES_FROM_NONE);
        ((kind, namespace, name), By { least: min_replicas.unwrap_or(1), from_none })
    });
    Ok(targets.collect())
}

/// The replicas with which a workload comes up that has an autoscaler: those of its manifest, or its autoscaler's least.
///
/// # Errors
/// The autoscalers cannot be listed.
pub(super) async fn first(
    target: &KubeTarget,
    object: &ObjectRef,
    manifest: Option<u32>,
) -> Result<Option<u32>, TargetError> {
    let planned = target.planned.get(object).map(|scaled| scaled.first);
    let least = match planned {
        Some(_) => planned,
        None => target.scaled.least(&target.session, object).await?,
    };
    Ok(least.max(manifest))
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
    if planned.is_none() && left_out.is_none() {
        return Ok(());
    }
    match first(target, object, left_out).await? {
        Some(first) if first > 1 => scale(target, object, 1, first).await,
        _ => Ok(()),
    }
}

/// What a workload at none is brought up with, where its autoscaler does nothing: zero stops it.
/// <https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation>
///
/// # Errors
/// The autoscalers cannot be listed.
pub(super) async fn from_none(
    target: &KubeTarget,
    object: &KubeObject,
    live: &Value,
) -> Result<Option<u32>, TargetError> {
    let reference = &object.reference;
    if live.pointer("/spec/replicas").and_then(Value::as_u64) != Some(0) || !is_scaled(target, object).await {
        return Ok(None);
    }
    let manifest = manifest_replicas(object);
    if manifest == Some(0) || target.scaled.is_from_none(&target.session, reference).await {
        return Ok(None);
    }
    Ok(first(target, reference, manifest).await?.filter(|first| *first > 0))
}

/// Brings up what was there at none. Nothing of it is applied, so that no later apply takes it back, and as an autoscaler
/// does it, whoever has set it before.
///
/// # Errors
/// The API server does not do it.
pub(super) async fn bring_up_from_none(target: &KubeTarget, object: &KubeObject) -> Result<(), TargetError> {
    if !is_scaled(target, object).await || manifest_replicas(object) == Some(0) {
        return Ok(());
    }
    let Some(live) = get(target, &object.reference).await? else { return Ok(()) };
    match from_none(target, object, &live).await? {
        Some(first) => scale(target, &object.reference, 0, first).await,
        None => Ok(()),
    }
}

/// Whether an autoscaler of the plan or of the cluster has it; who may not list them knows of those of the plan.
async fn is_scaled(target: &KubeTarget, object: &KubeObject) -> bool {
    let reference = &object.reference;
    can_be(reference)
        && (target.planned.contains_key(reference)
            || target.scaled.has(&target.session, reference).await.unwrap_or_default())
}

fn manifest_replicas(object: &KubeObject) -> Option<u32> {
    let body = object.body.expose();
    if !body.contains("\"replicas\"") {
        return None;
    }
    let body: Value = serde_json::from_str(body).ok()?;
    u32::try_from(body.pointer("/spec/replicas")?.as_u64()?).ok()
}

/// Changes the replicas where they are as they were seen.
async fn scale(target: &KubeTarget, object: &ObjectRef, from: u32, to: u32) -> Result<(), TargetError> {
    let resource = target.discovery.resource(&target.session, object).await?;
    let path = format!("{}?fieldManager={MANAGER}", resource.path(object));
    let at = "/spec/replicas";
    let change =
        json!([{ "op": "test", "path": at, "value": from }, { "op": "replace", "path": at, "value": to }]);
    let body = change.to_string();
    let body = Some((JSON_PATCH, body.as_bytes()));
    let about = About::Object(object);
    let call = Call { verb: "PATCH", about, path: &path, accept: METADATA_OF_ONE, body };
    match target.session.ask(&call).await {
        Err(error) if error.status == Some(422) => Ok(()),
        answer => answer.map(drop),
    }
}

/// What is told of a workload that is to have pods, and is told by somebody to have none.
pub(super) async fn is_at_none(target: &KubeTarget, object: &ObjectRef, live: &Value) -> Option<String> {
    let none = live.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0);
    if !none || !can_be(object) || !target.running.contains(object) {
        return None;
    }
    if target.scaled.is_from_none(&target.session, object).await {
        return None;
    }
    Some(format!(
        "it has no pods: somebody has scaled it to 0. To have them: `kubectl scale {} --replicas=N`",
        object.kubectl()
    ))
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
