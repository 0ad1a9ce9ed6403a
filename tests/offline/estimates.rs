//! Durations of live runs as an input of later plans.

use std::collections::BTreeMap;

use drplan::executor::drill::as_planned;
use drplan::executor::faults::Faults;
use drplan::executor::rehearse::rehearse;
use drplan::plan::journal::{Entry, Head, Record, replay};
use drplan::plan::{Plan, codec};
use serde_json::Value;

use crate::sandbox::{AT, Run, Sandbox};

const REGION: [&str; 7] =
    ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];

fn planned(sandbox: &Sandbox, flags: &[&str]) -> (Run, Value) {
    let run = sandbox.run(&[&REGION, flags].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let plan = serde_json::from_str(&sandbox.read("plan.json")).unwrap();
    (run, plan)
}

fn step<'p>(plan: &'p Value, id: &str) -> &'p Value {
    plan["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap()
}

/// The folder of a run: the plan's own drill, as if it had been live where `simulated` is `None`.
fn run_folder(sandbox: &Sandbox, simulated: Option<&str>) {
    let plan: Plan = codec::decode(sandbox.read("plan.json").as_bytes()).unwrap();
    let run = rehearse(&plan, as_planned(&plan, 7), &Faults::none()).unwrap();
    let mut head = Head::default();
    let mut lines = String::new();
    for Record { at, generation, mut entry, .. } in replay(&run.journal).unwrap().records {
        if let Entry::Begun(begun) = &mut entry {
            "20261122-120000-1".clone_into(&mut begun.run);
            begun.simulated = simulated.map(str::to_owned);
        }
        let record = Record::chained(&head, at, generation, entry).unwrap();
        head = record.head();
        lines.push_str(&record.line().unwrap());
    }
    sandbox.write(".drplan/runs/one/plan.json", sandbox.read("plan.json"));
    sandbox.write(".drplan/runs/one/journal.jsonl", lines);
}

const SHOW: [&str; 4] = ["show", ".drplan/runs/one", "--format", "estimates"];

#[test]
fn what_a_live_run_took_is_what_the_next_plan_estimates() {
    let sandbox = Sandbox::example();
    let (_, before) = planned(&sandbox, &[]);
    run_folder(&sandbox, None);
    let shown = sandbox.run(&SHOW);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let durations: Value = serde_json::from_str(&shown.stdout).unwrap();
    let took: BTreeMap<&str, u64> = durations["runs"][0]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["step"].as_str().unwrap(), one["seconds"].as_u64().unwrap()))
        .collect();
    let restore = "restore/module.rds.aws_db_instance.primary";
    assert!(took.len() > 150 && !took.contains_key("dns/gate"), "{took:?}");

    sandbox.write("durations.json", &shown.stdout);
    let settings = sandbox.read("drplan.hcl");
    sandbox.write("drplan.hcl", format!("estimates = \"durations.json\"\n{settings}"));
    let (run, after) = planned(&sandbox, &[]);
    assert_eq!(after["decision_digest"], before["decision_digest"], "estimates are no decision");
    assert_ne!(after["digest"], before["digest"]);
    let estimate = &step(&after, restore)["estimate"];
    assert_eq!(
        (&estimate["source"], estimate["p50_seconds"].as_u64()),
        (&"measured".into(), took.get(restore).copied())
    );
    assert_eq!(step(&after, "dns/gate")["estimate"], step(&before, "dns/gate")["estimate"]);
    let saw = &after["saw"]["estimates"];
    assert_eq!((&saw["origin"], &saw["runs"]), (&"durations.json".into(), &1.into()));
    assert_eq!(saw["digest"].as_str().unwrap().len(), "sha256:".len() + 64);
    assert!(run.stdout.contains("times that 1 live run took, from durations.json"), "{}", run.stdout);
    let shown = sandbox.run(&["show", "plan.json", "--step", restore]).stdout;
    assert!(shown.contains("measured by live runs"), "{shown}");

    // The flag goes before the file; a run of another region tells nothing of this one.
    sandbox.write("other.json", sandbox.read("durations.json").replace("us-west-2", "eu-west-1"));
    let (_, other) = planned(&sandbox, &["--estimates", "other.json"]);
    assert_eq!(step(&other, restore)["estimate"], step(&before, restore)["estimate"]);
    assert_eq!(other["saw"]["estimates"]["origin"], "other.json");
}

#[test]
fn a_drill_measures_nothing() {
    let sandbox = Sandbox::example();
    planned(&sandbox, &[]);
    let drill = sandbox.run(&["drill", "plan.json", "--format", "json"]);
    assert_eq!(drill.code, Some(0), "{}", drill.stderr);
    sandbox.write("drill.json", drill.stdout);
    let refused = sandbox.run(&[&REGION[..], &["--estimates", "drill.json"]].concat());
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("the times of a drill, which are drawn and not measured"),
        "{}",
        refused.stderr
    );

    run_folder(&sandbox, Some("AWS_ENDPOINT_URL was set: something else than AWS answered"));
    let refused = sandbox.run(&SHOW);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("something else than AWS answered"), "{}", refused.stderr);
    // The report of such a run says it, too, and is no file of durations.
    let report = sandbox.run(&["show", ".drplan/runs/one", "--format", "json"]).stdout;
    sandbox.write("report.json", report);
    let refused = sandbox.run(&[&REGION[..], &["--estimates", "report.json"]].concat());
    assert!(refused.stderr.contains("the report of a run"), "{}", refused.stderr);

    let refused = sandbox.run(&["show", "plan.json", "--format", "estimates"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}
