use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn begun() -> Entry {
    Entry::Begun {
        format_version: JOURNAL_VERSION,
        run: "01".to_owned(),
        plan: "sha256:p".to_owned(),
        decision: "sha256:d".to_owned(),
        stack: "shop".to_owned(),
        region: "us-west-2".to_owned(),
        account: None,
        cluster: None,
        simulated: None,
        approved_by: vec!["ops".to_owned()],
        break_glass: None,
        not_transferable: Vec::new(),
    }
}

/// What a process may write next, by what it has written: the table seen from the other side.
#[derive(Clone, Copy, Debug)]
enum Move {
    Try(u8),
    End(u8, bool),
    Find(u8),
    Fail(u8),
    HandOver,
    Resolve,
    Stop,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0_u8..6).prop_map(Move::Try),
        4 => (0_u8..6, any::<bool>()).prop_map(|(step, gate)| Move::End(step, gate)),
        1 => (0_u8..6).prop_map(Move::Find),
        1 => (0_u8..6).prop_map(Move::Fail),
        1 => Just(Move::HandOver),
        1 => Just(Move::Resolve),
        1 => Just(Move::Stop),
    ]
}

/// A history that a sound executor could have written, with what it means.
fn history(moves: &[Move]) -> (Vec<Record>, BTreeMap<String, StepState>) {
    let mut head = Head::default();
    let mut generation = 1;
    let mut records = Vec::new();
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
                steps.insert(name(at), StepState::Open(open));
            }
            Move::End(at, _) if matches!(steps.get(&name(at)), Some(StepState::Open(_))) => {
                let outputs = BTreeMap::from([("/id".to_owned(), format!("i-{at}"))]);
                write(generation, Entry::Done { step: name(at), found: false, outputs: outputs.clone() });
                steps.insert(name(at), StepState::Done(outputs));
            }
            Move::End(at, true) if !steps.contains_key(&name(at)) => {
                write(generation, Entry::Decided { step: name(at), by: "ops".to_owned(), go: true });
                steps.insert(name(at), StepState::Done(BTreeMap::new()));
            }
            Move::Find(at) if !matches!(steps.get(&name(at)), Some(StepState::Done(_))) => {
                write(generation, Entry::Done { step: name(at), found: true, outputs: BTreeMap::new() });
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
                    },
                );
                steps.insert(name(at), StepState::Failed(last));
            }
            Move::HandOver => {
                generation += 1;
                write(generation, Entry::Held { by: "host".to_owned(), took_over: true });
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
            Move::End(..) | Move::Find(_) | Move::Fail(_) => {}
        }
    }
    (records, steps)
}

fn text(records: &[Record]) -> String {
    records.iter().map(|record| record.line().unwrap()).collect()
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

#[test]
fn what_may_not_follow_is_refused_though_the_chain_is_whole() {
    let intent = |attempt| (1, Entry::Intent { step: "infra/a".to_owned(), attempt, alternative: 0 });
    let done = |found| (1, Entry::Done { step: "infra/a".to_owned(), found, outputs: BTreeMap::new() });
    let begun = || (1, begun());
    let cases: &[(&[(u64, Entry)], &str)] = &[
        (&[intent(1)], "does not begin the run"),
        (&[begun(), begun()], "has begun"),
        (&[begun(), done(false)], "was not begun"),
        (&[begun(), intent(1), done(false), intent(2)], "which is done"),
        (&[begun(), intent(2), intent(2)], "after attempt 2"),
        (&[begun(), (2, intent(1).1)], "nothing gave the run"),
        (&[begun(), (1, Entry::Held { by: "x".to_owned(), took_over: false })], "that has it"),
    ];
    for (entries, expected) in cases {
        let damage = chain(entries).unwrap_err();
        assert!(damage.what.contains(expected), "{damage}, expected {expected}");
        assert_eq!(damage.line, entries.len());
    }
    assert!(chain(&[begun(), done(true)]).is_ok());
}

#[test]
fn a_journal_of_nothing_is_one_that_has_not_begun() {
    let replayed = replay(b"").unwrap();
    assert!(replayed.begun.is_none() && !replayed.torn);
    let torn = replay(b"{\"sequence\":0").unwrap();
    assert!(torn.begun.is_none() && torn.torn && torn.sound == 0);
}
