//! Plans that somebody edited by hand, with digests that fit: a drill refuses those that are not sound, and strands those
//! that only the region can refuse.

use drplan::event::Ending;
use drplan::executor::drill::as_planned;
use drplan::executor::faults::Faults;
use drplan::executor::rehearse::rehearse;
use drplan::plan::action::{Action, Check};
use drplan::plan::finding::{Finding, Severity};
use drplan::plan::{Plan, codec};
use drplan::sources::hcl;

use crate::databases::restored;
use crate::drill::example;
use crate::sandbox::{Run, Sandbox};

const STORE: &str = "module.rds.aws_db_instance.primary";
const RESTORE: &str = "restore/module.rds.aws_db_instance.primary";

/// The example's plan, edited and sealed again, as whoever knows how digests are made can.
fn edited(edit: impl FnOnce(&mut Plan)) -> Plan {
    let mut plan = example().clone();
    edit(&mut plan);
    codec::seal(plan).unwrap()
}

fn drilled(plan: &Plan, more: &[&str]) -> Run {
    let sandbox = Sandbox::empty();
    let mut bytes = Vec::new();
    codec::encode(plan, &mut bytes).unwrap();
    sandbox.write("plan.json", bytes);
    sandbox.run(&[&["drill", "plan.json"], more].concat())
}

fn restore_group(plan: &mut Plan) -> &mut Option<String> {
    let settings = plan.steps.iter_mut().find_map(|step| match &mut step.action {
        Action::RestoreDatabase { settings, .. } => Some(settings),
        _ => None,
    });
    let named = settings.unwrap().iter_mut().find(|setting| setting.name == "DBSubnetGroupName");
    &mut named.unwrap().value
}

fn name_classes(plan: &mut Plan, of: &str, classes: &[&str], in_preflight: bool) {
    let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
    let store = plan.stores.iter_mut().find(|store| store.address == of).unwrap();
    store.rule.classes.clone_from(&classes);
    for step in &mut plan.steps {
        if let Action::Check { check: Check::DbClass { classes: proven, .. } } = &mut step.action
            && in_preflight
        {
            proven.clone_from(&classes);
        }
    }
}

/// Takes every recovery point of the database away.
fn without_points(plan: &mut Plan) {
    let store = plan.stores.iter_mut().find(|store| store.address == STORE).unwrap();
    store.candidates.clear();
    store.chosen = None;
}

#[test]
fn a_plan_that_is_not_sound_is_not_drilled() {
    let twice = |plan: &mut Plan| {
        let again = plan.steps.iter().find(|step| step.id == RESTORE).unwrap().clone();
        plan.steps.push(again);
    };
    let ungated = |plan: &mut Plan| {
        plan.steps.iter_mut().for_each(|step| step.needs.retain(|need| need != "dns/gate"));
    };
    let cases: [(&str, Plan, &str); 5] = [
        (
            "a class that preflight does not prove",
            edited(|plan| name_classes(plan, STORE, &["db.x99.huge"], false)),
            STORE,
        ),
        ("nothing to restore from", edited(without_points), RESTORE),
        ("dns without its gate", edited(ungated), "no gate before dns comes first"),
        ("a step id twice", edited(twice), RESTORE),
        ("no finding is left", edited(|plan| plan.findings.clear()), "finding"),
    ];
    for (what, plan, names) in cases {
        let run = drilled(&plan, &[]);
        assert_eq!(run.code, Some(5), "{what}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.is_empty(), "{what}: nothing is rehearsed: {}", run.stdout);
        assert!(run.stderr.contains(names), "{what}: {}", run.stderr);
        assert!(run.stderr.contains("drplan region"), "{what}: {}", run.stderr);
    }
}

/// What the auditor lets pass, the region refuses as AWS does: the plan strands, and the drill says so.
#[test]
fn what_only_a_region_can_refuse_strands_the_drill() {
    let group = edited(|plan| *restore_group(plan) = Some("some-other-group".to_owned()));
    let fault = format!("{RESTORE}=throttle");
    let run = drilled(&group, &["--fault", &fault, "--format", "json"]);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told["rows"][0]["outcome"], "stranded");
    let then = told["rows"][0]["then"].as_str().unwrap();
    assert!(
        then.starts_with(RESTORE) && then.contains("there is no DB subnet group some-other-group"),
        "{then}"
    );

    let run = drilled(&edited(|plan| name_classes(plan, STORE, &["db.nosuch.huge"], true)), &[]);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("no db class of db.nosuch.huge is on offer"), "{}", run.stdout);
}

#[test]
fn a_matrix_that_strands_ends_with_1() {
    let mut world = restored(serde_json::json!({}));
    let code = Sandbox::empty();
    code.write("main.tf", "resource \"aws_db_instance\" \"orders\" {\n  identifier = \"orders\"\n}\n");
    world.configuration = Some(hcl::read_configuration(&code.path(""), &code.path("")).unwrap());
    let mut plan = world.plan();
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    assert_eq!(plan.findings.iter().find(is_error), None);
    let sound = drilled(&plan, &["--matrix"]);
    assert_eq!(sound.code, Some(0), "{}{}", sound.stdout, sound.stderr);
    name_classes(&mut plan, "aws_db_instance.orders", &["db.nosuch.huge"], true);
    let stranded = drilled(&codec::seal(plan.clone()).unwrap(), &["--matrix", "--format", "json"]);
    assert_eq!(stranded.code, Some(1), "{}{}", stranded.stdout, stranded.stderr);
    let told: serde_json::Value = serde_json::from_str(&stranded.stdout).unwrap();
    let rows = told["rows"].as_array().unwrap();
    assert_eq!(rows.len(), plan.steps.len() * 6);
    assert!(rows.iter().all(|row| row["outcome"] == "stranded"), "{rows:?}");
}

/// Without the auditor before it, too.
#[test]
fn the_region_itself_refuses_what_the_plan_knows_to_be_wrong() {
    let cases: [(&str, Plan, &str); 3] = [
        (
            "a group that nobody makes",
            edited(|plan| *restore_group(plan) = Some("nobodys".to_owned())),
            "nobodys",
        ),
        ("nothing to restore from", edited(without_points), "the rule chose no recovery point"),
        (
            "a step id twice",
            edited(|plan| {
                let again = plan.steps.iter().find(|step| step.id == RESTORE).unwrap().clone();
                plan.steps.push(again);
            }),
            "several steps of the plan have the id",
        ),
    ];
    for (what, plan, cause) in cases {
        let ended = rehearse(&plan, as_planned(&plan, 7), &Faults::none()).unwrap().ended;
        assert_ne!(ended.how, Ending::Done, "{what}");
        assert!(ended.failed.iter().any(|(_, why, _)| why.contains(cause)), "{what}: {:?}", ended.failed);
    }
}
