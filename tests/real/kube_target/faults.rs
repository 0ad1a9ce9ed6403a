//! Answers that are none, late, or refusals: each with the code that the executor's table knows.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use drplan::clients::kube::session::{Session, Tokens};
use drplan::model::secret::Secret;
use drplan::model::target::TargetError;
use drplan::targets::kube::KubeTarget;
use serde_json::json;

use super::{apply, cluster, config_map, deployment, limits, namespace, read, target, target_at};
use crate::control_plane::{ADMIN, ControlPlane, free_port};
use crate::emulator::run;

/// What is done with a request that changes something.
#[derive(Clone, Copy)]
enum Fault {
    /// It is refused.
    Answer(&'static str),
    /// It has its effect, and its answer never comes.
    DropAnswer,
}

/// Stands between: hands requests to the API server, and does a fault to the first PATCH.
fn between(plane: &'static ControlPlane, fault: Fault) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let faults = Arc::new(AtomicUsize::new(1));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, faults) = (stream.unwrap(), Arc::clone(&faults));
            std::thread::spawn(move || handle(plane, fault, &faults, stream));
        }
    });
    url
}

fn handle(plane: &ControlPlane, fault: Fault, faults: &AtomicUsize, mut stream: TcpStream) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap_or(0) > 2 {}
    let value = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        lines
            .into_iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
    };
    let mut body = vec![0; value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let mut first = head.split_whitespace();
    let (method, path) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
    let faulty = method == "PATCH"
        && faults.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
    if let (true, Fault::Answer(answer)) = (faulty, fault) {
        stream.write_all(answer.as_bytes()).unwrap();
        return;
    }
    let answer = run(async {
        let client = plane.client(ADMIN).await.unwrap();
        let request = http::Request::builder().method(method.as_str()).uri(&path);
        let request = request
            .header("content-type", value("content-type").unwrap_or_default())
            .header("accept", value("accept").unwrap_or_default())
            .body(body)
            .unwrap();
        client.request_text(request).await.unwrap()
    });
    if !faulty {
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        );
    }
}

#[test]
fn a_server_that_is_too_busy_says_when_to_come_back() {
    let plane = cluster();
    run(async {
        let shop = namespace(plane, "busy").await;
        let busy = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let target = target_at(&between(plane, Fault::Answer(busy))).await;
        let error = apply(&target, &config_map(&shop, "a", json!({}))).await.unwrap_err();
        assert_eq!((error.status, error.retry_after), (Some(429), Some(Duration::from_secs(7))));
        apply(&target, &config_map(&shop, "a", json!({}))).await.unwrap();
    });
}

#[test]
fn an_answer_that_was_dropped_is_asked_for_again_without_a_second_effect() {
    let plane = cluster();
    run(async {
        let shop = namespace(plane, "dropped").await;
        let target = target_at(&between(plane, Fault::DropAnswer)).await;
        let settings = config_map(&shop, "settings", json!({ "a": "1" }));
        let error = apply(&target, &settings).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status), (TargetError::LOST, None), "{error}");
        let path = format!("/api/v1/namespaces/{shop}/configmaps/settings");
        let before = plane.ask("GET", &path, &serde_json::Value::Null).await;
        apply(&target, &settings).await.unwrap();
        let after = plane.ask("GET", &path, &serde_json::Value::Null).await;
        assert_eq!(before["metadata"]["resourceVersion"], after["metadata"]["resourceVersion"]);
    });
}

#[test]
fn nobody_at_the_address_is_no_effect() {
    run(async {
        let target = target_at(&format!("http://127.0.0.1:{}", free_port())).await;
        let error = apply(&target, &config_map("x", "a", json!({}))).await.unwrap_err();
        assert_eq!(error.code, TargetError::UNREACHABLE, "{error}");
    });
}

#[test]
fn an_expired_token_is_renewed_and_a_fixed_one_is_told() {
    let plane = cluster();
    run(async {
        let shop = namespace(plane, "expired").await;
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        // The first one has expired when it is used.
        let tokens: Tokens = Arc::new(move || {
            let number = counter.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { Ok(Secret::new(if number == 0 { "expired" } else { ADMIN })) })
        });
        let address = || read(&plane.kubeconfig("").replace("\"token\":\"\"", ""));
        let session = Session::with_tokens(address(), tokens, limits()).await.unwrap();
        let target = KubeTarget::new(session);
        apply(&target, &config_map(&shop, "a", json!({}))).await.unwrap();
        apply(&target, &config_map(&shop, "b", json!({}))).await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2, "one for all after that");

        let fixed = Session::open(read(&plane.kubeconfig("expired")), limits()).await.unwrap();
        let error = apply(&KubeTarget::new(fixed), &config_map(&shop, "a", json!({}))).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status), ("Unauthorized", Some(401)));
    });
}

#[test]
fn a_webhook_that_does_not_answer_is_told_by_name() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "webhook-down").await);
        let webhook = json!({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": { "name": "policy" },
            "webhooks": [{
                "name": "policy.shop.example", "admissionReviewVersions": ["v1"], "sideEffects": "None", "timeoutSeconds": 2,
                "clientConfig": { "url": format!("https://127.0.0.1:{}/", free_port()) },
                "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": shop } },
                "rules": [{ "apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["deployments"] }],
            }],
        });
        apply(&target, &webhook).await.unwrap();
        let cart = deployment(&shop, "cart", 1, json!({}));
        let mut error = None;
        // The API server learns of it a moment later.
        for _ in 0..50 {
            error = apply(&target, &cart).await.err();
            if error.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let error = error.unwrap();
        assert_eq!(error.code, TargetError::WEBHOOK, "{error}");
        assert!(error.message.contains("webhook policy.shop.example does not answer"), "{error}");
        let whose = "what ValidatingWebhookConfiguration/policy calls at its url must be up";
        assert!(error.message.contains(whose), "{error}");
        let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/policy";
        plane.ask("DELETE", path, &json!({})).await;
    });
}

/// A namespace of the same name that somebody deletes at this moment: it is waited for, and told what keeps it.
#[test]
fn a_namespace_on_its_way_out_is_waited_for() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "going").await);
        let mut held = config_map(&shop, "held", json!({}));
        held["metadata"]["finalizers"] = json!(["example.com/held"]);
        apply(&target, &held).await.unwrap();
        plane.ask("DELETE", &format!("/api/v1/namespaces/{shop}"), &serde_json::Value::Null).await;
        let error = apply(&target, &config_map(&shop, "new", json!({}))).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.status), (TargetError::TERMINATING, Some(403)), "{error:?}");
        assert_eq!(drplan::executor::errors::classify(&error), drplan::executor::errors::Class::Wait);
    });
}
