//! Names that no step moves: people do, behind the gate, and the run waits for them.

use std::collections::BTreeMap;

use crate::model::target::Outputs;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::Step;

/// The addresses of load balancers that are up, each with the object that it is of: a name is pointed at one of them.
pub(super) fn addresses(plan: &Plan, left: &BTreeMap<String, Outputs>) -> Vec<(String, String)> {
    let up = plan.steps.iter().filter_map(|step| match &step.action {
        Action::AwaitReady { object } => {
            let outputs = left.get(&step.id)?;
            let is_address = |pointer: &str| pointer.starts_with("/status/loadBalancer/ingress/");
            let (_, address) = outputs.iter().find(|(pointer, _)| is_address(pointer))?;
            Some((object.clone(), address.clone()))
        }
        _ => None,
    });
    let (entrances, others): (Vec<_>, Vec<_>) = up.partition(|(object, _)| object.starts_with("Ingress/"));
    // What stands behind an Ingress is not what users come by.
    if entrances.is_empty() { others } else { entrances }
}

/// What can be done about a step that was waited for in vain.
pub(super) fn choices_of_wait(plan: &Plan, step: &Step, left: &BTreeMap<String, Outputs>) -> Vec<String> {
    let Some(name) = plan.moved_by_hand(step) else {
        return vec![
            "look at it in the console: it may still come up".to_owned(),
            "apply the plan again: it goes on waiting".to_owned(),
        ];
    };
    let all: Vec<String> =
        addresses(plan, left).iter().map(|(object, to)| format!("{to} ({object})")).collect();
    let to = match all.as_slice() {
        [] => format!("the entrance of {}", plan.saw.recovery_region),
        all => all.join(", or "),
    };
    vec![
        format!("no step moves {name}: where it is kept, point it at {to}"),
        "then apply the plan again: it goes on waiting until resolvers have it".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample;

    #[test]
    fn a_name_is_pointed_at_what_is_up_and_an_ingress_goes_before_a_service() {
        let mut plan = sample::plan();
        let waits: Vec<usize> = (0..plan.steps.len())
            .filter(|at| matches!(plan.steps[*at].action, Action::AwaitReady { .. }))
            .collect();
        let mut left = BTreeMap::new();
        for (at, object) in waits.iter().zip(["Service/shop/api", "Ingress/shop/shop"]) {
            plan.steps[*at].action = Action::AwaitReady { object: object.to_owned() };
            let address = ("/status/loadBalancer/ingress/0/hostname".to_owned(), format!("{object}.example"));
            left.insert(plan.steps[*at].id.clone(), Outputs::from([address]));
        }
        let of = |object: &str| (object.to_owned(), format!("{object}.example"));
        assert_eq!(addresses(&plan, &left), [of("Ingress/shop/shop")]);
        let resolves = plan.steps.iter().position(|step| matches!(step.action, Action::ResolveName { .. }));
        let resolves = resolves.unwrap();
        assert!(choices_of_wait(&plan, &plan.steps[resolves], &left)[0].starts_with("look at it"));
        plan.steps[resolves].needs = vec!["dns/gate".to_owned()];
        let by_hand = choices_of_wait(&plan, &plan.steps[resolves], &left).join("\n");
        assert!(by_hand.contains("no step moves shop.example.com"), "{by_hand}");
        assert!(by_hand.contains("point it at Ingress/shop/shop.example (Ingress/shop/shop)"), "{by_hand}");
        left.remove(&plan.steps[waits[1]].id);
        assert_eq!(addresses(&plan, &left), [of("Service/shop/api")]);
    }
}
