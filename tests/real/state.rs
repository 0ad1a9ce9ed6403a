//! The state in S3: its workspace, its version, its copy.

use drplan::clients::aws::Limits;
use drplan::sources::aws::{BucketKey, StateObject, StateRequest, read_state_s3};
use serde_json::{Value, json};

use crate::emulator::{self, Emulator, PATIENCE, run};

const WORLD: &[&str] = &["recovery", "states"];

fn place(uri: &str, region: &str) -> BucketKey {
    BucketKey::parse(uri, Some(region.to_owned())).unwrap()
}

fn request() -> StateRequest {
    StateRequest { place: place("s3://state/shop/terraform.tfstate", "us-east-2"), ..StateRequest::default() }
}

fn read_within(emulator: &Emulator, request: &StateRequest, limits: Limits) -> Result<StateObject, String> {
    run(async {
        let connection = emulator.connect("us-west-2", limits).await;
        read_state_s3(&connection, request)
            .await
            .map_err(|problem| format!("{}\n{}", problem.message, problem.fix))
    })
}

fn read(emulator: &Emulator, request: &StateRequest) -> Result<StateObject, String> {
    read_within(emulator, request, PATIENCE)
}

fn serial(object: &StateObject) -> u64 {
    let state: Value = serde_json::from_slice(&object.bytes).unwrap();
    state["serial"].as_u64().unwrap()
}

#[test]
fn the_highest_serial_is_taken_and_not_the_newest_object() {
    let emulator = emulator::with(WORLD);
    let object = read(&emulator, &request()).unwrap();
    assert_eq!(serial(&object), 412);
    assert!(object.origin.starts_with("s3://state/shop/terraform.tfstate (version "), "{}", object.origin);
    assert_eq!(object.notes, ["an older version of the object has the highest serial, 412, and was taken"]);

    let version = object.version.clone().unwrap();
    let named = StateRequest { version: Some(version), ..request() };
    assert_eq!(serial(&read(&emulator, &named).unwrap()), 412);
    let lineage = StateRequest { lineage: Some("b2f0c1aa-0000".into()), ..request() };
    assert_eq!(serial(&read(&emulator, &lineage).unwrap()), 412);
    let other = StateRequest { lineage: Some("other".into()), ..request() };
    let refused = read(&emulator, &other).unwrap_err();
    assert!(
        refused.starts_with("no version of s3://state/shop/terraform.tfstate is of lineage other"),
        "{refused}"
    );
    let before = StateRequest { at: Some("2020-01-01T00:00:00Z".parse().unwrap()), ..request() };
    assert!(read(&emulator, &before).unwrap_err().contains("is not there"));
}

#[test]
fn a_workspace_has_its_own_key() {
    let emulator = emulator::with(WORLD);
    let workspace = StateRequest { workspace: Some("dr".into()), ..request() };
    let object = read(&emulator, &workspace).unwrap();
    assert_eq!((serial(&object), object.origin.as_str()), (7, "s3://state/env:/dr/shop/terraform.tfstate"));
    let none =
        StateRequest { workspace: Some("no".into()), workspace_key_prefix: Some(String::new()), ..request() };
    let refused = read(&emulator, &none).unwrap_err();
    assert!(
        refused.starts_with("s3://state/no/shop/terraform.tfstate is not there\ncheck bucket"),
        "{refused}"
    );
}

#[test]
fn a_bucket_without_versions_is_read() {
    let emulator = emulator::with(WORLD);
    let plain = StateRequest {
        place: place("s3://plain/shop/terraform.tfstate", "us-west-2"),
        ..StateRequest::default()
    };
    let object = read(&emulator, &plain).unwrap();
    assert_eq!((serial(&object), object.version.as_deref()), (5, None));
}

#[test]
fn two_lineages_and_a_deleted_state_are_refused() {
    let emulator = emulator::with(WORLD);
    let mixed =
        StateRequest { place: place("s3://state/mixed.tfstate", "us-east-2"), ..StateRequest::default() };
    let refused = read(&emulator, &mixed).unwrap_err();
    assert!(refused.contains("fresh-lineage serial 1 is version"), "{refused}");
    assert!(refused.contains("b2f0c1aa-0000 serial 412 is version"), "{refused}");
    assert!(refused.contains("--state-version ID"), "{refused}");
    let known = StateRequest { lineage: Some("b2f0c1aa-0000".into()), ..mixed };
    assert_eq!(serial(&read(&emulator, &known).unwrap()), 412);

    let deleted =
        StateRequest { place: place("s3://state/deleted.tfstate", "us-east-2"), ..StateRequest::default() };
    assert!(read(&emulator, &deleted).unwrap_err().contains("was deleted; earlier versions"));
}

#[test]
fn the_copy_answers_when_the_first_bucket_does_not() {
    let emulator = emulator::with(WORLD);
    let replica = Some(place("s3://state-copy/shop/terraform.tfstate", "us-west-2"));
    let with_copy = StateRequest { replica, ..request() };
    for kind in ["dead", "html", "error", "throttle"] {
        emulator.faults(&json!([{ "kind": kind, "region": "us-east-2" }]));
        let object = read(&emulator, &with_copy).unwrap();
        assert_eq!((serial(&object), object.from_replica), (411, true), "{kind}");
        assert!(object.notes[0].contains("does not answer"), "{:?}", object.notes);
        let refused = read(&emulator, &request()).unwrap_err();
        assert!(refused.contains("cannot be read"), "{kind}: {refused}");
    }
    emulator.faults(&json!([{ "kind": "dead" }]));
    let refused = read(&emulator, &with_copy).unwrap_err();
    assert!(refused.contains("nor its copy s3://state-copy/"), "{refused}");

    // A bucket that answers, with a no, is not passed over for its copy.
    emulator.faults(&json!([{ "kind": "denied", "region": "us-east-2" }]));
    let refused = read(&emulator, &with_copy).unwrap_err();
    assert!(refused.contains("may not be read, or is not there"), "{refused}");
    assert!(refused.contains("s3:ListBucket"), "{refused}");
}

#[test]
fn versions_that_may_not_be_listed_leave_the_newest() {
    let emulator = emulator::with(WORLD);
    emulator.faults(&json!([{ "kind": "denied", "action": "ListObjectVersions" }]));
    let object = read(&emulator, &request()).unwrap();
    assert_eq!(serial(&object), 409);
    assert!(object.notes[0].contains("only the newest version was looked at"), "{:?}", object.notes);
    emulator.faults(&json!([
        { "kind": "denied", "service": "s3", "message": "not authorized to perform kms:Decrypt on the key" }
    ]));
    let refused = read(&emulator, &request()).unwrap_err();
    assert!(refused.contains("allow kms:Decrypt"), "{refused}");
}

#[test]
fn an_address_that_is_none_is_refused() {
    for uri in
        ["s3://", "s3://bucket", "s3:///key", "https://bucket/key", "s3://bucket/folder/", "state.tfstate"]
    {
        assert!(BucketKey::parse(uri, None).is_err(), "{uri}");
    }
}
