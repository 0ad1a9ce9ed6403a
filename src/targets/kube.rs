//! A Kubernetes API server as a target: server-side apply as one field manager, readiness, the release of what was held.
//!
//! Nothing is deleted or pruned. Whoever asks decides on asking again; see [`super`].

mod apply;
mod discovery;
mod fixed;
mod going;
mod listed;
mod passing;
mod pods;
mod preview;
mod ready;
mod region;
mod release;
mod restart;
mod scaled;
mod served;
mod still;
mod webhooks;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::Instant;

use super::Target;
use crate::clients::kube::refusal::{About, garbled};
use crate::clients::kube::session::Session;
use crate::model::target::kube::preview::Preview;
use crate::model::target::kube::{KubeObject, KubeRequest, ObjectRef, Scaled};
use crate::model::target::{Acted, Mark, Seen, TargetError};

/// The one field manager of all that drplan writes.
pub const MANAGER: &str = "drplan";

/// Most calls that are under way at once. Each has a connection of its own where the cluster speaks HTTP/1.1, and all are
/// answered by few processors.
pub const AT_ONCE: usize = 16;

/// One cluster.
#[derive(Debug)]
pub struct KubeTarget {
    session: Session,
    discovery: discovery::Discovery,
    scaled: scaled::Scaled,
    /// What autoscalers of the plan have, whether they are there yet or not.
    planned: HashMap<ObjectRef, Scaled>,
    /// Workloads that are to have pods.
    running: HashSet<ObjectRef>,
    listed: listed::Listed,
    /// All that a run applies, where that is known.
    expected: Option<HashSet<ObjectRef>>,
    /// When it was asked who it is, by its own clock: what it says of a time before is from before this process.
    began: OnceLock<Timestamp>,
    /// Since when something is found that is given a moment to pass: a Job that is gone by its uid, a Deployment that is paused
    /// by its label.
    found: Mutex<HashMap<String, Instant>>,
}

impl KubeTarget {
    /// The cluster that a session leads to.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self {
            session,
            discovery: discovery::Discovery::default(),
            scaled: scaled::Scaled::default(),
            planned: HashMap::new(),
            running: HashSet::new(),
            listed: listed::Listed::default(),
            expected: None,
            began: OnceLock::new(),
            found: Mutex::new(HashMap::new()),
        }
    }

    /// The same, told which objects it will be asked to apply, all of them: where there are many of a kind, one list tells
    /// which of them are as they are to be; and a webhook that none of them can bring up is not waited for.
    #[must_use]
    pub fn expecting<'o>(self, objects: impl IntoIterator<Item = &'o ObjectRef>) -> Self {
        let objects: Vec<&ObjectRef> = objects.into_iter().collect();
        let expected = Some(objects.iter().copied().cloned().collect());
        Self { listed: listed::Listed::of(objects), expected, ..self }
    }

    /// The same, told which workloads have autoscalers that it will be asked to apply.
    #[must_use]
    pub fn scaling(self, planned: impl IntoIterator<Item = (ObjectRef, Scaled)>) -> Self {
        Self { planned: planned.into_iter().collect(), ..self }
    }

    /// The same, told which workloads are to have pods: one without any is told as such.
    #[must_use]
    pub fn running(self, workloads: impl IntoIterator<Item = ObjectRef>) -> Self {
        Self { running: workloads.into_iter().collect(), ..self }
    }

    /// What tells this cluster from every other: the uid of its `kube-system`, which is made with it and never again.
    ///
    /// # Errors
    /// The API server does not answer, or does not let that be read.
    pub async fn identity(&self) -> Result<String, TargetError> {
        let system = ObjectRef {
            api_version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: "kube-system".to_owned(),
        };
        let about = About::Object(&system);
        let answer = apply::fetch(self, &system).await?;
        if let Some(at) = answer.as_ref().and_then(|answer| answer.at) {
            self.began.get_or_init(|| at);
        }
        let found = answer.map(|answer| parsed("GET", &about, &answer.body)).transpose()?;
        let uid = found.as_ref().and_then(|found| found.pointer("/metadata/uid")?.as_str());
        uid.map(str::to_owned).ok_or_else(|| garbled("GET", &about, "the namespace has no uid"))
    }

    /// The regions that its nodes say they are in; none where there are no nodes, or no cloud has labelled them.
    ///
    /// # Errors
    /// The API server does not answer, or does not let nodes be listed.
    pub async fn regions(&self) -> Result<BTreeSet<String>, TargetError> {
        region::of_nodes(self).await
    }

    /// For how long something is found that was to pass.
    fn since(&self, found: &str) -> Duration {
        let Ok(mut all) = self.found.lock() else { return Duration::MAX };
        all.entry(found.to_owned()).or_insert_with(Instant::now).elapsed()
    }

    /// What applying these objects would change, without an effect. Secrets are masked in it.
    ///
    /// # Errors
    /// The API server does not answer, or does not know who asks.
    pub async fn preview(&self, objects: &[KubeObject]) -> Result<Vec<Preview>, TargetError> {
        preview::preview(self, objects).await
    }
}

impl Target<KubeRequest> for KubeTarget {
    fn look<'a>(&'a self, request: &'a KubeRequest, _: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            match request {
                KubeRequest::Apply(object) => apply::look(self, object).await,
                KubeRequest::AwaitReady(object) => ready::look(self, object).await,
                KubeRequest::AwaitEnd(job) => passing::look(self, job).await,
                KubeRequest::Still(still) => still::look(self, still).await,
                KubeRequest::Release { object, to } => release::look(self, object, *to).await,
            }
        })
    }

    fn act<'a>(&'a self, request: &'a KubeRequest, _: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            let acted = match request {
                KubeRequest::Apply(object) => apply::apply(self, object).await,
                // There is nothing to do but to look again.
                KubeRequest::AwaitReady(_) | KubeRequest::AwaitEnd(_) | KubeRequest::Still(_) => {
                    Ok(Acted::Accepted)
                }
                KubeRequest::Release { object, to } => release::release(self, object, *to).await,
            };
            webhooks::told(self, acted).await
        })
    }
}

/// An answer as JSON.
fn parsed(verb: &str, about: &About<'_>, body: &[u8]) -> Result<Value, TargetError> {
    serde_json::from_slice(body).map_err(|_| garbled(verb, about, "the answer is no JSON"))
}
