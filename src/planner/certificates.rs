//! Certificates: those that nobody will have issued when the stack needs them, and who waits for those that are made.

use std::collections::HashMap;

use super::cluster;
use super::dispositions::{Decided, step_id};
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

/// The steps that wait until certificates are issued, by ARN of the primary's and by the step that makes the new one. ACM
/// answers to a request at once, and no load balancer takes a certificate that is not issued.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html>
pub(super) struct Issued<'f, 'i, 'a> {
    by_arn: HashMap<&'f str, Vec<&'f Object<'i, 'a>>>,
    by_step: HashMap<String, Vec<String>>,
}

impl<'f, 'i, 'a> Issued<'f, 'i, 'a> {
    pub(super) fn read(facts: &'f Facts<'i, 'a>, decided: &Decided) -> Self {
        let mut issued = Self { by_arn: HashMap::new(), by_step: HashMap::new() };
        let is_made = |at: usize| decided.resource(at).is_some_and(cluster::is_made);
        let of_type = |name: &'static str| {
            let objects = facts.objects.iter().enumerate();
            objects
                .filter(move |(at, object)| object.type_name() == name && is_made(*at))
                .map(|(_, object)| object)
        };
        let made: HashMap<&str, String> = of_type("aws_acm_certificate")
            .filter_map(|made| Some((made.arn.as_deref()?, step_id("infra", made.address()))))
            .collect();
        for waiting in of_type("aws_acm_certificate_validation") {
            // One that is there already is issued.
            let Some((arn, making)) = waiting.text("certificate_arn").and_then(|arn| made.get_key_value(arn))
            else {
                continue;
            };
            issued.by_arn.entry(arn).or_default().push(waiting);
            issued.by_step.entry(making.clone()).or_default().push(step_id("infra", waiting.address()));
        }
        issued
    }

    /// What a resource waits for that names certificates of the primary: a listener, a domain name of an API.
    pub(super) fn named_by(&self, object: &Object<'_, '_>) -> Vec<String> {
        if self.by_arn.is_empty() || object.type_name().starts_with("aws_acm_certificate") {
            return Vec::new();
        }
        let named = object.texts().filter_map(|text| self.by_arn.get(text)).flatten();
        // What the wait itself stands on cannot wait for it.
        let own = object.instance.config_address.as_str();
        let waits =
            named.filter(|waiting| !waiting.instance.dependencies.iter().any(|other| &**other == own));
        waits.map(|waiting| step_id("infra", waiting.address())).collect()
    }

    /// What needs the making of a certificate and goes on to use it.
    pub(super) fn after<'n>(&self, needs: impl Iterator<Item = &'n String>) -> Vec<String> {
        needs.filter_map(|need| self.by_step.get(need)).flatten().cloned().collect()
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
