//! What an API server that does not do what it is asked says, as an error of a target: the code, the cause, what it
//! means. Values are not repeated: those of a Secret stand in some of its messages.

use std::time::Duration;

use kube::Error;
use serde::Deserialize;

use super::Failure;
use super::values::{without_those_of, without_values};
use crate::model::secret::{MASK, marker};
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

#[cfg(test)]
mod tests;

/// What an API server says with status 500 of an object that no other try would make sound.
const OF_MANIFEST: [&str; 5] = [
    "failed to create typed patch object",
    "unable to convert",
    "quantities must match the regular expression",
    "illegal base64 data",
    "json: cannot unmarshal",
];

/// As the table of errors has it.
const SERVICE: &str = "kubernetes";

/// What a request is about.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// One object.
    Object(&'a ObjectRef),
    /// Something else, by its words: `pods of Deployment/shop/cart`.
    Words(&'a str),
}

impl About<'_> {
    fn call(&self, verb: &str) -> String {
        match self {
            Self::Object(object) => format!("{verb} {}", object.label()),
            Self::Words(words) => format!("{verb} {words}"),
        }
    }

    fn is_namespace(&self) -> bool {
        matches!(self, Self::Object(object) if object.kind == "Namespace")
    }

    fn is_secret(&self) -> bool {
        matches!(self, Self::Object(object) if object.kind == "Secret")
    }
}

fn error(verb: &str, about: &About<'_>, code: &str, message: String) -> TargetError {
    TargetError {
        service: SERVICE,
        call: about.call(verb),
        code: code.to_owned(),
        status: None,
        message,
        retry_after: None,
    }
}

/// Whether it had its effect nobody knows.
pub(super) fn lost(verb: &str, about: &About<'_>, why: &str) -> TargetError {
    error(verb, about, TargetError::LOST, why.to_owned())
}

/// A request that no server would take.
pub(super) fn malformed(verb: &str, about: &About<'_>) -> TargetError {
    error(
        verb,
        about,
        TargetError::MALFORMED,
        "its name or namespace is none that a path can have".to_owned(),
    )
}

/// No token could be made.
pub(super) fn unsigned(verb: &str, about: &About<'_>, failure: &Failure) -> TargetError {
    error(verb, about, "Unauthorized", failure.detail.clone())
}

/// An answer that is not what the API gives.
#[must_use]
pub fn garbled(verb: &str, about: &About<'_>, what: &str) -> TargetError {
    error(verb, about, TargetError::MALFORMED, what.to_owned())
}

/// An error that a target finds itself.
#[must_use]
pub fn found(verb: &str, about: &About<'_>, code: &str, message: String) -> TargetError {
    error(verb, about, code, message)
}

/// A request that was sent, or was to be, and had no answer.
pub(super) fn unanswered(verb: &str, about: &About<'_>, cause: &Error) -> TargetError {
    let failure = super::failure::of(super::SIGN_IN, cause);
    let causes =
        std::iter::successors(Some(cause as &(dyn std::error::Error + 'static)), |error| error.source());
    let mut clients = causes.filter_map(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>());
    let code = if matches!(cause, Error::Auth(_)) {
        "Unauthorized"
    } else if clients.any(hyper_util::client::legacy::Error::is_connect) {
        TargetError::UNREACHABLE
    } else {
        TargetError::LOST
    };
    error(verb, about, code, failure.detail)
}

/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/>
#[derive(Default, Deserialize)]
struct Status {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Option<Details>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    #[serde(default)]
    causes: Vec<Cause>,
    #[serde(default)]
    retry_after_seconds: u64,
}

#[derive(Default, Deserialize)]
struct Cause {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    field: String,
}

/// An answer that is a refusal. `asked`: the object that was sent.
pub(super) fn refused(
    verb: &str,
    about: &About<'_>,
    status: u16,
    retry_after: Option<Duration>,
    asked: Option<&[u8]>,
    body: &[u8],
) -> TargetError {
    let told: Option<Status> = serde_json::from_slice(body).ok();
    let told = told.filter(|told| told.kind == "Status").unwrap_or_default();
    let details = told.details.unwrap_or_default();
    let seconds = Some(details.retry_after_seconds).filter(|seconds| *seconds > 0).map(Duration::from_secs);
    let (code, message) = meaning(about, status, &told.reason, &told.message, &details.causes);
    let message = match asked {
        Some(object) => without_those_of(object, message),
        None => message,
    };
    TargetError {
        status: Some(status),
        retry_after: retry_after.or(seconds),
        ..error(verb, about, &code, message)
    }
}

fn meaning(
    about: &About<'_>,
    status: u16,
    reason: &str,
    message: &str,
    causes: &[Cause],
) -> (String, String) {
    let own = if reason.is_empty() { format!("HTTP{status}") } else { reason.to_owned() };
    let conflicts: Vec<&Cause> =
        causes.iter().filter(|cause| cause.reason == "FieldManagerConflict").collect();
    if !conflicts.is_empty() {
        let fields: Vec<String> = conflicts.iter().map(|cause| conflict(cause)).collect();
        let message = format!(
            "other owners hold fields that the manifest has otherwise, or writes otherwise: {}; leave the fields to them (remove them from the manifest), or \
             take them over",
            fields.join("; ")
        );
        return (TargetError::FIELD_CONFLICT.to_owned(), message);
    }
    let fixed: Vec<&str> =
        causes.iter().filter(|cause| is_fixed(&cause.message)).map(|c| &*c.field).collect();
    if status == 422 && (!fixed.is_empty() || is_fixed(message)) {
        let named = if fixed.is_empty() { "a field of it".to_owned() } else { fixed.join(", ") };
        return (TargetError::IMMUTABLE.to_owned(), fixed_message(&named));
    }
    // A value of a type that the schema does not have: the API server calls that its own error.
    if OF_MANIFEST.iter().any(|words| message.contains(words)) {
        return ("Invalid".to_owned(), quoted(about, message, causes));
    }
    if let Some(name) = webhook(message, "failed calling webhook ") {
        let served = match service(message) {
            Some((namespace, service)) => format!("what serves it, Service/{namespace}/{service},"),
            None => ELSEWHERE.to_owned(),
        };
        let message = format!(
            "admission webhook {name} does not answer ({}): {served} must be up before this is applied",
            one_line(message.rsplit(": ").next().unwrap_or_default(), 200)
        );
        return (TargetError::WEBHOOK.to_owned(), message);
    }
    if webhook(message, "admission webhook ").is_some() && message.contains("denied the request") {
        return (TargetError::DENIED.to_owned(), quoted(about, message, causes));
    }
    if status == 403 && causes.iter().any(|cause| cause.reason == TargetError::TERMINATING) {
        return (TargetError::TERMINATING.to_owned(), quoted(about, message, causes));
    }
    if status == 404 && !about.is_namespace() && is_namespace_missing(message) {
        let message = format!("{message}: it was deleted, or never made");
        return (TargetError::NO_NAMESPACE.to_owned(), one_line(&message, 600));
    }
    if status == 403 && message.contains("exceeded quota") {
        return (TargetError::QUOTA.to_owned(), quoted(about, message, causes));
    }
    let text = match status {
        _ if status != 401 && message.is_empty() && causes.is_empty() => {
            format!("the API server, or what stands before it, answers with HTTP {status} and no word of why")
        }
        401 => "the cluster does not know who asks: the sign-in has expired or is not allowed".to_owned(),
        _ => quoted(about, message, causes),
    };
    (own, text)
}

/// `.spec.replicas is kubectl's`.
fn conflict(cause: &Cause) -> String {
    match manager(&cause.message) {
        Some(manager) => format!("{} is of {manager}", cause.field),
        None => cause.field.clone(),
    }
}

/// `conflict with "kubectl" using apps/v1`, or with subresource and time.
fn manager(message: &str) -> Option<&str> {
    message.strip_prefix("conflict with \"")?.split_once('"').map(|(name, _)| name)
}

/// Whether a refusal is about fields that the same manager holds by other requests of its own, and nobody else does.
#[must_use]
pub fn is_own_conflict(error: &TargetError, manager: &str) -> bool {
    error.code == TargetError::FIELD_CONFLICT && {
        let fields = error.message.split_once(": ").and_then(|(_, rest)| rest.split_once("; leave"));
        let own = format!(" is of {manager}");
        fields.is_some_and(|(fields, _)| fields.split("; ").all(|field| field.ends_with(&own)))
    }
}

const FIXED: &str = " cannot be changed in an object that is there: keep its value in the manifest, or delete the object and \
                     apply again (drplan deletes nothing by itself)";

/// What is said of fields that cannot be changed.
#[must_use]
pub fn fixed_message(fields: &str) -> String {
    format!("{fields}{FIXED}")
}

/// The fields that such a refusal names.
pub fn fixed_fields(error: &TargetError) -> impl Iterator<Item = &str> {
    let fields = error.message.strip_suffix(FIXED).filter(|fields| *fields != "a field of it");
    fields.into_iter().flat_map(|fields| fields.split(", "))
}

/// The words of the API's validation for what cannot be changed.
fn is_fixed(message: &str) -> bool {
    message.contains("field is immutable")
        || message.contains("may not be changed")
        || message.contains("may not change once set")
        || message.contains("updates to statefulset spec for fields other than")
        || message.contains("spec is immutable")
        || message.contains("cannot change roleRef")
}

/// The words for an object whose namespace is not there.
fn is_namespace_missing(message: &str) -> bool {
    message.strip_prefix("namespaces \"").is_some_and(|rest| rest.ends_with("\" not found"))
}

fn webhook<'m>(message: &'m str, before: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(before)?;
    rest.strip_prefix('"')?.split_once('"').map(|(name, _)| name)
}

/// What a webhook at an address of its own belongs to: the API server's words do not say it.
pub const ELSEWHERE: &str = "what it belongs to";

/// Namespace and name of the service that a webhook is called at: `Post "https://policy.shop.svc:443/"`.
fn service(message: &str) -> Option<(&str, &str)> {
    let (host, _) = message.split_once("https://")?.1.split_once(".svc")?;
    let (name, namespace) = host.split_once('.')?;
    let sound = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (sound(name) && sound(namespace)).then_some((namespace, name))
}

/// The webhook that does not answer, with namespace and name of its service, where it has one.
#[must_use]
pub fn webhook_of(error: &TargetError) -> Option<(&str, Option<(&str, &str)>)> {
    let (name, _) = error.message.strip_prefix("admission webhook ")?.split_once(' ')?;
    let service = || {
        let (service, _) = error.message.split_once("what serves it, Service/")?.1.split_once(',')?;
        service.split_once('/')
    };
    Some((name, service()))
}

/// The cause without values: where a field is named, the field and what is wrong with it.
fn quoted(about: &About<'_>, message: &str, causes: &[Cause]) -> String {
    let fields: Vec<String> =
        causes.iter().filter(|cause| !cause.field.is_empty()).map(|cause| field(about, cause)).collect();
    if !fields.is_empty() {
        return one_line(&fields.join("; "), 600);
    }
    if about.is_secret() {
        return "the API server refuses it; its words may quote the Secret and are not shown".to_owned();
    }
    one_line(&words(message), 600)
}

fn field(about: &About<'_>, cause: &Cause) -> String {
    let words = words(&cause.message);
    if about.is_secret() {
        format!("{}: {}", cause.field, cause.reason)
    } else {
        format!("{}: {words}", cause.field)
    }
}

/// Words without values; none where what is left looks like a secret all the same.
fn words(message: &str) -> String {
    let text = without_values(message);
    if marker(&text).is_some() { MASK.to_owned() } else { text }
}

fn one_line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(most).collect()
}
