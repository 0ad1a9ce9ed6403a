//! Stands between drplan and the API server, and does a fault to one kind of call.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use crate::control_plane::{ADMIN, ControlPlane};

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    ApplyConfigMap,
    ApplyDeployment,
    Kinds,
    Autoscalers,
    Look,
    Pods,
    Identity,
}

impl Call {
    fn is(self, method: &str, path: &str) -> bool {
        let path = path.split('?').next().unwrap_or_default();
        match self {
            Self::ApplyConfigMap => method == "PATCH" && path.contains("/configmaps/"),
            Self::ApplyDeployment => method == "PATCH" && path.contains("/deployments/"),
            Self::Kinds => method == "GET" && path == "/apis/apps/v1",
            Self::Autoscalers => method == "GET" && path.ends_with("/horizontalpodautoscalers"),
            Self::Look => method == "GET" && path.contains("/deployments/"),
            Self::Identity => method == "GET" && path == "/api/v1/namespaces/kube-system",
            Self::Pods => method == "GET" && (path.ends_with("/replicasets") || path.ends_with("/pods")),
        }
    }
}

/// What is done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// 409: somebody wrote in the same moment.
    Raced,
    /// 409: a field has another owner.
    Owned,
    /// 422.
    Invalid,
    /// 429, with when to come back.
    Busy,
    /// 500, without a word.
    Broken,
    /// 500: the webhook does not answer.
    Webhook,
    /// 401.
    Expired,
    /// It has its effect, and the connection ends within the answer.
    Torn,
    /// It has its effect, and the answer never comes.
    Hung,
}

impl Fault {
    /// Status, further headers and body of an answer that is a refusal.
    fn refusal(self) -> Option<(u16, &'static str, String)> {
        let status = |code: u16, reason: &str, message: &str, details: Value| {
            json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
                "message": message, "details": details })
            .to_string()
        };
        let cause = |reason: &str, field: &str, message: &str| json!({ "causes": [{ "reason": reason, "field": field, "message": message }] });
        Some(match self {
            Self::Raced => {
                let words = "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again";
                (409, "", status(409, "Conflict", words, Value::Null))
            }
            Self::Owned => {
                let cause =
                    cause("FieldManagerConflict", ".data.mode", "conflict with \"somebody\" using v1");
                (409, "", status(409, "Conflict", "Apply failed with 1 conflict", cause))
            }
            Self::Invalid => {
                let cause = cause("FieldValueRequired", "spec.ports", "Required value");
                (422, "", status(422, "Invalid", "it is invalid", cause))
            }
            Self::Busy => {
                let words = "Too many requests, please try again later.";
                (429, "Retry-After: 1\r\n", status(429, "TooManyRequests", words, Value::Null))
            }
            Self::Broken => (500, "", String::new()),
            Self::Webhook => {
                let words = "Internal error occurred: failed calling webhook \"policy.shop.example\": failed to call webhook: Post \"https://policy.shop.svc:443/\": dial tcp 10.0.0.7:443: connect: connection refused";
                (500, "", status(500, "InternalError", words, Value::Null))
            }
            Self::Expired => (401, "", status(401, "Unauthorized", "Unauthorized", Value::Null)),
            Self::Torn | Self::Hung => return None,
        })
    }
}

/// A proxy that listens until this process ends.
pub(super) struct Proxy {
    pub(super) url: String,
    state: Arc<State>,
}

struct State {
    call: Call,
    fault: Fault,
    left: AtomicUsize,
    hits: AtomicUsize,
    /// Path and `resourceVersion` of each object that was applied.
    applied: Mutex<Vec<(String, String)>>,
}

impl Proxy {
    pub(super) fn start(plane: &'static ControlPlane, call: Call, fault: Fault, times: usize) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            call,
            fault,
            left: AtomicUsize::new(times),
            hits: AtomicUsize::new(0),
            applied: Mutex::new(Vec::new()),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || handle(plane, &state, stream));
            }
        });
        Self { url, state }
    }

    /// Does nothing to calls from now on.
    pub(super) fn mend(&self) {
        self.state.left.store(0, Ordering::SeqCst);
    }

    /// How often the fault was done.
    pub(super) fn hits(&self) -> usize {
        self.state.hits.load(Ordering::SeqCst)
    }

    /// The versions that applies of ConfigMaps left: nobody else writes those.
    pub(super) fn versions(&self) -> Vec<String> {
        let applied = self.state.applied.lock().unwrap();
        let of = applied.iter().filter(|(path, _)| path.contains("/configmaps/"));
        of.map(|(_, version)| version.clone()).collect()
    }
}

/// Requests go by one client, whose runtime lives as long as this process.
fn behind(plane: &'static ControlPlane) -> &'static (tokio::runtime::Runtime, Client) {
    static BEHIND: OnceLock<(tokio::runtime::Runtime, Client)> = OnceLock::new();
    BEHIND.get_or_init(|| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let client = runtime.block_on(plane.client(ADMIN)).unwrap();
        (runtime, client)
    })
}

/// One request of a connection.
fn handle(plane: &'static ControlPlane, state: &State, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap_or(0) > 2 {}
    let value = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    let length = value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    let mut words = head.split_whitespace();
    let (Some(method), Some(path), Ok(())) = (words.next(), words.next(), reader.read_exact(&mut body))
    else {
        return;
    };
    let faulty = state.call.is(method, path)
        && state.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    if faulty {
        state.hits.fetch_add(1, Ordering::SeqCst);
        if let Some((status, headers, body)) = state.fault.refusal() {
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status} It\r\n{headers}Content-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{body}"
            );
            return;
        }
    }
    let (runtime, client) = behind(plane);
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", value("content-type").unwrap_or_default())
        .header("accept", value("accept").unwrap_or_default())
        .body(Body::from(body))
        .unwrap();
    let answered = runtime.block_on(async {
        let (head, body) = client.send(request).await.ok()?.into_parts();
        Some((head, body.collect().await.ok()?.to_bytes()))
    });
    let Some((answer, body)) = answered else { return };
    if method == "PATCH"
        && let Ok(object) = serde_json::from_slice::<Value>(&body)
        && let Some(version) = object.pointer("/metadata/resourceVersion").and_then(Value::as_str)
    {
        state.applied.lock().unwrap().push((path.to_owned(), version.to_owned()));
    }
    if faulty && state.fault == Fault::Hung {
        std::thread::sleep(Duration::from_secs(120));
        return;
    }
    let date = answer.headers.get("date").and_then(|date| date.to_str().ok()).unwrap_or_default();
    let _ = write!(
        stream,
        "HTTP/1.1 {} It\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status.as_u16(),
        body.len()
    );
    let end = if faulty { body.len() / 2 } else { body.len() };
    let _ = stream.write_all(&body[..end]);
}
