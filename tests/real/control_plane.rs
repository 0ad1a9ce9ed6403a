//! A Kubernetes API server with its etcd, alone or as a whole cluster: each started once, shared by the tests, gone with
//! this process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::Request;
use kube::Client;
use kube::config::{Config, KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use crate::emulator::{Emulator, run};

/// Bearer tokens by user; see `tokens.csv`.
pub(crate) const ADMIN: &str = "canary-token-admin";
/// May do nothing.
pub(crate) const NOBODY: &str = "canary-token-nobody";
/// May list everything but Secrets.
pub(crate) const VIEWER: &str = "canary-token-viewer";

/// A running API server.
pub(crate) struct ControlPlane {
    folder: PathBuf,
    port: u16,
    /// Holds its standard input: it ends when this process does.
    child: Child,
}

/// The API server. It asks the emulator who signed an EKS token, as a cluster asks STS.
pub(crate) fn shared(emulator: &Emulator) -> &'static ControlPlane {
    static SHARED: OnceLock<Option<ControlPlane>> = OnceLock::new();
    let reviewer = format!("{}/drplan/tokens/shop", emulator.url());
    SHARED.get_or_init(|| ControlPlane::start(&reviewer, false)).as_ref().expect("the API server is ready")
}

/// A whole cluster: with controllers, a scheduler, and three nodes in three zones whose kubelets are KWOK's. No image is
/// ever pulled or run; what a pod waits with is told by its annotations, see `tests/kube/stages.yaml`.
pub(crate) fn whole() -> &'static ControlPlane {
    static WHOLE: OnceLock<Option<ControlPlane>> = OnceLock::new();
    // Nobody signs in by EKS here.
    let reviewer = "http://127.0.0.1:9/";
    WHOLE.get_or_init(|| ControlPlane::start(reviewer, true)).as_ref().expect("the cluster is ready")
}

/// Two more whole clusters that tests may fill with what concerns all of a cluster: one is compared with the other.
pub(crate) fn two() -> (&'static ControlPlane, &'static ControlPlane) {
    static TWO: OnceLock<[Option<ControlPlane>; 2]> = OnceLock::new();
    let [one, other] = TWO.get_or_init(|| [(); 2].map(|()| ControlPlane::start("http://127.0.0.1:9/", true)));
    (one.as_ref().expect("the cluster is ready"), other.as_ref().expect("the other cluster is ready"))
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn programs() -> PathBuf {
    let installed =
        Command::new(tests().join("tools/install.sh")).arg("kube").output().expect("install.sh runs");
    assert!(
        installed.status.success(),
        "the Kubernetes API server cannot be had:\n{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    let output = String::from_utf8(installed.stdout).unwrap();
    PathBuf::from(output.trim().strip_prefix("kube ").expect("install.sh names the part"))
}

impl ControlPlane {
    /// `None` where it is not ready in time: the first test that wants it waits, the others fail at once.
    fn start(reviewer: &str, whole: bool) -> Option<Self> {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("drplan-kube-").tempdir().unwrap().keep();
        let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
        write(
            "tokens.csv",
            format!("{ADMIN},admin,1,system:masters\n{NOBODY},nobody,2\n{VIEWER},viewer,3,viewers\n"),
        );
        write(
            "audit.yaml",
            // What a write left is told of the namespaces in which writes are counted.
            "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n  - { level: RequestResponse, verbs: [patch], \
             namespaces: [run-killed, run-full] }\n  - { level: Metadata }\n"
                .to_owned(),
        );
        write(
            "webhook.yaml",
            json!({
                "apiVersion": "v1", "kind": "Config", "current-context": "webhook",
                "clusters": [{ "name": "iam", "cluster": { "server": reviewer } }],
                "users": [{ "name": "api", "user": {} }],
                "contexts": [{ "name": "webhook", "context": { "cluster": "iam", "user": "api" } }],
            })
            .to_string(),
        );
        let [etcd, peer, port] = [free_port(), free_port(), free_port()];
        let mut ports = vec![etcd, peer, port];
        if whole {
            ports.extend([free_port(), free_port()]);
            let authority = folder.join("certs/apiserver.crt");
            let url = format!("https://127.0.0.1:{port}");
            let mut content: Value = serde_json::from_str(&kubeconfig(&url, None, ADMIN)).unwrap();
            content["clusters"][0]["cluster"]["certificate-authority"] = authority.to_str().unwrap().into();
            write("admin.kubeconfig", content.to_string());
        }
        let child = Command::new(tests().join("kube/launcher.sh"))
            .arg(programs)
            .arg(&folder)
            .args(ports.iter().map(u16::to_string))
            .stdin(Stdio::piped())
            .spawn()
            .expect("the API server starts");
        let mut started = Self { folder, port, child };
        if !started.is_ready() {
            return None;
        }
        started.fill();
        Some(started)
    }

    /// Waits until it is ready, has ended, or a minute is over.
    fn is_ready(&mut self) -> bool {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until && self.child.try_wait().unwrap().is_none() {
            let ready = self.folder.join("certs/apiserver.crt").is_file()
                && run(async {
                    let client = self.client(ADMIN).await?;
                    client.request_text(Request::get("/readyz").body(Vec::new()).unwrap()).await.ok()
                })
                .is_some();
            if ready && self.folder.join("started").exists() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Its certificate, which signs itself, in PEM.
    pub(crate) fn authority(&self) -> String {
        fs::read_to_string(self.folder.join("certs/apiserver.crt")).unwrap()
    }

    /// A kubeconfig's content for a user.
    pub(crate) fn kubeconfig(&self, token: &str) -> String {
        kubeconfig(&self.url(), Some(&self.authority()), token)
    }

    /// A kubeconfig of its administrator, as a file.
    pub(crate) fn admin(&self) -> PathBuf {
        self.folder.join("admin.kubeconfig")
    }

    /// A program that is installed with it.
    pub(crate) fn program(name: &str) -> PathBuf {
        programs().join(name)
    }

    pub(crate) async fn client(&self, token: &str) -> Option<Client> {
        let content = Kubeconfig::from_yaml(&self.kubeconfig(token)).ok()?;
        let config = Config::from_custom_kubeconfig(content, &KubeConfigOptions::default()).await.ok()?;
        Client::try_from(config).ok()
    }

    /// Sends a request as the administrator and takes the answer.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let client = self.client(ADMIN).await.unwrap();
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.body(serde_json::to_vec(body).unwrap()).unwrap();
        client.request(request).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Makes an object and gives it a status; its uid.
    pub(crate) async fn make(&self, path: &str, mut object: Value) -> String {
        let mut made = self.ask("POST", path, &object).await;
        let uid = made["metadata"]["uid"].as_str().unwrap().to_owned();
        if !object["status"].is_null() {
            made["status"] = object["status"].take();
            let name = made["metadata"]["name"].as_str().unwrap().to_owned();
            self.ask("PUT", &format!("{path}/{name}/status"), &made).await;
        }
        uid
    }

    /// What everybody needs: who may list what.
    fn fill(&self) {
        const ROLES: &str = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
        const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
        let list = |group: &str, resources: &[&str]| json!({ "apiGroups": [group], "resources": resources, "verbs": ["list"] });
        let without = [
            list("", &["pods", "configmaps"]),
            list("apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
            list("batch", &["cronjobs", "jobs"]),
        ];
        // The role of docs/recording.md.
        let with = [without.to_vec(), vec![list("", &["secrets"])]].concat();
        run(async {
            for (name, rules) in [("viewers", without.to_vec()), ("recorders", with)] {
                self.make(ROLES, json!({ "metadata": { "name": name }, "rules": rules })).await;
                let role =
                    json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name });
                let group = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": name });
                self.make(
                    BINDINGS,
                    json!({ "metadata": { "name": name }, "roleRef": role, "subjects": [group] }),
                )
                .await;
            }
        });
    }

    /// What it was asked by a user: verb and address of each request. It writes that down before it answers; that it has
    /// answered, it writes later.
    pub(crate) fn audit(&self, user: &str) -> Vec<(String, String)> {
        let log = fs::read_to_string(self.folder.join("audit.log")).unwrap();
        let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
        events
            .filter(|event| event["user"]["username"] == user && event["stage"] == "RequestReceived")
            .map(|event| (text(&event, "verb"), text(&event, "requestURI")))
            .collect()
    }

    /// Each write of drplan to an object of a namespace whose writes are counted, and to the namespace, in order.
    pub(crate) fn writes(&self, namespace: &str) -> Vec<Write> {
        let log = fs::read_to_string(self.folder.join("audit.log")).unwrap();
        let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let is_write = |event: &Value| {
            let uri = event["requestURI"].as_str().unwrap_or_default();
            event["verb"] == "patch"
                && event["stage"] != "RequestReceived"
                && event["objectRef"]["namespace"] == namespace
                && uri.contains("fieldManager=drplan")
                && !uri.contains("dryRun")
        };
        let write = |event: Value| {
            let of = &event["objectRef"];
            let name = of["name"].as_str().unwrap();
            let object = match of["resource"].as_str().unwrap() {
                "configmaps" => format!("ConfigMap/{namespace}/{name}"),
                "deployments" => format!("Deployment/{namespace}/{name}"),
                "namespaces" => format!("Namespace/{name}"),
                other => panic!("{other} {name} was written"),
            };
            let code = event["responseStatus"]["code"].as_u64().unwrap_or_default();
            let left = (200..300).contains(&code).then(|| event["responseObject"].clone());
            Write { object, made: code == 201, left }
        };
        events.filter(is_write).map(write).collect()
    }
}

/// A write as the API server's own log has it.
pub(crate) struct Write {
    /// Kind and names.
    pub(crate) object: String,
    /// Whether it made the object.
    pub(crate) made: bool,
    /// What it left; `None` where whoever wrote did not wait for the answer.
    pub(crate) left: Option<Value>,
}

/// A kubeconfig's content.
pub(crate) fn kubeconfig(server: &str, authority: Option<&str>, token: &str) -> String {
    let mut cluster = json!({ "server": server });
    if let Some(authority) = authority {
        cluster["certificate-authority-data"] = BASE64_STANDARD.encode(authority).into();
    }
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{ "name": "it", "cluster": cluster }],
        "users": [{ "name": "it", "user": { "token": token } }],
        "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "it" } }],
    })
    .to_string()
}
