use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::plan::sample;

fn begun() -> Entry {
    let plan = sample::plan();
    Entry::Begun(Begun { decision: "sha256:d".to_owned(), ..Begun::of("01", &plan) })
}

fn replanned(decision: &str, stays: Vec<String>, changed: Vec<String>) -> Entry {
    Entry::Replanned {
        plan: "sha256:p".to_owned(),
        decision: decision.to_owned(),
        approved_by: vec!["ops".to_owned()],
        break_glass: None,
        stays,
        changed,
    }
}

fn differs(step: &str) -> Entry {
    let choices = vec!["keep it".to_owned()];
    Entry::Differs { step: step.to_owned(), found: ".spec.replicas is kubectl's".to_owned(), choices }
}

/// What a process may write next, by what it has written: the table seen from the other side.
#[derive(Clone, Copy, Debug)]
enum Move {
    Try(u8),
    End(u8, bool),
    Find(u8),
    Fail(u8),
    /// What was done is gone.
    Undo(u8),
    /// What was done is otherwise.
    Differ(u8),
    HandOver,
    /// Another plan, which keeps and decides alike by the bits of this.
    Replan(u8),
    Resolve,
    Stop,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0_u8..6).prop_map(Move::Try),
        4 => (0_u8..6, any::<bool>()).prop_map(|(step, gate)| Move::End(step, gate)),
        1 => (0_u8..6).prop_map(Move::Find),
        1 => (0_u8..6).prop_map(Move::Fail),
        1 => (0_u8..6).prop_map(Move::Undo),
        1 => (0_u8..6).prop_map(Move::Differ),
        1 => Just(Move::HandOver),
        1 => any::<u8>().prop_map(Move::Replan),
        1 => Just(Move::Resolve),
        1 => Just(Move::Stop),
    ]
}

/// A history that a sound executor could have written, with what it means.
fn history(moves: &[Move]) -> (Vec<Record>, BTreeMap<String, StepState>) {
    let mut head = Head::default();
    let mut generation = 1;
    let mut records = Vec::new();
    let (mut plans, mut attempts) = (0, BTreeMap::new());
    let mut steps: BTreeMap<String, StepState> = BTreeMap::new();
    let mut write = |generation: u64, entry: Entry| {
        let record = Record::chained(&head, Timestamp::UNIX_EPOCH, generation, entry).unwrap();
        head = record.head();
        records.push(record);
    };
    write(generation, begun());
    for one in moves {
        let name = |at: u8| format!("infra/{at}");
        match *one {
            Move::Try(at) => {
                let last = match steps.get(&name(at)) {
                    Some(StepState::Done(_)) => continue,
                    Some(StepState::Open(open) | StepState::Failed(open)) => open.attempt,
                    None => 0,
                };
                let open = Open { attempt: last + 1, alternative: 0 };
                write(generation, Entry::Intent { step: name(at), attempt: open.attempt, alternative: 0 });
                attempts.insert(name(at), open.attempt);
                steps.insert(name(at), StepState::Open(open));
            }
            Move::End(at, _) if matches!(steps.get(&name(at)), Some(StepState::Open(_))) => {
                let outputs = BTreeMap::from([("/id".to_owned(), format!("i-{at}"))]);
                write(
                    generation,
                    Entry::Done { step: name(at), found: false, outputs: outputs.clone(), since: None },
                );
                steps.insert(name(at), StepState::Done(outputs));
            }
            Move::End(at, true) if !steps.contains_key(&name(at)) => {
                write(
                    generation,
                    Entry::Decided { step: name(at), by: "ops".to_owned(), go: true, since: None },
                );
                steps.insert(name(at), StepState::Done(BTreeMap::new()));
            }
            Move::Find(at) if !matches!(steps.get(&name(at)), Some(StepState::Done(_))) => {
                write(
                    generation,
                    Entry::Done { step: name(at), found: true, outputs: BTreeMap::new(), since: None },
                );
                steps.insert(name(at), StepState::Done(BTreeMap::new()));
            }
            Move::Fail(at) if !matches!(steps.get(&name(at)), Some(StepState::Done(_))) => {
                let last = match steps.get(&name(at)) {
                    Some(StepState::Open(open) | StepState::Failed(open)) => *open,
                    _ => Open::default(),
                };
                write(
                    generation,
                    Entry::Failed {
                        step: name(at),
                        cause: "no".to_owned(),
                        choices: Vec::new(),
                        uncertain: false,
                        since: None,
                    },
                );
                steps.insert(name(at), StepState::Failed(last));
            }
            Move::Undo(at) if matches!(steps.get(&name(at)), Some(StepState::Done(_))) => {
                write(generation, Entry::Undone { step: name(at), found: "it is gone".to_owned() });
                let attempt = attempts.get(&name(at)).copied().unwrap_or(0);
                steps.insert(name(at), StepState::Failed(Open { attempt, alternative: 0 }));
            }
            Move::Differ(at) if matches!(steps.get(&name(at)), Some(StepState::Done(_))) => {
                write(generation, differs(&name(at)));
            }
            Move::HandOver => {
                generation += 1;
                write(generation, Entry::Held { by: "host".to_owned(), took_over: true, break_glass: None });
            }
            Move::Replan(bits) => {
                let (mut stays, mut changed) = (Vec::new(), Vec::new());
                for (at, (step, state)) in steps.iter_mut().enumerate() {
                    let keeps = bits & (1 << at) != 0;
                    match state {
                        StepState::Done(_) if keeps => stays.push(step.clone()),
                        StepState::Done(_) => {
                            let open =
                                Open { attempt: attempts.get(step).copied().unwrap_or(0), alternative: 0 };
                            *state = StepState::Failed(open);
                        }
                        StepState::Open(open) | StepState::Failed(open) if !keeps => {
                            changed.push(step.clone());
                            *state = StepState::Failed(*open);
                        }
                        StepState::Open(_) | StepState::Failed(_) => {}
                    }
                }
                plans += 1;
                write(generation, replanned(&format!("sha256:{plans}"), stays, changed));
            }
            Move::Resolve => write(
                generation,
                Entry::Resolved {
                    subject: "db".to_owned(),
                    chosen: "snap".to_owned(),
                    why: "newest".to_owned(),
                },
            ),
            Move::Stop => write(generation, Entry::Ended { how: "interrupted".to_owned() }),
            Move::End(..) | Move::Find(_) | Move::Fail(_) | Move::Undo(_) | Move::Differ(_) => {}
        }
    }
    (records, steps)
}

fn text(records: &[Record]) -> String {
    records.iter().map(|record| record.line().unwrap()).collect()
}

#[test]
fn a_byte_that_reads_the_same_is_found() {
    let (records, _) = history(&[]);
    let whole = text(&records);
    assert!(replay(whole.as_bytes()).is_ok());
    for (from, to) in [("T", "t"), ("T", " "), ("\",\"", "\", \"")] {
        let changed = whole.replacen(from, to, 1);
        assert!(changed != whole && replay(changed.as_bytes()).is_err(), "{from} {to}");
    }
}

proptest! {
    #[test]
    fn a_history_replays_to_what_it_means(moves in prop::collection::vec(any_move(), 0..40)) {
        let (records, steps) = history(&moves);
        let replayed = replay(text(&records).as_bytes()).unwrap();
        prop_assert_eq!(&replayed.steps, &steps);
        prop_assert_eq!(&replayed.records, &records);
        prop_assert_eq!(replayed.head, records.last().unwrap().head());
        prop_assert!(!replayed.torn);
    }

    #[test]
    fn a_torn_end_leaves_what_was_before(moves in prop::collection::vec(any_move(), 0..12), cut in any::<prop::sample::Index>()) {
        let (records, _) = history(&moves);
        let whole = text(&records);
        let at = cut.index(whole.len());
        let replayed = replay(&whole.as_bytes()[..at]).unwrap();
        let sound = whole.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        prop_assert_eq!(&replayed.records[..], &records[..sound]);
        prop_assert_eq!(replayed.sound, text(&records[..sound]).len());
        prop_assert_eq!(replayed.torn, replayed.sound < at);
    }

    #[test]
    fn a_changed_byte_is_found(moves in prop::collection::vec(any_move(), 0..12), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let (records, _) = history(&moves);
        let mut bytes = text(&records).into_bytes();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        // A last line without its end is what a torn write leaves, and is dropped.
        let last = at + 1 == bytes.len();
        match replay(&bytes) {
            Err(_) => {}
            Ok(replayed) => prop_assert!(last && replayed.torn && replayed.records.len() + 1 == records.len()),
        }
    }

    #[test]
    fn a_record_that_is_dropped_doubled_or_moved_is_found(moves in prop::collection::vec(any_move(), 2..20), at in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let (records, _) = history(&moves);
        prop_assume!(records.len() > 2);
        let at = at.index(records.len() - 1);
        let mut dropped = records.clone();
        dropped.remove(at);
        prop_assert!(replay(text(&dropped).as_bytes()).is_err());
        let mut doubled = records.clone();
        doubled.insert(at, records[at].clone());
        prop_assert!(replay(text(&doubled).as_bytes()).is_err());
        let other = other.index(records.len());
        let mut moved = records;
        prop_assume!(at != other);
        moved.swap(at, other);
        prop_assert!(replay(text(&moved).as_bytes()).is_err());
    }
}

fn chain(entries: &[(u64, Entry)]) -> Result<Replayed, Damage> {
    let mut head = Head::default();
    let mut records = Vec::new();
    for (generation, entry) in entries {
        let record = Record::chained(&head, Timestamp::UNIX_EPOCH, *generation, entry.clone()).unwrap();
        head = record.head();
        records.push(record);
    }
    replay(text(&records).as_bytes())
}

/// A Job that takes itself away is not run a second time where an answer was lost, whatever ended the process after that.
#[test]
fn what_was_refused_was_not_begun_and_what_may_have_been_had_was() {
    let step = || "infra/a".to_owned();
    let is_begun = |uncertain: bool| {
        let intent = Entry::Intent { step: step(), attempt: 1, alternative: 0 };
        let failed = Entry::Failed {
            step: step(),
            cause: "no".to_owned(),
            choices: Vec::new(),
            uncertain,
            since: None,
        };
        chain(&[(1, begun()), (1, intent), (1, failed)]).unwrap().begun_at.contains_key("infra/a")
    };
    assert!(is_begun(true));
    assert!(!is_begun(false));
}

#[test]
fn what_may_not_follow_is_refused_though_the_chain_is_whole() {
    let intent = |attempt| (1, Entry::Intent { step: "infra/a".to_owned(), attempt, alternative: 0 });
    let done =
        |found| (1, Entry::Done { step: "infra/a".to_owned(), found, outputs: BTreeMap::new(), since: None });
    let begun = || (1, begun());
    let undone = || (1, Entry::Undone { step: "infra/a".to_owned(), found: "it is gone".to_owned() });
    let differs = || (1, differs("infra/a"));
    let replans = |decision: &str, stays: &[&str], changed: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|&step| step.to_owned()).collect();
        (1, replanned(decision, owned(stays), owned(changed)))
    };
    let cases: &[(&[(u64, Entry)], &str)] = &[
        (&[intent(1)], "does not begin the run"),
        (&[begun(), begun()], "has begun"),
        (&[begun(), done(false)], "was not begun"),
        (&[begun(), intent(1), done(false), intent(2)], "which is done"),
        (&[begun(), intent(2), intent(2)], "after attempt 2"),
        (&[begun(), (2, intent(1).1)], "nothing gave the run"),
        (
            &[begun(), (1, Entry::Held { by: "x".to_owned(), took_over: false, break_glass: None })],
            "that has it",
        ),
        (&[begun(), undone()], "undoes infra/a, which is not done"),
        (&[begun(), intent(1), undone()], "undoes infra/a, which is not done"),
        (&[begun(), intent(1), done(false), undone(), undone()], "undoes infra/a, which is not done"),
        (&[begun(), intent(1), done(false), undone(), intent(1)], "after attempt 1"),
        (&[begun(), intent(1), done(false), undone(), done(false)], "was not begun"),
        (&[begun(), done(true), undone(), replans("sha256:e", &["infra/a"], &[])], "which is not done"),
        (&[begun(), (2, undone().1)], "nothing gave the run"),
        (&[begun(), intent(1), differs()], "which is not done"),
        (&[begun(), done(true), undone(), differs()], "which is not done"),
        (&[begun(), replans("sha256:d", &[], &[])], "that it has"),
        (&[begun(), replans("sha256:e", &["infra/a"], &[])], "which is not done"),
        (&[begun(), intent(1), replans("sha256:e", &["infra/a"], &[])], "which is not done"),
        (&[begun(), replans("sha256:e", &[], &["infra/a"])], "was not begun"),
        (&[begun(), done(true), replans("sha256:e", &["infra/a"], &["infra/a"])], "decides it otherwise"),
        (&[begun(), done(true), replans("sha256:e", &["infra/a"], &[]), intent(1)], "which is done"),
        (&[begun(), intent(1), replans("sha256:e", &[], &["infra/a"]), intent(1)], "after attempt 1"),
        (&[begun(), (2, replans("sha256:e", &[], &[]).1)], "nothing gave the run"),
    ];
    for (entries, expected) in cases {
        let damage = chain(entries).unwrap_err();
        assert!(damage.what.contains(expected), "{damage}, expected {expected}");
        assert_eq!(damage.line, entries.len());
    }
    assert!(chain(&[begun(), done(true)]).is_ok());
    assert!(chain(&[begun(), done(true), differs(), undone(), intent(1), done(false), undone()]).is_ok());
}

#[test]
fn what_is_undone_counts_its_attempts_on_and_what_it_had_told_is_kept() {
    let begin = |attempt, alternative| Entry::Intent { step: "infra/a".to_owned(), attempt, alternative };
    let told = BTreeMap::from([("/id".to_owned(), "i-1".to_owned())]);
    let done = Entry::Done { step: "infra/a".to_owned(), found: false, outputs: told.clone(), since: None };
    let undone = Entry::Undone { step: "infra/a".to_owned(), found: "it is gone".to_owned() };
    let entries = [begun(), begin(1, 0), begin(2, 1), done, undone].map(|entry| (1, entry));
    let replayed = chain(&entries).unwrap();
    assert_eq!(replayed.steps["infra/a"], StepState::Failed(Open { attempt: 2, alternative: 1 }));
    assert_eq!(replayed.told["infra/a"], told);
}

#[test]
fn a_journal_of_nothing_is_one_that_has_not_begun() {
    let replayed = replay(b"").unwrap();
    assert!(replayed.begun.is_none() && !replayed.torn);
    let torn = replay(b"{\"sequence\":0").unwrap();
    assert!(torn.begun.is_none() && torn.torn && torn.sound == 0);
}

/// What the new plan decides otherwise is another effect: it counts on, from the plan's first alternative.
#[test]
fn another_plan_leaves_what_stays_and_begins_the_rest_anew() {
    let begin = |attempt, alternative| Entry::Intent { step: "infra/a".to_owned(), attempt, alternative };
    let done = |step: &str| Entry::Done {
        step: step.to_owned(),
        found: true,
        outputs: BTreeMap::new(),
        since: None,
    };
    let other = replanned("sha256:e", vec!["infra/b".to_owned()], vec!["infra/a".to_owned()]);
    let entries = [begun(), begin(1, 0), begin(2, 1), done("infra/b"), done("infra/c")];
    let before: Vec<(u64, Entry)> = entries.into_iter().map(|entry| (1, entry)).collect();
    let replayed = chain(&[before.clone(), vec![(1, other.clone())]].concat()).unwrap();
    assert_eq!(replayed.decisions, ["sha256:d", "sha256:e"]);
    assert_eq!(replayed.plan_number(), 1);
    assert_eq!(replayed.steps["infra/a"], StepState::Failed(Open { attempt: 2, alternative: 0 }));
    assert_eq!(replayed.steps["infra/b"], StepState::Done(BTreeMap::new()));
    assert_eq!(replayed.steps["infra/c"], StepState::Failed(Open::default()));
    assert_eq!(replayed.anew, BTreeMap::from([("infra/a".to_owned(), 1)]));
    // Where it stands is told before it is written.
    let told = chain(&before).unwrap().replanned(&other).unwrap();
    assert_eq!((told.steps, told.decisions, told.anew), (replayed.steps, replayed.decisions, replayed.anew));
}
