//! What acts by itself as soon as it is made: before the gate it would work on restored data beside a primary that may
//! still run, and take messages that are not its own yet.

use super::dns;
use super::facts::Object;

const SCHEDULE: &str = "a schedule starts by itself: made behind the gate";
const MESSAGES: &str = "it takes messages by itself: made behind the gate";

/// Why the engine makes something only behind the gate; `None` for what waits to be asked.
pub(super) fn acts(object: &Object<'_, '_>) -> Option<&'static str> {
    let is = |attribute: &str, word: &str| {
        object.text(attribute).is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    match object.type_name() {
        _ if dns::installs_controller(object) => {
            Some("external-dns, which moves names by itself: made behind the dns gate")
        }
        // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
        "aws_scheduler_schedule" if !is("state", "DISABLED") => Some(SCHEDULE),
        // A rule of events waits for events, one with a schedule for nothing.
        "aws_cloudwatch_event_rule"
            if !is("state", "DISABLED")
                && object.text("schedule_expression").is_some_and(|schedule| !schedule.is_empty()) =>
        {
            Some(SCHEDULE)
        }
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
        "aws_lambda_event_source_mapping"
            if object.tree().get("enabled").and_then(serde_json::Value::as_bool) != Some(false) =>
        {
            Some(MESSAGES)
        }
        "kubernetes_cron_job" | "kubernetes_cron_job_v1"
            if object.tree().pointer("/spec/0/suspend").and_then(serde_json::Value::as_bool)
                != Some(true) =>
        {
            Some(SCHEDULE)
        }
        "kubernetes_manifest"
            if object.tree().pointer("/manifest/kind").and_then(serde_json::Value::as_str)
                == Some("CronJob") =>
        {
            Some(SCHEDULE)
        }
        "kubectl_manifest" if object.text("yaml_body").is_some_and(|text| text.contains("kind: CronJob")) => {
            Some(SCHEDULE)
        }
        "kubernetes_manifest"
            if object.tree().pointer("/manifest/kind").and_then(serde_json::Value::as_str)
                == Some("ScaledJob") =>
        {
            Some(MESSAGES)
        }
        "kubectl_manifest"
            if object.text("yaml_body").is_some_and(|text| text.contains("kind: ScaledJob")) =>
        {
            Some(MESSAGES)
        }
        "aws_pipes_pipe" if !is("desired_state", "STOPPED") => Some(MESSAGES),
        "aws_dms_replication_task"
            if object.tree().get("start_replication_task").and_then(serde_json::Value::as_bool)
                == Some(true) =>
        {
            Some("it copies data by itself: made behind the gate")
        }
        _ => None,
    }
}
