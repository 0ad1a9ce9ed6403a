use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::plan::resume::Resumes;
use crate::plan::{codec, sample};

fn change(path: &str, before: Option<&str>, after: Option<&str>, decision: bool) -> Change {
    Change {
        path: path.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        decision,
    }
}

#[track_caller]
fn changed(expected: &[Change], mutate: impl FnOnce(&mut Plan)) {
    let before = sample::plan();
    let mut after = sample::unsealed();
    mutate(&mut after);
    let after = sample::sealed(after);
    assert_eq!(diff(&before, &after), expected);
    let back: Vec<Change> = diff(&after, &before);
    assert_eq!(back.len(), expected.len(), "{back:#?}");
}

#[test]
fn a_field_that_changes_is_one_change() {
    changed(&[], |_| {});
    changed(&[change("steps[infra/vpc].estimate.p90_seconds", Some("30"), Some("90"), false)], |plan| {
        sample::step_of(plan, "infra/vpc").estimate.p90_seconds = 90
    });
    changed(
        &[change("steps[restore/orders].action.settings[MultiAZ].value", Some("true"), Some("false"), true)],
        |plan| {
            if let crate::plan::action::Action::RestoreDatabase { settings, .. } =
                &mut sample::step_of(plan, "restore/orders").action
            {
                settings[1].value = Some("false".to_owned());
            }
        },
    );
    changed(&[change("steps[infra/chart].needs", None, Some("restore/secret"), true)], |plan| {
        sample::step_of(plan, "infra/chart").needs.push("restore/secret".to_owned())
    });
    changed(
        &[change("stores[aws_db_instance.orders].rule.order", Some("automated_backup"), None, true)],
        |plan| {
            plan.stores[1].rule.order.remove(0);
        },
    );
    changed(
        &[change(
            "stores[aws_db_instance.orders].candidates.order",
            Some("ab-orders"),
            Some("orders-nightly"),
            false,
        )],
        |plan| plan.stores[1].candidates.reverse(),
    );
    changed(&[change("saw.state.serial", Some("412"), Some("413"), false)], |plan| {
        plan.saw.state.serial = 413
    });
    changed(&[change("saw.account", Some("123456789012"), None, true)], |plan| plan.saw.account = None);
}

#[test]
fn things_that_come_and_go_are_one_change_each() {
    changed(&[change("resources[aws_vpc.main (deposed 0a1b2c3d)]", Some("skip"), None, true)], |plan| {
        plan.resources.retain(|resource| resource.deposed.is_none())
    });
    changed(
        &[change("findings[store-no-recovery aws_sqs_queue.mail]", Some("error: what is so"), None, false)],
        |plan| {
            plan.findings.retain(|finding| finding.code != "store-no-recovery");
        },
    );
    changed(&[change("steps.order", Some("infra/role"), Some("infra/salt"), true)], |plan| {
        let at = plan.steps.iter().position(|step| step.id == "infra/role").unwrap();
        plan.steps.swap(at, at + 1);
    });
    changed(&[change("steps[infra/vpc #2]", None, Some("engine"), true)], |plan| {
        let again = sample::step_of(plan, "infra/vpc").clone();
        plan.steps.push(again);
    });
}

#[test]
fn a_use_that_moved_down_its_file_is_the_same_use() {
    changed(
        &[change(
            "values[region us-east-2].uses[kubernetes/config.yaml ConfigMap/shop/config/data/REGION].where.line",
            Some("8"),
            Some("12"),
            false,
        )],
        |plan| {
            if let crate::plan::values::Site::File { line, .. } = &mut plan.values[2].uses[0].site {
                *line = 12;
            }
        },
    );
}

fn resumed() -> Resumes {
    let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    Resumes {
        run: "r".to_owned(),
        decision_digest: "sha256:d".to_owned(),
        done: ids(&["preflight/identity", "infra/vpc", "infra/role"]),
        again: ids(&["infra/salt"]),
        changed: ids(&["infra/salt"]),
        gone: ids(&["infra/none"]),
    }
}

/// What stays done would drown what differs.
#[test]
fn the_run_that_a_plan_goes_on_with_is_one_change() {
    let told =
        "run r: 3 steps are done and stay; 1 that was done is run again; 1 that was done is no step any more";
    changed(&[change("resumes", None, Some(told), true)], |plan| plan.resumes = Some(resumed()));
}

/// Changes the value at a place to another of its kind; the plan may no longer be one.
fn mutated(plan: &Plan, pick: usize, text: &str, how: u8) -> Option<Plan> {
    let mut value = serde_json::to_value(plan).ok()?;
    let mut places = Vec::new();
    collect(&value, String::new(), &mut places);
    let pointer = places.get(pick % places.len())?;
    let place = value.pointer_mut(pointer)?;
    match (place, how % 4) {
        (Value::Array(items), 0) => {
            items.pop();
        }
        (Value::Array(items), 1) => items.reverse(),
        (Value::Array(items), 2) => {
            let again = items.first()?.clone();
            items.push(again);
        }
        (Value::Array(items), _) => {
            let by = usize::from(items.len() > 1);
            items.rotate_left(by);
        }
        (Value::String(old), 0 | 1) => old.push_str(text),
        (Value::String(old), _) => *old = text.to_owned(),
        (Value::Number(old), _) => *old = (old.as_u64()? + 1).into(),
        (Value::Bool(old), _) => *old = !*old,
        (place, _) => *place = Value::from(text),
    }
    codec::seal(serde_json::from_value(value).ok()?).ok()
}

fn collect(value: &Value, pointer: String, places: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                collect(inner, format!("{pointer}/{key}"), places);
            }
        }
        Value::Array(items) => {
            places.push(pointer.clone());
            for (at, inner) in items.iter().enumerate() {
                collect(inner, format!("{pointer}/{at}"), places);
            }
        }
        _ => places.push(pointer),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn changes_are_told_exactly_where_plans_differ(
        picks in proptest::collection::vec((any::<usize>(), "[a-z]{1,6}|create|skip|us-west-2", any::<u8>()), 1..4),
    ) {
        let before = sample::sealed(Plan { resumes: Some(resumed()), ..sample::unsealed() });
        let mut after = before.clone();
        for (pick, text, how) in &picks {
            if let Some(plan) = mutated(&after, *pick, text, *how) {
                after = plan;
            }
        }
        let changes = diff(&before, &after);
        prop_assert_eq!(changes.is_empty(), before.digest == after.digest, "{:?}", changes);
        let decisions = changes.iter().any(|change| change.decision);
        prop_assert_eq!(decisions, before.decision_digest != after.decision_digest, "{:?}", changes);
        prop_assert!(changes.is_sorted());
        prop_assert!(changes.iter().all(|change| change.before != change.after), "{:?}", changes);
        prop_assert!(diff(&after, &after).is_empty());
    }
}
