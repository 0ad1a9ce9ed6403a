//! What the code itself would do after the recovery, and text in it that nothing uses.

use drplan::plan::Plan;

use crate::defects::{changed, replace, subjects, without};

const CODE: &str = "override-not-in-code";
const CARTS: &str = "module.elasticache.aws_elasticache_replication_group.carts";

/// The example with a cache that comes back from a snapshot, and something more in its block.
fn with_cache(more: &str) -> Plan {
    changed(|copy| {
        copy.edit("drplan.hcl", |text| {
            let (before, after) = text.split_once("accept_loss \"module.elasticache").unwrap();
            let after = after.split_once("}\n").unwrap().1;
            format!("{before}{after}")
        });
        copy.edit("inventory-good.json", |text| {
            let mut inventory: serde_json::Value = serde_json::from_str(&text).unwrap();
            inventory["cache_snapshots"] = serde_json::json!([{
                "name": "carts-nightly", "source": "ecommerce-prod-carts", "status": "available",
                "data_at": "2026-11-22T06:00:00Z",
            }]);
            inventory.to_string()
        });
        copy.edit("terraform/modules/elasticache/main.tf", |text| {
            let header = "resource \"aws_elasticache_replication_group\" \"carts\" {\n";
            replace(&text, header, &format!("{header}{more}"))
        });
    })
}

#[test]
fn a_cache_from_a_snapshot_is_safe_from_the_code_only_where_that_says_so() {
    assert_eq!(subjects(&with_cache(""), CODE), [CARTS]);
    without(&with_cache("  lifecycle { ignore_changes = [snapshot_name] }\n"), CODE);
    without(&with_cache("  snapshot_name = var.snapshot\n"), CODE);
    without(&changed(|_| {}), CODE);
}

/// Somebody forgot to remove it; nothing is made of it.
#[test]
fn the_default_of_a_variable_that_nothing_uses_is_no_literal() {
    let literals = |more: &'static str| {
        let plan = changed(move |copy| {
            copy.write(
                "terraform/old.tf",
                &format!("variable \"old\" {{\n  default = \"vpc-0abc1234def567890\"\n}}\n\nvariable \"zone\" {{\n  default = \"us-east-2a\"\n}}\n{more}"),
            );
        });
        let of_file = plan.findings.iter().filter(|finding| {
            finding.at.as_ref().is_some_and(|at| at.file == "terraform/old.tf")
                && finding.code != "variable-not-given"
        });
        of_file.count()
    };
    assert_eq!(literals(""), 0);
    assert!(literals("output \"zone\" {\n  value = var.zone\n}\n") > 0);
}
