//! An objective that the forecast misses is told where everybody looks.

use crate::defects::{subjects, without};
use crate::worlds::{World, example};

#[test]
fn a_missed_objective_is_a_warning() {
    let mut world = World::read(&example());
    without(&world.plan(), "objective-missed");
    for objective in &mut world.settings.objectives {
        if objective.component == "database" {
            objective.rto_seconds = Some(60);
            objective.rpo_seconds = Some(400);
        }
    }
    assert_eq!(
        subjects(&world.plan(), "objective-missed"),
        ["database", "module.rds.aws_db_instance.primary"]
    );
}

/// What the whole may lose, each store may: a bucket that says nothing else is held to it.
#[test]
fn what_the_stack_may_lose_is_the_bound_of_its_stores() {
    const BUCKET: &str = "module.s3.aws_s3_bucket.media";
    let mut world = World::read(&example());
    world.settings.objectives.retain(|objective| objective.component != BUCKET);
    without(&world.plan(), "objective-missed");
    for objective in &mut world.settings.objectives {
        match objective.component.as_str() {
            "stack" => objective.rpo_seconds = Some(60),
            "database" => objective.rto_seconds = Some(7_200),
            _ => {}
        }
    }
    let plan = world.plan();
    assert_eq!(subjects(&plan, "objective-missed"), [BUCKET]);
    let finding = plan.findings.iter().find(|finding| finding.code == "objective-missed").unwrap();
    assert_eq!(finding.at.as_ref().map(|at| at.line), Some(48));
}

/// Without a schedule nothing bounds the worst, and what would be lost now misses it already.
#[test]
fn what_is_lost_now_misses_an_objective_too() {
    let mut world = World::read(&example());
    world.settings.backups.clear();
    for database in &mut world.settings.databases {
        database.max_age_seconds = Some(86_400);
    }
    for objective in &mut world.settings.objectives {
        if objective.component == "database" {
            objective.rpo_seconds = Some(60);
        }
    }
    let plan = world.plan();
    assert_eq!(subjects(&plan, "objective-missed"), ["module.rds.aws_db_instance.primary"]);
}
