//! CloudWatch: the newest value of a metric of an RDS instance.

use std::time::Duration;

use jiff::Timestamp;

use super::Found;
use crate::clients::aws::query::{CLOUDWATCH, Paging, each, xml};
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;

const ACTION: &str = "cloudwatch:GetMetricStatistics";

/// How far back a value may lie. RDS publishes every minute.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The newest maximum of a metric in the quarter of an hour before `at`.
///
/// # Errors
/// No answer, or no value in that time.
pub(super) async fn newest(
    connection: &Connection,
    metric: &'static str,
    instance: &str,
    at: Timestamp,
) -> Found<f64> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let start = at.checked_sub(WINDOW).unwrap_or(at);
    let parameters = vec![
        pair("Namespace", "AWS/RDS"),
        pair("MetricName", metric),
        pair("Dimensions.member.1.Name", "DBInstanceIdentifier"),
        pair("Dimensions.member.1.Value", instance),
        pair("StartTime", &start.to_string()),
        pair("EndTime", &at.to_string()),
        pair("Period", "60"),
        pair("Statistics.member.1", "Maximum"),
    ];
    let paging = Paging { send: "NextToken", receive: "NextToken" };
    let pages = connection.query(&CLOUDWATCH, ACTION, parameters, paging).await?;
    let mut values = each(ACTION, &pages, "Datapoints", |node| {
        let time: Timestamp = xml::child(node, "Timestamp")?.parse().ok()?;
        let value: f64 = xml::child(node, "Maximum")?.parse().ok()?;
        Some((time, value))
    })?;
    values.sort_by_key(|(time, _)| *time);
    let newest = values.pop().map(|(_, value)| value).filter(|value| value.is_finite());
    newest.ok_or_else(|| {
        Failure::new(ACTION, GapReason::NotRecorded, format!("{metric}: no value in the last 15 minutes"))
    })
}
