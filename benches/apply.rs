//! Applying 500 manifests, half ConfigMaps and half Deployments, against `kubectl apply --server-side` and kapp on the same
//! API server in the same run, as ratios: `make bench`.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a program that measures")]

mod plane;

use drplan::clients::aws::Limits;
use drplan::clients::kube::session::Session;
use drplan::clients::kube::{Kubeconfig, Source};
use drplan::model::secret::Secret;
use drplan::model::target::kube::{KubeObject, KubeRequest, ObjectRef};
use drplan::model::target::{Mark, Seen};
use drplan::targets::Target as _;
use drplan::targets::kube::KubeTarget;
use futures_util::{StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use plane::{Plane, timed};

const OBJECTS: usize = 500;
/// Requests under way at once.
const AT_ONCE: usize = 16;
const ROUNDS: usize = 3;

/// The best times of the three, seconds.
#[derive(Clone, Copy)]
struct Best {
    what: &'static str,
    drplan: f64,
    kubectl: f64,
    kapp: f64,
}

fn main() {
    let plane = Plane::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut best = ["create", "diff", "re-apply", "250 changed"].map(|what| Best {
        what,
        drplan: f64::MAX,
        kubectl: f64::MAX,
        kapp: f64::MAX,
    });
    for round in 0..ROUNDS {
        let [ours, theirs, apps] = ["ours", "theirs", "apps"].map(|whose| format!("{whose}-{round}"));
        for namespace in [&ours, &theirs, &apps] {
            plane.kubectl(&["create", "namespace", namespace]);
        }
        for (phase, best) in best.iter_mut().enumerate() {
            let (changed, diff) = (phase == 3, phase == 1);
            let (seconds, ended) = plane.by_kubectl(&manifests(&theirs, changed), diff);
            assert!(ended, "kubectl");
            best.kubectl = best.kubectl.min(seconds);
            best.kapp = best.kapp.min(plane.by_kapp(&manifests(&apps, changed), &apps, diff));
            let objects: Vec<KubeObject> = manifests(&ours, changed).iter().map(object).collect();
            // Sign-in and discovery are part of the work, as they are of the others'.
            best.drplan = best.drplan.min(timed(|| {
                runtime.block_on(async {
                    let target = target(&plane).await;
                    let target = target.expecting(objects.iter().map(|object| &object.reference));
                    if diff { preview(&target, &objects).await } else { apply(&target, objects).await }
                });
            }));
        }
    }
    println!("{OBJECTS} objects, {AT_ONCE} requests at once, the best of {ROUNDS} rounds");
    for Best { what, drplan, kubectl, kapp } in best {
        println!(
            "{what:<12} drplan {drplan:.2} s, kubectl {kubectl:.2} s, kapp {kapp:.2} s: {:.1} and {:.1} times as fast (at \
             least 2)",
            kubectl / drplan,
            kapp / drplan
        );
    }
    println!("drplan's own processor time {:.2} s for all of it", processor_seconds());
    println!("memory       {:.0} MiB at most (under 60)", peak_mib());
}

async fn apply(target: &KubeTarget, objects: Vec<KubeObject>) {
    let mark = Mark { run: "run".to_owned(), step: "step".to_owned(), token: "token".to_owned() };
    let requests = objects.into_iter().map(|object| KubeRequest::Apply(Box::new(object)));
    let applied = futures_util::stream::iter(requests).map(|request| {
        let mark = &mark;
        // As the executor has it: what is as it is to be is left alone.
        async move {
            match target.look(&request, mark).await? {
                Seen::Done(_) => Ok(()),
                _ => target.act(&request, mark).await.map(|_| ()),
            }
        }
    });
    applied.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await.unwrap();
}

async fn preview(target: &KubeTarget, objects: &[KubeObject]) {
    assert_eq!(target.preview(objects).await.unwrap().len(), OBJECTS);
}

/// In clock ticks, of which Linux has 100 a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let fields = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    fields.sum::<f64>() / 100.0
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}

fn object(object: &Value) -> KubeObject {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap().to_owned();
    let reference = ObjectRef {
        api_version: text("/apiVersion"),
        kind: text("/kind"),
        namespace: Some(text("/metadata/namespace")),
        name: text("/metadata/name"),
    };
    KubeObject::new(reference, Secret::new(object.to_string()))
}

fn manifests(namespace: &str, changed: bool) -> Vec<Value> {
    let each = (0..OBJECTS).map(|number| {
        let version = if changed && number % 4 < 2 { "2" } else { "1" };
        let metadata =
            json!({ "namespace": namespace, "name": format!("o-{number}"), "labels": { "app": "shop" } });
        if number % 2 == 0 {
            let data = json!({ "version": version, "settings.yaml": "a: 1\nb: 2\n".repeat(20) });
            return json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data });
        }
        let labels = json!({ "app": format!("o-{number}") });
        let container = json!({
            "name": "app", "image": format!("r.example/app:{version}"), "ports": [{ "containerPort": 8080 }],
            "env": (0..10).map(|n| json!({ "name": format!("V{n}"), "value": "x" })).collect::<Vec<_>>(),
            "resources": { "requests": { "cpu": "100m", "memory": "128Mi" } },
        });
        let template = json!({ "metadata": { "labels": labels }, "spec": { "containers": [container] } });
        let spec = json!({ "replicas": 2, "selector": { "matchLabels": labels }, "template": template });
        json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec })
    });
    each.collect()
}

async fn target(plane: &Plane) -> KubeTarget {
    let source = Source { file: Some(plane.kubeconfig()), context: None };
    let session = Session::open(Kubeconfig::read(&source).unwrap(), Limits::default()).await;
    KubeTarget::new(session.unwrap())
}
