//! `drplan apply` against a real cluster: to the end, again, killed and gone on with, refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, Stdio};

use drplan::plan::journal::{Entry, StepState, replay};

use crate::control_plane;
use crate::work::{Work, begun_journal, killed, objects, shown};
use crate::writes::nothing_twice;

#[test]
fn a_plan_of_manifests_is_applied_and_applying_it_again_changes_nothing() {
    let plane = control_plane::whole();
    let work = Work::new("run-once", 3);
    let plan = work.plan();
    let applied = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(applied.status.code(), Some(0), "{}", shown(&applied));
    let first = objects(plane, "run-once");
    assert_eq!(first.len(), 6);
    assert!(first.iter().all(|(_, generation)| *generation <= 1), "{first:?}");
    let again = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", shown(&again));
    assert_eq!(objects(plane, "run-once"), first);
    let journals = work.journals();
    assert_eq!(journals.len(), 2, "the second is a run of its own");
    for (_, replayed) in journals {
        assert_eq!(replayed.ended.as_deref(), Some("done"));
        assert_eq!(replayed.steps.len(), plan.steps.len());
    }
}

#[test]
fn a_dry_run_shows_what_would_change_and_changes_nothing() {
    let plane = control_plane::whole();
    let work = Work::new("run-dry", 1);
    let plan = work.plan();
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    assert_eq!(dry.status.code(), Some(0), "{}", shown(&dry));
    assert!(shown(&dry).contains("+ Namespace/run-dry"), "{}", shown(&dry));
    assert!(objects(plane, "run-dry").is_empty());
    assert!(work.journals().is_empty());
    assert_eq!(work.apply(plane, &plan.digest).output().unwrap().status.code(), Some(0));
    work.manifests(1, "2");
    let plan = work.plan();
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    let text = shown(&dry);
    assert!(text.contains("~ ConfigMap/run-dry/settings-0"), "{text}");
    assert!(text.contains("-     \"value\": \"1\"") && text.contains("+     \"value\": \"2\""), "{text}");
    assert!(!text.contains("~ Deployment"), "{text}");
    let restarts = "restarts: Deployment/run-dry/app-0 (reads ConfigMap/run-dry/settings-0)";
    assert!(text.contains(restarts) && text.contains("a dry run: nothing was changed"), "{text}");
    assert_eq!(dry.status.code(), Some(0), "{text}");

    // What the API server would refuse is told, and by the exit code, too.
    let bad = "apiVersion: v1\nkind: Service\nmetadata: { name: bad, namespace: run-dry }\n\
               spec: { selector: { app: app-0 }, ports: [{ port: 70000 }] }\n";
    work.write("manifests/bad.yaml", bad);
    let plan = work.plan();
    let before = objects(plane, "run-dry");
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    let text = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert_eq!(dry.status.code(), Some(6), "{}", shown(&dry));
    assert!(text.contains("! Service/run-dry/bad") && text.contains(restarts), "{text}");
    assert!(text.contains("nothing was changed. The API server would refuse 1 object"), "{text}");
    assert_eq!(objects(plane, "run-dry"), before);
    assert_eq!(work.journals().len(), 1);
}

#[test]
fn what_was_changed_since_the_approval_is_refused_with_the_difference() {
    let plane = control_plane::whole();
    let work = Work::new("run-changed", 1);
    let plan = work.plan();
    work.manifests(2, "1");
    let refused = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    let text = shown(&refused);
    assert!(text.contains("Deployment/run-changed/app-1"), "{text}");
    // Nobody approves here: it is the newest one that is applied.
    assert!(text.contains("drplan apply ") && text.contains(".drplan/newest-plan.json --offline"), "{text}");
    assert!(work.journals().is_empty());
    assert!(work.path(".drplan/newest-plan.json").is_file());
}

#[test]
fn nobody_to_ask_and_another_digest_are_refused() {
    let plane = control_plane::whole();
    let work = Work::new("run-refused", 1);
    let plan = work.plan();
    let refused = work.apply(plane, "sha256:other").output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("is not the digest of this plan"), "{}", shown(&refused));
    let args =
        ["apply", "plan.json", "--offline", "--manifests", "manifests", "--state", "terraform.tfstate"];
    let mut command = work.drplan();
    command.args(args).args(["--context", "it", "--kubeconfig"]).arg(plane.admin());
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains(&plan.digest), "{}", shown(&refused));
    assert!(work.journals().is_empty());
}

/// Forty times: killed a little later each time, gone on with, and killed again.
#[test]
fn killed_at_forty_points_it_goes_on_and_does_nothing_twice() {
    let plane = control_plane::whole();
    let work = Work::new("run-killed", 8);
    let plan = work.plan();
    let mut kills = 0;
    let mut lines = 1;
    // How often each object's step was open when the process was killed: its next look decides, and may apply it once more.
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..1_100 {
        let mut command = work.apply(plane, &plan.digest);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        // The first process makes the folder.
        let journal = begun_journal(&work, &mut child);
        if !killed(child, &journal, lines) {
            break;
        }
        kills += 1;
        let replayed = replay(&std::fs::read(&journal).unwrap()).unwrap();
        for (step, state) in &replayed.steps {
            if matches!(state, StepState::Open(_)) {
                *open.entry(step.clone()).or_default() += 1;
            }
        }
        // Each time a little later, so that it comes to its end on any machine.
        lines = replayed.records.len() + 2 + kills / 20;
    }
    assert!(kills >= 40, "only {kills}");
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    let journals = work.journals();
    let (_, replayed) = &journals[0];
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    assert_eq!(replayed.steps.len(), plan.steps.len());
    // Every object was made once, and never changed after that.
    let made = objects(plane, "run-killed");
    assert_eq!(made.len(), 16);
    assert!(made.iter().all(|(_, generation)| *generation <= 1), "{made:?}");
    nothing_twice(plane, "run-killed", &open);
    // No step was done twice: the journal's own rules would refuse it.
    let done = replayed.records.iter().filter(|record| matches!(record.entry, Entry::Done { .. })).count();
    assert_eq!(done, plan.steps.len());
}

#[test]
fn an_edited_journal_is_refused_and_a_torn_one_is_gone_on_with() {
    let plane = control_plane::whole();
    let work = Work::new("run-edited", 2);
    let plan = work.plan();
    let mut child = work.apply(plane, &plan.digest).stdout(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work, &mut child);
    assert!(killed(child, &journal, 6));
    let sound = std::fs::read(&journal).unwrap();
    let mut edited = sound.clone();
    let at = edited.len() / 3;
    edited[at] ^= 1;
    std::fs::write(&journal, &edited).unwrap();
    let refused = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("of the journal"), "{}", shown(&refused));
    // A mark before the first record is no part of it.
    std::fs::write(&journal, [&b"\xef\xbb\xbf"[..], &sound].concat()).unwrap();
    let marked = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(marked.status.code(), Some(5), "{}", shown(&marked));
    // As a file system leaves it that lost its power.
    let torn = [&sound[..], b"{\"sequence\":", &[0; 64]].concat();
    std::fs::write(&journal, &torn).unwrap();
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert!(shown(&done).contains("was cut off when its process or its machine died"), "{}", shown(&done));
    assert_eq!(work.journals().len(), 1);
}

/// An emptied journal looks like that of a run that never began, and a copy like another run: neither is begun anew.
#[test]
fn records_that_are_gone_and_copies_are_told_and_nothing_is_begun_anew() {
    let plane = control_plane::whole();
    let work = Work::new("run-gone", 2);
    let plan = work.plan();
    let mut child = work.apply(plane, &plan.digest).stdout(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work, &mut child);
    assert!(killed(child, &journal, 6));
    let records = std::fs::read(&journal).unwrap();
    let before = objects(plane, "run-gone");
    let refused = |said: &str| {
        let refused = work.apply(plane, &plan.digest).output().unwrap();
        assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
        let text = shown(&refused).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(said), "{text}");
        assert_eq!(objects(plane, "run-gone"), before);
    };
    std::fs::write(&journal, "").unwrap();
    refused("had begun, and");
    // Whoever has mended a manifest since is told, too.
    let kept = ["manifests/all.yaml", "plan.json"]
        .map(|name| (name, std::fs::read_to_string(work.path(name)).unwrap()));
    work.manifests(2, "2");
    let other = work.plan();
    let told = work.apply(plane, &other.digest).output().unwrap();
    assert_eq!(told.status.code(), Some(5), "{}", shown(&told));
    kept.iter().for_each(|(name, text)| work.write(name, text));
    std::fs::remove_file(&journal).unwrap();
    refused("has no records any more");
    std::fs::create_dir(&journal).unwrap();
    refused("runs again: take it out of the manifests first");
    std::fs::remove_dir(&journal).unwrap();
    std::fs::write(&journal, &records).unwrap();
    let run = journal.parent().unwrap();
    let copy = run.with_file_name(format!("{}-copy", run.file_name().unwrap().to_str().unwrap()));
    assert!(Command::new("cp").arg("-r").arg(run).arg(&copy).status().unwrap().success());
    refused("and not of its own");
    std::fs::remove_dir_all(&copy).unwrap();
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert_eq!(work.journals().len(), 1);
}

/// More than a page of a list: what is as it is to be is found, and nothing is asked for twice.
#[test]
fn what_is_there_is_found_however_many_there_are() {
    let plane = control_plane::whole();
    let work = Work::new("run-many", 0);
    let each = (0..1_100).map(|number| {
        // One that has nothing but its name is owned by nobody, and as it is to be all the same.
        let data = if number % 2 == 0 { "data: { key: value }\n" } else { "" };
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c-{number}, namespace: run-many }}\n{data}"
        )
    });
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: { name: run-many }\n".to_owned();
    work.write("manifests/all.yaml", &std::iter::once(namespace).chain(each).collect::<String>());
    let plan = work.plan();
    let intents = || {
        let done = work.apply(plane, &plan.digest).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
        let journals = work.journals();
        let (_, replayed) = journals.last().unwrap();
        replayed.records.iter().filter(|record| matches!(record.entry, Entry::Intent { .. })).count()
    };
    assert_eq!(intents(), 1_101);
    std::fs::remove_dir_all(work.path(".drplan")).unwrap();
    // The namespace alone is not listed: there is one of its kind.
    let again = intents();
    assert!(again <= 1, "{again}");
}

/// A pager, a terminal that was stopped with Ctrl-S, a slow log shipper.
#[test]
fn a_reader_that_pauses_holds_up_nothing() {
    let plane = control_plane::whole();
    let work = Work::new("run-unread", 0);
    let mut text = "apiVersion: v1\nkind: Namespace\nmetadata: { name: run-unread }\n".to_owned();
    for at in 0..1_100 {
        let _ = writeln!(
            text,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c-{at}, namespace: run-unread }}"
        );
    }
    work.write("manifests/all.yaml", &text);
    let plan = work.plan();
    let mut command = work.apply(plane, &plan.digest);
    let mut child = command.args(["--events", "json"]).stdout(Stdio::piped()).spawn().unwrap();
    let journal = begun_journal(&work, &mut child);
    let ended = || replay(&std::fs::read(&journal).unwrap()).unwrap().ended;
    let began = std::time::Instant::now();
    while ended().is_none() && began.elapsed().as_secs() < 60 {
        std::thread::yield_now();
    }
    assert_eq!(ended().as_deref(), Some("done"));
    // It waits for its reader, which loses nothing.
    assert!(child.try_wait().unwrap().is_none());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.len() > 64 << 10, "{}", output.stdout.len());
    assert!(String::from_utf8(output.stdout).unwrap().trim_end().ends_with('}'));
}

/// The cluster is told by its own identity, whatever the context is called.
#[test]
fn a_run_does_not_go_on_in_another_cluster() {
    let plane = control_plane::whole();
    let work = Work::new("run-elsewhere", 2);
    let plan = work.plan();
    let mut child = work.apply(plane, &plan.digest).stdout(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work, &mut child);
    assert!(killed(child, &journal, 6));
    let emulator = crate::emulator::with(&[]);
    let other = control_plane::shared(&emulator);
    work.write("other", &other.kubeconfig(control_plane::ADMIN));
    let mut command = work.apply(plane, &plan.digest);
    let refused = command.args(["--kubeconfig", "other"]).output().unwrap();
    // The flag is there twice: the second is refused by itself.
    assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
    let refused = work.apply_by(&work.path("other"), &plan.digest).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("began in another cluster"), "{}", shown(&refused));
    assert!(objects(other, "run-elsewhere").is_empty());
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
}

/// A context's name proves nothing: its nodes say where they are.
#[test]
fn a_cluster_whose_nodes_are_elsewhere_is_refused() {
    let plane = control_plane::whole();
    let work = Work::new("run-region", 1);
    for (planned, said) in [
        (
            &["us-west-1", "--primary", "us-west-2"][..],
            "in us-west-2, the region that this plan recovers from",
        ),
        (&["us-east-1"], "in us-west-2, and this plan recovers in us-east-1"),
    ] {
        let inputs = ["--offline", "--manifests", "manifests", "--state", "terraform.tfstate"];
        let made = work.drplan().arg("region").args(planned).args(inputs).output().unwrap();
        assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
        let plan: serde_json::Value =
            serde_json::from_slice(&std::fs::read(work.path("plan.json")).unwrap()).unwrap();
        let digest = plan["digest"].as_str().unwrap();
        for more in [&[][..], &["--dry-run"]] {
            let refused = work.apply(plane, digest).args(more).output().unwrap();
            assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
            let text = shown(&refused).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(said), "{text}");
        }
    }
    assert!(work.journals().is_empty() && objects(plane, "run-region").is_empty());
}

/// Nobody sits there who could say that the writers are stopped.
#[test]
fn a_decision_that_nobody_can_make_is_waited_for() {
    let plane = control_plane::whole();
    let work = Work::new("run-gate", 1);
    let cron = "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: run-gate }\n\
                spec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          \
                restartPolicy: Never\n          containers: [{ name: job, image: \"r.example/job:1\" }]\n";
    let text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    work.write("manifests/all.yaml", &format!("{text}{cron}"));
    let plan = work.plan();
    let waits = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(waits.status.code(), Some(4), "{}", shown(&waits));
    let text = shown(&waits);
    assert!(text.contains("two writers are"), "{text}");
    assert!(text.contains("gate      fence/primary, not answered: nobody was asked at a terminal"), "{text}");
    assert!(text.contains("held now  CronJob/run-gate/nightly: suspended"), "{text}");
    assert!(text.contains("drplan apply plan.json --offline"), "the command that goes on is whole: {text}");
    let (_, replayed) = &work.journals()[0];
    assert_eq!(replayed.ended.as_deref(), Some("at_gate"));
    let folder = work.journals()[0].0.with_file_name("");
    let report = work.drplan().arg("show").arg(folder).output().unwrap();
    assert!(shown(&report).contains("held now  CronJob/run-gate/nightly"), "{}", shown(&report));
}

#[test]
fn a_second_one_beside_a_running_one_is_refused() {
    let plane = control_plane::whole();
    let work = Work::new("run-two", 1);
    let plan = work.plan();
    let mut child = work.apply(plane, &plan.digest).stdout(Stdio::null()).spawn().unwrap();
    begun_journal(&work, &mut child);
    // Stopped, as a laptop that was closed: its lock holds.
    let signal = |name: &str| {
        Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    };
    signal("-STOP");
    let refused = work.apply(plane, &plan.digest).output().unwrap();
    signal("-CONT");
    let ended = child.wait().unwrap();
    assert_eq!(ended.code(), Some(0));
    // Where it was done before it could be stopped there is nothing to refuse.
    let code = refused.status.code();
    let done = work.journals().len() == 2 && code == Some(0);
    assert!(done || (code == Some(5) && shown(&refused).contains("at this moment")), "{}", shown(&refused));
}
