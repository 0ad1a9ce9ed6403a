//! Preflight and fence: what is proven before the first write, and who stops writing.

use std::collections::BTreeMap;

use super::build::{FENCED, READY, step};
use super::dispositions::{Decided, is_aws};
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use crate::model::diagnostic::Place;
use crate::model::inventory::Inventory;
use crate::model::types::QuotaPer;
use crate::model::value::ValueKind;
use crate::plan::action::{Action, Check};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::{DoneWhen, Expects, Phase, Plane, Step};
use crate::plan::store::CandidateKind;

/// Plans the checks, the probe of the primary, and the fence.
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
    checks.quotas(decided);
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
    plan_fence(facts, decided, steps);
}

fn plan_fence(facts: &Facts<'_, '_>, decided: &Decided, steps: &mut Vec<Step>) {
    let mut hosts: Vec<String> = Vec::new();
    let mut databases = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if matches!(object.type_name(), "aws_eks_cluster" | "aws_db_instance" | "aws_rds_cluster")
            && resource.region.as_deref().is_some_and(|region| facts.is_primary(region))
        {
            hosts.extend(object.owns(ValueKind::Endpoint).map(str::to_owned));
        }
        if matches!(resource.disposition, Disposition::Restore | Disposition::Promote)
            && matches!(object.type_name(), "aws_db_instance" | "aws_rds_cluster")
        {
            databases.push(object.address().to_owned());
        }
    }
    if let Some(observation) = &facts.input.observation {
        hosts.extend(observation.load_balancers.iter().flatten().map(|balancer| balancer.hostname.clone()));
    }
    hosts.sort();
    hosts.dedup();
    let probe = Action::ProbePrimary { region: facts.primary.clone(), hosts };
    steps.push(step(Phase::Preflight, "probe-primary", probe, facts.estimate("probe")));
    let mut workloads: Vec<String> = facts
        .input
        .manifests
        .objects
        .iter()
        .filter(|object| matches!(object.kind.as_str(), "Deployment" | "StatefulSet" | "CronJob"))
        .map(crate::model::document::Object::label)
        .collect();
    workloads.sort();
    workloads.dedup();
    steps.push(
        step(Phase::Fence, "primary", Action::Fence { workloads, databases }, facts.estimate("fence"))
            .needs([READY.to_owned(), "preflight/probe-primary".to_owned()])
            .done_when(DoneWhen::Holds {
                what: "its writers are stopped, or a person accepts that they may not be".to_owned(),
            })
            .plane(Plane::People),
    );
    debug_assert_eq!(FENCED, "fence/primary");
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
            format!("record it again beside the stack's state: drplan inventory {}", self.facts.recovery),
            None,
        );
    }

    fn state_backend(&mut self) {
        let Some(configuration) = &self.facts.input.configuration else { return };
        let Some(backend) = configuration.modules.iter().find_map(|module| module.backend.as_ref()) else {
            return;
        };
        let place =
            ["bucket", "hostname", "path"].iter().find_map(|name| backend.text(name)).unwrap_or("partial");
        let check = Check::StateBackend { backend: format!("{} {place}", backend.kind) };
        self.add("state-backend", check, Plane::Data);
        let in_primary = backend.text("region").is_some_and(|region| self.facts.is_primary(region));
        if backend.kind == "s3" && in_primary && self.facts.input.settings.state.replica.is_none() {
            let primary = self.facts.primary.as_deref().unwrap_or_default();
            self.findings.add(
                "backend-in-primary",
                place,
                format!("the state's bucket lies in {primary}: it is gone when it is needed"),
                "replicate the bucket to another region and name it: state { replica = \"s3://BUCKET/KEY\" }",
                backend.place.clone(),
            );
            self.findings.add(
                "workspace-same-backend",
                self.facts.workspace(),
                format!(
                    "workspace {} of the recovery would be kept in the same backend, in {primary}",
                    self.facts.workspace()
                ),
                "keep the recovery's state outside the primary region; drplan writes that backend into its private copy",
                backend.place.clone(),
            );
        }
    }

    /// Room for what is made anew.
    fn quotas(&mut self, decided: &Decided) {
        let mut needs: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (at, object) in self.facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| {
                matches!(resource.disposition, Disposition::Create | Disposition::Restore)
            });
            for quota in object.entry.filter(|_| made).map_or(&[][..], |entry| entry.quotas) {
                if quota.per == QuotaPer::Region {
                    *needs.entry((quota.service, quota.code)).or_default() += 1;
                }
            }
        }
        for ((service, code), needed) in needs {
            let check = Check::Quota { service: service.to_owned(), code: code.to_owned(), needs: needed };
            self.add(&format!("quota/{service}/{code}"), check, Plane::RegionalControl);
            let known = self.inventory().and_then(|inventory| {
                inventory.quotas.iter().flatten().find(|quota| quota.service == service && quota.code == code)
            });
            if let Some(quota) = known
                && let Some(used) = quota.used
                && quota.value.saturating_sub(used) < needed
            {
                self.findings.add(
                    "quota-short",
                    format!("{service} {code}"),
                    format!(
                        "{}: the plan needs {needed} more, {used} of {} are in use in {}",
                        quota.name, quota.value, self.facts.recovery
                    ),
                    format!(
                        "aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code} \
                         --desired-value {} --region {}",
                        used + needed,
                        self.facts.recovery
                    ),
                    None,
                );
            }
        }
    }

    fn databases(&mut self, decided: &Decided) {
        for (at, object) in self.facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at) else { continue };
            if object.type_name() != "aws_db_instance"
                || !matches!(resource.disposition, Disposition::Restore | Disposition::Block)
            {
                continue;
            }
            let Some(store) = decided.store(object.address()) else { continue };
            let tree = object.tree();
            let text =
                |name: &str| tree.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            let engine_version = [text("engine_version_actual"), text("engine_version")]
                .into_iter()
                .find(|version| !version.is_empty())
                .unwrap_or_default();
            let (engine, classes) = (text("engine"), store.rule.classes.clone());
            let orderable =
                self.inventory().and_then(|inventory| inventory.orderable_for(&engine, &engine_version));
            let recorded = self.inventory().is_some_and(|inventory| inventory.orderable_classes.is_some());
            if orderable.is_none() && recorded {
                self.unasked(
                    "rds:DescribeOrderableDBInstanceOptions",
                    &format!("the classes of {engine} {engine_version}"),
                );
            }
            if let Some(orderable) = orderable {
                let can = |class: &str| {
                    orderable.iter().any(|known| {
                        known.class == class
                            && known.engine == engine
                            && (known.engine_version == engine_version
                                || known.engine_version.starts_with(&format!("{engine_version}."))
                                || engine_version.is_empty())
                    })
                };
                if !classes.iter().any(|class| can(class)) {
                    let mut others: Vec<&str> = orderable
                        .iter()
                        .filter(|known| known.engine == engine)
                        .map(|known| known.class.as_str())
                        .collect();
                    others.sort_unstable();
                    others.dedup();
                    self.findings.add(
                        "class-not-orderable",
                        object.address(),
                        format!(
                            "{} of {engine} {engine_version} cannot be ordered in {}",
                            classes.join(", "),
                            self.facts.recovery
                        ),
                        format!(
                            "name one that can, in order: database \"{}\" {{ classes = [...] }}{}",
                            object.instance.name,
                            if others.is_empty() {
                                String::new()
                            } else {
                                format!("; orderable: {}", others.join(", "))
                            }
                        ),
                        self.facts.place_in_code(object),
                    );
                }
            }
            let check =
                Check::DbClass { store: object.address().to_owned(), classes, engine, engine_version };
            self.add(&format!("class/{}", object.address()), check, Plane::RegionalControl);
        }
    }

    fn instance_types(&mut self, decided: &Decided) {
        for (at, object) in self.facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            if !made
                || !is_aws(object)
                || !matches!(
                    object.type_name(),
                    "aws_eks_node_group" | "aws_instance" | "aws_launch_template"
                )
            {
                continue;
            }
            let tree = object.tree();
            let mut types: Vec<String> = tree
                .get("instance_types")
                .and_then(|types| types.as_array())
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            types.extend(
                tree.get("instance_type")
                    .and_then(|name| name.as_str())
                    .filter(|n| !n.is_empty())
                    .map(str::to_owned),
            );
            if types.is_empty() {
                continue;
            }
            let offered = self.inventory().and_then(|inventory| inventory.instance_types.as_ref());
            if let Some(offered) = offered
                && !types
                    .iter()
                    .any(|name| offered.iter().any(|known| known.name == *name && !known.zones.is_empty()))
            {
                self.findings.add(
                    "instance-type-missing",
                    object.address(),
                    format!("no zone of {} offers {}", self.facts.recovery, types.join(" or ")),
                    "name another instance type in the configuration, by a variable of the recovery",
                    self.facts.place_in_code(object),
                );
            }
            let check = Check::InstanceType { address: object.address().to_owned(), types };
            self.add(&format!("instance-type/{}", object.address()), check, Plane::RegionalControl);
        }
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
                    let tree = object.tree();
                    let domain =
                        tree.get("domain_name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
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
                    "{} images are pulled from the primary's registry; the plan names its replica instead",
                    named.len()
                ),
                "nothing to do: each rewrite is listed by `drplan show plan.json --values`",
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
