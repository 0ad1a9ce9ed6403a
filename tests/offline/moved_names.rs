//! What is called otherwise where it is made anew, and what holds traffic back although its name moves.

use drplan::plan::Plan;
use drplan::plan::action::{Action, Setting};
use drplan::plan::audit::audit;
use serde_json::{Value, json};

use crate::defects::{replace, subjects, with, without};
use crate::worlds::{Copy, World, example};

const GROUP: &str = "ecommerce-prod-db";

/// The example with another state; each managed object by its type and attributes.
fn with_state(change: impl Fn(&str, &mut Value)) -> Plan {
    let mut world = World::read(&example());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        let type_name = resource["type"].as_str().unwrap().to_owned();
        for instance in resource["instances"].as_array_mut().unwrap() {
            change(&type_name, &mut instance["attributes"]);
        }
    }
    world.state = state.to_string();
    world.plan()
}

fn renamed(name: &str, prefix: &str) -> Plan {
    with_state(|type_name, attributes| {
        if type_name == "aws_db_subnet_group" && attributes["name"] == GROUP {
            attributes["name_prefix"] = json!(prefix);
            let text = attributes.to_string().replace(GROUP, name);
            *attributes = serde_json::from_str(&text).unwrap();
        }
        if type_name == "aws_db_instance" && attributes["db_subnet_group_name"] == GROUP {
            attributes["db_subnet_group_name"] = json!(name);
        }
    })
}

/// The subnet group that the restore is told, and what it needs.
fn told(plan: &Plan) -> (Setting, Vec<String>) {
    assert_eq!(audit(plan), Ok(()));
    plan.steps
        .iter()
        .find_map(|step| match &step.action {
            Action::RestoreDatabase { settings, .. } => {
                let setting = settings.iter().find(|setting| setting.name == "DBSubnetGroupName")?;
                Some((setting.clone(), step.needs.clone()))
            }
            _ => None,
        })
        .unwrap()
}

#[test]
fn a_group_whose_name_is_another_is_named_once_it_is_made() {
    let (setting, _) = told(&renamed(GROUP, ""));
    assert_eq!((setting.value.as_deref(), setting.known_after), (Some(GROUP), None));
    for plan in [renamed("ecommerce-prod-db20250101", GROUP), renamed("db-us-east-2-prod", "")] {
        let (setting, needs) = told(&plan);
        let made = "infra/module.rds.aws_db_subnet_group.this".to_owned();
        assert_eq!(setting.value, None);
        assert_eq!(setting.known_after.as_ref(), Some(&made));
        assert!(needs.contains(&made), "{needs:?}");
    }
}

#[test]
fn a_state_that_was_put_together_by_imports_plans() {
    let mut world = World::read(&example());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        for instance in resource["instances"].as_array_mut().unwrap() {
            instance.as_object_mut().unwrap().remove("dependencies");
        }
    }
    world.state = state.to_string();
    let plan = world.plan();
    let (_, needs) = told(&plan);
    assert!(needs.contains(&"infra/module.rds.aws_security_group.rds".to_owned()), "{needs:?}");
    let replica = plan.steps.iter().find(|step| step.id == "infra/module.rds.aws_db_instance.read_replica");
    let adopted = "restore/adopt/module.rds.aws_db_instance.primary".to_owned();
    assert!(replica.unwrap().needs.contains(&adopted), "{:?}", replica.unwrap().needs);
}

#[test]
fn the_key_of_a_managed_password_is_filled_in_by_aws() {
    let key = "arn:aws:kms:us-east-2:123456789012:key/7c3c7d1e-1111-4222-8333-9a9a9a9a9a9a";
    let plan = with_state(|type_name, attributes| {
        if type_name == "aws_db_instance" {
            attributes["manage_master_user_password"] = json!(true);
            attributes["master_user_secret"] = json!([{ "kms_key_id": key, "secret_status": "active" }]);
        }
    });
    without(&plan, "id-unplaced");
}

#[test]
fn a_health_check_that_asks_the_lost_region_is_told() {
    const CODE: &str = "health-check-lost";
    let asking = |used: bool, field: &'static str, asked: &'static str| {
        with_state(move |type_name, attributes| {
            if type_name == "aws_route53_health_check" {
                attributes["id"] = json!("hc-1");
                attributes["fqdn"] = json!("");
                attributes[field] = json!(asked);
            }
            if type_name == "aws_route53_record" && attributes["fqdn"] == "api.example.com" && used {
                attributes["health_check_id"] = json!("hc-1");
            }
        })
    };
    let (subject, at) = ("module.dns.aws_route53_record.api", "terraform/modules/dns/main.tf:57");
    let host = "k8s-ecommerceprod-4f1c9d27ab-1287465093.us-east-2.elb.amazonaws.com";
    with(&asking(true, "fqdn", host), CODE, subject, at);
    with(&asking(true, "cloudwatch_alarm_region", "us-east-2"), CODE, subject, at);
    without(&asking(true, "fqdn", "api.example.com"), CODE);
    without(&asking(true, "cloudwatch_alarm_region", "us-west-2"), CODE);
    without(&asking(false, "fqdn", host), CODE);
}

#[test]
fn an_endpoint_group_of_the_lost_region_cannot_be_moved() {
    let plan = |region: &str| {
        let mut world = World::read(&example());
        let mut state: Value = serde_json::from_str(&world.state).unwrap();
        let arn = "arn:aws:globalaccelerator::123456789012:accelerator/a/listener/b/endpoint-group/c";
        state["resources"].as_array_mut().unwrap().push(json!({
            "mode": "managed", "type": "aws_globalaccelerator_endpoint_group", "name": "web",
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{ "schema_version": 0, "attributes":
                { "id": arn, "arn": arn, "endpoint_group_region": region, "traffic_dial_percentage": 100 } }],
        }));
        world.state = state.to_string();
        world.plan()
    };
    let lost = plan("us-east-2");
    assert_eq!(subjects(&lost, "traffic-unmovable"), ["aws_globalaccelerator_endpoint_group.web"]);
    assert!(!lost.steps.iter().any(|step| step.id.contains("endpoint_group")));
    without(&plan("eu-west-1"), "traffic-unmovable");
}

#[test]
fn a_recording_without_a_section_says_so() {
    let mut world = World::read(&example());
    without(&world.plan(), "inventory-gap");
    let inventory = world.inventory.as_mut().unwrap();
    (inventory.zones, inventory.health_checks) = (None, None);
    let plan = world.plan();
    let gap = plan.findings.iter().find(|one| one.code == "inventory-gap").unwrap();
    assert!(gap.message.contains("recorded without zones, health_checks:"), "{}", gap.message);
}

#[test]
fn what_the_primary_made_beforehand_is_imported_once() {
    let copy = Copy::new();
    without(&World::read(copy.path()).plan(), "imported-twice");
    copy.edit("drplan.hcl", |text| {
        replace(&text, "skip \"module.standby\" {", "skip \"module.vpc.aws_vpc.none\" {")
    });
    let plan = World::read(copy.path()).plan();
    assert_eq!(subjects(&plan, "imported-twice"), ["module.standby"]);
    let told = plan.findings.iter().find(|finding| finding.code == "imported-twice").unwrap();
    assert!(told.fix.contains("skip \"module.standby\""), "{}", told.fix);
}

/// Both are dropped by a restore, and neither can be told by a later call.
#[test]
fn a_restore_is_told_what_it_would_charge_or_place_otherwise() {
    let settings = |support: &'static str, volume: bool| -> Vec<(String, Option<String>)> {
        let plan = with_state(|type_name, attributes| {
            if type_name == "aws_db_instance" {
                attributes["engine_lifecycle_support"] = json!(support);
                attributes["dedicated_log_volume"] = json!(volume);
            }
        });
        let restores = plan.steps.iter().filter_map(|step| match &step.action {
            Action::RestoreDatabase { settings, .. } => Some(settings.clone()),
            _ => None,
        });
        let all = restores.flatten().map(|setting| (setting.name, setting.value));
        all.filter(|(name, _)| ["EngineLifecycleSupport", "DedicatedLogVolume"].contains(&&**name)).collect()
    };
    assert_eq!(settings("open-source-rds-extended-support", false), []);
    let disabled = "open-source-rds-extended-support-disabled";
    assert_eq!(
        settings(disabled, true),
        [
            ("DedicatedLogVolume".to_owned(), Some("true".to_owned())),
            ("EngineLifecycleSupport".to_owned(), Some(disabled.to_owned())),
        ]
    );
}
