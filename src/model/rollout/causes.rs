//! Why a pod cannot start: a pure function of the pod, of the server's clock and, where the pod does not say it, of its
//! events.

use jiff::Timestamp;
use serde_json::Value;

use super::{condition, text};

/// What heals by itself does so within this time: a ConfigMap that comes a moment after its reader, a node that joins.
/// Shorter than the 15 seconds after which an operator is to be told, by the time that it takes to look.
const GRACE_SECONDS: i64 = 9;

/// What a pod says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is wrong, or not for long enough.
    Fine,
    /// It cannot start.
    Stuck(Stuck),
    /// Its events say whether something is wrong.
    AskEvents,
}

/// Why it cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// In the words of Kubernetes: `ImagePullBackOff`, `Unschedulable`.
    pub reason: String,
    /// What is known of it.
    pub detail: String,
    /// The container whose log says more.
    pub log_of: Option<String>,
}

impl Stuck {
    fn new(reason: &str, detail: String) -> Self {
        Self { reason: reason.to_owned(), detail, log_of: None }
    }
}

/// What a pod says.
#[must_use]
pub fn of_pod(pod: &Value, now: Option<Timestamp>) -> Verdict {
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return Verdict::Fine;
    }
    if let Some((reason, message, since)) = unscheduled(pod) {
        if reason != "Unschedulable" || !is_old(since, now) {
            return Verdict::Fine;
        }
        // A node may be on its way.
        return if message.is_empty() {
            Verdict::AskEvents
        } else {
            Verdict::Stuck(Stuck::new("Unschedulable", message.to_owned()))
        };
    }
    let old = is_old(text(pod, "/status/startTime"), now);
    let mut asks = false;
    for status in containers(pod) {
        match of_container(status, old) {
            Verdict::Fine => {}
            Verdict::AskEvents => asks = true,
            stuck => return stuck,
        }
    }
    if asks { Verdict::AskEvents } else { Verdict::Fine }
}

/// What keeps a pod from being scheduled at all, until somebody takes it away.
/// <https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/>
pub fn gates(pod: &Value) -> impl Iterator<Item = &str> {
    let gates = pod.pointer("/spec/schedulingGates").and_then(Value::as_array);
    gates.into_iter().flatten().map(|gate| text(gate, "/name"))
}

/// Whether a pod waits for a node, and has for long: events tell whether one is on its way.
#[must_use]
pub fn is_unschedulable(stuck: &Stuck) -> bool {
    stuck.reason == "Unschedulable"
}

fn unscheduled(pod: &Value) -> Option<(&str, &str, &str)> {
    let (status, reason, message) = condition(pod, "PodScheduled")?;
    let conditions = pod.pointer("/status/conditions")?.as_array()?;
    let found = conditions.iter().find(|condition| text(condition, "/type") == "PodScheduled")?;
    (status == "False").then(|| (reason, message, text(found, "/lastTransitionTime")))
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    ["initContainerStatuses", "containerStatuses"].into_iter().flat_map(move |field| {
        pod.pointer(&format!("/status/{field}")).and_then(Value::as_array).into_iter().flatten()
    })
}

fn of_container(status: &Value, old: bool) -> Verdict {
    let [name, image] = ["/name", "/image"].map(|path| text(status, path));
    let [reason, message] =
        ["reason", "message"].map(|field| text(status, &format!("/state/waiting/{field}")));
    let stuck = |detail: String| Verdict::Stuck(Stuck::new(reason, detail));
    let about = |what: &str| match message {
        "" => format!("container {name}{what}"),
        message => format!("container {name}{what}: {}", short(message)),
    };
    match reason {
        "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" | "ImagePullBackOff" => {
            stuck(about(&format!(", image {image}")))
        }
        "ErrImagePull" if is_final(message) => stuck(about(&format!(", image {image}"))),
        "CrashLoopBackOff" => {
            let ended =
                status.pointer("/lastState/terminated").or_else(|| status.pointer("/state/terminated"));
            let how = ended.map_or_else(String::new, |ended| {
                let code = ended.pointer("/exitCode").and_then(Value::as_i64).unwrap_or_default();
                match text(ended, "/reason") {
                    "" | "Error" => format!(" ends with exit code {code}"),
                    reason => format!(" ends with exit code {code} ({reason})"),
                }
            });
            let restarts = status.pointer("/restartCount").and_then(Value::as_i64).unwrap_or_default();
            Verdict::Stuck(Stuck {
                log_of: Some(name.to_owned()),
                ..Stuck::new(reason, format!("container {name}{how}, {restarts} restarts"))
            })
        }
        "CreateContainerConfigError"
        | "CreateContainerError"
        | "RunContainerError"
        | "StartError"
        | "PreStartHookError"
        | "PostStartHookError"
            if old =>
        {
            stuck(about(""))
        }
        "ContainerCreating" | "PodInitializing" if old => Verdict::AskEvents,
        _ => Verdict::Fine,
    }
}

/// Whether a registry's answer stays the same when it is asked again.
fn is_final(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [
        "not found",
        "denied",
        "unauthorized",
        "manifest unknown",
        "does not exist",
        "no basic auth",
        "forbidden",
    ]
    .iter()
    .any(|word| message.contains(word))
}

/// What the events of a pod, or of what makes pods, say; newest last.
#[must_use]
pub fn of_events(events: &[Value]) -> Option<Stuck> {
    let worst = events.iter().rev().find(|event| {
        matches!(
            text(event, "/reason"),
            "FailedMount"
                | "FailedAttachVolume"
                | "FailedCreate"
                | "FailedCreatePodSandBox"
                | "FailedBinding"
        )
    })?;
    Some(Stuck::new(text(worst, "/reason"), short(text(worst, "/message"))))
}

/// Whether somebody makes a node for a pod that has none
/// (<https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md>,
/// <https://karpenter.sh/docs/troubleshooting/>).
#[must_use]
pub fn is_node_coming(events: &[Value]) -> bool {
    events
        .iter()
        .any(|event| matches!(text(event, "/reason"), "TriggeredScaleUp" | "Nominated" | "NominatedPod"))
}

/// Pods that a workload's controller was not let make, and since when it says so.
#[must_use]
pub fn of_workload(workload: &Value, now: Option<Timestamp>) -> Option<(Stuck, Option<Timestamp>)> {
    let conditions = workload.pointer("/status/conditions")?.as_array()?;
    let failed = conditions.iter().find(|condition| {
        text(condition, "/type") == "ReplicaFailure" && text(condition, "/status") == "True"
    })?;
    let since = text(failed, "/lastTransitionTime");
    let stuck = || Stuck::new(text(failed, "/reason"), short(text(failed, "/message")));
    is_old(since, now).then(|| (stuck(), since.parse().ok()))
}

/// Whether what is so since then will not heal by itself any more; without a clock it is taken for old.
#[must_use]
pub fn is_old(since: &str, now: Option<Timestamp>) -> bool {
    let (Ok(since), Some(now)) = (since.parse::<Timestamp>(), now) else { return true };
    now.as_second() - since.as_second() >= GRACE_SECONDS
}

/// One line of bounded length, without secrets.
#[must_use]
pub fn short(message: &str) -> String {
    const MOST: usize = 600;
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = crate::model::secret::masked(&line);
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} ...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BEGAN: &str = "2026-11-22T12:00:00Z";

    fn after(seconds: i64) -> Option<Timestamp> {
        let began: Timestamp = BEGAN.parse().unwrap();
        Some(began + jiff::SignedDuration::from_secs(seconds))
    }

    fn waits(reason: &str, message: &str) -> Value {
        let waiting = json!({ "reason": reason, "message": message });
        let status = json!({ "name": "app", "image": "r/x:1", "restartCount": 3, "state": { "waiting": waiting },
            "lastState": { "terminated": { "exitCode": 1, "reason": "Error" } } });
        json!({ "status": { "startTime": BEGAN, "containerStatuses": [status] } })
    }

    fn told(pod: &Value, seconds: i64) -> String {
        match of_pod(pod, after(seconds)) {
            Verdict::Fine => "fine".to_owned(),
            Verdict::AskEvents => "ask".to_owned(),
            Verdict::Stuck(stuck) => format!("{}: {}", stuck.reason, stuck.detail),
        }
    }

    #[test]
    fn what_will_not_heal_is_told_at_once() {
        let pod = waits("ImagePullBackOff", "Back-off pulling image: not found");
        let image = "ImagePullBackOff: container app, image r/x:1: Back-off pulling image: not found";
        assert_eq!(told(&pod, 0), image);
        assert_eq!(told(&waits("ErrImagePull", "i/o timeout"), 60), "fine");
        assert!(told(&waits("ErrImagePull", "manifest unknown"), 0).starts_with("ErrImagePull"));
        let crash = "CrashLoopBackOff: container app ends with exit code 1, 3 restarts";
        assert_eq!(told(&waits("CrashLoopBackOff", "back-off"), 0), crash);
    }

    #[test]
    fn what_may_heal_has_a_moment() {
        let pod = waits("CreateContainerConfigError", "configmap \"settings\" not found");
        assert_eq!(told(&pod, 2), "fine");
        let missing = "CreateContainerConfigError: container app: configmap \"settings\" not found";
        assert_eq!(told(&pod, 9), missing);
        assert_eq!(
            (told(&waits("ContainerCreating", ""), 2), told(&waits("ContainerCreating", ""), 9)),
            ("fine".to_owned(), "ask".to_owned())
        );
        let unscheduled = |reason: &str| {
            let scheduled = json!({ "type": "PodScheduled", "status": "False", "reason": reason, "message": "0/3 nodes", "lastTransitionTime": BEGAN });
            json!({ "status": { "conditions": [scheduled] } })
        };
        assert_eq!(told(&unscheduled("Unschedulable"), 3), "fine");
        assert_eq!(told(&unscheduled("Unschedulable"), 10), "Unschedulable: 0/3 nodes");
        assert_eq!(told(&unscheduled("SchedulingGated"), 99), "fine");
    }

    #[test]
    fn events_and_conditions_say_the_rest() {
        let event = |reason: &str, message: &str| json!({ "reason": reason, "message": message });
        let mount =
            event("FailedMount", "MountVolume.SetUp failed for volume \"x\" : secret \"db\" not found");
        let found = of_events(&[event("Scheduled", "ok"), mount, event("Pulled", "ok")]).unwrap();
        assert_eq!(found.reason, "FailedMount");
        assert!(found.detail.ends_with("secret \"db\" not found"));
        assert!(
            is_node_coming(&[event("TriggeredScaleUp", "")])
                && !is_node_coming(&[event("FailedScheduling", "")])
        );
        let failed = json!({ "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "pods \"x\" is forbidden: exceeded quota", "lastTransitionTime": BEGAN });
        let workload = json!({ "status": { "conditions": [failed] } });
        assert!(of_workload(&workload, after(1)).is_none());
        assert!(of_workload(&workload, after(20)).unwrap().0.detail.contains("exceeded quota"));
    }
}
