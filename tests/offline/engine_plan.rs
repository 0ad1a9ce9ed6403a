//! The engine's own plan against the prediction: what is as told, and what is not.

use drplan::model::engine_plan::EngineAction;
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::engine_check::Planned;
use drplan::plan::resource::Engine;
use drplan::sources::engine_plan::read_engine_plan;
use serde_json::{Value, json};

use crate::defects::{subjects, without};
use crate::worlds::{World, checkout, example};

const CODES: [&str; 5] =
    ["engine-destroys", "engine-differs", "engine-names-primary", "engine-omits", "engine-unpredicted"];

fn change(address: &str, actions: &Value, imports: bool) -> Value {
    let mut change = json!({ "actions": actions, "after": {} });
    if imports {
        change["importing"] = json!({ "id": "there" });
    }
    let plain: String = address
        .split('[')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.rsplit(']').next().unwrap_or_default() })
        .collect();
    let kind = plain.rsplit('.').nth(1);
    json!({ "address": address, "mode": "managed", "type": kind, "change": change })
}

/// What the engine would print if it did as predicted.
fn as_predicted(plan: &Plan) -> Vec<Value> {
    let changes = plan.resources.iter().filter(|resource| resource.deposed.is_none());
    changes
        .filter_map(|resource| match resource.engine {
            Engine::Create => Some(change(&resource.address, &json!(["create"]), false)),
            Engine::Import => Some(change(&resource.address, &json!(["no-op"]), true)),
            Engine::Carry => Some(change(&resource.address, &json!(["no-op"]), false)),
            Engine::Withhold | Engine::Exclude | Engine::None => None,
        })
        .collect()
}

fn plan_with(changes: &[Value]) -> Plan {
    let text = json!({ "format_version": "1.2", "terraform_version": "1.12.6", "planned_values": {},
        "resource_changes": changes })
    .to_string();
    let mut world = World::read(&example());
    world.engine_plan = Some(text);
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn example_plan() -> Plan {
    World::read(&example()).plan()
}

fn of_engine(plan: &Plan, engine: Engine) -> String {
    let found = plan.resources.iter().find(|one| one.engine == engine && one.disposition.as_str() != "skip");
    found.unwrap().address.clone()
}

#[test]
fn what_is_as_predicted_matches_whole() {
    let predicted = example_plan();
    assert_eq!(predicted.engine_check, None);
    let plan = plan_with(&as_predicted(&predicted));
    let check = plan.engine_check.as_ref().unwrap();
    assert_eq!(check.differences, []);
    let count = |is: fn(&Engine) -> bool| predicted.resources.iter().filter(|one| is(&one.engine)).count();
    let told = count(|engine| matches!(engine, Engine::Create | Engine::Import | Engine::Carry));
    assert_eq!((check.predicted, check.matched, check.with_imports), (told as u64, told as u64, true));
    CODES.iter().for_each(|code| without(&plan, code));
    let told = count(|engine| *engine != Engine::None);
    // A plan without the imports makes what is to be taken over, and what is left out of the engine's run.
    let plain: Vec<Value> = predicted
        .resources
        .iter()
        .filter(|resource| resource.engine != Engine::None)
        .map(|resource| change(&resource.address, &json!(["create"]), false))
        .collect();
    let check = plan_with(&plain).engine_check.unwrap();
    assert_eq!((check.differences, check.with_imports, check.planned), (Vec::new(), false, told as u64));
}

#[test]
fn each_difference_is_told_with_its_meaning() {
    let predicted = example_plan();
    let (made, taken) = (of_engine(&predicted, Engine::Create), of_engine(&predicted, Engine::Import));
    let left_out = of_engine(&predicted, Engine::Exclude);
    let mutated = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut changes = as_predicted(&predicted);
        change(&mut changes);
        plan_with(&changes)
    };
    let set = |address: &str, actions: Value, imports: bool| {
        let (address, new) = (address.to_owned(), change(address, &actions, imports));
        move |changes: &mut Vec<Value>| {
            changes.retain(|one| one["address"] != address.as_str());
            changes.push(new.clone());
        }
    };
    let cases: [(&str, &str, Option<Planned>, Plan); 7] = [
        ("engine-destroys", &made, Some(Planned::Delete), mutated(&set(&made, json!(["delete"]), false))),
        (
            "engine-destroys",
            &taken,
            Some(Planned::Replace),
            mutated(&set(&taken, json!(["delete", "create"]), true)),
        ),
        (
            "engine-destroys",
            &left_out,
            Some(Planned::Replace),
            mutated(&set(&left_out, json!(["create", "delete"]), false)),
        ),
        ("engine-differs", &made, Some(Planned::Import), mutated(&set(&made, json!(["no-op"]), true))),
        ("engine-differs", &taken, Some(Planned::Create), mutated(&set(&taken, json!(["create"]), false))),
        (
            "engine-unpredicted",
            "aws_sqs_queue.new",
            Some(Planned::Import),
            mutated(&set("aws_sqs_queue.new", json!(["no-op"]), true)),
        ),
        (
            "engine-omits",
            &made,
            None,
            mutated(&|changes| changes.retain(|one| one["address"] != made.as_str())),
        ),
    ];
    for (code, address, planned, plan) in cases {
        assert_eq!(subjects(&plan, code), [address], "{code}");
        let others = CODES.iter().filter(|other| **other != code);
        others.for_each(|other| without(&plan, other));
        let check = plan.engine_check.unwrap();
        let [difference] = &check.differences[..] else { panic!("{:?}", check.differences) };
        assert_eq!((difference.address.as_str(), difference.planned), (address, planned));
    }
}

/// The role is the primary's, too.
#[test]
fn what_is_shared_is_not_changed() {
    let predicted = example_plan();
    let role = predicted
        .resources
        .iter()
        .find(|one| one.disposition.as_str() == "share" && one.engine == Engine::Import);
    let role = role.unwrap().address.clone();
    let mut changes = as_predicted(&predicted);
    changes.retain(|one| one["address"] != role.as_str());
    changes.push(change(&role, &json!(["update"]), true));
    let plan = plan_with(&changes);
    assert_eq!(subjects(&plan, "engine-differs"), [role]);
    assert_eq!(plan.engine_check.unwrap().differences[0].planned, Some(Planned::ImportAndUpdate));
}

#[test]
fn planned_values_of_the_lost_region_are_told() {
    let predicted = example_plan();
    let made = of_engine(&predicted, Engine::Create);
    let with_after = |after: Value| {
        let mut changes = as_predicted(&predicted);
        let change = changes.iter_mut().find(|one| one["address"] == made.as_str()).unwrap();
        change["change"]["after"] = after;
        plan_with(&changes)
    };
    let plan = with_after(json!({ "environment": [{ "variables": { "REGION": "us-east-2" } }] }));
    assert_eq!(subjects(&plan, "engine-names-primary"), std::slice::from_ref(&made));
    let message = &plan.findings.iter().find(|one| one.code == "engine-names-primary").unwrap().message;
    assert!(message.contains("\"us-east-2\" of the primary in /environment/0/variables/REGION"), "{message}");
    without(
        &with_after(json!({ "environment": [{ "variables": { "REGION": "us-west-2" } }] })),
        "engine-names-primary",
    );
}

/// Plans of another engine's tests: each is read, or refused with what it is.
#[test]
fn shared_plans_are_read_or_refused() {
    let corpus = std::env::var_os("DRPLAN_CORPUS")
        .map_or_else(|| checkout().join("../shared/fixtures"), std::path::PathBuf::from);
    let Ok(plans) = std::fs::read_dir(corpus.join("plans")) else { return };
    let mut read = 0;
    for file in plans.flatten() {
        let (name, text) = (file.file_name(), std::fs::read_to_string(file.path()).unwrap());
        let name = name.to_string_lossy();
        let document: Value = serde_json::from_str(&text).unwrap();
        let count = |mode: &str| {
            let all = document["resource_changes"].as_array().into_iter().flatten();
            all.filter(|one| one["mode"] == mode).count()
        };
        match read_engine_plan(&text, &name) {
            Ok(plan) => {
                assert!(document.get("planned_values").is_some(), "{name}");
                assert_eq!(plan.changes.len(), count("managed"), "{name}");
                let replaced = plan.changes.iter().any(|change| change.action == EngineAction::Replace);
                assert_eq!(replaced, name.contains("requires-replace"), "{name}");
                read += 1;
            }
            Err(bad) => {
                let why = &bad.0[0].message;
                let of_state = name.contains("show-json-state") && why.contains("state rendered by");
                assert!(
                    of_state || name.contains("plan-error") && why.contains("could not finish"),
                    "{name}: {why}"
                );
            }
        }
    }
    assert_eq!(read, 23);
}
