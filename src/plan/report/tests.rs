use std::collections::BTreeMap;

use super::*;
use crate::plan::action::Action;
use crate::plan::journal::{Head, Record, replay};
use crate::plan::sample;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// A journal of entries with their times.
fn journal(entries: Vec<(i64, Entry)>) -> Replayed {
    let mut head = Head::default();
    let (mut text, mut generation) = (String::new(), 1);
    for (second, entry) in entries {
        generation += u64::from(matches!(entry, Entry::Held { .. }));
        let record = Record::chained(&head, at(second), generation, entry).unwrap();
        head = record.head();
        text += &record.line().unwrap();
    }
    replay(text.as_bytes()).unwrap()
}

fn begun(plan: &Plan) -> Entry {
    Entry::Begun(Begun { approved_by: vec!["ops".to_owned()], ..Begun::of("r", plan) })
}

#[test]
fn what_is_held_is_named_until_it_is_let_go() {
    let plan = sample::plan();
    let mut entries = vec![(1, begun(&plan))];
    let mut held = |step: &str| {
        let step = step.to_owned();
        entries.push((2, Entry::Intent { step: step.clone(), attempt: 1, alternative: 0 }));
        entries.push((3, Entry::Done { step, found: false, outputs: BTreeMap::new(), since: None }));
        report(&plan, &journal(entries.clone()), None).unwrap().held
    };
    assert_eq!(held("manifests/nightly"), ["CronJob/shop/nightly"]);
    assert_eq!(held("manifests/external-dns"), ["CronJob/shop/nightly", "Deployment/shop/external-dns"]);
    assert_eq!(held("verify/nightly"), ["Deployment/shop/external-dns"]);
}

#[test]
fn every_reason_to_run_without_approval_is_kept() {
    let plan = sample::plan();
    let held = |why: Option<&str>| Entry::Held {
        by: "ops".to_owned(),
        took_over: false,
        break_glass: why.map(str::to_owned),
    };
    let replayed = journal(vec![(1, begun(&plan)), (2, held(Some("nobody is awake"))), (3, held(None))]);
    let told = report(&plan, &replayed, None).unwrap();
    assert_eq!(told.break_glass.as_deref(), Some("nobody is awake (by ops)"));
}

#[test]
fn who_went_on_and_what_failed_before_it_was_done_are_kept() {
    let plan = sample::plan();
    let [first, second] = [0, 1].map(|at| plan.steps[at].id.clone());
    let failed = |step: &str, cause: &str| Entry::Failed {
        step: step.to_owned(),
        cause: cause.to_owned(),
        choices: Vec::new(),
        uncertain: false,
        since: None,
    };
    let done = |step: &str| Entry::Done {
        step: step.to_owned(),
        found: true,
        outputs: std::collections::BTreeMap::new(),
        since: None,
    };
    let replayed = journal(vec![
        (1, begun(&plan)),
        (2, failed(&first, "a conflict")),
        (3, failed(&second, "no room")),
        (4, Entry::Held { by: "ann@host, process 7".to_owned(), took_over: true, break_glass: None }),
        (5, done(&first)),
    ]);
    let told = report(&plan, &replayed, None).unwrap();
    let by: Vec<(&str, bool)> = told.resumed_by.iter().map(|one| (one.by.as_str(), one.took_over)).collect();
    assert_eq!(by, [("ann@host, process 7", true)]);
    let past: Vec<(&str, &str)> =
        told.mended.iter().map(|one| (one.step.as_str(), one.found.as_str())).collect();
    assert_eq!(past, [(first.as_str(), "a conflict")]);
}

#[test]
fn times_are_from_the_first_intent_to_the_end_and_the_clock_runs_since_the_loss() {
    let plan = sample::plan();
    let begun = begun(&plan);
    let mut entries = vec![(100, begun)];
    let mut second = 100;
    for (number, step) in plan.steps.iter().enumerate() {
        let id = step.id.clone();
        if number == 0 {
            entries.push((second, Entry::Intent { step: id.clone(), attempt: 1, alternative: 0 }));
            entries.push((
                second + 5,
                Entry::Failed {
                    step: id.clone(),
                    cause: "no".to_owned(),
                    choices: vec![],
                    uncertain: true,
                    since: None,
                },
            ));
            entries.push((second + 6, Entry::Intent { step: id.clone(), attempt: 2, alternative: 0 }));
        }
        second += 10;
        let found = number > 0;
        entries.push((second, Entry::Done { step: id, found, outputs: BTreeMap::new(), since: None }));
    }
    let unfinished = journal(entries[..entries.len() - 1].to_vec());
    let told = report(&plan, &unfinished, None).unwrap();
    assert_eq!(told.left, [plan.steps.last().unwrap().id.clone()]);
    assert_eq!((told.rto.seconds, told.rto.verdict), (None, Verdict::Unknown));
    let told = report(&plan, &journal(entries), Some(at(40))).unwrap();
    assert!(told.left.is_empty());
    assert_eq!(told.steps[0].seconds, Some(10));
    assert_eq!(told.steps[0].attempts, 2);
    assert_eq!((&*told.steps[0].outcome, told.steps[0].cause.as_ref()), ("done", None));
    let made =
        plan.steps.iter().position(|step| !step.action.only_looks() && step.id != plan.steps[0].id).unwrap();
    assert_eq!((&*told.steps[made].outcome, told.steps[made].seconds), ("found", None));
    assert_eq!(told.rto.seconds, Some(60 + u64::try_from(plan.steps.len()).unwrap() * 10));
}

#[test]
fn what_only_waits_is_measured_from_when_it_was_looked_at_and_never_over_two_processes() {
    let plan = sample::plan();
    let waits = plan.steps.iter().find(|step| step.action.only_looks() && !step.needs.is_empty()).unwrap();
    let gate = plan.steps.iter().find(|step| matches!(step.action, Action::Gate { .. })).unwrap();
    let done = |id: &str, since: Option<i64>| Entry::Done {
        step: id.to_owned(),
        found: true,
        outputs: BTreeMap::new(),
        since: since.map(at),
    };
    let before = |entries: &mut Vec<(i64, Entry)>| {
        entries.push((10, begun(&plan)));
        entries.extend(waits.needs.iter().map(|need| (20, done(need, None))));
    };
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    before(&mut once);
    before(&mut twice);
    once.push((60, done(&waits.id, Some(21))));
    once.push((
        100,
        Entry::Decided { step: gate.id.clone(), by: "ops".to_owned(), go: true, since: Some(at(70)) },
    ));
    twice.push((50, Entry::Held { by: "ops".to_owned(), took_over: false, break_glass: None }));
    twice.push((60, done(&waits.id, Some(51))));
    let of = |entries: Vec<(i64, Entry)>, id: &str| {
        let told = report(&plan, &journal(entries), None).unwrap();
        let row = told.steps.iter().find(|row| row.step == id).unwrap();
        let counts = durations(&plan, &told).runs[0].steps.iter().any(|step| step.step == id);
        (row.outcome.clone(), row.seconds, row.attempts, counts)
    };
    assert_eq!(of(once.clone(), &waits.id), ("done".to_owned(), Some(39), 1, true));
    assert_eq!(of(once, &gate.id), ("done".to_owned(), Some(30), 1, false));
    assert_eq!(of(twice, &waits.id), ("done".to_owned(), Some(9), 2, false));
}
