//! Load balancers that Ingresses and Services of the manifests make, by the quota that each counts against.

use std::collections::BTreeSet;

use super::super::dispositions::Decided;
use super::super::facts::Facts;
use crate::model::document::Object;
use crate::model::types::{
    APPLICATION_LOAD_BALANCERS, CLASSIC_LOAD_BALANCERS, NETWORK_LOAD_BALANCERS, Quota,
};

/// Controllers that make an ALB of an Ingress.
const ALB: [&str; 2] = ["ingress.k8s.aws/alb", "eks.amazonaws.com/alb"];

/// The load balancers of each quota, by what makes them.
pub(super) fn needed(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<(&'static Quota, Vec<String>)> {
    let objects = &facts.input.manifests.objects;
    let classes = classes(facts);
    let mut application = BTreeSet::new();
    let (mut network, mut classic) = (BTreeSet::new(), BTreeSet::new());
    let controller = has_controller(facts, decided);
    for object in objects {
        match object.kind.as_str() {
            "Ingress" => application.extend(of_ingress(facts, object, &classes)),
            "Service" if object.root.str_at(&["spec", "type"]) == Some("LoadBalancer") => {
                let of = if makes_nlb(object, controller) { &mut network } else { &mut classic };
                of.insert(facts.label(object));
            }
            _ => {}
        }
    }
    let all = [
        (&APPLICATION_LOAD_BALANCERS, application),
        (&NETWORK_LOAD_BALANCERS, network),
        (&CLASSIC_LOAD_BALANCERS, classic),
    ];
    all.into_iter()
        .filter(|(_, needed)| !needed.is_empty())
        .map(|(quota, needed)| (quota, needed.into_iter().collect()))
        .collect()
}

/// A class of Ingresses that are served by ALBs, and the group that it puts all of them in.
struct Class {
    name: String,
    group: Option<String>,
}

/// What the class `alb` is needs no object: the controller's chart installs it, without a group.
fn classes(facts: &Facts<'_, '_>) -> Vec<Class> {
    let objects = &facts.input.manifests.objects;
    let mut groups: Vec<(String, String)> = objects
        .iter()
        .filter(|object| object.kind == "IngressClassParams")
        .filter_map(|object| {
            Some((object.name.clone(), object.root.str_at(&["spec", "group", "name"])?.to_owned()))
        })
        .collect();
    for object in facts.objects.iter().filter(|object| object.type_name() == "kubernetes_manifest") {
        let tree = object.tree();
        let manifest = tree.pointer("/manifest/value").or_else(|| tree.get("manifest"));
        let text = |path: &str| manifest?.pointer(path)?.as_str();
        if text("/kind") == Some("IngressClassParams")
            && let (Some(name), Some(group)) = (text("/metadata/name"), text("/spec/group/name"))
        {
            groups.push((name.to_owned(), group.to_owned()));
        }
    }
    let group = |params: &str| groups.iter().find(|(name, _)| name == params).map(|(_, group)| group.clone());
    let mut classes: Vec<Class> = objects
        .iter()
        .filter(|object| object.kind == "IngressClass")
        .filter(|object| object.root.str_at(&["spec", "controller"]).is_some_and(|name| ALB.contains(&name)))
        .map(|object| Class {
            name: object.name.clone(),
            group: object.root.str_at(&["spec", "parameters", "name"]).and_then(group),
        })
        .collect();
    if !classes.iter().any(|class| class.name == "alb") {
        classes.push(Class { name: "alb".to_owned(), group: group("alb") });
    }
    classes
}

/// One for each group, one for each Ingress in none:
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#group.name>
fn of_ingress(facts: &Facts<'_, '_>, object: &Object, classes: &[Class]) -> Option<String> {
    let annotation = |name: &str| object.root.str_at(&["metadata", "annotations", name]);
    let named = object
        .root
        .str_at(&["spec", "ingressClassName"])
        .or_else(|| annotation("kubernetes.io/ingress.class"));
    let class = classes.iter().find(|class| Some(class.name.as_str()) == named);
    let annotated = object.root.at(&["metadata", "annotations"]).is_some_and(|all| {
        all.entries().iter().any(|(name, _)| name.starts_with("alb.ingress.kubernetes.io/"))
    });
    if class.is_none() && (named.is_some() || !annotated) {
        return None;
    }
    // The class has the last word: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/ingress_class/
    let group = class
        .and_then(|class| class.group.as_deref())
        .or_else(|| annotation("alb.ingress.kubernetes.io/group.name"));
    Some(group.map_or_else(|| facts.label(object), |group| format!("Ingress group {group}")))
}

/// An NLB where the AWS Load Balancer Controller takes the Service, which it does by default where it runs:
/// <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/>
fn makes_nlb(object: &Object, controller: bool) -> bool {
    let kind =
        object.root.str_at(&["metadata", "annotations", "service.beta.kubernetes.io/aws-load-balancer-type"]);
    let class = object.root.str_at(&["spec", "loadBalancerClass"]);
    controller || class.is_some() || matches!(kind, Some("nlb" | "nlb-ip" | "external"))
}

fn has_controller(facts: &Facts<'_, '_>, decided: &Decided) -> bool {
    const NAME: &str = "aws-load-balancer-controller";
    let installed = facts.objects.iter().enumerate().any(|(at, object)| {
        object.type_name() == "helm_release"
            && decided.resource(at).is_some()
            && (object.text("chart") == Some(NAME) || object.text("name") == Some(NAME))
    });
    installed
        || facts
            .input
            .manifests
            .objects
            .iter()
            .any(|object| object.kind == "Deployment" && object.name == NAME)
}
