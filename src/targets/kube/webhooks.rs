//! Whether admission webhooks answer: what they are called for is refused until they do.

use serde_json::Value;

use super::pods::list;
use super::{KubeTarget, served};
use crate::clients::kube::refusal::{About, ELSEWHERE, found, webhook_of};
use crate::clients::kube::session::{Call, JSON};
use crate::model::rollout::text;
use crate::model::target::TargetError;
use crate::model::target::kube::ObjectRef;

pub(super) fn are(object: &ObjectRef) -> bool {
    matches!(object.kind.as_str(), "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration")
}

/// The first of a configuration's webhooks that would have requests refused, and why. One that may be passed over and one
/// at an address outside of the cluster are not asked.
pub(super) async fn silent(
    target: &KubeTarget,
    configuration: &Value,
) -> Result<Option<String>, TargetError> {
    let webhooks = configuration.get("webhooks").and_then(Value::as_array);
    for webhook in webhooks.into_iter().flatten() {
        let Some(service) = webhook.pointer("/clientConfig/service") else { continue };
        if text(webhook, "/failurePolicy") == "Ignore" {
            continue;
        }
        let name = text(webhook, "/name");
        if text(webhook, "/clientConfig/caBundle").is_empty() {
            return Ok(Some(format!("webhook {name} has no certificate authority yet (caBundle)")));
        }
        if let Some(why) = unreached(target, service).await? {
            let [namespace, of] = ["/namespace", "/name"].map(|path| text(service, path));
            if let Some(cause) = served::by_nobody(target, namespace, of).await {
                let object =
                    format!("{}/{}", text(configuration, "/kind"), text(configuration, "/metadata/name"));
                let message = unserved(name, &object, &cause);
                return Err(found("GET", &About::Words(&object), TargetError::WEBHOOK_UNSERVED, message));
            }
            return Ok(Some(format!("webhook {name} does not answer yet: {why}")));
        }
    }
    Ok(None)
}

/// What was done or refused; of a refusal because a webhook does not answer, whether it is worth a wait, and whose it is.
pub(super) async fn told<T>(target: &KubeTarget, answer: Result<T, TargetError>) -> Result<T, TargetError> {
    let error = match answer {
        Err(error) if error.code == TargetError::WEBHOOK => error,
        answer => return answer,
    };
    let Some((name, service)) = webhook_of(&error) else { return Err(error) };
    let Some((namespace, service)) = service else {
        let Some(object) = configuration_of(target, name).await else { return Err(error) };
        let message = error.message.replace(ELSEWHERE, &format!("what {object} calls at its url"));
        return Err(TargetError { message, ..error });
    };
    let Some(cause) = served::by_nobody(target, namespace, service).await else { return Err(error) };
    let object = configuration_of(target, name).await;
    let message = unserved(name, object.as_deref().unwrap_or("a webhook configuration"), &cause);
    Err(TargetError { code: TargetError::WEBHOOK_UNSERVED.to_owned(), message, ..error })
}

fn unserved(name: &str, configuration: &str, cause: &str) -> String {
    format!("nobody answers for admission webhook {name} of {configuration}, and no wait helps: {cause}")
}

/// The configuration that has a webhook of this name.
async fn configuration_of(target: &KubeTarget, webhook: &str) -> Option<String> {
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        let path = format!("/apis/admissionregistration.k8s.io/v1/{}s", kind.to_lowercase());
        let all = list(target, &format!("list of {kind}"), &path).await.unwrap_or_default();
        let has = |one: &&Value| {
            let webhooks = one.get("webhooks").and_then(Value::as_array);
            webhooks.into_iter().flatten().any(|one| text(one, "/name") == webhook)
        };
        if let Some(found) = all.iter().find(has) {
            return Some(format!("{kind}/{}", text(found, "/metadata/name")));
        }
    }
    None
}

/// Why a service is not reached by the API server, which is who calls a webhook; `None` where it answers, whatever it
/// says, and where that cannot be asked.
async fn unreached(target: &KubeTarget, service: &Value) -> Result<Option<String>, TargetError> {
    let [namespace, name] = ["/namespace", "/name"].map(|path| text(service, path));
    let port = service.get("port").and_then(Value::as_u64).unwrap_or(443);
    let words = format!("proxy of Service/{namespace}/{name}");
    // <https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls>
    let path = format!("/api/v1/namespaces/{namespace}/services/https:{name}:{port}/proxy/");
    let call = Call { verb: "GET", about: About::Words(&words), path: &path, accept: JSON, body: None };
    match target.session.ask(&call).await {
        Ok(_) => Ok(None),
        // In the API server's own words: it has not reached it.
        Err(error) if matches!(error.code.as_str(), "ServiceUnavailable" | "NotFound" | "InternalError") => {
            Ok(Some(error.message))
        }
        // Whoever may not ask does not know; the webhook itself says so when it is called for.
        Err(error) if error.status.is_some_and(|status| status != 401) => Ok(None),
        Err(error) => Err(error),
    }
}
