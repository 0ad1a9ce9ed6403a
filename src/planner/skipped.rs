//! What drplan.hcl skips, and the plan cannot do without.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::provenance::Values;
use super::{cluster, manifests, references};
use crate::model::diagnostic::Place;
use crate::model::document::Object as ManifestObject;
use crate::model::paste;
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::values::{Site, Use, UseDisposition};

/// What brings back what the code decides the number of.
const MAKE_IT: &str = "have its count or for_each make it with the recovery's variables";

/// Adds what is wrong with what is left out by wish.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, values: &Values, findings: &mut Findings) {
    if facts.input.manifests.objects.is_empty() {
        return;
    }
    check_cluster(facts, decided, findings);
    check_named(facts, decided, values, findings);
    check_splices(facts, decided, values, findings);
    check_routes(facts, decided, findings);
    check_rules(facts, decided, findings);
    check_roles(facts, decided, findings);
    check_controllers(facts, decided, findings);
}

/// Objects need a cluster: where the state has one, it is made or it is there.
fn check_cluster(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let clusters = || {
        facts.objects.iter().enumerate().filter_map(|(at, object)| {
            let resource = decided.resource(at).filter(|_| object.type_name() == "aws_eks_cluster")?;
            resource.deposed.is_none().then_some((object, resource))
        })
    };
    let is_there = clusters().any(|(_, resource)| {
        cluster::is_made(resource) || matches!(resource.disposition, Disposition::Adopt | Disposition::Share)
    });
    let Some((object, resource)) = clusters().next().filter(|_| !is_there) else { return };
    if resource.disposition != Disposition::Skip {
        return;
    }
    let count = facts.input.manifests.objects.len();
    findings.add(
        "cluster-left-out",
        object.address(),
        format!(
            "{} is left out, and {count} objects of the manifests have no cluster to be applied to",
            object.address()
        ),
        format!(
            "{}; where only the data is to come back, leave the manifests out: `manifests {{ exclude = [\"**\"] }}`",
            if is_wished(facts, object) {
                "take it out of what drplan.hcl skips"
            } else if facts.is_not_in_code(object.instance) {
                "bring its code back"
            } else if facts.by_address.get(object.address()).is_some_and(|at| decided.is_gone(*at)) {
                MAKE_IT
            } else {
                "bring back what it goes with"
            }
        ),
        facts.place_in_code(object),
    );
}

/// A workload that names what does not come back would start without it, or reach for the lost region's.
fn check_named(facts: &Facts<'_, '_>, decided: &Decided, values: &Values, findings: &mut Findings) {
    let named = named_in_manifests(facts, values);
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(named) = named.get(object.address()) else { continue };
        let Some(resource) = skipped(decided, at) else { continue };
        let mut places = named.unplaced.clone();
        if NAMED.contains(&object.type_name()) && !is_there(facts, object) {
            places.extend(&named.kept);
        }
        let why = match &resource.goes_with {
            _ if is_wished(facts, object) => format!("drplan.hcl skips {}", object.address()),
            Some(root) => format!("{} goes with {root}, which is left out", object.address()),
            None if facts.is_not_in_code(object.instance) => {
                format!("the code does not have {}", object.address())
            }
            None if decided.is_gone(at) => {
                format!("the code makes no {} in {}", object.address(), facts.recovery)
            }
            None => continue,
        };
        let back = match &resource.goes_with {
            _ if is_wished(facts, object) => "take it out of what drplan.hcl skips".to_owned(),
            Some(root) => format!("bring {root} back"),
            None if decided.is_gone(at) => MAKE_IT.to_owned(),
            None => "bring its code back".to_owned(),
        };
        let Some((place, first)) = places.iter().next() else { continue };
        findings.add(
            "skipped-in-use",
            object.address(),
            format!("{why}, and {first}{} of the manifests name it", others(places.len() - 1)),
            format!("{back}, or say what stands for it in {}: counterpart or rewrite", facts.recovery),
            Some(Place::new(place.0, place.1)),
        );
    }
}

/// What pods ask for by its name alone: without it there is nothing under that name.
/// A bucket is not among them: there is one of a name in the world, and pods reach it wherever it is.
const NAMED: [&str; 4] =
    ["aws_dynamodb_table", "aws_secretsmanager_secret", "aws_sqs_queue", "aws_ssm_parameter"];

/// Whether the recovery region has it without the plan.
fn is_there(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    let secrets = facts.inventory().and_then(|inventory| inventory.secrets.as_ref());
    let name = object.name();
    object.type_name() == "aws_secretsmanager_secret"
        && secrets.is_none_or(|secrets| secrets.iter().any(|secret| secret.name == name))
}

/// Places of the manifests, with the object that is there.
type Places<'v> = BTreeMap<(&'v str, u32), &'v str>;

/// Where the manifests name something.
#[derive(Default)]
struct Named<'v> {
    /// By a value that the plan cannot place.
    unplaced: Places<'v>,
    /// By a name that stays.
    kept: Places<'v>,
}

/// By the address of what is named.
fn named_in_manifests<'v>(facts: &Facts<'_, '_>, values: &'v Values) -> HashMap<&'v str, Named<'v>> {
    let manifests = &facts.input.manifests;
    let mut named: HashMap<&str, Named<'_>> = HashMap::new();
    for value in &values.values {
        let Some(owner) = value.owner.as_deref() else { continue };
        for used in &value.uses {
            let Site::File { file, line, object: Some(name), .. } = &used.site else { continue };
            let of_owner = named.entry(owner);
            let places = match used.disposition {
                UseDisposition::Unplaced => &mut of_owner.or_default().unplaced,
                UseDisposition::Kept if manifests.has_text(file) => &mut of_owner.or_default().kept,
                _ => continue,
            };
            places.entry((file, *line)).or_insert(name);
        }
    }
    named
}

/// The value of a secret that is left out keeps naming what is lost, and the workloads read it where it is replicated.
fn check_splices(facts: &Facts<'_, '_>, decided: &Decided, values: &Values, findings: &mut Findings) {
    let mut stale: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for value in &values.values {
        let is_replaced =
            |used: &Use| matches!(used.disposition, UseDisposition::Rewritten | UseDisposition::KnownAfter);
        if !value.uses.iter().any(is_replaced) {
            continue;
        }
        for used in &value.uses {
            let Site::Resource { resource, path, .. } = &used.site else { continue };
            let Some(at) = facts.by_address.get(resource.as_str()) else { continue };
            if facts.objects[*at].type_name() == "aws_secretsmanager_secret_version"
                && path == "/secret_string"
                && skipped(decided, *at).is_some()
            {
                stale.entry(*at).or_default().insert(&value.value);
            }
        }
    }
    for (at, texts) in stale {
        let (object, resource) = (&facts.objects[at], decided.resource(at));
        let Some(first) = texts.first() else { continue };
        let secret = references::leader(facts, object).map(|at| &facts.objects[at]);
        let root = resource.and_then(|resource| resource.goes_with.as_deref()).unwrap_or(object.address());
        findings.add(
            "skipped-in-use",
            object.address(),
            format!(
                "{root} is left out, and the value of secret {} still names {first} of the primary{}: what reads it in {} \
                 asks the lost region",
                secret.map_or_else(|| object.name(), |secret| secret.name()),
                others(texts.len() - 1),
                facts.recovery
            ),
            if is_wished(facts, object) || secret.is_some_and(|secret| is_wished(facts, secret)) {
                format!("take {root} out of what drplan.hcl skips: the secret is taken over as it is, and these values replaced")
            } else {
                format!(
                    "bring the secret back, and the plan replaces these values; why it does not come back: `drplan show PLAN \
                     --resource {}`",
                    paste::shell(root)
                )
            },
            facts.place_in_code(object),
        );
    }
}

/// Subnets whose route table is left out have no way out: nodes in them never join.
/// <https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail>
fn check_routes(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let mut by_root: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) =
            skipped(decided, at).filter(|_| object.type_name() == "aws_route_table_association")
        else {
            continue;
        };
        let root = match resource.goes_with.as_deref() {
            Some(root) => root,
            None if is_wished(facts, object) => object.address(),
            None => continue,
        };
        let subnet = object.text("subnet_id").and_then(|id| {
            facts
                .objects
                .iter()
                .position(|one| one.type_name() == "aws_subnet" && one.id.as_deref() == Some(id))
        });
        if let Some(subnet) = subnet
            && decided.resource(subnet).is_some_and(|resource| resource.disposition == Disposition::Create)
        {
            by_root.entry(root).or_default().push(facts.objects[subnet].address());
        }
    }
    for (root, subnets) in by_root {
        let Some((first, more)) = subnets.split_first() else { continue };
        findings.add(
            "skipped-in-use",
            root,
            format!(
                "{root} is left out, and with it the route table of {first}{}: what is made there, nodes too, has no way out",
                others(more.len())
            ),
            format!("bring {root} back, or have the code route these subnets without it"),
            None,
        );
    }
}

/// Rules that let nobody in any more: of a group that a database, a cache, the cluster or its nodes are in.
fn check_rules(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let is_rule = match object.type_name() {
            "aws_vpc_security_group_ingress_rule" => true,
            "aws_security_group_rule" => object.text("type") == Some("ingress"),
            _ => false,
        };
        if !is_rule || !is_wished(facts, object) || skipped(decided, at).is_none() {
            continue;
        }
        let Some(group) = object.text("security_group_id") else { continue };
        let behind = facts.objects.iter().enumerate().find(|(at, one)| {
            let comes = decided.resource(*at).is_some_and(|resource| {
                !matches!(resource.disposition, Disposition::Skip | Disposition::Block)
            });
            comes && BEHIND_GROUPS.contains(&one.type_name()) && one.instance.attributes.contains(group)
        });
        let Some((_, behind)) = behind else { continue };
        findings.add(
            "skipped-in-use",
            object.address(),
            format!("drplan.hcl skips {}, which lets in who comes to {}", object.address(), behind.address()),
            "take it out of what drplan.hcl skips, unless another rule lets them in",
            facts.place_in_code(object),
        );
    }
}

/// What is reached through its security groups.
const BEHIND_GROUPS: [&str; 6] = [
    "aws_db_instance",
    "aws_eks_cluster",
    "aws_elasticache_cluster",
    "aws_elasticache_replication_group",
    "aws_launch_template",
    "aws_rds_cluster",
];

/// A role that is left out does not learn to trust the new cluster: the pods that take it get no credentials.
fn check_roles(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let roles = cluster::roles_for_accounts(facts, decided, |role| role.disposition == Disposition::Skip);
    if roles.is_empty() {
        return;
    }
    let mut takers: HashMap<&str, Vec<&ManifestObject>> = HashMap::new();
    for object in &facts.input.manifests.objects {
        if let Some(arn) = manifests::role_of(object) {
            takers.entry(arn).or_default().push(object);
        }
    }
    for role in roles {
        let Some([first, more @ ..]) = takers.get(role.arn.as_str()).map(Vec::as_slice) else { continue };
        findings.add(
            "skipped-in-use",
            role.address.as_str(),
            format!(
                "{} is left out and does not learn to trust the new cluster: pods of {}{} get no credentials by it",
                role.address,
                facts.label(first),
                others(more.len())
            ),
            format!(
                "take it out of what drplan.hcl skips, with its policies; a role that both regions use is imported \
                 as it is, and only its trust gets the issuer of {}",
                facts.recovery
            ),
            Some(first.place()),
        );
    }
}

/// Charts that serve Ingresses, with the class that they serve.
/// <https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/>
const CONTROLLERS: [(&str, &str); 4] = [
    ("aws-load-balancer-controller", "alb"),
    ("ingress-nginx", "nginx"),
    ("traefik", "traefik"),
    ("haproxy-ingress", "haproxy"),
];

/// An Ingress whose controller is skipped never gets an address, and the DNS step waits for it.
fn check_controllers(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        if object.type_name() != "helm_release" || !is_wished(facts, object) || skipped(decided, at).is_none()
        {
            continue;
        }
        let chart = object.text("chart").and_then(|chart| chart.rsplit('/').next());
        let Some((_, class)) = CONTROLLERS.iter().find(|(known, _)| Some(*known) == chart) else { continue };
        let served: Vec<&ManifestObject> = facts
            .input
            .manifests
            .objects
            .iter()
            .filter(|one| manifests::ingress_class(one) == Some(class))
            .collect();
        let [first, more @ ..] = served.as_slice() else { continue };
        findings.add(
            "skipped-in-use",
            object.address(),
            format!(
                "drplan.hcl skips {}, and no controller serves {}{}: without a load balancer traffic has nowhere to go",
                object.address(),
                facts.label(first),
                others(more.len())
            ),
            "take it out of what drplan.hcl skips, or leave these Ingresses out of the manifests",
            Some(first.place()),
        );
    }
}

fn skipped(decided: &Decided, at: usize) -> Option<&PlannedResource> {
    decided
        .resource(at)
        .filter(|resource| resource.disposition == Disposition::Skip && resource.deposed.is_none())
}

pub(super) fn is_wished(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    facts.input.settings.skips.iter().any(|skip| facts.meant_by(&skip.address, object))
}

fn others(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " and one more".to_owned(),
        more => format!(" and {more} more"),
    }
}
