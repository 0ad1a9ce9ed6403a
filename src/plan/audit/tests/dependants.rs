//! What goes with something that is left out or withheld.

use super::mutate::*;
use super::*;
use crate::plan::action::{Action, EngineChange};
use crate::plan::resource::{Disposition, Engine};

const CHART: &str = "helm_release.reports";

/// The chart goes with an address; nothing else changes.
fn goes_with(plan: &mut Plan, address: &str) {
    resource(plan, CHART).goes_with = Some(address.to_owned());
}

/// The chart waits for what is withheld: behind the gate, after the distribution.
fn postpone(plan: &mut Plan) {
    goes_with(plan, "aws_cloudfront_distribution.shop");
    let id = step_on(plan, "aws_cloudfront_distribution.shop");
    need(plan, "verify/converged", "infra/chart");
    need(plan, "infra/chart", &id);
}

fn step_on(plan: &Plan, address: &str) -> String {
    let acts = |action: &Action| match action {
        Action::ChangeDistribution { address: on, .. } => on.as_deref() == Some(address),
        _ => false,
    };
    plan.steps.iter().find(|step| acts(&step.action)).unwrap().id.clone()
}

#[test]
fn what_the_engine_leaves_out_with_another_is_not_made() {
    // The queue is blocked, so the engine leaves it out, and the chart with it.
    caught_alone(Rule::Disposition, |plan| goes_with(plan, "aws_sqs_queue.mail"));
    caught(Rule::Disposition, |plan| {
        goes_with(plan, "aws_sqs_queue.mail");
        resource(plan, CHART).disposition = Disposition::Share;
        resource(plan, CHART).engine = Engine::Exclude;
    });
    caught_alone(Rule::Disposition, |plan| {
        resource(plan, "aws_iam_role.api").goes_with = Some("aws_sqs_queue.mail".to_owned());
    });
    // What lives only in the state is put there without the engine.
    let mut plan = sample::unsealed();
    resource(&mut plan, "random_password.salt").goes_with = Some("aws_sqs_queue.mail".to_owned());
    assert_eq!(rules(&sample::sealed(plan)), []);
}

#[test]
fn what_goes_with_another_names_what_is_left_out_or_withheld() {
    caught_alone(Rule::Disposition, |plan| goes_with(plan, "aws_vpc.main"));
    caught_alone(Rule::Disposition, |plan| goes_with(plan, "aws_vpc.nowhere"));
}

#[test]
fn what_is_withheld_comes_before_its_dependants() {
    caught_alone(Rule::Order, |plan| goes_with(plan, "aws_cloudfront_distribution.shop"));
    // Behind the gate it is too late for a step of infra: it belongs to dns.
    let mut plan = sample::unsealed();
    postpone(&mut plan);
    let found = audit_with(&sample::sealed(plan), sample::table).unwrap_err();
    assert!(found.iter().all(|violation| !violation.message.contains("does not wait")), "{found:#?}");
}

#[test]
fn only_what_goes_with_another_is_adopted_without_an_import() {
    let adopt = |plan: &mut Plan| {
        resource(plan, "aws_s3_bucket.media").engine = Engine::Exclude;
        plan.steps.retain(|step| {
            !matches!(&step.action, Action::Engine { address, change: EngineChange::Import, .. }
                if address == "aws_s3_bucket.media")
        });
        if let Action::EngineConverged { left_out } = &mut step(plan, "verify/converged").action {
            left_out.push("aws_s3_bucket.media".to_owned());
            left_out.sort();
        }
    };
    caught(Rule::Disposition, |plan| adopt(plan));
    let mut plan = sample::unsealed();
    adopt(&mut plan);
    resource(&mut plan, "aws_s3_bucket.media").goes_with = Some("aws_sqs_queue.mail".to_owned());
    assert!(!rules(&sample::sealed(plan)).contains(&Rule::Disposition));
}
