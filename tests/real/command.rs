//! The command line against the emulator: in a folder of its own, with nothing of whoever runs the test.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use drplan::sources::recorded::parse_inventory;
use serde_json::{Value, json};

use crate::emulator::{self, Emulator};

/// Runs `drplan` in a folder that is its home too.
pub(crate) fn drplan(emulator: &Emulator, home: &Path, arguments: &[&str]) -> Output {
    home_command(emulator, home).args(arguments).output().unwrap()
}

/// The same, to be added to.
pub(crate) fn home_command(emulator: &Emulator, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
    command
        .current_dir(home)
        .env_clear()
        .envs([
            ("HOME", home.to_str().unwrap()),
            ("PATH", "/usr/bin:/bin"),
            ("AWS_ENDPOINT_URL", &emulator.url()),
            ("AWS_ACCESS_KEY_ID", "ANOTREAL"),
            ("AWS_SECRET_ACCESS_KEY", "notrealrnrELgWzOk3IfjzDKtFBhDby"),
            ("AWS_MAX_ATTEMPTS", "2"),
            ("RUST_LOG", "trace"),
        ])
        .stdin(Stdio::null());
    command
}

fn write(home: &Path, name: &str, text: &str) {
    let path = home.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata: { name: cart }\nspec: { containers: [{ name: cart, image: \"123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/cart:v1\" }] }\n";

#[test]
fn an_inventory_asks_for_what_the_stack_names() {
    let emulator = emulator::with(&["recovery", "states"]);
    let home = tempfile::tempdir().unwrap();
    let settings = r#"
        stack    = "shop"
        primary  = "us-east-2"
        recovery = ["us-west-2"]
        state {
          bucket = "state"
          key    = "shop/terraform.tfstate"
          region = "us-east-2"
          replica {
            bucket = "state-copy"
            region = "us-west-2"
          }
        }
    "#;
    write(home.path(), "drplan.hcl", settings);
    write(home.path(), "kubernetes/cart.yaml", MANIFEST);
    for faults in [json!([]), json!([{ "kind": "error", "region": "us-east-2" }])] {
        emulator.faults(&faults);
        let output = drplan(&emulator, home.path(), &["inventory", "us-west-2"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let found = parse_inventory(&String::from_utf8_lossy(&output.stdout), "stdout").unwrap();
        let workspace = found.workspace.as_ref().unwrap_or_else(|| panic!("{:#?}", found.gaps));
        let addresses: Vec<_> = workspace.addresses.iter().map(String::as_str).collect();
        assert_eq!(
            (workspace.name.as_str(), workspace.serial, addresses),
            ("dr", Some(7), vec!["aws_instance.dr"])
        );
        assert_eq!(found.asked.as_ref().unwrap().repositories, Some(vec!["shop/cart".to_owned()]));
        let images = found.images.as_ref().unwrap();
        assert!(images.len() == 7 && images.iter().all(|image| image.repository == "shop/cart"));
    }
}

#[test]
fn a_live_plan_sees_the_recovery_workspace_and_its_engines() {
    let emulator = emulator::with(&["recovery", "states"]);
    let home = tempfile::tempdir().unwrap();
    let resource = |kind: &str, name: &str, attributes: Value| {
        json!({
            "mode": "managed", "type": kind, "name": name,
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{ "schema_version": 1, "attributes": attributes }],
        })
    };
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-2:123456789012:{rest}");
    let database = json!({
        "id": "orders", "identifier": "orders", "arn": arn("rds", "db:orders"), "engine": "postgres",
        "engine_version": "16.3", "instance_class": "db.r6g.large",
    });
    let resources = json!([
        resource("aws_db_instance", "orders", database),
        resource("aws_instance", "dr", json!({ "id": "i-0", "arn": arn("ec2", "instance/i-0") })),
    ]);
    let state = json!({ "version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l", "outputs": {}, "resources": resources });
    write(home.path(), "terraform.tfstate", &state.to_string());
    write(
        home.path(),
        "terraform/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"state-copy\"\n    key    = \"shop/terraform.tfstate\"\n    region = \"us-west-2\"\n  }\n}\n",
    );
    write(home.path(), "kubernetes/cart.yaml", MANIFEST);
    let output = drplan(&emulator, home.path(), &["region", "us-west-2", "--format", "json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let plan: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let resources = plan["resources"].as_array().unwrap();
    let of = |address: &str| resources.iter().find(|resource| resource["address"] == address).unwrap();
    assert_eq!(of("aws_instance.dr")["disposition"], "adopt");
    assert_eq!(of("aws_instance.dr")["reason"], "already in workspace dr of the recovery");
    let findings = plan["findings"].as_array().unwrap();
    let has = |code: &str, subject: &str| {
        findings.iter().any(|finding| finding["code"] == code && finding["subject"] == subject)
    };
    assert!(!has("inventory-gap", "rds:DescribeOrderableDBInstanceOptions"), "the engine was asked for");
    assert!(!has("inventory-gap", "s3:GetObject"), "the workspace was asked for");
    assert!(!has("class-not-orderable", "aws_db_instance.orders"), "db.r6g.large is on offer");
    assert!(!has("image-missing", "shop/cart:v1"), "it is replicated");
}
