//! What the engine brings into the cluster: objects that are resources of it, charts and add-ons.

use std::collections::HashSet;

use serde_json::Value;

use super::charts::{self, Release};
use super::objects;
use super::provided::Bring;
use super::thing::{ANY, DEFAULT_CLASS, DEFINITION, SECRETS_MANAGER, STORAGE_CLASS, Thing};
use crate::model::configuration::ResourceBlock;
use crate::planner::dispositions::Decided;
use crate::planner::facts::{Facts, Object};

/// Adds what the resources of the state bring, each with its address where it is left out, and what the code has besides.
pub(super) fn bring<'i>(
    facts: &Facts<'i, '_>,
    decided: &Decided,
    bring: &mut dyn FnMut(Thing<'i>, Option<String>),
) {
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let Some(resource) = decided.resource(at).filter(|resource| resource.deposed.is_none()) else {
            continue;
        };
        let left_out = (!super::comes_back(resource)).then(|| object.address().to_owned());
        bring_object(object, &mut |thing| bring(thing, left_out.clone()));
    }
    // What was not applied in the primary yet is made in the recovery.
    let known: HashSet<(&str, &str)> =
        facts.objects.iter().map(|object| (&*object.instance.type_name, &*object.instance.name)).collect();
    let modules = facts.input.configuration.iter().flat_map(|configuration| &configuration.modules);
    for block in modules.flat_map(|module| &module.resources).filter(|block| !block.data) {
        if !known.contains(&(block.type_name.as_str(), block.name.as_str())) {
            bring_block(block, &mut |thing| bring(thing, None));
        }
    }
}

fn bring_object<'i>(object: &Object<'_, '_>, bring: Bring<'_, 'i>) {
    match object.type_name() {
        "aws_eks_addon" => bring_addon(object, bring),
        "helm_release" => bring_release(object, bring),
        "kubernetes_manifest" => {
            let tree = object.tree();
            manifest_of(&tree)
                .into_iter()
                .for_each(|manifest| objects::bring_value(manifest, "default", bring));
        }
        "kubectl_manifest" => bring_text(object, bring),
        "aws_secretsmanager_secret" => {
            object
                .text("name")
                .into_iter()
                .for_each(|name| bring(Thing::wide(SECRETS_MANAGER, name.to_owned())));
        }
        "kubernetes_annotations" if is_default_class(object) => {
            bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
        }
        "flux_bootstrap_git" => charts::of_release(
            &Release {
                chart: "flux2",
                name: "",
                namespace: "flux-system",
                values: None,
                has_more_values: false,
            },
            bring,
        ),
        name => {
            if let Some((kind, namespace, name)) = object_of(name, object) {
                bring(Thing::new(kind.clone(), namespace, name.clone()));
                bring(Thing::wide(kind.clone(), name));
                if kind == STORAGE_CLASS && is_default_class(object) {
                    bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
                }
            }
        }
    }
}

/// Kind, namespace and name of an object that is a resource of the engine; none of what only changes one.
pub(super) fn object_of(type_name: &str, object: &Object<'_, '_>) -> Option<(String, String, String)> {
    let kind = kind_of(type_name)?;
    let tree = object.tree();
    let text = |name: &str| tree.pointer(&format!("/metadata/0/{name}")).and_then(Value::as_str);
    let namespace = text("namespace").filter(|namespace| !namespace.is_empty()).unwrap_or("default");
    Some((kind, namespace.to_owned(), text("name")?.to_owned()))
}

/// `kubernetes_config_map_v1` is a ConfigMap. <https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs>
pub(super) fn kind_of(type_name: &str) -> Option<String> {
    let name = type_name.strip_prefix("kubernetes_")?;
    let is_version = |text: &str| {
        text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let words: Vec<&str> = name.split('_').take_while(|word| !is_version(word)).collect();
    match words.as_slice() {
        // They write into an object of others.
        ["annotations" | "labels" | "env" | "manifest"] | ["node", "taint"] => None,
        _ if name.ends_with("_data") => None,
        ["api", "service"] => Some("APIService".to_owned()),
        ["csi", "driver"] => Some("CSIDriver".to_owned()),
        ["daemonset"] => Some("DaemonSet".to_owned()),
        words => Some(words.iter().map(|word| capitalised(word)).collect()),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The object of a `kubernetes_manifest`: of a dynamic type, which a state has beside its value.
pub(super) fn manifest_of(tree: &Value) -> Option<&Value> {
    tree.pointer("/manifest/value").or_else(|| tree.get("manifest"))
}

/// An object that its provider has as text, with what tells it apart beside.
fn bring_text<'i>(object: &Object<'_, '_>, bring: Bring<'_, 'i>) {
    let text = |name: &str| object.text(name).filter(|text| !text.is_empty());
    let (Some(kind), Some(name)) = (text("kind"), text("name")) else { return };
    bring(Thing::new(kind.to_owned(), text("namespace").unwrap_or("default").to_owned(), name.to_owned()));
    bring(Thing::wide(kind.to_owned(), name.to_owned()));
    // `certificates.cert-manager.io`: which kind that is stands in the text only.
    if let ("CustomResourceDefinition", Some((_, group))) = (kind, name.split_once('.')) {
        bring(Thing::wide(DEFINITION, group.to_owned()));
    }
    if kind == STORAGE_CLASS && text("yaml_body").is_some_and(|body| body.contains(objects::IS_DEFAULT)) {
        bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
    }
}

fn bring_addon<'i>(object: &Object<'_, '_>, bring: Bring<'_, 'i>) {
    let Some(name) = object.text("addon_name") else { return };
    charts::of_addon(name, bring);
    // https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
    let values = object.text("configuration_values").unwrap_or_default();
    if name == "aws-ebs-csi-driver" && values.contains("defaultStorageClass") && values.contains("true") {
        bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
        bring(Thing::wide(STORAGE_CLASS, "ebs-csi-default-sc"));
    }
}

fn bring_release<'i>(object: &Object<'_, '_>, bring: Bring<'_, 'i>) {
    let tree = object.tree();
    // The provider writes all values together there, in a block or, since its version 3, in an object.
    // https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release#nestedatt--metadata
    let metadata = tree.pointer("/metadata/0").or_else(|| tree.get("metadata"));
    let values = metadata.and_then(|metadata| metadata.get("values")?.as_str());
    let values = values.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let values = values.unwrap_or_else(|| crate::planner::charts::given_to(object));
    let namespace = object.text("namespace").filter(|namespace| !namespace.is_empty()).unwrap_or("default");
    charts::of_release(
        &Release {
            chart: object.text("chart").unwrap_or_default(),
            name: object.text("name").unwrap_or_default(),
            namespace,
            values: Some(&values),
            has_more_values: false,
        },
        bring,
    );
    if tree.get("create_namespace") == Some(&Value::Bool(true)) {
        bring(Thing::wide("Namespace", namespace.to_owned()));
    }
    // Where the provider keeps what it rendered: https://github.com/hashicorp/terraform-provider-helm, experiments.manifest
    let rendered = object.text("manifest").and_then(|text| serde_json::from_str::<Value>(text).ok());
    for object in rendered.as_ref().and_then(Value::as_object).into_iter().flat_map(|all| all.values()) {
        objects::bring_value(object, namespace, bring);
    }
}

fn is_default_class(object: &Object<'_, '_>) -> bool {
    let tree = object.tree();
    let annotations = tree.get("annotations").or_else(|| tree.pointer("/metadata/0/annotations"));
    annotations.and_then(|all| all.get(objects::IS_DEFAULT)?.as_str()) == Some("true")
}

/// What a block says in so many words.
fn bring_block<'i>(block: &'i ResourceBlock, bring: Bring<'_, 'i>) {
    let text = |path: &str| {
        let argument = block.arguments.iter().find(|argument| argument.path == path)?;
        argument.literals.iter().find(|literal| literal.whole).map(|literal| literal.text.as_str())
    };
    match block.type_name.as_str() {
        "aws_eks_addon" => text("addon_name").into_iter().for_each(|name| charts::of_addon(name, bring)),
        "helm_release" => {
            let namespace = text("namespace").unwrap_or("default");
            let (values, whole) = crate::planner::charts::of_block(block);
            let release = Release {
                chart: text("chart").unwrap_or_default(),
                name: text("name").unwrap_or_default(),
                namespace,
                values: Some(&values),
                has_more_values: !whole,
            };
            charts::of_release(&release, bring);
            // Written out or computed: it is only asked for to make one.
            if block.arguments.iter().any(|argument| argument.path == "create_namespace") {
                bring(Thing::wide("Namespace", namespace));
            }
        }
        // One whose name is computed may be any.
        "aws_secretsmanager_secret" => bring(Thing::wide(SECRETS_MANAGER, text("name").unwrap_or(ANY))),
        "kubectl_manifest" => {
            let written = block.arguments.iter().filter(|argument| argument.path == "yaml_body");
            for (_, object) in written.flat_map(crate::planner::charts::read_written) {
                objects::bring_value(&object, "default", bring);
            }
        }
        name => {
            let (Some(kind), Some(name)) = (kind_of(name), text("metadata.name")) else { return };
            let namespace = text("metadata.namespace").unwrap_or("default");
            bring(Thing::new(kind.clone(), namespace, name));
            bring(Thing::wide(kind, name));
        }
    }
}

/// Whether what drplan.hcl names as the provider comes back; what is no address of the state is believed.
pub(super) fn named_comes_back(facts: &Facts<'_, '_>, decided: &Decided, by: &str) -> bool {
    let mut meant = facts
        .objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.is_managed() && facts.meant_by(by, object))
        .filter_map(|(at, _)| decided.resource(at))
        .peekable();
    meant.peek().is_none() || meant.any(super::comes_back)
}
