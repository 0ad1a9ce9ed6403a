//! Five plans that are broken in the middle of their run: the fault matrix strands at the rows of a table, and nowhere else.
//!
//! The plan is the example's database with all that leads to it and the record that leads users to the stack: small enough
//! for a matrix of each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use drplan::executor::drill::as_planned;
use drplan::executor::faults::Fault;
use drplan::executor::matrix::{every_fault, rehearse_faults};
use drplan::plan::action::Action;
use drplan::plan::rehearsal::Outcome;
use drplan::plan::{Plan, codec};
use drplan::targets::sim::{Break, Mishap, Setup};

use crate::drill::example;

const RESTORE: &str = "restore/module.rds.aws_db_instance.primary";
const RECORD: &str = "dns/module.dns.aws_route53_record.api";
const STORE: &str = "module.rds.aws_db_instance.primary";

/// Steps of the example that are about its database and the record of its API.
fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let is_kept = |id: &str| {
            let of_database = id.contains("module.rds.") || id.contains("db_credentials");
            let of_way = [
                "preflight/identity",
                "preflight/probe-primary",
                "preflight/ready",
                "fence/primary",
                "dns/gate",
            ];
            let of_record = id == RECORD || id.ends_with("Ingress/ecommerce/ecommerce");
            of_database || of_way.contains(&id) || of_record || id == "preflight/control-plane/route53"
        };
        let mut plan = example().clone();
        // What the object waits for that leaves the address of the stack's load balancer.
        let waited = plan.steps.iter().filter(|step| step.id.ends_with("Ingress/ecommerce/ecommerce"));
        let waited: BTreeSet<String> = waited
            .filter_map(|step| match &step.action {
                Action::ApplyObject { rewrites, .. } => Some(rewrites),
                _ => None,
            })
            .flatten()
            .filter_map(|rewrite| rewrite.known_after.clone())
            .collect();
        let is_other = |id: &str| id.contains("read_replica");
        plan.steps.retain(|step| (is_kept(&step.id) || waited.contains(&step.id)) && !is_other(&step.id));
        let kept: BTreeSet<String> = plan.steps.iter().map(|step| step.id.clone()).collect();
        for step in &mut plan.steps {
            step.needs.retain(|need| kept.contains(need));
        }
        codec::seal(plan).unwrap()
    })
}

fn point() -> String {
    let store = plan().stores.iter().find(|store| store.address == STORE).unwrap();
    store.chosen.clone().unwrap()
}

fn identifier() -> String {
    let mut named = plan().steps.iter().filter_map(|step| match &step.action {
        Action::RestoreDatabase { identifier, .. } => Some(identifier.clone()),
        _ => None,
    });
    named.next().unwrap()
}

fn classes() -> Vec<String> {
    plan().stores.iter().find(|store| store.address == STORE).unwrap().rule.classes.clone()
}

fn broken(step: &str, seconds: u64, breaks: impl IntoIterator<Item = Break>) -> Setup {
    let after = Duration::from_secs(seconds);
    let mishap = |breaks| Mishap { step: step.to_owned(), after, breaks };
    Setup { mishaps: breaks.into_iter().map(mishap).collect(), ..as_planned(plan(), 7) }
}

/// The rows of the matrix that strand, with the step at which each does.
fn stranded(setup: &Setup) -> BTreeMap<(String, String), String> {
    let rows = rehearse_faults(plan(), setup, &every_fault(plan())).unwrap();
    assert_eq!(rows.len(), plan().steps.len() * Fault::ALL.len());
    let stranded = rows.into_iter().filter(|row| row.outcome == Outcome::Stranded);
    let at = |then: &str| then.split_once(": ").map_or(then, |(step, _)| step).to_owned();
    stranded.map(|row| ((row.step, row.fault), at(&row.then))).collect()
}

/// A table of step, fault, and where the run then strands.
type Table = &'static [(&'static str, &'static str, &'static str)];

fn assert_rows(what: &str, setup: &Setup, table: Table) {
    let expected: BTreeMap<(String, String), String> = table
        .iter()
        .map(|(step, fault, at)| (((*step).to_owned(), (*fault).to_owned()), (*at).to_owned()))
        .collect();
    assert_eq!(stranded(setup), expected, "{what}");
}

#[test]
fn the_plan_strands_nowhere_while_nothing_is_broken() {
    assert!(
        plan().steps.iter().any(|step| step.id == RESTORE)
            && plan().steps.iter().any(|step| step.id == RECORD)
    );
    assert_rows("nothing is broken", &as_planned(plan(), 7), &[]);
}

/// Each breaks ten seconds after the step that needs it was looked at first. A fault that holds the step up longer than that
/// comes too late; what had its effect before, or is asked again at once, does not.
#[test]
fn what_breaks_while_a_step_is_held_up_strands_exactly_there() {
    const LATE: Table =
        &[(RESTORE, "error", RESTORE), (RESTORE, "time-out", RESTORE), (RESTORE, "crash-before", RESTORE)];
    assert_rows(
        "the recovery point is deleted after the restore began",
        &broken(RESTORE, 10, [Break::PointDeleted(point())]),
        LATE,
    );
    assert_rows(
        "the key of the recovery point may no longer be used",
        &broken(RESTORE, 10, [Break::PointLocked(point())]),
        LATE,
    );
    assert_rows(
        "every class sells out: there is no alternative",
        &broken(RESTORE, 10, classes().into_iter().map(Break::ClassSoldOut)),
        LATE,
    );
    assert_rows(
        "somebody makes an empty database under the name",
        &broken(RESTORE, 10, [Break::NameTaken(identifier())]),
        LATE,
    );
    assert_rows(
        "the role may no longer change records",
        &broken(RECORD, 10, [Break::Denied("route53".to_owned())]),
        &[(RECORD, "error", RECORD), (RECORD, "time-out", RECORD), (RECORD, "crash-before", RECORD)],
    );
}

/// The same five for good, after preflight has proven that all is well and before the step that needs it: no run of any row
/// gets past that step.
#[test]
fn what_breaks_for_good_after_preflight_strands_every_row_at_the_step_that_needs_it() {
    let gone = |breaks: Vec<Break>| (broken(RESTORE, 0, breaks), RESTORE);
    let sold_out = classes().into_iter().map(Break::ClassSoldOut).collect();
    let cases = [
        ("the recovery point is deleted", gone(vec![Break::PointDeleted(point())])),
        ("its key may not be used", gone(vec![Break::PointLocked(point())])),
        ("no class is left", gone(sold_out)),
        ("an empty database has the name", gone(vec![Break::NameTaken(identifier())])),
        (
            "the role may not change records",
            (broken(RECORD, 0, [Break::Denied("route53".to_owned())]), RECORD),
        ),
    ];
    let everywhere = |at: &str| -> BTreeMap<(String, String), String> {
        let all = every_fault(plan()).into_iter();
        all.map(|(step, fault)| ((step, fault.as_str().to_owned()), at.to_owned())).collect()
    };
    for (what, (setup, at)) in cases {
        assert_eq!(stranded(&setup), everywhere(at), "{what}");
    }
}
