//! Two kinds of one name in different API groups are two objects, and two steps.

use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::audit::audit;

use crate::worlds::{Copy, World};

const CERTIFICATE: &str =
    "kind: Certificate\nmetadata:\n  name: shop\n  namespace: ecommerce\nspec:\n  secretName: shop-tls\n";

fn planned(groups: &[&str]) -> Plan {
    let copy = Copy::new();
    for (at, group) in groups.iter().enumerate() {
        copy.write(
            &format!("kubernetes/certificate-{at}.yaml"),
            &format!("apiVersion: {group}\n{CERTIFICATE}"),
        );
    }
    let plan = World::read(copy.path()).plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn steps(plan: &Plan) -> Vec<&str> {
    let applied = plan.steps.iter().filter(|step| {
        matches!(&step.action, Action::ApplyObject { object_kind, .. } if object_kind == "Certificate")
    });
    let mut ids: Vec<&str> = applied.map(|step| step.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn the_group_tells_two_of_one_name_apart_and_only_those() {
    let (manager, cloud) = ("cert-manager.io/v1", "networking.gke.io/v1");
    assert_eq!(steps(&planned(&[manager])), ["manifests/Certificate/ecommerce/shop"]);
    let both = [
        "manifests/Certificate.cert-manager.io/ecommerce/shop",
        "manifests/Certificate.networking.gke.io/ecommerce/shop",
    ];
    assert_eq!(steps(&planned(&[manager, cloud])), both);
    assert_eq!(steps(&planned(&[cloud, manager])), both);
}

#[test]
fn a_workload_of_another_group_has_a_readiness_and_a_release_of_its_own() {
    let copy = Copy::new();
    let workload = |api: &str| {
        format!(
            "apiVersion: {api}\nkind: Deployment\nmetadata:\n  name: twin\n  namespace: ecommerce\nspec: {{}}\n"
        )
    };
    copy.write("kubernetes/twin-0.yaml", &workload("apps/v1"));
    copy.write("kubernetes/twin-1.yaml", &workload("apps.example.com/v1"));
    let plan = World::read(copy.path()).plan();
    assert_eq!(audit(&plan), Ok(()));
    for label in ["Deployment.apps/ecommerce/twin", "Deployment.apps.example.com/ecommerce/twin"] {
        for id in [format!("manifests/{label}"), format!("manifests/ready/{label}")] {
            assert!(plan.steps.iter().any(|step| step.id == id), "{id}");
        }
    }
}
