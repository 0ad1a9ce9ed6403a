//! An objective that the forecast misses is told where everybody looks.

use drplan::plan::Plan;

use crate::worlds::{World, example};

fn missed(plan: &Plan) -> Vec<&str> {
    let found = plan.findings.iter().filter(|finding| finding.code == "objective-missed");
    found.map(|finding| finding.subject.as_str()).collect()
}

#[test]
fn a_missed_objective_is_a_warning() {
    let mut world = World::read(&example());
    assert_eq!(missed(&world.plan()), Vec::<&str>::new());
    for objective in &mut world.settings.objectives {
        if objective.component == "database" {
            objective.rto_seconds = Some(60);
            objective.rpo_seconds = Some(400);
        }
    }
    assert_eq!(missed(&world.plan()), ["database", "module.rds.aws_db_instance.primary"]);
}
