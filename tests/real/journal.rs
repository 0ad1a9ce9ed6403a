//! A run whose records are in S3: two at once, a paused holder, lost answers, another machine, damage.

use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use drplan::clients::clock::moments;
use drplan::executor::lease::{self, Holder, Keeper, LeaseError, Term};
use drplan::executor::shared::{self, Place};
use drplan::plan::journal::{Entry, Replayed};
use drplan::targets::objects::{Bucket, Condition, Objects, Put};
use serde_json::json;

use crate::control_plane;
use crate::emulator::{self, Emulator, PATIENCE, run};
use crate::work::{Work, begun_journal, killed, newest_journal, objects};

const WORLD: &[&str] = &["runs"];
const SETTINGS: &str = "journal {\n  s3 = \"s3://runs/shop\"\n}\n";
const SHORT: Term = Term { length: Duration::from_secs(3), skew: Duration::from_millis(500) };

async fn bucket(emulator: &Emulator) -> Arc<dyn Objects> {
    Arc::new(Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs"))
}

fn place(run: &str) -> Place {
    Place { prefix: "shop".to_owned(), run: run.to_owned() }
}

fn records(emulator: &Emulator, name: &str) -> Replayed {
    run(async { shared::read(&*bucket(emulator).await, &place(name)).await.unwrap().1 })
}

/// Takes an object away, or puts another in its place.
fn replace(emulator: &Emulator, key: &str, bytes: Option<Vec<u8>>) -> Vec<u8> {
    run(async {
        let store = bucket(emulator).await;
        let before = store.get(key).await.unwrap().map(|object| object.bytes).unwrap_or_default();
        let client = emulator.connect("us-west-2", PATIENCE).await.s3();
        client.delete_object().bucket("runs").key(key).send().await.unwrap();
        if let Some(bytes) = bytes {
            store.put(key, bytes, &Condition::Absent).await.unwrap();
        }
        before
    })
}

/// What was said, on one line.
fn shown(output: &Output) -> String {
    crate::work::shown(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A process on the machine that has `work`.
fn apply(work: &Work, emulator: &Emulator, digest: &str) -> Command {
    let mut command = work.apply(control_plane::whole(), digest);
    command.env("AWS_ENDPOINT_URL", emulator.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
    command
}

/// Applies until the journal has so many lines, and kills it; the run's name.
pub(crate) fn begun_and_killed(work: &Work, emulator: &Emulator, digest: &str, lines: usize) -> String {
    killed_when_begun(work, &mut apply(work, emulator, digest), lines)
}

/// The same of any command.
pub(crate) fn killed_when_begun(work: &Work, command: &mut Command, lines: usize) -> String {
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(work, &mut child);
    assert!(killed(child, &journal, lines));
    journal.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

/// The same folder on another machine: what is under version control, and the plan.
fn elsewhere(work: &Work) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").arg("-a").arg(work.path(".")).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    let _ = std::fs::remove_dir_all(folder.path().join(".drplan"));
    folder
}

#[test]
fn of_two_conditional_writes_one_wins() {
    let emulator = emulator::with(WORLD);
    run(async {
        let (left, right) = (bucket(&emulator).await, bucket(&emulator).await);
        for round in 0..20 {
            let key = format!("race/{round}");
            let (a, b) = tokio::join!(
                left.put(&key, b"left".to_vec(), &Condition::Absent),
                right.put(&key, b"right".to_vec(), &Condition::Absent),
            );
            let (a, b) = (a.unwrap(), b.unwrap());
            assert!((a == Put::Refused) != (b == Put::Refused), "{a:?} {b:?}");
            let tag = left.get(&key).await.unwrap().unwrap().tag;
            let condition = Condition::Unchanged(tag);
            let (a, b) = tokio::join!(
                left.put(&key, b"left again".to_vec(), &condition),
                right.put(&key, b"right again".to_vec(), &condition),
            );
            let (a, b) = (a.unwrap(), b.unwrap());
            assert!((a == Put::Refused) != (b == Put::Refused), "{a:?} {b:?}");
        }
        let gone =
            left.put("race/none", b"x".to_vec(), &Condition::Unchanged("\"tag\"".into())).await.unwrap();
        assert_eq!(gone, Put::Refused);
        assert_eq!(left.list("race/1").await.unwrap().len(), 11);
    });
}

#[test]
fn a_lease_whose_answer_was_lost_is_read_and_a_stale_one_is_taken() {
    let emulator = emulator::with(WORLD);
    let key = "stale/lease.json";
    replace(&emulator, key, None);
    let holder = |name: &str| Holder { name: name.to_owned(), id: name.to_owned() };
    run(async {
        let store = bucket(&emulator).await;
        emulator.faults(&json!([{ "kind": "drop", "service": "s3", "action": "PutObject", "count": 1 }]));
        let first = Keeper::take(Arc::clone(&store), key, holder("a"), None, SHORT, moments()).await.unwrap();
        tokio::time::sleep(SHORT.length / 2).await;
        // The first try and the SDK's second: the answer to neither comes.
        emulator.faults(&json!([{ "kind": "drop", "service": "s3", "action": "PutObject", "count": 2 }]));
        first.hold().await.unwrap();
        let second = Keeper::take(Arc::clone(&store), key, holder("b"), None, SHORT, moments()).await;
        assert!(matches!(second.err().unwrap(), LeaseError::Other(lease) if lease.holder == "a"));
        // Nothing renews it any more.
        let found = lease::wait_out(&*store, key, SHORT, &moments(), &|_, _| {}).await.unwrap();
        let second =
            Keeper::take(Arc::clone(&store), key, holder("b"), Some((&found, 0)), SHORT, moments()).await;
        let second = second.unwrap();
        assert_eq!(second.generation().await, 2);
        assert!(first.hold().await.unwrap_err().to_string().contains("b has the run (holder 2)"));
        second.hold().await.unwrap();
    });
}

/// Killed, its folder gone, the lease not over: the records in S3 are all that is left.
#[test]
fn a_run_is_gone_on_with_from_s3_alone() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let work = Work::of("s3-alone", "s3-alone", 6, SETTINGS);
    work.write(
        "manifests/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: { name: login, namespace: s3-alone }\nstringData: { password: canary-password }\n",
    );
    let plan = work.plan();
    let name = begun_and_killed(&work, &emulator, &plan.digest, 8);
    std::fs::remove_dir_all(work.path(".drplan")).unwrap();

    let refused = apply(&work, &emulator, &plan.digest).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    let text = shown(&refused);
    assert!(text.contains(&format!("--take-over {name}")), "{text}");
    let take_over =
        |run: &str| apply(&work, &emulator, &plan.digest).args(["--take-over", run]).output().unwrap();
    let none = take_over("20200101T000000Z");
    assert_eq!(none.status.code(), Some(5), "{}", shown(&none));
    assert!(
        shown(&none).contains("there is no record of 20200101T000000Z under s3://runs/shop/"),
        "{}",
        shown(&none)
    );
    assert_eq!(take_over("../x").status.code(), Some(2));

    // What is missing or was changed is named, and nothing is run on it.
    let second = format!("shop/{name}/journal/0000000001.jsonl");
    let sound = replace(&emulator, &second, None);
    let missing = take_over(&name);
    assert_eq!(missing.status.code(), Some(5), "{}", shown(&missing));
    assert!(shown(&missing).contains(&format!("{second} is missing")), "{}", shown(&missing));
    let mut changed = sound.clone();
    changed[30] ^= 1;
    replace(&emulator, &second, Some(changed));
    let edited = take_over(&name);
    assert_eq!(edited.status.code(), Some(5), "{}", shown(&edited));
    assert!(shown(&edited).contains("cannot be trusted: line 2"), "{}", shown(&edited));
    replace(&emulator, &second, Some(sound));
    let lease = format!("shop/{name}/lease.json");
    let kept = replace(&emulator, &lease, None);
    let unleased = take_over(&name);
    assert_eq!(unleased.status.code(), Some(5), "{}", shown(&unleased));
    assert!(shown(&unleased).contains(&format!("{lease} is not there")), "{}", shown(&unleased));
    replace(&emulator, &lease, Some(kept));

    let done = take_over(&name);
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert!(shown(&done).contains("if nothing is heard of it until"), "{}", shown(&done));
    let replayed = records(&emulator, &name);
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    assert_eq!((replayed.generation, replayed.steps.len()), (2, plan.steps.len()));
    assert!(
        replayed.records.iter().any(|record| matches!(record.entry, Entry::Held { took_over: true, .. }))
    );
    assert!(objects(plane, "s3-alone").iter().all(|(_, generation)| *generation <= 1));
    // The copy is whole again.
    let copy = std::fs::read(newest_journal(&work)).unwrap();
    assert_eq!(drplan::plan::journal::replay(&copy).unwrap().records, replayed.records);
    let over = take_over(&name);
    assert_eq!(over.status.code(), Some(5), "{}", shown(&over));

    // No secret of the manifests, and none of the process, is in what was written.
    run(async {
        let store = bucket(&emulator).await;
        let keys = store.list("shop/").await.unwrap();
        assert!(keys.len() > 10);
        for key in keys {
            let object = store.get(&key).await.unwrap().unwrap();
            let text = String::from_utf8(object.bytes).unwrap();
            assert!(!text.contains("canary"), "{key}: {text}");
            assert!(!text.contains("Y2FuYXJ5"), "{key}: {text}");
        }
    });
}

/// Stopped as a laptop that was closed, and woken after another machine has brought the run to its end.
#[test]
fn a_paused_holder_that_comes_back_after_the_take_over_does_nothing_more() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let work = Work::of("s3-paused", "s3-paused", 6, SETTINGS);
    let plan = work.plan();
    let mut command = apply(&work, &emulator, &plan.digest);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = child.id().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    let journal = begun_journal(&work, &mut child);
    while std::fs::read(&journal).unwrap().iter().filter(|byte| **byte == b'\n').count() < 6 {
        assert!(child.try_wait().unwrap().is_none(), "ended before it could be stopped");
        std::thread::yield_now();
    }
    signal("-STOP");
    let name = newest_journal(&work).parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();

    let folder = elsewhere(&work);
    let there = |more: &[&str]| {
        apply(&work, &emulator, &plan.digest).current_dir(folder.path()).args(more).output().unwrap()
    };
    let refused = there(&[]);
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("of these decisions is not done: held by"), "{}", shown(&refused));
    assert!(shown(&refused).contains("is refused where it renews"), "{}", shown(&refused));
    let whole = format!(
        "drplan apply plan.json --offline --manifests manifests --state terraform.tfstate --digest {}",
        plan.digest
    );
    let admin = plane.admin();
    let pasted = format!("{whole} --context it --kubeconfig {} --take-over {name}", admin.display());
    assert!(shown(&refused).contains(&pasted), "{pasted}: {}", shown(&refused));
    let done = there(&["--take-over", &name]);
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    let (records_before, objects_before) = (records(&emulator, &name), objects(plane, "s3-paused"));
    assert_eq!(records_before.ended.as_deref(), Some("done"));

    // The first machine's copy is behind, and says so; with credentials the newest records are read.
    let mut show = work.drplan();
    show.args(["show", &name]).env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", folder.path());
    let copy = show.output().unwrap();
    assert_eq!(copy.status.code(), Some(0), "{}", shown(&copy));
    let text = shown(&copy);
    assert!(text.contains("not ended by this copy of its records"), "{text}");
    assert!(text.contains("were not read: ") && text.contains("there are no AWS credentials"), "{text}");
    assert!(text.contains(&format!("aws s3 cp --recursive s3://runs/shop/{name}/journal/")), "{text}");
    show.env("AWS_ENDPOINT_URL", emulator.url());
    show.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
    let newest = show.args(["--format", "json"]).output().unwrap();
    assert_eq!(newest.status.code(), Some(0), "{}", shown(&newest));
    let report: serde_json::Value = serde_json::from_slice(&newest.stdout).unwrap();
    assert_eq!((report["ended"].as_str(), report["copy"].as_str()), (Some("done"), None));

    signal("-CONT");
    let woken = child.wait_with_output().unwrap();
    assert_eq!(woken.status.code(), Some(1), "{}", shown(&woken));
    assert!(
        shown(&woken).contains("the run was taken over")
            || shown(&woken).contains("another process has written")
    );
    assert_eq!(records(&emulator, &name).records, records_before.records);
    assert_eq!(objects(plane, "s3-paused"), objects_before);
    assert!(objects_before.iter().all(|(_, generation)| *generation <= 1), "{objects_before:?}");
}

#[test]
fn answers_that_are_lost_are_read_again_and_a_killed_run_goes_on_at_once_where_its_folder_is() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let work = Work::of("s3-lost", "s3-lost", 3, SETTINGS);
    let plan = work.plan();
    let lost = |skip: u32, count: u32| json!([{ "kind": "drop", "service": "s3", "action": "PutObject", "skip": skip, "count": count }]);
    emulator.faults(&lost(3, 1));
    let name = begun_and_killed(&work, &emulator, &plan.digest, 6);
    emulator.faults(&lost(1, 5));
    let began = std::time::Instant::now();
    let done = apply(&work, &emulator, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert!(!shown(&done).contains("if nothing is heard"), "waited for itself: {}", shown(&done));
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    let replayed = records(&emulator, &name);
    assert_eq!((replayed.ended.as_deref(), replayed.generation), (Some("done"), 2));
    assert!(objects(plane, "s3-lost").iter().all(|(_, generation)| *generation <= 1));
    // The next run of the same decisions is another.
    emulator.faults(&json!([]));
    let again = apply(&work, &emulator, &plan.digest).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", shown(&again));
    // A bucket that denies: nothing is begun.
    emulator.faults(&json!([{ "kind": "denied", "service": "s3", "action": "PutObject" }]));
    let denied = apply(&work, &emulator, &plan.digest).output().unwrap();
    assert_eq!(denied.status.code(), Some(5), "{}", shown(&denied));
    assert!(shown(&denied).contains("allow s3:GetObject"), "{}", shown(&denied));
}

/// The claim of the stack, the lease and the first records: whichever write's answer is lost, the run begins.
#[test]
fn whichever_answer_is_lost_when_it_begins_it_begins() {
    let emulator = emulator::with(WORLD);
    let work = Work::of("s3-begin", "s3-begin", 1, SETTINGS);
    let plan = work.plan();
    for skip in 0..8 {
        let lost =
            json!([{ "kind": "drop", "service": "s3", "action": "PutObject", "skip": skip, "count": 1 }]);
        emulator.faults(&lost);
        let began = jiff::Timestamp::now();
        let done = apply(&work, &emulator, &plan.digest).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{skip}: {}", shown(&done));
        // A run is named by the second at which it begins.
        while jiff::Timestamp::now().as_second() == began.as_second() {
            std::thread::yield_now();
        }
    }
}

/// A region is lost with all stacks in it: somebody begins them all at once, in one bucket.
#[test]
fn stacks_that_begin_at_once_under_one_prefix_have_runs_of_their_own() {
    let emulator = emulator::with(WORLD);
    let works = ["s3-one", "s3-two", "s3-three"].map(|stack| Work::of(stack, stack, 1, SETTINGS));
    let running = works.each_ref().map(|work| {
        let mut command = apply(work, &emulator, &work.plan().digest);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    }
    let name = |work: &Work| newest_journal(work).parent().unwrap().file_name().unwrap().to_owned();
    let names: std::collections::BTreeSet<_> = works.iter().map(name).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_take_over_without_a_place_for_records_is_refused() {
    let emulator = emulator::with(WORLD);
    let work = Work::with("s3-none", 1, "");
    let plan = work.plan();
    let refused =
        apply(&work, &emulator, &plan.digest).args(["--take-over", "20261122T120000Z"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("names no place for them"), "{}", shown(&refused));
    assert!(!work.path(".drplan/runs").exists());
}

/// What is here of a run whose records are in S3 is a copy: without them nobody goes on from it.
#[test]
fn a_run_whose_records_are_in_s3_does_not_go_on_without_them() {
    let emulator = emulator::with(WORLD);
    let work = Work::of("s3-without", "s3-without", 3, SETTINGS);
    let plan = work.plan();
    let name = begun_and_killed(&work, &emulator, &plan.digest, 8);
    let before = std::fs::read(newest_journal(&work)).unwrap();
    work.write("drplan.hcl", "stack = \"s3-without\"\n");
    let refused = apply(&work, &emulator, &plan.digest).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains(&format!("the records of run {name} are in S3")), "{}", shown(&refused));
    assert_eq!(std::fs::read(newest_journal(&work)).unwrap(), before);
}
