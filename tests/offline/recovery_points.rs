//! What `prefer` of drplan.hcl says is what the plan's rule has.

use drplan::model::inventory::BackupPoint;
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::store::CandidateKind;

use crate::worlds::{Copy, NOW, World, example};

const DATABASE: &str = "module.rds.aws_db_instance.primary";

fn preferring(words: &str) -> World {
    let copy = Copy::new();
    copy.edit("drplan.hcl", |text| {
        assert!(text.contains("prefer  = [\"automated_backup\", \"snapshot\"]"));
        text.replace("[\"automated_backup\", \"snapshot\"]", words)
    });
    World::read(copy.path())
}

fn rule(plan: &Plan) -> (&[CandidateKind], Option<CandidateKind>) {
    assert_eq!(audit(plan), Ok(()));
    let store = plan.stores.iter().find(|store| store.address == DATABASE).unwrap();
    let chosen = store.candidates.iter().find(|candidate| Some(&candidate.id) == store.chosen.as_ref());
    (&store.rule.order, chosen.map(|candidate| candidate.kind))
}

#[test]
fn every_word_of_prefer_is_a_kind_of_the_rule() {
    let plan =
        preferring("[\"backup_copy\", \"snapshot\", \"replica\", \"primary\", \"automated_backup\"]").plan();
    assert_eq!(
        rule(&plan).0,
        [
            CandidateKind::BackupPoint,
            CandidateKind::Snapshot,
            CandidateKind::ReadReplica,
            CandidateKind::Primary,
            CandidateKind::AutomatedBackup,
        ]
    );
}

#[test]
fn a_copy_of_aws_backup_is_taken_first_where_it_is_preferred() {
    let mut world = preferring("[\"backup_copy\", \"automated_backup\"]");
    let plan = world.plan();
    assert_eq!(rule(&plan).1, Some(CandidateKind::AutomatedBackup));
    let state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
    let of = state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["type"] == "aws_db_instance" && one["name"] == "primary");
    world.inventory.as_mut().unwrap().backup_points = Some(vec![BackupPoint {
        arn: "arn:aws:rds:us-west-2:123456789012:snapshot:awsbackup:job-1".to_owned(),
        vault: "dr".to_owned(),
        resource_arn: of.unwrap()["instances"][0]["attributes"]["arn"].as_str().unwrap().to_owned(),
        status: "COMPLETED".to_owned(),
        data_at: NOW.parse().unwrap(),
        kms_key: None,
        bytes: None,
    }]);
    assert_eq!(rule(&world.plan()).1, Some(CandidateKind::BackupPoint));
}

#[test]
fn what_is_not_preferred_is_ruled_out_by_name() {
    let plan = preferring("[\"replica\"]").plan();
    assert_eq!(rule(&plan), (&[CandidateKind::ReadReplica][..], None));
    let finding = plan.findings.iter().find(|finding| finding.code == "recovery-point-missing").unwrap();
    assert!(finding.message.contains("not among those that drplan.hcl prefers"), "{}", finding.message);
    assert!(
        finding.fix.starts_with("take its kind into `prefer` of database \"primary\""),
        "{}",
        finding.fix
    );
}

/// One section that could not be read made "none" of "unknown" as soon as another had a candidate that is ruled out.
#[test]
fn a_kind_that_nobody_could_list_is_unknown_whatever_the_others_say() {
    let mut world = preferring("[\"automated_backup\", \"snapshot\"]");
    let inventory = world.inventory.as_mut().unwrap();
    inventory.automated_backups = None;
    for snapshot in inventory.db_snapshots.as_mut().unwrap() {
        snapshot.status = "creating".to_owned();
    }
    let codes = |world: &World| {
        let plan = world.plan();
        let about = plan.findings.iter().filter(|finding| finding.subject == DATABASE);
        about.map(|finding| finding.code.clone()).collect::<Vec<_>>()
    };
    assert!(codes(&world).contains(&"inventory-missing".to_owned()), "{:?}", codes(&world));
    assert!(!codes(&world).contains(&"recovery-point-missing".to_owned()));
    world.inventory.as_mut().unwrap().automated_backups = Some(Vec::new());
    assert!(codes(&world).contains(&"recovery-point-missing".to_owned()), "{:?}", codes(&world));
}

const OTHER_KEY: &str = "arn:aws:kms:us-west-2:123456789012:key/0c462fa2-6655-4fa3-a97b-1c88167c3f46";

/// The good day with every recovery point of the database changed alike.
fn with_points(change: impl Fn(&mut String, &mut String, &mut Option<String>)) -> World {
    let mut world = World::read(&example());
    let inventory = world.inventory.as_mut().unwrap();
    for backup in inventory.automated_backups.iter_mut().flatten() {
        change(&mut backup.engine, &mut backup.engine_version, &mut backup.kms_key);
    }
    for snapshot in inventory.db_snapshots.iter_mut().flatten() {
        change(&mut snapshot.engine, &mut snapshot.engine_version, &mut snapshot.kms_key);
    }
    world
}

fn differs(plan: &Plan) -> Option<(&str, &str)> {
    assert_eq!(audit(plan), Ok(()));
    let mut findings = plan.findings.iter().filter(|finding| finding.code == "recovery-point-differs");
    findings.next().map(|finding| (finding.message.as_str(), finding.fix.as_str()))
}

/// The engine would destroy what was restored: engine, encryption and key force a replacement.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance>
#[test]
fn a_point_that_the_engine_would_replace_is_not_restored() {
    assert_eq!(differs(&World::read(&example()).plan()), None);
    let cases: [(World, &str); 4] = [
        (with_points(|_, _, key| *key = Some(OTHER_KEY.to_owned())), "it is under key"),
        (with_points(|_, _, key| *key = None), "it is not encrypted"),
        (
            with_points(|engine, _, _| "mysql".clone_into(engine)),
            "it is of mysql, and the code says postgres",
        ),
        (with_points(|_, version, _| "14.9".clone_into(version)), "it is of version 14.9"),
    ];
    for (world, why) in cases {
        let plan = world.plan();
        assert!(
            differs(&plan).is_some_and(|(message, _)| message.contains(why)),
            "{why}: {:?}",
            differs(&plan)
        );
        assert_eq!(rule(&plan).1, None);
        assert!(!plan.steps.iter().any(|step| step.id == format!("restore/{DATABASE}")));
    }
}

#[test]
fn a_minor_version_is_no_other_database() {
    let plan = with_points(|_, version, _| "16.4".clone_into(version)).plan();
    assert_eq!((differs(&plan), rule(&plan).1), (None, Some(CandidateKind::AutomatedBackup)));
}

#[test]
fn a_point_under_the_right_key_is_taken_before_a_newer_one_under_another() {
    let mut world = World::read(&example());
    let inventory = world.inventory.as_mut().unwrap();
    inventory.automated_backups.iter_mut().flatten().for_each(|one| one.kms_key = Some(OTHER_KEY.to_owned()));
    for snapshot in inventory.db_snapshots.iter_mut().flatten() {
        snapshot.data_at = "2026-11-22T06:00:00Z".parse().unwrap();
    }
    let plan = world.plan();
    assert_eq!((differs(&plan), rule(&plan).1), (None, Some(CandidateKind::Snapshot)));
}

/// Nobody of the state owns the key: drplan.hcl says what stands for it, and is taken at its word.
#[test]
fn the_key_of_another_stack_is_compared_where_drplan_hcl_names_its_counterpart() {
    let mut world = with_points(|_, _, key| *key = Some(OTHER_KEY.to_owned()));
    let key = "arn:aws:kms:us-east-2:123456789012:key/9c3e1f70-5a8d-4b26-b4c9-e07a2d6f8b15";
    let foreign = "arn:aws:kms:us-east-2:123456789012:key/5a1e2b3c-4d5e-6f70-8192-a3b4c5d6e7f8";
    let owned = format!("\"kms_key_id\": \"{key}\"");
    world.state = world.state.replace(&owned, &format!("\"kms_key_id\": \"{foreign}\""));
    assert_eq!(differs(&world.plan()), None);
    let name = |world: &mut World, to: &str| {
        world.settings.counterparts.clear();
        world.settings.counterparts.push(drplan::model::settings::Counterpart {
            subject: foreign.to_owned(),
            to: to.to_owned(),
            place: None,
        });
    };
    name(&mut world, "arn:aws:kms:us-west-2:123456789012:key/d61a8f3b-7e42-4c09-95d7-1b8c4e0f2a69");
    assert!(differs(&world.plan()).is_some_and(|(message, _)| message.contains(foreign)));
    name(&mut world, OTHER_KEY);
    assert_eq!(differs(&world.plan()), None);
}

/// What the fix says to write is what mends it.
#[test]
fn the_key_of_the_points_may_stand_for_the_codes() {
    let mut world = with_points(|_, _, key| *key = Some(OTHER_KEY.to_owned()));
    let plan = world.plan();
    let (_, fix) = differs(&plan).unwrap();
    let block = fix.split('`').nth(1).unwrap();
    let copy = Copy::new();
    copy.edit("drplan.hcl", |text| {
        format!("{text}\n{}\n", block.replace("{ ", "{\n  ").replace(" }", "\n}"))
    });
    world.settings = World::read(copy.path()).settings;
    assert_eq!(differs(&world.plan()), None);
    assert_eq!(rule(&world.plan()).1, Some(CandidateKind::AutomatedBackup));
}

/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/kms/key.go>, resourceKeyRead.
#[test]
fn a_replica_of_a_key_is_not_imported_as_the_key() {
    let has = |world: &World| world.plan().findings.iter().any(|finding| finding.code == "key-replica");
    let mut world = World::read(&example());
    assert!(!has(&world));
    let keys = world.inventory.as_mut().unwrap().keys.as_mut().unwrap();
    for key in
        keys.iter_mut().filter(|key| key.aliases.iter().any(|alias| alias == "alias/ecommerce-prod-rds"))
    {
        key.primary_arn = Some("arn:aws:kms:us-east-2:123456789012:key/mrk-0123".to_owned());
    }
    assert!(has(&world));
}

/// The good day with one snapshot alone, which says that it was copied from there.
fn copied_from(from: Option<&str>) -> Plan {
    let mut world = World::read(&example());
    let inventory = world.inventory.as_mut().unwrap();
    inventory.automated_backups = Some(Vec::new());
    for snapshot in inventory.db_snapshots.as_mut().unwrap() {
        snapshot.data_at = NOW.parse().unwrap();
        snapshot.copied_from = from.map(str::to_owned);
    }
    world.plan()
}

#[test]
fn a_snapshot_of_a_namesake_is_not_restored() {
    let named = |region: &str, account: &str| {
        format!("arn:aws:rds:{region}:{account}:snapshot:rds:ecommerce-prod-primary")
    };
    let own = copied_from(Some(&named("us-east-2", "123456789012")));
    assert_eq!(rule(&own).1, Some(CandidateKind::Snapshot));
    let others = [
        (None, "it was made in us-west-2, of a database of that name there"),
        (Some(named("eu-west-1", "123456789012")), "copied from account 123456789012 in eu-west-1"),
        (Some(named("us-east-2", "210987654321")), "copied from account 210987654321 in us-east-2"),
    ];
    for (from, why) in others {
        let plan = copied_from(from.as_deref());
        assert_eq!(rule(&plan).1, None, "{from:?}");
        let finding = plan.findings.iter().find(|one| one.code == "recovery-point-missing").unwrap();
        assert!(finding.message.contains(why), "{}", finding.message);
    }
}
