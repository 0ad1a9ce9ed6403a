//! A plan that was approved 30 days ago: the world has moved on, its decisions have not.

use std::path::Path;

use drplan::event::Ending;
use drplan::executor::drill::as_planned;
use drplan::executor::faults::Faults;
use drplan::executor::rehearse::rehearse;
use drplan::plan::approval::{Request, Rules, Verdict, judge};
use drplan::plan::{Plan, codec};
use drplan::sources::{approvals, hcl};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::sandbox::{AT, Run, Sandbox, copy};
use crate::worlds::managed;

const AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// All times of a recording, so much later.
fn moved(value: &mut Value, by: SignedDuration) {
    match value {
        Value::String(text) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                *text = at.checked_add(by).unwrap().to_string();
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| moved(one, by)),
        Value::Object(all) => all.values_mut().for_each(|one| moved(one, by)),
        _ => {}
    }
}

/// The recordings as they were taken at some time, with so many more recovery points since the first.
fn record(sandbox: &Sandbox, at: Timestamp, more: u32) {
    let by = at.duration_since(AT.parse().unwrap());
    let example = Sandbox::example();
    for name in ["inventory-good.json", "observation.json"] {
        let mut recording: Value = serde_json::from_str(&example.read(name)).unwrap();
        moved(&mut recording, by);
        if let Some(snapshots) = recording.get_mut("db_snapshots").and_then(Value::as_array_mut) {
            let first = snapshots[0].clone();
            for number in 1..=more {
                let mut snapshot = first.clone();
                for field in ["id", "arn", "copied_from"] {
                    let name = format!("{}-{number}", snapshot[field].as_str().unwrap());
                    snapshot[field] = name.into();
                }
                moved(&mut snapshot, SignedDuration::from_hours(-i64::from(more - number)));
                snapshots.push(snapshot);
            }
        }
        sandbox.write(name, recording.to_string());
    }
}

/// Planned and approved by the whole quorum 30 days ago; three recovery points were made since.
fn approved() -> (Sandbox, Timestamp) {
    let sandbox = Sandbox::example();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walkthroughs/approval.files");
    copy(&files, &sandbox.path("."));
    let now = Timestamp::now();
    let then = now.checked_sub(AGE).unwrap();
    record(&sandbox, then, 0);
    let at = then.to_string();
    let made = sandbox.run(&["region", "us-west-2", "--offline", "--at", &at]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    for key in ["keys/ops-lead", "keys/db-owner"] {
        let signed = sandbox.run(&["approve", "plan.json", "--key", key, "--at", &at]);
        assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    }
    record(&sandbox, now, 3);
    (sandbox, now)
}

fn read(sandbox: &Sandbox, name: &str) -> Plan {
    codec::decode(sandbox.read(name).as_bytes()).unwrap()
}

fn apply(sandbox: &Sandbox) -> Run {
    sandbox.run(&["apply", "plan.json", "--offline"])
}

/// The command plans again, finds the same decisions, and stops only where the first step has no real target yet. What it
/// would have run has the approvals of then, takes the newest recovery point, and comes to its end in the simulated region.
#[test]
fn it_applies_thirty_days_and_three_recovery_points_later() {
    let (sandbox, now) = approved();
    let run = apply(&sandbox);
    assert_eq!(run.code, Some(5), "{}", run.stderr);
    assert!(run.stderr.contains("this drplan cannot run"), "the decisions are the same: {}", run.stderr);

    let made = sandbox.run(&["region", "us-west-2", "--offline", "--out", "newest.json"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let (old, newest) = (read(&sandbox, "plan.json"), read(&sandbox, "newest.json"));
    assert_eq!(old.decision_digest, newest.decision_digest);
    assert_ne!(old.digest, newest.digest);
    let primary = |plan: &Plan| {
        let store = plan.stores.iter().find(|store| store.address == "module.rds.aws_db_instance.primary");
        let store = store.unwrap();
        let chosen = store.candidates.iter().find(|one| store.chosen.as_ref() == Some(&one.id)).unwrap();
        (store.candidates.len(), chosen.data_at.unwrap())
    };
    let ((before, data_then), (after, data_now)) = (primary(&old), primary(&newest));
    assert_eq!((after - before, data_now.duration_since(data_then)), (3, AGE));

    // What `apply` asks, of the plan that was approved.
    let settings = hcl::read_settings(&sandbox.path("drplan.hcl")).unwrap();
    let rules = Rules::of(&old, Some(&settings.approval));
    let plan = sandbox.path("plan.json");
    let files = approvals::read_approvals(&plan, &sandbox.path("."), &rules.signers, &rules.revoked);
    let judged = |now| {
        let settings = Some(&settings.approval);
        judge(&Request { plan: &old, shown: "plan.json", settings, files: &files, now }, None)
    };
    assert!(matches!(judged(now), Verdict::Approved(standing) if standing.count.approved.len() == 2));
    // Sixty-one days more, and it must be made anew.
    let late = now.checked_add(SignedDuration::from_hours(61 * 24)).unwrap();
    let Verdict::Refused(problems) = judged(late) else { panic!("an old plan is refused") };
    assert!(problems.0.iter().any(|problem| problem.message.contains("was good until")), "{problems:?}");

    let rehearsed = rehearse(&newest, as_planned(&newest, 7), &Faults::none()).unwrap();
    assert_eq!((rehearsed.ended.how, rehearsed.ended.done), (Ending::Done, newest.steps.len()));
}

#[test]
fn with_one_new_resource_it_is_refused_and_the_resource_is_named() {
    let (sandbox, _) = approved();
    let mut state: Value = serde_json::from_str(&sandbox.read("state.tfstate")).unwrap();
    let attributes = json!({ "id": "q", "name": "q", "arn": "arn:aws:sqs:us-east-2:123456789012:q", "region": "us-east-2" });
    state["resources"].as_array_mut().unwrap().push(managed("aws_sqs_queue.more", attributes, &[]));
    sandbox.write("state.tfstate", state.to_string());
    let run = apply(&sandbox);
    assert_eq!(run.code, Some(5), "{}", run.stderr);
    assert!(run.stderr.contains("its decisions are not those that were approved"), "{}", run.stderr);
    assert!(run.stderr.contains("aws_sqs_queue.more"), "{}", run.stderr);
    // The difference is what is approved next, by everybody again.
    let delta =
        ["approve", ".drplan/newest-plan.json", "--delta", "plan.json", "--key", "keys/ops-lead"].as_slice();
    let signed = sandbox.run(delta);
    assert_eq!(signed.code, Some(0), "{}", signed.stderr);
    assert!(signed.stdout.contains("aws_sqs_queue.more"), "{}", signed.stdout);
    assert!(signed.stdout.contains("(1 of 2)"), "{}", signed.stdout);
}
