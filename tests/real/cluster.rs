//! What is read of a cluster, by a kubeconfig.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use drplan::clients::aws::{Failure, Limits};
use drplan::clients::kube::{Cluster, Kubeconfig, List, Source};
use drplan::model::diagnostic::{Gap, GapReason};
use drplan::model::observation::{Config, Workload};
use drplan::sources::cluster::{Recorded, read};
use serde_json::{Value, json};

use crate::control_plane::{self, ADMIN, ControlPlane, NOBODY, VIEWER, free_port, kubeconfig};
use crate::emulator::{self, PATIENCE, run};

/// Namespace of these tests.
const SHOP: &str = "shop";
/// In every place that could leak.
const CANARY: &str = "canary-7f3a91-value";

fn limits() -> Limits {
    Limits { call: Duration::from_secs(3), ..PATIENCE }
}

/// The API server with the shop in it.
pub(crate) fn shop() -> &'static ControlPlane {
    static FILLED: OnceLock<&'static ControlPlane> = OnceLock::new();
    FILLED.get_or_init(|| {
        let emulator = emulator::with(&[]);
        let plane = control_plane::shared(&emulator);
        run(fill(plane));
        plane
    })
}

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

fn container(name: &str, image: &str) -> Value {
    json!({ "name": name, "image": image, "env": [{ "name": "TOKEN", "value": CANARY }] })
}

fn template(image: &str) -> Value {
    let spec = json!({ "containers": [container("app", image)], "initContainers": [container("wait", "r.example/wait:1")], "restartPolicy": "Always" });
    json!({ "metadata": { "labels": { "app": "x" } }, "spec": spec })
}

fn object(name: &str, spec: Value) -> Value {
    json!({ "metadata": { "name": name }, "spec": spec })
}

fn owned(name: &str, kind: &str, owner: (&str, &str), spec: Value) -> Value {
    let version = if matches!(kind, "Job" | "CronJob") { "batch/v1" } else { "apps/v1" };
    let owner =
        json!({ "apiVersion": version, "kind": kind, "name": owner.0, "uid": owner.1, "controller": true });
    json!({ "metadata": { "name": name, "ownerReferences": [owner], "labels": { "app": "x" } }, "spec": spec })
}

async fn pod(plane: &ControlPlane, name: &str, kind: &str, owner: (&str, &str), image: &str, id: &str) {
    let mut spec = template(image)["spec"].take();
    if kind == "Job" {
        spec["restartPolicy"] = "Never".into();
    }
    let mut pod = owned(name, kind, owner, spec);
    let ran = |name: &str, image: &str, id: &str| json!({ "name": name, "image": image, "imageID": id, "ready": true, "restartCount": 0 });
    pod["status"] = json!({
        "phase": "Running",
        "containerStatuses": [ran("app", image, id)],
        "initContainerStatuses": [ran("wait", "r.example/wait:1", &format!("r.example/wait@{}", digest('e')))],
    });
    plane.make(&format!("/api/v1/namespaces/{SHOP}/pods"), pod).await;
}

async fn fill(plane: &ControlPlane) {
    plane.make("/api/v1/namespaces", json!({ "metadata": { "name": SHOP } })).await;
    let apps = |resource: &str| format!("/apis/apps/v1/namespaces/{SHOP}/{resource}");
    let batch = |resource: &str| format!("/apis/batch/v1/namespaces/{SHOP}/{resource}");
    let selector = json!({ "matchLabels": { "app": "x" } });
    for (name, letter) in [("cart", 'a'), ("order", 'b'), ("product", 'c')] {
        let image = format!("123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/{name}:v1");
        let spec = json!({ "replicas": 2, "selector": selector, "template": template(&image) });
        let uid = plane.make(&apps("deployments"), object(name, spec.clone())).await;
        let set = format!("{name}-5d4f");
        let kept = plane.make(&apps("replicasets"), owned(&set, "Deployment", (name, &uid), spec)).await;
        let id = format!("123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/{name}@{}", digest(letter));
        for number in 0..2 {
            pod(plane, &format!("{set}-{number}"), "ReplicaSet", (&set, &kept), &image, &id).await;
        }
    }
    let spec = json!({ "replicas": 3, "serviceName": "search", "selector": selector, "template": template("r.example/search:8") });
    let uid = plane.make(&apps("statefulsets"), object("search", spec)).await;
    pod(plane, "search-0", "StatefulSet", ("search", &uid), "r.example/search:8", &digest('d')).await;
    let mut daemon =
        object("logs", json!({ "selector": selector, "template": template("r.example/logs:1") }));
    daemon["status"] = json!({
        "desiredNumberScheduled": 4, "currentNumberScheduled": 4, "numberMisscheduled": 0, "numberReady": 4,
    });
    plane.make(&apps("daemonsets"), daemon).await;
    let mut once = template("r.example/report:1");
    once["spec"]["restartPolicy"] = "Never".into();
    let cron = json!({ "schedule": "0 3 * * *", "jobTemplate": { "spec": { "template": once.clone() } } });
    let uid = plane.make(&batch("cronjobs"), object("report", cron)).await;
    let job = owned("report-1", "CronJob", ("report", &uid), json!({ "template": once }));
    let kept = plane.make(&batch("jobs"), job).await;
    let id = format!("r.example/report@{}", digest('f'));
    pod(plane, "report-1-x", "Job", ("report-1", &kept), "r.example/report:1", &id).await;

    let core = |resource: &str| format!("/api/v1/namespaces/{SHOP}/{resource}");
    for number in 0..5 {
        let data =
            json!({ "password": BASE64_STANDARD.encode(CANARY), "user": BASE64_STANDARD.encode("shop") });
        let secret = json!({ "metadata": { "name": format!("db-{number}"), "annotations": { "note": CANARY } }, "type": "example.com/db", "data": data });
        plane.make(&core("secrets"), secret).await;
    }
    let map = json!({ "metadata": { "name": "settings" }, "data": { "DB_HOST": CANARY }, "binaryData": { "logo.png": BASE64_STANDARD.encode(CANARY) } });
    plane.make(&core("configmaps"), map).await;
    plane.make(&core("configmaps"), json!({ "metadata": { "name": "empty" } })).await;
}

/// Reads the cluster that a kubeconfig leads to.
fn record(kubeconfig: &str, limits: Limits, page: u32) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, kubeconfig).unwrap();
    run(async {
        let opened = match Kubeconfig::read(&Source { file: Some(file), context: None }) {
            Ok(kubeconfig) => Cluster::open(kubeconfig, limits).await,
            Err(failure) => Err(failure),
        };
        match opened {
            Ok(cluster) => read(&cluster.paged(page)).await,
            Err(failure) => Recorded { gaps: vec![failure.gap()], ..Recorded::default() },
        }
    })
}

fn reasons(gaps: &[Gap]) -> Vec<(&str, GapReason)> {
    let mut reasons: Vec<_> = gaps.iter().map(|gap| (gap.source.as_str(), gap.reason)).collect();
    reasons.sort_unstable();
    reasons
}

const LISTS: [&str; 9] = [
    "kubernetes:ListConfigMaps",
    "kubernetes:ListCronJobs",
    "kubernetes:ListDaemonSets",
    "kubernetes:ListDeployments",
    "kubernetes:ListJobs",
    "kubernetes:ListPods",
    "kubernetes:ListReplicaSets",
    "kubernetes:ListSecrets",
    "kubernetes:ListStatefulSets",
];

fn nothing_but(recorded: &Recorded, reason: GapReason) {
    assert_eq!(reasons(&recorded.gaps), LISTS.map(|list| (list, reason)), "{:#?}", recorded.gaps);
    assert!(recorded.workloads.is_none() && recorded.configs.is_none());
}

/// One workload of the shop on a line: kind, name, replicas, containers with image and digest.
pub(crate) fn line(workload: &Workload) -> String {
    let replicas = workload.replicas.map_or_else(|| "-".to_owned(), |replicas| replicas.to_string());
    let mut images: Vec<_> = workload
        .images
        .iter()
        .map(|image| {
            let digest = image.digest.as_deref().map_or("-", |digest| &digest[..8]);
            format!("{}={} {digest}", image.container, image.image.rsplit('/').next().unwrap_or_default())
        })
        .collect();
    images.sort_unstable();
    format!("{} {} {replicas} {}", workload.object_kind, workload.name, images.join(", "))
}

/// What the shop has, as [`line`] says it.
pub(crate) const WORKLOADS: [&str; 6] = [
    "CronJob report - app=report:1 sha256:f, wait=wait:1 sha256:e",
    "DaemonSet logs 4 app=logs:1 -, wait=wait:1 -",
    "Deployment cart 2 app=cart:v1 sha256:a, wait=wait:1 sha256:e",
    "Deployment order 2 app=order:v1 sha256:b, wait=wait:1 sha256:e",
    "Deployment product 2 app=product:v1 sha256:c, wait=wait:1 sha256:e",
    // The node knows no registry's digest of it.
    "StatefulSet search 3 app=search:8 -, wait=wait:1 sha256:e",
];

pub(crate) fn workloads(found: Option<&Vec<Workload>>) -> Vec<String> {
    let mut lines: Vec<_> =
        found.into_iter().flatten().filter(|workload| workload.namespace == SHOP).map(line).collect();
    lines.sort_unstable();
    lines
}

fn configs(found: Option<&Vec<Config>>) -> Vec<String> {
    let line = |config: &Config| {
        let kind = config.secret_type.as_deref().unwrap_or("-");
        format!("{} {} {kind} {}", config.object_kind, config.name, config.keys.join(","))
    };
    let mut lines: Vec<_> =
        found.into_iter().flatten().filter(|config| config.namespace == SHOP).map(line).collect();
    lines.sort_unstable();
    lines
}

/// Neither a value nor its base64, wherever in a group of three bytes it begins.
pub(crate) fn assert_no_canary(text: &str) {
    assert!(!text.contains("canary"), "a value is in the output");
    for skipped in 0..3 {
        let middle = BASE64_STANDARD.encode(&CANARY[skipped..skipped + 12]);
        assert!(!text.contains(&middle), "a value's base64 is in the output");
    }
}

#[test]
fn what_runs_and_what_is_configured_is_recorded() {
    let plane = shop();
    let found = record(&plane.kubeconfig(ADMIN), limits(), 500);
    assert!(found.gaps.is_empty(), "{:#?}", found.gaps);
    assert_eq!(workloads(found.workloads.as_ref()), WORKLOADS);
    let mut expected: Vec<_> =
        (0..5).map(|number| format!("Secret db-{number} example.com/db password,user")).collect();
    expected.extend(["ConfigMap empty - ".to_owned(), "ConfigMap settings - DB_HOST,logo.png".to_owned()]);
    expected.sort_unstable();
    assert_eq!(configs(found.configs.as_ref()), expected);
    assert_no_canary(&format!("{found:?}"));
}

#[test]
fn short_pages_make_the_same_recording() {
    let plane = shop();
    let whole = record(&plane.kubeconfig(ADMIN), limits(), 500);
    let short = record(&plane.kubeconfig(ADMIN), limits(), 2);
    assert_eq!(whole, short);
    // The API server writes its log a little later, so that calls of the first recording may come among those of the second.
    let is_short = |uri: &str| uri.contains("?limit=2&") || uri.ends_with("?limit=2");
    let lists = plane.audit("admin").into_iter().filter(|(verb, _)| verb == "list");
    let (asked, first): (Vec<_>, Vec<_>) = lists.partition(|(_, uri)| is_short(uri));
    let kinds: std::collections::BTreeSet<_> = first.iter().collect();
    assert_eq!(kinds.len(), first.len(), "{first:?}");
    let pods: Vec<_> = asked.iter().filter(|(_, uri)| uri.starts_with("/api/v1/pods?")).collect();
    assert!(pods.len() >= 4 && pods.iter().any(|(_, uri)| uri.contains("&continue=")), "{pods:?}");
}

#[test]
fn a_user_without_rights_gets_a_gap_for_each_list() {
    let plane = shop();
    let found = record(&plane.kubeconfig(NOBODY), limits(), 500);
    nothing_but(&found, GapReason::AccessDenied);
    let secrets = found.gaps.iter().find(|gap| gap.source == "kubernetes:ListSecrets").unwrap();
    assert!(
        secrets.detail.contains("User \"nobody\" cannot list resource \"secrets\""),
        "{}",
        secrets.detail
    );

    let found = record(&plane.kubeconfig("canary-token-of-nobody"), limits(), 500);
    nothing_but(&found, GapReason::AccessDenied);
    assert_no_canary(&format!("{found:?}"));
}

#[test]
fn secrets_that_may_not_be_listed_leave_the_workloads_known() {
    let found = record(&shop().kubeconfig(VIEWER), limits(), 500);
    assert_eq!(reasons(&found.gaps), [("kubernetes:ListSecrets", GapReason::AccessDenied)]);
    assert_eq!(workloads(found.workloads.as_ref()), WORKLOADS);
    assert!(found.configs.is_none(), "ConfigMaps alone would pass for all");
}

#[test]
fn a_server_that_is_not_there_or_is_another_is_a_gap() {
    let plane = shop();
    let nobody = format!("https://127.0.0.1:{}", free_port());
    nothing_but(&record(&kubeconfig(&nobody, None, ADMIN), limits(), 500), GapReason::Unreachable);

    // Whom the kubeconfig's authority has not signed.
    let found = record(&kubeconfig(&plane.url(), None, ADMIN), limits(), 500);
    nothing_but(&found, GapReason::Failed);
    assert!(found.gaps.iter().all(|gap| gap.detail.contains("certificate")), "{:#?}", found.gaps);
}

#[test]
fn a_server_that_never_answers_is_a_gap_in_time() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let begun = std::time::Instant::now();
    let found = record(&kubeconfig(&address, None, ADMIN), limits(), 500);
    nothing_but(&found, GapReason::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// Answers one request after another, the last answer for ever, until the process ends.
fn answering(answers: &[(u16, &str)]) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut answers: Vec<(u16, String)> =
        answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let (status, body) = answers[0].clone();
            if answers.len() > 1 {
                answers.remove(0);
            }
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} It\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

/// Lists the pods of a server that answers so.
fn pods(answers: &[(u16, &str)]) -> Result<Vec<u32>, Failure> {
    const PODS: List =
        List { action: "kubernetes:ListPods", path: "/api/v1/pods", kind: "PodList", page: 500 };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    std::fs::write(&file, kubeconfig(&answering(answers), None, ADMIN)).unwrap();
    run(async {
        let kubeconfig = Kubeconfig::read(&Source { file: Some(file), context: None })?;
        Cluster::open(kubeconfig, limits()).await?.list(&PODS).await
    })
}

const FIRST: (u16, &str) = (200, r#"{"kind":"PodList","metadata":{"continue":"more"},"items":[1]}"#);
const REST: (u16, &str) = (200, r#"{"kind":"PodList","metadata":{},"items":[2]}"#);
const EXPIRED: (u16, &str) = (410, r#"{"kind":"Status","reason":"Expired","message":"too old"}"#);

#[test]
fn a_list_that_the_server_has_forgotten_begins_anew() {
    assert_eq!(pods(&[FIRST, EXPIRED, FIRST, REST]).unwrap(), [1, 2]);
    let failure = pods(&[FIRST, EXPIRED]).unwrap_err();
    assert_eq!((failure.reason, failure.detail.as_str()), (GapReason::Failed, "Expired (HTTP 410)"));
    let endless = pods(&[FIRST]).unwrap_err();
    assert_eq!(endless.reason, GapReason::Malformed, "the same page again and again");
}

#[test]
fn a_server_that_has_too_much_to_do_is_asked_again() {
    let (busy, starting) = ((429, "Too many requests"), (503, ""));
    assert_eq!(pods(&[busy, starting, FIRST, busy, REST]).unwrap(), [1, 2]);
    assert_eq!(pods(&[busy]).unwrap_err().reason, GapReason::Throttled);
    let failure = pods(&[starting]).unwrap_err();
    assert_eq!((failure.reason, failure.detail.as_str()), (GapReason::Failed, "HTTP 503"));
}

#[test]
fn an_answer_that_is_no_list_is_a_gap_without_its_words() {
    for answer in [
        "<html><body>canary-7f3a91-value</body></html>",
        r#"{"kind":"SecretList","items":[{"data":{"password":"canary-7f3a91-value"}"#,
        r#"{"kind":"SecretList","items":["canary-7f3a91-value"]}"#,
    ] {
        let found = record(&kubeconfig(&answering(&[(200, answer)]), None, ADMIN), limits(), 500);
        nothing_but(&found, GapReason::Malformed);
        assert_no_canary(&format!("{found:?}"));
    }
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_a_gap_without_its_words() {
    let plane = shop();
    let plugin = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{ "name": "it", "cluster": { "server": plane.url() } }],
        "users": [{ "name": "it", "user": { "exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "interactiveMode": "Never",
            "args": ["-c", "echo canary-7f3a91-value; echo canary-7f3a91-value >&2; exit 1"] } } }],
        "contexts": [{ "name": "it", "context": { "cluster": "it", "user": "it" } }],
    });
    for (content, reason) in [
        (plugin.to_string(), GapReason::AccessDenied),
        ("canary-7f3a91-value: [".to_owned(), GapReason::Unreadable),
        (plane.kubeconfig("canary-7f3a91-value\n"), GapReason::Unreadable),
        (
            plane.kubeconfig(ADMIN).replace("\"current-context\":\"it\"", "\"current-context\":\"no\""),
            GapReason::Unreadable,
        ),
    ] {
        let found = record(&content, limits(), 500);
        assert_eq!(reasons(&found.gaps), [("kubernetes:SignIn", reason)], "{:#?}", found.gaps);
        assert_no_canary(&format!("{found:?}"));
    }
}
