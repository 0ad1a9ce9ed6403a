//! An API server of its own, and the rivals against it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Seconds that it takes.
pub(crate) fn timed(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64()
}

/// etcd and an API server of this run.
pub(crate) struct Plane {
    pub(crate) folder: tempfile::TempDir,
    programs: PathBuf,
    kapp: PathBuf,
    child: Child,
}

impl Drop for Plane {
    /// It ends with its standard input, before its folder goes.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Plane {
    pub(crate) fn start() -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let installed = |part: &str| {
            let installed = Command::new(tests.join("tools/install.sh")).arg(part).output().unwrap();
            let output = String::from_utf8(installed.stdout).unwrap();
            let path = output.trim().strip_prefix(part).map(|path| PathBuf::from(path.trim()));
            path.expect("it is installed")
        };
        let (programs, kapp) = (installed("kube"), installed("kapp"));
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("plane");
        std::fs::create_dir(&inner).unwrap();
        let write = |name: &str, text: &str| std::fs::write(inner.join(name), text).unwrap();
        let [etcd, peer, port] =
            [(); 3].map(|()| TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port());
        write("tokens.csv", "bench,bench,1,system:masters\n");
        write("audit.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: None }]\n");
        write("webhook.yaml", &kubeconfig("http://127.0.0.1:9/", None));
        let authority = inner.join("certs/apiserver.crt");
        let content = kubeconfig(&format!("https://127.0.0.1:{port}"), authority.to_str());
        std::fs::write(folder.path().join("kubeconfig"), content).unwrap();
        let child = Command::new(tests.join("kube/launcher.sh"))
            .args([programs.as_os_str(), inner.as_os_str()])
            .args([etcd, peer, port].map(|port| port.to_string()))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let plane = Self { folder, programs, kapp, child };
        let until = Instant::now() + Duration::from_secs(60);
        while !plane.run(&["kubectl", "get", "--raw", "/readyz"]) {
            assert!(Instant::now() < until, "the API server is ready");
            std::thread::sleep(Duration::from_millis(200));
        }
        plane
    }

    pub(crate) fn run(&self, words: &[&str]) -> bool {
        let [program, arguments @ ..] = words else { return false };
        let program = if *program == "kapp" { self.kapp.clone() } else { self.programs.join(program) };
        let mut command = Command::new(program);
        command.env("KUBECONFIG", self.kubeconfig()).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap().success()
    }

    pub(crate) fn done(&self, words: &[&str]) {
        assert!(self.run(words), "{words:?}");
    }

    pub(crate) fn kubectl(&self, arguments: &[&str]) {
        self.done(&[&["kubectl"], arguments].concat());
    }

    /// The path of its administrator's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// The seconds that kubectl takes for manifests, to apply them or to tell what would change; and whether it ended with 0,
    /// which a diff does where there is none.
    pub(crate) fn by_kubectl(&self, manifests: &[Value], diff: bool) -> (f64, bool) {
        let file = self.write(manifests);
        let verb = if diff { "diff" } else { "apply" };
        let words = ["kubectl", verb, "--server-side", "-f", file.to_str().unwrap()];
        let mut ended = false;
        (timed(|| ended = self.run(&words)), ended)
    }

    /// Likewise kapp, which does not wait for what workloads bring up: nothing runs here.
    pub(crate) fn by_kapp(&self, manifests: &[Value], namespace: &str, diff: bool) -> f64 {
        let file = self.write(manifests);
        let mut words =
            vec!["kapp", "deploy", "--yes", "--wait=false", "--app", "bench", "--namespace", namespace];
        words.extend(["--file", file.to_str().unwrap()]);
        words.extend(diff.then_some("--diff-run"));
        timed(|| self.done(&words))
    }

    pub(crate) fn write(&self, manifests: &[Value]) -> PathBuf {
        let file = self.folder.path().join("manifests.yaml");
        let documents: Vec<String> = manifests.iter().map(Value::to_string).collect();
        std::fs::write(&file, documents.join("\n---\n")).unwrap();
        file
    }
}

fn kubeconfig(server: &str, authority: Option<&str>) -> String {
    let mut cluster = json!({ "server": server });
    if let Some(authority) = authority {
        cluster["certificate-authority"] = authority.into();
    }
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{ "name": "it", "cluster": cluster }],
        "users": [{ "name": "it", "user": { "token": "bench" } }],
        "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "it" } }],
    })
    .to_string()
}
