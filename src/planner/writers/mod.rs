//! Who else writes to what the plan writes to: controllers that apply their own source, pipelines that apply on a merge.
//! While they work, what the plan has rewritten is put back.

mod commands;
mod installed;
mod pipelines;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::manifests;

/// Kinds whose controllers apply what stands elsewhere, with how each is made to rest.
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/>, <https://fluxcd.io/flux/components/kustomize/kustomizations/#suspend>
const APPLIERS: [(&str, &str, &str); 4] = [
    ("argoproj.io/", "Application", "remove `spec.syncPolicy.automated` from it until the stack is home"),
    (
        "argoproj.io/",
        "ApplicationSet",
        "remove `spec.template.spec.syncPolicy.automated` from it until the stack is home",
    ),
    (
        "kustomize.toolkit.fluxcd.io/",
        "Kustomization",
        "set `spec.suspend: true` in it until the stack is home",
    ),
    ("helm.toolkit.fluxcd.io/", "HelmRelease", "set `spec.suspend: true` in it until the stack is home"),
];

/// Charts that install such controllers, or objects of theirs.
const CHARTS: [&str; 5] = ["argo-cd", "argocd-apps", "flux2", "flux-instance", "flux-operator"];

/// Adds each of them.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for object in &facts.input.manifests.objects {
        let known = APPLIERS
            .iter()
            .find(|(group, kind, _)| object.api_version.starts_with(group) && object.kind == *kind);
        let Some((_, kind, rest)) = known else { continue };
        let automated = match *kind {
            "Application" => is_automated(object, &["spec", "syncPolicy", "automated"]),
            "ApplicationSet" => {
                is_automated(object, &["spec", "template", "spec", "syncPolicy", "automated"])
            }
            _ => !manifests::rests(object),
        };
        if automated {
            findings.add(
                "other-writer",
                facts.label(object),
                format!(
                    "{} applies what its own source has: once it runs in {}, it puts back what the plan has rewritten",
                    facts.label(object),
                    facts.recovery
                ),
                format!("{rest}, or let its source have the rewritten values"),
                Some(object.place()),
            );
        }
    }
    installed::check(facts, decided, findings);
    pipelines::check(facts, findings);
}

fn is_automated(object: &crate::model::document::Object, path: &[&str]) -> bool {
    use crate::model::document::Tree;
    let automated = object.root.at(path);
    automated.is_some_and(|node| node.get("enabled").is_none_or(|enabled| enabled.tree != Tree::Bool(false)))
}
