//! Variables of the recovery are those of the code, and the region is the recovery's.

use crate::worlds::{Copy, World};

fn codes(change: impl Fn(String) -> String) -> Vec<(String, String)> {
    let copy = Copy::new();
    copy.edit("drplan.hcl", change);
    let plan = World::read(copy.path()).plan();
    let found =
        plan.findings.into_iter().filter(|f| ["region-variable", "subject-unknown"].contains(&&*f.code));
    found.map(|finding| (finding.code, finding.subject)).collect()
}

/// The plan was the same, and would have built in the region that the variable names.
#[test]
fn the_region_of_the_provider_is_the_recovery_region() {
    assert_eq!(codes(|text| text), []);
    let wrong = codes(|text| {
        let (before, after) = text.split_once("variable \"aws_region\"").unwrap();
        format!("{before}variable \"aws_region\"{}", after.replacen("us-west-2", "eu-west-1", 1))
    });
    assert_eq!(wrong, [("region-variable".to_owned(), "aws_region".to_owned())]);
}

#[test]
fn a_variable_that_the_code_does_not_have_is_found() {
    let found = codes(|text| text.replace("variable \"db_password\"", "variable \"db_pasword\""));
    assert_eq!(found, [("subject-unknown".to_owned(), "db_pasword".to_owned())]);
}
