//! The objects themselves: versions listed, heads read, one fetched.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use futures_util::StreamExt as _;
use jiff::Timestamp;

use super::choice::{self, Choice, Version};
use super::{BucketKey, Refusal, StateObject, StateRequest};
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;
use crate::sources::aws::{storage, time};

/// Most bytes of a state.
const LIMIT: i64 = 1 << 30;

/// How many of the newest versions are looked at: each costs one small request.
const VERSIONS: usize = 100;

/// As many bytes as hold serial and lineage in every state that an engine writes.
const HEAD: &str = "bytes=0-4095";

/// Reads the state, from the copy where the first bucket does not answer.
pub(in crate::sources::aws) async fn read_object(
    connection: &Connection,
    request: &StateRequest,
) -> Result<StateObject, Refusal> {
    let first = read_from(connection, request, &request.place).await;
    let (place, failure) = match first {
        Err(Refusal::Failed(place, failure)) if silent(&failure) => (place, failure),
        other => return other,
    };
    let Some(replica) = &request.replica else {
        return Err(Refusal::Failed(place, failure));
    };
    match read_from(connection, request, replica).await {
        Ok(mut object) => {
            object.from_replica = true;
            object.notes.insert(0, format!("{place} does not answer ({}); this is its copy", failure.detail));
            Ok(object)
        }
        Err(Refusal::Failed(copy, second)) if silent(&second) => Err(Refusal::Silent(place, copy, failure)),
        Err(refusal) => Err(refusal),
    }
}

/// Whether a bucket gave no answer, as opposed to one that was not liked.
fn silent(failure: &Failure) -> bool {
    let quiet = [GapReason::TimedOut, GapReason::Unreachable, GapReason::Malformed, GapReason::Throttled];
    quiet.contains(&failure.reason)
        || failure.is(&["InternalError", "ServiceUnavailable", "503", "InternalFailure"])
        || (failure.reason == GapReason::Failed && failure.code.is_none())
}

async fn read_from(
    connection: &Connection,
    request: &StateRequest,
    place: &BucketKey,
) -> Result<StateObject, Refusal> {
    let region = place.region.as_deref().unwrap_or(connection.region());
    match read_in(&connection.in_region(region), request, place).await {
        // S3 names the bucket's region when asked in another.
        Err(Refusal::Failed(_, Failure { elsewhere: Some(elsewhere), .. })) if elsewhere != region => {
            read_in(&connection.in_region(&elsewhere), request, place).await
        }
        other => other,
    }
}

async fn read_in(
    connection: &Connection,
    request: &StateRequest,
    place: &BucketKey,
) -> Result<StateObject, Refusal> {
    let bucket =
        Bucket { connection, client: storage::s3(connection), name: &place.bucket, key: request.key(place) };
    let mut notes = Vec::new();
    if let Some(version) = &request.version {
        let only = Version { id: Some(version.clone()), modified: None, head: None };
        return bucket.fetch(&only, true, request.lineage.as_deref(), notes).await;
    }
    let mut versions = match bucket.versions(request.at).await {
        Ok(versions) => versions,
        Err(Refusal::Failed(_, failure)) if unlisted(&failure) && request.at.is_none() => {
            notes.push(format!("only the newest version was looked at: {}", failure.detail));
            vec![Version { id: None, modified: None, head: None }]
        }
        Err(refusal) => return Err(refusal),
    };
    if versions.len() > 1 || request.lineage.is_some() {
        bucket.read_heads(&mut versions).await?;
    }
    let chosen = match choice::choose(&versions, request.lineage.as_deref()) {
        Choice::Take(chosen) => chosen,
        Choice::Lineages(lines) => return Err(Refusal::Lineages(bucket.shown(), lines)),
        Choice::Other => {
            return Err(Refusal::OtherLineage(bucket.shown(), request.lineage.clone().unwrap_or_default()));
        }
    };
    let Some(version) = versions.get(chosen) else { return Err(Refusal::Absent(bucket.shown())) };
    if let (Some(head), true) = (&version.head, chosen > 0) {
        notes.push(format!(
            "an older version of the object has the highest serial, {}, and was taken",
            head.serial
        ));
    }
    bucket.fetch(version, chosen > 0 || request.at.is_some(), request.lineage.as_deref(), notes).await
}

/// Whether the versions may not be listed, or the store does not know how.
fn unlisted(failure: &Failure) -> bool {
    matches!(failure.reason, GapReason::AccessDenied | GapReason::NotImplemented)
}

struct Bucket<'a> {
    connection: &'a Connection,
    client: Client,
    name: &'a str,
    key: String,
}

impl Bucket<'_> {
    fn shown(&self) -> String {
        format!("s3://{}/{}", self.name, self.key)
    }

    fn refusal(&self, failure: Failure) -> Refusal {
        if failure.is(&["NoSuchKey", "NoSuchBucket", "NoSuchVersion", "NotFound"]) {
            Refusal::Absent(self.shown())
        } else {
            Refusal::Failed(self.shown(), failure)
        }
    }

    fn get(&self, version: &Version) -> GetObjectFluentBuilder {
        // `null` is the version of an object from before versioning: S3 gives it without a name, too.
        let id = version.id.clone().filter(|id| id != "null");
        self.client.get_object().bucket(self.name).key(&self.key).set_version_id(id)
    }

    /// Versions of the object, newest first.
    async fn versions(&self, at: Option<Timestamp>) -> Result<Vec<Version>, Refusal> {
        const ACTION: &str = "s3:ListBucketVersions";
        let mut found: Vec<(Version, bool, bool)> = Vec::new();
        let (mut key_marker, mut version_marker) = (None, None);
        loop {
            let request = self
                .client
                .list_object_versions()
                .bucket(self.name)
                .prefix(&self.key)
                .set_key_marker(key_marker.clone())
                .set_version_id_marker(version_marker.clone());
            let page = self
                .connection
                .call(ACTION, request.send())
                .await
                .map_err(|failure| self.refusal(failure))?;
            let versions = page.versions.unwrap_or_default().into_iter();
            let markers = page.delete_markers.unwrap_or_default().into_iter();
            let entries =
                versions
                    .map(|entry| (entry.key, entry.version_id, entry.last_modified, entry.is_latest, false))
                    .chain(markers.map(|entry| {
                        (entry.key, entry.version_id, entry.last_modified, entry.is_latest, true)
                    }));
            let before = found.len();
            for (key, id, modified, latest, deleted) in entries {
                // Keys that merely begin alike (`.tflock`) are others.
                if key.as_deref() == Some(self.key.as_str()) {
                    let version = Version { id, modified: time(modified), head: None };
                    found.push((version, latest == Some(true), deleted));
                }
            }
            // Keys come in order: a page without this one, after pages with it, is past it.
            let past = found.len() == before && before > 0;
            if page.is_truncated != Some(true) || past || found.len() > 20 * VERSIONS {
                break;
            }
            let next = (page.next_key_marker, page.next_version_id_marker);
            if next == (key_marker.clone(), version_marker.clone()) {
                return Err(Refusal::Failed(self.shown(), Failure::malformed(ACTION, "next page")));
            }
            (key_marker, version_marker) = next;
        }
        if let Some(at) = at {
            found.retain(|(version, ..)| version.modified.is_some_and(|modified| modified <= at));
        }
        // Versions and markers come in two lists, each newest first; times are whole seconds, so equal ones keep that
        // order and the flag of the latest decides between the lists.
        found.sort_by_key(|(version, latest, _)| std::cmp::Reverse((version.modified, *latest)));
        match found.first() {
            None => Err(Refusal::Absent(self.shown())),
            Some((_, _, true)) => Err(Refusal::Deleted(self.shown())),
            Some(_) => {
                let live = found.into_iter().filter(|(_, _, deleted)| !deleted).map(|(version, ..)| version);
                Ok(live.take(VERSIONS).collect())
            }
        }
    }

    async fn read_heads(&self, versions: &mut [Version]) -> Result<(), Refusal> {
        let read = futures_util::stream::iter(versions.iter_mut()).map(|version| async move {
            let bytes = self.bytes(self.get(version).range(HEAD)).await;
            match bytes {
                Ok((bytes, _)) => {
                    version.head = choice::head(&bytes);
                    None
                }
                // An empty object has no such range; an expired version is no candidate.
                Err(Refusal::Absent(_)) => None,
                Err(Refusal::Failed(_, failure)) if failure.is(&["InvalidRange"]) => None,
                Err(refusal) => Some(refusal),
            }
        });
        let refusals: Vec<Refusal> = read.buffer_unordered(8).filter_map(std::future::ready).collect().await;
        refusals.into_iter().next().map_or(Ok(()), Err)
    }

    async fn bytes(&self, request: GetObjectFluentBuilder) -> Result<(Vec<u8>, Option<Timestamp>), Refusal> {
        const ACTION: &str = "s3:GetObject";
        let answer =
            self.connection.call(ACTION, request.send()).await.map_err(|failure| self.refusal(failure))?;
        if answer.content_length.is_some_and(|length| length > LIMIT) {
            return Err(Refusal::Large(self.shown()));
        }
        let modified = time(answer.last_modified);
        let body = self.connection.within(ACTION, answer.body.collect()).await;
        let broken = || Failure::new(ACTION, GapReason::Unreachable, "the answer broke off");
        match body.map_err(|failure| self.refusal(failure))? {
            Ok(body) => Ok((body.to_vec(), modified)),
            Err(_) => Err(self.refusal(broken())),
        }
    }

    async fn fetch(
        &self,
        version: &Version,
        named: bool,
        lineage: Option<&str>,
        notes: Vec<String>,
    ) -> Result<StateObject, Refusal> {
        let (bytes, modified) = self.bytes(self.get(version)).await?;
        let head = choice::head(bytes.get(..bytes.len().min(4096)).unwrap_or_default());
        if let (Some(expected), Some(head)) = (lineage, &head)
            && head.lineage != expected
        {
            return Err(Refusal::OtherLineage(self.shown(), expected.to_owned()));
        }
        let id = version.id.clone().filter(|id| id != "null");
        let origin = match &id {
            Some(id) if named => format!("{} (version {id})", self.shown()),
            _ => self.shown(),
        };
        let modified = version.modified.or(modified);
        Ok(StateObject { origin, bytes, version: id, modified, from_replica: false, notes })
    }
}
