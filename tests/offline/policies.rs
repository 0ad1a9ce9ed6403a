//! Policies that both regions use and that allow something in the lost one only.

use drplan::plan::Plan;

use crate::defects::{changed, found, replace, without};

const CODE: &str = "policy-bound-to-region";

/// The example with a text of its policies that is another.
fn with_policy(text: &str, other: &str) -> Plan {
    changed(|copy| copy.edit("state.tfstate", |state| replace(&state, text, other)))
}

#[test]
fn a_policy_that_names_the_lost_region_is_told_once_with_its_place() {
    without(&changed(|_| {}), CODE);
    let plan = with_policy("arn:aws:logs:*:123456789012", "arn:aws:logs:us-east-2:123456789012");
    let policy = "module.iam.aws_iam_policy.platform[\"fluent-bit\"]";
    let [(subject, at)] = &found(&plan, CODE)[..] else { panic!("{:?}", found(&plan, CODE)) };
    assert_eq!(subject, policy);
    assert!(at.starts_with("terraform/modules/iam/"), "{at}");
    // Five roles have the same block: one finding.
    let plan =
        with_policy("arn:aws:secretsmanager:*:123456789012", "arn:aws:secretsmanager:us-east-2:123456789012");
    let finding = plan.findings.iter().filter(|finding| finding.code == CODE).collect::<Vec<_>>();
    assert_eq!(finding.len(), 1);
    assert!(finding[0].message.contains("secretsmanager:"), "{}", finding[0].message);
    assert!(finding[0].message.contains("4 others"), "{}", finding[0].message);
}
