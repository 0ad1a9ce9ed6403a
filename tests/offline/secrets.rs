//! Secrets: a replica of the lost one is promoted, what was one is taken over, and what only has its name is told.

use drplan::model::inventory::Secret;
use drplan::model::settings::AcceptedLoss;
use drplan::plan::Plan;
use drplan::plan::action::{Action, EngineChange};
use drplan::plan::audit::audit;
use drplan::plan::resource::Disposition;
use serde_json::json;

use crate::defects::{changed, found};
use crate::worlds::{RECOVERY, World, example, managed, state_of};

const KEYS: &str = "module.secrets.aws_secretsmanager_secret.api_keys";

/// The example with its secret of API keys changed.
fn with(change: impl Fn(&mut Secret)) -> (String, Plan) {
    let mut world = World::read(&example());
    let secrets = world.inventory.as_mut().unwrap().secrets.as_mut().unwrap();
    secrets.iter_mut().filter(|secret| secret.name.ends_with("/api-keys")).for_each(change);
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let address = plan.resources.iter().find(|resource| {
        resource.type_name == "aws_secretsmanager_secret" && resource.address.contains("api_keys")
    });
    (address.map_or_else(|| KEYS.to_owned(), |resource| resource.address.clone()), plan)
}

fn disposition(plan: &Plan, address: &str) -> Disposition {
    plan.resources.iter().find(|resource| resource.address == address).unwrap().disposition
}

fn is_promoted(plan: &Plan, secret: &str) -> bool {
    plan.steps
        .iter()
        .any(|step| matches!(&step.action, Action::PromoteSecret { address, .. } if address == secret))
}

fn is_imported(plan: &Plan, secret: &str) -> bool {
    plan.steps.iter().any(|step| {
        matches!(&step.action, Action::Engine { address, change: EngineChange::Import, .. } if address == secret)
    })
}

#[test]
fn a_replica_of_the_lost_secret_is_promoted() {
    let (secret, plan) = with(|_| {});
    assert_eq!(disposition(&plan, &secret), Disposition::Promote);
    assert!(is_promoted(&plan, &secret));
    assert_eq!(found(&plan, "secret-no-replica"), []);
    assert_eq!(found(&plan, "secret-origin-unknown"), []);
}

#[test]
fn a_replica_of_another_regions_secret_is_not_ours() {
    let (secret, plan) = with(|secret| secret.primary_region = Some("eu-west-1".to_owned()));
    assert_eq!(disposition(&plan, &secret), Disposition::Block);
    assert!(!is_promoted(&plan, &secret));
    assert_eq!(found(&plan, "secret-no-replica")[0].0, secret);
    let finding = plan.findings.iter().find(|finding| finding.code == "secret-no-replica").unwrap();
    assert!(finding.message.contains("the replica of the one in eu-west-1"), "{}", finding.message);
}

/// Its ARN differs from the lost one's in the region only: no other secret has it.
#[test]
fn a_replica_that_was_promoted_already_is_taken_over() {
    let (secret, plan) = with(|secret| secret.primary_region = None);
    assert_eq!(disposition(&plan, &secret), Disposition::Adopt);
    assert!(!is_promoted(&plan, &secret) && is_imported(&plan, &secret));
    assert_eq!(found(&plan, "secret-origin-unknown"), []);
}

#[test]
fn a_namesake_is_taken_over_and_told() {
    let (secret, plan) = with(|secret| {
        secret.primary_region = None;
        secret.arn = secret.arn.replace("Qm4xTz", "Zz9aBc");
    });
    assert_eq!(disposition(&plan, &secret), Disposition::Adopt);
    assert!(!is_promoted(&plan, &secret) && is_imported(&plan, &secret));
    assert_eq!(found(&plan, "secret-origin-unknown")[0].0, secret);
}

#[test]
fn a_value_that_names_nothing_of_the_primary_is_not_rewritten() {
    let arn = |region: &str| format!("arn:aws:secretsmanager:{region}:123456789012:secret:shop/token-AbCdEf");
    let planned = |value: &str, standing: bool| {
        let id = arn("us-east-2");
        let mut world = World::of_state(state_of(&[
            managed(
                "aws_s3_bucket.media",
                json!({ "id": "shop-media-2f1c", "bucket": "shop-media-2f1c",
                "arn": "arn:aws:s3:::shop-media-2f1c", "region": "us-east-2" }),
                &[],
            ),
            managed(
                "aws_secretsmanager_secret.token",
                json!({ "id": id, "arn": id, "name": "shop/token" }),
                &[],
            ),
            managed(
                "aws_secretsmanager_secret_version.token",
                json!({ "id": format!("{id}|v1"), "arn": id, "secret_id": id, "version_id": "v1",
                    "secret_string": value }),
                &["aws_secretsmanager_secret.token"],
            ),
        ]));
        let mut inventory = World::read(&example()).inventory.unwrap();
        inventory.secrets = Some(vec![Secret {
            name: "shop/token".to_owned(),
            arn: arn(RECOVERY),
            primary_region: (!standing).then(|| "us-east-2".to_owned()),
            deleted_at: None,
            kms_key: None,
        }]);
        world.inventory = Some(inventory);
        let plan = world.plan();
        assert_eq!(audit(&plan), Ok(()));
        plan
    };
    let splices = |plan: &Plan| {
        plan.steps.iter().filter(|step| matches!(step.action, Action::SpliceSecret { .. })).count()
    };
    let imported = "restore/adopt/aws_secretsmanager_secret_version.token";
    for (standing, after) in [(false, "restore"), (true, "infra")] {
        let plan = planned("{\"token\":\"abc\"}", standing);
        assert_eq!(splices(&plan), 0);
        let import = plan.steps.iter().find(|step| step.id == imported).unwrap();
        let after = format!("{after}/aws_secretsmanager_secret.token");
        assert!(import.needs.contains(&after), "{:?}", import.needs);
        let plan = planned("{\"region\":\"us-east-2\"}", standing);
        assert_eq!(splices(&plan), 1);
        let import = plan.steps.iter().find(|step| step.id == imported).unwrap();
        let splice = "restore/aws_secretsmanager_secret_version.token".to_owned();
        assert!(import.needs.contains(&splice), "{:?}", import.needs);
    }
}

#[test]
fn a_replica_whose_key_is_gone_cannot_be_opened() {
    let absent = "arn:aws:kms:us-west-2:123456789012:key/deadbeef-7e42-4c09-95d7-1b8c4e0f2a69";
    let (secret, plan) = with(|secret| secret.kms_key = Some(absent.to_owned()));
    assert_eq!(disposition(&plan, &secret), Disposition::Block);
    let finding = plan.findings.iter().find(|finding| finding.code == "secret-no-replica").unwrap();
    assert!(finding.message.contains("is not in us-west-2"), "{}", finding.message);
    let own = "arn:aws:kms:us-west-2:123456789012:key/d61a8f3b-7e42-4c09-95d7-1b8c4e0f2a69";
    let (secret, plan) = with(|secret| secret.kms_key = Some(own.to_owned()));
    assert_eq!(disposition(&plan, &secret), Disposition::Promote);
}

/// Pods ask for it by its name: a replica may stay one, but without any there is nothing to read.
#[test]
fn a_secret_that_is_skipped_must_be_there_for_who_names_it() {
    let skipped = |there: bool| {
        let mut world = World::read(&example());
        world.settings.skips.push(AcceptedLoss {
            address: "module.secrets.aws_secretsmanager_secret.db_credentials".to_owned(),
            reason: "read only".to_owned(),
            place: None,
        });
        if !there {
            world.inventory.as_mut().unwrap().secrets.as_mut().unwrap().clear();
        }
        found(&world.plan(), "skipped-in-use")
    };
    // Its value goes with it, and names the lost database.
    let value = "module.secrets.aws_secretsmanager_secret_version.db_credentials".to_owned();
    let value = (value, "terraform/modules/secrets/main.tf:19".to_owned());
    assert_eq!(skipped(true), std::slice::from_ref(&value));
    let named = "module.secrets.aws_secretsmanager_secret.db_credentials".to_owned();
    assert_eq!(skipped(false), [(named, "kubernetes/configmap.yaml:15".to_owned()), value]);
}

#[test]
fn a_replication_that_has_failed_is_told() {
    let with_status = |status: &'static str| {
        changed(|copy| {
            copy.edit("state.tfstate", |text| {
                let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
                for resource in state["resources"].as_array_mut().unwrap() {
                    if resource["type"] == "aws_secretsmanager_secret" {
                        let secret = &mut resource["instances"][0]["attributes"];
                        secret["replica"] = serde_json::json!([{ "region": "us-west-2", "status": status }]);
                    }
                }
                state.to_string()
            });
        })
    };
    assert_eq!(found(&with_status("InSync"), "secret-origin-unknown"), []);
    let plan = with_status("Failed");
    let secrets = plan.resources.iter().filter(|one| one.type_name == "aws_secretsmanager_secret");
    assert_eq!(found(&plan, "secret-origin-unknown").len(), secrets.count());
}
