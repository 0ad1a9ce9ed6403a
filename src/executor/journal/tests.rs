use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::*;
use crate::plan::journal::{Begun, replay};
use crate::plan::sample;

fn begun() -> Entry {
    Entry::Begun(Begun::of("r", &sample::plan()))
}

fn found(step: usize) -> Entry {
    Entry::Done { step: format!("infra/{step}"), found: true, outputs: BTreeMap::new(), since: None }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn records_that_are_appended_at_once_are_one_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = FileJournal::open(&path, Head::default(), 1, 0).unwrap();
    wait(async {
        journal.append(NOW, begun()).await.unwrap();
        let all = join_all((0..200).map(|step| journal.append(NOW, found(step)))).await;
        assert!(all.iter().all(Result::is_ok));
    });
    // What was answered is there, whether the writer has ended or not.
    let replayed = replay(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(replayed.steps.len(), 200);
}

#[test]
fn a_torn_record_is_cut_off_before_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let journal = FileJournal::open(&path, Head::default(), 1, 0).unwrap();
    wait(journal.append(NOW, begun())).unwrap();
    drop(journal);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"sequence\":1,");
    std::fs::write(&path, &bytes).unwrap();
    let replayed = replay(&bytes).unwrap();
    assert!(replayed.torn);
    let sound = u64::try_from(replayed.sound).unwrap();
    let journal = FileJournal::open(&path, replayed.head, 2, sound).unwrap();
    let held = Entry::Held { by: "me".to_owned(), took_over: false, break_glass: None };
    wait(journal.append(NOW, held)).unwrap();
    drop(journal);
    let replayed = replay(&std::fs::read(&path).unwrap()).unwrap();
    assert!(!replayed.torn);
    assert_eq!((replayed.records.len(), replayed.generation), (2, 2));
}

/// `/dev/full` takes no byte, as a full disk.
#[cfg(target_os = "linux")]
#[test]
fn after_a_record_that_could_not_be_written_none_is() {
    let mut file = File::options().write(true).open("/dev/full").unwrap();
    let (lines, waiting) = mpsc::channel();
    let writer = std::thread::spawn(move || write_all(&mut file, &waiting));
    let journal = FileJournal {
        chain: Mutex::new(Chain { head: Some(Head::default()), generation: 1 }),
        lines: Some(lines),
        writer: Some(writer),
    };
    let first = wait(journal.append(NOW, begun())).unwrap_err();
    assert!(first.to_string().contains("cannot be written"), "{first}");
    let second = wait(journal.append(NOW, found(1))).unwrap_err();
    assert!(second.to_string().contains("an earlier record failed"), "{second}");
}

/// A pipe takes every byte and cannot be flushed to disk.
#[cfg(unix)]
#[test]
fn rule_6_a_record_that_was_not_flushed_is_not_had_and_none_is_written_after_it() {
    use std::io::Read as _;
    let (mut disk, end) = std::io::pipe().unwrap();
    let mut file = File::from(std::os::fd::OwnedFd::from(end));
    let (lines, waiting) = mpsc::channel();
    let writer = std::thread::spawn(move || write_all(&mut file, &waiting));
    for line in ["first\n", "second\n"] {
        let (tell, told) = oneshot::channel();
        lines.send((line.to_owned(), tell)).unwrap();
        assert!(wait(told).unwrap().is_err(), "{line} is said to be on disk");
    }
    drop(lines);
    writer.join().unwrap();
    let mut text = String::new();
    disk.read_to_string(&mut text).unwrap();
    assert_eq!(text, "first\n");
}
