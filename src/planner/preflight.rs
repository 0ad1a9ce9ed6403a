//! Preflight: what is proven before the first write.

mod backend;
mod balancers;
mod capacity;
mod demand;
mod kubernetes;
mod names;
mod quotas;
mod shared;
mod zones;

use std::collections::BTreeMap;

use super::build::step;
use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use crate::model::diagnostic::Place;
use crate::model::inventory::Inventory;
use crate::model::words;
use crate::plan::action::{Action, Check};
use crate::plan::resource::Disposition;
use crate::plan::step::{Expects, Phase, Plane, Step};
use crate::plan::store::CandidateKind;
pub(super) use names::restored_as;

/// Plans the checks, and the step that all of them lead to.
pub(super) fn plan_preflight(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    let mut checks = Checks { facts, findings, checks: Vec::new() };
    checks.add("identity", Check::Identity { account: facts.account.clone() }, Plane::Data);
    checks.state_backend();
    checks.names(decided);
    checks.networks(decided);
    checks.shared(decided);
    checks.workspace();
    checks.quotas(decided);
    checks.zones(decided);
    checks.cluster_versions(decided);
    checks.addon_versions(decided);
    checks.databases(decided);
    checks.instance_types(decided);
    checks.stores(decided);
    checks.images(values);
    checks.control_planes(decided);
    let estimate = facts.estimate("check");
    let mut ids = Vec::new();
    for (name, check, plane) in checks.checks {
        let check = step(Phase::Preflight, &name, Action::Check { check }, estimate).plane(plane);
        ids.push(check.id.clone());
        steps.push(check);
    }
    let count = ids.len() as u64;
    let join = Action::Join { address: "preflight".to_owned(), instances: count };
    steps.push(step(Phase::Preflight, "ready", join, super::schedule::instant()).needs(ids));
}

struct Checks<'c, 'i, 'a> {
    facts: &'c Facts<'i, 'a>,
    findings: &'c mut Findings,
    checks: Vec<(String, Check, Plane)>,
}

impl<'i> Checks<'_, 'i, '_> {
    fn add(&mut self, name: &str, check: Check, plane: Plane) {
        self.checks.push((name.to_owned(), check, plane));
    }

    fn inventory(&self) -> Option<&'i Inventory> {
        self.facts.inventory()
    }

    /// A recording that was made for another stack, or before this one had what it has now.
    fn unasked(&mut self, action: &str, what: &str) {
        self.findings.add(
            "inventory-gap",
            action,
            format!("the inventory was recorded without asking for {what}: they are unknown, not missing"),
            format!(
                "record it again beside the stack's state: `drplan inventory {} -o inventory.json`",
                self.facts.recovery
            ),
            None,
        );
    }

    /// Recovery points with their keys, buckets and certificates that were found.
    fn stores(&mut self, decided: &Decided) {
        for store in &decided.stores {
            let chosen = store.chosen.as_ref().and_then(|id| store.candidates.iter().find(|c| c.id == *id));
            let Some(candidate) = chosen else { continue };
            match candidate.kind {
                CandidateKind::Empty | CandidateKind::Source | CandidateKind::Replicated => {}
                CandidateKind::ReplicaBucket => {
                    self.add(
                        &format!("bucket/{}", candidate.id),
                        Check::Bucket { name: candidate.id.clone() },
                        Plane::Data,
                    );
                }
                _ => {
                    let check = Check::RecoveryPoint { store: store.address.clone() };
                    self.add(&format!("recovery-point/{}", store.address), check, Plane::RegionalControl);
                }
            }
        }
        for (at, object) in self.facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at).filter(|r| r.disposition == Disposition::Adopt) else {
                continue;
            };
            let Some(counterpart) = resource.counterpart.clone() else { continue };
            match object.type_name() {
                "aws_kms_key" => {
                    self.add(
                        &format!("key/{}", object.address()),
                        Check::Key { key: counterpart },
                        Plane::RegionalControl,
                    );
                }
                "aws_acm_certificate" => {
                    let domain = object.text("domain_name").unwrap_or_default().to_owned();
                    let check = Check::Certificate { arn: counterpart, domains: vec![domain] };
                    self.add(&format!("certificate/{}", object.address()), check, Plane::RegionalControl);
                }
                _ => {}
            }
        }
    }

    fn images(&mut self, values: &Values) {
        let mut named: BTreeMap<(&str, &str), &Place> = BTreeMap::new();
        for image in &values.images {
            named.entry((&image.repository, &image.reference)).or_insert(&image.at);
        }
        if let Some(first) = values.images.first() {
            self.findings.add(
                "images-in-primary",
                self.facts.primary.clone().unwrap_or_default(),
                format!(
                    "{} {} pulled from the primary's registry; the plan names its replica instead",
                    words::count(named.len(), "image"),
                    words::is(named.len())
                ),
                "nothing to do: each rewrite is listed by `drplan show PLAN --values`",
                Some(first.at.clone()),
            );
        }
        for ((repository, reference), place) in named {
            let check = Check::Image { repository: repository.to_owned(), reference: reference.to_owned() };
            self.add(&format!("image/{repository}{reference}"), check, Plane::RegionalControl);
            let Some(images) = self.inventory().and_then(|inventory| inventory.images_for(repository)) else {
                if self.inventory().is_some_and(|inventory| inventory.images.is_some()) {
                    self.unasked("ecr:DescribeImages", &format!("the images of {repository}"));
                }
                continue;
            };
            let there = images.iter().filter(|image| image.repository == repository).any(|image| {
                match reference.strip_prefix('@') {
                    Some(digest) => image.digest == digest,
                    None => {
                        let tag = reference.strip_prefix(':').unwrap_or("latest");
                        image.tags.iter().any(|known| known == tag)
                    }
                }
            });
            if !there {
                self.findings.add(
                    "image-missing",
                    format!("{repository}{reference}"),
                    format!("image {repository}{reference} is not in the registry of {}", self.facts.recovery),
                    "replicate it: registry replication covers only images pushed afterwards (StartReplicationBackfill \
                     or push it again)",
                    Some(place.clone()),
                );
            }
        }
    }

    fn control_planes(&mut self, decided: &Decided) {
        let mut services: Vec<&str> = Vec::new();
        for (at, object) in self.facts.objects.iter().enumerate() {
            match decided.resource(at).map(|resource| resource.disposition) {
                Some(Disposition::Update) if object.type_name().starts_with("aws_route53") => {
                    services.push("route53")
                }
                Some(Disposition::Update) => services.push("cloudfront"),
                Some(Disposition::Create) if object.type_name().starts_with("aws_iam_") => {
                    services.push("iam")
                }
                _ => {}
            }
        }
        if !super::cluster::trusting_roles(self.facts, decided).is_empty() {
            services.push("iam");
        }
        services.sort_unstable();
        services.dedup();
        for service in services {
            let check = Check::ControlPlane { service: service.to_owned() };
            self.add(&format!("control-plane/{service}"), check, Plane::UsEast1Control);
        }
    }
}

/// What a step expects of something made under a name.
pub(super) fn absent(subject: &str) -> Expects {
    Expects::Absent { subject: subject.to_owned() }
}
