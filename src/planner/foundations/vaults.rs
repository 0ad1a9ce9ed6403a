//! What objects take from outside of the cluster: the store that an ExternalSecret names, and the secrets of Secrets
//! Manager that are read by it or by the driver of mounted secrets.

use std::collections::HashSet;

use serde_json::Value;

use super::provided::Bring;
use super::references::Source;
use super::thing::{SECRETS_MANAGER, Thing, namespace_of};
use crate::model::document::{Node, Object};
use crate::planner::charts;
use crate::planner::facts::Facts;

const ESO: &str = "external-secrets.io";
const CLUSTER_STORE: &str = "ClusterSecretStore";

/// Stores of the manifests that read from Secrets Manager: kind, namespace (none for all) and name.
/// <https://external-secrets.io/latest/provider/aws-secrets-manager/>
pub(super) struct Stores<'i>(HashSet<(&'i str, &'i str, &'i str)>);

impl<'i> Stores<'i> {
    pub(super) fn read(facts: &Facts<'i, '_>) -> Self {
        let of_aws = facts.input.manifests.objects.iter().filter(|object| {
            let aws = object.root.at(&["spec", "provider", "aws"]);
            object.group() == ESO
                && aws.is_some_and(|aws| {
                    aws.str_at(&["service"]).unwrap_or("SecretsManager") == "SecretsManager"
                })
        });
        let key = |object: &'i Object| match object.kind.as_str() {
            CLUSTER_STORE => (CLUSTER_STORE, "", object.name.as_str()),
            _ => ("SecretStore", namespace_of(object), object.name.as_str()),
        };
        Self(of_aws.map(key).collect())
    }
}

/// Reads what an object of a controller of secrets names.
pub(super) fn read<'i>(object: &'i Object, stores: &Stores<'i>, source: &mut Source<'_, 'i>) {
    match (object.group(), object.kind.as_str()) {
        (ESO, "ExternalSecret") => external(object.root.get("spec"), stores, source),
        (ESO, "ClusterExternalSecret") => {
            external(object.root.at(&["spec", "externalSecretSpec"]), stores, source);
        }
        // https://github.com/aws/secrets-store-csi-driver-provider-aws#secretproviderclass-options
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass")
            if object.root.str_at(&["spec", "provider"]) == Some("aws") =>
        {
            let Some(node) = object.root.at(&["spec", "parameters", "objects"]) else { return };
            let listed = node.as_str().map(charts::read).unwrap_or_default();
            for one in listed.as_array().into_iter().flatten() {
                let text = |key: &str| one.get(key).and_then(Value::as_str);
                if text("objectType").unwrap_or("secretsmanager") == "secretsmanager"
                    && let Some(name) = text("objectName")
                {
                    secret(name, node, source);
                }
            }
        }
        _ => {}
    }
}

/// <https://external-secrets.io/latest/api/externalsecret/>
fn external<'i>(spec: Option<&'i Node>, stores: &Stores<'i>, source: &mut Source<'_, 'i>) {
    let Some(spec) = spec else { return };
    let Some(store) = spec.get("secretStoreRef") else { return };
    let (kind, Some(name)) = (store.str_at(&["kind"]).unwrap_or("SecretStore"), store.str_at(&["name"]))
    else {
        return;
    };
    let namespace = if kind == CLUSTER_STORE { "" } else { source.namespace };
    if matches!(kind, "SecretStore" | CLUSTER_STORE) {
        source.names(Thing::new(kind, namespace, name), store);
    }
    if !stores.0.contains(&(kind, namespace, name)) {
        return;
    }
    let items = |field: &str| spec.get(field).into_iter().flat_map(Node::items);
    let single = items("data").filter_map(|one| one.at(&["remoteRef", "key"]));
    let whole = items("dataFrom").filter_map(|one| one.at(&["extract", "key"]));
    for node in single.chain(whole) {
        node.as_str().into_iter().for_each(|name| secret(name, node, source));
    }
}

/// One by its ARN is a value of the primary, which is looked for everywhere.
fn secret<'i>(name: &str, node: &Node, source: &mut Source<'_, 'i>) {
    if !name.is_empty() && !name.starts_with("arn:") && !name.contains("{{") {
        source.names(Thing::wide(SECRETS_MANAGER, name.to_owned()), node);
    }
}

/// Adds the secrets of Secrets Manager that are in the recovery region already.
pub(super) fn bring<'i>(facts: &Facts<'i, '_>, bring: Bring<'_, 'i>) {
    let known = facts.inventory().and_then(|inventory| inventory.secrets.as_deref()).unwrap_or_default();
    for secret in known.iter().filter(|secret| secret.deleted_at.is_none()) {
        bring(Thing::wide(SECRETS_MANAGER, secret.name.clone()));
    }
}
