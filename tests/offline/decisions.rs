//! What people approve stays approved while the world merely moves, and not when a decision does.

use drplan::model::inventory::Inventory;
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::worlds::{World, example, managed};

const DAY: i64 = 86_400;

/// The example some days later: everything is newer, and nothing is decided otherwise.
fn later(days: i64, serial: u64, faster: u64) -> World {
    let mut world = World::read(&example());
    let by = |instant: Timestamp| instant.checked_add(SignedDuration::from_secs(days * DAY)).unwrap();
    world.at = by(world.at);
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    state["serial"] = json!(serial);
    world.state = state.to_string();
    let inventory = world.inventory.as_mut().unwrap();
    inventory.taken_at = by(inventory.taken_at);
    let Inventory { automated_backups, db_snapshots, images, .. } = inventory;
    for backup in automated_backups.iter_mut().flatten() {
        backup.latest = backup.latest.map(by);
    }
    for snapshot in db_snapshots.iter_mut().flatten() {
        snapshot.data_at = by(snapshot.data_at);
        snapshot.id = format!("{}-{days}", snapshot.id);
        snapshot.arn = format!("{}-{days}", snapshot.arn);
    }
    // Pushed since, besides those that run.
    let more: Vec<_> = images
        .iter()
        .flatten()
        .map(|image| {
            let mut image = image.clone();
            image.digest = format!("sha256:{days:064x}");
            image.tags = vec![format!("build-{days}")];
            image
        })
        .collect();
    images.iter_mut().for_each(|images| images.extend(more.clone()));
    let observation = world.observation.as_mut().unwrap();
    observation.taken_at = by(observation.taken_at);
    for estimate in &mut world.settings.estimates {
        estimate.p50_seconds = estimate.p50_seconds.saturating_sub(faster).max(1);
    }
    world
}

fn digest(plan: &Plan) -> &str {
    assert_eq!(audit(plan), Ok(()));
    &plan.decision_digest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_merely_moves_is_no_decision(days in 0_i64..60, serial in 412_u64..9_000, faster in 0_u64..30) {
        let now = World::read(&example()).plan();
        let then = later(days, serial, faster).plan();
        prop_assert_eq!(digest(&now), digest(&then));
        if days > 0 || serial > 412 {
            prop_assert_ne!(&now.digest, &then.digest);
        }
    }
}

/// Each changes what people have agreed to.
#[test]
fn a_decision_that_changes_is_told_by_the_digest() {
    let now = World::read(&example()).plan();
    let differs = |change: &dyn Fn(&mut World)| {
        let mut world = later(30, 500, 0);
        change(&mut world);
        let plan = world.plan();
        assert_ne!(digest(&now), digest(&plan));
    };
    differs(&|world| {
        let mut state: Value = serde_json::from_str(&world.state).unwrap();
        let more =
            managed("aws_sqs_queue.more", json!({ "id": "q", "name": "q", "region": "us-east-2" }), &[]);
        state["resources"].as_array_mut().unwrap().push(more);
        world.state = state.to_string();
    });
    differs(&|world| {
        // Its recovery point is gone: another disposition.
        let inventory = world.inventory.as_mut().unwrap();
        inventory.automated_backups = Some(Vec::new());
        inventory.db_snapshots = Some(Vec::new());
    });
    differs(&|world| world.settings.databases[0].max_age_seconds = Some(1_000_000));
    differs(&|world| world.settings.databases[0].classes.push("db.t4g.micro".to_owned()));
    differs(&|world| world.settings.approval.quorum = 1);
    differs(&|world| world.settings.approval.expiry_seconds *= 2);
    differs(&|world| world.settings.approval.break_glass = true);
    differs(&|world| world.settings.skips.clear());
    differs(&|world| world.settings.gates.clear());
}
