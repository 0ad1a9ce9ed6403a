//! What waits while the control plane of us-east-1 is impaired: IAM, Route 53, CloudFront and their like take changes
//! nowhere else.
//!
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>

use std::collections::{BTreeSet, HashMap};

use super::build::step;
use super::dispositions::step_id;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::words;
use crate::plan::action::{Action, Check, EngineChange};
use crate::plan::forecast::{Beforehand, Stranded};
use crate::plan::step::{Phase, Plane, Step};

/// The region of the one control plane.
const REGION: &str = "us-east-1";

/// Which steps the recovery stops at, and what waits for which of them.
pub(super) struct Waiting {
    /// Steps that ask the control plane of us-east-1. An import reads by it: all public APIs of IAM are its control plane.
    /// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/appendix-a---partitional-service-guidance.html>
    pub(super) first: Vec<usize>,
    /// For each step of the plan, those of the first that it needs, itself among them.
    pub(super) for_which: Vec<BTreeSet<usize>>,
}

impl Waiting {
    pub(super) fn of(steps: &[Step]) -> Self {
        let index: HashMap<&str, usize> =
            steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
        let mut first = Vec::new();
        let mut for_which: Vec<BTreeSet<usize>> = Vec::with_capacity(steps.len());
        // Steps are in the order of their needs.
        for (at, step) in steps.iter().enumerate() {
            let needs = step.needs.iter().filter_map(|need| for_which.get(*index.get(need.as_str())?));
            let mut of_it: BTreeSet<usize> = needs.flatten().copied().collect();
            if step.plane == Plane::UsEast1Control {
                first.push(at);
                of_it.insert(at);
            }
            // All of hundreds say no more than some do, and a plan of thousands would be told in millions.
            while of_it.len() > MOST {
                of_it.pop_last();
            }
            for_which.push(of_it);
        }
        Self { first, for_which }
    }

    pub(super) fn all(&self) -> u64 {
        self.for_which.iter().filter(|of_it| !of_it.is_empty()).count() as u64
    }
}

/// What a component is said to wait for at most.
const MOST: usize = 20;

/// What would have to be there so that none of the steps waits, each kind once.
pub(super) fn beforehand(steps: &[Step], first: &[usize]) -> Vec<Beforehand> {
    let mut found: Vec<Beforehand> = Vec::new();
    for step in first.iter().filter_map(|at| steps.get(*at)) {
        let what = needed(step);
        match found.iter_mut().find(|known| known.what == what) {
            Some(known) => known.steps.push(step.id.clone()),
            None => found.push(Beforehand { what: what.to_owned(), steps: vec![step.id.clone()] }),
        }
    }
    found
}

fn needed(step: &Step) -> &'static str {
    match (&step.action, service(step)) {
        (Action::Engine { change: EngineChange::Import, .. }, _) => {
            "a workspace of the recovery that was applied today: what is shared is in its state, and nothing has to be imported"
        }
        (Action::Engine { address, .. }, _) if type_of(address) == "aws_iam_openid_connect_provider" => TRUST,
        (Action::TrustIssuer { .. }, _) => TRUST,
        (Action::ChangeDistribution { .. }, _) => "an origin by a name that such a record answers for",
        (_, Some("iam")) => {
            "roles, policies and profiles of the recovery, made today, in the state of its workspace"
        }
        (_, Some("route53")) => "records that fail over by themselves: health checks, or routing controls",
        (_, Some("s3")) => "buckets of the recovery, made and configured today: S3 does both in us-east-1",
        (Action::Engine { address, .. }, _) if type_of(address).starts_with("aws_acm_") => {
            "viewer certificates of us-east-1, issued today"
        }
        (_, Some("cloudfront")) => {
            "what stands at the edge, made today, in the state of the recovery's workspace"
        }
        _ => "what is global, made today, in the state of the recovery's workspace",
    }
}

const TRUST: &str = "roles that need no word of the new cluster: EKS Pod Identity, or a standing cluster that they trust today";

/// Has each step that asks the control plane of a global service wait until it is known to answer; the others do not.
pub(super) fn plan_checks(facts: &Facts<'_, '_>, steps: &mut Vec<Step>) {
    let asking: HashMap<String, String> = steps
        .iter()
        .filter(|step| step.plane == Plane::UsEast1Control)
        .filter_map(|step| Some((step.id.clone(), service(step)?.to_owned())))
        .collect();
    let services: BTreeSet<&String> = asking.values().collect();
    for step in steps.iter_mut() {
        let Some(service) = asking.get(&step.id) else { continue };
        // What it needs may have waited for it already.
        if !step.needs.iter().any(|need| asking.get(need) == Some(service)) {
            step.needs.push(step_id("preflight", &check_name(service)));
        }
    }
    for service in services {
        let check = Action::Check { check: Check::ControlPlane { service: service.clone() } };
        let estimate = facts.estimate("check");
        steps
            .push(step(Phase::Preflight, &check_name(service), check, estimate).plane(Plane::UsEast1Control));
    }
}

fn check_name(service: &str) -> String {
    format!("control-plane/{service}")
}

/// The global service that a step asks, where a check can tell that it answers.
fn service(step: &Step) -> Option<&str> {
    match &step.action {
        Action::TrustIssuer { .. } => Some("iam"),
        Action::ChangeRecord { .. } => Some("route53"),
        Action::ChangeDistribution { .. } => Some("cloudfront"),
        Action::Check { check: Check::ControlPlane { service } } => Some(service),
        Action::Engine { address, .. } => OF_TYPES
            .iter()
            .find(|(prefix, _)| type_of(address).starts_with(prefix))
            .map(|(_, service)| *service),
        _ => None,
    }
}

/// Services by what the types of their resources begin with.
const OF_TYPES: [(&str, &str); 7] = [
    ("aws_iam_", "iam"),
    ("aws_route53_", "route53"),
    ("aws_s3_", "s3"),
    ("aws_cloudfront_", "cloudfront"),
    ("aws_wafv2_", "cloudfront"),
    ("aws_acm_", "cloudfront"),
    ("aws_shield_", "cloudfront"),
];

/// The type in an address, `module.iam.aws_iam_role.shop["a"]`.
fn type_of(address: &str) -> &str {
    address.split('.').find(|word| word.starts_with("aws_")).unwrap_or_default()
}

/// Tells them where the lost region is that one.
pub(super) fn check(facts: &Facts<'_, '_>, stranded: &Stranded, findings: &mut Findings) {
    if facts.primary.as_deref() != Some(REGION) || stranded.first.is_empty() {
        return;
    }
    let shown = stranded.first.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match stranded.first.len().saturating_sub(3) {
        0 => String::new(),
        more => format!(" and {}", words::count(more, "more step")),
    };
    let made: Vec<&str> = stranded.beforehand.iter().map(|one| one.what.as_str()).collect();
    findings.add(
        "control-plane-lost",
        REGION,
        format!(
            "{shown}{more} ask what only {REGION} answers: while it is gone they wait, and with them {} of the plan",
            words::count(usize::try_from(stranded.all).unwrap_or(usize::MAX), "step")
        ),
        format!("have beforehand what no step can make then: {}", made.join("; ")),
        None,
    );
}
