use jiff::Timestamp;

use super::super::Options;
use super::*;
use crate::event::{Ending, Event, EventKind};
use crate::plan::sample;

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
    let left = plan.steps.len() as u64 - 1;
    events.push(event(71, EventKind::Ended { how: Ending::Failed, done: 0, failed: 1, left }));
    let folder = Folder {
        again: "drplan apply p.json --context c",
        run: ".drplan/runs/r1",
        verify: "drplan verify --context c",
    };
    let shown = render_ended(&plan, &events, folder, Options::default());
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
