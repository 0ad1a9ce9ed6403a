//! Which resource a kind is, and whether it has a namespace: asked once for each group and version.

use std::collections::HashMap;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::clients::kube::refusal::{About, found, garbled};
use crate::clients::kube::session::{Call, JSON, Session};
use crate::model::api_groups;
use crate::model::rollout::text;
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
            true => format!("{base}/namespaces/{}/{plural}", segment(namespace.unwrap_or("default"))),
            false => format!("{base}/{plural}"),
        }
    }

    /// Path of an object.
    pub(super) fn path(&self, object: &ObjectRef) -> String {
        format!("{}/{}", self.collection(object.namespace.as_deref()), segment(&object.name))
    }
}

/// What a name may have as it is in a path: whether it is a name at all the API server says.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b':').remove(b'~');

fn segment(name: &str) -> impl std::fmt::Display + '_ {
    utf8_percent_encode(name, NAME)
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
        let kinds = match read(session, object).await {
            Err(error) if error.code == TargetError::NO_KIND => {
                return Err(otherwise_served(session, object).await.unwrap_or(error));
            }
            kinds => Arc::new(kinds?),
        };
        let resource = kinds.get(&object.kind).cloned();
        known.insert(object.api_version.clone(), kinds);
        match resource {
            Some(resource) => Ok(resource),
            None => Err(otherwise_served(session, object).await.unwrap_or_else(|| unknown(object))),
        }
    }
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    #[serde(rename = "groupVersion")]
    api_version: String,
}

/// That the cluster has the kind in other versions alone. Its definition has the last word: what it serves by now comes in a
/// moment. `None` where that is not so, or not known.
async fn otherwise_served(session: &Session, object: &ObjectRef) -> Option<TargetError> {
    let (group, version) = object.api_version.split_once('/')?;
    let words = format!("versions of {group}");
    let about = About::Words(&words);
    let path = format!("/apis/{group}");
    let answer =
        session.ask(&Call { verb: "GET", about, path: &path, accept: JSON, body: None }).await.ok()?;
    let listed: Group = serde_json::from_slice(&answer.body).ok()?;
    let (mut others, mut plural) = (Vec::new(), None);
    for other in listed.versions.into_iter().filter(|other| other.api_version != object.api_version) {
        let asked = ObjectRef { api_version: other.api_version.clone(), ..object.clone() };
        if let Some(resource) = read(session, &asked).await.ok()?.remove(&object.kind) {
            plural = Some(resource.plural);
            others.push(other.api_version);
        }
    }
    let path = format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{}.{group}", plural?);
    let words = format!("the definition of {}", object.kind);
    let about = About::Words(&words);
    match session.ask(&Call { verb: "GET", about, path: &path, accept: JSON, body: None }).await {
        Ok(answer) => {
            let definition: Value = serde_json::from_slice(&answer.body).ok()?;
            let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
            let is_this = |one: &Value| text(one, "/name") == version;
            let is_served = |one: &Value| one.get("served").and_then(Value::as_bool) == Some(true);
            if versions.into_iter().flatten().any(|one| is_this(one) && is_served(one)) {
                return None;
            }
        }
        // One that an API server of its own serves.
        Err(error) if error.status == Some(404) => {}
        Err(_) => return None,
    }
    let message = format!(
        "the cluster serves {} of {}, and not {}: no wait brings it",
        object.kind,
        others.join(", "),
        object.api_version
    );
    Some(found("GET", &About::Object(object), TargetError::NOT_SERVED, message))
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
