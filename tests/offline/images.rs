//! Images of the primary's registry that the engine has run, and not the manifests.

use drplan::plan::Plan;
use serde_json::{Value, json};

use crate::defects::{found, subjects, without};
use crate::worlds::{World, example, managed};

const REGISTRY: &str = "123456789012.dkr.ecr.us-east-2.amazonaws.com";

fn running(address: &str, attributes: Value) -> Plan {
    let mut world = World::read(&example());
    world.configuration = None;
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    state["resources"].as_array_mut().unwrap().push(managed(address, attributes, &[]));
    world.state = state.to_string();
    world.plan()
}

#[test]
fn what_the_engine_runs_must_be_in_the_registry_there() {
    const CODE: &str = "image-missing";
    let function = |image: &str| {
        running(
            "aws_lambda_function.resize",
            json!({ "id": "resize", "function_name": "resize", "package_type": "Image",
            "arn": "arn:aws:lambda:us-east-2:123456789012:function:resize", "image_uri": image }),
        )
    };
    let missing = format!("{REGISTRY}/ecommerce/resize:v1");
    assert_eq!(subjects(&function(&missing), CODE), ["ecommerce/resize:v1"]);
    let containers = json!([{ "name": "web", "image": missing }]).to_string();
    let task = running(
        "aws_ecs_task_definition.web",
        json!({ "id": "web", "family": "web",
        "arn": "arn:aws:ecs:us-east-2:123456789012:task-definition/web:1", "container_definitions": containers }),
    );
    assert_eq!(subjects(&task, CODE), ["ecommerce/resize:v1"]);
    assert!(task.steps.iter().any(|step| step.id == "preflight/image/ecommerce/resize:v1"));
    // One that is there, the address of a repository, and another's registry.
    let there = World::read(&example()).inventory.unwrap().images.unwrap();
    let image = there.iter().find(|image| !image.tags.is_empty()).unwrap();
    without(&function(&format!("{REGISTRY}/{}:{}", image.repository, image.tags[0])), CODE);
    without(&function(&format!("{REGISTRY}/ecommerce/resize")), CODE);
    assert_eq!(found(&function("999999999999.dkr.ecr.us-east-2.amazonaws.com/a/b:v1"), CODE), []);
}
