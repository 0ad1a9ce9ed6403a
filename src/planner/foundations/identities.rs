//! What pods act as: roles that take their accounts, the issuer that speaks for them, the agent that hands out roles.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html>,
//! <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html>

use super::eks;
use super::thing::Thing;
use crate::model::arn::Arn;
use crate::model::diagnostic::Place;
use crate::model::document::Object;
use crate::model::paste;
use crate::model::value::ValueKind;
use crate::planner::cluster;
use crate::planner::dispositions::Decided;
use crate::planner::facts::Facts;
use crate::planner::findings::Findings;
use crate::planner::manifests::role_of;

/// The add-on of Pod Identity, and what it runs.
const AGENT: &str = "eks-pod-identity-agent";

/// Whether drplan.hcl says what brings the agent.
pub(super) fn is_agent(thing: &Thing<'_>) -> bool {
    thing.kind == "DaemonSet" && thing.name == AGENT
}

/// Adds what a new cluster's pods could not act as.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let made = facts.objects.iter().enumerate().find(|(at, object)| {
        object.type_name() == "aws_eks_cluster" && decided.resource(*at).is_some_and(cluster::is_made)
    });
    let Some((_, made)) = made else { return };
    check_roles(facts, findings);
    check_issuer(facts, decided, made.address(), findings);
    check_agent(facts, decided, findings);
}

/// A role that no resource of the state is learns nothing of the new cluster.
fn check_roles(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let rewrites = &facts.input.settings.rewrites;
    for object in facts.input.manifests.objects.iter().filter(|object| object.kind == "ServiceAccount") {
        let Some(role) = role_of(object) else { continue };
        let Some(arn) = Arn::parse(role).filter(|arn| arn.service == "iam" && !role.contains(['$', '{']))
        else {
            continue;
        };
        let name = arn.resource.rsplit('/').next().unwrap_or_default();
        let is_ours = facts.objects.iter().any(|known| {
            known.type_name() == "aws_iam_role"
                && (known.arn.as_deref() == Some(role)
                    || known.is_managed() && known.text("name") == Some(name))
        });
        let is_named =
            rewrites.iter().any(|rewrite| rewrite.text == role) || facts.named_counterpart(&[role]).is_some();
        if is_ours || is_named {
            continue;
        }
        findings.add(
            "role-not-owned",
            facts.label(object),
            format!(
                "its pods act as role {name}, which no resource of the state is: nothing has it trust the new cluster, and \
                 each call of theirs is denied"
            ),
            format!(
                "have whoever owns the role trust the new cluster's issuer, then say so: {}; or take a role of this stack",
                paste::block("rewrite", role, "keep = true")
            ),
            Some(place(object)),
        );
    }
}

fn place(object: &Object) -> Place {
    Place::new(&object.file, object.line)
}

/// A role that trusts an issuer is taken by nobody whose issuer the account does not know.
fn check_issuer(facts: &Facts<'_, '_>, decided: &Decided, cluster: &str, findings: &mut Findings) {
    let roles = cluster::trusting_roles(facts, decided);
    let Some(first) = roles.first() else { return };
    let is_provider = |type_name: &str| type_name == "aws_iam_openid_connect_provider";
    let made = facts.objects.iter().enumerate().any(|(at, object)| {
        is_provider(object.type_name())
            && object.owns(ValueKind::Issuer).is_none_or(|issuer| issuer.contains("eks"))
            && decided.resource(at).is_some_and(cluster::is_made)
    });
    let code = facts.input.configuration.iter().flat_map(|code| &code.modules);
    let coded = code.flat_map(|module| &module.resources).any(|block| is_provider(&block.type_name));
    if made || coded {
        return;
    }
    findings.add(
        "issuer-unknown",
        cluster,
        format!(
            "role {} and the like trust the issuer of the cluster, and nothing makes the account know the new one: no pod \
             gets a role",
            first.name
        ),
        "have the code make it beside the cluster (aws_iam_openid_connect_provider), or take EKS Pod Identity",
        None,
    );
}

/// Associations are nothing without the agent on each node.
fn check_agent(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let first = facts.objects.iter().enumerate().find(|(at, object)| {
        object.type_name() == "aws_eks_pod_identity_association"
            && decided.resource(*at).is_some_and(cluster::is_made)
    });
    let Some((_, first)) = first else { return };
    let by_engine = facts.objects.iter().any(|object| match object.type_name() {
        "aws_eks_addon" => object.text("addon_name") == Some(AGENT),
        "helm_release" => object.instance.attributes.contains(AGENT),
        // In auto mode it is part of each node.
        "aws_eks_cluster" => eks::is_auto_mode(object),
        _ => false,
    });
    let code = facts.input.configuration.iter().flat_map(|code| &code.modules);
    let mut arguments = code.flat_map(|module| {
        let calls = module.calls.iter().flat_map(|call| &call.arguments);
        module.resources.iter().flat_map(|block| &block.arguments).chain(calls).chain(&module.others)
    });
    let by_code = arguments.any(|argument| {
        argument.path.contains(AGENT) || argument.literals.iter().any(|literal| literal.text == AGENT)
    });
    let by_manifest = facts.input.manifests.objects.iter().any(|object| object.name.contains(AGENT));
    let named = facts.input.settings.provides.iter().any(|provides| provides.subject.contains(AGENT));
    if by_engine || by_code || by_manifest || named {
        return;
    }
    findings.add(
        "pod-identity-agentless",
        first.address(),
        format!(
            "it gives pods a role by EKS Pod Identity, and nothing brings the agent ({AGENT}) to the new cluster's nodes: they \
             have no credentials"
        ),
        format!(
            "add the add-on to the code (aws_eks_addon, addon_name = \"{AGENT}\"), or say what brings it: {}",
            paste::block("provides", &format!("DaemonSet/kube-system/{AGENT}"), "by = \"...\"")
        ),
        facts.place_in_code(first),
    );
}
