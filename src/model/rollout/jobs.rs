//! Jobs that are taken away by their own setting some time after they have ended: what is left of them are events.
//! <https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/>

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{condition, text};

/// By how much the clock of whoever asks and that of the API server may be apart.
const APART: SignedDuration = SignedDuration::from_secs(60);
/// Events are kept for an hour (`--event-ttl` of the API server); less what may be lost of it.
const KEPT: SignedDuration = SignedDuration::from_mins(50);

/// How a Job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It is complete.
    Complete,
    /// It has failed: reason and message.
    Failed(String),
}

/// Whether a Job, sent or live, is taken away when it has ended.
#[must_use]
pub fn passes(kind: &str, group: &str, object: &Value) -> bool {
    kind == "Job"
        && group == "batch"
        && object.pointer("/spec/ttlSecondsAfterFinished").is_some_and(|seconds| !seconds.is_null())
}

/// How a Job that is there has ended; `None` where it has not.
#[must_use]
pub fn of_object(job: &Value) -> Option<End> {
    if let Some(("True", _, _)) = condition(job, "Complete") {
        return Some(End::Complete);
    }
    let (_, reason, message) = condition(job, "Failed").filter(|(status, _, _)| *status == "True")?;
    Some(End::Failed(format!("{reason}: {message}")))
}

/// How a Job that is gone had ended, by its events. Its controller writes one when it has written the end itself.
/// <https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/job/job_controller.go> (`recordJobFinished`)
#[must_use]
pub fn of_events(events: &[Value]) -> Option<End> {
    events.iter().find_map(|event| match text(event, "/reason") {
        "Completed" => Some(End::Complete),
        reason @ ("BackoffLimitExceeded"
        | "DeadlineExceeded"
        | "PodFailurePolicy"
        | "FailedIndexes"
        | "MaxFailedIndexesExceeded") => {
            Some(End::Failed(format!("{reason}: {}", super::causes::short(text(event, "/message")))))
        }
        _ => None,
    })
}

/// Whether any of these events is from after a moment, for all that two clocks may be apart.
#[must_use]
pub fn any_since(events: &[Value], since: Timestamp) -> bool {
    let at = |event: &Value| {
        ["/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"]
            .into_iter()
            .find_map(|path| text(event, path).parse::<Timestamp>().ok())
    };
    // Without a time it is taken for new.
    events.iter().any(|event| at(event).is_none_or(|at| at + APART >= since))
}

/// Whether events of that moment may be gone by now.
#[must_use]
pub fn is_forgotten(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) > KEPT
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_job_with_a_time_to_live_passes() {
        let job = |spec: Value| json!({ "spec": spec });
        assert!(passes("Job", "batch", &job(json!({ "ttlSecondsAfterFinished": 0 }))));
        assert!(!passes("Job", "batch", &job(json!({ "ttlSecondsAfterFinished": null }))));
        assert!(!passes("Job", "batch", &job(json!({}))));
        assert!(!passes("Job", "batch.example", &job(json!({ "ttlSecondsAfterFinished": 0 }))));
    }

    #[test]
    fn events_tell_the_end_and_that_it_was_there() {
        let event = |reason: &str| json!({ "reason": reason, "message": "m", "lastTimestamp": "2026-11-22T12:00:00Z" });
        assert_eq!(of_events(&[event("SuccessfulCreate")]), None);
        assert_eq!(of_events(&[event("SuccessfulCreate"), event("Completed")]), Some(End::Complete));
        let failed = End::Failed("BackoffLimitExceeded: m".to_owned());
        assert_eq!(of_events(&[event("BackoffLimitExceeded")]), Some(failed));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(any_since(&[event("x")], at("2026-11-22T12:00:30Z")));
        assert!(!any_since(&[event("x")], at("2026-11-22T12:02:00Z")));
        assert!(any_since(&[json!({})], at("2026-11-22T12:02:00Z")));
        assert!(!is_forgotten(at("2026-11-22T12:00:00Z"), at("2026-11-22T12:30:00Z")));
        assert!(is_forgotten(at("2026-11-22T12:00:00Z"), at("2026-11-22T13:00:00Z")));
    }
}
