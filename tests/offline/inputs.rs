//! Inputs that are well-formed and the wrong ones.

use serde_json::json;

use crate::sandbox::Sandbox;
use crate::worlds::{World, example, managed, state_of};

fn has(world: &World, code: &str) -> bool {
    world.plan().findings.iter().any(|finding| finding.code == code)
}

#[test]
fn a_state_without_resources_brings_nothing_back() {
    let sandbox = Sandbox::example();
    sandbox.write("state.tfstate", state_of(&[]));
    let run = sandbox.run(&["region", "us-west-2", "--offline", "--primary", "us-east-2"]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stdout.contains("error[state-empty]: state.tfstate has no resource"), "{}", run.stdout);
    assert!(run.stdout.contains("tofu -chdir=terraform state pull"), "{}", run.stdout);
    let bucket = managed("aws_s3_bucket.b", json!({ "id": "b", "bucket": "b", "region": "us-east-2" }), &[]);
    assert!(has(&World::of_state(state_of(&[])), "state-empty"));
    assert!(!has(&World::of_state(state_of(&[bucket])), "state-empty"));
}

#[test]
fn manifests_need_a_cluster_that_an_input_names() {
    let mut world = World::read(&example());
    assert!(!has(&world, "cluster-unknown"));
    world.state = state_of(&[managed("aws_vpc.v", json!({ "id": "vpc-0abc1234def567890" }), &[])]);
    assert!(has(&world, "cluster-unknown"));
    world.manifests.objects.clear();
    assert!(!has(&world, "cluster-unknown"));
}
