//! What a command line is told of its own words, before any work is done for it.

use crate::sandbox::{AT, Sandbox};

const PLAN: [&str; 7] =
    ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];

#[test]
fn a_plan_for_a_folder_that_is_not_there_is_not_made() {
    let sandbox = Sandbox::example();
    let run = sandbox.run(&[&PLAN[..], &["--out", "no such/plan.json"]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no folder no such"), "{}", run.stderr);
    assert!(run.stderr.contains("mkdir -p 'no such'"), "{}", run.stderr);
    assert!(!sandbox.path("no such").exists());
}

#[test]
fn the_plan_of_a_run_is_not_overwritten() {
    let sandbox = Sandbox::example();
    let file = ".drplan/runs/20260101T000000Z/plan.json";
    std::fs::create_dir_all(sandbox.path(file).parent().unwrap()).unwrap();
    let made = sandbox.run(&[&PLAN[..], &["--out", "plan.json"]].concat());
    let plan = std::fs::read(sandbox.path("plan.json")).unwrap_or_else(|_| panic!("{}", made.stderr));
    std::fs::write(sandbox.path(file), &plan).unwrap();
    let run = sandbox.run(&[&PLAN[..], &["--out", file]].concat());
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("belongs to a run: nothing else is saved there"), "{}", run.stderr);
    assert_eq!(std::fs::read(sandbox.path(file)).unwrap(), plan);
    let next = file.replace("plan.json", "plan-1.json");
    assert_eq!(sandbox.run(&[&PLAN[..], &["--out", &next]].concat()).code, Some(2));
    assert!(!sandbox.path(&next).exists());
}

#[test]
fn a_mistyped_region_is_told_before_credentials_are_asked_for() {
    let sandbox = Sandbox::empty();
    for args in [&["inventory", "us-wst-2"][..], &["inventory", "us-wst-2", "--primary"]] {
        let run = sandbox.run(args);
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains("us-west-2 may be meant"), "{}", run.stderr);
        assert!(!run.stderr.contains("credentials"), "{}", run.stderr);
    }
}

/// The recording is right and the flag wrong as often as the other way round.
#[test]
fn an_observation_of_another_region_than_the_primary_has_two_ways_out() {
    let sandbox = Sandbox::example();
    let run = sandbox.run(&[&PLAN[..], &["--primary", "eu-west-1"]].concat());
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("if us-east-2 is the region that is lost: --primary us-east-2"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_steps_of_one_phase_are_listed_by_its_name() {
    let sandbox = Sandbox::example();
    assert_eq!(sandbox.run(&PLAN).code, Some(0));
    let run = sandbox.run(&["show", "plan.json", "--step", "restore"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("restore/module.rds.aws_db_instance.primary"), "{}", run.stdout);
    let heads = run.stdout.lines().filter(|line| line.starts_with("* ") || line.starts_with("  dns/"));
    assert!(heads.clone().count() > 0 && !heads.clone().any(|line| line.contains(" dns/")), "{}", run.stdout);
    let run = sandbox.run(&["show", "plan.json", "--step", "restore", "--format", "json"]);
    let steps: Vec<serde_json::Value> = serde_json::from_str(&run.stdout).unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|step| step["phase"] == "restore"));
}

#[test]
fn changes_say_which_plan_is_which() {
    let sandbox = Sandbox::example();
    assert_eq!(sandbox.run(&PLAN).code, Some(0));
    let bad = [
        "region",
        "us-west-2",
        "--offline",
        "--at",
        AT,
        "--inventory",
        "inventory-bad.json",
        "--out",
        "bad.json",
    ];
    assert_eq!(sandbox.run(&bad).code, Some(3));
    let run = sandbox.run(&["show", "plan.json", "--against", "bad.json"]);
    assert!(run.stdout.starts_with("- bad.json\n+ plan.json\n"), "{}", run.stdout);
}

#[test]
fn a_first_drplan_hcl_names_the_region_of_the_state() {
    let sandbox = Sandbox::example();
    std::fs::remove_file(sandbox.path("drplan.hcl")).unwrap();
    assert_eq!(sandbox.run(&["init"]).code, Some(0));
    let text = sandbox.read("drplan.hcl");
    assert!(text.contains("\nprimary = \"us-east-2\"\n"), "{text}");
    assert!(text.contains("drplan inventory us-east-2 --primary"), "{text}");
}

#[test]
fn versions_of_a_state_are_those_of_s3() {
    let sandbox = Sandbox::example();
    for flag in [["--state-version", "3sL4kqtJlcpXroDTDmJ"], ["--state-at", "2026-11-01T00:00:00Z"]] {
        let run = sandbox.run(&[&PLAN[..], &flag].concat());
        assert_eq!(run.code, Some(2));
        assert!(run.stderr.contains(&format!("{} chooses among the versions", flag[0])), "{}", run.stderr);
    }
}

/// The hint of `inventory-missing` names files: written under these names, they are used.
#[test]
fn recordings_that_nobody_names_are_found() {
    let sandbox = Sandbox::example();
    let unnamed: String = sandbox
        .read("drplan.hcl")
        .lines()
        .filter(|line| !line.starts_with("inventory ") && !line.starts_with("observation "))
        .map(|line| format!("{line}\n"))
        .collect();
    sandbox.write("drplan.hcl", unnamed);
    let plan = ["region", "us-west-2", "--offline", "--at", AT];
    assert_eq!(sandbox.run(&plan).code, Some(3));
    sandbox.write("inventory.json", sandbox.read("inventory-good.json"));
    let run = sandbox.run(&plan);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let plan_of = || -> serde_json::Value { serde_json::from_str(&sandbox.read("plan.json")).unwrap() };
    assert_eq!(plan_of()["saw"]["inventory"]["region"], "us-west-2");
    assert_eq!(plan_of()["saw"]["observation"]["region"], "us-east-2");
    // Another tool's file of that name, or another region's, is none.
    sandbox.write("inventory.json", "{\"all\": {\"hosts\": {}}}");
    assert_eq!(sandbox.run(&plan).code, Some(3));
    sandbox.write("inventory.json", sandbox.read("inventory-good.json"));
    assert_eq!(sandbox.run(&["region", "eu-west-1", "--offline", "--at", AT]).code, Some(3));
}
