//! Jobs that their own `ttlSecondsAfterFinished` takes away are run once, whatever is seen of their end.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Stopped, flat};
use crate::emulator::run;
use crate::work::{killed_when, newest_journal};

impl Stopped<'_> {
    /// With a Job, which waits for ever where `waits`.
    fn with_job(namespace: &'static str, spec: &str, waits: bool) -> Self {
        let stopped = Self::planned(namespace, 1, "");
        stopped.job(spec, waits);
        stopped.work.plan();
        stopped
    }

    fn job(&self, spec: &str, waits: bool) {
        let waits = if waits { "ContainerCreating" } else { "" };
        let annotations =
            if waits.is_empty() { String::new() } else { format!("drplan.test/waiting: {waits}") };
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{ name: migrate, namespace: {} }}\nspec:\n  {spec}\n  template:\n    \
             metadata: {{ annotations: {{ {annotations} }} }}\n    spec:\n      restartPolicy: Never\n      \
             containers: [{{ name: job, image: \"r.example/job:1\", envFrom: [{{ configMapRef: {{ name: settings-0 }} }}] }}]\n",
            self.namespace
        );
        self.work.write("manifests/job.yaml", &text);
    }

    /// Applies, and is killed as soon as the Job is applied.
    fn killed_behind_the_job(self) -> Self {
        let mut command = self.apply("plan.json", &self.read("plan.json"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let applied = format!("\"step\":\"manifests/Job/{}/migrate\"", self.namespace);
        assert!(killed_when(child, || {
            let written = std::fs::read_to_string(newest_journal(&self.work)).unwrap_or_default();
            written.lines().any(|line| line.contains(&applied) && line.contains("\"done\""))
        }));
        self.begun()
    }

    fn ask(&self, path: &str) -> Vec<Value> {
        let path = path.replace("NS", self.namespace);
        run(self.plane.ask("GET", &path, &Value::Null))["items"].as_array().unwrap().clone()
    }

    fn until_the_job_is_gone(&self) {
        let begun = Instant::now();
        while !self.ask("/apis/batch/v1/namespaces/NS/jobs").is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(60));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Pods that were made for the Job, one for each time that it ran.
    fn times(&self) -> usize {
        let events = self.ask("/api/v1/namespaces/NS/events");
        let made = |event: &&Value| {
            event["reason"] == "SuccessfulCreate" && event["involvedObject"]["kind"] == "Job"
        };
        events.iter().filter(made).count()
    }
}

#[test]
fn a_job_that_ended_and_went_while_nobody_looked_is_not_run_again() {
    let stopped =
        Stopped::with_job("job-killed", "ttlSecondsAfterFinished: 1", false).killed_behind_the_job();
    stopped.until_the_job_is_gone();
    stopped.service(80);
    let (_, _) = stopped.resumed("next.json");
    let told = stopped.applied("next.json", 0);
    assert!(!told.contains("Job/job-killed/migrate is gone since"), "{told}");
    assert_eq!(stopped.times(), 1);
}

#[test]
fn a_job_that_goes_as_soon_as_it_has_ended_is_done() {
    let stopped = Stopped::with_job("job-at-once", "ttlSecondsAfterFinished: 0", false);
    let told = stopped.applied("plan.json", 6);
    assert!(told.contains("1 failed") && !told.contains("ready/Job/job-at-once/migrate: "), "{told}");
    let stopped = stopped.begun();
    stopped.until_the_job_is_gone();
    assert_eq!(stopped.times(), 1);
    // What its wait stands on is run again; the wait itself has seen the end, whatever is left of events.
    run(stopped.plane.ask("DELETE", &stopped.at("ConfigMap/settings-0"), &json!({})));
    run(stopped.plane.ask("DELETE", "/api/v1/namespaces/job-at-once/events", &json!({})));
    let told = stopped.applied("plan.json", 6);
    assert!(told.contains("settings-0 is gone since") && !told.contains("JobGone"), "{told}");
    stopped.service(80);
    let _ = stopped.resumed("next.json");
    stopped.applied("next.json", 0);
    assert!(stopped.ask("/apis/batch/v1/namespaces/NS/jobs").is_empty());
    assert_eq!(stopped.times(), 0, "nothing since the events were thrown away");
}

/// That it has ended is done, whatever becomes of it and of what it has read.
#[test]
fn a_job_that_has_ended_and_was_deleted_is_not_run_again() {
    let stopped = Stopped::with_job("job-ended", "backoffLimit: 1", false);
    stopped.applied("plan.json", 6);
    let stopped = stopped.begun();
    let path = "/apis/batch/v1/namespaces/job-ended/jobs/migrate";
    run(stopped.plane.ask("DELETE", path, &json!({ "propagationPolicy": "Background" })));
    stopped.until_the_job_is_gone();
    run(stopped.plane.ask("DELETE", &stopped.at("ConfigMap/settings-0"), &json!({})));
    for _ in 0..2 {
        let told = stopped.applied("plan.json", 6);
        assert!(!told.contains("migrate"), "{told}");
    }
    stopped.service(80);
    stopped.work.manifests(1, "2");
    let (next, _) = stopped.resumed("next.json");
    let ready = "manifests/ready/Job/job-ended/migrate".to_owned();
    assert!(super::resumes(&next).done.contains(&ready), "{:?}", next.resumes);
    stopped.applied("next.json", 0);
    assert_eq!(stopped.times(), 1);
}

/// What it has filled may be gone with it: that is not for drplan to say, and not to be passed over.
#[test]
fn a_job_that_had_ended_in_a_namespace_that_is_gone_is_told() {
    let stopped = Stopped::with_job("job-swept", "backoffLimit: 1", false);
    stopped.applied("plan.json", 6);
    let stopped = stopped.begun();
    run(stopped.plane.ask("DELETE", "/api/v1/namespaces/job-swept", &json!({})));
    let told = stopped.applied("plan.json", 6);
    assert!(told.contains("Job/job-swept/migrate had ended before its namespace went"), "{told}");
    assert!(stopped.ask("/apis/batch/v1/namespaces/NS/jobs").is_empty());
}

#[test]
fn whether_one_that_is_gone_unseen_runs_again_a_person_decides() {
    let stopped =
        Stopped::with_job("job-unseen", "ttlSecondsAfterFinished: 60", true).killed_behind_the_job();
    let path = "/apis/batch/v1/namespaces/job-unseen/jobs/migrate";
    run(stopped.plane.ask("DELETE", path, &json!({ "propagationPolicy": "Background" })));
    stopped.until_the_job_is_gone();
    for _ in 0..2 {
        let told = stopped.applied("plan.json", 6);
        assert!(
            told.contains("JobGone: it is gone before its end was seen, and no event of it says"),
            "{told}"
        );
        assert!(told.contains("look whether it did its work"), "{told}");
        assert!(told.contains("take ttlSecondsAfterFinished out of its manifest"), "{told}");
        assert!(stopped.ask("/apis/batch/v1/namespaces/NS/jobs").is_empty());
    }
    stopped.service(80);
    stopped.job("backoffLimit: 1", false);
    let _ = stopped.resumed("next.json");
    stopped.applied("next.json", 0);
    assert_eq!(stopped.ask("/apis/batch/v1/namespaces/NS/jobs").len(), 1);
}

/// Without that setting nothing but a person takes it away.
#[test]
fn a_job_without_a_time_to_live_that_somebody_deleted_is_applied_again() {
    let stopped = Stopped::with_job("job-deleted", "backoffLimit: 1", true).killed_behind_the_job();
    let path = "/apis/batch/v1/namespaces/job-deleted/jobs/migrate";
    run(stopped.plane.ask("DELETE", path, &json!({ "propagationPolicy": "Background" })));
    stopped.until_the_job_is_gone();
    let mut command = stopped.apply("plan.json", &stopped.read("plan.json"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    assert!(killed_when(child, || !stopped.ask("/apis/batch/v1/namespaces/NS/jobs").is_empty()));
    let output = stopped.work.drplan().args(["show", &stopped.folder("")]).output().unwrap();
    assert!(flat(&output).contains("Job/job-deleted/migrate is gone since"), "{}", flat(&output));
}
