//! Certificates that nobody will have issued when the stack needs them.

use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use crate::model::paste;
use crate::plan::resource::Disposition;

/// A certificate that the engine makes anew is issued only where something of the stack validates it.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    if facts.inventory().is_none_or(|inventory| inventory.certificates.is_none()) {
        return;
    }
    for (at, object) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        if !made || object.type_name() != "aws_acm_certificate" || is_validated(facts, object) {
            continue;
        }
        let domain = object.text("domain_name").unwrap_or(object.address());
        findings.add(
            "certificate-no-counterpart",
            object.address(),
            format!(
                "no issued certificate in {} covers {domain}, and nothing in the state validates a new one",
                facts.recovery
            ),
            format!(
                "request it, with its other names as --subject-alternative-names: \
                 `aws acm request-certificate --region {} --domain-name '{domain}' --validation-method DNS`; \
                 or name one that is there: {}",
                facts.recovery,
                paste::block(
                    "counterpart",
                    object.arn.as_deref().unwrap_or(object.address()),
                    "to = \"...\""
                )
            ),
            facts.place_in_code(object),
        );
    }
}

fn is_validated(facts: &Facts<'_, '_>, certificate: &Object<'_, '_>) -> bool {
    facts.objects.iter().any(|object| {
        object.type_name() == "aws_acm_certificate_validation"
            && (object.text("certificate_arn").is_some_and(|arn| Some(arn) == certificate.arn.as_deref())
                || object
                    .instance
                    .dependencies
                    .iter()
                    .any(|address| **address == *certificate.instance.config_address))
    })
}
