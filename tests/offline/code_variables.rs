//! Variables of the recovery are those of the code, and the region is the recovery's.

use crate::defects::{changed, replace, with, without};
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

/// In the primary the pipeline gives it.
#[test]
fn a_variable_that_nothing_gives_stops_the_engine() {
    const CODE: &str = "variable-not-given";
    let required = |more: &'static str| {
        changed(|copy| {
            copy.write(
                "terraform/analytics.tf",
                "variable \"analytics_password\" {\n  sensitive = true\n}\n",
            );
            copy.edit("drplan.hcl", |text| {
                replace(&text, "  variable \"db_password\"", &format!("{more}  variable \"db_password\""))
            });
        })
    };
    with(&required(""), CODE, "analytics_password", "terraform/analytics.tf:1");
    without(
        &required("  variable \"analytics_password\" {\n    env = \"TF_VAR_analytics_password\"\n  }\n\n"),
        CODE,
    );
    let by_file = changed(|copy| {
        copy.write("terraform/analytics.tf", "variable \"analytics_password\" {}\n");
        copy.write("terraform/terraform.tfvars", "analytics_password = \"x\"\n");
    });
    without(&by_file, CODE);
    // The recovery gives the provider's region by itself.
    let region = changed(|copy| {
        copy.edit("terraform/variables.tf", |text| replace(&text, "  default     = \"us-east-2\"\n", ""));
    });
    without(&region, CODE);
}
