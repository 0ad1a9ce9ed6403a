//! What is no run to go on with.

use std::path::Path;

use super::{INPUTS, Stopped, resumes};
use crate::work::shown;

#[test]
fn what_is_no_run_to_go_on_with_is_refused_with_what_to_do() {
    let stopped = Stopped::new("resume-hostile", 1);
    stopped.service(80);
    let out = "next.json";
    let told = |args: &[&str], code: i32, words: &str| {
        let output = stopped.region(&[args, &["--out", out]].concat());
        let text = shown(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(code), "{text}");
        assert!(text.contains(words), "{text}, expected {words}");
        assert!(!stopped.work.path(out).exists());
    };
    let run = stopped.run.as_str();
    for name in ["", ".", "..", "../runs", "a/b", "a b", "x\n", "\u{1b}[31m", "20261122T120000Z/"] {
        told(&["--resume", name], 2, "this is no name of a run");
    }
    told(&["--resume", "20200101T000000Z"], 2, run);
    let mut command = stopped.work.drplan();
    let elsewhere =
        command.args(["region", "eu-west-1"]).args(INPUTS).args(["--resume", run]).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2), "{}", shown(&elsewhere));
    assert!(shown(&elsewhere).contains("recovers in us-west-2"), "{}", shown(&elsewhere));
    stopped.work.write("drplan.hcl", "stack = \"other\"\n");
    told(&["--resume", run], 2, "is of stack \"shop\"");
    stopped.work.write("drplan.hcl", "stack = \"shop\"\n");

    let plan = stopped.work.path(&stopped.folder("plan.json"));
    let sound = std::fs::read(&plan).unwrap();
    std::fs::remove_file(&plan).unwrap();
    told(&["--resume", run], 2, "it is the plan that run");
    std::fs::write(&plan, &sound[..sound.len() / 2]).unwrap();
    told(&["--resume", run], 2, "cp PLAN");
    // Another plan, sound by itself.
    stopped.work.plan();
    std::fs::copy(stopped.work.path("plan.json"), &plan).unwrap();
    told(&["--resume", run], 5, "is not the plan that run");
    std::fs::write(&plan, &sound).unwrap();

    let journal = stopped.work.path(&stopped.folder("journal.jsonl"));
    let whole = std::fs::read(&journal).unwrap();
    let mut edited = whole.clone();
    let at = edited.len() / 2;
    edited[at] ^= 1;
    std::fs::write(&journal, &edited).unwrap();
    told(&["--resume", run], 5, "of the journal");
    std::fs::write(&journal, b"").unwrap();
    told(&["--resume", run], 5, "has no records any more");
    // What a process that died in the middle of a record leaves.
    std::fs::write(&journal, [&whole[..], b"{\"sequence\":"].concat()).unwrap();
    let (new, _) = stopped.resumed(out);
    // A journal that says less than what was approved to stay.
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    std::fs::write(&journal, lines[..4].concat()).unwrap();
    let refused = stopped.applied(out, 5);
    assert!(refused.contains("which is not done") && refused.contains("--resume"), "{refused}");
    // Refused before a record is written.
    assert_eq!(std::fs::read(&journal).unwrap(), lines[..4].concat());
    std::fs::remove_dir_all(stopped.work.path(&stopped.folder(""))).unwrap();
    let refused = stopped.applied(out, 5);
    assert!(refused.contains("is not here"), "{refused}");
    assert!(!Path::new(&stopped.work.path(".drplan/runs").join(run)).exists());
    assert!(!resumes(&new).done.is_empty());
}
