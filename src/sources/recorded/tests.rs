#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::inventory::{OrderableClass, Zone};

const SMALL: &str = r#"{
  "format_version": 1,
  "kind": "inventory",
  "region": "us-west-2",
  "account": "123456789012",
  "taken_at": "2026-11-22T12:00:00Z",
  "zones": []
}
"#;

fn refusal(text: &str) -> Problem {
    parse_inventory(text, "inventory.json").unwrap_err().0.remove(0)
}

fn message(text: &str) -> String {
    refusal(text).message
}

#[test]
fn unknown_is_not_empty() {
    let recording = parse_inventory(SMALL, "inventory.json").unwrap();
    assert_eq!(recording.zones, Some(Vec::new()));
    assert_eq!(recording.vpcs, None);
}

#[test]
fn carriage_returns_are_read() {
    assert!(parse_inventory(&SMALL.replace('\n', "\r\n"), "inventory.json").is_ok());
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let mut recording = parse_inventory(SMALL, "inventory.json").unwrap();
    recording.zones = Some(vec![
        Zone { name: "us-west-2b".into(), id: "usw2-az1".into() },
        Zone { name: "us-west-2a".into(), id: "usw2-az2".into() },
    ]);
    recording.orderable_classes = Some(vec![OrderableClass {
        class: "db.t3.medium".into(),
        engine: "postgres".into(),
        engine_version: "16.3".into(),
        zones: vec!["us-west-2b".into(), "us-west-2a".into()],
    }]);
    recording.gaps =
        vec![Gap { source: "kms:ListKeys".into(), reason: GapReason::AccessDenied, detail: "no".into() }];
    let text = write_inventory(recording).unwrap();
    assert!(text.ends_with("}\n"));
    assert!(text.find("us-west-2a") < text.find("us-west-2b"));
    let again = write_inventory(parse_inventory(&text, "inventory.json").unwrap()).unwrap();
    assert_eq!(text, again);
}

#[test]
fn the_other_kind_is_told_by_name() {
    let other = refusal(&SMALL.replace("\"inventory\"", "\"observation\""));
    assert_eq!(other.message, "the file is an observation, not an inventory");
    assert!(other.fix.contains("--observation"));
    assert_eq!(message(r#"{"version":4,"lineage":"x"}"#), "the file is a Terraform state, not an inventory");
    assert_eq!(
        message(r#"{"format_version":"1.2","resource_changes":[]}"#),
        "the file is a plan of Terraform or OpenTofu, not an inventory"
    );
    assert_eq!(
        message(r#"{"apiVersion":"v1","kind":"List"}"#),
        "the file is a Kubernetes manifest, not an inventory"
    );
    assert_eq!(message("[]"), "the file is JSON, but not an inventory");
    assert_eq!(message("{}"), "the file is not an inventory: it has no `kind` that says so");
    assert_eq!(message(" \n"), "the file is empty");
}

#[test]
fn a_newer_format_is_refused_before_its_fields() {
    let text = SMALL.replace("\"format_version\": 1", "\"format_version\": 7, \"new\": {}");
    assert_eq!(message(&text), "the file has format version 7; this drplan reads up to 1");
    for version in ["0", "-1", "1.5", "\"1\"", "null", "1e400", "18446744073709551616"] {
        let text = SMALL.replace("\"format_version\": 1", &format!("\"format_version\": {version}"));
        assert!(parse_inventory(&text, "inventory.json").is_err(), "{version}");
    }
}

#[test]
fn every_truncation_is_told_with_its_line() {
    let end = SMALL.trim_end().len();
    for cut in 1..end {
        let refused = refusal(&SMALL[..cut]);
        assert!(refused.message.contains("cut short"), "{cut}: {}", refused.message);
        let line = SMALL[..cut].matches('\n').count() + 1;
        let told = refused.at.unwrap().line as usize;
        assert!(told == line || told + 1 == line, "{cut}: {told} is not {line}");
    }
}

#[test]
fn a_misfit_is_told_by_its_path_and_never_by_its_value() {
    let text = SMALL.replace("\"zones\": []", "\"zones\": [{\"name\": \"canary-1\", \"id\": 7}]");
    let refused = refusal(&text);
    assert_eq!(refused.message, "`zones[0].id`: expected a string, found integer");
    assert_eq!(refused.at, Some(Place::new("inventory.json", 7)));
    let text = SMALL.replace("\"zones\": []", "\"zones\": \"canary-2\"");
    assert_eq!(message(&text), "`zones`: expected a sequence, found string");
    let text = SMALL.replace("2026-11-22T12:00:00Z", "canary-3");
    assert!(!message(&text).contains("canary"));
    let text = SMALL.replace("\"zones\"", "\"zonez\"");
    assert_eq!(message(&text), "`zonez`: unknown field `zonez`");
    let text = SMALL.replace("\"zones\": []", "\"zones\": [], \"zones\": []");
    assert_eq!(message(&text), "duplicate field `zones`");
    let text = SMALL.replace("\"region\": \"us-west-2\",", "");
    assert_eq!(message(&text), "missing field `region`");
    assert_eq!(message(&format!("{SMALL}x")), "the file is not JSON: trailing characters");
    assert!(message(&SMALL.replace("[]", &"[".repeat(10_000))).contains("not JSON"));
}
