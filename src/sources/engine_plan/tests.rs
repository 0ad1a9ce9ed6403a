use serde_json::{Value, json};

use super::read_engine_plan;
use crate::model::engine_plan::EngineAction;

fn refusal(text: &str) -> String {
    let problems = read_engine_plan(text, "engine.json").unwrap_err().0;
    let problem = &problems[0];
    assert!(!problem.fix.is_empty());
    problem.message.clone()
}

fn plan_with(change: Value) -> String {
    json!({ "format_version": "1.2", "terraform_version": "1.12.6", "planned_values": {}, "resource_changes": [
        { "address": "aws_x.a[\"k\"]", "mode": "managed", "type": "aws_x", "name": "a", "index": "k", "change": change },
        { "address": "data.aws_x.b", "mode": "data", "type": "aws_x", "name": "b", "change": { "actions": ["read"] } },
    ]})
    .to_string()
}

#[test]
fn each_action_is_read() {
    for (actions, action) in [
        (json!(["no-op"]), EngineAction::Keep),
        (json!(["create"]), EngineAction::Create),
        (json!(["update"]), EngineAction::Update),
        (json!(["delete"]), EngineAction::Delete),
        (json!(["delete", "create"]), EngineAction::Replace),
        (json!(["create", "delete"]), EngineAction::Replace),
        (json!(["forget"]), EngineAction::Forget),
    ] {
        let text =
            plan_with(json!({ "actions": actions, "after": { "b": 1 }, "replace_paths": [["c", 0, "d"]] }));
        let plan = read_engine_plan(&text, "engine.json").unwrap();
        assert_eq!(plan.engine_version.as_deref(), Some("1.12.6"));
        let [change] = &plan.changes[..] else { panic!("{plan:?}") };
        assert_eq!(
            (change.address.as_str(), change.action, change.imports),
            ("aws_x.a[\"k\"]", action, false)
        );
        assert_eq!((change.after, &change.replaced_by[..]), ("{\"b\":1}", &["c.0.d".to_owned()][..]));
    }
    let imported = plan_with(json!({ "actions": ["no-op"], "importing": { "id": "x" } }));
    assert!(read_engine_plan(&imported, "engine.json").unwrap().changes[0].imports);
}

#[test]
fn what_is_no_plan_is_refused_by_name() {
    for (text, told) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("PK\u{3}\u{4}rest", "saved plan as the engine keeps it"),
        ("resource \"a\" \"b\" {}", "not JSON"),
        ("{\"format_version\": \"1.2\", \"resource_changes\": [", "truncated"),
        ("{}", "no `format_version`"),
        ("{\"version\": 4, \"lineage\": \"x\"}", "Terraform state"),
        ("{\"format_version\": \"0.2\", \"planned_values\": {}}", "format 0"),
        ("{\"format_version\": \"2.0\", \"planned_values\": {}}", "newer"),
        ("{\"format_version\": \"one\", \"planned_values\": {}}", "no version"),
        ("{\"format_version\": 1, \"decision_digest\": \"x\"}", "plan of drplan"),
        ("{\"kind\": \"inventory\", \"format_version\": 1}", "inventory"),
        ("{\"format_version\": \"1.0\", \"values\": {}}", "state rendered by"),
        ("{\"format_version\": \"1.0\"}", "state rendered by"),
        ("{\"format_version\": \"1.2\", \"planned_values\": {}, \"errored\": true}", "could not finish"),
        ("{\"@level\":\"info\",\"@message\":\"x\"}\n{\"@level\":\"info\"}", "streams"),
        ("{\"@level\":\"info\",\"@message\":\"x\"}", "streams"),
    ] {
        let message = refusal(text);
        assert!(message.contains(told), "{text}: {message}");
    }
}

#[test]
fn what_is_wrong_in_it_is_told_without_its_values() {
    let secret = "canary-5f2c";
    let message = refusal(&plan_with(json!({ "actions": [secret] })));
    assert!(message.contains("the actions of aws_x.a[\"k\"]") && !message.contains(secret), "{message}");
    let message = refusal(&plan_with(json!({ "actions": secret })));
    assert!(message.contains("not as the engine prints it") && !message.contains(secret), "{message}");
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let text = plan_with(json!({ "actions": ["create"], "after": "DEEP" })).replace("\"DEEP\"", &deep);
    assert!(refusal(&text).contains("nested deeper"));
    let twice = plan_with(json!({ "actions": ["create"] })).replace("data.aws_x.b", "aws_x.a[\\\"k\\\"]");
    let twice = twice.replace("\"mode\":\"data\"", "\"mode\":\"managed\"").replace("\"read\"", "\"create\"");
    assert!(refusal(&twice).contains("more than once"), "{twice}");
}

#[test]
fn a_plan_that_breaks_off_anywhere_is_refused() {
    let text = plan_with(json!({ "actions": ["create"], "after": { "name": "a" } }));
    for end in 0..text.len() {
        assert!(read_engine_plan(&text[..end], "engine.json").is_err(), "{end}");
    }
}
