//! A copy of a bucket may have a part of it only.

use serde_json::{Value, json};

use crate::defects::{subjects, without};
use crate::worlds::{World, example};

const MEDIA: &str = "module.s3.aws_s3_bucket.media";

/// The example with the rule of its bucket, and the bucket's encryption, changed.
fn with_rule(change: impl Fn(&mut Value), algorithm: &str) -> World {
    let mut world = World::read(&example());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    for one in state["resources"].as_array_mut().unwrap() {
        let kind = one["type"].as_str().unwrap().to_owned();
        let rule = one.pointer_mut("/instances/0/attributes/rule/0");
        match (kind.as_str(), rule) {
            ("aws_s3_bucket_replication_configuration", Some(rule)) => change(rule),
            ("aws_s3_bucket_server_side_encryption_configuration", Some(rule)) => {
                rule["apply_server_side_encryption_by_default"][0]["sse_algorithm"] = algorithm.into();
            }
            _ => {}
        }
    }
    world.state = state.to_string();
    world
}

fn told(change: impl Fn(&mut Value), algorithm: &str) -> Vec<String> {
    subjects(&with_rule(change, algorithm).plan(), "bucket-partly-replicated")
}

#[test]
fn a_rule_that_leaves_a_part_behind_is_told() {
    without(&World::read(&example()).plan(), "bucket-partly-replicated");
    assert_eq!(told(|rule| rule["filter"] = json!([{ "prefix": "pictures/" }]), "AES256"), [MEDIA]);
    assert_eq!(told(|rule| rule["prefix"] = "pictures/".into(), "AES256"), [MEDIA]);
    let tagged = json!([{ "and": [{ "prefix": "", "tags": { "dr": "yes" } }] }]);
    assert_eq!(told(|rule| rule["filter"] = tagged.clone(), "AES256"), [MEDIA]);
}

#[test]
fn objects_under_a_key_are_copied_where_a_rule_opens_them() {
    let opened = json!([{ "sse_kms_encrypted_objects": [{ "status": "Enabled" }] }]);
    assert_eq!(told(|_| (), "aws:kms"), [MEDIA]);
    assert!(told(|rule| rule["source_selection_criteria"] = opened.clone(), "aws:kms").is_empty());
}
