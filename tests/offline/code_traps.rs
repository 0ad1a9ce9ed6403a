//! What code of other stacks, of workspaces and of tools says in the recovery, by small code as teams write it.

use drplan::plan::Plan;
use drplan::sources::hcl;
use serde_json::json;

use crate::defects::{subjects, without};
use crate::worlds::{World, managed, state_of};

/// The plan of a network with this code, and what else lies in its folder.
fn plan_of(files: &[(&str, &str)]) -> Plan {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let vpc = json!({ "id": "vpc-1", "arn": "arn:aws:ec2:us-east-2:123456789012:vpc/vpc-1", "region": "us-east-2" });
    let mut world = World::of_state(state_of(&[managed("aws_vpc.main", vpc, &[])]));
    world.configuration = Some(hcl::read_configuration(folder.path(), folder.path()).unwrap());
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    plan
}

fn code(more: &str) -> Plan {
    let text = format!(
        "variable \"region\" {{\n  default = \"us-east-2\"\n}}\nprovider \"aws\" {{\n  region = var.region\n}}\nresource \"aws_vpc\" \
         \"main\" {{}}\n{more}"
    );
    plan_of(&[("main.tf", &text)])
}

#[track_caller]
fn message(plan: &Plan, code: &str) -> String {
    plan.findings.iter().find(|one| one.code == code).unwrap_or_else(|| panic!("no {code}")).message.clone()
}

#[test]
fn a_state_of_another_stack_is_lost_by_whatever_names_its_region() {
    const CODE: &str = "remote-state-in-primary";
    let state = |region: &str, bucket: &str| {
        code(&format!(
            "variable \"bucket\" {{\n  default = \"b\"\n}}\nlocals {{\n  where = var.region\n}}\ndata \"terraform_remote_state\" \
             \"net\" {{\n  backend = \"s3\"\n  config = {{\n    bucket = {bucket}\n    key = \"k\"\n    region = {region}\n  }}\n}}\n"
        ))
    };
    assert!(message(&state("\"us-east-2\"", "\"b\""), CODE).contains("it is gone"));
    for region in ["var.region", "local.where"] {
        let plan = state(region, "\"b\"");
        let said = message(&plan, CODE);
        assert!(
            said.contains("bucket b of us-east-2, and variable \"region\" has the recovery look"),
            "{said}"
        );
        without(&plan, "other-stack-read");
    }
    // It is somewhere else, under the same name.
    let plan = state("\"eu-west-1\"", "\"b\"");
    without(&plan, CODE);
    assert_eq!(subjects(&plan, "other-stack-read"), ["data.terraform_remote_state.net"]);
    // The recovery has one of its own.
    let plan = state("\"eu-west-1\"", "\"b-${var.region}\"");
    without(&plan, CODE);
    without(&plan, "other-stack-read");
}

#[test]
fn outputs_of_a_workspace_that_nothing_changes_are_the_primarys() {
    let outputs = |workspace: &str| {
        code(&format!(
            "data \"tfe_outputs\" \"vpc\" {{\n  organization = \"o\"\n  workspace = {workspace}\n}}\n"
        ))
    };
    assert_eq!(subjects(&outputs("\"vpc-production\""), "other-stack-read"), ["data.tfe_outputs.vpc"]);
    without(&outputs("\"vpc-${var.region}\""), "other-stack-read");
    without(&outputs("\"vpc-${terraform.workspace}\""), "other-stack-read");
}

#[test]
fn values_by_the_workspace_are_told_once() {
    const CODE: &str = "workspace-in-code";
    let plan = code(
        "resource \"aws_sqs_queue\" \"q\" {\n  delay_seconds = lookup({ prod = 1, default = 2 }, terraform.workspace, 2)\n  \
         tags = { env = terraform.workspace }\n}\n",
    );
    assert_eq!(subjects(&plan, CODE), ["terraform.workspace"]);
    assert!(message(&plan, CODE).contains("2 values"), "{}", message(&plan, CODE));
    // How many there are is told by itself.
    without(
        &code("resource \"aws_sqs_queue\" \"q\" {\n  count = terraform.workspace == \"prod\" ? 1 : 0\n}\n"),
        CODE,
    );
}

#[test]
fn what_nothing_declares_is_told_where_all_was_read() {
    const CODE: &str = "reference-undeclared";
    let queue = "resource \"aws_sqs_queue\" \"q\" {\n  name = \"q-${var.env}-${local.suffix.short}-${var.region}\"\n}\n";
    let plan = code(queue);
    assert_eq!(subjects(&plan, CODE), ["local.suffix"]);
    assert!(
        message(&plan, CODE).contains("does not declare, and so it is with var.env:"),
        "{}",
        message(&plan, CODE)
    );
    without(
        &code(&format!("{queue}variable \"env\" {{}}\nlocals {{\n  suffix = {{ short = \"a\" }}\n}}\n")),
        CODE,
    );
    without(
        &code(
            "resource \"aws_sqs_queue\" \"q\" {\n  for_each = { for local, var in {} : local => var.x }\n}\n",
        ),
        CODE,
    );
    // Terragrunt writes files of its own.
    let plan = plan_of(&[("main.tf", queue), ("terragrunt.hcl", "inputs = {}\n")]);
    without(&plan, CODE);
    assert_eq!(subjects(&plan, "configuration-gap"), ["terragrunt.hcl"]);
}

#[test]
fn an_entry_of_a_map_by_region_is_no_literal_of_the_code() {
    let maps = code(
        "locals {\n  smtp = {\n    \"us-east-2\" = \"email-smtp.us-east-2.amazonaws.com\"\n    \"us-west-2\" = \
         \"email-smtp.us-west-2.amazonaws.com\"\n  }\n  lacks = { us-east-2 = { host = \"a.us-east-2.amazonaws.com\" } }\n  \
         host = \"b.us-east-2.amazonaws.com\"\n}\n",
    );
    let places: Vec<u32> = maps
        .findings
        .iter()
        .filter(|one| one.code == "literal-in-code")
        .filter_map(|one| one.at.as_ref().map(|at| at.line))
        .collect();
    // The default of the variable is given by the recovery; only the last local value is the same for both.
    assert_eq!(places, [14], "{:?}", maps.findings);
    assert_eq!(subjects(&maps, "region-map-lacks"), ["local.lacks"]);
}

#[test]
fn ids_in_local_values_and_arguments_of_modules_are_the_lost_regions() {
    let plan = plan_of(&[
        (
            "main.tf",
            "provider \"aws\" {\n  region = \"us-east-2\"\n}\nresource \"aws_vpc\" \"main\" {}\nlocals {\n  ami = \
             \"ami-0123456789abcdef0\"\n  net = { subnet = \"subnet-0123456789abcdef0\" }\n}\nmodule \"m\" {\n  source = \"./m\"\n  \
             group = \"sg-0123456789abcdef0\"\n}\n",
        ),
        ("m/main.tf", "variable \"group\" {}\n"),
    ]);
    let wanted = ["ami-0123456789abcdef0", "sg-0123456789abcdef0", "subnet-0123456789abcdef0"];
    assert_eq!(subjects(&plan, "id-unplaced"), wanted);
}

#[test]
fn a_region_through_a_local_value_is_the_variables() {
    let text = "variable \"region\" {\n  default = \"us-east-2\"\n}\nlocals {\n  region = var.region\n}\nprovider \"aws\" {\n  \
                region = local.region\n}\nresource \"aws_vpc\" \"main\" {}\n";
    without(&plan_of(&[("main.tf", text)]), "literal-in-code");
    let pinned = text.replace("region = var.region", "region = \"us-east-2\"");
    let plan = plan_of(&[("main.tf", &pinned)]);
    assert_eq!(subjects(&plan, "provider-pinned"), ["aws"]);
    let fix = &plan.findings.iter().find(|one| one.code == "provider-pinned").unwrap().fix;
    assert!(fix.contains("`region = var.region`"), "{fix}");
}

#[test]
fn a_backend_that_says_nothing_is_told() {
    const CODE: &str = "backend-unknown";
    assert_eq!(subjects(&code("terraform {\n  backend \"s3\" {}\n}\n"), CODE), ["backend.s3"]);
    assert_eq!(
        subjects(&code("terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n  }\n}\n"), CODE),
        ["backend.s3"]
    );
    let whole = |more: &str| {
        code(&format!(
            "terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    region = \"us-west-2\"\n    {more}\n  }}\n}}\n"
        ))
    };
    without(&whole(""), CODE);
    let key = whole("kms_key_id = \"arn:aws:kms:us-east-2:123456789012:key/1\"");
    assert_eq!(subjects(&key, "backend-in-primary"), ["backend.s3.kms_key_id"]);
    without(&whole("kms_key_id = \"arn:aws:kms:us-west-2:123456789012:key/1\""), "backend-in-primary");
    without(&code(""), CODE);
}

/// What somebody has to unlock is a gap, and the plan goes on.
#[test]
fn values_under_git_crypt_are_a_gap() {
    let plan = plan_of(&[
        ("main.tf", "resource \"aws_vpc\" \"main\" {}\n"),
        ("terraform.tfvars", "\0GITCRYPT\0abc"),
    ]);
    assert_eq!(subjects(&plan, "configuration-gap"), ["terraform.tfvars"]);
    assert!(message(&plan, "configuration-gap").contains("git-crypt unlock"));
}
