//! What an object brings into the cluster besides itself.

use serde_json::Value;

use super::provided::Bring;
use super::thing::{ANY, API, DEFAULT_CLASS, DEFINITION, STORAGE_CLASS, Thing, namespace_of};
use super::{made, references};
use crate::model::document::Object;

/// Annotation of the class that claims get which name none.
/// <https://kubernetes.io/docs/tasks/administer-cluster/change-default-storage-class/>
pub(super) const IS_DEFAULT: &str = "storageclass.kubernetes.io/is-default-class";

/// Annotations by which a controller copies an object into other namespaces.
/// <https://github.com/emberstack/kubernetes-reflector>, <https://github.com/mittwald/kubernetes-replicator>
const COPIED: [&str; 3] = [
    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
    "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching",
];

/// Adds what an object of the manifests brings.
pub(super) fn bring<'i>(object: &'i Object, bring: Bring<'_, 'i>) {
    let namespace = namespace_of(object);
    // It is looked for as what it is: one without a namespace that needs none, too.
    bring(Thing::new(&*object.kind, namespace, &*object.name));
    bring(Thing::wide(&*object.kind, &*object.name));
    let annotation = |name: &str| object.root.at(&["metadata", "annotations", name]).is_some();
    if COPIED.iter().any(|name| annotation(name)) {
        bring(Thing::new(&*object.kind, ANY, &*object.name));
    }
    match object.kind.as_str() {
        // Named after template, set and ordinal.
        // https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
        "StatefulSet" => {
            for name in references::templates(object).filter_map(|one| one.str_at(&["metadata", "name"])) {
                bring(Thing::new(
                    "PersistentVolumeClaim",
                    namespace,
                    format!("{name}-{}-{ANY}", object.name),
                ));
            }
        }
        "CustomResourceDefinition" | "APIService" | "StorageClass" => {
            of_value(&object.kind, &object.root.to_json(), bring);
        }
        _ if object.group().contains('.') => {
            made::bring(object.group(), &object.kind, namespace, &object.name, &object.root.to_json(), bring);
        }
        _ => {}
    }
}

/// The same of an object that an engine or a chart has as a value.
pub(super) fn bring_value<'i>(object: &Value, namespace: &str, bring: Bring<'_, 'i>) {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str);
    let (Some(kind), Some(name)) = (text("/kind"), text("/metadata/name")) else { return };
    let namespace = text("/metadata/namespace").unwrap_or(namespace);
    bring(Thing::new(kind.to_owned(), namespace.to_owned(), name.to_owned()));
    bring(Thing::wide(kind.to_owned(), name.to_owned()));
    of_value(kind, object, bring);
    let group =
        text("/apiVersion").and_then(|version| version.split_once('/')).map_or("", |(group, _)| group);
    made::bring(group, kind, namespace, name, object, bring);
}

fn of_value<'i>(kind: &str, object: &Value, bring: Bring<'_, 'i>) {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str);
    match kind {
        "CustomResourceDefinition" => {
            if let (Some(group), Some(kind)) = (text("/spec/group"), text("/spec/names/kind")) {
                bring(Thing::wide(DEFINITION, format!("{kind}.{group}")));
            }
        }
        "APIService" => {
            if let Some(group) = text("/spec/group") {
                bring(Thing::wide(API, group.to_owned()));
                bring(Thing::wide(DEFINITION, group.to_owned()));
            }
        }
        "StorageClass" => {
            let annotations = object.pointer("/metadata/annotations");
            if annotations.and_then(|all| all.get(IS_DEFAULT)?.as_str()) == Some("true") {
                bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
            }
        }
        _ => {}
    }
}
