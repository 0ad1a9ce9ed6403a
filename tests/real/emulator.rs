//! The AWS emulator: started once, shared by the tests one at a time, gone with this process.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use drplan::clients::aws::{Connection, Limits};
use serde_json::{Value, json};

/// A running emulator.
pub(crate) struct Emulator {
    python: PathBuf,
    port: u16,
    /// What it is filled with.
    world: Vec<&'static str>,
    /// Holds its standard input: it ends when this process does.
    _child: Child,
}

/// Short patience, so that a test of a time-out takes seconds.
pub(crate) const PATIENCE: Limits = Limits {
    connect: Duration::from_millis(500),
    attempt: Duration::from_secs(5),
    call: Duration::from_secs(20),
    total: Duration::from_secs(120),
};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The emulator, filled with some worlds of `seed.py` and with nothing else; held until the guard is dropped.
pub(crate) fn with(world: &[&'static str]) -> MutexGuard<'static, Emulator> {
    static SHARED: OnceLock<Mutex<Emulator>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| Mutex::new(Emulator::start()));
    let mut emulator = shared.lock().unwrap_or_else(PoisonError::into_inner);
    emulator.fill(world);
    emulator
}

impl Emulator {
    fn start() -> Self {
        let installed =
            Command::new(folder("tools/install.sh")).arg("aws").output().expect("install.sh runs");
        assert!(
            installed.status.success(),
            "the AWS emulator cannot be installed:\n{}",
            String::from_utf8_lossy(&installed.stderr)
        );
        let output = String::from_utf8(installed.stdout).unwrap();
        let python = PathBuf::from(output.trim().strip_prefix("aws ").expect("install.sh names the part"));
        let mut child = Command::new(&python)
            .arg(folder("aws/launcher.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .env_remove("AWS_ENDPOINT_URL")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).expect("the emulator tells its port");
        let port = told["port"].as_u64().and_then(|port| u16::try_from(port).ok()).unwrap();
        Self { python, port, world: Vec::new(), _child: child }
    }

    /// Fills it anew, unless it is filled so already; faults, log and page size start over in any case.
    fn fill(&mut self, world: &[&'static str]) {
        if self.world == world {
            self.faults(&json!([]));
            self.control("forget", &Value::Null);
        } else {
            self.control("reset", &Value::Null);
            let seeded = Command::new(&self.python)
                .arg(folder("aws/seed.py"))
                .arg(self.url())
                .args(world)
                .env("PYTHONDONTWRITEBYTECODE", "1")
                .output()
                .unwrap();
            assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
            self.world = world.to_vec();
            self.control("forget", &Value::Null);
        }
        self.page(3);
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Most entries of a page.
    pub(crate) fn page(&self, size: u32) {
        self.control("options", &json!({ "page": size }));
    }

    /// The faults from now on; see `tests/aws/faults.py`.
    pub(crate) fn faults(&self, faults: &Value) {
        self.control("faults", faults);
    }

    /// Every call since it was filled: service, region, action.
    pub(crate) fn calls(&self) -> Vec<(String, String, String)> {
        let calls = self.control("calls", &Value::Null);
        let text = |call: &Value, field: &str| call[field].as_str().unwrap_or_default().to_owned();
        let calls = calls.as_array().unwrap();
        calls.iter().map(|call| (text(call, "service"), text(call, "region"), text(call, "action"))).collect()
    }

    /// The actions among them.
    pub(crate) fn actions(&self) -> BTreeSet<String> {
        self.calls().into_iter().map(|(service, _, action)| format!("{service}:{action}")).collect()
    }

    /// The API server that every EKS cluster is from now on; `authority` is PEM.
    pub(crate) fn eks(&self, endpoint: &str, authority: &str) {
        let authority = BASE64_STANDARD.encode(authority);
        self.control("eks", &json!({ "endpoint": endpoint, "authority": authority }));
    }

    fn control(&self, what: &str, value: &Value) -> Value {
        let body = value.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST /drplan/{what} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").expect("the emulator answers");
        serde_json::from_str(body).expect("the emulator answers in JSON")
    }

    /// A connection to it with short patience, two attempts and quick retries.
    pub(crate) async fn connect(&self, region: &str, limits: Limits) -> Connection {
        connect(&self.url(), region, limits).await
    }
}

/// A connection to an address that stands for all of AWS.
pub(crate) async fn connect(url: &str, region: &str, limits: Limits) -> Connection {
    let retries = RetryConfig::standard()
        .with_max_attempts(2)
        .with_initial_backoff(Duration::from_millis(20))
        .with_max_backoff(Duration::from_millis(50));
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .credentials_provider(Credentials::for_tests())
        .retry_config(retries)
        .timeout_config(limits.timeouts())
        .load()
        .await;
    Connection::of(sdk, region, limits)
}

/// Runs a test's future.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
