//! Looks whether an object is ready, and if not, whether it can come to be.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::release::absent;
use super::{KubeTarget, apply, parsed, pods, scaled, webhooks};
use crate::clients::kube::refusal::{About, found};
use crate::model::rollout::causes::{self, Stuck, Verdict, short};
use crate::model::rollout::quota;
use crate::model::rollout::readiness::{self, Readiness};
use crate::model::rollout::{UNANSWERED, text};
use crate::model::target::kube::ObjectRef;
use crate::model::target::{Outputs, Progress, Seen, TargetError, UNPROVEN};

/// Pods change within seconds, and a cause is to be told within 15.
const AGAIN: Duration = Duration::from_secs(1);
/// How long a paused Deployment may take to have as many pods as it is told to.
const PAUSED: Duration = Duration::from_secs(9);

/// What an API has, that another server is to answer, from when it was asked first. It is no reason to hold up a recovery:
/// whoever stands at a gate is told.
const SILENT: SignedDuration = SignedDuration::from_secs(60);

pub(super) async fn look(target: &KubeTarget, object: &ObjectRef) -> Result<Seen, TargetError> {
    let about = About::Object(object);
    let Some(answer) = apply::fetch(target, object).await? else { return Ok(absent(object)) };
    let live = parsed("GET", &about, &answer.body)?;
    if webhooks::are(object)
        && let Some(status) = webhooks::silent(target, &live).await?
    {
        return Ok(Seen::Underway(Progress { status, again_in: Some(AGAIN) }));
    }
    let found = readiness::of(&live);
    if found == Readiness::Ready
        && let Some(status) = scaled::lacks(target, object, &live).await
    {
        return Ok(Seen::Underway(Progress { status, again_in: Some(AGAIN) }));
    }
    match found {
        Readiness::Ready => {
            let mut outputs: Outputs = readiness::outputs(&live).into_iter().collect();
            let unproven = match readiness::runs_old(&live) {
                Some(why) => Some(why),
                None => scaled::is_at_none(target, object, &live).await,
            };
            outputs.extend(unproven.map(|why| (UNPROVEN.to_owned(), why)));
            Ok(Seen::Done(outputs))
        }
        // A moment is left to one that is scaled: that goes on while it is paused.
        Readiness::Waiting(ref why) if found.is_paused() && target.since(&object.label()) >= PAUSED => {
            Err(cannot_start(&about, why.clone()))
        }
        Readiness::Waiting(why) if is_silent(target, object, &live, answer.at) => {
            let why = format!("nobody answers for it ({}): {UNANSWERED}", short(&why));
            Ok(Seen::Done(Outputs::from([(UNPROVEN.to_owned(), why)])))
        }
        Readiness::Failed(why) => {
            let log = if runs_pods(object) { log_of_failed(target, &live).await } else { Vec::new() };
            Err(cannot_start(&about, with_log(why, &log)))
        }
        Readiness::Waiting(why) => {
            let cause = match runs_pods(object) && readiness::is_seen(&live) {
                true => cause(target, &live, answer.at).await,
                false => Ok(Cause::None),
            };
            let status = match cause {
                Ok(Cause::Stuck(cause)) => return Err(cannot_start(&about, cause)),
                Ok(Cause::Heals(how)) => format!("{why}; {how}"),
                Ok(Cause::None) => why,
                // It comes up all the same, where it does: who may not read pods still waits for it.
                Err(error) => format!("{why}; what its pods say cannot be read: {error}"),
            };
            Ok(Seen::Underway(Progress { status, again_in: Some(AGAIN) }))
        }
    }
}

/// Whether it is an API that nobody has answered for as long as it may take.
fn is_silent(target: &KubeTarget, object: &ObjectRef, live: &Value, now: Option<Timestamp>) -> bool {
    if object.kind != "APIService" || object.group() != "apiregistration.k8s.io" {
        return false;
    }
    let conditions = live.pointer("/status/conditions").and_then(Value::as_array);
    let available = conditions.into_iter().flatten().find(|one| text(one, "/type") == "Available");
    let since = available.and_then(|one| text(one, "/lastTransitionTime").parse::<Timestamp>().ok());
    match (since, now) {
        (Some(since), Some(now)) => now.duration_since(since) >= SILENT,
        _ => target.since(&object.label()) >= SILENT.unsigned_abs(),
    }
}

fn runs_pods(object: &ObjectRef) -> bool {
    matches!(
        object.kind.as_str(),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" | "Pod"
    )
}

fn cannot_start(about: &About<'_>, cause: String) -> TargetError {
    found("GET", about, TargetError::CANNOT_START, cause)
}

/// Why a workload does not come up.
enum Cause {
    /// It may still.
    None,
    /// It was refused before, and is tried again by its controller.
    Heals(String),
    /// It cannot.
    Stuck(String),
}

/// Why pods of a workload cannot start.
async fn cause(target: &KubeTarget, workload: &Value, now: Option<Timestamp>) -> Result<Cause, TargetError> {
    if let Some((stuck, since)) = causes::of_workload(workload, now) {
        return refused(target, workload, &stuck, since).await;
    }
    let pods = pods::of_workload(target, workload).await?;
    if pods.is_empty() {
        let stuck = not_made(target, workload, now).await?;
        return Ok(stuck.map_or(Cause::None, Cause::Stuck));
    }
    let mut found: Vec<(&Value, Stuck)> = Vec::new();
    for pod in &pods {
        match causes::of_pod(pod, now) {
            Verdict::Fine => {}
            Verdict::Stuck(stuck) => found.push((pod, stuck)),
            // One that asks is enough: its siblings wait for the same.
            Verdict::AskEvents if found.is_empty() => {
                let events = pods::events(target, pod).await?;
                found.extend(causes::of_events(&events).map(|stuck| (pod, stuck)));
            }
            Verdict::AskEvents => {}
        }
    }
    let Some((pod, stuck)) = found.first() else { return Ok(gated(&pods)) };
    if causes::is_unschedulable(stuck) && causes::is_node_coming(&pods::events(target, pod).await?) {
        return Ok(Cause::None);
    }
    let same = found.iter().filter(|(_, other)| other.reason == stuck.reason).count();
    let log = match &stuck.log_of {
        Some(container) => pods::last_lines(target, pod, container).await,
        None => Vec::new(),
    };
    let told = format!("{same} of {} cannot start: {}: {}", count(pods.len()), stuck.reason, stuck.detail);
    Ok(Cause::Stuck(with_log(told, &log)))
}

/// Whoever set the gates may take them away.
fn gated(pods: &[Value]) -> Cause {
    let held: Vec<&Value> = pods.iter().filter(|pod| causes::gates(pod).next().is_some()).collect();
    let mut gates: Vec<&str> = held.iter().flat_map(|pod| causes::gates(pod)).collect();
    gates.sort_unstable();
    gates.dedup();
    if gates.is_empty() {
        return Cause::None;
    }
    Cause::Heals(format!(
        "{} of {} not scheduled before somebody takes its gates away: SchedulingGated by {}",
        held.len(),
        crate::model::words::count(pods.len(), "pod") + if pods.len() == 1 { " is" } else { " are" },
        gates.join(", ")
    ))
}

/// A controller that was not let make pods tries again later each time, and its word stays until then: what was mended
/// meanwhile is waited for.
async fn refused(
    target: &KubeTarget,
    workload: &Value,
    stuck: &Stuck,
    since: Option<Timestamp>,
) -> Result<Cause, TargetError> {
    let told = format!("its pods are not made: {}: {}", stuck.reason, stuck.detail);
    if let Some(name) = quota::exceeded(&stuck.detail) {
        let namespace = workload.pointer("/metadata/namespace").and_then(Value::as_str);
        let quota = ObjectRef {
            api_version: "v1".to_owned(),
            kind: "ResourceQuota".to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        };
        return Ok(match apply::get(target, &quota).await {
            Ok(Some(live)) if quota::is_as_told(&stuck.detail, &live) => Cause::Stuck(told),
            Ok(_) => Cause::Heals(format!(
                "quota {name} has changed since it was exceeded, and its controller tries again by itself, within minutes"
            )),
            // Who may not read it is told what is known.
            Err(_) => Cause::Stuck(told),
        });
    }
    match (since, target.began.get()) {
        (Some(since), Some(began)) if since < *began => {
            let at = since.strftime("%H:%M:%S");
            Ok(Cause::Heals(format!("{told} (at {at} UTC, and its controller tries again by itself)")))
        }
        _ => Ok(Cause::Stuck(told)),
    }
}

fn count(pods: usize) -> String {
    crate::model::words::count(pods, "pod")
}

/// StatefulSets, DaemonSets and Jobs tell by events alone that they are not let make pods.
async fn not_made(
    target: &KubeTarget,
    workload: &Value,
    now: Option<Timestamp>,
) -> Result<Option<String>, TargetError> {
    let since = workload.pointer("/metadata/creationTimestamp").and_then(Value::as_str).unwrap_or_default();
    let asks = workload.get("kind").and_then(Value::as_str) != Some("Deployment");
    if !asks || !causes::is_old(since, now) {
        return Ok(None);
    }
    let stuck = causes::of_events(&pods::events(target, workload).await?);
    Ok(stuck.map(|stuck| format!("its pods are not made: {}: {}", stuck.reason, stuck.detail)))
}

/// The log of a pod that has ended badly.
async fn log_of_failed(target: &KubeTarget, workload: &Value) -> Vec<String> {
    let Ok(pods) = pods::of_workload(target, workload).await else { return Vec::new() };
    let phase = |pod: &&Value| pod.pointer("/status/phase").and_then(Value::as_str) == Some("Failed");
    let Some(pod) = pods.iter().rev().find(phase) else { return Vec::new() };
    let container = pod.pointer("/spec/containers/0/name").and_then(Value::as_str).unwrap_or_default();
    pods::last_lines(target, pod, container).await
}

fn with_log(told: String, log: &[String]) -> String {
    if log.is_empty() { told } else { format!("{told}; its last lines:\n  {}", log.join("\n  ")) }
}
