//! What a plan must not pretend: targets that cannot be, calls that AWS refuses, losses that are larger.

use drplan::model::settings::AcceptedLoss;
use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::audit::audit;

use crate::defects::found;
use crate::sandbox::Sandbox;
use crate::worlds::{World, example};

const DATABASE: &str = "module.rds.aws_db_instance.primary";

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

/// A load balancer has another name in another region, not the same one with another region in it.
#[test]
fn a_record_is_not_moved_to_a_name_that_was_made_up() {
    let mut world = World::read(&example());
    world.observation = None;
    let plan = planned(&world);
    assert_eq!(
        found(&plan, "dns-no-target").first().map(|(subject, _)| subject.as_str()),
        Some("module.dns.aws_route53_record.api")
    );
    for step in &plan.steps {
        if let Action::ChangeRecord { to: Some(to), .. } = &step.action {
            assert!(!to.contains("elb"), "{}: {to}", step.id);
        }
    }
}

/// Volumes of gp3 below 400 GiB have 3,000 IOPS, and RDS refuses to be told so.
#[test]
fn a_restore_names_no_iops_that_rds_refuses() {
    let iops = |world: &World| {
        planned(world).steps.iter().any(|step| match &step.action {
            Action::RestoreDatabase { address, settings, .. } => {
                address == DATABASE && settings.iter().any(|setting| setting.name == "Iops")
            }
            _ => false,
        })
    };
    let mut world = World::read(&example());
    assert!(!iops(&world));
    world.state = world.state.replace("\"allocated_storage\": 200", "\"allocated_storage\": 400");
    assert!(iops(&world));
}

/// A schedule of backups says nothing of a store that comes back empty.
#[test]
fn an_accepted_loss_is_all_of_it() {
    let mut world = World::read(&example());
    world.settings.accepted_losses.push(AcceptedLoss {
        address: DATABASE.to_owned(),
        reason: "it may go".to_owned(),
        place: None,
    });
    let plan = planned(&world);
    let rpo = plan.forecast.rpo.iter().find(|rpo| rpo.store == DATABASE).unwrap();
    assert_eq!(rpo.worst_seconds, None);
}

/// What is there and is no plan is never replaced: the state that was read, least of all.
#[test]
fn the_plan_overwrites_no_other_kind_of_file() {
    let sandbox = Sandbox::example();
    let args = |out: &'static str| {
        [
            "region",
            "us-west-2",
            "--offline",
            "--at",
            "2026-11-22T12:00:00Z",
            "--inventory",
            "inventory-good.json",
            "--out",
            out,
        ]
    };
    for file in ["state.tfstate", "drplan.hcl", "inventory-good.json", "kubernetes/ingress.yaml"] {
        let before = sandbox.read(file);
        let run = sandbox.run(&args(file));
        assert_eq!(run.code, Some(2), "{file}");
        assert!(run.stderr.contains("is another kind of file"), "{}", run.stderr);
        assert_eq!(sandbox.read(file), before);
    }
    sandbox.write("empty.json", "");
    for _ in 0..2 {
        assert_eq!(sandbox.run(&args("empty.json")).code, Some(0));
    }
}
