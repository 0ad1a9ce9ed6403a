//! A tag is the image that ran, or the plan says that it is not.

use drplan::plan::Plan;
use drplan::plan::action::{Action, Check};

use crate::worlds::{World, example};

fn differing(plan: &Plan) -> Vec<&str> {
    let found = plan.findings.iter().filter(|finding| finding.code == "image-differs");
    found.map(|finding| finding.message.as_str()).collect()
}

#[test]
fn a_tag_that_is_another_image_than_the_one_that_ran_is_told() {
    let mut world = World::read(&example());
    assert_eq!(differing(&world.plan()), Vec::<&str>::new());
    let images = world.inventory.as_mut().unwrap().images.as_mut().unwrap();
    let cart = images.iter_mut().find(|image| image.repository == "ecommerce/cart-service").unwrap();
    cart.digest = format!("sha256:{}", "0".repeat(64));
    let plan = world.plan();
    let [message] = &differing(&plan)[..] else { panic!("{:?}", plan.findings) };
    assert!(
        message.contains("of us-west-2 is sha256:000000000000, and the primary ran sha256:"),
        "{message}"
    );
}

#[test]
fn all_names_of_a_certificate_are_proven() {
    let plan = World::read(&example()).plan();
    let domains = plan.steps.iter().find_map(|step| match &step.action {
        Action::Check { check: Check::Certificate { domains, .. } } => Some(domains.clone()),
        _ => None,
    });
    assert_eq!(domains.unwrap(), ["api.example.com", "hooks.example.com"]);
}
