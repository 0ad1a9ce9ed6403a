//! The example's plan, rehearsed: the same executor against a simulated region, in virtual time.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use drplan::event::{Ending, EventKind};
use drplan::executor::drill::as_planned;
use drplan::executor::faults::{Fault, Faults};
use drplan::executor::matrix::{every_fault, rehearse_faults, rehearse_plan};
use drplan::executor::rehearse::{Rehearsed, rehearse};
use drplan::plan::action::Action;
use drplan::plan::rehearsal::Outcome;
use drplan::plan::{Plan, codec};
use drplan::targets::sim::Setup;

use rayon::prelude::*;

use crate::large::{Shape, large};
use crate::sandbox::{AT, Sandbox};

pub(crate) fn example() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let sandbox = Sandbox::example();
        let args = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
        let made = sandbox.run(&args);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        codec::decode(&std::fs::read(sandbox.path("plan.json")).unwrap()).unwrap()
    })
}

fn run(faults: &Faults) -> Rehearsed {
    rehearse(example(), as_planned(example(), 7), faults).unwrap()
}

/// Effects of each step.
fn counted(rehearsed: &Rehearsed) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for effect in &rehearsed.effects {
        *counts.entry(effect.step.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn the_example_is_rehearsed_to_its_end() {
    let rehearsed = run(&Faults::none());
    assert_eq!(rehearsed.ended.how, Ending::Done, "{:?}", rehearsed.ended);
    assert_eq!(rehearsed.ended.done, example().steps.len());
    assert!(counted(&rehearsed).values().all(|count| *count == 1));
    // Every need was done before what needs it began.
    let mut done = std::collections::BTreeSet::new();
    for event in &rehearsed.events {
        match &event.kind {
            EventKind::StepBegun { step, .. } => {
                let own = example().steps.iter().find(|one| one.id == *step).unwrap();
                assert!(own.needs.iter().all(|need| done.contains(need)), "{step} began too early");
            }
            EventKind::StepDone { step, .. } => {
                done.insert(step.clone());
            }
            _ => {}
        }
    }
    assert_eq!(done.len(), example().steps.len());
}

#[test]
fn the_time_is_near_the_least_that_there_is() {
    let (rehearsal, _) = rehearse_plan(example(), 7, &[]).unwrap();
    assert!(rehearsal.critical_path_seconds <= rehearsal.lower_bound_seconds);
    assert!(
        rehearsal.makespan_seconds * 100 <= rehearsal.lower_bound_seconds * 105,
        "{} s, where {} s would do",
        rehearsal.makespan_seconds,
        rehearsal.lower_bound_seconds
    );
}

#[test]
fn rules_1_and_2_traffic_moves_after_its_gate_and_workloads_start_after_their_database() {
    let rehearsed = run(&Faults::none());
    let at =
        |wanted: &dyn Fn(&EventKind) -> bool| rehearsed.events.iter().position(|event| wanted(&event.kind));
    let is_done =
        |id: &str| at(&|kind| matches!(kind, EventKind::StepDone { step, .. } if step == id)).unwrap();
    let begun =
        |id: &str| at(&|kind| matches!(kind, EventKind::StepBegun { step, .. } if step == id)).unwrap();
    let gate = at(&|kind| matches!(kind, EventKind::GateAnswered { go: true, .. })).unwrap();
    for step in &example().steps {
        match &step.action {
            Action::ChangeRecord { .. } | Action::ChangeDistribution { .. } | Action::Release { .. } => {
                assert!(begun(&step.id) > gate, "{}", step.id);
            }
            Action::ApplyObject { rewrites, .. } => {
                for after in rewrites.iter().filter_map(|rewrite| rewrite.known_after.as_ref()) {
                    assert!(begun(&step.id) > is_done(after), "{} before {after}", step.id);
                }
            }
            _ => {}
        }
    }
}

#[test]
fn no_fault_strands_the_example() {
    let rows = rehearse_faults(example(), &as_planned(example(), 7), &every_fault(example())).unwrap();
    assert_eq!(rows.len(), example().steps.len() * 6);
    let stranded: Vec<_> = rows.iter().filter(|row| row.outcome == Outcome::Stranded).collect();
    assert!(stranded.is_empty(), "{stranded:#?}");
    let of = |fault: Fault, outcome: Outcome| {
        rows.iter().filter(|row| row.fault == fault.as_str() && row.outcome == outcome).count()
    };
    // Steps that make no call join and ask: nothing can fail in them.
    let silent = example()
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Join { .. } | Action::Gate { .. }))
        .count();
    let calls = example().steps.len() - silent;
    assert_eq!(of(Fault::Throttle, Outcome::Survived), example().steps.len());
    assert_eq!(of(Fault::LostAnswer, Outcome::Survived), example().steps.len());
    assert_eq!(of(Fault::TimeOut, Outcome::Survived), example().steps.len());
    assert_eq!(of(Fault::Error, Outcome::Resumed), calls);
    assert_eq!(of(Fault::CrashBefore, Outcome::Resumed), calls);
    assert_eq!(of(Fault::CrashAfter, Outcome::Resumed), calls);
}

/// Killed before and after every effect and every record, and gone on with: the same end, and nothing twice.
#[test]
fn a_crash_at_any_point_leaves_nothing_undone_and_nothing_done_twice() {
    let undisturbed = run(&Faults::none());
    // Two for each effect, and for each record: those of its step, and the two that begin and end the run.
    let records = undisturbed.journal.iter().filter(|byte| **byte == b'\n').count();
    let points = 2 * (undisturbed.effects.len() + records);
    assert!(points > 1_000, "{points}");
    (0..points as u64).into_par_iter().for_each(|point| {
        let faults = Faults::crash_at(point);
        let rehearsed = run(&faults);
        assert_eq!(faults.happened(), 1, "no crash at {point}");
        assert_eq!(rehearsed.ended.how, Ending::Done, "crashed at {point}: {:?}", rehearsed.ended);
        assert_eq!(rehearsed.state, undisturbed.state, "crashed at {point}");
        assert_eq!(counted(&rehearsed), counted(&undisturbed), "crashed at {point}");
    });
    assert_eq!(run(&Faults::crash_at(points as u64)).processes, 1, "there are more points");
}

/// A region that breaks one promise of the plan, and where the run then ends, applied again and planned again.
#[test]
fn a_broken_region_strands_the_plan_exactly_where_it_is_broken() {
    let plan = example();
    let store = plan.stores.iter().find(|store| store.address.ends_with("aws_db_instance.primary")).unwrap();
    let restore = "restore/module.rds.aws_db_instance.primary";
    let identifier = plan
        .steps
        .iter()
        .find_map(|step| match &step.action {
            Action::RestoreDatabase { identifier, .. } if step.id == restore => Some(identifier.clone()),
            _ => None,
        })
        .unwrap();
    let sound = || as_planned(plan, 7);
    let points = || {
        let of_store = store.candidates.iter().map(|candidate| candidate.id.clone());
        of_store.collect::<Vec<_>>()
    };
    // What is broken, and the steps that fail for it.
    let cases: [(&str, Setup, &[&str]); 5] = [
        (
            "every recovery point is gone",
            {
                let mut setup = sound();
                points().iter().for_each(|point| {
                    setup.points.remove(point);
                });
                setup
            },
            &["preflight/recovery-point/module.rds.aws_db_instance.primary"],
        ),
        (
            "the key of every recovery point may not be used",
            Setup { unusable: points().into_iter().collect(), ..sound() },
            &[restore],
        ),
        (
            "no class is to be had",
            Setup { exhausted: store.rule.classes.iter().cloned().collect(), ..sound() },
            // Nothing begins before preflight is done.
            &["preflight/class/module.rds.aws_db_instance.primary"],
        ),
        (
            "an empty database has the name",
            {
                let mut setup = sound();
                setup.databases.insert(identifier, None);
                setup
            },
            &[restore],
        ),
        (
            "the role may not write secrets",
            Setup { denied: ["secretsmanager".to_owned()].into(), ..sound() },
            &[],
        ),
    ];
    for (what, setup, expected) in cases {
        let rehearsed = rehearse(plan, setup, &Faults::none()).unwrap();
        assert_ne!(rehearsed.ended.how, Ending::Done, "{what}");
        let failed: Vec<&str> = rehearsed.ended.failed.iter().map(|(step, ..)| step.as_str()).collect();
        if expected.is_empty() {
            let secrets = plan.steps.iter().filter(|step| {
                matches!(step.action, Action::PromoteSecret { .. } | Action::SpliceSecret { .. })
            });
            let first: Vec<&str> = secrets
                .filter(|step| !step.needs.iter().any(|need| failed.contains(&need.as_str())))
                .map(|step| step.id.as_str())
                .collect();
            assert_eq!(sorted(failed), sorted(first), "{what}");
        } else {
            assert_eq!(sorted(failed), sorted(expected.to_vec()), "{what}");
        }
    }
}

fn sorted(mut ids: Vec<&str>) -> Vec<&str> {
    ids.sort_unstable();
    ids
}

/// The newest recovery point goes in the night; the rule has another, and a new plan takes it without a new approval.
#[test]
fn another_recovery_point_of_the_rule_is_taken_by_a_new_plan() {
    let plan = example();
    let store = plan.stores.iter().find(|store| store.address.ends_with("aws_db_instance.primary")).unwrap();
    let mut setup = as_planned(plan, 7);
    setup.points.remove(store.chosen.as_ref().unwrap());
    let others = store.candidates.iter().filter(|candidate| setup.points.contains(&candidate.id)).count();
    let rehearsed = rehearse(plan, setup, &Faults::none()).unwrap();
    assert_eq!(rehearsed.ended.how == Ending::Done, others > 0, "{others} {:?}", rehearsed.ended);
    assert_eq!(rehearsed.replanned, others > 0);
}

/// What says that the engine has nothing left to do comes after all that it does.
#[test]
fn the_engine_converges_after_everything_that_it_was_asked_for() {
    let plan = example();
    let mut before = vec!["verify/engine"];
    let mut at = 0;
    while let Some(id) = before.get(at).copied() {
        let step = plan.steps.iter().find(|step| step.id == id).unwrap();
        for need in &step.needs {
            if !before.contains(&need.as_str()) {
                before.push(need);
            }
        }
        at += 1;
    }
    let asked = plan.steps.iter().filter(|step| {
        matches!(
            step.action,
            Action::Engine { .. } | Action::ChangeRecord { .. } | Action::ChangeDistribution { .. }
        )
    });
    let late: Vec<&str> = asked.map(|step| step.id.as_str()).filter(|id| !before.contains(id)).collect();
    assert!(late.is_empty(), "{late:?}");
}

/// Of forty seeds of layers, those that once took longest; `make bench` measures all.
#[test]
fn thousands_of_steps_take_hardly_longer_than_they_must() {
    let layers = [1, 2, 3, 19, 29, 39].map(|seed| (Shape::Layers, seed));
    let others = [Shape::Wide, Shape::Chains(5), Shape::Chains(40), Shape::Copies(example())];
    let others = others.into_iter().flat_map(|shape| [(shape, 1), (shape, 2)]);
    let all: Vec<_> = layers.into_iter().chain(others).collect();
    all.into_par_iter().for_each(|(shape, seed)| {
        let plan = large(2_000, shape, seed);
        let (rehearsal, run) = rehearse_plan(&plan, seed, &[]).unwrap();
        assert_eq!(run.ended.how, Ending::Done);
        assert!(
            rehearsal.makespan_seconds * 100 <= rehearsal.lower_bound_seconds * 105,
            "{}, seed {seed}: {} s, where {} s would do",
            shape.as_str(),
            rehearsal.makespan_seconds,
            rehearsal.lower_bound_seconds
        );
    });
}
