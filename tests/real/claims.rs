//! Two operators with different plans of one stack and region: one run at a time, and no run that died holds up another.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use drplan::executor::shared::{self, Place};
use drplan::plan::Plan;
use drplan::plan::journal::Replayed;
use drplan::targets::objects::{Bucket, Condition, Objects};

use crate::control_plane;
use crate::emulator::{self, Emulator, PATIENCE, run};
use crate::work::{Work, newest_journal, objects};

const WORLD: &[&str] = &["runs"];

/// It is available after a quarter of an hour: whoever applies it is at it until it is stopped.
const STUCK: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: stuck, namespace: NAMESPACE }\n\
    spec:\n  minReadySeconds: 900\n  progressDeadlineSeconds: 3600\n  selector: { matchLabels: { app: stuck } }\n  template:\n    metadata: { labels: { app: stuck } }\n    \
    spec:\n      containers: [{ name: app, image: \"r.example/app:1\" }]\n";

/// A machine with a plan of its own of the stack that all of them have.
struct Machine {
    work: Work,
    plan: Plan,
}

impl Machine {
    fn new(prefix: &str, namespace: &str, stuck: bool) -> Self {
        let settings = if prefix.is_empty() {
            String::new()
        } else {
            format!("journal {{\n  s3 = \"s3://runs/{prefix}\"\n}}\n")
        };
        let work = Work::with(namespace, 1, &settings);
        if stuck {
            work.write("manifests/stuck.yaml", &STUCK.replace("NAMESPACE", namespace));
        }
        let plan = work.plan();
        Self { work, plan }
    }

    fn apply(&self, emulator: &Emulator) -> Command {
        let mut command = self.work.apply(control_plane::whole(), &self.plan.digest);
        command.env("AWS_ENDPOINT_URL", emulator.url()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
        command
    }

    fn applied(&self, emulator: &Emulator) -> (Option<i32>, String) {
        let output = self.apply(emulator).output().unwrap();
        (output.status.code(), shown(&output))
    }

    fn spawn(&self, emulator: &Emulator) -> Running {
        let mut command = self.apply(emulator);
        Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Begins, and waits until it waits for what does not come up.
    fn begin(&self, emulator: &Emulator) -> (Running, String) {
        let running = self.spawn(emulator);
        self.until_stuck(1);
        (running, self.name())
    }

    /// Until so many processes have waited for it.
    fn until_stuck(&self, processes: u64) {
        let began = Instant::now();
        let waits = || {
            let bytes = std::fs::read(newest_journal(&self.work)).ok()?;
            let replayed = drplan::plan::journal::replay(&bytes).ok()?;
            let open = replayed.steps.keys().any(|step| step.ends_with("/stuck"));
            Some(open && replayed.ended.is_none() && replayed.generation >= processes)
        };
        while waits() != Some(true) {
            assert!(began.elapsed() < Duration::from_secs(50), "it does not begin");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn name(&self) -> String {
        let journal: PathBuf = newest_journal(&self.work);
        journal.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
    }
}

/// A process that is gone when the test is.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }

    fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn ended(&mut self) -> (Option<i32>, String) {
        use std::io::Read as _;
        let mut text = String::new();
        let code = self.0.wait().unwrap().code();
        self.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn shown(output: &Output) -> String {
    crate::work::shown(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn keys(emulator: &Emulator, prefix: &str) -> Vec<String> {
    run(async {
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        store.list(&format!("{prefix}/")).await.unwrap()
    })
}

fn records(emulator: &Emulator, prefix: &str, name: &str) -> Replayed {
    run(async {
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        let place = Place { prefix: prefix.to_owned(), run: name.to_owned() };
        shared::read(&store, &place).await.unwrap().1
    })
}

/// The first lives: refused. It is paused: the other plan begins, and the first does nothing more when it wakes.
#[test]
fn of_two_machines_with_different_plans_one_is_refused_while_the_other_lives() {
    const PREFIX: &str = "claims-live";
    let emulator = emulator::with(WORLD);
    let first = Machine::new(PREFIX, "claims-a", true);
    let second = Machine::new(PREFIX, "claims-b", false);
    let (mut running, name) = first.begin(&emulator);
    let (code, text) = second.applied(&emulator);
    assert_eq!(code, Some(5), "{text}");
    assert!(running.is_running());
    for says in [
        &format!("run {name} of stack \"shop\" in us-west-2 is held by "),
        &format!("aws s3 ls s3://runs/{PREFIX}/{name}/journal/"),
        "the same command again",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    // Whoever was refused left nothing that looks like a run, neither there nor here.
    let all = keys(&emulator, PREFIX);
    let own = format!("{PREFIX}/{name}/");
    let others = [format!("{PREFIX}/decisions/"), format!("{PREFIX}/stacks/shop/us-west-2.json")];
    assert!(
        all.iter().all(|key| key.starts_with(&own) || others.iter().any(|other| key.starts_with(other))),
        "{all:?}"
    );
    assert!(std::fs::read_dir(second.work.path(".drplan/runs")).unwrap().next().is_none());
    assert!(objects(control_plane::whole(), "claims-b").is_empty());

    running.signal("-STOP");
    let (code, text) = second.applied(&emulator);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("if nothing is heard of it until"), "{text}");
    let before = records(&emulator, PREFIX, &name).records;
    running.signal("-CONT");
    let (code, text) = running.ended();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the run was taken over"), "{text}");
    assert_eq!(records(&emulator, PREFIX, &name).records, before);
    // The second is done: the first one's run goes on, at once.
    let (mut again, same) = (first.spawn(&emulator), name.clone());
    first.until_stuck(2);
    assert!(again.is_running() && first.name() == same);
}

/// What ended in order, or died, holds nobody up; and what goes on with an older run is refused like what begins one.
#[test]
fn a_run_that_was_let_go_does_not_hold_up_another_plan() {
    const PREFIX: &str = "claims-free";
    let emulator = emulator::with(WORLD);
    let first = Machine::new(PREFIX, "claims-c", true);
    let second = Machine::new(PREFIX, "claims-d", true);
    let (mut running, name) = first.begin(&emulator);
    running.signal("-INT");
    assert_eq!(running.ended().0, Some(130));
    // A run is named by the second at which it begins: two of a stack within one have one name, and one is refused.
    while name.starts_with(&jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()) {
        std::thread::yield_now();
    }
    let began = Instant::now();
    let (mut other, newer) = second.begin(&emulator);
    assert!(began.elapsed() < Duration::from_secs(30), "it was let go: {:?}", began.elapsed());
    let (code, text) = first.applied(&emulator);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains(&format!("run {newer} of stack")), "{text}");
    let taking = ["--take-over", &name];
    let refused = first.apply(&emulator).args(taking).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains(&format!("run {newer} of stack")), "{}", shown(&refused));
    // Its own lease was let go: nobody waits for it.
    other.signal("-INT");
    assert_eq!(other.ended().0, Some(130));
    let _again = first.spawn(&emulator);
    first.until_stuck(2);
    assert_eq!(first.name(), name);
}

/// Both begin at once: never do both go on.
#[test]
fn of_two_that_begin_at_once_one_goes_on() {
    const PREFIX: &str = "claims-race";
    let emulator = emulator::with(WORLD);
    let machines = [Machine::new(PREFIX, "claims-e", true), Machine::new(PREFIX, "claims-f", true)];
    let mut running = [machines[0].spawn(&emulator), machines[1].spawn(&emulator)];
    let began = Instant::now();
    while running.iter_mut().all(Running::is_running) {
        assert!(began.elapsed() < Duration::from_secs(90), "both go on");
        std::thread::sleep(Duration::from_millis(50));
    }
    let loser = usize::from(running[0].is_running());
    let (code, text) = running[loser].ended();
    assert_eq!(code, Some(5), "{text}");
    machines[1 - loser].until_stuck(1);
    assert!(running[1 - loser].is_running());
    assert!(objects(control_plane::whole(), ["claims-e", "claims-f"][loser]).is_empty());
}

/// What lost a race leaves a lease, and no run.
#[test]
fn a_run_that_never_began_is_told_as_such() {
    const PREFIX: &str = "claims-ghost";
    let emulator = emulator::with(WORLD);
    let machine = Machine::new(PREFIX, "claims-g", false);
    let lease = r#"{"format_version":1,"generation":1,"holder":"ops@b, process 7","id":"b","lasts_ms":30000,"until":"2026-11-22T12:00:00Z","released":true}"#;
    run(async {
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        let key = format!("{PREFIX}/20261122T120000Z/lease.json");
        store.put(&key, lease.as_bytes().to_vec(), &Condition::Absent).await.unwrap();
    });
    let refused = machine.apply(&emulator).args(["--take-over", "20261122T120000Z"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    let text = shown(&refused);
    assert!(text.contains("run 20261122T120000Z never began: ops@b, process 7 was refused"), "{text}");
    assert!(text.contains(&format!("aws s3 rm --recursive s3://runs/{PREFIX}/20261122T120000Z/")), "{text}");
    let (code, text) = machine.applied(&emulator);
    assert_eq!(code, Some(0), "{text}");
}

/// Without records in S3, in one folder.
#[test]
fn of_two_plans_in_one_folder_the_second_waits_for_the_end_of_the_first_ones_process() {
    let emulator = emulator::with(&[]);
    let mut machine = Machine::new("", "claims-h", true);
    let (mut running, name) = machine.begin(&emulator);
    std::fs::remove_file(machine.work.path("manifests/stuck.yaml")).unwrap();
    machine.work.manifests(1, "2");
    machine.plan = machine.work.plan();
    let (code, text) = machine.applied(&emulator);
    assert_eq!(code, Some(5), "{text}");
    assert!(text.contains(&format!("runs {name} of stack \"shop\" in us-west-2 at this moment")), "{text}");
    assert!(text.contains(&format!("process {}", running.0.id())), "{text}");
    assert!(text.contains(&format!("drplan show {name}")), "{text}");
    assert!(running.is_running() && machine.work.journals().len() == 1);
    running.0.kill().unwrap();
    running.0.wait().unwrap();
    let (code, text) = machine.applied(&emulator);
    assert_eq!(code, Some(0), "{text}");
    assert_eq!(machine.work.journals().len(), 2, "a run of its own");
}
