//! Objects of kinds of which many are asked for: one list is less work than a request for each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, JSON};
use crate::model::target::kube::ObjectRef;

/// From so many of one kind in one namespace on.
const MANY: usize = 8;
/// Most that a list brings; what is not in it is asked for by its name.
const PAGE: usize = 500;
/// How old a list may be: what others change meanwhile is not seen.
const AGE: Duration = Duration::from_secs(5);

/// `apiVersion`, kind and namespace.
type Kind = (String, String, Option<String>);
/// Objects by name.
type Objects = HashMap<String, Value>;

/// What was had of a kind, and when; whoever asks holds it meanwhile.
type Place = Arc<Mutex<Option<(Instant, Arc<Objects>)>>>;

/// Lists that were had a moment ago.
#[derive(Debug, Default)]
pub(super) struct Listed {
    many: HashMap<Kind, usize>,
    seen: Mutex<HashMap<Kind, Place>>,
}

fn kind(object: &ObjectRef) -> Kind {
    (object.api_version.clone(), object.kind.clone(), object.namespace.clone())
}

impl Listed {
    /// Nothing is asked yet. `objects` are those that will be asked for.
    pub(super) fn of<'o>(objects: impl IntoIterator<Item = &'o ObjectRef>) -> Self {
        let mut many = HashMap::new();
        for object in objects {
            *many.entry(kind(object)).or_default() += 1;
        }
        Self { many, ..Self::default() }
    }
}

/// An object as a list had it a moment ago; `None` where no list of its kind is worth its while, or it has none.
pub(super) async fn known(target: &KubeTarget, object: &ObjectRef) -> Option<(Arc<Objects>, String)> {
    let listed = &target.listed;
    let kind = kind(object);
    listed.many.get(&kind).filter(|many| **many >= MANY)?;
    let place = Arc::clone(listed.seen.lock().await.entry(kind).or_default());
    // One asks, the others wait for what it gets.
    let mut place = place.lock().await;
    if place.as_ref().is_none_or(|(at, _)| at.elapsed() > AGE) {
        let asked = Instant::now();
        *place = list(target, object).await.map(|objects| (asked, Arc::new(objects)));
    }
    let objects = place.as_ref().map(|(_, objects)| Arc::clone(objects))?;
    objects.contains_key(&object.name).then(|| (objects, object.name.clone()))
}

/// The objects of some references, of kinds of which there are many among them.
pub(super) async fn all<'o>(
    target: &KubeTarget,
    objects: impl Iterator<Item = &'o ObjectRef>,
) -> HashMap<ObjectRef, Value> {
    let mut kinds: BTreeMap<Kind, Vec<&ObjectRef>> = BTreeMap::new();
    for object in objects {
        kinds.entry(kind(object)).or_default().push(object);
    }
    let mut known = HashMap::new();
    for asked in kinds.into_values().filter(|asked| asked.len() >= MANY) {
        let Some(first) = asked.first() else { continue };
        let Some(mut by_name) = list(target, first).await else { continue };
        for object in asked {
            if let Some(item) = by_name.remove(&object.name) {
                known.insert(object.clone(), item);
            }
        }
    }
    known
}

/// All objects of a kind; `None` where they may not be listed, or their kind is not known yet: that is told of each.
async fn list(target: &KubeTarget, one: &ObjectRef) -> Option<Objects> {
    let resource = target.discovery.resource(&target.session, one).await.ok()?;
    let path = format!("{}?limit={PAGE}", resource.collection(one.namespace.as_deref()));
    let words = format!("list of {}", one.kind);
    let about = About::Words(&words);
    let call = Call { verb: "GET", about, path: &path, accept: JSON, body: None };
    let answer = target.session.ask(&call).await.ok()?;
    let mut list = parsed("GET", &about, &answer.body).ok()?;
    let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) else { return None };
    let by_name = items.into_iter().filter_map(|mut item| {
        let name = item.pointer("/metadata/name")?.as_str()?.to_owned();
        // Items of a list do not say their kind.
        let entries = item.as_object_mut()?;
        entries.insert("apiVersion".to_owned(), one.api_version.as_str().into());
        entries.insert("kind".to_owned(), one.kind.as_str().into());
        Some((name, item))
    });
    Some(by_name.collect())
}
