//! What is lost is told of every store, from the schedule of its own kind and as of when it was seen.

use drplan::model::inventory::{CacheSnapshot, DbSnapshot, Inventory};
use drplan::model::settings::{AcceptedLoss, BackupSchedule, PointKind};
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::forecast::{Rpo, Verdict};
use drplan::plan::store::{Candidate, CandidateKind, PlannedStore};
use jiff::{SignedDuration, Timestamp};

use crate::defects::{found, subjects};
use crate::worlds::{NOW, World, example};

const DATABASE: &str = "module.rds.aws_db_instance.primary";
const CARTS: &str = "module.elasticache.aws_elasticache_replication_group.carts";
const MEDIA: &str = "module.s3.aws_s3_bucket.media";
const HOUR: u64 = 3_600;

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn loss<'p>(plan: &'p Plan, address: &str) -> &'p Rpo {
    plan.forecast
        .rpo
        .iter()
        .find(|rpo| rpo.store == address)
        .unwrap_or_else(|| panic!("no line for {address}"))
}

fn store<'p>(plan: &'p Plan, address: &str) -> &'p PlannedStore {
    plan.stores.iter().find(|store| store.address == address).unwrap()
}

fn chosen<'p>(plan: &'p Plan, address: &str) -> Option<&'p Candidate> {
    let store = store(plan, address);
    store.candidates.iter().find(|candidate| Some(&candidate.id) == store.chosen.as_ref())
}

fn before(hours: i64) -> Timestamp {
    NOW.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(hours)
}

/// The example, with its inventory changed.
fn with(change: impl FnOnce(&mut Inventory)) -> World {
    let mut world = World::read(&example());
    change(world.inventory.as_mut().unwrap());
    world
}

/// Nothing but a snapshot of this age, in a recording of that age.
fn snapshot_only(data_hours: i64, recording_hours: i64) -> World {
    let mut world = with(|inventory| {
        inventory.taken_at = before(recording_hours);
        inventory.automated_backups = Some(Vec::new());
        let of_primary = |snapshot: &&DbSnapshot| snapshot.source == "ecommerce-prod-primary";
        let snapshot = inventory.db_snapshots.iter().flatten().find(of_primary).unwrap().clone();
        inventory.db_snapshots = Some(vec![DbSnapshot { data_at: before(data_hours), ..snapshot }]);
    });
    world.observation = None;
    world
}

fn schedule_of(world: &mut World, of: &[PointKind]) {
    let backups = &mut world.settings.backups;
    backups.iter_mut().find(|backup| backup.store == DATABASE).unwrap().of = of.to_vec();
}

#[test]
fn a_blocked_store_has_a_line_that_nothing_meets() {
    let world = with(|inventory| {
        inventory.secrets = Some(Vec::new());
        inventory.images = Some(Vec::new());
        inventory.automated_backups = Some(Vec::new());
        inventory.db_snapshots = Some(Vec::new());
        for bucket in inventory.buckets.iter_mut().flatten() {
            bucket.replicates_to = Some(Vec::new());
        }
    });
    let plan = planned(&world);
    let blocked: Vec<&str> = plan
        .resources
        .iter()
        .filter(|resource| resource.disposition.as_str() == "block")
        .map(|resource| resource.address.as_str())
        .collect();
    for what in [DATABASE, MEDIA, "aws_secretsmanager_secret.", "aws_ecr_repository."] {
        assert!(blocked.iter().any(|address| address.contains(what)), "{what}: {blocked:?}");
    }
    for address in blocked.iter().filter(|address| !address.contains("_version")) {
        let rpo = loss(&plan, address);
        assert_eq!(
            (rpo.verdict, rpo.now_seconds, rpo.worst_seconds),
            (Verdict::Missed, None, None),
            "{address}"
        );
        assert!(!rpo.why.is_empty() && store(&plan, address).chosen.is_none(), "{address}");
    }
}

#[test]
fn what_nobody_could_look_for_is_unknown_and_not_lost() {
    let plan = planned(&with(|inventory| {
        inventory.secrets = None;
        inventory.backup_points = None;
    }));
    let secrets = plan.forecast.rpo.iter().filter(|rpo| rpo.store.contains("aws_secretsmanager_secret"));
    let verdicts: Vec<Verdict> = secrets.map(|rpo| rpo.verdict).collect();
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == Verdict::Unknown));
    let mut world = World::read(&example());
    world.inventory = None;
    assert_eq!(loss(&planned(&world), DATABASE).verdict, Verdict::Unknown);
}

#[test]
fn what_is_given_up_by_name_has_a_line_too() {
    let mut world = World::read(&example());
    let reason = "another team has it".to_owned();
    world.settings.skips.push(AcceptedLoss { address: MEDIA.to_owned(), reason, place: None });
    let plan = planned(&world);
    let rpo = loss(&plan, MEDIA);
    assert_eq!((rpo.verdict, rpo.worst_seconds), (Verdict::Accepted, None));
    assert!(rpo.why.contains("another team has it"), "{}", rpo.why);
    // What lies in the recovery region is not lost, needed or not.
    assert!(!plan.forecast.rpo.iter().any(|rpo| rpo.store.starts_with("module.standby")));
}

#[test]
fn the_worst_is_that_of_the_chosen_kind() {
    let good = World::read(&example());
    assert_eq!(loss(&planned(&good), DATABASE).worst_seconds, Some(900));

    // The schedule names no kind: it is that of the backups that the database prefers.
    let mut world = snapshot_only(3, 0);
    let plan = planned(&world);
    assert_eq!(chosen(&plan, DATABASE).unwrap().kind, CandidateKind::Snapshot);
    let rpo = loss(&plan, DATABASE);
    assert_eq!((rpo.worst_seconds, rpo.verdict), (None, Verdict::Unknown));
    assert!(rpo.why.contains("another kind"), "{}", rpo.why);

    schedule_of(&mut world, &[PointKind::Snapshot]);
    // Three hours old where a quarter of one is promised: nothing tells when the next one comes.
    let late = planned(&world);
    let rpo = loss(&late, DATABASE);
    assert_eq!((rpo.worst_seconds, rpo.now_seconds, rpo.verdict), (None, Some(3 * HOUR), Verdict::Unknown));
    assert_eq!(crate::defects::subjects(&late, "backup-late"), [DATABASE]);
    let mut fresh = snapshot_only(0, 0);
    schedule_of(&mut fresh, &[PointKind::Snapshot]);
    let fresh = planned(&fresh);
    assert_eq!(loss(&fresh, DATABASE).worst_seconds, Some(900));
    crate::defects::without(&fresh, "backup-late");
    let mut other = good;
    schedule_of(&mut other, &[PointKind::Snapshot]);
    assert_eq!(loss(&planned(&other), DATABASE).worst_seconds, None);
    // One of its own, under another name of the database.
    other.settings.backups.push(BackupSchedule {
        store: "database".to_owned(),
        interval_seconds: 600,
        copy_seconds: 60,
        of: vec![PointKind::AutomatedBackup],
        place: None,
    });
    assert!(loss(&planned(&other), DATABASE).worst_seconds.is_some());
}

#[test]
fn a_recovery_point_that_is_yet_to_come_is_none() {
    let plan = planned(&snapshot_only(-1, 0));
    let store = store(&plan, DATABASE);
    let candidate = &store.candidates[0];
    assert_eq!((&store.chosen, candidate.loss_seconds), (&None, None));
    assert!(candidate.ruled_out.as_deref().unwrap().contains("after the plan's clock"));
    assert_eq!(found(&plan, "recovery-point-missing")[0].0, DATABASE);

    let mut world = with(|inventory| {
        let snapshot = |name: &str, hours| CacheSnapshot {
            name: name.to_owned(),
            source: "ecommerce-prod-carts".to_owned(),
            status: "available".to_owned(),
            data_at: before(hours),
        };
        inventory.cache_snapshots = Some(vec![snapshot("tomorrow", -24), snapshot("yesterday", 24)]);
    });
    world.settings.accepted_losses.clear();
    assert_eq!(chosen(&planned(&world), CARTS).unwrap().id, "yesterday");
}

/// Which recordings a finding is about, made these hours before the plan.
fn recorded_before(code: &str, inventory_hours: i64, observation_hours: i64) -> Vec<String> {
    let mut world = with(|inventory| inventory.taken_at = before(inventory_hours));
    world.observation.as_mut().unwrap().taken_at = before(observation_hours);
    subjects(&planned(&world), code)
}

#[test]
fn an_old_recording_is_told_with_its_age() {
    const CODE: &str = "recording-old";
    let codes = |inventory, observation| recorded_before(CODE, inventory, observation);
    assert_eq!(codes(24, 24), Vec::<String>::new());
    assert_eq!(codes(25, 0), ["inventory"]);
    assert_eq!(codes(0, 25), ["observation"]);
    let plan = planned(&with(|inventory| inventory.taken_at = before(168)));
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(finding.message.contains("168 h before"), "{}", finding.message);
    // The objective of the stack is the bound.
    let mut world = with(|inventory| inventory.taken_at = before(5));
    assert_eq!(found(&planned(&world), CODE), []);
    world.settings.objectives.iter_mut().find(|o| o.component == "stack").unwrap().rpo_seconds =
        Some(4 * HOUR);
    assert_eq!(found(&planned(&world), CODE).len(), 1);
}

#[test]
fn an_inventory_of_last_year_is_an_error_and_an_observation_of_a_lost_region_is_not() {
    const CODE: &str = "recording-stale";
    let codes = |inventory, observation| recorded_before(CODE, inventory, observation);
    assert_eq!(codes(168, 168), Vec::<String>::new());
    assert_eq!(codes(169, 0), ["inventory"]);
    assert_eq!(codes(0, 7_296), Vec::<String>::new());
    // Whoever may lose a month records once a month.
    let mut world = with(|inventory| inventory.taken_at = before(169));
    world.settings.objectives.iter_mut().find(|o| o.component == "stack").unwrap().rpo_seconds =
        Some(720 * HOUR);
    assert_eq!(found(&planned(&world), CODE), []);
}

#[test]
fn a_recording_that_is_yet_to_be_made_is_an_error() {
    const CODE: &str = "recording-to-come";
    let minutes = |minutes| NOW.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes);
    assert_eq!(found(&planned(&with(|inventory| inventory.taken_at = minutes(5))), CODE), []);
    let plan = planned(&with(|inventory| inventory.taken_at = minutes(6)));
    assert_eq!(found(&plan, CODE)[0].0, "inventory");
    let mut world = World::read(&example());
    world.observation.as_mut().unwrap().taken_at = minutes(60);
    assert_eq!(found(&planned(&world), CODE)[0].0, "observation");
}

/// It went on while nobody recorded it.
#[test]
fn a_backup_that_goes_on_is_not_as_old_as_its_recording() {
    let plan = planned(&with(|inventory| {
        inventory.taken_at = before(100);
        for backup in inventory.automated_backups.iter_mut().flatten() {
            backup.latest = Some(before(100));
        }
        inventory.db_snapshots = Some(Vec::new());
    }));
    let candidate = chosen(&plan, DATABASE).unwrap();
    assert_eq!((candidate.kind, candidate.loss_seconds), (CandidateKind::AutomatedBackup, None));
    let rpo = loss(&plan, DATABASE);
    assert_eq!((rpo.now_seconds, rpo.verdict), (None, Verdict::Unknown));
    for why in [&rpo.why, &store(&plan, DATABASE).why] {
        assert!(why.contains("as of the recording of 2026-11-18T08:00:00Z, 100 h before"), "{why}");
    }
    assert_eq!(found(&plan, "recovery-point-old"), []);
}

#[test]
fn a_copy_was_too_old_only_if_it_was_so_when_it_was_seen() {
    // Ten hours old when it was seen; a newer one may have come since.
    let plan = planned(&snapshot_only(110, 100));
    let candidate = chosen(&plan, DATABASE).unwrap();
    assert_eq!((candidate.kind, candidate.loss_seconds), (CandidateKind::Snapshot, None));
    assert_eq!(found(&plan, "recovery-point-old"), []);
    // Known to be lost if it is taken, and within the bound.
    assert_eq!(chosen(&planned(&snapshot_only(20, 10)), DATABASE).unwrap().loss_seconds, Some(20 * HOUR));
    // The copies had stopped before the recording.
    let plan = planned(&snapshot_only(150, 100));
    let ruled_out = store(&plan, DATABASE).candidates[0].ruled_out.clone().unwrap();
    assert_eq!(
        ruled_out,
        "its data is 50 h old as of the recording of 2026-11-18T08:00:00Z, 100 h before, the bound is 24 h"
    );
    assert_eq!(found(&plan, "recovery-point-old").len(), 1);
}
