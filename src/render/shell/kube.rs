//! The cluster: objects as the plan rewrites and holds them, and whether they are up.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::script::{Script, label_parts, patience};
use super::words::word;
use crate::plan::action::{Action, Hold, RenderedBy, Rewrite};
use crate::plan::body::{Sought, sought};
use crate::plan::step::Step;

/// The cluster of the recovery: its name, and the command that tells it.
pub(super) fn cluster(script: &Script<'_>) -> (String, String) {
    let made = script.plan.steps.iter().find_map(|step| match &step.action {
        Action::Engine { address, .. } if super::script::address(address).type_name == "aws_eks_cluster" => {
            Some(address)
        }
        _ => None,
    });
    match made {
        Some(address) => (address.clone(), format!("attribute_of {} /name", word(address))),
        None => (
            "that is the only one of the region".to_owned(),
            "aws eks list-clusters --query 'clusters[0]' --output text".to_owned(),
        ),
    }
}

/// Applies an object, held or not.
pub(super) fn apply(script: &mut Script<'_>, step: &Step, held: bool) {
    let Action::ApplyObject { namespace, rewrites, hold, .. } = &step.action else { return };
    if held && *hold == Some(Hold::Ask) {
        return script.line(": it is applied once its gate has passed");
    }
    let label = step.action.object().map(|object| object.label()).unwrap_or_default();
    let mut filters = changes(script, &label, rewrites);
    match hold.filter(|_| held) {
        Some(Hold::Suspend) => filters.push("jq '.spec.suspend = true'".to_owned()),
        Some(Hold::Replicas) => filters.push("jq '.spec.replicas = 0'".to_owned()),
        Some(Hold::Ask) | None => {}
    }
    // Without a namespace kubectl would take that of the context.
    filters.push(format!("apply_object {}", word(namespace.as_deref().unwrap_or("default"))));
    let mut lines = object(&step.action);
    lines.extend(filters);
    let last = lines.len() - 1;
    for (at, line) in lines.into_iter().enumerate() {
        let indent = if at == 0 { "" } else { "  " };
        script.line(if at == last { format!("{indent}{line}") } else { format!("{indent}{line} |") });
    }
}

/// A filter for each string that values are replaced in. Keys come last and the deepest first: a renamed key moves what is
/// under it.
fn changes(script: &mut Script<'_>, label: &str, rewrites: &[Rewrite]) -> Vec<String> {
    let mut by_string: BTreeMap<(bool, Reverse<usize>, &str), Vec<&Rewrite>> = BTreeMap::new();
    for rewrite in rewrites {
        let of_key = rewrite.within.as_deref() == Some("key");
        let depth = if of_key { rewrite.path.matches('/').count() } else { 0 };
        by_string.entry((of_key, Reverse(depth), &rewrite.path)).or_default().push(rewrite);
    }
    let mut filters = Vec::new();
    for ((_, _, path), rewrites) in by_string {
        let mut lines = vec![format!("change_text {}", word(path))];
        for Sought { within, text, kind, by, planned } in sought(label, path, &rewrites, &script.places) {
            let to = by.map_or_else(|| "''".to_owned(), |rewrite| script.rewritten(rewrite));
            let [within, text] = [within.unwrap_or_default(), text].map(word);
            lines.push(format!("{within} {} {text} {to} {planned}", kind.as_str()));
        }
        filters.push(lines.join(" \\\n        "));
    }
    filters
}

/// What prints an object: taken out of what renders it, else of its file.
fn object(action: &Action) -> Vec<String> {
    let Action::ApplyObject { file, rendered_by, api_version, object_kind, namespace, name, .. } = action
    else {
        return Vec::new();
    };
    let namespace = namespace.as_deref().unwrap_or_default();
    let wanted = [api_version.as_str(), object_kind, namespace, name].map(word).join(" ");
    let wanted = format!("kube_object {wanted}");
    match rendered_by {
        Some(RenderedBy::Kustomization { folder }) => {
            vec![format!("kubectl kustomize \"$BASE\"/{}", word(folder)), wanted]
        }
        Some(RenderedBy::Chart { folder, release }) => {
            let [release, folder] = [release, folder].map(|text| word(text));
            vec![format!("helm template {release} \"$BASE\"/{folder} --include-crds --skip-tests"), wanted]
        }
        None => vec![format!("{wanted} <\"$BASE\"/{}", word(file))],
    }
}

/// Lets go of what was held: the object as its manifest has it.
pub(super) fn release(script: &mut Script<'_>, object: &str) {
    let applied = script.step(&format!("manifests/{object}"));
    match applied {
        Some(applied) => apply(script, applied, false),
        None => {
            script.line(format!("ask_person {}", word(&format!("Let go of {object}, which was held. Done?"))))
        }
    }
}

/// Waits until it is up.
pub(super) fn await_ready(script: &mut Script<'_>, step: &Step, label: &str) {
    let (kind, ..) = label_parts(label);
    let object = script.object(label);
    let seconds = patience(&step.estimate);
    match kind {
        "Deployment" | "DaemonSet" | "StatefulSet" => {
            script.line(format!("kubectl_dr rollout status {object} --timeout={seconds}s"));
        }
        "Job" => script.line(format!("job_ended {seconds} {object}")),
        "CustomResourceDefinition" => {
            script.line(format!("kubectl_dr wait {object} --for=condition=Established --timeout={seconds}s"));
        }
        "APIService" => {
            script.line(format!("kubectl_dr wait {object} --for=condition=Available --timeout={seconds}s ||"));
            script.line(format!("  ask_person {}", word(&format!("Nobody answers for {label}. Go on without it?"))));
        }
        "Ingress" | "Service" => script.line(format!(
            "kubectl_dr wait {object} --for='jsonpath={{.status.loadBalancer.ingress[0].hostname}}' --timeout={seconds}s"
        )),
        "Pod" | "Node" => script.line(format!("kubectl_dr wait {object} --for=condition=Ready --timeout={seconds}s")),
        "PersistentVolumeClaim" => script.line(format!(
            "kubectl_dr wait {object} --for='jsonpath={{.status.phase}}=Bound' --timeout={seconds}s"
        )),
        _ => {
            script.line(format!("kubectl_dr get {object} --output yaml"));
            script.line(format!("ask_person {}", word(&format!("Is {label} up, by its status?"))));
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]
mod tests;
