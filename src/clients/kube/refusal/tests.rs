//! What refusals come to.

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
    assert_eq!(webhook_of(&error), Some(("a.b", Some(("y", "x")))));
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
    assert_eq!((error.code.as_str(), error.retry_after), ("TooManyRequests", Some(Duration::from_secs(3))));
}
