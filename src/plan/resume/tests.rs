use proptest::prelude::*;

use super::*;
use crate::plan::audit::{Rule, audit};
use crate::plan::{Plan, sample};

type Breaks<'b> = Box<dyn Fn(&mut Resumes) + 'b>;

/// What happens to a step between two plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    /// Its action becomes another.
    Changes,
    /// It is no step any more.
    Goes,
    /// Its document has values that no digest covers.
    Hides,
}

fn any_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Stays),
        1 => Just(Fate::Changes),
        1 => Just(Fate::Goes),
        1 => Just(Fate::Hides),
    ]
}

/// A run of the sample that has finished the steps of `done`, as far as what they need was done, and begun one more.
fn prior(plan: &Plan, done: &[bool]) -> Prior {
    let mut prior = Prior {
        run: "r".to_owned(),
        decision_digest: plan.decision_digest.clone(),
        steps: plan.steps.clone(),
        done: BTreeSet::new(),
        begun: BTreeSet::new(),
    };
    for (step, done) in plan.steps.iter().zip(done) {
        if !step.needs.iter().all(|need| prior.done.contains(need)) {
            continue;
        }
        prior.begun.insert(step.id.clone());
        if *done {
            prior.done.insert(step.id.clone());
        }
    }
    prior
}

/// The sample as it is planned anew: steps with their fates.
fn next(plan: &Plan, fates: &[Fate]) -> (Vec<Step>, BTreeSet<String>) {
    let gone: BTreeSet<String> = plan
        .steps
        .iter()
        .zip(fates)
        .filter(|(_, fate)| **fate == Fate::Goes)
        .map(|(step, _)| step.id.clone())
        .collect();
    let mut hidden = BTreeSet::new();
    let mut steps = Vec::new();
    for (step, fate) in plan.steps.iter().zip(fates) {
        let mut step = step.clone();
        step.needs.retain(|need| !gone.contains(need));
        match fate {
            Fate::Stays => {}
            Fate::Changes => {
                step.action = if looks(&step.action) {
                    Action::ResolveName { name: "other.example".to_owned(), ttl_seconds: 7 }
                } else {
                    Action::SetPassword { identifier: "other".to_owned(), source: "env:OTHER".to_owned() }
                }
            }
            Fate::Hides => {
                hidden.insert(step.id.clone());
            }
            Fate::Goes => continue,
        }
        steps.push(step);
    }
    (steps, hidden)
}

/// All that a step waits for.
fn behind<'s>(steps: &'s [Step], id: &str) -> BTreeSet<&'s str> {
    reached(steps, id, &|_| true)
}

/// The same with what a step takes a value of: where a step between them goes, that is still so.
fn taken_from<'s>(steps: &'s [Step], id: &str) -> BTreeSet<&'s str> {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let Some(step) = steps.iter().find(|step| step.id == id) else { continue };
        for need in step.needs.iter().chain(known_after(&step.action).into_iter().flatten()) {
            if found.insert(need) {
                open.push(need);
            }
        }
    }
    found
}

/// All that a step waits for, by ways that lead through some steps only.
fn reached<'s>(steps: &'s [Step], id: &str, through: &dyn Fn(&Step) -> bool) -> BTreeSet<&'s str> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        let first = found.is_empty();
        let on_the_way = |step: &&Step| step.id == id && (first || through(step));
        for need in steps.iter().filter(on_the_way).flat_map(|step| &step.needs) {
            if found.insert(need.as_str()) {
                open.push(need);
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn what_stays_is_done_and_the_same(
        done in prop::collection::vec(prop::bool::weighted(0.9), 40),
        fates in prop::collection::vec(any_fate(), 40),
    ) {
        let plan = sample::plan();
        prop_assert!(plan.steps.len() <= 40);
        let prior = prior(&plan, &done);
        let (steps, hidden) = next(&plan, &fates);
        let resumes = resume(&prior, &steps, &|step| hidden.contains(&step.id));
        let kept: BTreeSet<&String> = resumes.done.iter().collect();
        let again: BTreeSet<&String> = resumes.again.iter().collect();
        let ids: BTreeSet<&String> = steps.iter().map(|step| &step.id).collect();
        // Every finished step is told once: it stays, is run again, or is gone.
        let gone: BTreeSet<&String> = resumes.gone.iter().collect();
        prop_assert!(kept.is_disjoint(&again));
        prop_assert_eq!(prior.done.iter().collect::<BTreeSet<_>>(), &(&kept | &again) | &gone);
        prop_assert!((&kept | &again).is_subset(&ids) && gone.is_disjoint(&ids));
        for step in &steps {
            let before = plan.steps.iter().find(|before| before.id == step.id).unwrap();
            let differs = before.action != step.action;
            prop_assert_eq!(resumes.changed.contains(&step.id), differs && prior.begun.contains(&step.id));
            if !kept.contains(&step.id) {
                continue;
            }
            prop_assert!(!differs && !hidden.contains(&step.id));
            // What was seen, and what was decided on it, stands only with all that came before it.
            let before = behind(&steps, &step.id);
            if hinges(&step.action) {
                prop_assert!(before.iter().all(|need| resumes.done.iter().any(|id| id == need)), "{}", step.id);
            }
        }
        for step in steps.iter().filter(|step| prior.done.contains(&step.id)) {
            let differs = |id: &str| resumes.changed.iter().any(|changed| changed == id);
            let acts = |id: &str| steps.iter().any(|step| step.id == id && !looks(&step.action));
            let acting = reached(&steps, &step.id, &|step| known_after(&step.action).is_none());
            let moved: Vec<&&str> = acting.iter().filter(|id| differs(id) && acts(id)).collect();
            // What acts on what others made is looked at again where that is made otherwise.
            if !moved.is_empty() && known_after(&step.action).is_none() {
                prop_assert!(!kept.contains(&step.id), "{} stays, and {moved:?} do not", step.id);
            }
            // Nothing is run again without a reason.
            let before = taken_from(&steps, &step.id);
            let is_there = |id: &&&str| steps.iter().any(|step| step.id == **id);
            let is_steady = |id: &&str| prior.done.contains(*id) && !differs(id) && !hidden.contains(*id);
            let steady = before.iter().filter(is_there).all(is_steady);
            if steady && !differs(&step.id) && !hidden.contains(&step.id) {
                prop_assert!(kept.contains(&step.id), "{} is run again", step.id);
            }
        }
        let order: Vec<&String> = steps.iter().map(|step| &step.id).filter(|id| kept.contains(id)).collect();
        prop_assert_eq!(order, resumes.done.iter().collect::<Vec<_>>());
        let audited = Plan { steps, resumes: Some(resumes), ..plan };
        let told = audit(&sample::sealed(audited)).err().unwrap_or_default();
        prop_assert!(told.iter().all(|violation| violation.rule != Rule::Resumed), "{told:?}");
    }

    #[test]
    fn the_same_plan_keeps_all_that_is_done(done in prop::collection::vec(any::<bool>(), 40)) {
        let plan = sample::plan();
        let prior = prior(&plan, &done);
        let resumes = resume(&prior, &plan.steps, &|_| false);
        prop_assert_eq!(resumes.done.iter().cloned().collect::<BTreeSet<_>>(), prior.done);
        prop_assert!(resumes.again.is_empty() && resumes.changed.is_empty() && resumes.gone.is_empty());
    }
}

#[test]
fn another_order_or_estimate_is_the_same_step_and_another_end_is_not() {
    let plan = sample::plan();
    let prior = prior(&plan, &[true; 40]);
    let mut steps = plan.steps.clone();
    steps[0].estimate.p50_seconds += 1;
    steps[1].expects = super::super::step::Expects::Absent { subject: "x".to_owned() };
    assert!(resume(&prior, &steps, &|_| false).again.is_empty());
    let last = steps.len() - 1;
    steps[last].done_when = super::super::step::DoneWhen::Holds { what: "other".to_owned() };
    assert_eq!(resume(&prior, &steps, &|_| false).again, [steps[last].id.clone()]);
}

#[test]
fn a_plan_that_says_what_cannot_be_of_a_run_is_refused() {
    let plan = sample::plan();
    let sound = resume(&prior(&plan, &[true; 40]), &plan.steps, &|_| false);
    let gate = plan.steps.iter().rposition(|step| matches!(step.action, Action::Gate { .. })).unwrap();
    let before = plan.steps[gate].needs[0].clone();
    let first = plan.steps[0].id.clone();
    let broken: [(&str, Breaks<'_>); 5] = [
        ("a step that is none", Box::new(|resumes| resumes.done[0] = "infra/none".to_owned())),
        ("another order", Box::new(|resumes| resumes.done.reverse())),
        ("done and again", Box::new(|resumes| resumes.again.push(first.clone()))),
        ("gone and there", Box::new(|resumes| resumes.gone.push(first.clone()))),
        ("a gate without what it saw", Box::new(|resumes| resumes.done.retain(|id| *id != before))),
    ];
    for (what, break_it) in broken {
        let mut resumes = sound.clone();
        break_it(&mut resumes);
        let told = audit(&sample::sealed(Plan { resumes: Some(resumes), ..plan.clone() })).unwrap_err();
        assert!(told.iter().any(|violation| violation.rule == Rule::Resumed), "{what}: {told:?}");
    }
}

/// A value that a step leaves to an object goes with the step: the object is applied again with the new one.
#[test]
fn what_an_object_is_given_goes_with_the_step_that_gives_it() {
    let plan = sample::plan();
    let prior = prior(&plan, &[true; 40]);
    let gives =
        |step: &Step| known_after(&step.action).and_then(|after| after.first().map(|id| (*id).clone()));
    let (giver, object) = plan.steps.iter().find_map(|step| Some((gives(step)?, step.id.clone()))).unwrap();
    let mut steps = plan.steps.clone();
    let changed = steps.iter_mut().find(|step| step.id == giver).unwrap();
    changed.action = Action::SetPassword { identifier: "other".to_owned(), source: "env:OTHER".to_owned() };
    let resumes = resume(&prior, &steps, &|_| false);
    assert_eq!(resumes.changed, std::slice::from_ref(&giver));
    assert!(resumes.again.contains(&giver) && resumes.again.contains(&object), "{resumes:?}");
    // What is merely checked otherwise disturbs nothing that was done.
    let mut steps = plan.steps.clone();
    let check = steps.iter_mut().find(|step| matches!(step.action, Action::Check { .. })).unwrap();
    check.action = Action::ProbePrimary { region: None, hosts: Vec::new() };
    let (id, writes) = (check.id.clone(), |step: &&Step| !hinges(&step.action));
    let resumes = resume(&prior, &steps, &|_| false);
    assert!(resumes.again.contains(&id));
    assert!(steps.iter().filter(writes).all(|step| resumes.done.contains(&step.id)), "{resumes:?}");
}

/// What is gone is as if it were decided otherwise, but that its readers have read the same.
#[test]
fn what_stands_on_what_is_gone_is_what_another_plan_would_run_again() {
    let plan = sample::plan();
    let prior = prior(&plan, &vec![true; plan.steps.len()]);
    let mut cases = 0;
    for at in 0..plan.steps.len() {
        let mut steps = plan.steps.clone();
        let Action::ApplyObject { document_digest, .. } = &mut steps[at].action else { continue };
        *document_digest = "sha256:other".to_owned();
        let id = steps[at].id.clone();
        let undone: Vec<&str> = undone(&plan.steps, &prior.done, &HashSet::from([id.as_str()]));
        let again = resume(&prior, &steps, &|_| false).again;
        let again: Vec<&str> = again
            .iter()
            .map(String::as_str)
            .filter(|other| {
                let step = plan.steps.iter().find(|step| step.id == **other).unwrap();
                *other == id || !is_workload(&step.action)
            })
            .collect();
        assert_eq!(undone, again, "{id}");
        assert!(undone.contains(&id.as_str()) && undone.len() > 1);
        cases += 1;
    }
    assert!(cases > 1);
    assert!(undone(&plan.steps, &prior.done, &HashSet::new()).is_empty());
}
