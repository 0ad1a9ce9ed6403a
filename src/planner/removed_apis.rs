//! Objects of API versions that the recovery's cluster does not serve: the Kubernetes of it no more, or the definition of a
//! custom resource that is brought with it.

use std::collections::BTreeMap;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::variables::given;
use crate::model::api_groups::removed;
use crate::model::diagnostic::Place;
use crate::model::document::Tree;
use crate::plan::resource::Engine;

/// The oldest minor version that EKS runs at all.
/// <https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html>
const OLDEST: u32 = 29;

/// Adds each version of a kind that is not served, with the objects that are written in it.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    removed_versions(facts, decided, findings);
    unserved_versions(facts, findings);
}

/// Objects in versions that their definition, which is applied with them, does not serve.
fn unserved_versions(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let objects = &facts.input.manifests.objects;
    let mut served: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for definition in objects.iter().filter(|object| object.kind == "CustomResourceDefinition") {
        let [group, kind] = [["spec", "group"].as_slice(), &["spec", "names", "kind"]]
            .map(|path| definition.root.str_at(path).unwrap_or_default());
        let versions = definition.root.at(&["spec", "versions"]).map_or(&[][..], |versions| versions.items());
        let is_served = |version: &&crate::model::document::Node| {
            version.get("served").is_some_and(|served| served.tree == Tree::Bool(true))
        };
        let names = versions.iter().filter(is_served).filter_map(|version| version.str_at(&["name"]));
        served.entry((group, kind)).or_default().extend(names);
    }
    let mut found: BTreeMap<(&str, &str), (Vec<String>, Place)> = BTreeMap::new();
    for object in objects {
        let Some((group, version)) = object.api_version.split_once('/') else { continue };
        let known = served.get(&(group, object.kind.as_str()));
        if known.is_some_and(|known| !known.is_empty() && !known.contains(&version)) {
            let of = (object.api_version.as_str(), object.kind.as_str());
            let (labels, _) = found.entry(of).or_insert_with(|| (Vec::new(), object.place()));
            labels.push(facts.label(object));
        }
    }
    for ((api_version, kind), (labels, place)) in found {
        let Some((group, version)) = api_version.split_once('/') else { continue };
        let Some(known) = served.get(&(group, kind)) else { continue };
        findings.add(
            "api-unserved",
            format!("{api_version} {kind}"),
            format!(
                "the definition of {kind} ({group}) serves {} and not {version}: {} cannot be applied",
                known.join(", "),
                some(&labels)
            ),
            format!("write {kind} for `{group}/{}`", known.last().unwrap_or(&"VERSION")),
            Some(place),
        );
    }
}

fn some(labels: &[String]) -> String {
    let shown = labels.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if labels.len() > 3 { format!(" and {} more", labels.len() - 3) } else { String::new() };
    format!("{shown}{more}")
}

fn removed_versions(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let (minor, whose) = match version(facts, decided) {
        Some(minor) => (minor, format!("Kubernetes 1.{minor}, which the cluster runs,")),
        None => (OLDEST, "every Kubernetes that EKS runs".to_owned()),
    };
    let mut gone: BTreeMap<(&str, &str), (Vec<String>, Place)> = BTreeMap::new();
    for object in &facts.input.manifests.objects {
        let known = removed(&object.api_version, &object.kind);
        if known.is_some_and(|known| known.since <= minor) {
            let (objects, _) = gone
                .entry((object.api_version.as_str(), object.kind.as_str()))
                .or_insert_with(|| (Vec::new(), object.place()));
            objects.push(facts.label(object));
        }
    }
    for ((api_version, kind), (objects, place)) in gone {
        let Some(known) = removed(api_version, kind) else { continue };
        findings.add(
            "api-removed",
            format!("{api_version} {kind}"),
            format!(
                "{whose} does not serve {kind} of {api_version} any more (gone since 1.{}): {} cannot be applied",
                known.since,
                some(&objects)
            ),
            match known.instead {
                Some(instead) => format!(
                    "write {kind} for `{instead}`; `kubectl get {} -A -o yaml` of the primary has them so already",
                    kind.to_lowercase()
                ),
                None => format!("leave {kind} out: nothing took its place"),
            },
            Some(place),
        );
    }
}

/// The minor version of the cluster that the objects go to: the one that is made, else the only one that is there.
fn version(facts: &Facts<'_, '_>, decided: &Decided) -> Option<u32> {
    let made = facts.objects.iter().enumerate().find_map(|(at, object)| {
        let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
        let version = object.text("version").filter(|_| made && object.type_name() == "aws_eks_cluster")?;
        given(facts, object, "version").text(version)
    });
    let there = || match facts.inventory()?.eks_clusters.as_deref()? {
        [one] => Some(one.version.clone()),
        _ => None,
    };
    made.or_else(there)?.strip_prefix("1.")?.split('.').next()?.parse().ok()
}
