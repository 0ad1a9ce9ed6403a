//! One object, two owners.

use serde_json::json;

use super::{FILE, resource, with_resources, world};
use crate::defects::{with, without};

const CODE: &str = "owned-twice";
const MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings, namespace: ecommerce }\n";

#[test]
fn an_object_of_the_engine_is_not_applied_too() {
    let of =
        |namespace: &str| json!({ "id": "x", "metadata": [{ "name": "settings", "namespace": namespace }] });
    let planned =
        |address: &str, attributes| with_resources(world(MAP), &[resource(address, attributes)]).plan();
    for address in ["kubernetes_config_map.settings", "kubernetes_config_map_v1.settings"] {
        with(&planned(address, of("ecommerce")), CODE, address, &format!("{FILE}:1"));
        without(&planned(address, of("monitoring")), CODE);
    }
    without(&planned("kubernetes_secret.settings", of("ecommerce")), CODE);
    // It writes into an object of others.
    without(&planned("kubernetes_config_map_v1_data.settings", of("ecommerce")), CODE);
    let manifest = json!({ "manifest": { "type": "object", "value": {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings", "namespace": "ecommerce" },
    } } });
    let address = "kubernetes_manifest.settings";
    with(&planned(address, manifest), CODE, address, &format!("{FILE}:1"));
}

/// Helm makes the namespace of a release where it is not there, and does not own it.
#[test]
fn the_namespace_of_a_release_has_one_owner() {
    let release =
        json!({ "id": "s", "name": "s", "chart": "s", "namespace": "ecommerce", "create_namespace": true });
    without(&with_resources(world(MAP), &[resource("helm_release.s", release)]).plan(), CODE);
}
