//! A run that a step stopped, gone on with by another plan: `drplan region --resume RUN`, approved, applied.

mod elsewhere;
mod gone;
mod jobs;
mod refused;
mod told;

use std::process::{Command, Output, Stdio};
use std::sync::MutexGuard;

use drplan::plan::journal::{Entry, Replayed, StepState, replay};
use drplan::plan::resume::Resumes;
use drplan::plan::{Plan, codec};
use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::emulator::{Emulator, run};
use crate::work::{Work, killed, newest_journal, objects, shown};

const INPUTS: [&str; 5] = ["--offline", "--manifests", "manifests", "--state", "terraform.tfstate"];

/// A stack of a Namespace, Deployments with their ConfigMaps, and a Service that the API server refuses.
struct Stopped<'p> {
    plane: &'p ControlPlane,
    work: Work,
    namespace: &'static str,
    /// The run.
    run: String,
    /// Where its records are in S3, of the run that has them there.
    emulator: Option<MutexGuard<'static, Emulator>>,
}

impl<'p> Stopped<'p> {
    /// Applied until the Service fails.
    fn new(namespace: &'static str, times: usize) -> Self {
        Self::of(namespace, times, "", None)
    }

    fn of(
        namespace: &'static str,
        times: usize,
        settings: &str,
        emulator: Option<MutexGuard<'static, Emulator>>,
    ) -> Self {
        let stopped = Self { emulator, ..Self::planned(namespace, times, settings) };
        let plan = stopped.read("plan.json");
        let failed = stopped.apply("plan.json", &plan).output().unwrap();
        assert_eq!(failed.status.code(), Some(6), "{}", shown(&failed));
        assert!(shown(&failed).contains("drplan region us-west-2 --resume"), "{}", shown(&failed));
        stopped.begun()
    }

    fn planned(namespace: &'static str, times: usize, settings: &str) -> Self {
        let work = Work::with(namespace, times, settings);
        let stopped =
            Self { plane: control_plane::whole(), work, namespace, run: String::new(), emulator: None };
        stopped.service(70_000);
        stopped.work.plan();
        stopped
    }

    fn begun(mut self) -> Self {
        let folder = newest_journal(&self.work).parent().unwrap().to_owned();
        folder.file_name().unwrap().to_str().unwrap().clone_into(&mut self.run);
        self
    }

    /// The Service of a port; ports end at 65535.
    fn service(&self, port: u32) {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{ name: app, namespace: {} }}\n\
             spec: {{ selector: {{ app: app-0 }}, ports: [{{ port: {port} }}] }}\n",
            self.namespace
        );
        self.work.write("manifests/service.yaml", &text);
    }

    fn read(&self, name: &str) -> Plan {
        codec::decode(&std::fs::read(self.work.path(name)).unwrap()).unwrap()
    }

    fn folder(&self, file: &str) -> String {
        format!(".drplan/runs/{}/{file}", self.run)
    }

    fn journal(&self) -> Replayed {
        replay(&std::fs::read(self.work.path(&self.folder("journal.jsonl"))).unwrap()).unwrap()
    }

    fn region(&self, args: &[&str]) -> Output {
        let mut command = self.work.drplan();
        command.args(["region", "us-west-2"]).args(INPUTS).args(args).output().unwrap()
    }

    fn resumed(&self, out: &str) -> (Plan, Output) {
        let made = self.region(&["--resume", &self.run, "--out", out]);
        assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
        (self.read(out), made)
    }

    fn apply(&self, file: &str, plan: &Plan) -> Command {
        let mut command = self.work.drplan();
        command.args(["apply", file]).args(INPUTS).args(["--digest", &plan.digest, "--context", "it"]);
        command.arg("--kubeconfig").arg(self.plane.admin());
        if let Some(emulator) = &self.emulator {
            command.env("AWS_ENDPOINT_URL", emulator.url()).env("AWS_EC2_METADATA_DISABLED", "true");
            command.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
        }
        command
    }

    /// Applies, and how it ends.
    fn applied(&self, file: &str, code: i32) -> String {
        let output = self.apply(file, &self.read(file)).output().unwrap();
        let text = flat(&output);
        assert_eq!(output.status.code(), Some(code), "{text}");
        text
    }

    fn port(&self) -> Option<u64> {
        let path = format!("/api/v1/namespaces/{}/services/app", self.namespace);
        run(self.plane.ask("GET", &path, &Value::Null)).pointer("/spec/ports/0/port")?.as_u64()
    }
}

/// What was said, on one line.
fn flat(output: &Output) -> String {
    shown(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn resumes(plan: &Plan) -> &Resumes {
    plan.resumes.as_ref().unwrap()
}

/// Steps whose effect was begun after the run got its last plan.
fn begun_since(replayed: &Replayed) -> Vec<&str> {
    let at = replayed.records.iter().rposition(|record| matches!(record.entry, Entry::Replanned { .. }));
    let since = replayed.records.iter().skip(at.unwrap() + 1);
    since
        .filter_map(|record| match &record.entry {
            Entry::Intent { step, .. } => Some(step.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_mended_manifest_is_applied_and_what_was_applied_stays() {
    let stopped = Stopped::new("resume-mended", 3);
    let old = stopped.read("plan.json");
    let before = stopped.journal();
    stopped.service(80);
    stopped.work.write("manifests/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more, namespace: resume-mended }\ndata: { a: b }\n");
    let (new, made) = stopped.resumed("next.json");
    let text = shown(&made);
    let (kept, all) = (resumes(&new).done.len(), new.steps.len());
    assert!(
        text.contains(&format!("goes on with run {}: {kept} of {all} steps are done and stay", stopped.run)),
        "{text}"
    );
    assert!(
        text.contains(&format!("drplan show next.json --against {}", stopped.folder("plan.json"))),
        "{text}"
    );
    assert_eq!(resumes(&new).decision_digest, old.decision_digest);
    assert_eq!(resumes(&new).changed, ["manifests/Service/resume-mended/app"]);
    assert_eq!(kept, before.steps.values().filter(|state| matches!(state, StepState::Done(_))).count());
    // All that stays takes no time.
    assert!(new.forecast.rto.p50_seconds < old.forecast.rto.p50_seconds);
    // The difference is what was mended and what came, not what is done.
    let mut command = stopped.work.drplan();
    let told = shown(&command.args(["show", "next.json", "--against", "plan.json"]).output().unwrap());
    let decisions = told.split("merely moved").next().unwrap();
    assert!(decisions.contains(&format!("run {}: {kept} steps are done and stay", stopped.run)), "{told}");
    assert!(decisions.contains("steps[manifests/ConfigMap/resume-mended/more]"), "{told}");
    assert!(!decisions.contains("settings-0"), "{told}");

    stopped.applied("next.json", 0);
    assert_eq!(stopped.port(), Some(80));
    let replayed = stopped.journal();
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    assert_eq!(replayed.decisions, [old.decision_digest.clone(), new.decision_digest.clone()]);
    assert_eq!(stopped.work.journals().len(), 1, "it is the same run");
    let begun = begun_since(&replayed);
    assert_eq!(begun.len(), 2, "{begun:?}");
    assert!(begun.iter().all(|step| step.contains("Service") || step.contains("more")), "{begun:?}");
    assert_eq!(objects(stopped.plane, "resume-mended").len(), 7);
    // Both plans are kept, and told.
    let first = stopped.read(&stopped.folder("plan.json"));
    assert_eq!(first.decision_digest, old.decision_digest);
    assert_eq!(stopped.read(&stopped.folder("plan-1.json")).decision_digest, new.decision_digest);
    let mut command = stopped.work.drplan();
    let report = flat(&command.args(["show", &stopped.folder("")]).output().unwrap());
    for digest in [&first.digest, &replayed_plan(&replayed)] {
        assert!(report.contains(&digest["sha256:".len()..][..8]), "{report}");
    }
    assert!(report.contains(&format!("{kept} finished steps stayed")), "{report}");
    // The run is done: neither plan has anything left to do in it.
    assert!(stopped.applied("next.json", 5).contains("is done: there is nothing left to do"));
    let over = stopped.region(&["--resume", &stopped.run, "--out", "third.json"]);
    assert_eq!(over.status.code(), Some(5), "{}", shown(&over));
    assert!(shown(&over).contains("is done"), "{}", shown(&over));
}

/// The digest of the last plan that the run was given.
fn replayed_plan(replayed: &Replayed) -> String {
    let last = replayed.records.iter().rev().find_map(|record| match &record.entry {
        Entry::Replanned { plan, .. } => Some(plan.clone()),
        _ => None,
    });
    last.unwrap()
}

#[test]
fn the_plan_that_was_replaced_is_refused_and_names_the_newer_one() {
    let stopped = Stopped::new("resume-replaced", 1);
    stopped.service(80_000);
    let (new, _) = stopped.resumed("next.json");
    // Until the new one is applied the run has the old one: the other waits.
    assert!(stopped.applied("plan.json", 5).contains("another plan"), "its inputs have moved");
    stopped.applied("next.json", 6);
    let refused = stopped.applied("plan.json", 5);
    assert!(refused.contains("goes on with a newer plan") && refused.contains("plan-1.json"), "{refused}");
    assert!(refused.contains(&new.decision_digest), "{refused}");
    // And so is one that was made before, and is not what the run has.
    stopped.service(443);
    let (third, _) = stopped.resumed("third.json");
    assert_eq!(resumes(&third).decision_digest, new.decision_digest);
    stopped.work.write(
        "manifests/extra.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: extra, namespace: resume-replaced }\n",
    );
    let refused = stopped.applied("third.json", 5);
    assert!(refused.contains("extra") && refused.contains("--resume"), "{refused}");
    let (fourth, _) = stopped.resumed("fourth.json");
    stopped.applied("fourth.json", 0);
    assert_eq!(stopped.journal().decision(), Some(fourth.decision_digest.as_str()));
    std::fs::remove_file(stopped.work.path("manifests/extra.yaml")).unwrap();
    assert!(stopped.applied("third.json", 5).contains("is done"));
    assert_eq!(stopped.port(), Some(443));
    assert_eq!(stopped.journal().anew.values().max(), Some(&2), "the third plan of the run decided it last");
}

/// Killed after each record: from where it stands the same command goes on, and what stays is never applied again.
#[test]
fn killed_at_any_record_it_goes_on_with_the_new_plan() {
    let stopped = Stopped::new("resume-killed", 4);
    let first = stopped.journal().records.len();
    stopped.service(80);
    // Enough that is left to do.
    stopped.work.manifests(10, "1");
    let (new, _) = stopped.resumed("next.json");
    let journal = stopped.work.path(&stopped.folder("journal.jsonl"));
    let mut kills = 0;
    // A process that dies right after the first record of its own has not given the run its plan yet.
    let mut lines = first + 1;
    loop {
        let mut command = stopped.apply("next.json", &new);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        if !killed(child, &journal, lines) {
            break;
        }
        kills += 1;
        let replayed = stopped.journal();
        // Each time a little later, so that it comes to its end on any machine.
        lines = replayed.records.len() + 1 + kills / 4;
        assert!(kills < 200);
    }
    assert!(kills >= 10, "only {kills}");
    stopped.applied_or_done();
    let replayed = stopped.journal();
    let count =
        |is: &dyn Fn(&Entry) -> bool| replayed.records.iter().filter(|record| is(&record.entry)).count();
    assert_eq!(count(&|entry| matches!(entry, Entry::Replanned { .. })), 1);
    assert_eq!(replayed.ended.as_deref(), Some("done"));
    let again = begun_since(&replayed);
    assert!(again.iter().all(|step| !resumes(&new).done.iter().any(|done| done == step)), "{again:?}");
    let made = objects(stopped.plane, "resume-killed");
    assert_eq!(made.len(), 20);
    assert!(made.iter().all(|(_, generation)| *generation <= 1), "{made:?}");
    assert_eq!(stopped.port(), Some(80));
}

impl Stopped<'_> {
    fn applied_or_done(&self) {
        if self.journal().ended.as_deref() != Some("done") {
            self.applied("next.json", 0);
        }
    }
}

/// A value that is mended while a run is stopped reaches the pods that were started with the old one.
#[test]
fn a_value_that_is_mended_reaches_those_who_read_it() {
    let stopped = Stopped::new("resume-value", 2);
    stopped.service(80);
    stopped.work.manifests(2, "2");
    let (new, _) = stopped.resumed("next.json");
    let again = &resumes(&new).again;
    assert!(again.iter().any(|step| step == "manifests/Deployment/resume-value/app-0"), "{again:?}");
    stopped.applied("next.json", 0);
    for at in 0..2 {
        let path = format!("/apis/apps/v1/namespaces/resume-value/deployments/app-{at}");
        let live = run(stopped.plane.ask("GET", &path, &serde_json::Value::Null));
        let because = live["spec"]["template"]["metadata"]["annotations"]["drplan/restarted-for"].as_str();
        let settings = format!("ConfigMap/resume-value/settings-{at}@");
        assert!(because.is_some_and(|because| because.starts_with(&settings)), "{live}");
    }
}

#[test]
fn a_plan_that_decides_nothing_otherwise_is_said_to_need_no_approval() {
    let stopped = Stopped::new("resume-same", 1);
    let (plan, made) = stopped.resumed("next.json");
    assert!(shown(&made).contains("nothing is decided otherwise"), "{}", shown(&made));
    assert!(!resumes(&plan).done.is_empty());
    // What was mended by hand meanwhile needs no other plan: the inputs that moved are told with the run's name.
    stopped.service(80);
    let told = stopped.applied("plan.json", 5);
    assert!(told.contains(&format!("drplan region us-west-2 --resume {}", stopped.run)), "{told}");
}

/// A Secret's values are in no digest: one that was finished is applied again, and may have been mended.
#[test]
fn what_no_digest_covers_is_applied_again_and_a_named_approver_sees_the_difference_alone() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{ name: key, namespace: resume-secret }}\nstringData: {{ key: \"{value}\" }}\n"
        )
    };
    let settings = "approval {\n  allowed_signers = \"allowed_signers\"\n  quorum = 1\n}\n";
    let stopped = Stopped::planned("resume-secret", 1, "");
    let keygen = |args: &[&str]| {
        Command::new("ssh-keygen").args(args).current_dir(stopped.work.path(".")).output().unwrap()
    };
    assert!(keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "ops", "-f", "ops"]).status.success());
    let public = std::fs::read_to_string(stopped.work.path("ops.pub")).unwrap();
    stopped.work.write("allowed_signers", &format!("ops {public}"));
    stopped.work.write("drplan.hcl", &format!("stack = \"shop\"\n{settings}"));
    stopped.work.write("manifests/secret.yaml", &secret("before"));
    stopped.work.plan();
    let approve = |args: &[&str]| {
        let mut command = stopped.work.drplan();
        let output = command.arg("approve").args(args).args(["--key", "ops"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        shown(&output)
    };
    let applied = |stopped: &Stopped<'_>, file: &str| {
        let mut command = stopped.work.drplan();
        command.args(["apply", file]).args(INPUTS).args(["--context", "it", "--kubeconfig"]);
        command.arg(stopped.plane.admin()).output().unwrap()
    };
    approve(&["plan.json"]);
    let failed = applied(&stopped, "plan.json");
    assert_eq!(failed.status.code(), Some(6), "{}", shown(&failed));
    stopped.service(80);
    stopped.work.write("manifests/secret.yaml", &secret("after"));
    let stopped = stopped.begun();
    let (plan, made) = stopped.resumed("next.json");
    let had = stopped.folder("plan.json");
    assert!(shown(&made).contains(&format!("drplan approve next.json --delta {had}")), "{}", shown(&made));
    assert_eq!(resumes(&plan).again, ["manifests/Secret/resume-secret/key"]);
    let unapproved = applied(&stopped, "next.json");
    assert_eq!(unapproved.status.code(), Some(5), "{}", shown(&unapproved));
    let told = {
        let mut command = stopped.work.drplan();
        let output =
            command.args(["approve", "next.json", "--delta", &had, "--key", "ops"]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        shown(&output)
    };
    assert!(told.contains("2 decisions") && told.contains("1 that was done is run again"), "{told}");
    let done = applied(&stopped, "next.json");
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    let path = "/api/v1/namespaces/resume-secret/secrets/key";
    let live = run(stopped.plane.ask("GET", path, &Value::Null));
    assert_eq!(live["data"]["key"], "YWZ0ZXI=");
    let replayed = stopped.journal();
    let by = replayed.records.iter().find_map(|record| match &record.entry {
        Entry::Replanned { approved_by, .. } => Some(approved_by.clone()),
        _ => None,
    });
    assert_eq!(by.unwrap(), ["ops"]);
}
