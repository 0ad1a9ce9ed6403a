//! In which region the bucket of a run's records is, where nobody has named it: any region of S3 that answers knows.

use std::time::Duration;

use super::Failure;
use crate::clients::aws::{Connection, Limits};
use crate::model::settings::{JournalSettings, Settings};
use crate::targets::objects::region_of;

/// A region that is gone costs a few seconds, and the next one is asked.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(2),
    attempt: Duration::from_secs(4),
    call: Duration::from_secs(8),
    total: Duration::from_secs(60),
};

/// Asked where nothing names a region, or none that is named answers.
const ANY: [&str; 3] = ["us-west-2", "eu-west-1", "us-east-1"];

/// The region that a flag, drplan.hcl or its only recovery region names, else the one that S3 says.
///
/// # Errors
/// There are no credentials, or no region says where the bucket is.
pub(super) async fn find(
    named: Option<&str>,
    journal: &JournalSettings,
    settings: &Settings,
) -> Result<String, Failure> {
    let only = || settings.recovery.first().filter(|_| settings.recovery.len() == 1).map(String::as_str);
    if let Some(region) = named.or(journal.region.as_deref()).or_else(only) {
        return Ok(region.to_owned());
    }
    let env = |name: &str| std::env::var(name).ok().filter(|region| !region.is_empty());
    let own = env("AWS_REGION").or_else(|| env("AWS_DEFAULT_REGION"));
    let mut asked: Vec<&str> = Vec::new();
    for region in settings.recovery.iter().chain(&own).map(String::as_str).chain(ANY) {
        if !asked.contains(&region) {
            asked.push(region);
        }
    }
    // The region that may be lost is asked last.
    asked.sort_by_key(|region| settings.primary.as_deref() == Some(*region));
    let unknown = |why: &str| {
        Failure::refused(
            format!("nobody knows in which region the bucket {} is: {why}", journal.bucket),
            "name it: --journal-region REGION, the recovery region as a rule; or journal { region } in drplan.hcl",
        )
    };
    let Some(first) = asked.first() else { return Err(unknown("no region is known that could be asked")) };
    let connection = Connection::open(first, LIMITS).await;
    let connection = connection.map_err(|problem| unknown(&problem.message))?;
    let mut said = Vec::new();
    for region in asked {
        match region_of(&connection.in_region(region), &journal.bucket).await {
            Ok(found) => return Ok(found),
            Err(failure) => said.push(format!("{region}: {}", failure.detail)),
        }
    }
    Err(unknown(&said.join("; ")))
}
