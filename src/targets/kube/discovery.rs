//! Which resource a kind is, and whether it has a namespace: asked once for each group and version.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::Mutex;

use crate::clients::kube::refusal::{About, found, garbled};
use crate::clients::kube::session::{Call, JSON, Session};
use crate::model::api_groups;
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

/// What the path of an object is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// `/apis/apps/v1`.
    base: String,
    /// `deployments`.
    plural: String,
    namespaced: bool,
}

impl Resource {
    /// Path of the collection that an object is in.
    pub(super) fn collection(&self, namespace: Option<&str>) -> String {
        let Self { base, plural, namespaced } = self;
        match namespaced {
            // What a kubeconfig without a namespace means.
            true => format!("{base}/namespaces/{}/{plural}", namespace.unwrap_or("default")),
            false => format!("{base}/{plural}"),
        }
    }

    /// Path of an object.
    pub(super) fn path(&self, object: &ObjectRef) -> String {
        format!("{}/{}", self.collection(object.namespace.as_deref()), object.name)
    }
}

/// Kinds of one group and version.
type Kinds = Arc<HashMap<String, Resource>>;

/// What was asked already.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    known: Mutex<HashMap<String, Kinds>>,
}

#[derive(Deserialize)]
struct ResourceList {
    #[serde(default)]
    resources: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    kind: String,
    namespaced: bool,
}

impl Discovery {
    /// The resource of an object's kind. A kind that is not known is asked for again: its definition may have come since.
    ///
    /// # Errors
    /// No answer, [`TargetError::NO_KIND`] or [`TargetError::NOT_SERVED`].
    pub(super) async fn resource(
        &self,
        session: &Session,
        object: &ObjectRef,
    ) -> Result<Resource, TargetError> {
        // Held while it is asked: of many that want the same, one asks.
        let mut known = self.known.lock().await;
        if let Some(found) = known.get(&object.api_version).and_then(|kinds| kinds.get(&object.kind)) {
            return Ok(found.clone());
        }
        let kinds = Arc::new(read(session, object).await?);
        let resource = kinds.get(&object.kind).cloned();
        known.insert(object.api_version.clone(), kinds);
        resource.ok_or_else(|| unknown(object))
    }
}

fn unknown(object: &ObjectRef) -> TargetError {
    let ObjectRef { api_version, kind, .. } = object;
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    if api_groups::is_own(group) {
        let message = format!(
            "the cluster's version of Kubernetes has no kind {kind} in {api_version}: it was removed, or comes with a later one"
        );
        return found("GET", &About::Object(object), TargetError::NOT_SERVED, message);
    }
    let message = format!(
        "the cluster has no kind {kind} in {api_version}: its definition must be applied and established before, or the \
         manifest names a version that this cluster does not serve"
    );
    found("GET", &About::Object(object), TargetError::NO_KIND, message)
}

async fn read(session: &Session, object: &ObjectRef) -> Result<HashMap<String, Resource>, TargetError> {
    let version = &object.api_version;
    let sound =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if version.split('/').count() > 2 || !version.split('/').all(sound) {
        return Err(unknown(object));
    }
    let base = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
    let words = format!("kinds of {version}");
    let about = About::Words(&words);
    let answer = match session.ask(&Call { verb: "GET", about, path: &base, accept: JSON, body: None }).await
    {
        Err(error) if error.status == Some(404) => return Err(unknown(object)),
        answer => answer?,
    };
    let list: ResourceList = serde_json::from_slice(&answer.body)
        .map_err(|_| garbled("GET", &about, "the list of kinds cannot be read"))?;
    let resources = list.resources.into_iter().filter(|listed| !listed.name.contains('/'));
    Ok(resources
        .map(|listed| {
            let resource =
                Resource { base: base.clone(), plural: listed.name, namespaced: listed.namespaced };
            (listed.kind, resource)
        })
        .collect())
}
