//! `drplan apply` against a real cluster: to the end, again, killed and gone on with, refused.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use drplan::plan::journal::{Entry, Replayed, replay};
use drplan::plan::{Plan, codec};
use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;

/// A folder with manifests, an empty state, and a plan of them.
pub(crate) struct Work {
    pub(crate) folder: tempfile::TempDir,
    namespace: String,
}

impl Work {
    /// A Namespace, a ConfigMap and a Deployment that reads it, so many times.
    pub(crate) fn new(namespace: &str, times: usize) -> Self {
        Self::with(namespace, times, "")
    }

    /// With more in drplan.hcl.
    pub(crate) fn with(namespace: &str, times: usize, settings: &str) -> Self {
        let work = Self { folder: tempfile::tempdir().unwrap(), namespace: namespace.to_owned() };
        std::fs::create_dir(work.path(".git")).unwrap();
        work.write("drplan.hcl", &format!("stack = \"shop\"\n{settings}"));
        let state = r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"none","outputs":{},"resources":[]}"#;
        work.write("terraform.tfstate", state);
        work.manifests(times, "1");
        work.plan();
        work
    }

    pub(crate) fn manifests(&self, times: usize, value: &str) {
        let namespace = &self.namespace;
        let mut text = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {namespace} }}\n");
        for at in 0..times {
            let _ = write!(
                text,
                "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: settings-{at}, namespace: {namespace} }}\n\
                 data: {{ value: \"{value}\" }}\n---\napiVersion: apps/v1\nkind: Deployment\n\
                 metadata: {{ name: app-{at}, namespace: {namespace} }}\n\
                 spec:\n  replicas: 1\n  selector: {{ matchLabels: {{ app: app-{at} }} }}\n  template:\n    \
                 metadata: {{ labels: {{ app: app-{at} }} }}\n    spec:\n      containers:\n        \
                 - {{ name: app, image: \"r.example/app:1\", envFrom: [{{ configMapRef: {{ name: settings-{at} }} }}] }}\n",
            );
        }
        std::fs::create_dir_all(self.path("manifests")).unwrap();
        self.write("manifests/all.yaml", &text);
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn plan(&self) -> Plan {
        let args =
            ["region", "us-west-2", "--offline", "--manifests", "manifests", "--state", "terraform.tfstate"];
        let made = self.drplan().args(args).output().unwrap();
        assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
        codec::decode(&std::fs::read(self.path("plan.json")).unwrap()).unwrap()
    }

    pub(crate) fn drplan(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env("NO_COLOR", "1");
        for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn apply(&self, plane: &ControlPlane, digest: &str) -> Command {
        self.apply_by(&plane.admin(), digest)
    }

    /// By another kubeconfig.
    pub(crate) fn apply_by(&self, kubeconfig: &Path, digest: &str) -> Command {
        let mut command = self.drplan();
        command.args([
            "apply",
            "plan.json",
            "--offline",
            "--manifests",
            "manifests",
            "--state",
            "terraform.tfstate",
        ]);
        command.args(["--digest", digest, "--context", "it", "--kubeconfig"]).arg(kubeconfig);
        command
    }

    /// The journals, oldest run first.
    pub(crate) fn journals(&self) -> Vec<(PathBuf, Replayed)> {
        let Ok(runs) = std::fs::read_dir(self.path(".drplan/runs")) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = runs.map(|run| run.unwrap().path().join("journal.jsonl")).collect();
        paths.sort();
        let read = |path: PathBuf| {
            let bytes = std::fs::read(&path).ok()?;
            Some((path, replay(&bytes).unwrap()))
        };
        paths.into_iter().filter_map(read).collect()
    }
}

pub(crate) fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What is in a namespace, by kind and name, with the fields that say whether something was done twice.
pub(crate) fn objects(plane: &ControlPlane, namespace: &str) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for (kind, path) in [
        ("ConfigMap", format!("/api/v1/namespaces/{namespace}/configmaps")),
        ("Deployment", format!("/apis/apps/v1/namespaces/{namespace}/deployments")),
    ] {
        let list = run(plane.ask("GET", &path, &Value::Null));
        for item in list["items"].as_array().unwrap() {
            let name = item["metadata"]["name"].as_str().unwrap();
            if name == "kube-root-ca.crt" {
                continue;
            }
            let generation = item["metadata"]["generation"].as_u64().unwrap_or(0);
            found.push((format!("{kind}/{name}"), generation));
        }
    }
    found.sort();
    found
}

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
    assert!(text.contains("drplan approve"), "{text}");
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

/// Kills the process as soon as its journal has so many lines.
pub(crate) fn killed(mut child: Child, journal: &Path, lines: usize) -> bool {
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let written = std::fs::read(journal).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count());
        if written >= lines {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}

pub(crate) fn newest_journal(work: &Work) -> PathBuf {
    let runs = work.path(".drplan/runs");
    let newest = std::fs::read_dir(runs).ok().and_then(|runs| runs.flatten().map(|run| run.path()).max());
    newest.unwrap_or_default().join("journal.jsonl")
}

/// The journal of the run that was just begun, as soon as it is there.
fn begun_journal(work: &Work) -> PathBuf {
    loop {
        let journal = newest_journal(work);
        if journal.is_file() {
            return journal;
        }
    }
}

/// Forty times: killed a little later each time, gone on with, and killed again.
#[test]
fn killed_at_forty_points_it_goes_on_and_does_nothing_twice() {
    let plane = control_plane::whole();
    let work = Work::new("run-killed", 8);
    let plan = work.plan();
    let mut kills = 0;
    let mut lines = 1;
    for _ in 0..400 {
        let mut command = work.apply(plane, &plan.digest);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // The first process makes the folder.
        let mut journal = newest_journal(&work);
        let began = std::time::Instant::now();
        while !journal.is_file() && began.elapsed().as_secs() < 30 {
            journal = newest_journal(&work);
            std::thread::yield_now();
        }
        if !killed(child, &journal, lines) {
            break;
        }
        kills += 1;
        let replayed = replay(&std::fs::read(&journal).unwrap()).unwrap();
        lines = replayed.records.len() + 2;
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
    // No step was done twice: the journal's own rules would refuse it.
    let done = replayed.records.iter().filter(|record| matches!(record.entry, Entry::Done { .. })).count();
    assert_eq!(done, plan.steps.len());
}

#[test]
fn an_edited_journal_is_refused_and_a_torn_one_is_gone_on_with() {
    let plane = control_plane::whole();
    let work = Work::new("run-edited", 2);
    let plan = work.plan();
    let child = work.apply(plane, &plan.digest).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work);
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

/// A pager, a terminal that was stopped with Ctrl-S, a slow log shipper.
#[test]
fn a_reader_that_pauses_holds_up_nothing() {
    let plane = control_plane::whole();
    let work = Work::new("run-unread", 0);
    let mut text = "apiVersion: v1\nkind: Namespace\nmetadata: { name: run-unread }\n".to_owned();
    for at in 0..400 {
        let _ = writeln!(
            text,
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: c-{at}, namespace: run-unread }}"
        );
    }
    work.write("manifests/all.yaml", &text);
    let plan = work.plan();
    let mut command = work.apply(plane, &plan.digest);
    let mut child =
        command.args(["--events", "json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work);
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
    let child = work.apply(plane, &plan.digest).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let journal = begun_journal(&work);
    assert!(killed(child, &journal, 6));
    let emulator = crate::emulator::with(&[]);
    let other = control_plane::shared(&emulator);
    work.write("other", &other.kubeconfig(control_plane::ADMIN));
    let mut command = work.apply(plane, &plan.digest);
    let refused = command.args(["--kubeconfig", "other"]).output().unwrap();
    // The flag is there twice: the second is refused by itself.
    assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
    let mut command = work.drplan();
    command.args([
        "apply",
        "plan.json",
        "--offline",
        "--manifests",
        "manifests",
        "--state",
        "terraform.tfstate",
    ]);
    command.args(["--digest", &plan.digest, "--context", "it", "--kubeconfig", "other"]);
    let refused = command.output().unwrap();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("began in another cluster"), "{}", shown(&refused));
    assert!(objects(other, "run-elsewhere").is_empty());
    let done = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
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
    assert!(text.contains("drplan apply plan.json --offline"), "the command that goes on is whole: {text}");
    let (_, replayed) = &work.journals()[0];
    assert_eq!(replayed.ended.as_deref(), Some("at_gate"));
}

#[test]
fn a_second_one_beside_a_running_one_is_refused() {
    let plane = control_plane::whole();
    let work = Work::new("run-two", 1);
    let plan = work.plan();
    let mut child =
        work.apply(plane, &plan.digest).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !newest_journal(&work).is_file() {
        assert!(child.try_wait().unwrap().is_none());
    }
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
