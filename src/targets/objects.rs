//! Objects that several processes may write: each write has a condition, so that one of two is refused.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;

/// What must be so when an object is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is not there (`If-None-Match: *`).
    Absent,
    /// It is as it was when it had this tag (`If-Match`).
    Unchanged(String),
}

/// What a write came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is written, and has this tag now.
    Written(String),
    /// The condition does not hold: another process has written. So says a second try of one's own write, too, when
    /// the answer to the first was lost: whoever needs to know reads it.
    Refused,
}

/// An object that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its tag.
    pub tag: String,
    /// When it was written, by the store's own clock.
    pub modified: Option<Timestamp>,
}

/// A store with conditional writes: what was written is read by everybody at once.
pub trait Objects: Send + Sync {
    /// Writes an object where a condition holds.
    ///
    /// # Errors
    /// No answer, or another one than yes and no: whether it is written nobody knows.
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: &'a Condition,
    ) -> BoxFuture<'a, Result<Put, Failure>>;

    /// Writes an object where there is none, encrypted with a key of KMS (`x-amz-server-side-encryption: aws:kms`).
    ///
    /// # Errors
    /// As [`Objects::put`]; the key cannot be used, or what is written is not encrypted with it.
    fn seal<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        kms_key: &'a str,
    ) -> BoxFuture<'a, Result<Put, Failure>>;

    /// Reads an object; `None` where it is not there.
    ///
    /// # Errors
    /// No answer, or a denial.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, Failure>>;

    /// All keys that begin so, in order.
    ///
    /// # Errors
    /// No answer, or a denial.
    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>>;
}

/// The region that a bucket is in, as S3 of any region says.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
///
/// # Errors
/// No answer, or one that does not name it: there is no such bucket.
pub async fn region_of(connection: &Connection, bucket: &str) -> Result<String, Failure> {
    const ACTION: &str = "s3:HeadBucket";
    let request = connection.s3().head_bucket().bucket(bucket);
    match connection.call(ACTION, request.send()).await {
        Ok(answer) => answer.bucket_region.ok_or_else(|| Failure::malformed(ACTION, "x-amz-bucket-region")),
        // It is elsewhere, or whoever asks may not list it.
        Err(Failure { elsewhere: Some(region), .. }) => Ok(region),
        Err(failure) => Err(failure),
    }
}

/// A bucket of S3.
pub struct Bucket {
    connection: Connection,
    client: aws_sdk_s3::Client,
    name: String,
}

impl Bucket {
    /// A bucket by its name, asked in the connection's region.
    #[must_use]
    pub fn new(connection: Connection, name: impl Into<String>) -> Self {
        Self { client: connection.s3(), connection, name: name.into() }
    }

    async fn write(
        &self,
        key: &str,
        bytes: Vec<u8>,
        condition: &Condition,
        kms_key: Option<&str>,
    ) -> Result<Put, Failure> {
        const ACTION: &str = "s3:PutObject";
        let request = self.client.put_object().bucket(&self.name).key(key).body(ByteStream::from(bytes));
        let request = match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Unchanged(tag) => request.if_match(tag),
        };
        let sealed = kms_key.map(|_| ServerSideEncryption::AwsKms);
        let request =
            request.set_server_side_encryption(sealed.clone()).set_ssekms_key_id(kms_key.map(str::to_owned));
        match self.connection.call(ACTION, request.send()).await {
            Ok(answer) if sealed.is_some() && answer.server_side_encryption != sealed => {
                Err(Failure::malformed(ACTION, "x-amz-server-side-encryption"))
            }
            Ok(answer) => answer.e_tag.map(Put::Written).ok_or_else(|| Failure::malformed(ACTION, "ETag")),
            Err(failure) if failure.is(&["PreconditionFailed"]) => Ok(Put::Refused),
            // What should be unchanged is gone.
            Err(failure) if failure.is(&["NoSuchKey"]) && *condition != Condition::Absent => Ok(Put::Refused),
            Err(failure) => Err(failure),
        }
    }
}

impl Objects for Bucket {
    fn put<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        condition: &'a Condition,
    ) -> BoxFuture<'a, Result<Put, Failure>> {
        Box::pin(self.write(key, bytes, condition, None))
    }

    fn seal<'a>(
        &'a self,
        key: &'a str,
        bytes: Vec<u8>,
        kms_key: &'a str,
    ) -> BoxFuture<'a, Result<Put, Failure>> {
        Box::pin(self.write(key, bytes, &Condition::Absent, Some(kms_key)))
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Object>, Failure>> {
        const ACTION: &str = "s3:GetObject";
        Box::pin(async move {
            let request = self.client.get_object().bucket(&self.name).key(key);
            let answer = match self.connection.call(ACTION, request.send()).await {
                Ok(answer) => answer,
                Err(failure) if failure.is(&["NoSuchKey"]) => return Ok(None),
                Err(failure) => return Err(failure),
            };
            let tag = answer.e_tag.ok_or_else(|| Failure::malformed(ACTION, "ETag"))?;
            let modified = answer
                .last_modified
                .and_then(|at| Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok());
            let broken = |_| Failure::new(ACTION, GapReason::Unreachable, "the answer broke off");
            let body = self.connection.within(ACTION, answer.body.collect()).await?.map_err(broken)?;
            Ok(Some(Object { bytes: body.to_vec(), tag, modified }))
        })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<String>, Failure>> {
        const ACTION: &str = "s3:ListBucket";
        Box::pin(async move {
            let request = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
            let pages = self.connection.pages(ACTION, request.into_paginator().send()).await?;
            let objects = pages.into_iter().flat_map(|page| page.contents.unwrap_or_default());
            let mut keys: Vec<String> = objects.filter_map(|object| object.key).collect();
            keys.sort();
            Ok(keys)
        })
    }
}
