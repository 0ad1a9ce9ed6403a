//! APIs that another server answers: who stands on one comes after it, and traffic moves when it answers or somebody was
//! told that it does not.

use drplan::plan::action::Action;
use drplan::plan::step::{Phase, Step};

use crate::worlds::{Copy, World};

const API: &str = "apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.stock.shop.example }
spec:
  group: stock.shop.example
  version: v1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: { name: stock, namespace: ecommerce }
---
apiVersion: stock.shop.example/v1
kind: Shelf
metadata: { name: tall, namespace: ecommerce }
";

fn steps(manifests: &str) -> Vec<Step> {
    let copy = Copy::new();
    copy.write("kubernetes/api.yaml", manifests);
    World::read(copy.path()).plan().steps
}

fn step<'s>(steps: &'s [Step], id: &str) -> &'s Step {
    steps.iter().find(|step| step.id == id).unwrap_or_else(|| panic!("no step {id}"))
}

#[test]
fn who_stands_on_an_api_of_another_server_comes_when_that_answers() {
    let steps = steps(API);
    let ready = "manifests/ready/APIService/v1.stock.shop.example";
    let waits = step(&steps, ready);
    assert!(
        matches!(&waits.action, Action::AwaitReady { object } if object == "APIService/v1.stock.shop.example")
    );
    assert_eq!((waits.phase, &waits.needs), (Phase::Manifests, &vec![ready.replace("ready/", "")]));
    assert!(step(&steps, "manifests/Shelf/ecommerce/tall").needs.contains(&ready.to_owned()));
    assert!(
        step(&steps, "dns/gate").needs.contains(&ready.to_owned()),
        "{:?}",
        step(&steps, "dns/gate").needs
    );
}

/// Without a server of its own it is the API server's, and there at once; one that claims the group that it is in itself,
/// or one of Kubernetes' own, has nothing wait for it.
#[test]
fn what_the_api_server_answers_itself_is_not_waited_for() {
    for (from, to) in [
        ("  service: { name: stock, namespace: ecommerce }\n", ""),
        ("group: stock.shop.example", "group: apiregistration.k8s.io"),
        ("group: stock.shop.example", "group: apps"),
    ] {
        let steps = steps(&API.replace(from, to));
        let waits = steps.iter().find(|step| step.id.starts_with("manifests/ready/APIService/"));
        assert_eq!(waits.map(|step| &step.id), None, "{from} -> {to:?}");
    }
}
