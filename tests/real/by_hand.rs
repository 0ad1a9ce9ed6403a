//! `drplan show --format shell`: shellcheck has nothing to say of the scripts of the example and of every small disaster, and
//! what they do to a cluster is what the plan says.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run as finished;
use crate::work::Work;

fn run(folder: &Path, program: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("AWS_PROFILE");
    command.output().unwrap()
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = run(root, &root.join("tests/tools/install.sh"), &["shell"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let said = String::from_utf8(installed.stdout).unwrap();
    let shellcheck = PathBuf::from(said.trim().strip_prefix("shell ").expect("install.sh names the part"));
    let drplan = Path::new(env!("CARGO_BIN_EXE_drplan"));
    let cases = std::fs::read_dir(root.join("examples/cases")).unwrap().map(|entry| entry.unwrap().path());
    let folders = cases.filter(|path| path.is_dir()).chain([root.join("examples/ecommerce")]);
    let mut checked = 0;
    for folder in folders {
        let here = tempfile::tempdir().unwrap();
        let plan = here.path().join("plan.json");
        let plan = plan.to_str().unwrap();
        let at = ["region", "us-west-2", "--offline", "--at", "2026-11-22T12:00:00Z", "--out", plan];
        run(&folder, drplan, &at);
        let shown = run(&folder, drplan, &["show", plan, "--format", "shell"]);
        assert!(shown.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&shown.stderr));
        let script = here.path().join("by-hand.sh");
        std::fs::write(&script, shown.stdout).unwrap();
        let checks = run(here.path(), &shellcheck, &["by-hand.sh"]);
        assert!(checks.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&checks.stdout));
        checked += 1;
    }
    assert!(checked > 14, "{checked}");
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Programs that the script finds before all others: AWS knows whose account it is and nothing else, the primary does not
/// answer, waits are short, and kubectl is that of the cluster.
fn programs(work: &Work) -> String {
    let folder = work.path("bin");
    for (name, text) in [
        ("aws", "case \"$*\" in *Account*) echo 123456789012 ;; esac"),
        ("nc", "exit 1"),
        ("sleep", "exec /bin/sleep 0.2"),
    ] {
        let path = folder.join(name);
        write(&path, &format!("#!/bin/sh\n{text}\n"));
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let kubectl = ControlPlane::program("kubectl");
    let rest = std::env::var("PATH").unwrap();
    format!("{}:{}:{rest}", folder.display(), kubectl.parent().unwrap().display())
}

/// Plans, and writes the script.
fn scripted(work: &Work) {
    let path = programs(work);
    let drplan = |arguments: &[&str]| {
        let output = work.drplan().args(arguments).env("PATH", &path).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", crate::work::shown(&output));
        output.stdout
    };
    drplan(&["region", "us-west-2", "--offline", "--manifests", "manifests", "--state", "terraform.tfstate"]);
    let script = drplan(&["show", "plan.json", "--format", "shell"]);
    std::fs::write(work.path("by-hand.sh"), script).unwrap();
}

/// Runs the script; whether it came to its end, and all that it said.
fn by_hand(work: &Work, plane: &ControlPlane, answers: &str) -> (bool, String) {
    let mut child = Command::new("bash")
        .arg("by-hand.sh")
        .current_dir(work.folder.path())
        .env("PATH", programs(work))
        .env("RUN", work.path("by-hand"))
        .env("KUBECONFIG", plane.admin())
        .env("KUBE_CONTEXT", "it")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A script that stops early does not read all of it.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.success(), crate::work::shown(&output))
}

/// Whose account, the fence, and that the primary may write again.
const BEGUN: &str = "shop\ngone\nshop\n";

fn get(plane: &ControlPlane, path: &str) -> Value {
    finished(plane.ask("GET", path, &Value::Null))
}

const BASE: &str = "apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: hand-overlay }
data:
  application.yaml: |
    region: us-east-2
    queue: arn:aws:sqs:us-east-2:123456789012:payments
    host: sqs.us-east-2.amazonaws.com
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: hand-overlay }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: app, image: \"r.example/web:1\" }
";

const OVERLAY: &str = "namePrefix: prod-
resources: [../base]
images: [{ name: r.example/web, newTag: \"2\" }]
replicas: [{ name: web, count: 2 }]
";

#[test]
fn what_a_kustomization_renders_is_applied_and_of_a_text_only_what_the_plan_rewrites_is_changed() {
    let plane = control_plane::whole();
    let work = Work::with("hand-overlay", 0, "primary = \"us-east-2\"\nrecovery = [\"us-west-2\"]\n");
    write(&work.path("manifests/base/web.yaml"), BASE);
    write(&work.path("manifests/base/kustomization.yaml"), "resources: [web.yaml]\n");
    write(&work.path("manifests/prod/kustomization.yaml"), OVERLAY);
    scripted(&work);
    let (done, said) = by_hand(&work, plane, BEGUN);
    assert!(done, "{said}");
    let deployment = get(plane, "/apis/apps/v1/namespaces/hand-overlay/deployments/prod-web");
    assert_eq!(deployment["spec"]["replicas"], 2);
    assert_eq!(deployment["spec"]["template"]["spec"]["containers"][0]["image"], "r.example/web:2");
    let settings = get(plane, "/api/v1/namespaces/hand-overlay/configmaps/prod-settings");
    assert_eq!(
        settings["data"]["application.yaml"],
        "region: us-west-2\nqueue: arn:aws:sqs:us-east-2:123456789012:payments\nhost: sqs.us-west-2.amazonaws.com\n"
    );
    let step = "manifests/Deployment/hand-overlay/prod-web";
    let shown = work.drplan().args(["show", "plan.json", "--step", step]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("rendered by") && shown.contains("the kustomization manifests/prod"), "{shown}");
}

#[test]
fn kinds_that_the_cluster_does_not_know_yet_stop_no_other_object_of_their_file() {
    let plane = control_plane::whole();
    let work = Work::new("hand-kinds", 0);
    let mut text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    for kind in ["Ahand", "Bhand"] {
        let plural = format!("{}s", kind.to_lowercase());
        text.push_str(&format!(
            "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata: {{ name: {plural}.hand.example }}\nspec:\n  group: hand.example\n  scope: Namespaced\n  \
             names: {{ kind: {kind}, plural: {plural} }}\n  versions:\n    - name: v1\n      served: true\n      \
             storage: true\n      schema: {{ openAPIV3Schema: {{ type: object }} }}\n---\napiVersion: hand.example/v1\n\
             kind: {kind}\nmetadata: {{ name: x, namespace: hand-kinds }}\n"
        ));
    }
    work.write("manifests/all.yaml", &text);
    scripted(&work);
    let (done, said) = by_hand(&work, plane, BEGUN);
    assert!(done, "{said}");
    let found = get(plane, "/apis/hand.example/v1/namespaces/hand-kinds/bhands/x");
    assert_eq!(found["metadata"]["name"], "x");
}

/// A Job whose one pod takes until somebody says how it ended.
fn job(name: &str, more: &str) -> String {
    format!(
        "---\napiVersion: batch/v1\nkind: Job\nmetadata: {{ name: {name}, namespace: hand-jobs }}\nspec:\n  \
         backoffLimit: 0\n{more}  template:\n    spec:\n      restartPolicy: Never\n      containers:\n        \
         - {{ name: job, image: \"r.example/job:1\" }}\n"
    )
}

#[test]
fn a_job_that_took_itself_away_is_asked_for_and_one_that_failed_stops_at_once() {
    let plane = control_plane::whole();
    let work = Work::new("hand-jobs", 0);
    let namespace = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    let swept = job("swept", "  ttlSecondsAfterFinished: 0\n");
    work.write("manifests/all.yaml", &format!("{namespace}{swept}"));
    scripted(&work);
    let (done, said) = by_hand(&work, plane, BEGUN);
    assert!(!done && said.contains("Job.v1.batch/swept is not there any more"), "{said}");
    let (done, said) = by_hand(&work, plane, "shop\n");
    assert!(done, "{said}");

    let bounded = job("bounded", "  activeDeadlineSeconds: 1\n  suspend: false\n");
    let bounded = bounded.replace("      restartPolicy", "      schedulerName: none\n      restartPolicy");
    work.write("manifests/all.yaml", &format!("{namespace}{bounded}"));
    std::fs::remove_dir_all(work.path("by-hand")).unwrap();
    scripted(&work);
    let began = std::time::Instant::now();
    let (done, said) = by_hand(&work, plane, BEGUN);
    assert!(!done && said.contains("stopped: Job.v1.batch/bounded has failed, DeadlineExceeded: "), "{said}");
    assert!(began.elapsed() < std::time::Duration::from_secs(60));
}
