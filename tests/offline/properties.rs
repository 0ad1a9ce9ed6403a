//! What holds for every input: order, provenance, determinism, round trips.

use std::collections::{BTreeMap, BTreeSet};

use drplan::plan::values::{OwnedValue, UseDisposition};
use drplan::plan::{Plan, codec};
use drplan::sources::manifests;
use proptest::prelude::{Just, Strategy, any};
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::Value;

use crate::worlds::{Copy, World, bytes, example};

fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(strategy, test).unwrap();
}

fn fail<T>(why: impl Into<String>) -> Result<T, TestCaseError> {
    Err(TestCaseError::fail(why.into()))
}

/// Where two plans differ first.
fn same(left: &[u8], right: &[u8]) -> Result<(), TestCaseError> {
    if left == right {
        return Ok(());
    }
    let (left, right) = (String::from_utf8_lossy(left), String::from_utf8_lossy(right));
    let first = left.lines().zip(right.lines()).enumerate().find(|(_, (a, b))| a != b);
    fail(format!("plans differ: {first:?}"))
}

#[test]
fn every_need_comes_before_its_dependant() {
    let plan = World::read(&example()).plan();
    let at: BTreeMap<&str, usize> =
        plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
    for step in &plan.steps {
        for need in &step.needs {
            assert!(at[need.as_str()] < at[step.id.as_str()], "{} before {need}", step.id);
        }
    }
    assert_eq!(at.len(), plan.steps.len());
}

#[test]
fn the_order_of_the_inputs_changes_nothing() {
    let world = World::read(&example());
    let before = world.bytes();
    let state: Value = serde_json::from_str(&world.state).unwrap();
    let resources = state["resources"].as_array().unwrap().clone();
    let objects = world.manifests.objects.clone();
    let strategy = (Just(resources).prop_shuffle(), Just(objects).prop_shuffle(), any::<bool>());
    check(4, &strategy, |(resources, objects, backwards)| {
        let mut world = world.clone();
        let mut state = state.clone();
        state["resources"] = Value::Array(resources);
        if backwards {
            for resource in state["resources"].as_array_mut().into_iter().flatten() {
                resource["instances"].as_array_mut().unwrap().reverse();
            }
        }
        world.state = state.to_string();
        world.manifests.objects = objects;
        same(&before, &world.bytes())
    });
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let before = World::read(&example()).bytes();
    same(&before, &World::read(&example()).bytes()).unwrap();
    // The same files, named one by one and backwards.
    let mut world = World::read(&example());
    let folder = example();
    let files: BTreeSet<String> = world.manifests.objects.iter().map(|object| object.file.clone()).collect();
    let request = manifests::Request {
        paths: files.iter().rev().map(|file| folder.join(file)).collect(),
        exclude: Vec::new(),
        base: folder,
        tools: manifests::Tools::default(),
    };
    world.manifests = manifests::read_manifests(&request).unwrap();
    same(&before, &world.bytes()).unwrap();
}

#[test]
fn a_plan_is_read_back_as_it_was_written() {
    for plan in [World::read(&example()).plan(), bad_day()] {
        let written = bytes(&plan);
        let read = codec::decode(&written).unwrap();
        assert_eq!(read, plan);
        assert_eq!(bytes(&read), written);
    }
}

fn bad_day() -> Plan {
    let copy = Copy::new();
    std::fs::copy(copy.path().join("inventory-bad.json"), copy.path().join("inventory-good.json")).unwrap();
    World::read(copy.path()).plan()
}

/// Values with their uses, as text, one renamed.
fn renamed(values: &[OwnedValue], from: &str, to: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for value in values {
        for used in &value.uses {
            let text = serde_json::to_string(&(&value.kind, &value.value, &value.owner, used)).unwrap();
            found.insert(text.replace(from, to));
        }
    }
    found
}

#[test]
fn renaming_an_owned_value_renames_its_uses_and_nothing_else() {
    let copy = Copy::new();
    let plan = World::read(copy.path()).plan();
    // Ids that AWS makes: a prefix and hex digits.
    let ids: Vec<String> = plan
        .values
        .iter()
        .map(|value| value.value.clone())
        .filter(|value| {
            value.split_once('-').is_some_and(|(prefix, rest)| {
                prefix.len() <= 8 && rest.len() == 17 && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        })
        .collect();
    assert!(ids.len() >= 20, "{ids:?}");
    check(4, &(select(ids), "[0-9a-f]{17}"), |(from, digits)| {
        let to = format!("{}-{digits}", from.split_once('-').unwrap().0);
        let files =
            ["state.tfstate", "observation.json", "kubernetes/ingress.yaml", "kubernetes/configmap.yaml"];
        let copy = Copy::new();
        for file in files {
            copy.edit(file, |text| text.replace(&from, &to));
        }
        let after = World::read(copy.path()).plan();
        let (expected, found) = (renamed(&plan.values, &from, &to), renamed(&after.values, &from, &to));
        match expected.symmetric_difference(&found).next() {
            None if expected.len() == renamed(&plan.values, "", "").len() => Ok(()),
            None => fail("uses fell together"),
            Some(one) => fail(format!("{from} -> {to}: {one}")),
        }
    });
}

/// A state with one resource of each of some types, all called by one name.
fn state_of(name: &str) -> String {
    let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]";
    let resource = |kind: &str, attributes: Value| {
        serde_json::json!({"mode": "managed", "type": kind, "name": "main", "provider": provider,
            "instances": [{"schema_version": 0, "attributes": attributes}]})
    };
    let arn = |rest: &str| format!("arn:aws:{rest}");
    let resources = vec![
        resource(
            "aws_sqs_queue",
            serde_json::json!({"id": format!("https://sqs.us-east-2.amazonaws.com/123456789012/{name}"), "name": name,
                "url": format!("https://sqs.us-east-2.amazonaws.com/123456789012/{name}"),
                "arn": arn(&format!("sqs:us-east-2:123456789012:{name}"))}),
        ),
        resource(
            "aws_eks_cluster",
            serde_json::json!({"id": name, "name": name, "arn": arn(&format!("eks:us-east-2:123456789012:cluster/{name}"))}),
        ),
        resource(
            "aws_db_instance",
            serde_json::json!({"id": name, "identifier": name, "port": 5432, "db_name": name, "engine": "postgres",
                "arn": arn(&format!("rds:us-east-2:123456789012:db:{name}"))}),
        ),
        resource(
            "aws_iam_role",
            serde_json::json!({"id": name, "name": name, "arn": arn(&format!("iam::123456789012:role/{name}"))}),
        ),
    ];
    serde_json::json!({"version": 4, "terraform_version": "1.9.0", "serial": 1,
        "lineage": "3d6a2c9e-8f1b-4c57-9b7e-6a0d2f4c8e13", "outputs": {}, "resources": resources})
    .to_string()
}

#[test]
fn a_plain_name_rewrites_nothing_in_prose() {
    let names = select(vec!["main", "5432", "app", "default", "prod", "us", "the"]);
    let prose = "[a-z .,]{0,20} (main|5432|app|default|prod|the) [a-z .,:/]{0,20}";
    check(40, &(names, prose, prose), |(name, first, second)| {
        let mut world = World::of_state(state_of(name));
        let yaml = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\ndata:\n  motto: {}\n  {name}: {}\n  port: \"5432\"\n",
            serde_json::to_string(name).unwrap().replace("5432", "p5432"),
            serde_json::to_string(&first).unwrap(),
            serde_json::to_string(&second).unwrap(),
        );
        let yaml = yaml.replace("\n  5432:", "\n  \"5432\":");
        let (objects, _) = manifests::read_manifest_text("words.yaml", &yaml)
            .map_err(|error| TestCaseError::fail(format!("{error:?}\n{yaml}")))?;
        world.manifests.objects = objects;
        let plan = world.plan();
        let mut changed =
            plan.values.iter().flat_map(|value| value.uses.iter().map(move |used| (value, used)));
        let touched = changed.find(|(_, used)| {
            let rewritten = !matches!(used.disposition, UseDisposition::Kept | UseDisposition::Own);
            rewritten && matches!(&used.site, drplan::plan::values::Site::File { .. })
        });
        match touched {
            None => Ok(()),
            Some((value, used)) => fail(format!("{} at {:?}", value.value, used.site)),
        }
    });
}
