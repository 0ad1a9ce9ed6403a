//! The whole of `drplan apply`, a process each time, with planning again, journal and screen, against `kubectl apply
//! --server-side` and kapp on the same 500 manifests, API server and run, as ratios: `make bench`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a program that measures")]

mod plane;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use plane::{Plane, timed};

const OBJECTS: usize = 500;
const ROUNDS: usize = 3;
const PHASES: [&str; 4] = ["create", "re-apply", "diff", "250 changed"];

/// The best times of a phase, seconds.
#[derive(Clone, Copy)]
struct Best {
    drplan: f64,
    kubectl: f64,
    kapp: f64,
}

fn main() {
    let plane = Plane::start();
    let mut best = [Best { drplan: f64::MAX, kubectl: f64::MAX, kapp: f64::MAX }; PHASES.len()];
    let (mut peak, mut planned) = (0.0_f64, f64::MAX);
    for round in 0..ROUNDS {
        let [ours, theirs, apps] = ["ours", "theirs", "apps"].map(|whose| format!("{whose}-{round}"));
        for namespace in [&ours, &theirs, &apps] {
            plane.kubectl(&["create", "namespace", namespace]);
        }
        let stack = Stack::new(&plane, &ours);
        for (phase, best) in best.iter_mut().enumerate() {
            // What a diff tells is what the last phase then does.
            let (diff, changed) = (phase == 2, phase >= 2);
            let (seconds, ended) = plane.by_kubectl(&manifests(&theirs, changed), diff);
            assert!(ended || diff, "kubectl");
            best.kubectl = best.kubectl.min(seconds);
            best.kapp = best.kapp.min(plane.by_kapp(&manifests(&apps, changed), &apps, diff));
            if phase == 0 || diff {
                planned = planned.min(timed(|| stack.plan(&manifests(&ours, changed))));
            }
            best.drplan = best.drplan.min(timed(|| peak = peak.max(stack.apply(diff))));
        }
    }
    println!("{OBJECTS} objects, the whole command, the best of {ROUNDS} rounds");
    for (what, Best { drplan, kubectl, kapp }) in PHASES.iter().zip(best) {
        println!(
            "{what:<12} drplan {drplan:.2} s, kubectl {kubectl:.2} s, kapp {kapp:.2} s: {:.1} and {:.1} times as fast (at \
             least 2)",
            kubectl / drplan,
            kapp / drplan
        );
    }
    println!(
        "             (the diff is of 250 changes; kapp makes its own without asking the API server, which defaults and admits)"
    );
    println!("its plan     {planned:.2} s, made before");
    println!("memory       {peak:.0} MiB at most (under 60)");
}

/// The folder that drplan runs in.
struct Stack {
    folder: tempfile::TempDir,
    kubeconfig: PathBuf,
}

impl Stack {
    fn new(plane: &Plane, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let stack = Self { folder, kubeconfig: plane.kubeconfig() };
        stack.write(
            "drplan.hcl",
            &format!("stack = \"{name}\"\nprovides \"Namespace/{name}\" {{ by = \"the bench\" }}\n"),
        );
        let state = json!({
            "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "none", "outputs": {}, "resources": [],
        });
        stack.write("terraform.tfstate", &state.to_string());
        stack
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn drplan(&self, first: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.args(first).args(["--offline", "--manifests", "all.yaml", "--state", "terraform.tfstate"]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    fn plan(&self, manifests: &[Value]) {
        let documents: Vec<String> = manifests.iter().map(Value::to_string).collect();
        self.write("all.yaml", &documents.join("\n---\n"));
        let made = self.drplan(&["region", "us-west-2"]).stderr(Stdio::null()).status().unwrap();
        assert!(made.success());
    }

    /// Its memory, MiB at most.
    fn apply(&self, dry: bool) -> f64 {
        let plan: Value = serde_json::from_slice(&std::fs::read(self.path("plan.json")).unwrap()).unwrap();
        let mut command = self.drplan(&["apply", "plan.json"]);
        command.args(["--digest", plan["digest"].as_str().unwrap()]);
        command
            .args(["--context", "it", "--kubeconfig"])
            .arg(&self.kubeconfig)
            .args(dry.then_some("--dry-run"));
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let status = Path::new("/proc").join(child.id().to_string()).join("status");
        let mut peak = 0.0;
        let ended = loop {
            peak = peak_mib(&status).unwrap_or(peak);
            if let Some(ended) = child.try_wait().unwrap() {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        assert!(ended.success(), "{ended}");
        peak
    }
}

fn peak_mib(status: &Path) -> Option<f64> {
    let status = std::fs::read_to_string(status).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// ConfigMaps and Roles: nothing that is waited for, which the others do not do.
fn manifests(namespace: &str, changed: bool) -> Vec<Value> {
    let each = (0..OBJECTS).map(|number| {
        let version = if changed && number % 4 < 2 { "2" } else { "1" };
        let metadata =
            json!({ "namespace": namespace, "name": format!("o-{number}"), "labels": { "app": "shop", "version": version } });
        if number % 2 == 0 {
            let data = json!({ "version": version, "settings.yaml": "a: 1\nb: 2\n".repeat(20) });
            return json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
        }
        let rules = json!([{ "apiGroups": [""], "resources": ["configmaps", "pods"], "verbs": ["get", "list", "watch"] }]);
        json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules })
    });
    each.collect()
}
