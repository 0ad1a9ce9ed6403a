//! What is said of a run's folder: nothing is planned on records that are gone or are another run's, and whoever has the
//! run at this moment is told of.

use std::fs;

use super::{Stopped, flat};

impl Stopped<'_> {
    fn show(&self, code: i32, said: &str) {
        for named in [format!(".drplan/runs/{}", self.run), self.run.clone()] {
            let output = self.work.drplan().args(["show", &named]).output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{}", flat(&output));
            assert!(flat(&output).contains(said), "{said}: {}", flat(&output));
        }
    }

    fn planned_on(&self, run: &str, code: i32, said: &str) {
        let output = self.region(&["--resume", run, "--out", "next.json"]);
        assert_eq!(output.status.code(), Some(code), "{}", flat(&output));
        assert!(flat(&output).contains(said), "{said}: {}", flat(&output));
    }
}

#[test]
fn a_run_that_somebody_has_a_copy_and_records_that_are_gone() {
    let stopped = Stopped::new("resume-told", 1);
    stopped.service(80);
    let (run, journal) = (stopped.run.as_str(), stopped.work.path(&stopped.folder("journal.jsonl")));

    let lock = fs::File::options().write(true).open(stopped.work.path(&stopped.folder("lock"))).unwrap();
    lock.lock().unwrap();
    stopped.show(0, "a drplan on this machine runs it at this moment");
    stopped.planned_on(run, 0, &format!("a drplan on this machine runs {run} at this moment"));
    drop(lock);
    stopped.planned_on(run, 0, "next: drplan show next.json");

    let copy = format!("{run}-copy");
    let beside = journal.parent().unwrap().with_file_name(&copy);
    fs::create_dir(&beside).unwrap();
    fs::copy(&journal, beside.join("journal.jsonl")).unwrap();
    stopped.planned_on(&copy, 5, "and not of its own");
    fs::copy(stopped.work.path(&stopped.folder("plan.json")), beside.join("plan.json")).unwrap();
    let shown = stopped.work.drplan().args(["show", &format!(".drplan/runs/{copy}")]).output().unwrap();
    assert_eq!(shown.status.code(), Some(0), "{}", flat(&shown));
    assert!(flat(&shown).contains("is a copy, or was renamed"), "{}", flat(&shown));
    fs::remove_dir_all(&beside).unwrap();

    let gone = "has no records any more";
    let lost = |how: &dyn Fn()| {
        how();
        stopped.show(5, gone);
        stopped.planned_on(run, 5, gone);
        let said = stopped.applied("next.json", 5);
        assert!(said.contains(gone), "{said}");
    };
    lost(&|| fs::write(&journal, "").unwrap());
    lost(&|| fs::remove_file(&journal).unwrap());
}

/// A run is begun in silence only where none can have been.
#[test]
fn a_folder_that_is_no_run_s_or_cannot_be_looked_at() {
    let stopped = Stopped::new("resume-folders", 1);
    let folder = stopped.work.path(&format!(".drplan/runs/{}", stopped.run));
    let refused = |why: &str| {
        let said = stopped.applied("plan.json", 5);
        assert!(said.contains(why) && said.contains("nothing was changed"), "{why}: {said}");
        let plan = stopped.read("plan.json");
        let dry = stopped.apply("plan.json", &plan).arg("--dry-run").output().unwrap();
        assert_eq!(dry.status.code(), Some(5), "{}", flat(&dry));
        assert!(flat(&dry).contains(why), "{why}: {}", flat(&dry));
    };
    // What is no run's is nobody's business.
    let beside = |name: &str| stopped.work.path(&format!(".drplan/runs/{name}"));
    fs::write(beside(".gitkeep"), "").unwrap();
    fs::create_dir(beside("notes")).unwrap();
    std::os::unix::fs::symlink("nowhere", beside("link")).unwrap();
    stopped.applied("plan.json", 6);
    let marker = folder.join("begun");
    let marked = fs::read(&marker).unwrap();
    fs::write(&marker, "sha256:another").unwrap();
    refused("it is another run's");
    fs::write(&marker, &marked).unwrap();

    let away = stopped.work.path("away");
    fs::rename(&folder, &away).unwrap();
    fs::create_dir(&folder).unwrap();
    refused("it is empty, and a run's folder has its records");
    fs::remove_dir(&folder).unwrap();
    std::os::unix::fs::symlink(stopped.work.path("unplugged"), &folder).unwrap();
    refused("cannot be looked at");
    fs::remove_file(&folder).unwrap();
    fs::rename(&away, &folder).unwrap();

    // The plan that the run has is its own.
    let plan = folder.join("plan.json");
    let own = fs::read(&plan).unwrap();
    stopped.service(80);
    stopped.work.plan();
    fs::copy(stopped.work.path("plan.json"), &plan).unwrap();
    stopped.show(5, "is not the plan that the run of");
    fs::write(&plan, own).unwrap();
    let output = stopped.work.drplan().args(["show", &stopped.run, "--format", "shell"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", flat(&output));
}
