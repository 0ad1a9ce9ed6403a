//! Room for what the plan adds: counted in the region, in each zone, in vCPUs, in load balancers of the manifests.

use drplan::model::inventory::{AppliedQuota, Inventory};
use drplan::plan::Plan;
use drplan::plan::action::{Action, Check};

use super::{message, plan_in};
use crate::defects::{with, without};
use crate::worlds::{World, example};

fn quota<'q>(inventory: &'q mut Inventory, code: &str) -> &'q mut AppliedQuota {
    inventory.quotas.as_mut().unwrap().iter_mut().find(|quota| quota.code == code).unwrap()
}

fn with_quota(code: &str, value: u64, used: Option<u64>) -> Plan {
    plan_in(|inventory| {
        let quota = quota(inventory, code);
        (quota.value, quota.used) = (value, used);
    })
}

fn needs(plan: &Plan, wanted: &str) -> u64 {
    let check = plan.steps.iter().find_map(|step| match &step.action {
        Action::Check { check: Check::Quota { code, needs, .. } } if code == wanted => Some(*needs),
        _ => None,
    });
    check.expect(wanted)
}

#[test]
fn what_is_in_use_and_not_recorded_is_not_nothing() {
    let plan = with_quota("L-F678F1CE", 5, None);
    without(&plan, "quota-short");
    with(&plan, "quota-unproven", "us-west-2", "");
    assert!(message(&plan, "quota-unproven").0.contains("VPCs per Region (1 of 5)"));
    // Short whatever is in use.
    let plan = with_quota("L-0263D0A3", 2, None);
    with(&plan, "quota-short", "ec2 L-0263D0A3", "");
    without(&plan, "quota-unproven");
    // A limit that is not listed.
    let plan = plan_in(|inventory| {
        inventory.quotas.as_mut().unwrap().retain(|quota| quota.code != "L-0263D0A3");
    });
    assert!(message(&plan, "quota-unproven").0.contains("ec2 L-0263D0A3 (3 of an unknown limit)"));
    // The cluster is made new: nothing is in it.
    without(&with_quota("L-6D54EA21", 30, None), "quota-unproven");
    with(&with_quota("L-6D54EA21", 0, None), "quota-short", "eks L-6D54EA21", "");
}

#[test]
fn gateways_are_counted_in_each_zone() {
    without(&with_quota("L-FE5A380F", 5, Some(4)), "quota-short");
    let plan = with_quota("L-FE5A380F", 5, Some(5));
    with(&plan, "quota-short", "vpc L-FE5A380F", "");
    assert_eq!(needs(&plan, "L-FE5A380F"), 1);
    let (message, fix) = message(&plan, "quota-short");
    assert!(
        message.contains("1 more in us-west-2a, us-west-2b, us-west-2c, 5 of 5")
            && fix.contains("--desired-value 6"),
        "{message} {fix}"
    );
}

#[test]
fn nodes_count_by_their_vcpus() {
    let plan = with_quota("L-1216C47A", 64, Some(61));
    with(&plan, "quota-short", "ec2 L-1216C47A", "");
    assert!(message(&plan, "quota-short").0.contains("needs 4 more (2 x t3.medium)"));
    assert_eq!(needs(&plan, "L-1216C47A"), 4);
    without(&with_quota("L-1216C47A", 64, Some(60)), "quota-short");
    let plan = plan_in(|inventory| {
        inventory.instance_types.iter_mut().flatten().for_each(|kind| kind.vcpus = None);
    });
    assert!(message(&plan, "quota-unproven").0.contains("the vCPUs of 2 x t3.medium"));
}

#[test]
fn load_balancers_of_ingresses_count() {
    let plan = with_quota("L-53DA6B97", 50, Some(50));
    with(&plan, "quota-short", "elasticloadbalancing L-53DA6B97", "");
    let told = message(&plan, "quota-short").0;
    // Two Ingresses share one by their group.
    assert!(told.contains("needs 1 more (Ingress group ecommerce-prod)"), "{told}");
    without(&with_quota("L-53DA6B97", 50, Some(49)), "quota-short");
}

/// Each group of families has a limit of its own, and Spot another; both are 0 in a region that never ran any.
#[test]
fn nodes_count_against_the_limit_of_their_family() {
    let plan = |kind: &'static str, capacity: &'static str, code: &'static str, value: u64| {
        let mut world = World::read(&example());
        let mut state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
        for resource in state["resources"].as_array_mut().unwrap() {
            if resource["type"] == "aws_eks_node_group" {
                let attributes = &mut resource["instances"][0]["attributes"];
                attributes["instance_types"] = serde_json::json!([kind]);
                attributes["capacity_type"] = serde_json::json!(capacity);
            }
        }
        world.state = state.to_string();
        let inventory = world.inventory.as_mut().unwrap();
        let mut offered = inventory.instance_types.as_ref().unwrap()[0].clone();
        (offered.name, offered.vcpus) = (kind.to_owned(), Some(4));
        inventory.instance_types.as_mut().unwrap().push(offered);
        let mut limit = quota(inventory, "L-1216C47A").clone();
        (limit.code, limit.value, limit.used) = (code.to_owned(), value, Some(0));
        inventory.quotas.as_mut().unwrap().push(limit);
        world.plan()
    };
    for (kind, capacity, code) in [
        ("g5.xlarge", "ON_DEMAND", "L-DB2E81BA"),
        ("g5.xlarge", "SPOT", "L-3819A6DF"),
        ("m5.xlarge", "SPOT", "L-34B43A08"),
    ] {
        with(&plan(kind, capacity, code, 7), "quota-short", &format!("ec2 {code}"), "");
        without(&plan(kind, capacity, code, 8), "quota-short");
        assert_eq!(needs(&plan(kind, capacity, code, 8), code), 8);
    }
}
