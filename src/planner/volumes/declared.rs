//! Objects of the cluster that Terraform makes from a manifest: what claims a volume or makes a store there is no less one.

use serde_json::Value;

use super::super::facts::{Facts, Object};
use super::{CLAIM, EPHEMERAL, operated};
use crate::planner::charts;

/// What a `kubernetes_manifest` or `kubectl_manifest` keeps data with, as a sentence says it.
/// <https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs/resources/manifest>
/// <https://registry.terraform.io/providers/gavinbunney/kubectl/latest/docs/resources/kubectl_manifest>
pub(super) fn kept_by(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    let manifest = match object.type_name() {
        // A value of no fixed type stands in the state beside its type.
        "kubernetes_manifest" => {
            let tree = object.tree();
            tree.pointer("/manifest/value").or_else(|| tree.get("manifest"))?.clone()
        }
        "kubectl_manifest" => charts::read(object.text("yaml_body")?),
        _ => return None,
    };
    let text = |key: &str| manifest.get(key).and_then(Value::as_str).unwrap_or_default();
    let (group, kind) = (text("apiVersion").split_once('/').map_or("", |(group, _)| group), text("kind"));
    let annotation = manifest.pointer("/metadata/annotations").and_then(|all| all.get(EPHEMERAL));
    if kind == "CustomResourceDefinition" || annotation.is_some_and(|one| one.as_str() == Some("true")) {
        return None;
    }
    if group.is_empty() && kind == CLAIM {
        return Some("a claim of a volume".to_owned());
    }
    if operated::makes_store(group, kind, || manifest.clone(), facts.primary.as_deref()) {
        return Some(format!("a controller makes a store of its {kind}"));
    }
    let claimed = |setting: &String| {
        setting.ends_with("volumeClaimTemplates") || setting.ends_with("volumeClaimTemplate")
    };
    charts::volume(&manifest).filter(claimed).map(|setting| format!("it claims volumes: {setting}"))
}
