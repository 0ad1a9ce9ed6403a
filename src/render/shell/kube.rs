//! The cluster: objects as the plan rewrites and holds them, and whether they are up.

use super::script::{Script, label_parts, patience};
use super::words::word;
use crate::plan::action::{Action, Hold, Rewrite};
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
    let Action::ApplyObject { file, object_kind, namespace, name, rewrites, hold, .. } = &step.action else {
        return;
    };
    if held && *hold == Some(Hold::Ask) {
        return script.line(": it is applied once its gate has passed");
    }
    // The longest first: a host holds its region.
    let mut rewrites: Vec<&Rewrite> = rewrites.iter().collect();
    rewrites.sort_by_key(|rewrite| std::cmp::Reverse(rewrite.token.len()));
    let mut filters = Vec::new();
    for rewrite in rewrites {
        let to = script.rewritten(rewrite);
        let within = rewrite.within.as_deref().into_iter().flat_map(|within| within.split(" > "));
        let mut words = vec!["change_text".to_owned(), word(&rewrite.path), word(&rewrite.token), to];
        words.extend(within.map(word));
        filters.push(words.join(" "));
    }
    match hold.filter(|_| held) {
        Some(Hold::Suspend) => filters.push("jq '.spec.suspend = true'".to_owned()),
        Some(Hold::Replicas) => filters.push("jq '.spec.replicas = 0'".to_owned()),
        Some(Hold::Ask) | None => {}
    }
    filters.push("apply_object".to_owned());
    let namespace = namespace.as_deref().unwrap_or("default");
    let source = [file.as_str(), object_kind, namespace, name].map(word).join(" ");
    let last = filters.len() - 1;
    script.line(format!("kube_object {source} |"));
    for (at, filter) in filters.into_iter().enumerate() {
        script.line(if at == last { format!("  {filter}") } else { format!("  {filter} |") });
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
        "Job" => script.line(format!("kubectl_dr wait {object} --for=condition=Complete --timeout={seconds}s")),
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
