//! The rules of docs/safety.md that are about a run, by their numbers. Those about a plan are asserted beside the auditor.

mod watched;

use std::collections::{BTreeMap, BTreeSet};

use drplan::event::Ending;
use drplan::executor::drill::as_planned;
use drplan::model::approval::ApprovalFiles;
use drplan::plan::action::Action;
use drplan::plan::approval::{Request, Verdict, judge};
use drplan::plan::journal::{Entry, replay};
use drplan::plan::step::Phase;
use drplan::plan::{Plan, codec};
use drplan::targets::sim::{Region, Setup};
use jiff::Timestamp;

use crate::drill::example;
use crate::sandbox::{AT, Sandbox};
use watched::{Course, Happened, UNDISTURBED, process, region, virtual_time};

/// The steps that act, in order.
fn acting(happened: &[Happened]) -> Vec<&str> {
    let steps = happened.iter().filter_map(|one| match one {
        Happened::Acting(step) => Some(step.as_str()),
        _ => None,
    });
    steps.collect()
}

#[test]
fn rule_1_where_nobody_passes_its_gate_no_traffic_moves() {
    for answer in [None, Some(false)] {
        let folder = tempfile::tempdir().unwrap();
        let course = Course { answer, ..UNDISTURBED };
        let (ended, watched) = process(&virtual_time(), folder.path(), region(), course);
        assert_eq!(ended.how, Ending::AtGate, "{answer:?}: {ended:?}");
        assert_eq!(ended.gates, ["dns/gate"]);
        let happened = watched.all();
        let acted = acting(&happened);
        assert!(acted.len() > 100, "what is before the gate is done");
        let moves = example()
            .steps
            .iter()
            .filter(|step| step.phase == Phase::Dns && !matches!(step.action, Action::Gate { .. }));
        let moved: Vec<&str> = moves.map(|step| step.id.as_str()).filter(|id| acted.contains(id)).collect();
        assert_eq!(moved, Vec::<&str>::new(), "{answer:?}");
    }
}

/// The auditor cannot see what a workload reads: the plan has no objects.
#[test]
fn rule_2_workloads_wait_for_their_store_and_for_the_configuration_that_names_it() {
    let plan = example();
    let needed: BTreeMap<&str, &[String]> =
        plan.steps.iter().map(|step| (step.id.as_str(), step.needs.as_slice())).collect();
    let services = ["cart", "order", "payment", "product"];
    for id in services.map(|name| format!("manifests/Deployment/ecommerce/{name}-service")) {
        let mut before: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&str> = vec![&id];
        while let Some(step) = open.pop() {
            open.extend(needed[step].iter().map(String::as_str).filter(|need| before.insert(need)));
        }
        for wanted in [
            "manifests/ConfigMap/ecommerce/ecommerce-config",
            "restore/module.rds.aws_db_instance.primary",
            "restore/password/module.rds.aws_db_instance.primary",
        ] {
            assert!(before.contains(wanted), "{id} does not wait for {wanted}");
        }
        assert!(
            needed[id.as_str()].contains(&"restore/password/module.rds.aws_db_instance.primary".to_owned())
        );
    }
}

#[test]
fn rule_6_every_effect_has_a_record_before_it_and_one_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ended, watched) = process(&virtual_time(), folder.path(), region(), UNDISTURBED);
    assert_eq!(ended.how, Ending::Done, "{ended:?}");
    let happened = watched.all();
    assert!(recorded_around(&happened) > 200);
    // What is on disk is what was told.
    let text = std::fs::read(folder.path().join("journal.jsonl")).unwrap();
    let recorded = happened.iter().filter(|one| matches!(one, Happened::Recorded(_))).count();
    assert_eq!(replay(&text).unwrap().records.len(), recorded);
    // A decision is recorded before what it allows.
    let passed = happened.iter().position(|one| {
        let Happened::Recorded(entry) = one else { return false };
        matches!(&**entry, Entry::Decided { step, go: true, .. } if step == "dns/gate")
    });
    let moves =
        happened.iter().position(|one| matches!(one, Happened::Acting(step) if step.starts_with("dns/")));
    assert!(passed.unwrap() < moves.unwrap());
}

#[test]
fn rule_6_an_effect_that_failed_has_a_record_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let denied = Setup { denied: ["secretsmanager".to_owned()].into(), ..as_planned(example(), 7) };
    let (ended, watched) = process(&virtual_time(), folder.path(), Region::new(denied), UNDISTURBED);
    let happened = watched.all();
    let acted = acting(&happened);
    assert!(ended.failed.iter().any(|(step, ..)| acted.contains(&step.as_str())), "{ended:?}");
    assert!(recorded_around(&happened) > 100);
}

/// Checks the records around each effect, and counts the effects. That the intent is on disk, the watched target has seen.
fn recorded_around(happened: &[Happened]) -> usize {
    let mut acts = 0;
    for (at, one) in happened.iter().enumerate() {
        let Happened::Acting(step) = one else { continue };
        acts += 1;
        let before = happened[..at].iter().filter(|other| is_intent(other, step)).count();
        let acted = happened[..at].iter().filter(|other| **other == Happened::Acting(step.clone())).count();
        assert_eq!(before, acted + 1, "{step}: an intent for each effect");
        let after = happened[at..].iter().position(|other| *other == Happened::Acted(step.clone()));
        let rest = &happened[at + after.unwrap()..];
        let outcome = rest.iter().position(|other| is_outcome(other, step));
        let again = rest.iter().position(|other| is_intent(other, step));
        assert!(outcome.is_some() || again.is_some(), "{step}: nothing tells how its effect ended");
    }
    acts
}

fn is_intent(one: &Happened, of: &str) -> bool {
    let Happened::Recorded(entry) = one else { return false };
    matches!(&**entry, Entry::Intent { step, .. } if step == of)
}

fn is_outcome(one: &Happened, of: &str) -> bool {
    let Happened::Recorded(entry) = one else { return false };
    matches!(&**entry, Entry::Done { step, .. } | Entry::Failed { step, .. } if step == of)
}

#[test]
fn rule_6_where_no_record_can_be_written_no_effect_begins() {
    let folder = tempfile::tempdir().unwrap();
    let (_, watched) = process(&virtual_time(), folder.path(), region(), UNDISTURBED);
    let all = watched.all().iter().filter(|one| matches!(one, Happened::Recorded(_))).count();
    // The last two are the outcome of the last step, and the end of the run.
    for fails_from in (1..400).step_by(37).chain([all - 2]) {
        let folder = tempfile::tempdir().unwrap();
        let (ended, watched) =
            process(&virtual_time(), folder.path(), region(), Course { fails_from, ..UNDISTURBED });
        assert!(ended.lost.is_some(), "{fails_from}: {ended:?}");
        let happened = watched.all();
        let recorded = happened.iter().filter(|one| matches!(one, Happened::Recorded(_))).count();
        assert_eq!(recorded, fails_from);
        let is_intent = |one: &&Happened| match one {
            Happened::Recorded(entry) => matches!(**entry, Entry::Intent { .. }),
            _ => false,
        };
        let intents = happened.iter().filter(is_intent);
        assert!(
            acting(&happened).len() <= intents.count(),
            "{fails_from}: an effect that no record announced"
        );
    }
}

#[test]
fn rule_6_where_another_has_the_run_no_effect_begins() {
    for holds in [0, 1, 100] {
        let folder = tempfile::tempdir().unwrap();
        let course = Course { holds, ..UNDISTURBED };
        let (ended, watched) = process(&virtual_time(), folder.path(), region(), course);
        assert!(ended.lost.is_some(), "{holds}: {ended:?}");
        assert_eq!(acting(&watched.all()).len(), holds, "each effect is begun by whoever has the run");
    }
}

#[test]
fn rule_7_a_plan_that_was_changed_is_not_approved_has_expired_or_is_of_another_place_does_not_run() {
    let sandbox = Sandbox::example();
    let args = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
    assert_eq!(sandbox.run(&args).code, Some(0));
    let plan: Plan = codec::decode(sandbox.read("plan.json").as_bytes()).unwrap();
    assert_eq!(plan.policy.quorum, 2, "the example is approved by two");

    let now: Timestamp = "2026-11-22T13:00:00Z".parse().unwrap();
    let nobody = ApprovalFiles::default();
    let refused = |plan: &Plan, now: Timestamp| match judge(
        &Request { plan, shown: "plan.json", settings: None, files: &nobody, now },
        None,
    ) {
        Verdict::Refused(problems) => {
            problems.0.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("\n")
        }
        other => panic!("it would run: {other:?}"),
    };
    // Not approved.
    refused(&plan, now);
    // Without approvers it would run, and so what follows is refused for its own reason.
    let mut open = plan.clone();
    open.policy.quorum = 0;
    open.policy.allowed_signers = None;
    let open = codec::seal(open).unwrap();
    let runs = |plan: &Plan, now| {
        let request = Request { plan, shown: "plan.json", settings: None, files: &nobody, now };
        matches!(judge(&request, None), Verdict::Confirm { .. })
    };
    assert!(runs(&open, now));
    // Expired.
    assert!(refused(&open, open.expires_at).contains("was good until"));
    // Changed: any part of it, also one that was not approved.
    let mut changed = open.clone();
    changed.steps.pop();
    assert!(refused(&changed, now).contains("was changed after it was written"));
    let mut changed = open.clone();
    changed.forecast.rto.p50_seconds += 1;
    assert!(refused(&changed, now).contains("was changed after it was written"));
    // Also where it keeps the digest that was signed, and has another of the whole.
    let mut changed = open.clone();
    changed.steps.pop();
    changed.digest = codec::digest(&changed).unwrap();
    assert!(refused(&changed, now).contains("was changed after it was written"));
    // Of another account, region or workspace: other decisions than were approved.
    let other = |change: &dyn Fn(&mut Plan)| {
        let mut other = open.clone();
        change(&mut other);
        codec::decision_digest(&other).unwrap() != open.decision_digest
    };
    assert!(other(&|plan| plan.saw.account = Some("999999999999".to_owned())));
    assert!(other(&|plan| plan.saw.recovery_region = "eu-west-1".to_owned()));
    assert!(other(&|plan| plan.saw.workspace = "default".to_owned()));
    assert!(!other(&|plan| plan.saw.state.serial += 1), "what merely moved is no other decision");

    // The command line: a changed file is refused before anything is begun.
    let text = sandbox.read("plan.json").replacen("\"workspace\": \"dr\"", "\"workspace\": \"dd\"", 1);
    sandbox.write("plan.json", text);
    let applied = sandbox.run(&["apply", "plan.json", "--offline"]);
    assert!(matches!(applied.code, Some(2 | 5)), "{}", applied.stderr);
    assert!(!sandbox.path(".drplan").exists(), "a run was begun");
}

#[test]
fn rule_7_beyond_its_bounds_no_store_is_restored() {
    let plan = example();
    let mut setup = as_planned(plan, 7);
    setup.points.clear();
    let folder = tempfile::tempdir().unwrap();
    let (ended, watched) = process(&virtual_time(), folder.path(), Region::new(setup), UNDISTURBED);
    assert_ne!(ended.how, Ending::Done);
    let happened = watched.all();
    let written: Vec<&str> =
        acting(&happened).into_iter().filter(|step| !step.starts_with("preflight/")).collect();
    assert_eq!(written, Vec::<&str>::new());
}

#[test]
fn rule_9_a_run_goes_on_and_takes_nothing_back() {
    let undisturbed = {
        let folder = tempfile::tempdir().unwrap();
        process(&virtual_time(), folder.path(), region(), UNDISTURBED).1.region.state()
    };
    for stops_after in (1..220).step_by(23) {
        let folder = tempfile::tempdir().unwrap();
        let runtime = virtual_time();
        let (ended, first) =
            process(&runtime, folder.path(), region(), Course { stops_after, ..UNDISTURBED });
        assert_eq!(ended.how, Ending::Interrupted, "{stops_after}");
        let happened = first.all();
        let mut ends = happened.iter().enumerate().filter(|(_, one)| matches!(one, Happened::Acted(_)));
        let (stop, _) = ends.nth(stops_after - 1).unwrap();
        assert_eq!(acting(&happened[stop..]), Vec::<&str>::new(), "{stops_after}: begun after the stop");
        let had = first.region.effects();
        assert!(had.len() >= stops_after);
        let text = std::fs::read(folder.path().join("journal.jsonl")).unwrap();
        let done: BTreeSet<String> = replay(&text)
            .unwrap()
            .records
            .into_iter()
            .filter_map(|record| match record.entry {
                Entry::Done { step, .. } => Some(step),
                _ => None,
            })
            .collect();

        // Stopped, nothing is torn down; and another process touches nothing of what is done.
        let (ended, second) = process(&runtime, folder.path(), first.region, UNDISTURBED);
        assert_eq!(ended.how, Ending::Done, "{stops_after}: {ended:?}");
        let all = second.region.effects();
        let same = all.iter().zip(&had).all(|(now, then)| now.step == then.step);
        assert!(same, "{stops_after}: what was had is had no more");
        for step in acting(&second.all()) {
            assert!(!done.contains(step), "{stops_after}: {step} was done");
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        all.iter().for_each(|effect| *counts.entry(&effect.step).or_default() += 1);
        assert!(counts.values().all(|count| *count == 1), "{stops_after}: {counts:?}");
        assert_eq!(second.region.state(), undisturbed, "{stops_after}");
    }
}
