//! Objects of API versions that the Kubernetes of the recovery's cluster serves no more.

use std::collections::BTreeMap;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::variables::given;
use crate::model::api_groups::removed;
use crate::model::diagnostic::Place;
use crate::plan::resource::Engine;

/// The oldest minor version that EKS runs at all.
/// <https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html>
const OLDEST: u32 = 29;

/// Adds each version of a kind that is gone, with the objects that are written in it.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
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
        let shown = objects.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = if objects.len() > 3 { format!(" and {} more", objects.len() - 3) } else { String::new() };
        findings.add(
            "api-removed",
            format!("{api_version} {kind}"),
            format!(
                "{whose} does not serve {kind} of {api_version} any more (gone since 1.{}): {shown}{more} cannot be applied",
                known.since
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
