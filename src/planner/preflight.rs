//! Preflight: what is proven before the first write.

mod backend;
mod balancers;
mod capacity;
mod demand;
mod images;
mod kubernetes;
mod names;
mod quotas;
mod shared;
mod zones;

use super::build::step;
use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use crate::model::inventory::Inventory;
use crate::plan::action::{Action, Check};
use crate::plan::resource::Disposition;
use crate::plan::step::{Expects, Phase, Plane, Step};
use crate::plan::store::CandidateKind;

/// Plans the checks, and the step that all of them lead to. Whether a global control plane answers is asked for those
/// steps alone that need it.
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
                "record it again beside the stack's state: `drplan inventory {} -o {}`",
                self.facts.recovery,
                self.facts.inventory_file()
            ),
            None,
        );
    }

    /// Recovery points with their keys, buckets and certificates that were found.
    fn stores(&mut self, decided: &Decided) {
        for store in &decided.stores {
            let Some(candidate) = store.chosen() else { continue };
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
                    let mut domains = object.list("subject_alternative_names");
                    domains.extend(object.text("domain_name").map(str::to_owned));
                    domains.sort();
                    domains.dedup();
                    let check = Check::Certificate { arn: counterpart, domains };
                    self.add(&format!("certificate/{}", object.address()), check, Plane::RegionalControl);
                }
                _ => {}
            }
        }
    }
}

/// What a step expects of something made under a name.
pub(super) fn absent(subject: &str) -> Expects {
    Expects::Absent { subject: subject.to_owned() }
}
