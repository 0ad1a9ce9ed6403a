//! Objects of kinds of which many are asked for: one list is less work than a request for each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{KubeTarget, parsed};
use crate::clients::kube::refusal::About;
use crate::clients::kube::session::{Call, JSON};
use crate::model::target::kube::ObjectRef;

/// From so many of one kind in one namespace on.
const MANY: usize = 8;
/// Most that one page brings.
const PAGE: usize = 500;
/// Pages that are read of a kind of which others have many more than are asked for; what is not in them is acted on by its name.
const MORE_PAGES: usize = 4;
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
    let collection = resource.collection(one.namespace.as_deref());
    let words = format!("list of {}", one.kind);
    let about = About::Words(&words);
    let pages = target.listed.many.get(&kind(one)).map_or(0, |many| many / PAGE) + MORE_PAGES;
    let (mut objects, mut token) = (Objects::new(), String::new());
    for _ in 0..pages {
        let path = format!("{collection}?limit={PAGE}{token}");
        let call = Call { verb: "GET", about, path: &path, accept: JSON, body: None };
        // A page that does not come, or has expired, leaves what came before.
        let Ok(answer) = target.session.ask(&call).await else { break };
        let mut list = parsed("GET", &about, &answer.body).ok()?;
        let Some(Value::Array(items)) = list.get_mut("items").map(Value::take) else { return None };
        objects.extend(items.into_iter().filter_map(|item| named(item, one)));
        match list.pointer("/metadata/continue").and_then(Value::as_str).filter(|next| !next.is_empty()) {
            Some(next) => token = format!("&continue={}", utf8_percent_encode(next, NON_ALPHANUMERIC)),
            None => return Some(objects),
        }
    }
    (!objects.is_empty()).then_some(objects)
}

/// An item by its name. Items of a list do not say their kind.
fn named(mut item: Value, one: &ObjectRef) -> Option<(String, Value)> {
    let name = item.pointer("/metadata/name")?.as_str()?.to_owned();
    let entries = item.as_object_mut()?;
    entries.insert("apiVersion".to_owned(), one.api_version.as_str().into());
    entries.insert("kind".to_owned(), one.kind.as_str().into());
    Some((name, item))
}
