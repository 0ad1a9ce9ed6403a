//! What is made anew and has lost what it held: a key what it opens, a parameter what somebody wrote into it.

use serde_json::Value;

use crate::defects::{changed, replace, with, without};
use crate::worlds::{Copy, World, example, managed};

#[test]
fn a_key_that_workloads_name_opens_nothing_once_it_is_made_anew() {
    const CODE: &str = "key-made-anew";
    let naming = |text: &'static str| {
        changed(|copy| {
            copy.edit("kubernetes/configmap.yaml", |all| {
                replace(&all, "LOG_LEVEL: info", &format!("LOG_LEVEL: info\n  FIELDS: {text}"))
            });
        })
    };
    let (made_anew, at) = ("module.eks.aws_kms_key.eks", "kubernetes/configmap.yaml:10");
    with(&naming("alias/ecommerce-prod-eks"), CODE, made_anew, at);
    let arn = "arn:aws:kms:us-east-2:123456789012:key/b2d7c6a4-93f1-4e58-8a0b-6c1f5d9e7324";
    with(&naming(arn), CODE, made_anew, at);
    // Its replica stands for it.
    without(&naming("alias/ecommerce-prod-rds"), CODE);
    without(&naming("alias/ecommerce-prod-eks-of-another"), CODE);
}

#[test]
fn what_somebody_wrote_into_a_parameter_is_only_in_the_primary() {
    const CODE: &str = "value-set-by-hand";
    let ignoring = |changes: &str| {
        changed(|copy: &Copy| {
            let attributes = serde_json::json!({ "id": "/shop/api-key", "name": "/shop/api-key", "type": "String",
                "arn": "arn:aws:ssm:us-east-2:123456789012:parameter/shop/api-key", "value": "by hand" });
            copy.edit("state.tfstate", |text| {
                let mut state: Value = serde_json::from_str(&text).unwrap();
                let parameter = managed("aws_ssm_parameter.key", attributes, &[]);
                state["resources"].as_array_mut().unwrap().push(parameter);
                state.to_string()
            });
            let block = format!(
                "resource \"aws_ssm_parameter\" \"key\" {{\n  name  = \"/shop/api-key\"\n  type  = \"String\"\n  \
                 value = \"later\"\n  lifecycle {{\n    ignore_changes = {changes}\n  }}\n}}\n"
            );
            copy.write("terraform/params.tf", &block);
        })
    };
    for changes in ["[value]", "all", "[tags, insecure_value]"] {
        with(&ignoring(changes), CODE, "aws_ssm_parameter.key", "terraform/params.tf:1");
    }
    without(&ignoring("[tags]"), CODE);
}

/// Its id is half of a credential: no plan has it, and the engine gets the whole from the state.
#[test]
fn an_access_key_is_carried_over_without_its_id() {
    const ID: &str = "AKIAIOSFODNN7QRSTUVW";
    let mut world = World::read(&example());
    world.configuration = None;
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    let key = serde_json::json!({ "id": ID, "user": "ci", "status": "Active", "secret": "x" });
    state["resources"].as_array_mut().unwrap().push(managed("aws_iam_access_key.ci", key, &[]));
    world.state = state.to_string();
    let plan = world.plan();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    let carried = plan.resources.iter().find(|one| one.address == "aws_iam_access_key.ci").unwrap();
    assert_eq!(carried.engine, drplan::plan::resource::Engine::Carry);
    assert!(!String::from_utf8(crate::worlds::bytes(&plan)).unwrap().contains(ID));
}
