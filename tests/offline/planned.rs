//! The planner against the table that was written by hand.

use std::collections::BTreeMap;

use drplan::model::inventory::{Asked, AskedEngine};
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::finding::Severity;
use drplan::plan::resource::PlannedResource;
use serde_json::Value;

use crate::dispositions::{Disposition, EXAMPLE, Engine, Expected, Known, expected, expected_of};
use crate::worlds::{Copy, PRIMARY, RECOVERY, World, example, shared_states};

#[test]
fn the_example_becomes_what_the_table_says() {
    let world = World::read(&example());
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let different = differences(EXAMPLE, &world.state, &plan);
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn the_bad_day_says_what_cannot_come_back() {
    let copy = Copy::new();
    std::fs::copy(copy.path().join("inventory-bad.json"), copy.path().join("inventory-good.json")).unwrap();
    let plan = World::read(copy.path()).plan();
    assert_eq!(audit(&plan), Ok(()));
    let errors = plan.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let errors: Vec<(&str, &str)> =
        errors.map(|finding| (finding.code.as_str(), finding.subject.as_str())).collect();
    let image =
        "ecommerce/order-service@sha256:93d325d97e92638b163b5f0d7e98c834810a84862171b36bf0eaad1a9da21137";
    assert_eq!(
        errors,
        [
            ("key-no-counterpart", "module.rds.aws_kms_key.rds"),
            ("recovery-point-missing", "module.rds.aws_db_instance.primary"),
            ("class-not-orderable", "module.rds.aws_db_instance.primary"),
            ("class-not-orderable", "module.rds.aws_db_instance.read_replica"),
            ("image-missing", image),
            ("name-taken", "module.rds.aws_db_subnet_group.this"),
            ("quota-short", "ec2 L-0263D0A3"),
        ]
    );
    let of = |address: &str| plan.resources.iter().find(|resource| resource.address == address).unwrap();
    assert_eq!(of("module.rds.aws_db_instance.primary").disposition.as_str(), "block");
    // A replica is nothing without its source.
    assert_eq!(of("module.rds.aws_db_instance.read_replica").disposition.as_str(), "skip");
}

/// As a live inventory has it: of buckets elsewhere it knows no more than name and region.
#[test]
fn replication_that_the_inventory_cannot_see_is_taken_from_the_state() {
    const MEDIA: &str = "ecommerce-prod-media-us-east-2";
    let (by_bucket, by_resource) =
        ("module.s3.aws_s3_bucket.media", "aws_s3_bucket_replication_configuration");
    let plan = |cut: &[&str], away: bool| {
        let mut world = World::read(&example());
        for bucket in world.inventory.as_mut().unwrap().buckets.iter_mut().flatten() {
            if bucket.region != RECOVERY {
                bucket.replicates_to = None;
            } else if away && bucket.name == "ecommerce-prod-media-us-west-2" {
                bucket.region = "eu-west-1".to_owned();
            }
        }
        let mut state: Value = serde_json::from_str(&world.state).unwrap();
        for resource in state["resources"].as_array_mut().unwrap() {
            let attributes = &mut resource["instances"][0]["attributes"];
            let of_media = attributes["bucket"] == MEDIA;
            if of_media && cut.contains(&"inline") && resource["type"] == "aws_s3_bucket" {
                resource["instances"][0]["attributes"]["replication_configuration"] =
                    Value::Array(Vec::new());
            } else if of_media && cut.contains(&"resource") && resource["type"] == by_resource {
                resource["instances"][0]["attributes"]["rule"] = Value::Array(Vec::new());
            }
        }
        world.state = state.to_string();
        let plan = world.plan();
        let media = plan.resources.iter().find(|resource| resource.address == by_bucket).unwrap().clone();
        let codes = plan.findings.iter().filter(|finding| finding.subject == by_bucket);
        let codes: Vec<String> = codes.map(|finding| finding.code.to_string()).collect();
        (media.disposition.as_str().to_owned(), media.counterpart.unwrap_or_default(), codes.join(" "))
    };
    let adopted = ("adopt".to_owned(), "ecommerce-prod-media-us-west-2".to_owned(), String::new());
    for cut in [&[][..], &["inline"], &["resource"]] {
        assert_eq!(plan(cut, false), adopted, "without {cut:?}");
    }
    let blocked = |code: &str| ("block".to_owned(), String::new(), code.to_owned());
    assert_eq!(plan(&["inline", "resource"], false), blocked("inventory-missing"), "nothing tells");
    assert_eq!(plan(&[], true), blocked("bucket-no-counterpart"), "it is replicated to another region");
}

#[test]
fn what_the_inventory_was_not_asked_for_is_unknown() {
    let codes = |asked: Option<Asked>| {
        let mut world = World::read(&example());
        let inventory = world.inventory.as_mut().unwrap();
        inventory.asked = asked;
        inventory.orderable_classes = Some(Vec::new());
        inventory.images = Some(Vec::new());
        let findings = world.plan().findings;
        let mut codes: Vec<String> = findings.iter().map(|finding| finding.code.to_string()).collect();
        codes.retain(|code| {
            ["class-not-orderable", "image-missing", "inventory-gap"].contains(&code.as_str())
        });
        codes.dedup();
        codes
    };
    let absent = ["class-not-orderable", "image-missing"];
    assert_eq!(codes(None), ["image-missing", "inventory-gap"], "an older recording, without the engine");
    let engine =
        |name: &str, version: &str| AskedEngine { name: name.to_owned(), version: version.to_owned() };
    let mine = Asked { engines: vec![engine("postgres", "16")], repositories: None };
    assert_eq!(codes(Some(mine)), absent);
    let other = Asked { engines: vec![engine("mysql", "8.0")], repositories: Some(vec!["other".to_owned()]) };
    assert_eq!(codes(Some(other)), ["inventory-gap"]);
}

#[test]
fn every_shared_state_becomes_what_the_table_says() {
    let mut different = Vec::new();
    for (name, text) in shared_states().into_iter().flatten() {
        let world = World::of_state(text);
        let plan = match world.try_plan(None) {
            Ok(plan) => plan,
            Err(why) => {
                different.push(format!("{name}: {why}"));
                continue;
            }
        };
        if let Err(violations) = audit(&plan) {
            different.extend(violations.iter().map(|violation| format!("{name}: audit: {violation}")));
        }
        different.extend(differences(&name, &world.state, &plan));
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn a_planner_that_only_creates_fails_the_table() {
    let world = World::read(&example());
    let mut plan = world.plan();
    for resource in &mut plan.resources {
        resource.disposition = drplan::plan::resource::Disposition::Create;
        resource.engine = drplan::plan::resource::Engine::Create;
    }
    let others = expected()
        .iter()
        .filter(|row| row.state == EXAMPLE && row.disposition != Disposition::Create)
        .count();
    assert_eq!(differences(EXAMPLE, &world.state, &plan).len(), others);
}

#[test]
fn a_planner_that_places_nothing_fails_the_table() {
    let world = World::read(&example());
    let mut plan = world.plan();
    for resource in &mut plan.resources {
        resource.counterpart = None;
        resource.known_after = None;
    }
    assert!(differences(EXAMPLE, &world.state, &plan).len() >= 130);
}

/// What the plan has otherwise than the table.
fn differences(state: &str, text: &str, plan: &Plan) -> Vec<String> {
    let attributes = attributes_of(text);
    let mut different = Vec::new();
    let current: Vec<&PlannedResource> =
        plan.resources.iter().filter(|resource| resource.deposed.is_none()).collect();
    if current.len() != attributes.len() {
        different.push(format!("{state}: {} of {} instances planned", current.len(), attributes.len()));
    }
    for resource in current {
        let Some(attributes) = attributes.get(&resource.address) else {
            different.push(format!("{state}: {} is not in the state", resource.address));
            continue;
        };
        match expected_of(state, &resource.address, &resource.type_name) {
            None => different.push(format!("{state}: no row for {}", resource.address)),
            Some(row) => different.extend(difference(state, resource, attributes, row)),
        }
    }
    different
}

fn difference(state: &str, resource: &PlannedResource, attributes: &Value, row: &Expected) -> Option<String> {
    let known = if resource.known_after.is_some() { Known::After } else { Known::Now };
    let same = resource.disposition.as_str() == row.disposition.as_str()
        && resource.engine.as_str() == row.engine.as_str()
        && known == row.known
        && is_counterpart(resource.counterpart.as_deref(), row.counterpart, attributes);
    (!same).then(|| {
        format!(
            "{state} {}: {}/{} {:?} {known:?} ({}), the table says {}/{} {:?} {:?}",
            resource.address,
            resource.disposition.as_str(),
            resource.engine.as_str(),
            resource.counterpart,
            resource.reason,
            word(row.disposition),
            engine(row.engine),
            row.counterpart,
            row.known
        )
    })
}

const fn word(disposition: Disposition) -> &'static str {
    disposition.as_str()
}

const fn engine(engine: Engine) -> &'static str {
    engine.as_str()
}

/// Whether a counterpart is what the table calls it.
fn is_counterpart(counterpart: Option<&str>, words: &str, attributes: &Value) -> bool {
    let own = |text: &str| {
        let mut values = attributes.as_object().into_iter().flatten().map(|(_, value)| value);
        values.any(|value| {
            let names = [value, &value["metadata"]["name"], &value["value"]["metadata"]["name"]];
            names.iter().any(|name| name.as_str() == Some(text))
        })
    };
    let arn = || attributes["arn"].as_str().map(|arn| arn.replace(PRIMARY, RECOVERY));
    match (words, counterpart) {
        ("" | "same value" | "known after", counterpart) => counterpart.is_none(),
        ("itself", Some(counterpart)) => own(counterpart),
        ("same name", Some(counterpart)) => own(counterpart) || arn().as_deref() == Some(counterpart),
        (named, Some(counterpart)) => counterpart == named || counterpart.ends_with(&format!("/{named}")),
        (_, None) => false,
    }
}

/// Attributes of the managed, current instances, by address.
fn attributes_of(state: &str) -> BTreeMap<String, Value> {
    let state: Value = serde_json::from_str(state).expect("JSON");
    let mut found = BTreeMap::new();
    for resource in state["resources"].as_array().into_iter().flatten().filter(|one| one["mode"] == "managed")
    {
        let module = resource["module"].as_str().map_or_else(String::new, |module| format!("{module}."));
        let (kind, name) =
            (resource["type"].as_str().expect("type"), resource["name"].as_str().expect("name"));
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = instance.get("index_key").map_or_else(String::new, |key| format!("[{key}]"));
            if instance.get("deposed").is_none_or(Value::is_null) {
                found.insert(format!("{module}{kind}.{name}{key}"), instance["attributes"].clone());
            }
        }
    }
    found
}
