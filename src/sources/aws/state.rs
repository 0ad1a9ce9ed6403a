//! Terraform's state in S3: which object, which version of it, from which bucket.
//!
//! Layout: <https://developer.hashicorp.com/terraform/language/backend/s3>. Of the object's versions the one with the
//! highest serial of the lineage is taken: a copy that replication or a hurried `state push` put on top may be older.

use jiff::Timestamp;

use super::Failure;
use crate::clients::aws::Connection;
use crate::model::diagnostic::{GapReason, Problem};

mod choice;
mod object;

pub(super) use object::read_object;

/// Which state to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateRequest {
    /// Bucket and key of the default workspace.
    pub place: BucketKey,
    /// A copy outside the primary region, asked when the first does not answer.
    pub replica: Option<BucketKey>,
    /// Workspace; `default` unless named.
    pub workspace: Option<String>,
    /// `env:` unless named; may be empty.
    pub workspace_key_prefix: Option<String>,
    /// `--state-version`.
    pub version: Option<String>,
    /// `--state-at`: versions written later are passed over.
    pub at: Option<Timestamp>,
    /// The lineage that is expected, where one is known.
    pub lineage: Option<String>,
}

/// An object's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BucketKey {
    /// Bucket.
    pub bucket: String,
    /// Key.
    pub key: String,
    /// Region of the bucket; the connection's where unknown, until S3 names another.
    pub region: Option<String>,
}

impl BucketKey {
    /// Takes `s3://bucket/key`.
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(uri: &str, region: Option<String>) -> Result<Self, Box<Problem>> {
        let parts = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        match parts.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty() && !key.ends_with('/')) {
            Some((bucket, key)) => Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), region }),
            None => Err(Box::new(Problem::new(
                format!("`{uri}` names no object in S3"),
                "write s3://BUCKET/KEY, with the `bucket` and `key` of the backend block",
            ))),
        }
    }
}

impl StateRequest {
    /// Key of the workspace's object: `KEY`, or `PREFIX/WORKSPACE/KEY`.
    fn key(&self, place: &BucketKey) -> String {
        let Some(workspace) = self.workspace.as_deref().filter(|name| *name != "default") else {
            return place.key.clone();
        };
        match self.workspace_key_prefix.as_deref().unwrap_or("env:") {
            "" => format!("{workspace}/{}", place.key),
            prefix => format!("{prefix}/{workspace}/{}", place.key),
        }
    }
}

/// A state that was read.
#[derive(Clone, Debug)]
pub struct StateObject {
    /// As people know it: `s3://bucket/key`, with the version where it is not the newest.
    pub origin: String,
    /// The text of the state, not checked yet.
    pub bytes: Vec<u8>,
    /// Version of the object; `None` in a bucket without versions.
    pub version: Option<String>,
    /// When it was written.
    pub modified: Option<Timestamp>,
    /// Whether it is from the replica bucket.
    pub from_replica: bool,
    /// What the reader should know of the choice, a sentence each.
    pub notes: Vec<String>,
}

/// Reads a state from S3.
///
/// # Errors
/// Not there, deleted, not allowed, no answer from either bucket, two lineages, another lineage than expected.
pub async fn read_state_s3(
    connection: &Connection,
    request: &StateRequest,
) -> Result<StateObject, Box<Problem>> {
    read_object(connection, request).await.map_err(|refusal| Box::new(refusal.problem()))
}

/// Why there is no state.
#[derive(Clone, Debug)]
pub(super) enum Refusal {
    /// S3 says that it is not there; holds its place.
    Absent(String),
    /// Its newest version is a delete marker; holds its place.
    Deleted(String),
    /// The call failed; holds its place.
    Failed(String, Failure),
    /// Neither bucket answered; holds both places and the first's failure.
    Silent(String, String, Failure),
    /// Versions of several lineages; holds its place and one line for each.
    Lineages(String, Vec<String>),
    /// Only versions of another lineage; holds its place and the wanted one.
    OtherLineage(String, String),
    /// Larger than any state.
    Large(String),
}

impl Refusal {
    /// For a recording.
    pub(super) fn failure(self) -> Failure {
        const ACTION: &str = "s3:GetObject";
        match self {
            Self::Failed(_, failure) | Self::Silent(_, _, failure) => failure,
            other => Failure::new(ACTION, GapReason::Unreadable, other.problem().message),
        }
    }

    /// For the reader.
    pub(super) fn problem(self) -> Problem {
        let versions = "choose one with --state-version ID or --state-at TIME";
        match self {
            Self::Absent(place) => Problem::new(
                format!("{place} is not there"),
                "check bucket, key, workspace and workspace_key_prefix against the backend block",
            ),
            Self::Deleted(place) => {
                Problem::new(format!("{place} was deleted; earlier versions of it are still there"), versions)
            }
            Self::Failed(place, failure) => denied_or_failed(&place, &failure),
            Self::Silent(place, replica, failure) => Problem::new(
                format!("neither {place} ({}) nor its copy {replica} answers", failure.detail),
                "check the network, or give a local copy with --state FILE",
            ),
            Self::Lineages(place, lines) => Problem::new(
                format!("versions of {place} are of different states: {}", lines.join("; ")),
                versions,
            ),
            Self::OtherLineage(place, lineage) => Problem::new(
                format!("no version of {place} is of lineage {lineage}"),
                "check that bucket and key are those of this stack",
            ),
            Self::Large(place) => {
                Problem::new(format!("{place} is larger than any state"), "check bucket and key")
            }
        }
    }
}

fn denied_or_failed(place: &str, failure: &Failure) -> Problem {
    let detail = &failure.detail;
    if failure.reason != GapReason::AccessDenied {
        let fix = match failure.reason {
            GapReason::TimedOut | GapReason::Unreachable => {
                "check the network, or name a copy in another region: state { replica { bucket = \"...\", region = \"...\" } } in drplan.hcl"
            }
            _ => "check bucket, key and region, or give a local copy with --state FILE",
        };
        return Problem::new(format!("{place} cannot be read: {detail}"), fix);
    }
    if detail.to_ascii_lowercase().contains("kms") {
        return Problem::new(
            format!("{place} may not be decrypted: {detail}"),
            "allow kms:Decrypt with the key that the bucket encrypts with",
        );
    }
    Problem::new(
        format!("{place} may not be read, or is not there: {detail}"),
        "allow s3:GetObject, s3:GetObjectVersion and s3:ListBucketVersions; without s3:ListBucket S3 denies what is \
         not there, too",
    )
}
