//! Who gets into the cluster that the recovery makes.

use drplan::plan::Plan;
use serde_json::{Value, json};

use crate::defects::{changed, subjects, without};

const CODE: &str = "cluster-unreachable";

/// The example, whose cluster lets in these ranges.
fn open_to(ranges: &[&str]) -> Plan {
    changed(|copy| {
        copy.edit("state.tfstate", |text| {
            let mut state: Value = serde_json::from_str(&text).unwrap();
            let resources = state["resources"].as_array_mut().unwrap();
            let cluster = resources.iter_mut().find(|one| one["type"] == "aws_eks_cluster").unwrap();
            let network = &mut cluster["instances"][0]["attributes"]["vpc_config"][0];
            network["endpoint_public_access"] = json!(true);
            network["public_access_cidrs"] = json!(ranges);
            state.to_string()
        });
    })
}

#[test]
fn an_endpoint_for_the_lost_network_alone_is_reached_by_nobody() {
    let state: Value = serde_json::from_str(
        &std::fs::read_to_string(crate::worlds::example().join("state.tfstate")).unwrap(),
    )
    .unwrap();
    let gateways =
        state["resources"].as_array().unwrap().iter().filter(|one| one["type"] == "aws_nat_gateway");
    let of_lost: Vec<String> = gateways
        .flat_map(|gateway| gateway["instances"].as_array().unwrap())
        .map(|one| format!("{}/32", one["attributes"]["public_ip"].as_str().unwrap()))
        .collect();
    let of_lost: Vec<&str> = of_lost.iter().map(String::as_str).collect();
    assert!(!of_lost.is_empty());
    let found = subjects(&open_to(&of_lost), CODE);
    assert!(matches!(&found[..], [one] if one.contains("aws_eks_cluster")), "{found:?}");
    without(&open_to(&[of_lost[0], "198.51.100.0/24"]), CODE);
    without(&open_to(&["0.0.0.0/0"]), CODE);
}
