//! What autoscalers of the cluster scale: their replicas are theirs.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clients::kube::refusal::{About, garbled};
use crate::clients::kube::session::{Call, JSON, Session};
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

/// An autoscaler that somebody makes meanwhile is seen after this time.
const AGE: Duration = Duration::from_secs(30);

const ABOUT: About<'_> = About::Words("horizontalpodautoscalers");
const PATH: &str = "/apis/autoscaling/v2/horizontalpodautoscalers";

/// Kind, namespace and name of what is scaled.
type Targets = HashSet<(String, String, String)>;

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
        let mut seen = self.seen.lock().await;
        if seen.as_ref().is_none_or(|(at, _)| at.elapsed() > AGE) {
            *seen = Some((Instant::now(), read(session).await?));
        }
        let namespace = object.namespace.as_deref().unwrap_or("default");
        let target = (object.kind.clone(), namespace.to_owned(), object.name.clone());
        Ok(seen.as_ref().is_some_and(|(_, targets)| targets.contains(&target)))
    }
}

async fn read(session: &Session) -> Result<Targets, TargetError> {
    let call = Call { verb: "GET", about: ABOUT, path: PATH, accept: JSON, body: None };
    let answer = session.ask(&call).await?;
    let list: List = serde_json::from_slice(&answer.body)
        .map_err(|_| garbled("GET", &ABOUT, "the list of autoscalers cannot be read"))?;
    let targets = list.items.unwrap_or_default().into_iter().map(|autoscaler| {
        let Reference { kind, name } = autoscaler.spec.scale_target_ref;
        (kind, autoscaler.metadata.namespace, name)
    });
    Ok(targets.collect())
}
