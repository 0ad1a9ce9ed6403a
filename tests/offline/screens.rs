//! What a reader at 3 a.m. is told: no figure that leaves something out looks better than one that does not, no
//! advice is cut short, and every part of a plan can be had in every form.

use std::collections::BTreeSet;

use drplan::model::diagnostic::{Gap, GapReason};
use drplan::plan::Plan;
use drplan::plan::codes::harm;
use drplan::plan::forecast::{Component, Doubt, Verdict};
use drplan::sources::{hcl, recorded};
use serde_json::Value;

use crate::sandbox::{AT, Run, Sandbox};
use crate::worlds::{World, example};

const DATABASE: &str = "module.rds.aws_db_instance.primary";

fn bad_day() -> World {
    let mut world = World::read(&example());
    let file = example().join("inventory-bad.json");
    world.inventory = Some(recorded::read_inventory(&file, "inventory-bad.json").unwrap());
    world
}

fn component<'p>(plan: &'p Plan, name: &str) -> &'p Component {
    plan.forecast.components.iter().find(|component| component.component == name).unwrap()
}

fn region(sandbox: &Sandbox, args: &[&str]) -> Run {
    let all = ["region", "us-west-2", "--offline", "--at", AT];
    sandbox.run(&all.iter().chain(args).copied().collect::<Vec<_>>())
}

#[test]
fn a_time_without_what_is_blocked_says_so() {
    let (good, bad) = (World::read(&example()).plan(), bad_day().plan());
    assert!(bad.forecast.rto.p50_seconds < good.forecast.rto.p50_seconds, "the trap is there");
    let blocked = vec![Doubt::Blocked { address: DATABASE.to_owned() }];
    assert_eq!((bad.forecast.rto.verdict, &bad.forecast.rto.doubts), (Verdict::Unknown, &blocked));
    let database = component(&bad, "database");
    assert_eq!(
        (database.p50_seconds, database.p90_seconds, database.verdict),
        (None, None, Verdict::Unknown)
    );
    assert_eq!(database.doubts, blocked);
    for name in ["application", "traffic"] {
        assert_eq!(component(&bad, name).doubts, blocked, "{name}");
    }
    // A cluster and a cache do not wait for it.
    for name in ["cluster", "cache"] {
        assert_eq!(
            (component(&bad, name).verdict, &component(&bad, name).doubts),
            (Verdict::Ok, &Vec::new())
        );
    }
    assert_eq!(good.forecast.rto.doubts, []);
    let sandbox = Sandbox::example();
    let run = region(&sandbox, &["--inventory", "inventory-bad.json"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    for words in [
        "recovers  in over ",
        &format!("not counted: {DATABASE}, which is blocked"),
        "database not at all while it is blocked",
        &format!("blocked   {DATABASE}: holds data, and us-west-2 has no replica, backup or"),
    ] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    for part in [&["show", "plan.json", "--steps"][..], &["show", "plan.json", "--format", "markdown"]] {
        let shown = sandbox.run(part).stdout;
        assert!(shown.contains("steps in over "), "{shown}");
    }
    assert!(!run.stdout.contains("nobody measured") && !run.stdout.contains("guessed"), "{}", run.stdout);
}

#[test]
fn a_default_spoils_a_verdict_from_a_tenth_of_the_way_on() {
    let unmeasured = |kind: &str| {
        let mut world = World::read(&example());
        world.settings.estimates.retain(|estimate| estimate.kind != kind);
        world.plan().forecast.rto
    };
    let restore = unmeasured("restore");
    assert_eq!(restore.verdict, Verdict::Unknown);
    assert_eq!(restore.doubts, [Doubt::Unmeasured { step: format!("restore/{DATABASE}") }]);
    let records = unmeasured("records");
    assert_eq!((records.verdict, records.doubts), (Verdict::Ok, Vec::new()));
}

#[test]
fn an_inventory_that_does_not_tell_says_why() {
    let message = |world: &World| {
        let plan = world.plan();
        let finding = plan.findings.iter().find(|finding| finding.code == "inventory-missing").unwrap();
        finding.message.clone()
    };
    let mut world = World::read(&example());
    world.inventory = None;
    assert!(message(&world).ends_with("there is no inventory of us-west-2"), "{}", message(&world));
    let gap = |source: &str| Gap {
        source: source.to_owned(),
        reason: GapReason::Unreachable,
        detail: "nobody answers".to_owned(),
    };
    let text = format!(
        r#"{{"format_version":1,"kind":"inventory","region":"us-west-2","account":null,"taken_at":"{AT}","gaps":{}}}"#,
        serde_json::to_string(&[gap("rds:DescribeDBSnapshots"), gap("s3:ListBuckets")]).unwrap()
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    std::fs::write(&file, text).unwrap();
    world.inventory = Some(recorded::read_inventory(&file, "inventory.json").unwrap());
    assert!(
        message(&world).ends_with(
            "the inventory of us-west-2 does not tell: 2 calls gave no answer, the first rds:DescribeDBSnapshots: \
             nobody answers"
        ),
        "{}",
        message(&world)
    );
}

#[test]
fn without_credentials_the_screen_says_so_and_what_to_do() {
    let sandbox = Sandbox::example();
    sandbox.write("drplan.hcl", "stack = \"shop\"\nstate {\n  path = \"state.tfstate\"\n}\n");
    std::fs::remove_file(sandbox.path("observation.json")).unwrap();
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_drplan"));
    command.args(["region", "us-west-2", "--at", AT]).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let shown = String::from_utf8(output.stdout).unwrap();
    let words = "no inventory of us-west-2, there are no AWS credentials; give credentials (aws";
    assert!(shown.contains(words), "{shown}");
    assert!(shown.contains("\n            drplan inventory us-west-2 -o inventory.json\n"), "{shown}");
    assert!(
        shown.contains("\n            drplan inventory us-east-2 --primary -o observation.json\n"),
        "{shown}"
    );
}

/// Every block that a fix gives is a drplan.hcl, once it is filled in; until then it is refused, not taken.
#[test]
fn what_a_fix_gives_can_be_pasted() {
    let mut unseen = World::read(&example());
    (unseen.inventory, unseen.observation) = (None, None);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drplan.hcl");
    let mut blocks = BTreeSet::new();
    for plan in [bad_day().plan(), unseen.plan()] {
        for finding in &plan.findings {
            assert_eq!(finding.fix.matches('`').count() % 2, 0, "{}", finding.fix);
            let pasted = finding.fix.split('`').skip(1).step_by(2).map(str::to_owned);
            blocks.extend(pasted.filter(|text| text.ends_with('}')));
            let prose: String = finding.fix.split('`').step_by(2).collect();
            for word in ["drplan inventory ", "drplan show ", " { ", "aws "] {
                assert!(!prose.contains(word), "outside of back-ticks: {}", finding.fix);
            }
        }
    }
    assert!(blocks.len() > 5, "{blocks:?}");
    for block in blocks {
        std::fs::write(&file, &block).unwrap();
        let open = block.contains("\"...\"");
        assert_eq!(hcl::read_settings(&file).is_err(), open, "{block}");
        std::fs::write(&file, block.replace("\"...\"", "\"filled in\"")).unwrap();
        assert!(hcl::read_settings(&file).is_ok(), "{block}: {:?}", hcl::read_settings(&file));
    }
}

/// The advice goes where drplan.hcl has the block already, and shows the plan where it was saved.
#[test]
fn a_fix_is_of_this_stack_and_this_plan() {
    let sandbox = Sandbox::example();
    let run = region(&sandbox, &["--inventory", "inventory-bad.json", "--out", "some where.json", "-v"]);
    assert!(run.stdout.contains("in database \"primary\" at drplan.hcl:"), "{}", run.stdout);
    assert!(
        run.stdout.contains("\n       classes = [\"db.r5.large\", \"db.t4g.large\"]\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("\n       drplan show 'some where.json' --values\n"), "{}", run.stdout);
    assert!(!run.stdout.contains("plan.json"), "{}", run.stdout);
}

#[test]
fn the_most_harmful_findings_come_first() {
    for plan in [World::read(&example()).plan(), bad_day().plan()] {
        assert!(plan.findings.is_sorted_by_key(|finding| (finding.severity, harm(&finding.code))));
    }
    let plan = bad_day().plan();
    let place = |code: &str| plan.findings.iter().position(|finding| finding.code == code).unwrap();
    assert!(place("recovery-point-missing") < place("class-not-orderable"));
    assert!(place("inventory-gap") < place("literal-unplaced"));
}

#[test]
fn every_part_of_a_plan_can_be_had_in_every_form() {
    let sandbox = Sandbox::example();
    assert_eq!(region(&sandbox, &[]).code, Some(0));
    assert_eq!(region(&sandbox, &["--inventory", "inventory-bad.json", "--out", "bad.json"]).code, Some(3));
    let whole: Value = serde_json::from_str(&sandbox.read("plan.json")).unwrap();
    let parts: [(&[&str], Option<Value>); 5] = [
        (&["--step", "fence/primary"], {
            whole["steps"].as_array().unwrap().iter().find(|step| step["id"] == "fence/primary").cloned()
        }),
        (&["--steps"], Some(whole["steps"].clone())),
        (&["--resource", DATABASE], {
            let resources = whole["resources"].as_array().unwrap().iter();
            Some(resources.filter(|resource| resource["address"] == DATABASE).cloned().collect())
        }),
        (&["--values"], Some(whole["values"].clone())),
        (&["--against", "bad.json"], None),
    ];
    for (part, expected) in parts {
        let show = |format: &str| {
            let run = sandbox.run(&[&["show", "plan.json", "--format", format], part].concat());
            assert_eq!(run.code, Some(0), "{part:?}: {}", run.stderr);
            run.stdout
        };
        let json: Value = serde_json::from_str(&show("json")).unwrap();
        assert!(!json.is_null() && expected.is_none_or(|expected| expected == json), "{part:?}");
        let markdown = show("markdown");
        assert!(markdown.starts_with("### ") && markdown.ends_with("\n```\n"), "{markdown}");
        assert!(markdown.contains(show("human").trim_end()), "{part:?}");
    }
}

#[test]
fn a_step_says_what_is_suspended_and_what_stays_unplaced() {
    let sandbox = Sandbox::example();
    region(&sandbox, &["--inventory", "inventory-bad.json", "--out", "bad.json"]);
    let fence = sandbox.run(&["show", "bad.json", "--step", "fence/primary"]).stdout;
    let fence = fence.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(fence.contains(" suspend CronJob/ecommerce/db-snapshot "), "{fence}");
    assert!(fence.contains(" scale to 0 Deployment/ecommerce/cart-service "), "{fence}");
    assert!(fence.contains(" revoke ingress module.rds.aws_db_instance.primary "), "{fence}");
    let config =
        sandbox.run(&["show", "bad.json", "--step", "manifests/ConfigMap/ecommerce/ecommerce-config"]).stdout;
    assert!(config.contains("  unplaced  endpoint ecommerce-prod-primary."), "{config}");
}

/// The symbols of the phases count what the line of changes counts.
#[test]
fn the_counts_of_a_screen_agree() {
    let sandbox = Sandbox::example();
    let shown = region(&sandbox, &[]).stdout;
    let count = |line: &str, symbol: &str| -> u32 {
        let mut words = line.split_whitespace();
        words.find(|word| *word == symbol).map_or(0, |_| words.next().unwrap().parse().unwrap())
    };
    let changes: String = shown.lines().skip_while(|line| !line.starts_with("  changes")).take(2).collect();
    let phases: Vec<&str> = shown.lines().filter(|line| line.contains("engine in workspace")).collect();
    for symbol in ["+", "<", "="] {
        let of_phases: u32 = phases.iter().map(|line| count(line, symbol)).sum();
        assert_eq!(count(&changes, symbol), of_phases, "{symbol}: {shown}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let sandbox = Sandbox::example();
    let refused = |args: &[&str]| {
        let run = sandbox.run(&[&["region", "us-west-2", "--offline"], args].concat());
        assert_eq!(run.code, Some(2), "{}", run.stdout);
        run.stderr.lines().next().unwrap().to_owned()
    };
    assert_eq!(refused(&["--state", "."]), "error: . is a folder, not a file");
    assert_eq!(refused(&["--terraform", "drplan.hcl"]), "error: drplan.hcl is a file, not a folder");
    assert!(refused(&["--at", "9999-12-31T00:00:00Z"]).ends_with("the last instant is 9999-12-30T22:00:00Z"));
    assert!(refused(&["--at", "9999-12-01T00:00:00Z"]).contains("beyond the last instant"));
    assert!(refused(&["--at", "tomorrow"]).ends_with("such as 2026-11-22T12:00:00Z"));
    let far = sandbox.run(&["region", "us-west-2", "--offline", "--at", "9999-01-01T00:00:00Z"]);
    assert_ne!(far.code, Some(2), "{}", far.stderr);
}
