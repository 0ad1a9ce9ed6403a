//! Who else writes to what the plan writes to: controllers that apply their own source, pipelines that apply on a merge.
//! While they work, what the plan has rewritten is put back.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::manifests;
use crate::model::diagnostic::Place;
use crate::model::words;
use crate::plan::resource::Disposition;

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

/// Charts that install such controllers.
const CHARTS: [&str; 3] = ["argo-cd", "flux2", "flux-operator"];

/// Commands of pipelines that write: a program, and the word that says so somewhere behind it.
const COMMANDS: [(&str, &str); 14] = [
    ("terraform", "apply"),
    ("tofu", "apply"),
    ("terragrunt", "apply"),
    ("kubectl", "apply"),
    ("kubectl", "set"),
    ("kubectl", "replace"),
    ("helm", "upgrade"),
    ("helm", "install"),
    ("helmfile", "apply"),
    ("helmfile", "sync"),
    ("kapp", "deploy"),
    ("cdk", "deploy"),
    ("pulumi", "up"),
    ("argocd", "sync"),
];

/// The command of a line that writes; what is only called so, printed or commented out is none.
fn command_in(line: &str) -> Option<String> {
    let line = line.trim_start().trim_start_matches("- ");
    if ["#", "//", "name:", "echo", "description:", "if:"].iter().any(|start| line.starts_with(start)) {
        return None;
    }
    let command = line.split_once("run:").map_or(line, |(_, command)| command);
    let words: Vec<&str> =
        command.split_whitespace().map(|word| word.trim_matches(['"', '\'', ';', '&', '|'])).collect();
    let at = |program: &str| words.iter().position(|word| *word == program);
    COMMANDS.iter().find_map(|(program, verb)| {
        let rest = words.get(at(program)? + 1..)?;
        let found = !words.contains(&"echo") && rest.contains(verb);
        found.then(|| format!("{program} {verb}"))
    })
}

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
                Some(Place::new(&object.file, object.root.span.line)),
            );
        }
    }
    for (at, object) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        let chart = object.text("chart").and_then(|chart| chart.rsplit('/').next());
        if made && object.type_name() == "helm_release" && chart.is_some_and(|chart| CHARTS.contains(&chart))
        {
            findings.add(
                "other-writer",
                object.address(),
                format!(
                    "{} installs {}, which applies what its own sources have as soon as it runs",
                    object.address(),
                    chart.unwrap_or_default()
                ),
                "see that its sources have the values of the recovery, or that none of them is applied by itself",
                facts.place_in_code(object),
            );
        }
    }
    check_pipelines(facts, findings);
}

fn is_automated(object: &crate::model::document::Object, path: &[&str]) -> bool {
    use crate::model::document::Tree;
    let automated = object.root.at(path);
    automated.is_some_and(|node| node.get("enabled").is_none_or(|enabled| enabled.tree != Tree::Bool(false)))
}

fn check_pipelines(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let mut applying = Vec::new();
    for pipeline in &facts.input.pipelines {
        let line =
            (1_u32..).zip(pipeline.text.lines()).find_map(|(number, line)| Some((number, command_in(line)?)));
        applying.extend(line.map(|(number, command)| (pipeline.path.as_str(), number, command)));
    }
    let Some(((path, line, command), more)) = applying.split_first() else { return };
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" (and {})", words::count(more.len(), "more file"))
    };
    findings.add(
        "other-writer",
        *path,
        format!(
            "{path} runs `{command}`{more}: a merge during the recovery would write to what the plan writes to, or to the \
             primary"
        ),
        "switch it off before the plan runs, and say so at a gate: `gate \"infra\" { ask = \"Are the pipelines off?\" }`",
        Some(Place::new(*path, *line)),
    );
}
