mod dependants;
mod mutate;
mod mutations;
mod properties;
mod safety;

use super::*;
use crate::plan::sample;

#[test]
fn the_sample_is_sound() {
    assert_eq!(audit_with(&sample::plan(), sample::table), Ok(()));
}

#[test]
fn every_rule_has_its_own_word() {
    use std::collections::BTreeSet;
    let rules = [
        Rule::Traffic,
        Rule::Workload,
        Rule::Primary,
        Rule::Deletion,
        Rule::Fence,
        Rule::Binding,
        Rule::Secret,
        Rule::Data,
        Rule::Disposition,
        Rule::Identity,
        Rule::Needs,
        Rule::Order,
        Rule::Cycle,
        Rule::KnownAfter,
        Rule::Finding,
        Rule::Use,
        Rule::Store,
        Rule::Forecast,
        Rule::Number,
    ];
    let words: BTreeSet<_> = rules.iter().map(|rule| rule.word()).collect();
    assert_eq!(words.len(), rules.len());
    assert!(rules.len() <= Report::default().told.len());
    let safety: BTreeSet<_> = rules.iter().filter_map(|rule| rule.safety()).collect();
    assert_eq!(safety.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 7, 8]);
}

#[test]
fn a_flood_of_violations_is_cut_off() {
    let mut plan = sample::unsealed();
    let unknown = sample::bare_step("infra/x", &["infra/nowhere".to_owned()]);
    for at in 0..1_000 {
        plan.steps.push(crate::plan::step::Step { id: format!("infra/x{at:04}"), ..unknown.clone() });
    }
    let violations = audit_with(&sample::sealed(plan), sample::table).unwrap_err();
    let needs = violations.iter().filter(|violation| violation.rule == Rule::Needs).count();
    assert_eq!(needs, TOLD_PER_RULE);
}
