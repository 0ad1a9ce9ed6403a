//! What a plan says of what it could not read, does not know, or leaves as it is.

use drplan::model::diagnostic::{Gap, GapReason};
use serde_json::json;

use crate::defects::{changed, subjects, without};
use crate::worlds::{World, example, managed, state_of};

#[test]
fn a_type_without_an_entry_is_told() {
    let plan = |address: &str| {
        let one = json!({ "id": "x", "arn": "arn:aws:new:us-east-2:123456789012:x", "region": "us-east-2" });
        World::of_state(state_of(&[managed(address, one, &[])])).try_plan(Some("us-east-2")).unwrap()
    };
    assert_eq!(subjects(&plan("aws_brand_new.x"), "unknown-type"), ["aws_brand_new.x"]);
    without(&plan("aws_vpc.x"), "unknown-type");
}

/// Without the code nobody can tell what it computes from what it has written out.
#[test]
fn values_without_their_code_are_told_once() {
    let mut world = World::read(&example());
    without(&world.plan(), "references-unverified");
    world.configuration = None;
    assert_eq!(subjects(&world.plan(), "references-unverified").len(), 1);
}

#[test]
fn an_engine_that_was_not_asked_is_a_note_and_one_that_failed_an_error() {
    let told = |reason: GapReason, code: &str| {
        let mut world = World::read(&example());
        let detail = "tofu init failed: a provider is neither installed nor to be had".to_owned();
        world.gaps.push(Gap { source: "engine:tofu".to_owned(), reason, detail });
        assert_eq!(subjects(&world.plan(), code), ["tofu"]);
    };
    told(GapReason::Offline, "engine-unasked");
    told(GapReason::Failed, "engine-failed");
    without(&World::read(&example()).plan(), "engine-unasked");
}

/// No tool renders here: the unit is a gap, and an error until somebody renders it.
#[test]
fn a_unit_that_nothing_renders_is_an_error() {
    let plan = changed(|copy| {
        std::fs::create_dir_all(copy.path().join("kubernetes/more")).unwrap();
        copy.write("kubernetes/more/kustomization.yaml", "resources: [https://example.com/base]\n");
    });
    assert_eq!(subjects(&plan, "manifest-unrendered"), ["kubernetes/more"]);
    without(&changed(|_| {}), "manifest-unrendered");
}

/// A registry of somebody else: elsewhere it may stay, in the lost region nothing can be pulled from it.
#[test]
fn an_image_of_another_account_is_told_by_where_it_lies() {
    const CODES: [&str; 2] = ["image-foreign", "image-in-lost-region"];
    let plan = |region: &str, settings: &str| {
        let image = format!("999999999999.dkr.ecr.{region}.amazonaws.com/base/otel:0.9");
        let pod = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: otel\n  namespace: ecommerce\nspec:\n  containers:\n    - name: otel\n      \
             image: {image}\n"
        );
        let plan = changed(|copy| {
            copy.write("kubernetes/otel.yaml", &pod);
            copy.edit("drplan.hcl", |text| format!("{text}\n{}", settings.replace("IMAGE", &image)));
        });
        without(&plan, "rewrite-without-effect");
        CODES.map(|code| subjects(&plan, code).len())
    };
    assert_eq!(plan("eu-west-1", ""), [1, 0]);
    assert_eq!(plan("us-east-2", ""), [0, 1]);
    // The block of the fix.
    let copy =
        "rewrite \"IMAGE\" {\n  to = \"999999999999.dkr.ecr.us-west-2.amazonaws.com/base/otel:0.9\"\n}\n";
    assert_eq!(plan("us-east-2", copy), [0, 0]);
}
