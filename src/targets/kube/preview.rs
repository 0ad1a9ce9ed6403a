//! What applying would change, asked of the API server without an effect.

use std::collections::{BTreeMap, HashMap};

use futures_util::StreamExt as _;
use serde_json::Value;

use super::apply::{How, get, patch, without_scaled};
use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, JSON};
use crate::model::target::TargetError;
use crate::model::target::kube::preview::{Outcome, Preview, compare};
use crate::model::target::kube::{KubeObject, ObjectRef};

/// As many as are under way at once: what an API server answers without making anybody wait.
const AT_ONCE: usize = 16;
/// From so many of one kind in one namespace on, one list is less work than a request for each.
const LISTED: usize = 8;
/// Most that a list brings; what is not in it is asked for by its name.
const PAGE: usize = 500;

/// What becomes of each object, in the order given.
///
/// # Errors
/// The API server does not answer, or does not know who asks: what is true of one object is told of it.
pub(super) async fn preview(
    target: &KubeTarget,
    objects: &[KubeObject],
) -> Result<Vec<Preview>, TargetError> {
    let known = &listed(target, objects).await?;
    let previews = futures_util::stream::iter(objects).map(|object| async move {
        let outcome = match outcome(target, object, known).await {
            Err(error) if error.code == TargetError::NO_KIND => Outcome::Later(error.message),
            Err(error) if error.code == TargetError::NOT_SERVED => Outcome::Refused(error.message),
            Err(error) if error.status == Some(404) => {
                Outcome::Later(format!("its namespace is not there yet: {}", error.message))
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

/// Objects that are there, of kinds of which many are asked for.
async fn listed(
    target: &KubeTarget,
    objects: &[KubeObject],
) -> Result<HashMap<ObjectRef, Value>, TargetError> {
    let mut kinds: BTreeMap<(&str, &str, Option<&str>), Vec<&ObjectRef>> = BTreeMap::new();
    for KubeObject { reference, .. } in objects {
        let ObjectRef { api_version, kind, namespace, name: _ } = reference;
        kinds.entry((api_version, kind, namespace.as_deref())).or_default().push(reference);
    }
    let mut known = HashMap::new();
    for ((_, kind, namespace), asked) in kinds.iter().filter(|(_, asked)| asked.len() >= LISTED) {
        let Some(first) = asked.first() else { continue };
        // What is not known yet is told of each object.
        let Ok(resource) = target.discovery.resource(&target.session, first).await else { continue };
        let path = format!("{}?limit={PAGE}", resource.collection(*namespace));
        let words = format!("list of {kind}");
        let about = About::Words(&words);
        let call = Call { verb: "GET", about, path: &path, accept: JSON, body: None };
        // Who may not list may still read one by one.
        let Ok(answer) = target.session.ask(&call).await else { continue };
        let mut list = parsed("GET", &about, &answer.body)?;
        let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) else { continue };
        let mut by_name: HashMap<String, Value> = items
            .into_iter()
            .filter_map(|item| Some((item.pointer("/metadata/name")?.as_str()?.to_owned(), item)))
            .collect();
        for reference in asked {
            let Some(mut item) = by_name.remove(&reference.name) else { continue };
            // Items of a list do not say their kind.
            if let Some(entries) = item.as_object_mut() {
                entries.insert("apiVersion".to_owned(), reference.api_version.as_str().into());
                entries.insert("kind".to_owned(), reference.kind.as_str().into());
            }
            known.insert((*reference).clone(), item);
        }
    }
    Ok(known)
}

async fn outcome(
    target: &KubeTarget,
    object: &KubeObject,
    known: &HashMap<ObjectRef, Value>,
) -> Result<Outcome, TargetError> {
    let about = About::Object(&object.reference);
    let live = match known.get(&object.reference) {
        Some(live) => Some(live.clone()),
        None => get(target, &object.reference).await?,
    };
    let Some(live) = live else {
        // Whether it would be let in is asked all the same.
        return ask(target, object).await.map(|_| Outcome::Create);
    };
    let after = ask(target, object).await?;
    Ok(compare(live, parsed("PATCH", &about, &after)?))
}

async fn ask(target: &KubeTarget, object: &KubeObject) -> Result<Vec<u8>, TargetError> {
    let owned = without_scaled(target, object).await?;
    let body = owned.as_deref().unwrap_or(object.body.expose());
    let how = |force: bool| How { force, dry_run: true };
    let force = target.forced.contains(&object.reference);
    let answer = match patch(target, &object.reference, body, how(force), JSON).await {
        Err(error) if crate::clients::kube::refusal::is_own_conflict(&error, super::MANAGER) => {
            patch(target, &object.reference, body, how(true), JSON).await?
        }
        answer => answer?,
    };
    Ok(answer.body)
}
