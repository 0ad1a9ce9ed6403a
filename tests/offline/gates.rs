//! People are asked before each phase that drplan.hcl has a gate for.

use std::collections::{BTreeSet, HashMap};

use drplan::model::settings::Gate;
use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::audit::audit;

use crate::defects::{subjects, without};
use crate::worlds::{World, example, state_of};

fn gated(phase: &str) -> Plan {
    let mut world = World::read(&example());
    world.settings.gates.push(Gate {
        phase: phase.to_owned(),
        decision_seconds: 1_200,
        ask: Some("Shall we?".to_owned()),
        place: None,
    });
    world.plan()
}

/// Steps that a step waits for, however far.
fn before<'p>(plan: &'p Plan, id: &'p str) -> BTreeSet<&'p str> {
    let needs: HashMap<&str, &Vec<String>> =
        plan.steps.iter().map(|step| (step.id.as_str(), &step.needs)).collect();
    let (mut found, mut queue) = (BTreeSet::new(), vec![id]);
    while let Some(id) = queue.pop() {
        queue.extend(needs[id].iter().map(String::as_str).filter(|need| found.insert(*need)));
    }
    found
}

/// All but the one before dns were ignored.
#[test]
fn every_step_of_a_phase_is_behind_its_gate() {
    let without = World::read(&example()).plan();
    for phase in ["preflight", "fence", "infra", "restore", "manifests", "verify"] {
        let plan = gated(phase);
        assert_eq!(audit(&plan), Ok(()), "{phase}");
        assert!(!plan.findings.iter().any(|finding| finding.code == "dependency-cycle"), "{phase}");
        let gate = format!("{phase}/gate");
        let asked = plan.steps.iter().find(|step| step.id == gate).unwrap();
        assert!(
            matches!(&asked.action, Action::Gate { ask, before } if ask == "Shall we?" && before.as_str() == phase)
        );
        for step in plan.steps.iter().filter(|step| step.phase.as_str() == phase && step.id != gate) {
            assert!(before(&plan, &step.id).contains(gate.as_str()), "{} of {phase}", step.id);
        }
        assert_eq!(plan.steps.len(), without.steps.len() + 1);
    }
    // It counts: the cluster is what everything waits for.
    let (slow, fast) = (gated("infra").forecast.rto.p50_seconds, without.forecast.rto.p50_seconds);
    assert!(slow >= fast + 600, "{slow} {fast}");
}

/// What was to be confirmed there would be confirmed by nobody.
#[test]
fn a_gate_before_a_phase_without_a_step_is_told() {
    let mut world = World::of_state(state_of(&[]));
    world.manifests = World::read(&example()).manifests;
    let gates = |phase: &str| {
        let mut world = world.clone();
        world.settings.gates.push(Gate {
            phase: phase.to_owned(),
            decision_seconds: 60,
            ask: None,
            place: None,
        });
        world.try_plan(Some("us-east-2")).unwrap()
    };
    assert_eq!(subjects(&gates("restore"), "gate-unasked"), ["restore"]);
    without(&gates("manifests"), "gate-unasked");
    without(&gated("infra"), "gate-unasked");
}
