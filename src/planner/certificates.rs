//! Certificates: those that nobody will have issued when the stack needs them, and who waits for those that are made.

use std::collections::{BTreeSet, HashMap};

use super::dispositions::{Decided, Fate, fate, step_id};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::{cluster, references};
use crate::model::arn::Arn;
use crate::model::document::Node;
use crate::model::inventory::covers;
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};

/// Adds certificates that are missing, by the resource that is one and by the Ingress that asks for one.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    if facts.inventory().is_none_or(|inventory| inventory.certificates.is_none()) {
        return;
    }
    check_made(facts, decided, findings);
    check_discovered(facts, decided, findings);
}

/// A certificate by which viewers reach CloudFront is of us-east-1, whatever the region that is recovered: it stays, and
/// its validation with it. One that listeners of the region use as well is missed there all the same.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html>
pub(super) fn decide_viewer(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Fate> {
    let arn = match object.type_name() {
        "aws_acm_certificate" => object.arn.as_deref()?,
        "aws_acm_certificate_validation" => object.text("certificate_arn")?,
        _ => return None,
    };
    if !facts.is_primary("us-east-1") || Arn::parse(arn)?.region != "us-east-1" {
        return None;
    }
    let named = facts.named_counterpart(&[arn, object.address()]).and_then(Arn::parse);
    let stays = named.is_some_and(|to| to.region == "us-east-1");
    let has = |other: &&Object<'_, '_>| other.is_managed() && other.instance.attributes.contains(arn);
    let users = facts.objects.iter().filter(has).map(Object::type_name);
    let (viewers, others): (Vec<&str>, Vec<&str>) = users
        .filter(|name| !name.starts_with("aws_acm_certificate"))
        .partition(|name| *name == "aws_cloudfront_distribution");
    let in_manifests = facts.input.manifests.texts.iter().any(|source| source.text.contains(arn));
    if !stays && (viewers.is_empty() || !others.is_empty() || in_manifests) {
        return None;
    }
    let reason =
        "viewers reach CloudFront by it, which takes certificates of us-east-1 only: it stays as it is";
    let itself = object.id.as_deref().unwrap_or(arn);
    Some(fate(Disposition::Share, Engine::Import, reason).with(itself))
}

/// One that the engine makes anew is issued only where something of the stack validates it.
fn check_made(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
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

/// An Ingress with HTTPS that names no certificate gets those that cover its hosts, and no listener where there is none.
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/cert_discovery/>
fn check_discovered(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    const PREFIX: &str = "alb.ingress.kubernetes.io";
    let made = || {
        let objects = facts.objects.iter().enumerate().filter(|(at, object)| {
            object.type_name() == "aws_acm_certificate"
                && decided.resource(*at).is_some_and(cluster::is_made)
                && object.region.as_deref().is_none_or(|region| facts.is_primary(region))
        });
        objects.flat_map(|(_, object)| {
            let domain = object.text("domain_name").map(str::to_owned);
            object.list("subject_alternative_names").into_iter().chain(domain)
        })
    };
    for object in facts.input.manifests.objects.iter().filter(|object| object.kind == "Ingress") {
        let annotation =
            |name: &str| object.root.str_at(&["metadata", "annotations", &format!("{PREFIX}/{name}")]);
        let encrypted = annotation("listen-ports").is_some_and(|ports| ports.contains("HTTPS"));
        if !encrypted || annotation("certificate-arn").is_some() {
            continue;
        }
        let list = |name: &str| object.root.at(&["spec", name]).into_iter().flat_map(Node::items);
        let ruled = list("rules").filter_map(|rule| rule.str_at(&["host"]));
        let tls =
            list("tls").filter_map(|tls| tls.get("hosts")).flat_map(Node::items).filter_map(Node::as_str);
        let hosts: BTreeSet<&str> = ruled.chain(tls).collect();
        for host in hosts {
            let covered = references::certificate_covering(facts, &[host.to_owned()]).is_some()
                || made().any(|pattern| covers(&pattern, host));
            if covered {
                continue;
            }
            findings.add(
                "certificate-no-counterpart",
                facts.label(object),
                format!(
                    "it serves HTTPS for {host} and names no certificate: the controller looks for an issued one in {}, \
                     where none covers it, and makes no load balancer for its whole group",
                    facts.recovery
                ),
                format!(
                    "request it: `aws acm request-certificate --region {} --domain-name '{host}' --validation-method DNS`, \
                     validate it, and record the inventory again",
                    facts.recovery
                ),
                Some(object.place()),
            );
        }
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
