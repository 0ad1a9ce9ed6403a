//! external-dns: the one object of the manifests that moves names by itself.
//!
//! <https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/>

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::super::charts;
use super::super::facts::{Facts, Object as Resource};
use super::super::findings::Findings;
use super::{filters, installed};
use crate::model::diagnostic::Place;
use crate::model::document::{Node, Object};

/// Annotation by which external-dns is told further names.
/// <https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/>
const HOSTNAMES: &str = "external-dns.alpha.kubernetes.io/hostname";

/// Annotation that leaves an object to another controller.
const CONTROLLER: &str = "external-dns.alpha.kubernetes.io/controller";

/// Routes of the Gateway API that have names.
pub(super) const ROUTES: [&str; 3] = ["GRPCRoute", "HTTPRoute", "TLSRoute"];

/// Kinds whose pods stay up.
const SERVES: [&str; 5] = ["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// Whether an object runs external-dns: by its image, or by its name or its flags where the image comes from a mirror.
pub(in super::super) fn is_controller(object: &Object) -> bool {
    is_release(object)
        || SERVES.contains(&object.kind.as_str())
            && (object.name.contains("external-dns")
                || containers(object).any(|container| runs_it(container) || writes_records(container)))
}

/// Whether Flux, Argo CD or k3s installs its chart by the object.
fn is_release(object: &Object) -> bool {
    let paths: &[&[&str]] = match object.kind.as_str() {
        "HelmRelease" => &[&["spec", "chart", "spec", "chart"]],
        "Application" => &[&["spec", "source", "chart"]],
        "ApplicationSet" => &[&["spec", "template", "spec", "source", "chart"]],
        "HelmChart" => &[&["spec", "chart"]],
        _ => return false,
    };
    let chart = paths.iter().find_map(|path| object.root.str_at(path));
    chart.is_some_and(|chart| chart.rsplit('/').next() == Some("external-dns"))
}

/// Whatever it is called: no other program has an owner of TXT records.
fn writes_records(container: &Node) -> bool {
    flag(container, "txt-owner-id").is_some()
}

/// Whether the engine starts external-dns by it.
pub(in super::super) fn installs_controller(object: &Resource<'_, '_>) -> bool {
    is_installed(object) || deploys(object)
}

/// Whether it is a workload of the engine's whose containers are external-dns.
fn deploys(object: &Resource<'_, '_>) -> bool {
    let kind = object.type_name().strip_prefix("kubernetes_").unwrap_or_default();
    if !matches!(kind.trim_end_matches("_v1"), "deployment" | "daemonset" | "stateful_set") {
        return false;
    }
    let tree = object.tree();
    let containers = tree.pointer("/spec/0/template/0/spec/0/container").and_then(Value::as_array);
    containers.into_iter().flatten().filter_map(|one| one.get("image")?.as_str()).any(is_image)
}

/// By a chart, or as an add-on of EKS.
/// <https://docs.aws.amazon.com/eks/latest/userguide/community-addons.html>
fn is_installed(object: &Resource<'_, '_>) -> bool {
    let named = match object.type_name() {
        "helm_release" => object.text("chart"),
        "aws_eks_addon" => object.text("addon_name"),
        _ => None,
    };
    named.is_some_and(|name| name.rsplit('/').next() == Some("external-dns"))
}

fn containers(object: &Object) -> impl Iterator<Item = &Node> {
    object.root.at(&["spec", "template", "spec", "containers"]).into_iter().flat_map(Node::items)
}

fn runs_it(container: &Node) -> bool {
    container.str_at(&["image"]).is_some_and(is_image)
}

fn is_image(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    image.contains('/') && name.split(':').next() == Some("external-dns")
}

/// Hosts of the Ingresses and annotations that external-dns makes records of.
pub(super) fn written_by_controller(object: &Object) -> Vec<String> {
    let mut hosts: Vec<String> = Vec::new();
    let by = object.root.str_at(&["metadata", "annotations", CONTROLLER]);
    if by.is_some_and(|by| by != "dns-controller") {
        return hosts;
    }
    let list = |path: &[&str]| object.root.at(path).map(Node::items).unwrap_or_default();
    if object.kind == "Ingress" {
        let rules = list(&["spec", "rules"]).iter().filter_map(|rule| rule.str_at(&["host"]));
        let certified =
            list(&["spec", "tls"]).iter().filter_map(|one| one.get("hosts")).flat_map(Node::items);
        hosts.extend(rules.chain(certified.filter_map(Node::as_str)).map(plain));
    }
    // https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/gateway-api/
    if ROUTES.contains(&object.kind.as_str()) {
        hosts.extend(list(&["spec", "hostnames"]).iter().filter_map(Node::as_str).map(plain));
    }
    if let Some(more) = object.root.str_at(&["metadata", "annotations", HOSTNAMES]) {
        hosts.extend(more.split(',').map(plain));
    }
    let mut seen = BTreeSet::new();
    hosts.retain(|host| !host.is_empty() && seen.insert(host.clone()));
    hosts
}

/// A name as DNS compares it.
pub(in crate::planner) fn plain(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// An external-dns that the recovery starts: what it is called, where it stands, and its container.
pub(super) type Running<'f> = (String, Option<Place>, Cow<'f, Node>);

/// Every external-dns that the recovery starts.
pub(super) fn running<'f>(facts: &'f Facts<'_, '_>) -> Vec<Running<'f>> {
    let mut found = Vec::new();
    for object in facts.input.manifests.objects.iter().filter(|object| is_controller(object)) {
        if is_release(object) {
            let container = installed::container(&charts::given_by(object));
            found.push((facts.label(object), Some(object.place()), Cow::Owned(container)));
            continue;
        }
        let alone = containers(object).count() == 1;
        let runs = containers(object)
            .filter(|container| alone || runs_it(container) || writes_records(container))
            .map(|container| {
                (facts.label(object), Some(object.place_of(container)), Cow::Borrowed(container))
            });
        found.extend(runs);
    }
    let made = facts.objects.iter().filter(|object| object.is_managed() && object.instance.deposed.is_none());
    for object in made.filter(|object| is_installed(object)) {
        let container = installed::container(&charts::given_to(object));
        found.push((object.address().to_owned(), facts.place_in_code(object), Cow::Owned(container)));
    }
    found
}

/// One that also deletes, under the name of the lost cluster's, takes for its own what that one wrote.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    for (name, place, container) in running(facts) {
        // `sync` is what it does unless told.
        if flag(&container, "policy").unwrap_or("sync") != "sync" {
            continue;
        }
        let owner = flag(&container, "txt-owner-id").unwrap_or("default");
        let what = if flag(&container, "registry") == Some("noop") {
            "deletes every record of its zones that nothing in its cluster asks for".to_owned()
        } else {
            let others = owners(facts);
            // The records are there to be seen, and none is of its own: it has nothing to delete.
            if !others.is_empty() && !others.contains(owner) {
                continue;
            }
            let orphans = orphans(facts, owner);
            let some = orphans.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
            let those = match orphans.len() {
                0 => String::new(),
                1..=3 => format!(": of {some}, which no object of the manifests is"),
                more => {
                    format!(": of {some} and {} more, which no objects of the manifests are", more - 3)
                }
            };
            format!(
                "deletes the records of owner \"{owner}\" that nothing in its cluster asks for, and the lost \
                 cluster's are of the same owner{those}"
            )
        };
        findings.add(
            "external-dns-syncs",
            name.clone(),
            format!("once it is let go, {name} {what}"),
            "let it only add and change, `--policy=upsert-only`, until all that had records is back; keep the owner, \
             or it may change none of them",
            place,
        );
    }
}

/// What keeps external-dns from moving a host that an object asks for; each of them, where there are several.
pub(super) fn kept_from(
    facts: &Facts<'_, '_>,
    running: &[Running<'_>],
    object: &Object,
    host: &str,
) -> Option<String> {
    let mut why = None;
    for (_, _, container) in running {
        why = Some(filters::keeps_from(facts, container, object, host)?);
    }
    why
}

/// A flag of the command line, as `--name=value` or in two parts, else by its variable of the environment.
pub(super) fn flag<'o>(container: &'o Node, name: &str) -> Option<&'o str> {
    flags(container, name).first().copied()
}

/// Likewise of one that may be given several times; in the environment in lines.
pub(super) fn flags<'o>(container: &'o Node, name: &str) -> Vec<&'o str> {
    let words = ["command", "args"].into_iter().filter_map(|key| container.get(key)).flat_map(Node::items);
    let words: Vec<&str> = words.filter_map(|word| word.str_at(&[])).collect();
    let after = |word: &&'o str| word.strip_prefix("--").and_then(|flag| flag.strip_prefix(name));
    let mut given: Vec<&str> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match after(word) {
            Some("") => given.extend(words.get(at + 1)),
            Some(rest) => given.extend(rest.strip_prefix('=')),
            None => {}
        }
    }
    if !given.is_empty() {
        return given;
    }
    let variable = format!("EXTERNAL_DNS_{}", name.replace('-', "_").to_uppercase());
    let of_environment = || {
        let mut variables = container.get("env").into_iter().flat_map(Node::items);
        variables.find(|entry| entry.str_at(&["name"]) == Some(&variable))?.str_at(&["value"])
    };
    of_environment().into_iter().flat_map(str::lines).collect()
}

/// The texts of all TXT records of the recorded zones, as external-dns keeps its owners in them.
fn texts<'f>(facts: &'f Facts<'_, '_>) -> impl Iterator<Item = &'f str> {
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let records = zones.into_iter().flatten().filter_map(|zone| zone.records.as_ref()).flatten();
    let texts = records.filter(|record| record.record_type == "TXT").flat_map(|record| &record.values);
    texts.map(|text| text.trim_matches('"'))
}

/// Whose records the recorded zones have, by the TXT records beside them.
fn owners<'f>(facts: &'f Facts<'_, '_>) -> BTreeSet<&'f str> {
    let owner = |text: &'f str| text.split(',').find_map(|part| part.strip_prefix("external-dns/owner="));
    texts(facts).filter_map(owner).collect()
}

/// What has records of an owner, by the TXT records beside them, and is no object of the manifests.
/// <https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/>
fn orphans(facts: &Facts<'_, '_>, owner: &str) -> BTreeSet<String> {
    let owner = format!("external-dns/owner={owner}");
    let resources = texts(facts).filter_map(|text| {
        let mut parts = text.split(',');
        let resource = parts.clone().find_map(|part| part.strip_prefix("external-dns/resource="))?;
        parts.any(|part| part == owner).then_some(resource)
    });
    let known: BTreeSet<String> = facts
        .input
        .manifests
        .objects
        .iter()
        .map(|object| {
            let namespace = object.namespace.as_deref().unwrap_or("default");
            format!("{}/{namespace}/{}", object.kind.to_lowercase(), object.name)
        })
        .collect();
    resources.filter(|resource| !known.contains(*resource)).map(str::to_owned).collect()
}
