//! A saved plan has no field that this version does not know, at any depth.

use std::error::Error;

use drplan::plan::codec;
use serde_json::{Value, json};

use crate::worlds::{Copy, World};

fn saved() -> Value {
    let copy = Copy::new();
    std::fs::copy(copy.path().join("inventory-bad.json"), copy.path().join("inventory-good.json")).unwrap();
    copy.write("kubernetes/values.yaml", "replicas: 2\n");
    serde_json::from_slice(&World::read(copy.path()).bytes()).unwrap()
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    let plan = saved();
    assert!(codec::decode(plan.to_string().as_bytes()).is_ok());
    let at = plan["findings"].as_array().unwrap().iter().position(|finding| finding["at"].is_object());
    let places = [
        format!("/findings/{}/at", at.unwrap()),
        "/saw/inventory/gaps/0".to_owned(),
        "/saw/manifests/skipped/0".to_owned(),
    ];
    for place in places {
        let mut changed = plan.clone();
        let field = changed.pointer_mut(&place).expect(&place);
        field.as_object_mut().expect(&place).insert("column".to_owned(), json!(7));
        let error = codec::decode(changed.to_string().as_bytes()).expect_err(&place);
        let cause = error.source().expect(&place).to_string();
        assert!(cause.contains("column"), "{place}: {cause}");
    }
}
