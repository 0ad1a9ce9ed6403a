//! Whether an object is ready: a pure function of the object, by the rules of kstatus
//! (<https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md>).
//!
//! Stricter where a recovery needs it: a Job is ready when it is complete, an Ingress when it has an address.

use serde_json::Value;

use super::{condition, text};
use crate::model::words;

/// How far an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It does what it is there for.
    Ready,
    /// Not yet, and why.
    Waiting(String),
    /// It will not come by waiting, and why.
    Failed(String),
}

use Readiness::{Failed, Ready, Waiting};

/// How far an object is, as it was fetched.
#[must_use]
pub fn of(object: &Value) -> Readiness {
    if object.pointer("/metadata/deletionTimestamp").is_some() {
        return waiting("it is being deleted");
    }
    let observed = int(object, "/status/observedGeneration");
    if !is_seen(object) {
        return waiting("its controller has not seen the change yet");
    }
    let group = text(object, "/apiVersion").split_once('/').map_or("", |(group, _)| group);
    match (group, text(object, "/kind")) {
        ("apps", "Deployment") => deployment(object, observed),
        ("apps", "StatefulSet") => stateful_set(object, observed),
        ("apps", "DaemonSet") => daemon_set(object, observed),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => replica_set(object, observed),
        ("batch", "Job") => job(object),
        ("", "Pod") => pod(object),
        ("", "PersistentVolumeClaim") => claim(object),
        ("", "PersistentVolume") => phase(object, &["Available", "Bound"], &["Failed"]),
        ("", "Namespace") => phase(object, &["Active"], &[]),
        ("", "Service") => service(object),
        ("", "Node") => has(object, "Ready"),
        ("networking.k8s.io", "Ingress") => address(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        ("apiregistration.k8s.io", "APIService") => has(object, "Available"),
        ("policy", "PodDisruptionBudget") => budget(object),
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler(object),
        // These have no state of their own to wait for.
        ("", "ConfigMap" | "Secret" | "ServiceAccount") | ("batch", "CronJob") => Ready,
        _ => custom(object),
    }
}

/// Whether its controller has seen the newest change, as far as it says so: until then its pods are those of the one before.
#[must_use]
pub fn is_seen(object: &Value) -> bool {
    let observed = int(object, "/status/observedGeneration");
    observed.zip(int(object, "/metadata/generation")).is_none_or(|(observed, wanted)| observed >= wanted)
}

const PAUSED: &str =
    "it is paused (spec.paused), and nothing of it rolls out until that is taken out of its manifest: ";

fn is_paused(object: &Value) -> bool {
    object.pointer("/spec/paused").and_then(Value::as_bool) == Some(true)
}

impl Readiness {
    /// Whether a Deployment waits for a rollout that it is told not to do.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        matches!(self, Waiting(why) if why.starts_with(PAUSED))
    }
}

/// Of what is ready and runs an older template all the same, why: its pods are replaced by others, or not at all.
#[must_use]
pub fn runs_old(object: &Value) -> Option<String> {
    if !text(object, "/apiVersion").starts_with("apps/") {
        return None;
    }
    let (wanted, updated) = match text(object, "/kind") {
        "StatefulSet" => {
            (int(object, "/spec/replicas").unwrap_or(1), count(object, "/status/updatedReplicas"))
        }
        "DaemonSet" => {
            (count(object, "/status/desiredNumberScheduled"), count(object, "/status/updatedNumberScheduled"))
        }
        _ => return None,
    };
    let old = pods(wanted - updated, "pod");
    let run = if wanted - updated == 1 { "runs" } else { "run" };
    let partition = count(object, "/spec/updateStrategy/rollingUpdate/partition");
    if updated >= wanted {
        None
    } else if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        Some(format!(
            "{old} still {run} the template from before (the old image, the old settings): with updateStrategy OnDelete a pod is \
             replaced only when somebody deletes it"
        ))
    } else if partition > 0 {
        Some(format!("{old} still {run} the template from before: its partition keeps them at it"))
    } else {
        None
    }
}

/// What a ready object leaves to others: the address of its load balancer, by its JSON Pointer.
#[must_use]
pub fn outputs(object: &Value) -> Vec<(String, String)> {
    let paths = ["hostname", "ip"].map(|field| format!("/status/loadBalancer/ingress/0/{field}"));
    let found = paths.iter().filter_map(|path| {
        let value = object.pointer(path)?.as_str()?.to_owned();
        Some((path.clone(), value))
    });
    let mut found: Vec<(String, String)> = found.collect();
    // Who asks for its name gets where it answers.
    if let ([name, _], [(at, address)]) = (&paths, &found[..])
        && at != name
    {
        found.push((name.clone(), address.clone()));
    }
    found
}

fn waiting(why: impl Into<String>) -> Readiness {
    Waiting(why.into())
}

fn int(object: &Value, path: &str) -> Option<i64> {
    object.pointer(path).and_then(Value::as_i64)
}

fn count(object: &Value, path: &str) -> i64 {
    int(object, path).unwrap_or_default()
}

fn has(object: &Value, kind: &str) -> Readiness {
    match condition(object, kind) {
        Some(("True", _, _)) => Ready,
        Some((_, reason, message)) => waiting(because(kind, reason, message)),
        None => waiting(format!("it is not {kind} yet")),
    }
}

fn because(kind: &str, reason: &str, message: &str) -> String {
    match (reason, message) {
        ("", "") => format!("it is not {kind}"),
        (reason, "") => format!("it is not {kind}: {reason}"),
        ("", message) => format!("it is not {kind}: {message}"),
        (reason, message) => format!("it is not {kind}: {reason}: {message}"),
    }
}

fn phase(object: &Value, ready: &[&str], failed: &[&str]) -> Readiness {
    match text(object, "/status/phase") {
        phase if ready.contains(&phase) => Ready,
        phase if failed.contains(&phase) => Failed(format!("it is {phase}")),
        "" => waiting("it has no phase yet"),
        phase => waiting(format!("it is {phase}")),
    }
}

fn deployment(object: &Value, observed: Option<i64>) -> Readiness {
    if observed.is_none() {
        return waiting("its controller has not seen it yet");
    }
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    let progressing = condition(object, "Progressing");
    if let Some((_, "ProgressDeadlineExceeded", message)) = progressing {
        return Failed(format!("its rollout made no progress in time: {message}"));
    }
    let [total, updated, ready, available] =
        ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
            .map(|field| count(object, &format!("/status/{field}")));
    let paused = if is_paused(object) { PAUSED } else { "" };
    if updated < wanted {
        return waiting(format!("{paused}{}", of_pods(updated, wanted, "are updated")));
    }
    if total > updated {
        return waiting(format!("{paused}it waits for {} to end", pods(total - updated, "old pod")));
    }
    if ready < wanted {
        return waiting(of_pods(ready, wanted, "are ready"));
    }
    if available < updated {
        return waiting(of_pods(available, updated, "are available"));
    }
    if object.pointer("/spec/progressDeadlineSeconds").is_some()
        && wanted > 0
        && progressing
            .is_some_and(|(status, reason, _)| status != "True" || reason != "NewReplicaSetAvailable")
        // Whose rollout was done before it was paused.
        && !(is_paused(object) && progressing.is_some_and(|(_, reason, _)| reason == "DeploymentPaused"))
    {
        return waiting("its new pods are not counted as available yet");
    }
    match condition(object, "Available") {
        Some(("False", reason, message)) => waiting(because("Available", reason, message)),
        _ => Ready,
    }
}

fn stateful_set(object: &Value, observed: Option<i64>) -> Readiness {
    if observed.is_none() {
        return waiting("its controller has not seen it yet");
    }
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    let [total, updated, ready] = ["replicas", "updatedReplicas", "readyReplicas"]
        .map(|field| count(object, &format!("/status/{field}")));
    if total < wanted {
        return waiting(of_pods(total, wanted, "are made"));
    }
    if ready < wanted {
        return waiting(of_pods(ready, wanted, "are ready"));
    }
    if total > wanted {
        return waiting(format!("it waits for {} to end", pods(total - wanted, "pod")));
    }
    // Pods are changed when somebody deletes them.
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        return Ready;
    }
    let partition = count(object, "/spec/updateStrategy/rollingUpdate/partition");
    if partition > 0 {
        let moved = wanted - partition;
        return if updated < moved { waiting(of_pods(updated, moved, "are updated")) } else { Ready };
    }
    if text(object, "/status/currentRevision") != text(object, "/status/updateRevision") {
        return waiting(of_pods(updated, wanted, "are updated"));
    }
    Ready
}

fn daemon_set(object: &Value, observed: Option<i64>) -> Readiness {
    let (Some(_), Some(wanted)) = (observed, int(object, "/status/desiredNumberScheduled")) else {
        return waiting("its controller has not seen it yet");
    };
    let [updated, available, ready] = ["updatedNumberScheduled", "numberAvailable", "numberReady"]
        .map(|field| count(object, &format!("/status/{field}")));
    let on_delete = text(object, "/spec/updateStrategy/type") == "OnDelete";
    if updated < wanted && !on_delete {
        return waiting(of_pods(updated, wanted, "are updated"));
    }
    if ready < wanted {
        return waiting(of_pods(ready, wanted, "are ready"));
    }
    if available < wanted {
        return waiting(of_pods(available, wanted, "are available"));
    }
    Ready
}

fn replica_set(object: &Value, observed: Option<i64>) -> Readiness {
    if observed.is_none() {
        return waiting("its controller has not seen it yet");
    }
    let wanted = int(object, "/spec/replicas").unwrap_or(1);
    let [total, ready, available] = ["replicas", "readyReplicas", "availableReplicas"]
        .map(|field| count(object, &format!("/status/{field}")));
    if total < wanted {
        return waiting(of_pods(total, wanted, "are made"));
    }
    if ready < wanted {
        return waiting(of_pods(ready, wanted, "are ready"));
    }
    if available < wanted {
        return waiting(of_pods(available, wanted, "are available"));
    }
    if total > wanted {
        return waiting(format!("it waits for {} to end", pods(total - wanted, "pod")));
    }
    Ready
}

fn job(object: &Value) -> Readiness {
    if object.pointer("/spec/suspend").and_then(Value::as_bool) == Some(true) {
        return Ready;
    }
    for kind in ["Failed", "FailureTarget"] {
        if let Some(("True", reason, message)) = condition(object, kind) {
            return Failed(format!("it has failed: {reason}: {message}"));
        }
    }
    if let Some(("True", _, _)) = condition(object, "Complete") {
        return Ready;
    }
    if object.pointer("/status/startTime").is_none() {
        return waiting("it has not started yet");
    }
    let wanted = int(object, "/spec/completions").unwrap_or(1);
    waiting(format!(
        "{}, {} failed",
        of_pods(count(object, "/status/succeeded"), wanted, "are done"),
        count(object, "/status/failed")
    ))
}

fn pod(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        "Succeeded" => Ready,
        "Failed" => {
            let [reason, message] = ["/status/reason", "/status/message"].map(|path| text(object, path));
            Failed(format!("it has failed {reason} {message}").trim_end().to_owned())
        }
        "Running" => has(object, "Ready"),
        "" => waiting("it is not seen yet"),
        phase => waiting(format!("it is {phase}")),
    }
}

fn claim(object: &Value) -> Readiness {
    match text(object, "/status/phase") {
        "Bound" => Ready,
        "Lost" => Failed("its volume is gone".to_owned()),
        _ => waiting("it has no volume yet"),
    }
}

fn service(object: &Value) -> Readiness {
    if text(object, "/spec/type") != "LoadBalancer" { Ready } else { address(object) }
}

fn address(object: &Value) -> Readiness {
    if outputs(object).is_empty() { waiting("its load balancer has no address yet") } else { Ready }
}

fn definition(object: &Value) -> Readiness {
    if let Some(("False", reason, message)) = condition(object, "NamesAccepted") {
        return Failed(format!("its names are not accepted: {reason}: {message}"));
    }
    has(object, "Established")
}

fn budget(object: &Value) -> Readiness {
    if int(object, "/status/observedGeneration").is_none() {
        return waiting("its controller has not seen it yet");
    }
    let [healthy, wanted] =
        ["currentHealthy", "desiredHealthy"].map(|field| count(object, &format!("/status/{field}")));
    if healthy < wanted { waiting(of_pods(healthy, wanted, "are healthy")) } else { Ready }
}

/// Without metrics it does not scale, and what it scales runs all the same.
fn autoscaler(object: &Value) -> Readiness {
    match condition(object, "AbleToScale") {
        Some(("False", reason, message)) => waiting(because("AbleToScale", reason, message)),
        _ => Ready,
    }
}

/// What others define, by the conditions that most have.
fn custom(object: &Value) -> Readiness {
    if let Some(("True", reason, message)) = condition(object, "Stalled") {
        return Failed(format!("it is stalled: {reason}: {message}"));
    }
    if let Some(("True", reason, message)) = condition(object, "Reconciling") {
        return waiting(format!("its controller is at work: {reason}: {message}"));
    }
    match condition(object, "Ready") {
        Some(("False" | "Unknown", reason, message)) => waiting(because("Ready", reason, message)),
        _ => Ready,
    }
}

fn of_pods(some: i64, all: i64, what: &str) -> String {
    let what = if all == 1 { what.replacen("are", "is", 1) } else { what.to_owned() };
    format!("{some} of {} {what}", pods(all, "pod"))
}

fn pods(number: i64, word: &str) -> String {
    words::count(usize::try_from(number).unwrap_or_default(), word)
}

#[cfg(test)]
mod tests;
