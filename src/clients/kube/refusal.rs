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
            "other owners hold fields with other values: {}; leave the fields to them (remove them from the manifest), or \
             take them over",
            fields.join("; ")
        );
        return (TargetError::FIELD_CONFLICT.to_owned(), message);
    }
    let fixed: Vec<&str> =
        causes.iter().filter(|cause| is_fixed(&cause.message)).map(|c| &*c.field).collect();
    if status == 422 && (!fixed.is_empty() || is_fixed(message)) {
        let named = if fixed.is_empty() { "a field of it".to_owned() } else { fixed.join(", ") };
        let message = format!(
            "{named} cannot be changed in an object that is there: keep its value in the manifest, or delete the object and \
             apply again (drplan deletes nothing by itself)"
        );
        return (TargetError::IMMUTABLE.to_owned(), message);
    }
    // A value of a type that the schema does not have: the API server calls that its own error.
    if OF_MANIFEST.iter().any(|words| message.contains(words)) {
        return ("Invalid".to_owned(), quoted(about, message, causes));
    }
    if let Some(name) = webhook(message, "failed calling webhook ") {
        let served = match service(message) {
            Some((namespace, service)) => format!("what serves it, Service/{namespace}/{service},"),
            None => "what it belongs to".to_owned(),
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

/// The words of the API's validation for what cannot be changed.
fn is_fixed(message: &str) -> bool {
    message.contains("field is immutable")
        || message.contains("may not be changed")
        || message.contains("may not change once set")
        || message.contains("updates to statefulset spec for fields other than")
        || message.contains("spec is immutable")
}

/// The words for an object whose namespace is not there.
fn is_namespace_missing(message: &str) -> bool {
    message.strip_prefix("namespaces \"").is_some_and(|rest| rest.ends_with("\" not found"))
}

fn webhook<'m>(message: &'m str, before: &str) -> Option<&'m str> {
    let (_, rest) = message.split_once(before)?;
    rest.strip_prefix('"')?.split_once('"').map(|(name, _)| name)
}

/// Namespace and name of the service that a webhook is called at: `Post "https://policy.shop.svc:443/"`.
fn service(message: &str) -> Option<(&str, &str)> {
    let (host, _) = message.split_once("https://")?.1.split_once(".svc")?;
    let (name, namespace) = host.split_once('.')?;
    let sound = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    (sound(name) && sound(namespace)).then_some((namespace, name))
}

/// The webhook that does not answer, with namespace and name of its service; `None` where it is at an address of its own.
#[must_use]
pub fn webhook_of(error: &TargetError) -> Option<(&str, &str, &str)> {
    let (name, _) = error.message.strip_prefix("admission webhook ")?.split_once(' ')?;
    let (service, _) = error.message.split_once("what serves it, Service/")?.1.split_once(',')?;
    let (namespace, service) = service.split_once('/')?;
    Some((name, namespace, service))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn object(kind: &str) -> ObjectRef {
        ObjectRef {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: "cart".to_owned(),
        }
    }

    fn told(kind: &str, status: u16, body: &Value) -> TargetError {
        refused("PATCH", &About::Object(&object(kind)), status, None, None, body.to_string().as_bytes())
    }

    #[test]
    fn a_conflict_names_field_and_owner() {
        let cause = |field: &str, by: &str| json!({ "reason": "FieldManagerConflict", "field": field, "message": format!("conflict with \"{by}\" using apps/v1") });
        let body = json!({ "kind": "Status", "reason": "Conflict", "message": "Apply failed with 2 conflicts",
            "details": { "causes": [cause(".spec.replicas", "kubectl"), cause(".spec.paused", "drplan")] } });
        let error = told("Deployment", 409, &body);
        assert_eq!(error.code, TargetError::FIELD_CONFLICT);
        assert!(error.message.contains(".spec.replicas is of kubectl; .spec.paused is of drplan"), "{error}");
        assert!(!is_own_conflict(&error, "drplan"));
        let own = json!({ "kind": "Status", "reason": "Conflict", "details": { "causes": [cause(".spec.suspend", "drplan")] } });
        assert!(is_own_conflict(&told("CronJob", 409, &own), "drplan"));
    }

    #[test]
    fn an_immutable_field_is_named_with_the_choice() {
        let body = json!({ "kind": "Status", "reason": "Invalid", "message": "x is invalid",
            "details": { "causes": [{ "reason": "FieldValueInvalid", "field": "spec.selector", "message": "Invalid value: {\"a\":1}: field is immutable" }] } });
        let error = told("Deployment", 422, &body);
        assert_eq!(error.code, TargetError::IMMUTABLE);
        assert!(error.message.starts_with("spec.selector cannot be changed"), "{error}");
    }

    #[test]
    fn a_webhook_that_does_not_answer_is_told_from_one_that_denies() {
        let silent = json!({ "kind": "Status", "reason": "InternalError", "message": "Internal error occurred: failed calling webhook \"a.b\": failed to call webhook: Post \"https://x.y.svc:443/v\": dial tcp 10.0.0.1:443: connect: connection refused" });
        let error = told("Deployment", 500, &silent);
        assert_eq!(error.code, TargetError::WEBHOOK);
        assert!(error.message.contains("webhook a.b does not answer (connection refused)"), "{error}");
        assert_eq!(webhook_of(&error), Some(("a.b", "y", "x")));
        let denied = json!({ "kind": "Status", "reason": "Forbidden", "message": "admission webhook \"a.b\" denied the request: no root" });
        assert_eq!(told("Pod", 403, &denied).code, TargetError::DENIED);
    }

    #[test]
    fn no_value_is_repeated() {
        let body = json!({ "kind": "Status", "reason": "Invalid", "message": "Secret \"x\" is invalid: data: Invalid value: \"canary\": bad",
            "details": { "causes": [{ "reason": "FieldValueInvalid", "field": "data[a]", "message": "Invalid value: \"canary\": bad" }] } });
        let error = told("Secret", 422, &body);
        assert_eq!(error.message, "data[a]: FieldValueInvalid");
        let other = told("Deployment", 422, &body);
        assert_eq!(other.message, "data[a]: Invalid value: bad");
        let typed = json!({ "kind": "Status", "reason": "BadRequest", "message": "failed: .data.x: expected string, got &value.valueUnstructured{Value:7777}" });
        assert!(!told("Secret", 400, &typed).message.contains("7777"));
        assert!(!told("ConfigMap", 400, &typed).message.contains("7777"));
    }

    #[test]
    fn a_value_of_another_type_is_the_manifests_fault() {
        let body = json!({ "kind": "Status", "message": "failed to create typed patch object (/web; /v1, Kind=Pod): .spec.volumes[name=\"fc\"].fc.lun: expected numeric (int or float), got string" });
        let error = told("Pod", 500, &body);
        assert_eq!(error.code, "Invalid");
        assert!(error.message.ends_with("fc.lun: expected numeric (int or float), got string"), "{error}");
        assert!(!told("Secret", 500, &body).message.contains("lun"));
    }

    #[test]
    fn a_namespace_that_is_not_there_is_told_from_an_object_that_is_not() {
        let missing = |name: &str| json!({ "kind": "Status", "reason": "NotFound", "message": format!("{name} not found") });
        let error = told("ConfigMap", 404, &missing("namespaces \"shop\""));
        assert_eq!(error.code, TargetError::NO_NAMESPACE);
        assert!(error.message.starts_with("namespaces \"shop\" not found"), "{error}");
        assert_eq!(told("ConfigMap", 404, &missing("configmaps \"cart\"")).code, "NotFound");
        assert_eq!(told("Namespace", 404, &missing("namespaces \"cart\"")).code, "NotFound");
    }

    #[test]
    fn the_server_says_when_to_come_back() {
        let body =
            json!({ "kind": "Status", "reason": "TooManyRequests", "details": { "retryAfterSeconds": 3 } });
        let error = told("Pod", 429, &body);
        assert_eq!(
            (error.code.as_str(), error.retry_after),
            ("TooManyRequests", Some(Duration::from_secs(3)))
        );
    }
}
