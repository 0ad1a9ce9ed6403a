//! Objects that both the engine and the manifests write: what one sets the other takes back, and server-side apply stops
//! at a field that has another owner.
//!
//! The namespace that Helm makes for a release is not among them: no release owns it.
//! <https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts>, <https://helm.sh/docs/helm/helm_install/>

use std::collections::HashMap;

use serde_json::Value;

use super::engine;
use super::thing::namespace_of;
use crate::model::diagnostic::Place;
use crate::planner::dispositions::Decided;
use crate::planner::facts::{Facts, Object};
use crate::planner::findings::Findings;

/// Adds each resource of the engine whose object the manifests have as well.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let objects = facts.input.manifests.objects.iter();
    let applied: HashMap<_, _> =
        objects.map(|object| ((&*object.kind, namespace_of(object), &*object.name), object)).collect();
    for (at, resource) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        if !decided.resource(at).is_some_and(super::comes_back) {
            continue;
        }
        let Some((kind, namespace, name)) = object_of(resource) else { continue };
        let Some(object) = applied.get(&(&*kind, &*namespace, &*name)) else { continue };
        findings.add(
            "owned-twice",
            resource.address(),
            format!(
                "the engine makes {} as {}, and the manifests apply it too: what one writes the other takes back, and the \
                 apply stops where their fields differ",
                facts.label(object),
                resource.address()
            ),
            format!(
                "leave it to one of the two: take it out of {}, or {} out of the code",
                object.file,
                resource.address()
            ),
            Some(Place::new(&object.file, object.line)),
        );
    }
}

fn object_of(resource: &Object<'_, '_>) -> Option<(String, String, String)> {
    let default = "default".to_owned();
    match resource.type_name() {
        "kubernetes_manifest" => {
            let tree = resource.tree();
            let manifest = engine::manifest_of(&tree)?;
            let text = |path: &str| manifest.pointer(path).and_then(Value::as_str).map(str::to_owned);
            Some((text("/kind")?, text("/metadata/namespace").unwrap_or(default), text("/metadata/name")?))
        }
        "kubectl_manifest" => {
            let text = |name: &str| resource.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
            Some((text("kind")?, text("namespace").unwrap_or(default), text("name")?))
        }
        name => engine::object_of(name, resource),
    }
}
