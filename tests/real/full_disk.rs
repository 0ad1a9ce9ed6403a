//! A run whose disk is full: it stops before the effect that it cannot record, and goes on when there is room.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use drplan::plan::journal::{StepState, replay};

use crate::control_plane;
use crate::work::{Work, shown};
use crate::writes::nothing_twice;

/// Whether this machine lets a process of anybody mount a file system that only it sees.
fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}

fn quoted(text: &std::ffi::OsStr) -> String {
    format!("'{}'", text.to_str().unwrap().replace('\'', "'\\''"))
}

/// The run's folder lies on a file system with room for the plan and little more. Each time that the disk is full, and the run
/// has stopped for it, it is made a page larger.
#[test]
#[expect(clippy::print_stderr, reason = "says why it is skipped")]
fn a_full_disk_stops_the_run_and_with_room_it_goes_on() {
    if !may_mount() {
        eprintln!("skipped: this machine lets nobody mount a file system (unshare -rm)");
        return;
    }
    let plane = control_plane::whole();
    let work = Work::new("run-full", 6);
    let plan = work.plan();
    let apply = work.apply(plane, &plan.digest);
    let words = std::iter::once(apply.get_program()).chain(apply.get_args()).map(quoted);
    let words = words.collect::<Vec<_>>().join(" ");
    for folder in [".drplan", "kept"] {
        std::fs::create_dir(work.path(folder)).unwrap();
    }
    // The plan, what is beside the runs, and the first page of the journal.
    let size = std::fs::metadata(work.path("plan.json")).unwrap().len().next_multiple_of(4096) + 2 * 4096;
    work.write(
        "script",
        &format!(
            "size={size}\nmount -t tmpfs -o size=$size tmpfs .drplan || exit 99\nat=0\nwhile [ $at -lt 40 ]; do\n  \
             mount -o remount,size=$size .drplan\n  {words} >out-$at 2>&1\n  code=$?\n  echo $code >>codes\n  \
             cat .drplan/runs/*/journal.jsonl >kept/$at\n  [ $code = 0 ] && break\n  at=$((at + 1))\n  \
             size=$((size + 4096))\ndone\ncp -r .drplan/runs kept/\n"
        ),
    );
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "script"]).current_dir(work.folder.path());
    let ran = command.stdin(Stdio::null()).env("NO_COLOR", "1").output().unwrap();
    let codes = std::fs::read_to_string(work.path("codes")).unwrap_or_default();
    let codes: Vec<&str> = codes.lines().collect();
    let out = |at: usize| std::fs::read_to_string(work.path(&format!("out-{at}"))).unwrap_or_default();
    let (last, stopped) = codes.split_last().unwrap_or_else(|| panic!("{}", shown(&ran)));
    assert_eq!(*last, "0", "{codes:?}: {}", out(stopped.len()));
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    let mut halfway = 0;
    for (at, code) in stopped.iter().enumerate() {
        let began = std::fs::metadata(work.path(&format!("kept/{at}"))).is_ok_and(|kept| kept.len() > 0);
        // Before the first record nothing is begun, and so nothing is stopped.
        assert_eq!(*code, if began { "1" } else { "5" }, "{}", out(at));
        let replayed = replay(&std::fs::read(work.path(&format!("kept/{at}"))).unwrap()).unwrap();
        let done = replayed.steps.values().filter(|state| matches!(state, StepState::Done(_))).count();
        if done > 0 {
            halfway += 1;
            assert!(out(at).contains("the journal cannot be written"), "{}", out(at));
        }
        for (step, state) in replayed.steps {
            if matches!(state, StepState::Open(_)) {
                *open.entry(step).or_default() += 1;
            }
        }
    }
    assert!(halfway >= 2, "it stopped {halfway} times in the middle: {codes:?}");
    let runs: Vec<_> = std::fs::read_dir(work.path("kept/runs")).unwrap().flatten().collect();
    let bytes: Vec<_> =
        runs.iter().filter_map(|run| std::fs::read(run.path().join("journal.jsonl")).ok()).collect();
    let ended: Vec<_> =
        bytes.iter().map(|bytes| replay(bytes).unwrap()).filter(|one| one.ended.is_some()).collect();
    let [replayed] = &ended[..] else { panic!("one run came to its end: {}", ended.len()) };
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    assert_eq!(replayed.steps.len(), plan.steps.len());
    nothing_twice(plane, "run-full", &open);
}
