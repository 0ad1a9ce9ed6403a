//! A certificate of the primary that has no counterpart, with and without.

use drplan::plan::audit::audit;
use serde_json::{Value, json};

use super::defects::{changed, found, replace, with, without, without_types};
use super::worlds::{Copy, World, managed, state_of};

const CODE: &str = "certificate-no-counterpart";
const FOREIGN: &str = "arn:aws:acm:us-east-2:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const OWNED: &str = "arn:aws:acm:us-east-2:123456789012:certificate/5e8b2c1f-7d4a-4f36-9b0e-a1c3d5e7f902";
const COUNTERPART: &str =
    "arn:aws:acm:us-west-2:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1950";

#[test]
fn one_that_no_resource_owns_is_found_where_an_ingress_names_it() {
    let plan = changed(|copy| copy.edit("kubernetes/ingress.yaml", |text| replace(&text, OWNED, FOREIGN)));
    let at = |line: u32| (FOREIGN.to_owned(), format!("kubernetes/ingress.yaml:{line}"));
    assert_eq!(found(&plan, CODE), [at(16), at(73)]);
    let named = changed(|copy| {
        copy.edit("kubernetes/ingress.yaml", |text| replace(&text, OWNED, FOREIGN));
        copy.edit("drplan.hcl", |text| {
            format!("{text}\ncounterpart \"{FOREIGN}\" {{\n  to = \"{COUNTERPART}\"\n}}\n")
        });
    });
    without(&named, CODE);
}

/// The engine makes it anew; where the stack validates it too, it is issued.
#[test]
fn one_that_is_made_anew_needs_what_validates_it() {
    let unissued = |text: String| replace(&text, "\"ISSUED\"", "\"PENDING_VALIDATION\"");
    let validated = changed(|copy| copy.edit("inventory-good.json", unissued));
    without(&validated, CODE);
    let plan = changed(|copy| {
        copy.edit("inventory-good.json", unissued);
        copy.edit("state.tfstate", |text| without_types(&text, &["aws_acm_certificate_validation"]));
    });
    with(&plan, CODE, "module.dns.aws_acm_certificate.ingress", "terraform/modules/dns/certificates.tf:2");
}

/// ACM answers at once; a load balancer takes a certificate only when it is issued.
#[test]
fn who_uses_a_certificate_waits_until_it_is_issued() {
    const ISSUED: &str = "infra/module.dns.aws_acm_certificate_validation.ingress";
    let copy = Copy::new();
    copy.write(
        "terraform/listener.tf",
        "resource \"aws_lb_listener\" \"https\" {\n  port            = 443\n  certificate_arn = module.dns.certificate_arn\n}\n",
    );
    let mut world = World::read(copy.path());
    let listener = managed(
        "aws_lb_listener.https",
        json!({ "id": "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/shop/0a1b2c3d4e5f6a7b/1",
                "arn": "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/shop/0a1b2c3d4e5f6a7b/1",
                "certificate_arn": OWNED, "port": 443, "region": "us-east-2" }),
        &["module.dns.aws_acm_certificate.ingress"],
    );
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    let listener: Value = serde_json::from_str(&state_of(&[listener])).unwrap();
    state["resources"].as_array_mut().unwrap().push(listener["resources"][0].clone());
    world.state = state.to_string();
    let needs = |world: &World, id: &str| {
        let plan = world.plan();
        assert_eq!(audit(&plan), Ok(()));
        plan.steps.iter().find(|step| step.id == id).unwrap().needs.clone()
    };
    let users = ["infra/aws_lb_listener.https", "manifests/Ingress/ecommerce/ecommerce"];
    // There already and issued.
    for user in users {
        assert!(!needs(&world, user).contains(&ISSUED.to_owned()), "{user}");
    }
    world.inventory.as_mut().unwrap().certificates.as_mut().unwrap().clear();
    for user in users {
        assert!(needs(&world, user).contains(&ISSUED.to_owned()), "{user}: {:?}", needs(&world, user));
    }
}

/// The controller looks for one that covers the host.
#[test]
fn an_ingress_that_names_no_certificate_needs_one_that_covers_its_hosts() {
    let serving = |host: &'static str, ports: &'static str| {
        changed(|copy| {
            copy.write(
                "kubernetes/partner.yaml",
                &format!(
                    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: partner\n  namespace: ecommerce\n  \
                     annotations:\n    alb.ingress.kubernetes.io/listen-ports: '[{{\"{ports}\": 443}}]'\nspec:\n  \
                     ingressClassName: alb\n  rules:\n    - host: {host}\n"
                ),
            );
        })
    };
    with(
        &serving("partner.example.com", "HTTPS"),
        CODE,
        "Ingress/ecommerce/partner",
        "kubernetes/partner.yaml:1",
    );
    without(&serving("partner.example.com", "HTTP"), CODE);
    without(&serving("hooks.example.com", "HTTPS"), CODE);
}
