//! The EKS cluster: which steps make it, and what must stand before a pod may start.

use super::dispositions::{Decided, step_id};
use super::facts::{Facts, Object};
use crate::model::value::ValueKind;
use crate::plan::resource::{Disposition, Engine, PlannedResource};

/// What objects stand on besides the cluster and its nodes.
const FOUNDATION: [&str; 6] = [
    "aws_eks_addon",
    "aws_eks_access_entry",
    "aws_eks_access_policy_association",
    "aws_eks_pod_identity_association",
    "helm_release",
    "kubernetes_manifest",
];

/// Steps after which objects can be applied: cluster, nodes, add-ons, what Helm installs.
pub(super) fn foundation(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<String> {
    made(facts, decided, |object| is_node(object) || is_foundation(object))
}

/// Whether objects stand on it: an add-on, who may sign in, what Helm installs.
pub(super) fn is_foundation(object: &Object<'_, '_>) -> bool {
    FOUNDATION.contains(&object.type_name())
}

/// Steps after which nodes are there; what an estimate calls the cluster.
pub(super) fn nodes(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<String> {
    made(facts, decided, is_node)
}

/// Whether it is the cluster or what its pods run on.
pub(super) fn is_node(object: &Object<'_, '_>) -> bool {
    matches!(object.type_name(), "aws_eks_cluster" | "aws_eks_node_group" | "aws_eks_fargate_profile")
}

fn made(facts: &Facts<'_, '_>, decided: &Decided, which: impl Fn(&Object<'_, '_>) -> bool) -> Vec<String> {
    let mut steps: Vec<String> = facts
        .objects
        .iter()
        .enumerate()
        .filter(|(_, object)| object.is_managed() && which(object))
        .filter(|(at, _)| decided.resource(*at).is_some_and(is_made))
        .map(|(_, object)| step_id("infra", object.address()))
        .collect();
    steps.sort();
    steps
}

/// Whether the engine makes it, or keeps what an earlier run made, before traffic moves.
pub(super) fn is_made(resource: &PlannedResource) -> bool {
    let kept = resource.engine == Engine::None && resource.disposition == Disposition::Adopt;
    (resource.engine == Engine::Create || kept) && !resource.is_postponed()
}

/// A shared role that trusts the issuer of a cluster that is made anew.
pub(super) struct TrustingRole {
    pub(super) address: String,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) service_accounts: Vec<String>,
    /// Whether the engine takes it over first.
    pub(super) imported: bool,
    /// Step after which the new issuer is known.
    pub(super) issuer_step: String,
}

/// Roles for service accounts (IRSA) whose trust names an issuer that will change, of those that both regions use.
pub(super) fn trusting_roles(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<TrustingRole> {
    roles_for_accounts(facts, decided, |resource| {
        matches!(resource.disposition, Disposition::Share | Disposition::Adopt)
    })
}

/// Roles whose trust names the issuer of a cluster that is made anew.
pub(super) fn roles_for_accounts(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    which: impl Fn(&PlannedResource) -> bool,
) -> Vec<TrustingRole> {
    let issuers: Vec<(&str, String)> = facts
        .objects
        .iter()
        .enumerate()
        .filter(|(at, object)| {
            object.type_name() == "aws_eks_cluster" && decided.resource(*at).is_some_and(is_made)
        })
        .filter_map(|(_, object)| Some((object.owns(ValueKind::Issuer)?, step_id("infra", object.address()))))
        .collect();
    if issuers.is_empty() {
        return Vec::new();
    }
    let wanted = |at: usize| {
        decided.resource(at).is_some_and(|resource| resource.deposed.is_none() && which(resource))
    };
    let roles = facts.objects.iter().enumerate().filter(|(_, object)| object.type_name() == "aws_iam_role");
    let mut found = Vec::new();
    for (at, role) in roles.filter(|(at, object)| object.is_managed() && wanted(*at)) {
        let tree = role.tree();
        let Some(policy) = tree.get("assume_role_policy").and_then(|policy| policy.as_str()) else {
            continue;
        };
        let Some((_, step)) = issuers.iter().find(|(issuer, _)| policy.contains(issuer)) else { continue };
        let mut accounts: Vec<String> = policy
            .split("system:serviceaccount:")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|account| account.replace(':', "/"))
            .collect();
        accounts.sort();
        accounts.dedup();
        found.push(TrustingRole {
            address: role.address().to_owned(),
            arn: role.arn.as_deref().unwrap_or_default().to_owned(),
            name: role.name(),
            service_accounts: accounts,
            imported: decided
                .resource(at)
                .is_some_and(|resource| resource.engine == Engine::Import && !resource.is_postponed()),
            issuer_step: step.clone(),
        });
    }
    found
}

/// The id of the step that adds the new issuer to a role.
pub(super) fn trust_step(address: &str) -> String {
    step_id("infra", &format!("trust/{address}"))
}
