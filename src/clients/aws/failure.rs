//! Why a call gave no answer. A denial, a throttled or a dead service is never "not there".

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ErrorKind;

use crate::model::diagnostic::{Gap, GapReason};

/// A call that gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `rds:DescribeDBSnapshots`.
    pub action: &'static str,
    /// Why.
    pub reason: GapReason,
    /// The service's own code, where it answered with one.
    pub code: Option<String>,
    /// The cause in words.
    pub detail: String,
    /// The region that S3 says a bucket is in.
    pub elsewhere: Option<String>,
}

impl Failure {
    /// A failure that drplan found itself.
    #[must_use]
    pub fn new(action: &'static str, reason: GapReason, detail: impl Into<String>) -> Self {
        Self { action, reason, code: None, detail: detail.into(), elsewhere: None }
    }

    /// An answer that lacks what the API promises.
    #[must_use]
    pub fn malformed(action: &'static str, what: &str) -> Self {
        Self::new(action, GapReason::Malformed, format!("the answer has no {what}"))
    }

    /// Reads the SDK's error.
    #[must_use]
    pub fn of<E: ProvideErrorMetadata>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::new(action, GapReason::TimedOut, "no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                Self::new(action, GapReason::TimedOut, "no connection in time")
            }
            // A connection that ends without an answer is an "other" error that may pass.
            SdkError::DispatchFailure(failure)
                if failure.is_io() || failure.as_other() == Some(ErrorKind::TransientError) =>
            {
                Self::new(
                    action,
                    GapReason::Unreachable,
                    "nobody answers at the address, or the connection broke",
                )
            }
            SdkError::DispatchFailure(_) => Self::new(
                action,
                GapReason::Failed,
                "the request could not be sent: no valid credentials, address or certificate",
            ),
            SdkError::ResponseError(failure) => answered(action, failure.raw(), None, None),
            SdkError::ServiceError(failure) => {
                let meta = failure.err().meta();
                answered(action, failure.raw(), meta.code(), meta.message())
            }
            // A page token that repeats is caught here too.
            _ => Self::new(action, GapReason::Malformed, "the answer cannot be followed"),
        }
    }

    /// Whether the service said that what was asked for does not exist.
    #[must_use]
    pub fn is(&self, codes: &[&str]) -> bool {
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// As a gap.
    #[must_use]
    pub fn gap(&self) -> Gap {
        Gap { source: self.action.to_owned(), reason: self.reason, detail: self.detail.clone() }
    }

    /// As a gap about one of many.
    #[must_use]
    pub fn gap_about(&self, subject: &str) -> Gap {
        let detail = format!("{subject}: {}", self.detail);
        Gap { source: self.action.to_owned(), reason: self.reason, detail: words(&detail) }
    }
}

impl From<Failure> for Gap {
    fn from(failure: Failure) -> Self {
        failure.gap()
    }
}

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AccessDeniedFault",
    "AllAccessDisabled",
    "AuthFailure",
    "AuthorizationError",
    "ExpiredToken",
    "ExpiredTokenException",
    "Forbidden",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "SubscriptionRequiredException",
    "UnauthorizedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

const UNKNOWN_CALL: &[&str] = &[
    "InvalidAction",
    "NotImplemented",
    "UnknownOperation",
    "UnknownOperationException",
    "UnsupportedOperation",
];

const LATE: &[&str] = &["RequestTimeout", "RequestTimeoutException"];

fn answered(action: &'static str, raw: &HttpResponse, code: Option<&str>, message: Option<&str>) -> Failure {
    let status = raw.status().as_u16();
    let page = raw.body().bytes().is_some_and(is_page)
        || raw.headers().get("content-type").is_some_and(|kind| kind.starts_with("text/html"));
    let reason = match (code, status) {
        (Some(code), _) if DENIED.contains(&code) => GapReason::AccessDenied,
        (Some(code), _) if THROTTLED.contains(&code) => GapReason::Throttled,
        (Some(code), _) if UNKNOWN_CALL.contains(&code) => GapReason::NotImplemented,
        (Some(code), _) if LATE.contains(&code) => GapReason::TimedOut,
        (None, 501) => GapReason::NotImplemented,
        (None, _) if page => GapReason::Malformed,
        (_, 401 | 403) => GapReason::AccessDenied,
        (_, 429) => GapReason::Throttled,
        (None, 200..=299) => GapReason::Malformed,
        _ => GapReason::Failed,
    };
    let detail = match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => format!("{code} (HTTP {status})"),
        (None, _) if page => format!("HTTP {status} with an HTML page"),
        (None, _) if (200..=299).contains(&status) => {
            format!("HTTP {status} with an answer that is not what the API promises")
        }
        (None, _) => format!("HTTP {status}"),
    };
    Failure {
        action,
        reason,
        code: code.map(str::to_owned),
        detail: words(&detail),
        elsewhere: raw.headers().get("x-amz-bucket-region").map(str::to_owned),
    }
}

/// Whether a body is an HTML page: a proxy's, a load balancer's, an emulator's.
fn is_page(body: &[u8]) -> bool {
    let head: Vec<u8> = body.iter().copied().skip_while(u8::is_ascii_whitespace).take(14).collect();
    let head = head.to_ascii_lowercase();
    head.starts_with(b"<!doctype html") || head.starts_with(b"<html")
}

/// A service's words on one line, cut to what is useful: an encoded authorization message alone has thousands of bytes.
fn words(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = line.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
