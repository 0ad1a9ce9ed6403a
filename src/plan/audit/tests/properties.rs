//! What holds of any plan: no panic, every single break is caught, linear time.

use proptest::prelude::*;

use super::*;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::Step;

fn audit(plan: Plan) -> Vec<Violation> {
    audit_with(&sample::sealed(plan), sample::table).err().unwrap_or_default()
}

/// Whether a step is reached from another without one of its needs.
fn still_reaches(plan: &Plan, from: &str, to: &str) -> bool {
    let mut stack = vec![from];
    let mut seen = std::collections::HashSet::new();
    while let Some(at) = stack.pop() {
        for need in plan.steps.iter().filter(|step| step.id == at).flat_map(|step| &step.needs) {
            if need == to {
                return true;
            }
            if seen.insert(need.as_str()) {
                stack.push(need);
            }
        }
    }
    false
}

proptest! {
    #[test]
    fn steps_in_another_order_are_refused(swap in (0_usize..31, 0_usize..31)) {
        let mut plan = sample::unsealed();
        let count = plan.steps.len();
        let (a, b) = (swap.0 % count, swap.1 % count);
        plan.steps.swap(a, b);
        let sorted = plan.steps.iter().enumerate().all(|(at, step)| {
            step.needs.iter().all(|need| plan.steps[..at].iter().any(|before| before.id == *need))
        });
        let found = audit(plan);
        prop_assert_eq!(found.is_empty(), sorted, "{:?}", found);
        prop_assert!(found.iter().all(|violation| violation.rule == Rule::Order));
    }

    #[test]
    fn a_renamed_step_leaves_something_dangling(at in 0_usize..31) {
        let mut plan = sample::unsealed();
        let at = at % plan.steps.len();
        let old = plan.steps[at].id.clone();
        plan.steps[at].id.push_str("-renamed");
        let named = plan.steps.iter().any(|step| step.needs.contains(&old))
            || plan.forecast.rto.critical_path.contains(&old);
        let found = audit(plan);
        if named {
            prop_assert!(!found.is_empty());
        }
    }

    #[test]
    fn a_dropped_need_of_a_dns_step_or_of_a_gate_is_caught_where_it_mattered(step in 0_usize..31, need in 0_usize..8) {
        let mut plan = sample::unsealed();
        let at = step % plan.steps.len();
        if plan.steps[at].needs.is_empty() {
            return Ok(());
        }
        let index = need % plan.steps[at].needs.len();
        let dropped = plan.steps[at].needs.remove(index);
        let id = plan.steps[at].id.clone();
        let redundant = still_reaches(&plan, &id, &dropped);
        let found = audit(plan);
        if redundant {
            prop_assert_eq!(found, vec![]);
        } else if id == "dns/gate" && dropped != "infra/cache" {
            prop_assert!(found.iter().any(|violation| violation.rule == Rule::Traffic));
        } else if dropped == "dns/gate" {
            prop_assert!(found.iter().any(|violation| violation.rule == Rule::Traffic));
        }
    }

    #[test]
    fn any_graph_is_audited_without_panic(needs in proptest::collection::vec(proptest::collection::vec(0_usize..40, 0..5), 0..40)) {
        let mut plan = sample::unsealed();
        let named = |at: usize| format!("infra/n{at:02}");
        for (at, needs) in needs.iter().enumerate() {
            let needs: Vec<String> = needs.iter().map(|need| named(*need)).collect();
            plan.steps.push(sample::bare_step(&named(at), &needs));
        }
        let count = plan.steps.len();
        plan.steps.rotate_left(count / 3);
        let _ = audit(plan);
    }
}

/// A plan of many steps, needs and uses, sound but for its forecast's counts.
fn large(steps: usize, uses: usize) -> Plan {
    let mut plan = sample::unsealed();
    plan.forecast.phases.clear();
    let config = sample::step_of(&mut plan, "manifests/config").action.clone();
    let restores: Vec<Step> = (0..steps)
        .map(|at| {
            let mut needs: Vec<String> = [1, 7, 131, 997]
                .iter()
                .filter(|back| **back <= at)
                .map(|back| format!("manifests/n{:06}", at - back))
                .collect();
            needs.push("restore/orders".to_owned());
            needs.sort();
            let mut step = sample::bare_step(&format!("manifests/n{at:06}"), &needs);
            step.action = config.clone();
            if let Action::ApplyObject { name, rewrites, .. } = &mut step.action {
                *name = format!("n{at}");
                if at > 3_000 {
                    // Known after a step far back: not a need, so it takes the passes.
                    rewrites[0].known_after = Some(format!("manifests/n{:06}", at - 3_000));
                }
            }
            step
        })
        .collect();
    let gate = plan.steps.iter().position(|step| step.id == "dns/gate").unwrap();
    plan.steps.splice(gate..gate, restores);
    let one = plan.values[0].uses[1].clone();
    plan.values[0].uses.extend(std::iter::repeat_n(one, uses));
    plan
}

#[test]
fn a_large_plan_is_sound() {
    assert_eq!(audit(large(4_000, 1_000)), vec![]);
}
