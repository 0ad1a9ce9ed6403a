//! Why a cluster gave no answer. No words of an answer are repeated but those of the API's own `Status`.

use std::error::Error as StdError;
use std::io;

use kube::Error;
use serde::Deserialize;

use super::Failure;
use crate::model::diagnostic::GapReason;

/// What the API says instead of an answer
/// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>).
#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
}

/// An answer that is not 200.
pub(super) fn answered(action: &'static str, status: u16, body: &[u8]) -> Failure {
    let told: Option<Status> = serde_json::from_slice(body).ok();
    let told = told.filter(|told| told.kind == "Status").unwrap_or_default();
    let known = !told.reason.is_empty();
    let reason = match status {
        401 | 403 => GapReason::AccessDenied,
        404..=406 => GapReason::NotImplemented,
        408 | 504 => GapReason::TimedOut,
        429 => GapReason::Throttled,
        200..=399 => GapReason::Malformed,
        _ => GapReason::Failed,
    };
    let detail = match status {
        401 => "the cluster does not know who asks".to_owned(),
        // Names who asked and what for, and nothing of what was asked for.
        403 if known => one_line(&told.message),
        _ if known => format!("{} (HTTP {status})", one_line(&told.reason)),
        _ => format!("HTTP {status}"),
    };
    let code = if known { told.reason } else { status.to_string() };
    Failure { code: Some(code), ..Failure::new(action, reason, detail) }
}

/// Whether the server may answer when it is asked again: it has too much to do, or is just coming up.
pub(super) fn may_pass(failure: &Failure) -> bool {
    failure.reason == GapReason::Throttled
        || failure.is(&["ServiceUnavailable", "Timeout", "ServerTimeout", "503", "504"])
}

/// A request that was not answered, or a sign-in that could not be made. The errors of credential plugins and of
/// readers quote what they were given, so only their kind is told.
pub(super) fn of(action: &'static str, error: &Error) -> Failure {
    let (reason, detail) = match error {
        Error::Auth(_) => (GapReason::AccessDenied, "the kubeconfig's way to sign in failed"),
        Error::InferKubeconfig(_) | Error::RustlsTls(_) | Error::HttpError(_) => {
            (GapReason::Unreadable, "the kubeconfig's certificates, keys or headers cannot be used")
        }
        Error::ProxyProtocolDisabled { .. } | Error::ProxyProtocolUnsupported { .. } => {
            (GapReason::NotImplemented, "the kubeconfig names a proxy, which drplan does not speak to")
        }
        Error::Service(error) => return broken(action, &**error),
        error => return broken(action, error),
    };
    Failure::new(action, reason, detail)
}

/// A connection that did not stand or broke.
pub(super) fn broken(action: &'static str, error: &(dyn StdError + 'static)) -> Failure {
    let causes = std::iter::successors(Some(error), |error| cause(*error));
    if causes.clone().any(|cause| cause.is::<kube::client::AuthError>()) {
        return Failure::new(action, GapReason::AccessDenied, "the kubeconfig's way to sign in failed");
    }
    if causes.clone().any(|cause| cause.is::<http_body_util::LengthLimitError>()) {
        return Failure::new(action, GapReason::Malformed, "the answer does not end");
    }
    let mut kinds = causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    let kind = kinds.find(|kind| *kind != io::ErrorKind::Other);
    let (reason, detail) = match kind {
        Some(io::ErrorKind::TimedOut) => (GapReason::TimedOut, "no connection in time"),
        // How a TLS handshake that fails is told.
        Some(io::ErrorKind::InvalidData) => {
            (GapReason::Failed, "the endpoint's certificate is not the cluster's, or it speaks no TLS")
        }
        _ => (GapReason::Unreachable, "nobody answers at the address, or the connection broke"),
    };
    Failure::new(action, reason, detail)
}

/// An I/O error passes over what it wraps where it is asked for its source.
fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapping) => wrapping.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    }
}

fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let line = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    line.collect::<Vec<_>>().join(" ").chars().take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16, body: &str) -> (GapReason, String) {
        let failure = answered("kubernetes:ListPods", status, body.as_bytes());
        (failure.reason, failure.detail)
    }

    #[test]
    fn each_status_has_its_reason() {
        let forbidden =
            r#"{"kind":"Status","reason":"Forbidden","message":"pods is forbidden:\n User \"x\""}"#;
        assert_eq!(
            reason(403, forbidden),
            (GapReason::AccessDenied, "pods is forbidden: User \"x\"".to_owned())
        );
        let unknown = r#"{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}"#;
        assert_eq!(reason(401, unknown).0, GapReason::AccessDenied);
        assert_eq!(reason(404, "404 page not found"), (GapReason::NotImplemented, "HTTP 404".to_owned()));
        assert_eq!(reason(429, "").0, GapReason::Throttled);
        assert_eq!(reason(504, r#"{"kind":"Status","reason":"Timeout"}"#).0, GapReason::TimedOut);
        assert_eq!(reason(500, "canary"), (GapReason::Failed, "HTTP 500".to_owned()));
        assert_eq!(reason(302, "").0, GapReason::Malformed);
    }
}
