//! What `prefer` of drplan.hcl says is what the plan's rule has.

use drplan::model::inventory::BackupPoint;
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::store::CandidateKind;

use crate::worlds::{Copy, NOW, World};

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
