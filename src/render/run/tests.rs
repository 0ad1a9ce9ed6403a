use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::Options;
use super::*;
use crate::event::{Ending, Event, EventKind};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::sample;
use crate::plan::step::Phase;

fn event(second: i64, kind: EventKind) -> Event {
    Event { at: Timestamp::from_second(1_764_000_000 + second).unwrap(), kind }
}

fn begun() -> Vec<Event> {
    let steps: Vec<String> = sample::plan().steps.iter().map(|step| step.id.clone()).collect();
    let first = steps[0].clone();
    vec![
        event(0, EventKind::Begun { run: "r1".to_owned(), steps, done: Vec::new() }),
        event(1, EventKind::StepBegun { step: first.clone(), attempt: 1 }),
        event(61, EventKind::StepProgress { step: first, status: "creating".to_owned() }),
    ]
}

/// Of a run in which nothing was done yet.
fn question<'q>(step: &'q str, ask: &'q str, unproven: &'q BTreeMap<String, String>) -> Question<'q> {
    let again = "drplan apply 'my plan.json' --context c";
    Question { step, ask, unproven, failed: &[], done: &[], stopped: &[], addresses: &[], again }
}

fn ended(how: Ending, failed: u64) -> Event {
    event(99, EventKind::Ended { how, done: 0, failed, left: 1 })
}

const FOLDER: Folder<'_> = Folder {
    again: "drplan apply p.json --context c",
    run: ".drplan/runs/r1",
    verify: "drplan verify --context c",
    replan: Some("drplan region us-west-2 --resume r1 --out next.json"),
};

fn screen(events: &[Event]) -> String {
    let plan = sample::plan();
    let mut view = View::new(&plan);
    events.iter().for_each(|event| view.take(event));
    render_view(&view, Options::default())
}

#[test]
fn a_phase_shows_its_slowest_step_with_the_service_s_word_and_how_long_it_usually_takes() {
    let shown = screen(&begun());
    assert!(shown.contains("creating 1 min, usually"), "{shown}");
    assert!(shown.contains("1 min 1 s gone"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    assert_eq!(screen(&[]), "");
}

/// Whoever is asked whether the old writers are stopped is told that others start without an answer.
#[test]
fn the_fence_says_which_workloads_do_not_wait_for_it() {
    let mut plan = sample::plan();
    let none = BTreeMap::new();
    let asked = |plan: &Plan, step: &str, done: &[String]| {
        let question = Question { done, ..question(step, "stopped?", &none) };
        render_gate(plan, question, Options::default())
    };
    let fence = plan.steps.iter().find(|step| step.phase == Phase::Fence).unwrap().id.clone();
    let behind = asked(&plan, &fence, &[]);
    let ready = plan.steps.iter().position(|step| matches!(step.action, Action::AwaitReady { .. })).unwrap();
    plan.steps[ready].needs.clear();
    plan.steps[ready].action = Action::AwaitReady { object: "Deployment/shop/cart".to_owned() };
    let open = asked(&plan, &fence, &[]);
    assert!(open.contains("started without waiting for it, whatever the answer: "), "{open}");
    assert!(open.len() > behind.len(), "{behind}");
    let up = asked(&plan, &fence, std::slice::from_ref(&plan.steps[ready].id));
    assert!(up.contains("up by now, without waiting for it: 1 workload; neither"), "{up}");
}

/// Behind a gate that was declined, and behind what has failed, nothing is started.
#[test]
fn the_fence_does_not_count_what_does_not_start_any_more() {
    let mut plan = sample::plan();
    let fence = plan.steps.iter().find(|step| step.phase == Phase::Fence).unwrap().id.clone();
    let ready = plan.steps.iter().position(|step| matches!(step.action, Action::AwaitReady { .. })).unwrap();
    let before = "manifests/gate".to_owned();
    plan.steps[ready].needs = vec![before.clone()];
    plan.steps[ready].action = Action::AwaitReady { object: "Deployment/shop/cart".to_owned() };
    let none = BTreeMap::new();
    let asked = |stopped: &[String], done: &[String]| {
        let question = Question { stopped, done, ..question(&fence, "stopped?", &none) };
        render_gate(&plan, question, Options::default())
    };
    let meanwhile = "started without waiting for it, whatever the answer: 1 workload";
    assert!(asked(&[], &[]).contains(meanwhile), "{}", asked(&[], &[]));
    assert!(!asked(std::slice::from_ref(&before), &[]).contains("meanwhile"));
    let up = asked(&[before], std::slice::from_ref(&plan.steps[ready].id));
    assert!(up.contains("up by now, without waiting for it: 1 workload"), "{up}");
}

/// A name that no step moves, and where it is to lead.
#[test]
fn a_gate_says_which_names_are_moved_by_hand() {
    let mut plan = sample::plan();
    let resolves =
        plan.steps.iter().position(|step| matches!(step.action, Action::ResolveName { .. })).unwrap();
    let none = BTreeMap::new();
    let asked = |plan: &Plan, addresses: &[(String, String)]| {
        let question = Question { addresses, ..question("dns/gate", "go?", &none) };
        render_gate(plan, question, Options { width: 200, ..Options::default() })
    };
    assert!(!asked(&plan, &[]).contains("by hand"), "a step moves it");
    plan.steps[resolves].needs = vec!["dns/gate".to_owned()];
    let unknown = asked(&plan, &[]);
    assert!(
        unknown.contains("no step moves shop.example.com") && unknown.contains("the entrance of"),
        "{unknown}"
    );
    let known = asked(&plan, &[("Ingress/shop/shop".to_owned(), "lb.example".to_owned())]);
    assert!(known.contains("point it at lb.example (Ingress/shop/shop) now"), "{known}");
    assert!(known.contains("drplan apply 'my plan.json' --context c\n"), "{known}");
}

/// Which gate, what it asks, and who has said no.
#[test]
fn a_run_that_stops_at_a_gate_names_it_and_who_declined() {
    let plan = sample::plan();
    let asked =
        |step: &str| event(1, EventKind::GateAsked { step: step.to_owned(), ask: format!("{step} now?") });
    let answered = |step: &str, go| {
        event(2, EventKind::GateAnswered { step: step.to_owned(), by: "ops (typed)".to_owned(), go })
    };
    let shown =
        |events: &[Event]| render_ended(&plan, events, FOLDER, Options { width: 200, ..Options::default() });
    let events = [
        asked("fence/primary"),
        answered("fence/primary", true),
        asked("dns/gate"),
        ended(Ending::AtGate, 0),
    ];
    let open = shown(&events);
    assert!(
        open.contains(
            "gate      dns/gate, not answered: nobody was asked at a terminal\n            dns/gate now?"
        ),
        "{open}"
    );
    assert!(!open.contains("fence/primary") && !open.contains("--resume"), "{open}");
    let events = [asked("dns/gate"), answered("dns/gate", false), ended(Ending::AtGate, 0)];
    let declined = shown(&events);
    assert!(declined.contains("gate      dns/gate, declined by ops (typed)\n"), "{declined}");
}

/// As Ctrl-C leaves it: what is mended goes on with the same run.
#[test]
fn a_failure_of_a_run_that_was_interrupted_has_the_command_that_plans_anew_for_it() {
    let plan = sample::plan();
    let failed = |choice: &str| {
        let kind = EventKind::StepFailed {
            step: plan.steps[0].id.clone(),
            cause: "no".to_owned(),
            choices: vec!["wait".to_owned(), choice.to_owned()],
        };
        render_ended(&plan, &[event(1, kind), ended(Ending::Interrupted, 1)], FOLDER, Options::default())
    };
    let mends = failed("or mend the manifest, then plan and approve again");
    assert!(mends.contains("plan and approve again (`--resume`, by \"or\" below)"), "{mends}");
    assert!(mends.contains(FOLDER.replan.unwrap()), "{mends}");
    assert!(!failed("or try again").contains("--resume"));
}

/// What rests until its gate, in a cluster where it may have run before.
#[test]
fn what_is_held_is_named_where_a_run_stops() {
    let plan = sample::plan();
    let done = |step: &str| event(1, EventKind::StepDone { step: step.to_owned(), found: false });
    let shown =
        |events: &[Event]| render_ended(&plan, events, FOLDER, Options { width: 200, ..Options::default() });
    let both = [done("manifests/nightly"), done("manifests/external-dns"), ended(Ending::AtGate, 0)];
    assert!(
        shown(&both).contains("held now  CronJob/shop/nightly and Deployment/shop/external-dns: suspended"),
        "{}",
        shown(&both)
    );
    let let_go = [done("manifests/nightly"), done("verify/nightly"), ended(Ending::Interrupted, 0)];
    assert!(!shown(&let_go).contains("held now"), "{}", shown(&let_go));
}

/// At 100 columns and at 80: the word of what is waited for is whole, and the usual time gives way.
#[test]
fn what_is_waited_for_is_whole_where_there_is_room_for_it() {
    let mut events = begun();
    let first = sample::plan().steps[0].id.clone();
    let status = "its load balancer has no address yet";
    events.push(event(70, EventKind::StepProgress { step: first, status: status.to_owned() }));
    assert!(screen(&events).contains(status), "{}", screen(&events));
    let plan = sample::plan();
    let mut view = View::new(&plan);
    events.iter().for_each(|event| view.take(event));
    let narrow = render_view(&view, Options { width: 80, ..Options::default() });
    assert!(narrow.contains("its load balancer"), "{narrow}");
    assert!(narrow.lines().all(|line| line.chars().count() <= 80), "{narrow}");
}

/// What holds a run up is seen beside what has failed in its phase.
#[test]
fn what_still_runs_is_shown_beside_what_has_failed() {
    let plan = sample::plan();
    let of_phase = |phase: Phase| plan.steps.iter().filter(move |step| step.phase == phase);
    let phase = Phase::ALL.into_iter().find(|phase| of_phase(*phase).count() > 1).unwrap();
    let [failed, runs] = [0, 1].map(|at| of_phase(phase).nth(at).unwrap().id.clone());
    let mut events = begun();
    for step in [&failed, &runs] {
        events.push(event(62, EventKind::StepBegun { step: step.clone(), attempt: 1 }));
    }
    let cause = "GET Deployment/shop/a-long-name: no capacity".to_owned();
    events.push(event(63, EventKind::StepFailed { step: failed, cause, choices: Vec::new() }));
    events.push(event(64, EventKind::StepProgress { step: runs, status: "no address yet".to_owned() }));
    let shown = screen(&events);
    assert!(shown.contains("1 failed: no capacity") && shown.contains("no address yet"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 100), "{shown}");
    let mut view = View::new(&plan);
    events.iter().for_each(|event| view.take(event));
    assert!(!view.rests(), "something runs");
}

#[test]
fn what_has_ended_stays_ended() {
    let mut events = begun();
    let first = sample::plan().steps[0].id.clone();
    events.push(event(70, EventKind::StepDone { step: first.clone(), found: false }));
    let done = screen(&events);
    events.push(event(
        70,
        EventKind::StepFailed { step: first, cause: "late".to_owned(), choices: Vec::new() },
    ));
    assert_eq!(screen(&events), done);
}

#[test]
fn a_failure_says_cause_and_what_to_do_and_the_command_is_the_one_that_was_typed() {
    let plan = sample::plan();
    let mut events = begun();
    let first = plan.steps[0].id.clone();
    events.push(event(
        70,
        EventKind::StepFailed {
            step: first.clone(),
            cause: "no capacity".to_owned(),
            choices: vec!["try again".to_owned()],
        },
    ));
    assert!(screen(&events).contains("failed: no capacity"));
    let second = plan.steps[1].id.clone();
    events.push(event(70, EventKind::StepBegun { step: second.clone(), attempt: 1 }));
    events.push(event(
        70,
        EventKind::StepProgress { step: second.clone(), status: "no address yet".to_owned() },
    ));
    let left = plan.steps.len() as u64 - 1;
    events.push(event(71, EventKind::Ended { how: Ending::Failed, done: 0, failed: 1, left }));
    let shown = render_ended(&plan, &events, FOLDER, Options::default());
    assert!(shown.contains(&format!("under way {second}: no address yet")), "{shown}");
    for expected in
        [&*first, "no capacity", "1. try again", "drplan apply p.json --context c", "has moved no traffic"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn a_line_has_the_time_and_no_control_characters() {
    let kind = EventKind::StepFailed {
        step: "infra/a".to_owned(),
        cause: "bad\u{1b}[31m\nnews".to_owned(),
        choices: Vec::new(),
    };
    let shown = line(&event(0, kind)).unwrap();
    assert!(shown.contains("infra/a  FAILED: bad"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\n'), "{shown}");
}

#[test]
fn a_gate_tells_what_nobody_answered_from_what_is_proven() {
    let plan = sample::plan();
    let gate = plan.steps.iter().find(|step| matches!(step.action, Action::Gate { .. })).unwrap();
    let need = gate.needs.first().unwrap().clone();
    let row = |text: &str, label: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(label));
        line.is_some_and(|line| line.contains(&need))
    };
    let asked = |unproven: &[String], failed: &[String]| {
        let unproven = &unproven.iter().map(|need| (need.clone(), "nobody said".to_owned())).collect();
        let question = Question { failed, ..question(&gate.id, "go?", unproven) };
        render_gate(&plan, question, Options::default())
    };
    let all = asked(&[], &[]);
    assert!(row(&all, "proven ") && !row(&all, "unproven "), "{all}");
    let none = asked(std::slice::from_ref(&need), &[]);
    assert!(!row(&none, "proven ") && row(&none, "unproven "), "{none}");
    let failed = asked(&[], &["manifests/Service/shop/cart".to_owned()]);
    assert!(failed.contains("FAILED    manifests/Service/shop/cart"), "{failed}");
}

#[test]
fn steps_that_failed_of_one_cause_are_told_once() {
    let plan = sample::plan();
    let failed = |name: &str, choice: &str| EventKind::StepFailed {
        step: format!("manifests/ready/Deployment/shop/{name}"),
        cause: format!("GET Deployment/shop/{name}: CannotStart: no room"),
        choices: vec![choice.to_owned()],
    };
    let mut events: Vec<Event> = [("a", "mend"), ("b", "mend"), ("c", "other")]
        .iter()
        .map(|(name, does)| event(1, failed(name, does)))
        .collect();
    events.push(event(2, EventKind::Ended { how: Ending::Failed, done: 0, failed: 3, left: 1 }));
    let folder = Folder { again: "again", run: "r", verify: "v", replan: None };
    let shown = render_ended(&plan, &events, folder, Options::default());
    assert_eq!(shown.matches("no room").count(), 2, "{shown}");
    assert!(
        shown.contains("steps     manifests/ready/Deployment/shop/a and manifests/ready/Deployment/shop/b"),
        "{shown}"
    );
}

#[test]
fn a_narrow_screen_has_one_line_for_each_phase() {
    let plan = sample::plan();
    let mut view = View::new(&plan);
    begun().iter().for_each(|event| view.take(event));
    let options = Options { width: 80, ..Options::default() };
    let shown = render_view(&view, options);
    assert!(
        shown
            .lines()
            .filter(|line| !line.is_empty())
            .all(|line| line.starts_with("  ") && !line.starts_with("    ")),
        "{shown}"
    );
    view.take(&event(62, EventKind::GateAsked { step: "dns/gate".to_owned(), ask: "go?".to_owned() }));
    let shown = render_view(&view, options);
    assert!(shown.contains("since ") && !shown.contains(" gone"), "{shown}");
}
