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
