//! What the code computes from what is another in the recovery, and what it has moved.

use drplan::plan::Plan;

use crate::defects::{changed, found, replace, subjects, with, without};
use crate::worlds::Copy;

fn given(copy: &Copy, variable: &str, value: &str) {
    copy.edit("drplan.hcl", |text| {
        replace(
            &text,
            "  variable \"aws_region\"",
            &format!(
                "  variable \"{variable}\" {{\n    value = \"{value}\"\n  }}\n\n  variable \"aws_region\""
            ),
        )
    });
}

fn with_variable(variable: &str, value: &str) -> Plan {
    changed(|copy| given(copy, variable, value))
}

#[test]
fn what_is_taken_over_is_called_as_it_is_there() {
    const CODE: &str = "name-differs";
    without(&changed(|_| {}), CODE);
    let plan = with_variable("name", "ecommerce-dr");
    assert_eq!(subjects(&plan, CODE), ["variable \"name\""]);
    // The groups that are made anew have names that nobody knows yet, and a restore waits for them.
    let group = plan.values.iter().find(|value| value.value == "ecommerce-prod-db").unwrap();
    assert!(group.uses.iter().any(|used| used.known_after.is_some()), "{group:?}");
    without(&with_variable("name", "ecommerce-prod"), CODE);
}

#[test]
fn a_value_that_only_the_pipeline_of_the_primary_knows_is_told_by_what_came_of_it() {
    let required = |value: &'static str| {
        changed(|copy| {
            copy.edit("terraform/variables.tf", |text| {
                replace(&text, "  default     = \"ecommerce-prod\"\n", "")
            });
            given(copy, "name", value);
        })
    };
    without(&required("ecommerce-prod"), "name-differs");
    assert_eq!(subjects(&required("shop"), "name-differs"), ["variable \"name\""]);
}

#[test]
fn a_name_by_the_workspace_is_another_in_the_recoverys_own() {
    let named = |workspace: &'static str| {
        changed(|copy| {
            copy.edit("terraform/main.tf", |text| {
                text.replace("= var.name\n", "= \"ecommerce-${terraform.workspace}\"\n")
            });
            copy.edit("terraform/main.tf", |text| {
                text.replace("= local.name\n", "= \"ecommerce-${terraform.workspace}\"\n")
            });
            copy.edit("drplan.hcl", |text| {
                replace(&text, "workspace = \"dr\"", &format!("workspace = \"{workspace}\""))
            });
        })
    };
    assert_eq!(subjects(&named("dr"), "name-differs"), ["terraform.workspace"]);
    // The state is of workspace default.
    without(&named("default"), "name-differs");
}

#[test]
fn a_count_that_hangs_on_the_region_is_told() {
    const CODE: &str = "count-computed";
    let plan = |condition: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/eks/nodes.tf", |text| {
                let header = "resource \"aws_vpc_security_group_ingress_rule\" \"ingress\" {\n";
                replace(
                    &text,
                    &format!("{header}  for_each = {{ http = 80, https = 443 }}\n"),
                    &format!("{header}  for_each = {condition}\n"),
                )
            });
        })
    };
    without(&changed(|_| {}), CODE);
    let by_region = plan("data.aws_region.current.name == \"us-east-2\" ? { http = 80, https = 443 } : {}");
    with(&by_region, CODE, "data.aws_region", "terraform/modules/eks/nodes.tf:63");
    without(&plan("{ for name in [\"http\", \"https\"] : name => 80 }"), CODE);
}

/// A database that comes back and that the code may have none of is more than a step that waits.
#[test]
fn a_database_that_the_code_may_not_have_is_an_error() {
    const CODE: &str = "store-count-computed";
    let header = "resource \"aws_db_instance\" \"primary\" {\n";
    let counted = |condition: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/rds/main.tf", |text| {
                replace(&text, header, &format!("{header}  count = {condition}\n"))
            });
        })
    };
    let plan = counted("data.aws_region.current.name == \"us-east-2\" ? 1 : 0");
    let primary = "module.rds.aws_db_instance.primary";
    with(&plan, CODE, primary, "terraform/modules/rds/main.tf:72");
    without(&plan, "count-computed");
    without(&counted("1"), CODE);
}

/// What a data source says is read again in the recovery, wherever it is passed through.
#[test]
fn a_database_that_a_data_source_decides_about_is_an_error() {
    const CODE: &str = "store-count-computed";
    let header = "resource \"aws_db_instance\" \"primary\" {\n";
    let plan = changed(|copy| {
        copy.edit("terraform/modules/rds/main.tf", |text| {
            let given = "data \"aws_ssm_parameter\" \"on\" {\n  name = \"on\"\n}\nlocals {\n  on = data.aws_ssm_parameter.on.value\n}\n";
            format!("{given}{}", replace(&text, header, &format!("{header}  count = local.on == \"yes\" ? 1 : 0\n")))
        });
    });
    with(&plan, CODE, "module.rds.aws_db_instance.primary", "terraform/modules/rds/main.tf:78");
    let message = &plan.findings.iter().find(|one| one.code == CODE).unwrap().message;
    assert!(message.contains("data.aws_ssm_parameter.on"), "{message}");
}

/// What is off unless a pipeline says otherwise is on in the primary by a value that is not here.
#[test]
fn a_database_by_a_switch_that_nobody_gives_is_told() {
    let switched = |default: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/rds/main.tf", |text| {
                let header = "resource \"aws_db_instance\" \"primary\" {\n";
                let text = replace(&text, header, &format!("{header}  count = var.on ? 1 : 0\n"));
                format!("{text}variable \"on\" {{}}\n")
            });
            copy.edit("terraform/main.tf", |text| {
                replace(&text, "source = \"./modules/rds\"\n", "source = \"./modules/rds\"\n  on = var.on\n")
            });
            copy.edit("terraform/variables.tf", |text| {
                format!("{text}variable \"on\" {{\n  default = {default}\n}}\n")
            });
        })
    };
    assert_eq!(subjects(&switched("false"), "count-computed"), ["variable \"on\""]);
    without(&switched("true"), "count-computed");
}

/// A number and keys that are written out can be read: the state has more than the code makes.
#[test]
fn what_the_code_has_no_instance_for_is_told() {
    const CODE: &str = "index-differs";
    let each = |condition: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/eks/nodes.tf", |text| {
                replace(&text, "for_each = { http = 80, https = 443 }", condition)
            });
        })
    };
    let address = "module.eks.aws_vpc_security_group_ingress_rule.ingress[\"https\"]";
    assert_eq!(subjects(&each("for_each = { http = 80 }"), CODE), [address]);
    assert_eq!(subjects(&each("for_each = toset([\"http\"])"), CODE), [address]);
    without(&each("for_each = toset([\"http\", \"https\", \"more\"])"), CODE);
    without(&each("for_each = { for name in [\"http\"] : name => 80 }"), CODE);
}

#[test]
fn an_instance_has_the_address_that_the_code_gives_it() {
    const CODE: &str = "index-differs";
    let (header, primary) =
        ("resource \"aws_db_instance\" \"primary\" {\n", "module.rds.aws_db_instance.primary");
    let counted = |with: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/rds/main.tf", |text| {
                replace(&text, header, &format!("{header}{with}"))
            })
        })
    };
    without(&counted(""), CODE);
    for line in ["  count = 1\n", "  for_each = toset([\"one\"])\n"] {
        with(&counted(line), CODE, primary, "terraform/modules/rds/main.tf:71");
    }
    let without_keys = changed(|copy| {
        copy.edit("terraform/modules/eks/nodes.tf", |text| {
            replace(&text, "  for_each = { http = 80, https = 443 }\n", "  count = 2\n")
        });
    });
    assert_eq!(found(&without_keys, CODE).len(), 1);
}

#[test]
fn what_the_code_has_moved_is_told_with_where_to() {
    const CODE: &str = "store-not-in-code";
    let moved = |block: &'static str| {
        changed(|copy| {
            copy.edit("terraform/modules/rds/main.tf", |text| {
                let text = replace(
                    &text,
                    "resource \"aws_db_instance\" \"primary\"",
                    "resource \"aws_db_instance\" \"main\"",
                );
                format!("{}\n{block}", text.replace("aws_db_instance.primary.", "aws_db_instance.main."))
            });
            copy.edit("terraform/modules/rds/outputs.tf", |text| {
                text.replace("aws_db_instance.primary.", "aws_db_instance.main.")
            });
        })
    };
    let told = |block| moved(block).findings.into_iter().find(|one| one.code == CODE).unwrap();
    let block = "moved {\n  from = aws_db_instance.primary\n  to   = aws_db_instance.middle\n}\n\
                 moved {\n  to   = aws_db_instance.main\n  from = aws_db_instance.middle\n}\n";
    let finding = told(block);
    assert!(finding.message.contains("moved it to module.rds.aws_db_instance.main"), "{}", finding.message);
    assert!(
        finding.fix.contains("state mv -state=COPY module.rds.aws_db_instance.primary "),
        "{}",
        finding.fix
    );
    assert!(told("").message.contains("not in the code"));
    // In a circle, and half a block.
    told(
        "moved {\n  from = aws_db_instance.primary\n  to = aws_db_instance.b\n}\nmoved {\n  from = aws_db_instance.b\n  to = aws_db_instance.primary\n}\n",
    );
    told("moved {\n  from = aws_db_instance.primary\n}\n");
}

#[test]
fn a_range_of_the_primary_lets_nobody_in() {
    const CODE: &str = "range-differs";
    let plan = |range: &'static str, rewrite: &'static str| {
        changed(|copy| {
            given(copy, "vpc_cidr", range);
            copy.edit("drplan.hcl", |text| format!("{text}\n{rewrite}\n"));
        })
    };
    let told = plan("10.30.0.0/16", "");
    let [(subject, at)] = &found(&told, CODE)[..] else { panic!("{:?}", found(&told, CODE)) };
    assert_eq!(subject, "module.vpc.aws_vpc.this");
    assert!(at.starts_with("kubernetes/network-policies.yaml:"), "{at}");
    let fix = &told.findings.iter().find(|one| one.code == CODE).unwrap().fix;
    assert!(fix.contains("rewrite \"10.20.0.0/16\" { to = \"10.30.0.0/16\" }"), "{fix}");
    without(&plan("10.30.0.0/16", "rewrite \"10.20.0.0/16\" {\n  to = \"10.30.0.0/16\"\n}"), CODE);
    without(&plan("10.20.0.0/16", ""), CODE);
}
