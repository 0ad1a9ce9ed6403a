//! The engine's word about databases: what it leaves out until they are back, and how many there are.

use serde_json::{Value, json};

use crate::engine::{Stack, agrees, codes, found, has, resource, subjects};

/// A second database of the stack, with what the code says of how many there are.
fn with_reports(count: &str, index: Option<u64>) -> Stack {
    let stack = Stack::new();
    let one = if index.is_some() { "reports[*]" } else { "reports" };
    stack.edit("terraform/alarms.tf", |text| {
        format!(
            "{text}\nresource \"aws_db_instance\" \"reports\" {{\n  {count}\n  identifier = \"reports\"\n  engine = \"postgres\"\n  \
             instance_class = \"db.r6g.large\"\n  allocated_storage = 20\n  username = \"reports\"\n  \
             password = var.db_password\n  skip_final_snapshot = true\n}}\n\nresource \"aws_ssm_parameter\" \
             \"reports\" {{\n  name = \"/reports/host\"\n  type = \"String\"\n  value = join(\",\", flatten([aws_db_instance.{one}.address]))\n}}\n"
        )
    });
    stack.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        let mut database = found(&state, "module.rds.aws_db_instance.primary").1.clone();
        let text = database.to_string().replace("ecommerce-prod-primary", "reports");
        database = serde_json::from_str(&text).unwrap();
        database["storage_encrypted"] = json!(false);
        database["kms_key_id"] = json!("");
        let provider = "provider[\"registry.terraform.io/hashicorp/aws\"]";
        let managed = |type_name: &str, attributes: Value, dependencies: Value| {
            json!({ "mode": "managed", "type": type_name, "name": "reports", "provider": provider,
                "instances": [{ "schema_version": 0, "attributes": attributes, "dependencies": dependencies }] })
        };
        let parameter = json!({ "id": "/reports/host", "name": "/reports/host", "type": "String", "region": "us-east-2",
            "arn": "arn:aws:ssm:us-east-2:123456789012:parameter/reports/host", "value": database["address"] });
        let mut database = managed("aws_db_instance", database, json!([]));
        if let Some(index) = index {
            database["instances"][0]["index_key"] = json!(index);
        }
        let resources = state["resources"].as_array_mut().unwrap();
        resources.push(database);
        resources.push(managed("aws_ssm_parameter", parameter, json!(["aws_db_instance.reports"])));
        state.to_string()
    });
    stack
}

/// Gives the second database a copy of its snapshot in the recovery region.
fn with_snapshot(stack: &Stack) {
    stack.edit("inventory-good.json", |text| {
        let mut inventory: Value = serde_json::from_str(&text).unwrap();
        let snapshot = json!({ "id": "reports-copy", "source": "reports", "of_cluster": false, "status": "available",
            "arn": "arn:aws:rds:us-west-2:123456789012:snapshot:reports-copy",
            "copied_from": "arn:aws:rds:us-east-2:123456789012:snapshot:reports-nightly",
            "data_at": "2026-11-22T11:00:00Z", "kms_key": null, "engine": "postgres", "engine_version": "16.4",
            "storage_gib": 20 });
        let all = &mut inventory["db_snapshots"];
        all.as_array_mut().expect("snapshots of the inventory").push(snapshot);
        inventory.to_string()
    });
}

#[test]
fn a_second_database_is_left_out_like_the_first() {
    let plan = with_reports("", None).plan();
    assert!(has(&plan, "recovery-point-missing"));
    agrees(&plan);
}

/// A database that the code has none of in the recovery would be restored in vain. The plan of the engine leaves it out:
/// it is asked by itself.
#[test]
fn how_many_databases_come_back_is_what_the_engine_says() {
    let counted = |count: &str| {
        let stack = with_reports(count, Some(0));
        with_snapshot(&stack);
        stack
    };
    let address = "aws_db_instance.reports[0]";
    let none = counted("count = var.aws_region == \"us-west-2\" ? 0 : 1");
    assert_eq!(subjects(&none.drplan(&["--engine", "off"], None), "store-count-computed"), [address]);
    let plan = none.plan();
    assert_eq!(subjects(&plan, "engine-omits"), [address], "{:?}", codes(&plan));
    assert_eq!(resource(&plan, address)["disposition"], "block");
    assert!(!has(&plan, "store-count-computed"));

    // Nothing of the code tells, and it is counted: the engine is asked all the same.
    let hidden = counted("count = contains([], \"x\") ? 1 : 0");
    assert!(!has(&hidden.drplan(&["--engine", "off"], None), "store-count-computed"));
    assert_eq!(subjects(&hidden.plan(), "engine-omits"), [address]);

    let plan = counted("count = var.aws_region == \"nowhere\" ? 0 : 1").plan();
    agrees(&plan);
    assert_eq!(resource(&plan, address)["disposition"], "restore");
    assert!(!has(&plan, "store-count-computed") && !has(&plan, "engine-omits"), "{:?}", codes(&plan));

    let two = counted("count = var.aws_region == \"us-west-2\" ? 2 : 1").plan();
    assert_eq!(subjects(&two, "store-no-recovery"), ["aws_db_instance.reports[1]"], "{:?}", codes(&two));
}

/// What lives inside a restored database is made once that is there.
#[test]
fn what_a_provider_makes_in_a_database_waits_for_it() {
    let stack = Stack::new();
    stack.edit("terraform/versions.tf", |text| {
        text.replacen(
            "required_providers {\n",
            "required_providers {\n    postgresql = {\n      source = \"cyrilgdd/postgresql\"\n    }\n",
            1,
        )
    });
    stack.edit("terraform/alarms.tf", |text| {
        format!(
            "{text}\nprovider \"postgresql\" {{\n  host     = module.rds.primary_address\n  username = \"app\"\n  password = \
             var.db_password\n}}\n\nresource \"postgresql_database\" \"reports\" {{\n  name = \"reports\"\n}}\n"
        )
    });
    stack.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        let resource = json!({ "mode": "managed", "type": "postgresql_database", "name": "reports",
            "provider": "provider[\"registry.terraform.io/cyrilgdd/postgresql\"]",
            "instances": [{ "schema_version": 0, "attributes": { "id": "reports", "name": "reports" },
                "dependencies": ["module.rds.aws_db_instance.primary"] }] });
        state["resources"].as_array_mut().unwrap().push(resource);
        state.to_string()
    });
    let plan = stack.plan();
    agrees(&plan);
}
