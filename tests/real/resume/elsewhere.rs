//! On another machine, with the run's records in S3.

use std::process::{Command, Stdio};

use drplan::plan::Plan;
use drplan::plan::journal::{Entry, replay};

use super::{Stopped, begun_since};
use crate::emulator;
use crate::work::{killed, shown};

/// The other machine has the folder of the stack and the plan; the run's records are in S3.
#[test]
fn another_machine_goes_on_with_the_new_plan_and_not_with_the_old_one() {
    let emulator = emulator::with(&["runs"]);
    let settings = "journal {\n  s3 = \"s3://runs/shop\"\n}\n";
    let stopped = Stopped::of("resume-s3", 3, settings, Some(emulator));
    let old = stopped.read("plan.json");
    let first = stopped.journal().records.len();
    stopped.service(80);
    let (new, _) = stopped.resumed("next.json");
    let journal = stopped.work.path(&stopped.folder("journal.jsonl"));
    let spawned =
        |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // It had the run, and not yet given it the new plan.
    assert!(killed(spawned(&mut stopped.apply("next.json", &new)), &journal, first + 1));

    let folder = tempfile::tempdir().unwrap();
    let copied =
        Command::new("cp").arg("-a").arg(stopped.work.path(".")).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    std::fs::remove_dir_all(folder.path().join(".drplan")).unwrap();
    let there = |file: &str, plan: &Plan, more: &[&str]| {
        let mut command = stopped.apply(file, plan);
        let output = command.current_dir(folder.path()).args(more).output().unwrap();
        (output.status.code(), shown(&output).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let run = stopped.run.as_str();
    let (code, text) = there("next.json", &new, &[]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains(&format!("--take-over {run}")), "{text}");
    let (code, text) = there("next.json", &new, &["--take-over", "20200101T000000Z"]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains(&format!("goes on with run {run}")), "{text}");
    let mut command = stopped.apply("next.json", &new);
    let child = spawned(command.current_dir(folder.path()).args(["--take-over", run]));
    let copy = folder.path().join(stopped.folder("journal.jsonl"));
    // The copy is there as soon as the run is had.
    assert!(killed(child, &copy, first + 4));
    let records = replay(&std::fs::read(&copy).unwrap()).unwrap();
    assert_eq!(records.decision(), Some(new.decision_digest.as_str()));

    // With the inputs that the old plan was made from it is the same plan, and the run is not its any more.
    stopped.service(70_000);
    let mut command = stopped.apply("plan.json", &old);
    let refused = command.args(["--take-over", run]).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("goes on with a newer plan"), "{}", shown(&refused));
    stopped.service(80);
    let mut command = stopped.apply("next.json", &new);
    let done = command.args(["--take-over", run]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    let replayed = stopped.journal();
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    let count =
        replayed.records.iter().filter(|record| matches!(record.entry, Entry::Replanned { .. })).count();
    assert_eq!((count, replayed.generation), (1, 4));
    let again = begun_since(&replayed);
    assert!(again.iter().all(|step| step.contains("Service")), "{again:?}");
    assert_eq!(stopped.port(), Some(80));
    // The machine that knows less is told that it is over.
    let (code, text) = there("next.json", &new, &[]);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains("is done"), "{text}");
}
