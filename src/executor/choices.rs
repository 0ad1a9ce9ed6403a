//! What a person can do about an error that a step ends with: most likely first.

use super::errors::{Class, DENIED, classify};
use crate::model::target::{TargetError, kube};

/// What every list ends with where the plan itself need not change.
const AGAIN: &str = "then apply the plan again: it goes on with this step";

/// The choices of an error, after the last try.
#[must_use]
pub(super) fn choices(error: &TargetError) -> Vec<String> {
    let one = |text: &str| vec![format!("{text}, {AGAIN}")];
    let code = error.code.as_str();
    if code == TargetError::NOT_BUILT {
        return vec!["do it by hand, by the call that is shown (drplan show PLAN --step ID)".to_owned()];
    }
    if error.service == "kubernetes"
        && let Some(choices) = of_cluster(error)
    {
        return choices;
    }
    match classify(error) {
        Class::Retry | Class::Wait => vec![match code {
            TargetError::LOST => format!(
                "see that it answers, {AGAIN}. Whether the last call had its effect is not known; it is looked at first"
            ),
            TargetError::UNREACHABLE => {
                format!("see that its address is right and can be reached from here, {AGAIN}")
            }
            _ => "apply the plan again: it goes on with this step".to_owned(),
        }],
        _ if DENIED.contains(&code) => {
            one("give whoever signs in the right to make that call, or take credentials that have it")
        }
        Class::Alternative | Class::Stop | Class::Decide => one("mend the cause"),
    }
}

/// Those of a cluster.
fn of_cluster(error: &TargetError) -> Option<Vec<String>> {
    const MANIFEST: &str =
        "or mend the manifest, then plan and approve again: what is applied already stays as it is";
    let again = |text: &str| format!("{text}, {AGAIN}");
    Some(match (error.code.as_str(), error.status) {
        (TargetError::FIELD_CONFLICT, _) => vec![
            "leave the fields to their owner: take them out of the manifest, then plan and approve again. What the plan \
             holds (spec.suspend, spec.replicas) stands in no manifest, and is taken back by hand"
                .to_owned(),
            // An edit that leaves a value as it is changes no owner.
            format!(
                "or keep what is there: write it into the manifest as the server has it, then plan and approve again. That is the \
                 way where the manifest only writes the same value otherwise. What is there: `kubectl get {} -o yaml`",
                argument(error)
            ),
            // Not by applying the file: the plan's rewrites are not in it.
            again(&format!(
                "or, where the values differ, take them over by hand: `kubectl edit {} --field-manager=drplan`, and give these \
                 fields the values of the manifest, rewritten as the plan has it (drplan show PLAN --step ID)",
                argument(error)
            )),
        ],
        (TargetError::IMMUTABLE, _) => vec![
            "keep the value that is there: write it into the manifest, then plan and approve again".to_owned(),
            again(&format!("or delete the object by hand, with what that takes along: `kubectl delete {}`", argument(error))),
        ],
        (TargetError::CANNOT_START, _) => {
            vec![again("mend what its pods lack (image, Secret, ConfigMap, room on nodes)"), MANIFEST.to_owned()]
        }
        (TargetError::PASSED, _) => vec![
            "look whether it did its work (its logs where they are kept, what it was to change)".to_owned(),
            "it did: take it out of the manifests, then plan and approve again: what stands on it goes on without it"
                .to_owned(),
            "it did not: take ttlSecondsAfterFinished out of its manifest, then plan and approve again: it is run once more, \
             and stays until its end was seen"
                .to_owned(),
        ],
        (TargetError::WEBHOOK | TargetError::WEBHOOK_UNSERVED, _) => vec![
            again("bring up what serves the webhook"),
            again(
                "or, where nobody needs it now, delete its ValidatingWebhookConfiguration or MutatingWebhookConfiguration \
                 by hand",
            ),
        ],
        (TargetError::TERMINATING, _) => vec![again(
            "see what keeps the namespace from going (kubectl get namespace NAME -o yaml: its conditions name what is left)",
        )],
        (TargetError::GOING, _) => vec![again(
            "see what keeps it from going (kubectl get KIND NAME -o yaml names its finalizers, and they name who is to let go)",
        )],
        (TargetError::NO_NAMESPACE, _) => vec![
            "apply the plan again: a namespace that the plan makes is made anew, with what was in it".to_owned(),
            again("where it makes none of that name, make it (kubectl create namespace NAME)"),
        ],
        (TargetError::NO_KIND, _) => vec![
            again("apply the definition of the kind, or install what brings it"),
            MANIFEST.to_owned(),
        ],
        (TargetError::NOT_SERVED, _) => vec![
            "write the manifest for a version that the cluster serves (kubectl api-resources), then plan and approve again"
                .to_owned(),
        ],
        (TargetError::DENIED | TargetError::QUOTA, _) => {
            vec![again("have who wrote the rule let it in"), MANIFEST.to_owned()]
        }
        ("Unauthorized", _) | (_, Some(401)) => vec![again(
            "sign in anew (the cloud's credentials, or the user of the kubeconfig), and see that the cluster knows who that is",
        )],
        ("Forbidden", _) | (_, Some(403)) => {
            vec![again("give whoever signs in the right that is named above, or sign in as somebody who has it")]
        }
        ("Invalid" | "BadRequest", _) | (_, Some(400 | 422)) => {
            vec!["mend the manifest, then plan and approve again: what is applied already stays as it is".to_owned()]
        }
        (TargetError::LOST, _) => vec![again(
            "see that the API server answers (kubectl get --raw /readyz). Whether the last call had its effect is not known, \
             and need not be: applying once more changes nothing. Mend what is in the way",
        )],
        (TargetError::UNREACHABLE, _) => {
            vec![again("see that the API server answers from here (kubectl get --raw /readyz)")]
        }
        ("TooManyRequests", _) | (_, Some(429)) => {
            vec![again("wait until the API server has less to do, or find who keeps it busy")]
        }
        (_, Some(500..=599)) => vec![again("see what ails the API server (kubectl get --raw '/readyz?verbose')")],
        _ => return None,
    })
}

/// The object of a call.
fn argument(error: &TargetError) -> String {
    kube::argument(error.call.split_once(' ').map_or(error.call.as_str(), |(_, label)| label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(service: &'static str, code: &str, status: Option<u16>) -> String {
        let error = TargetError {
            service,
            call: "PATCH ConfigMap/shop/settings".to_owned(),
            code: code.to_owned(),
            status,
            message: String::new(),
            retry_after: None,
        };
        choices(&error).join("\n")
    }

    #[test]
    fn each_says_what_to_do_and_how_it_goes_on() {
        for (code, status, words) in [
            (
                TargetError::FIELD_CONFLICT,
                Some(409),
                "kubectl edit ConfigMap settings -n shop --field-manager=drplan",
            ),
            (TargetError::IMMUTABLE, Some(422), "kubectl delete ConfigMap settings -n shop"),
            (TargetError::CANNOT_START, None, "image, Secret"),
            (TargetError::PASSED, None, "did its work"),
            (TargetError::WEBHOOK, Some(500), "serves the webhook"),
            (TargetError::WEBHOOK_UNSERVED, Some(500), "serves the webhook"),
            (TargetError::NOT_SERVED, None, "api-resources"),
            (TargetError::TERMINATING, Some(403), "keeps the namespace"),
            (TargetError::GOING, None, "keeps it from going"),
            (TargetError::NO_NAMESPACE, Some(404), "is made anew"),
            ("Unauthorized", Some(401), "sign in anew"),
            ("Forbidden", Some(403), "the right"),
            ("Invalid", Some(422), "mend the manifest"),
            (TargetError::LOST, None, "/readyz"),
            ("TooManyRequests", Some(429), "less to do"),
            ("HTTP500", Some(500), "ails the API server"),
        ] {
            let told = of("kubernetes", code, status);
            assert!(told.contains(words), "{code}: {told}");
            assert!(
                told.contains("apply the plan again") || told.contains("plan and approve"),
                "{code}: {told}"
            );
        }
        assert!(of("rds", "Odd", Some(400)).starts_with("mend the cause, then apply"));
        assert!(of("rds", "ThrottlingException", Some(400)).starts_with("apply the plan again"));
    }
}
