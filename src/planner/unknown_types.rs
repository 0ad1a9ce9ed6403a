//! Resources of types that the table does not have: rules on their attributes decide.

use super::dispositions::{decide_elsewhere, fate, is_aws};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::foreign;
use super::stores::{self, Outcome};
use crate::model::arn::Arn;
use crate::plan::resource::{Disposition, Engine};

/// Services whose resources are of no region, as ARNs name them. An ARN without a region alone proves nothing: those of
/// Amazon S3 and Verified Permissions have none, and lie in one.
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html>
const GLOBAL_SERVICES: [&str; 11] = [
    "account",
    "artifact",
    "budgets",
    "ce",
    "cloudfront",
    "globalaccelerator",
    "iam",
    "networkmanager",
    "organizations",
    "route53",
    "shield",
];

/// Types without an entry: rules on their attributes.
pub(super) fn decide(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    let address = object.address();
    let type_name = object.type_name();
    findings.add(
        "unknown-type",
        address,
        format!("{type_name} is not in drplan's table of resource types; rules on its attributes decided"),
        "check what becomes of it; an entry in src/model/types/ teaches drplan the type",
        None,
    );
    if !is_aws(object) {
        return foreign::decide(facts, object, findings);
    }
    if let Some(elsewhere) = decide_elsewhere(facts, object, &[]) {
        return elsewhere.into();
    }
    let arn = object.arn.as_deref().and_then(Arn::parse);
    let is_global = |arn: Arn<'_>| GLOBAL_SERVICES.contains(&arn.service);
    if object.region.is_none() && arn.is_some_and(is_global) {
        return fate(
            Disposition::Share,
            Engine::Import,
            "of a service that is global: there is one in the account, used as it is",
        )
        .with(object.id.as_deref().unwrap_or(address))
        .into();
    }
    stores::decide_store(facts, object, findings)
}
