//! What waits while the control plane of us-east-1 is impaired: IAM, Route 53, CloudFront and their like take changes
//! nowhere else.
//!
//! <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>

use std::collections::{BTreeSet, HashMap};

use super::facts::Facts;
use super::findings::Findings;
use crate::model::words;
use crate::plan::action::{Action, Check, EngineChange};
use crate::plan::forecast::{Beforehand, Stranded};
use crate::plan::step::{Plane, Step};

/// The region of the one control plane.
const REGION: &str = "us-east-1";

/// Which steps the recovery stops at, and what waits for which of them.
pub(super) struct Waiting {
    /// Steps that write through the control plane of us-east-1, or prove that it answers. An import reads only, which stays possible from the data
    /// planes; it is not counted.
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
            if writes(step) {
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

fn writes(step: &Step) -> bool {
    let only_reads = match &step.action {
        Action::Engine { change: EngineChange::Import, .. } => true,
        // What is proven there is that it answers; nothing is written before that is proven.
        Action::Check { check } => !matches!(check, Check::ControlPlane { .. }),
        _ => false,
    };
    step.plane == Plane::UsEast1Control && !only_reads
}

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
    let of_type = match &step.action {
        Action::TrustIssuer { .. } => {
            return "roles that need no word of the new cluster: EKS Pod Identity, or a standing cluster that they trust today";
        }
        Action::ChangeRecord { .. } => {
            return "records that fail over by themselves: health checks, or routing controls";
        }
        Action::ChangeDistribution { .. } => return "an origin by a name that such a record answers for",
        Action::Engine { address, .. } => type_of(address),
        Action::Check { check: Check::ControlPlane { service } } => match service.as_str() {
            "iam" => "aws_iam_",
            "route53" => "aws_route53_",
            _ => "aws_cloudfront_",
        },
        _ => "",
    };
    match of_type {
        "aws_iam_openid_connect_provider" => {
            "roles that need no word of the new cluster: EKS Pod Identity, or a standing cluster that they trust today"
        }
        kind if kind.starts_with("aws_iam_") => {
            "roles, policies and profiles of the recovery, made today: IAM is global, and the recovery imports them"
        }
        kind if kind.starts_with("aws_route53_") => {
            "records that fail over by themselves: health checks, or routing controls"
        }
        "aws_acm_certificate" | "aws_acm_certificate_validation" => {
            "viewer certificates of us-east-1, issued today"
        }
        kind if kind.starts_with("aws_cloudfront_") || kind.starts_with("aws_wafv2_") => {
            "what stands at the edge, made today: the recovery imports it"
        }
        _ => "what is global, made today: the recovery imports it",
    }
}

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
            "{shown}{more} change what only {REGION} takes changes of: while it is gone they wait, and with them {} of the plan",
            words::count(usize::try_from(stranded.all).unwrap_or(usize::MAX), "step")
        ),
        format!("have beforehand what no step can make then: {}", made.join("; ")),
        None,
    );
}
