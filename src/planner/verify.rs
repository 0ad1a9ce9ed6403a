//! The stack answers: names, endpoints, what was held, and an engine with nothing left to do.

use super::build::step;
use super::dispositions::Decided;
use super::dns;
use super::facts::Facts;
use super::findings::Findings;
use super::manifests::{apply_id, await_ready};
use crate::plan::action::Action;
use crate::plan::resource::Engine;
use crate::plan::step::{DoneWhen, Estimate, EstimateSource, Phase, Plane, Step};
use foldhash::HashSet;

/// Plans the proofs that end a recovery.
pub(super) fn plan_verify(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    for (name, moved) in dns::names(facts, steps, findings) {
        let ttl = moved.ttl;
        // Users have moved when the old answer has drained from resolvers, not when Route 53 is in sync.
        let drained = Estimate { p50_seconds: ttl, p90_seconds: ttl + 60, source: EstimateSource::Policy };
        let resolve = Action::ResolveName { name: name.clone(), ttl_seconds: ttl };
        let resolved = step(Phase::Verify, &format!("resolve/{name}"), resolve, drained)
            .needs(moved.moved_by)
            .done_when(DoneWhen::Holds { what: "every resolver gives the new answer".to_owned() });
        if !moved.is_asked {
            steps.push(resolved);
            continue;
        }
        let probe = Action::ProbeEndpoint { host: Some(name.clone()), host_known_after: None };
        let probe = step(Phase::Verify, &format!("probe/{name}"), probe, facts.estimate("probe"))
            .needs([resolved.id.clone()])
            .done_when(DoneWhen::Holds { what: "it answers over HTTP".to_owned() });
        steps.push(resolved);
        steps.push(probe);
    }
    let known: HashSet<String> = steps
        .iter()
        .filter(|step| step.id.starts_with("dns/release/") || step.id.starts_with("restore/adopt/"))
        .map(|step| step.id.clone())
        .collect();
    for object in &facts.input.manifests.objects {
        let release = format!("dns/release/{}", facts.label(object));
        if object.kind == "Deployment" && known.contains(&release) {
            steps.push(await_ready(facts, object, Phase::Verify, vec![release, apply_id(facts, object)]));
        }
    }
    let engine: Vec<String> = steps
        .iter()
        .filter(|step| {
            matches!(
                step.action,
                Action::Engine { .. } | Action::ChangeRecord { .. } | Action::ChangeDistribution { .. }
            )
        })
        .map(|step| step.id.clone())
        .collect();
    if engine.is_empty() {
        return;
    }
    let left_out: Vec<String> = decided
        .resources
        .iter()
        .filter(|resource| {
            resource.engine == Engine::Exclude
                && !known.contains(&format!("restore/adopt/{}", resource.address))
        })
        .map(|resource| resource.address.clone())
        .collect();
    let needs = last_of(steps, &engine);
    steps.push(
        step(Phase::Verify, "engine", Action::EngineConverged { left_out }, facts.estimate("converged"))
            .needs(needs)
            .done_when(DoneWhen::Holds {
                what: "the engine's plan is empty but for what is left out".to_owned(),
            })
            .plane(Plane::RegionalControl),
    );
}

/// Those of some steps that none of the same needs: the others come before them.
fn last_of(steps: &[Step], ids: &[String]) -> Vec<String> {
    let own: HashSet<&String> = ids.iter().collect();
    let needed: HashSet<&String> =
        steps.iter().filter(|step| own.contains(&step.id)).flat_map(|step| &step.needs).collect();
    ids.iter().filter(|id| !needed.contains(id)).cloned().collect()
}
