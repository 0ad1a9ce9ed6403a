//! What the template of a pod names: without it the pod is refused, waits for its volume, or fits no node.

use super::labels;
use super::references::{Source, claim};
use super::thing::Thing;
use crate::model::document::{Node, Tree};

/// Reads the spec of a pod. `placed`: whether it waits for a node that has the labels that it asks for; `templates`: those
/// of claims that take the place of a volume of their name.
pub(super) fn read<'i>(spec: &'i Node, placed: bool, templates: &[&str], source: &mut Source<'_, 'i>) {
    for (field, kind) in [
        ("serviceAccountName", "ServiceAccount"),
        // The old name of the field, where the new one is not written.
        ("serviceAccount", "ServiceAccount"),
    ] {
        if let Some(node) = spec.get(field) {
            source.names_here(kind, node);
        }
    }
    for (field, kind) in [("priorityClassName", "PriorityClass"), ("runtimeClassName", "RuntimeClass")] {
        if let Some(node) = spec.get(field) {
            source.names_wide(kind, node);
        }
    }
    let list = |node: &'i Node, name: &str| node.get(name).into_iter().flat_map(Node::items);
    for secret in list(spec, "imagePullSecrets") {
        named(secret, "Secret", source);
    }
    for container in list(spec, "containers").chain(list(spec, "initContainers")) {
        for from in list(container, "envFrom") {
            from.get("secretRef").into_iter().for_each(|node| named(node, "Secret", source));
            from.get("configMapRef").into_iter().for_each(|node| named(node, "ConfigMap", source));
        }
        for value in list(container, "env").filter_map(|entry| entry.get("valueFrom")) {
            value.get("secretKeyRef").into_iter().for_each(|node| named(node, "Secret", source));
            value.get("configMapKeyRef").into_iter().for_each(|node| named(node, "ConfigMap", source));
        }
    }
    let is_own = |one: &&Node| one.str_at(&["name"]).is_none_or(|name| !templates.contains(&name));
    list(spec, "volumes").filter(is_own).for_each(|one| volume(one, source));
    if placed {
        labels::asked(spec, source);
    }
}

/// What a reference with a `name` means, unless it may be missing.
fn named<'i>(node: &'i Node, kind: &'static str, source: &mut Source<'_, 'i>) {
    if let Some(name) = node.get("name").filter(|_| !is_optional(node)) {
        source.names_here(kind, name);
    }
}

fn is_optional(node: &Node) -> bool {
    node.get("optional").is_some_and(|node| node.tree == Tree::Bool(true))
}

/// <https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/>
fn volume<'i>(volume: &'i Node, source: &mut Source<'_, 'i>) {
    if let Some(secret) = volume.get("secret").filter(|node| !is_optional(node))
        && let Some(name) = secret.get("secretName")
    {
        source.names_here("Secret", name);
    }
    if let Some(map) = volume.get("configMap") {
        named(map, "ConfigMap", source);
    }
    if let Some(name) = volume.at(&["persistentVolumeClaim", "claimName"]) {
        source.names_here("PersistentVolumeClaim", name);
    }
    if let Some(template) = volume.at(&["ephemeral", "volumeClaimTemplate"]) {
        claim(template, source);
    }
    if let Some(driver) = volume.at(&["csi", "driver"]) {
        source.names_wide("CSIDriver", driver);
        // https://secrets-store-csi-driver.sigs.k8s.io/concepts#secretproviderclass
        if let Some(name) = volume.at(&["csi", "volumeAttributes", "secretProviderClass"])
            && let Some(text) = name.as_str()
        {
            source.names(Thing::new("SecretProviderClass", source.namespace, text), name);
        }
    }
    let parts = volume.at(&["projected", "sources"]).into_iter().flat_map(Node::items);
    for part in parts {
        part.get("secret").into_iter().for_each(|node| named(node, "Secret", source));
        part.get("configMap").into_iter().for_each(|node| named(node, "ConfigMap", source));
    }
}
