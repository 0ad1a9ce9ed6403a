//! A folder that `drplan apply` runs in against a real cluster, and its runs: begun, killed, looked at.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use drplan::plan::journal::{Replayed, replay};
use drplan::plan::{Plan, codec};
use serde_json::Value;

use crate::control_plane::ControlPlane;
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
        Self::of("shop", namespace, times, settings)
    }

    /// Of another stack: one that is left unfinished holds up no run of any other.
    pub(crate) fn of(stack: &str, namespace: &str, times: usize, settings: &str) -> Self {
        let work = Self { folder: tempfile::tempdir().unwrap(), namespace: namespace.to_owned() };
        std::fs::create_dir(work.path(".git")).unwrap();
        work.write("drplan.hcl", &format!("stack = \"{stack}\"\n{settings}"));
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

/// Kills the process as soon as its journal has so many lines.
pub(crate) fn killed(child: Child, journal: &Path, lines: usize) -> bool {
    let written = || std::fs::read(journal).map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count());
    killed_when(child, || written() >= lines)
}

/// Kills the process as soon as something is so; whether it was.
pub(crate) fn killed_when(mut child: Child, is_so: impl Fn() -> bool) -> bool {
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if is_so() {
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

/// The journal of the run that was just begun, as soon as it is there; a process that ends without one is told.
pub(crate) fn begun_journal(work: &Work, child: &mut Child) -> PathBuf {
    loop {
        let journal = newest_journal(work);
        if journal.is_file() {
            return journal;
        }
        if let Some(status) = child.try_wait().unwrap() {
            let journal = newest_journal(work);
            assert!(journal.is_file(), "ended before it began anything: {status}; what it said is above");
            return journal;
        }
        std::thread::yield_now();
    }
}
