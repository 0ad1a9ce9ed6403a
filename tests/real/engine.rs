//! The engine's word: OpenTofu plans the example, and what teams make of it, with providers that stand in for the real
//! ones (tests/tools/provider). What they know of AWS is the recorded state, and what a recovery finds in its region.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

/// OpenTofu and the mirror of its providers.
fn tools() -> &'static (PathBuf, PathBuf) {
    static TOOLS: OnceLock<(PathBuf, PathBuf)> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let install = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/install.sh");
        let installed = Command::new(install).args(["engine", "plugins"]).output().expect("install.sh runs");
        let errors = String::from_utf8_lossy(&installed.stderr);
        assert!(installed.status.success(), "the engine cannot be installed:\n{errors}");
        let output = String::from_utf8(installed.stdout).unwrap();
        let part = |name: &str| {
            let line =
                output.lines().find_map(|line| line.strip_prefix(name)).expect("install.sh names the part");
            PathBuf::from(line.trim())
        };
        (part("engine"), part("plugins"))
    })
}

/// A copy of the example that an engine plans.
pub(crate) struct Stack {
    folder: tempfile::TempDir,
}

impl Stack {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce");
        for entry in walkdir::WalkDir::new(&example) {
            let entry = entry.unwrap();
            let to = folder.path().join(entry.path().strip_prefix(&example).unwrap());
            if entry.file_type().is_dir() {
                std::fs::create_dir_all(to).unwrap();
            } else {
                std::fs::copy(entry.path(), to).unwrap();
            }
        }
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn edit(&self, name: &str, change: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.at(name)).unwrap();
        std::fs::write(self.at(name), change(text)).unwrap();
    }

    fn state(&self) -> Value {
        serde_json::from_str(&std::fs::read_to_string(self.at("state.tfstate")).unwrap()).unwrap()
    }

    pub(crate) fn drplan(&self, more: &[&str], world: Option<&Path>) -> Value {
        let (_, mirror) = tools();
        let configuration = self.at("cli.tfrc");
        let text =
            format!("provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n");
        std::fs::write(&configuration, text).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.args(["region", "us-west-2", "--offline", "--at", "2026-11-22T12:00:00Z"]).args(more);
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin");
        command.env("HOME", self.folder.path()).env("TF_CLI_CONFIG_FILE", configuration);
        command.env("ECOMMERCE_DB_PASSWORD", "CANARY-db-password-of-the-environment");
        if let Some(world) = world {
            command.env("DRPLAN_WORLD", world);
        }
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(matches!(output.status.code(), Some(0 | 3)), "{errors}");
        let plan = std::fs::read_to_string(self.at("plan.json")).unwrap();
        let said = format!("{}{errors}{plan}", String::from_utf8_lossy(&output.stdout));
        assert!(!said.contains("CANARY"), "a value of the environment is told");
        serde_json::from_str(&plan).unwrap()
    }

    /// What the account has: all that the state tells of, and in the recovery region what the plan finds there.
    fn world(&self, plan: &Value) -> PathBuf {
        let (_, mirror) = tools();
        let program = mirror.parent().unwrap().join("drplan-provider");
        let told = Command::new(program).arg("world").arg(self.at("state.tfstate")).output().unwrap();
        assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
        let mut world: Value = serde_json::from_slice(&told.stdout).unwrap();
        let adopted: Vec<&str> = plan["resources"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|resource| resource["disposition"] == "adopt")
            .map(|resource| resource["address"].as_str().unwrap())
            .collect();
        let state = self.state();
        for step in plan["steps"].as_array().unwrap() {
            let action = &step["action"];
            let address = action["address"].as_str().unwrap_or_default();
            let Some(id) = action["import_id"].as_str().filter(|_| adopted.contains(&address)) else {
                continue;
            };
            let (type_name, attributes) = found(&state, address);
            let text = attributes.to_string().replace("us-east-2", "us-west-2");
            let mut attributes: Value = serde_json::from_str(&text).unwrap();
            attributes["id"] = json!(id);
            let object = json!({ "type": type_name, "id": id, "attributes": attributes });
            world["objects"].as_array_mut().unwrap().push(object);
        }
        let path = self.at("world.json");
        std::fs::write(&path, world.to_string()).unwrap();
        path
    }

    /// The plan with the engine's word.
    pub(crate) fn plan(&self) -> Value {
        let predicted = self.drplan(&["--engine", "off"], None);
        let world = self.world(&predicted);
        self.drplan(&["--engine", tools().0.to_str().unwrap()], Some(&world))
    }
}

pub(crate) fn found<'s>(state: &'s Value, address: &str) -> (&'s str, &'s Value) {
    for resource in state["resources"].as_array().unwrap() {
        let text = |name: &str| resource[name].as_str().unwrap_or_default();
        let dot = if text("module").is_empty() { "" } else { "." };
        for instance in resource["instances"].as_array().unwrap() {
            let index = match &instance["index_key"] {
                Value::String(key) => format!("[\"{key}\"]"),
                Value::Number(number) => format!("[{number}]"),
                _ => String::new(),
            };
            if format!("{}{dot}{}.{}{index}", text("module"), text("type"), text("name")) == address {
                return (text("type"), &instance["attributes"]);
            }
        }
    }
    panic!("{address} is not in the state");
}

fn differences(plan: &Value) -> Vec<String> {
    let check = &plan["engine_check"];
    assert!(check.is_object(), "the engine made no plan: {}", codes(plan).join(", "));
    let all = check["differences"].as_array().unwrap().iter();
    all.map(|one| format!("{} {}", one["address"].as_str().unwrap(), one["planned"].as_str().unwrap_or("-")))
        .collect()
}

pub(crate) fn codes(plan: &Value) -> Vec<String> {
    let all = plan["findings"].as_array().unwrap().iter();
    all.map(|one| format!("{}: {}", one["code"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect()
}

pub(crate) fn has(plan: &Value, code: &str) -> bool {
    plan["findings"].as_array().unwrap().iter().any(|one| one["code"] == code)
}

/// Precision and recall of the prediction are 1: each instance that is predicted is planned as predicted, and the
/// reverse.
pub(crate) fn agrees(plan: &Value) {
    assert_eq!(differences(plan), [] as [&str; 0]);
    let check = &plan["engine_check"];
    let figures = (&check["predicted"], &check["planned"]);
    assert_eq!(figures, (&check["matched"], &check["matched"]), "{check}");
    assert!(check["planned"].as_u64().unwrap() > 100, "{check}");
}

/// The resource of the plan at an address.
pub(crate) fn resource<'p>(plan: &'p Value, address: &str) -> &'p Value {
    let mut all = plan["resources"].as_array().unwrap().iter();
    all.find(|one| one["address"] == address)
        .unwrap_or_else(|| panic!("{address} is no resource of the plan"))
}

fn step<'p>(plan: &'p Value, id: &str) -> &'p Value {
    let mut all = plan["steps"].as_array().unwrap().iter();
    all.find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id} is no step of the plan"))
}

/// Subjects of a finding.
pub(crate) fn subjects<'p>(plan: &'p Value, code: &str) -> Vec<&'p str> {
    let all = plan["findings"].as_array().unwrap().iter().filter(|one| one["code"] == code);
    all.map(|one| one["subject"].as_str().unwrap()).collect()
}

/// Every instance is as predicted, and what waits for a later stage is named.
#[test]
fn the_engine_plans_the_example_as_predicted() {
    let stack = Stack::new();
    let code = std::fs::read_to_string(stack.at("terraform/main.tf")).unwrap();
    let plan = stack.plan();
    agrees(&plan);
    let check = &plan["engine_check"];
    let deferred = json!([
        "aws_cloudwatch_metric_alarm.db_storage",
        "aws_cloudwatch_metric_alarm.replica_lag",
        "kubernetes_manifest.ingress_class_params",
        "module.rds.aws_db_instance.read_replica"
    ]);
    assert_eq!(check["deferred"], deferred);
    for code in ["engine-failed", "engine-names-primary", "engine-decided"] {
        assert!(!has(&plan, code), "{:?}", codes(&plan));
    }
    // The user's own files are as they were.
    assert_eq!(std::fs::read_to_string(stack.at("terraform/main.tf")).unwrap(), code);
    assert!(!stack.at("terraform/.terraform").exists());
}

#[test]
fn what_is_only_in_the_code_is_made() {
    let stack = Stack::new();
    stack.edit("terraform/alarms.tf", |text| {
        format!(
            "{text}\nlocals {{\n  alerts = aws_sns_topic.alerts.arn\n}}\n\nresource \"aws_sns_topic\" \"more\" {{\n  name = \
             \"more\"\n  tags = {{ beside = local.alerts }}\n}}\n"
        )
    });
    let plan = stack.plan();
    agrees(&plan);
    assert_eq!(resource(&plan, "aws_sns_topic.more")["disposition"], "create");
    assert_eq!(step(&plan, "infra/aws_sns_topic.more")["needs"], json!(["infra/aws_sns_topic.alerts"]));
    assert_eq!(subjects(&plan, "engine-decided"), ["aws_sns_topic.more"]);
    assert!(!has(&plan, "engine-unpredicted") && !has(&plan, "not-in-state"), "{:?}", codes(&plan));
}

#[test]
fn what_is_only_in_the_state_has_no_step() {
    let stack = Stack::new();
    stack.edit("terraform/addons.tf", |text| {
        let start = text.find("resource \"aws_cloudwatch_log_group\" \"application\"").unwrap();
        text[..start].to_owned()
    });
    let plan = stack.plan();
    agrees(&plan);
    assert!(has(&plan, "not-in-code"));
}

#[test]
fn a_count_by_the_workspace_is_what_the_engine_says() {
    let stack = Stack::new();
    stack.edit("terraform/addons.tf", |text| {
        text.replace(
            "resource \"aws_cloudwatch_log_group\" \"application\" {\n",
            "resource \"aws_cloudwatch_log_group\" \"application\" {\n  count = terraform.workspace == \"dr\" ? 2 : 1\n",
        )
    });
    stack.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        let groups = state["resources"].as_array_mut().unwrap();
        let group = groups
            .iter_mut()
            .find(|one| one["type"] == "aws_cloudwatch_log_group" && one["name"] == "application");
        group.unwrap()["instances"][0]["index_key"] = json!(0);
        state.to_string()
    });
    let plan = stack.plan();
    agrees(&plan);
    assert_eq!(resource(&plan, "aws_cloudwatch_log_group.application[1]")["disposition"], "create");
    assert_eq!(subjects(&plan, "engine-decided"), ["aws_cloudwatch_log_group.application"]);
    assert!(!has(&plan, "count-computed"), "{:?}", codes(&plan));
}

/// Everything of a module that waits for the database's goes with it, and the plan says so.
#[test]
fn what_depends_on_the_module_of_the_database_waits_for_it() {
    let stack = Stack::new();
    stack.edit("terraform/main.tf", |text| {
        let start = text.find("module \"elasticache\" {").unwrap();
        let end = start + text[start..].find("\n}").unwrap();
        format!("{}\n\n  depends_on = [module.rds]{}", &text[..end], &text[end..])
    });
    stack.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        for resource in state["resources"].as_array_mut().unwrap() {
            if resource["module"] == "module.elasticache" && resource["mode"] == "managed" {
                for instance in resource["instances"].as_array_mut().unwrap() {
                    let mut all = instance["dependencies"].as_array().cloned().unwrap_or_default();
                    all.push(json!("module.rds.aws_db_instance.primary"));
                    instance["dependencies"] = json!(all);
                }
            }
        }
        state.to_string()
    });
    let plan = stack.plan();
    agrees(&plan);
    let deferred: Vec<&str> = plan["engine_check"]["deferred"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect();
    assert!(deferred.contains(&"module.elasticache.aws_elasticache_replication_group.carts"), "{deferred:?}");
}

#[test]
fn a_provider_that_is_pinned_to_the_primary_is_given_the_recovery() {
    let stack = Stack::new();
    stack.edit("terraform/providers.tf", |text| {
        text.replacen("region = var.aws_region", "region = \"us-east-2\"", 1)
    });
    let plan = stack.plan();
    agrees(&plan);
}

#[test]
fn an_engine_that_cannot_plan_says_why_without_values() {
    let stack = Stack::new();
    stack.edit("terraform/alarms.tf", |text| {
        format!("{text}\nresource \"aws_sns_topic\" \"bad\" {{\n  name = var.no_such_variable\n}}\n")
    });
    let plan = stack.plan();
    let failed = codes(&plan).into_iter().find(|one| one.starts_with("engine-failed")).unwrap();
    assert!(failed.contains("Reference to undeclared input variable"), "{failed}");
    assert!(plan["engine_check"].is_null());
}

/// A count by the zones of the region is another there: the plan has the zones that the engine has.
#[test]
fn a_count_by_the_region_is_what_the_engine_says() {
    let stack = Stack::new();
    stack.edit("terraform/main.tf", |text| {
        text.replacen("zones        = 3", "zones        = var.aws_region == \"us-west-2\" ? 2 : 3", 1)
    });
    let plan = stack.plan();
    agrees(&plan);
    let gone = resource(&plan, "module.vpc.aws_subnet.private[2]");
    assert_eq!((&gone["disposition"], &gone["engine"]), (&json!("skip"), &json!("none")));
    assert!(gone["reason"].as_str().unwrap().contains("modules/vpc/"), "{gone}");
    assert!(
        subjects(&plan, "engine-decided").contains(&"module.vpc.aws_subnet.private"),
        "{:?}",
        codes(&plan)
    );
    assert!(!has(&plan, "engine-omits") && !has(&plan, "count-computed"), "{:?}", codes(&plan));
}

#[test]
fn keys_of_a_map_by_region_are_what_the_engine_says() {
    let stack = Stack::new();
    stack.edit("terraform/alarms.tf", |text| {
        format!(
            "{text}\nlocals {{\n  topics = {{ \"us-east-2\" = [\"a\"], \"us-west-2\" = [\"b\"] }}\n}}\n\nresource \"aws_sns_topic\" \
             \"more\" {{\n  for_each = toset(local.topics[var.aws_region])\n  name     = each.key\n}}\n"
        )
    });
    stack.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        let mut topic = found(&state, "aws_sns_topic.alerts").1.clone();
        topic["name"] = json!("a");
        let arn = "arn:aws:sns:us-east-2:123456789012:a";
        topic["arn"] = json!(arn);
        topic["id"] = json!(arn);
        let resource = json!({ "mode": "managed", "type": "aws_sns_topic", "name": "more",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{ "index_key": "a", "schema_version": 0, "attributes": topic, "dependencies": [] }] });
        state["resources"].as_array_mut().unwrap().push(resource);
        state.to_string()
    });
    let plan = stack.plan();
    agrees(&plan);
    assert_eq!(resource(&plan, "aws_sns_topic.more[\"a\"]")["disposition"], "skip");
    assert_eq!(resource(&plan, "aws_sns_topic.more[\"b\"]")["disposition"], "create");
    assert_eq!(subjects(&plan, "engine-decided"), ["aws_sns_topic.more"]);
}
