//! The fence: who stops writing before a recovery point is taken.

use super::build::{FENCED, READY, step};
use super::dispositions::Decided;
use super::facts::{Facts, Object};
use crate::model::value::ValueKind;
use crate::plan::action::Action;
use crate::plan::resource::Disposition;
use crate::plan::step::{DoneWhen, Phase, Plane, Step};

/// Plans the probe of the primary, and the fence.
pub(super) fn plan_fence(facts: &Facts<'_, '_>, decided: &Decided, steps: &mut Vec<Step>) {
    let mut hosts: Vec<String> = Vec::new();
    let mut databases = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if matches!(object.type_name(), "aws_eks_cluster" | "aws_db_instance" | "aws_rds_cluster")
            && resource.region.as_deref().is_some_and(|region| facts.is_primary(region))
        {
            hosts.extend(object.owns(ValueKind::Endpoint).map(str::to_owned));
        }
        // Whatever becomes of it here, nobody writes into it there: a replica takes no writes.
        let lost = resource.region.as_deref().is_some_and(|region| facts.is_primary(region));
        if matches!(object.type_name(), "aws_db_instance" | "aws_rds_cluster")
            && resource.deposed.is_none()
            && (lost || matches!(resource.disposition, Disposition::Restore | Disposition::Promote))
            && super::references::replica_source(object).is_none()
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
    // Who writes there does so whether a manifest has it or not.
    let unlisted = facts.unlisted_workloads().filter(|workload| workload.object_kind != "DaemonSet");
    workloads.extend(unlisted.map(|one| format!("{}/{}/{}", one.object_kind, one.namespace, one.name)));
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

/// Nobody is fenced where no primary is known, nothing is restored from it, and nothing is led away from it.
pub(super) fn drop_needless(facts: &Facts<'_, '_>, steps: &mut Vec<Step>) {
    const FENCING: [&str; 2] = [FENCED, "preflight/probe-primary"];
    let known = facts.primary.is_some() || facts.objects.iter().any(Object::is_managed);
    let needed = steps.iter().any(|step| matches!(step.phase, Phase::Restore | Phase::Dns));
    if !known && !needed {
        steps.retain(|step| !FENCING.contains(&step.id.as_str()));
    }
}
