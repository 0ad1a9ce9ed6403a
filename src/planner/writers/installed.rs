//! Controllers that the code installs, and objects of theirs that it makes: in the state, or only in the code so far.

use std::collections::HashSet;

use serde_json::Value;

use super::{APPLIERS, CHARTS};
use crate::model::configuration::ResourceBlock;
use crate::model::diagnostic::Place;
use crate::plan::resource::Disposition;
use crate::planner::charts;
use crate::planner::dispositions::Decided;
use crate::planner::facts::Facts;
use crate::planner::findings::Findings;

/// A chart whose values are objects that Argo CD applies.
/// <https://github.com/argoproj/argo-helm/tree/main/charts/argocd-apps>
const APPLICATIONS: &str = "argocd-apps";

/// Adds each of them.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        let installed = match object.type_name() {
            _ if !made => None,
            "helm_release" => {
                let values = || charts::given_to(object).to_string();
                object.text("chart").and_then(|chart| of_chart(chart, values))
            }
            "flux_bootstrap_git" => Some(FLUX.to_owned()),
            "kubernetes_manifest" => {
                let tree = object.tree();
                of_manifest(tree.pointer("/manifest/value").or_else(|| tree.get("manifest")))
            }
            "kubectl_manifest" => of_manifest(object.text("yaml_body").map(charts::read).as_ref()),
            _ => None,
        };
        if let Some(installed) = installed {
            add(object.address(), &installed, facts.place_in_code(object), findings);
        }
    }
    let known: HashSet<(&str, &str)> =
        facts.objects.iter().map(|object| (&*object.instance.type_name, &*object.instance.name)).collect();
    let told: HashSet<&str> =
        facts.input.manifests.objects.iter().map(|object| object.file.as_str()).collect();
    let modules = facts.input.configuration.iter().flat_map(|configuration| &configuration.modules);
    for module in modules {
        for block in module.resources.iter().filter(|block| !block.data) {
            if known.contains(&(block.type_name.as_str(), block.name.as_str())) {
                continue;
            }
            if let Some(installed) = of_block(block, &told) {
                let path = module.paths.first().filter(|path| !path.is_empty());
                let own = format!("{}.{}", block.type_name, block.name);
                let address = path.map_or(own.clone(), |path| format!("{path}.{own}"));
                add(&address, &installed, block.place.clone(), findings);
            }
        }
    }
}

const FLUX: &str = "installs Flux";
const AUTOMATED: &str = "automated";

fn add(address: &str, installed: &str, at: Option<Place>, findings: &mut Findings) {
    findings.add(
        "other-writer",
        address,
        format!("{address} {installed}, which applies what its own sources have as soon as it runs"),
        "see that its sources have the values of the recovery, or that none of them is applied by itself",
        at,
    );
}

fn of_chart(chart: &str, values: impl FnOnce() -> String) -> Option<String> {
    let chart = chart.rsplit('/').next().filter(|chart| CHARTS.contains(chart))?;
    let rests = chart == APPLICATIONS && !values().contains(AUTOMATED);
    (!rests).then(|| format!("installs {chart}"))
}

/// What an object applies by itself.
fn of_manifest(manifest: Option<&Value>) -> Option<String> {
    let manifest = manifest?;
    let text = |key: &str| manifest.get(key).and_then(Value::as_str);
    let (version, kind) = (text("apiVersion")?, text("kind")?);
    APPLIERS.iter().find(|(group, known, _)| version.starts_with(group) && kind == *known)?;
    let automated = match kind {
        "Application" => manifest.pointer("/spec/syncPolicy/automated"),
        "ApplicationSet" => manifest.pointer("/spec/template/spec/syncPolicy/automated"),
        _ if manifest.pointer("/spec/suspend") == Some(&Value::Bool(true)) => None,
        _ => Some(&Value::Null),
    };
    automated.filter(|one| one.get("enabled") != Some(&Value::Bool(false)))?;
    let name = manifest.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    Some(format!("makes {kind} {name}").trim_end().to_owned())
}

/// The same of a block, by what is written out in it. `told`: files whose objects are manifests of the plan.
fn of_block(block: &ResourceBlock, told: &HashSet<&str>) -> Option<String> {
    let named = |name: &'static str| block.arguments.iter().filter(move |argument| argument.path == name);
    match block.type_name.as_str() {
        "flux_bootstrap_git" => Some(FLUX.to_owned()),
        "helm_release" => {
            let chart =
                named("chart").flat_map(|argument| &argument.literals).find(|literal| literal.whole)?;
            // Of values that are computed nobody knows whether they have it applied.
            let values = || match charts::of_block(block) {
                (values, true) => values.to_string(),
                _ => AUTOMATED.to_owned(),
            };
            of_chart(&chart.text, values)
        }
        "kubectl_manifest" => named("yaml_body")
            .flat_map(charts::read_written)
            .filter(|(place, _)| !told.contains(place.file.as_str()))
            .find_map(|(_, object)| of_manifest(Some(&object))),
        _ => None,
    }
}
