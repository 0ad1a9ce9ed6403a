//! Every kind of call to the cluster with every fault, by the executor that `drplan apply` runs: it survives, or it stops
//! and says why and what to do; gone on with, it comes to the same end and does nothing twice.
#![expect(clippy::print_stderr, reason = "what a comparison finds is for whoever asks for it: --nocapture")]

mod proxy;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drplan::clients::aws::Limits as CallLimits;
use drplan::clients::clock::Clock;
use drplan::clients::kube::session::Session;
use drplan::clients::kube::{Kubeconfig, Source};
use drplan::event::Ending;
use drplan::executor::journal::MemoryJournal;
use drplan::executor::people::Rehearsed;
use drplan::executor::requests::{Bodies, Requests, Unknown};
use drplan::executor::{Ended, Executor, Limits, Stop, Targets};
use drplan::model::inventory::Inventory;
use drplan::model::secret::Secret;
use drplan::plan::Plan;
use drplan::plan::action::{Action, Rewrite};
use drplan::plan::journal::{Begun, Entry, replay};
use drplan::plan::step::Step;
use drplan::targets::kube::KubeTarget;
use drplan::targets::proofs::{Proofs, World};
use drplan::targets::unbuilt::Unbuilt;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use crate::control_plane::{self, ADMIN, ControlPlane, kubeconfig};
use crate::emulator::run;
use crate::work::{Work, shown};
use proxy::{Call, Fault, Proxy};

/// The namespace of the plan that those of all cells are made of.
const PATTERN: &str = "fault-pattern";

/// Cells that are under way at once: most of their time they wait.
const AT_ONCE: usize = 6;

/// One cell of the matrix.
#[derive(Clone, Copy, Debug)]
struct Cell {
    call: Call,
    fault: Fault,
    /// Until it is mended; else once.
    lasts: bool,
}

fn cells() -> Vec<Cell> {
    use Call::{ApplyConfigMap, ApplyDeployment, Autoscalers, Kinds, Look, Pods};
    use Fault::{Broken, Busy, Expired, Hung, Invalid, Owned, Raced, Torn, Webhook};
    let anywhere = [Busy, Broken, Expired, Torn, Hung];
    let of_writes = [Raced, Owned, Invalid, Webhook];
    let mut cells = Vec::new();
    for call in [ApplyConfigMap, ApplyDeployment, Kinds, Autoscalers, Look, Pods] {
        let writes = matches!(call, ApplyConfigMap | ApplyDeployment);
        let faults = anywhere.iter().chain(of_writes.iter().filter(|_| writes));
        cells.extend(faults.flat_map(|&fault| [false, true].map(|lasts| Cell { call, fault, lasts })));
    }
    cells
}

/// Bodies as the manifests have them.
struct Objects {
    namespace: String,
}

impl Bodies for Objects {
    fn body(&self, step: &Step, _: &dyn Fn(&Rewrite) -> Result<String, Unknown>) -> Result<Secret, String> {
        let Action::ApplyObject { api_version, object_kind, name, .. } = &step.action else {
            return Err("no object".to_owned());
        };
        let mut object =
            json!({ "apiVersion": api_version, "kind": object_kind, "metadata": { "name": name } });
        if object_kind != "Namespace" {
            object["metadata"]["namespace"] = self.namespace.as_str().into();
        }
        match object_kind.as_str() {
            "ConfigMap" => object["data"] = json!({ "value": "1" }),
            "Deployment" => {
                let container = json!({ "name": "app", "image": "r.example/app:1", "envFrom": [{ "configMapRef": { "name": "settings-0" } }] });
                object["spec"] = json!({
                    "replicas": 1, "selector": { "matchLabels": { "app": name } },
                    "template": { "metadata": { "labels": { "app": name } }, "spec": { "containers": [container] } },
                });
            }
            _ => {}
        }
        Ok(Secret::new(object.to_string()))
    }

    fn replicas(&self, _: &Step) -> u32 {
        1
    }
}

/// One process, from where the journal stands.
fn process(plan: &Plan, bodies: &Objects, proxy: &Proxy, lines: &mut Vec<u8>, hurried: bool) -> Ended {
    let replayed = replay(lines).unwrap_or_default();
    let first = match replayed.begun {
        Some(_) => Entry::Held { by: "test".to_owned(), took_over: false, break_glass: None },
        None => Entry::Begun(Begun::of("faults", plan)),
    };
    let journal = MemoryJournal::after(replayed.head.clone(), replayed.generation + 1, std::mem::take(lines));
    let mut limits = Limits {
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(200),
        patience: 0,
        least: Duration::from_secs(60),
        ..Limits::default()
    };
    if hurried {
        (limits.attempts, limits.least) = (3, Duration::from_secs(12));
    }
    let ended = run(async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        std::fs::write(&file, kubeconfig(&proxy.url, None, ADMIN)).unwrap();
        let content = Kubeconfig::read(&Source { file: Some(file), context: None }).unwrap();
        let calls = CallLimits { call: Duration::from_secs(3), ..CallLimits::default() };
        let kube = KubeTarget::new(Session::open(content, calls).await.unwrap());
        let proofs = Proofs::new(&plan.saw.recovery_region, false, &Nobody);
        let clock = Clock::starting(jiff::Timestamp::now());
        let requests = Requests::new(plan, bodies);
        let stop = Stop::new();
        drplan::executor::journal::Journal::append(&journal, clock.now(), first).await.unwrap();
        let executor = Executor {
            plan,
            run: "faults",
            requests: &requests,
            targets: Targets {
                proofs: &proofs,
                engine: &Unbuilt,
                data: &Unbuilt,
                traffic: &Unbuilt,
                kube: &kube,
            },
            journal: &journal,
            people: &Rehearsed,
            clock,
            told: &|_| {},
            stop: &stop,
            limits,
        };
        executor.run(&replayed).await
    });
    *lines = journal.lines();
    ended
}

/// Words that the error must have: what happened, and what to do.
fn words(fault: Fault) -> [&'static str; 2] {
    match fault {
        Fault::Raced => ["the object has been modified", "apply the plan again"],
        Fault::Owned => [".data.mode is of somebody", "--field-manager=drplan"],
        Fault::Invalid => ["spec.ports: Required value", "mend the manifest"],
        Fault::Busy => ["Too many requests", "less to do"],
        Fault::Broken => ["HTTP 500 and no word of why", "ails the API server"],
        Fault::Webhook => {
            ["webhook policy.shop.example does not answer (connection refused)", "bring up what serves"]
        }
        Fault::Expired => ["the sign-in has expired or is not allowed", "sign in anew"],
        Fault::Torn => ["the connection broke within the answer", "/readyz"],
        Fault::Hung => ["no answer in time", "/readyz"],
    }
}

/// One cell; what is wrong with it.
fn check(plane: &'static ControlPlane, pattern: &str, number: usize, cell: Cell) -> Result<(), String> {
    let namespace = format!("fault-{number:03}");
    let plan: Plan = serde_json::from_str(&pattern.replace(PATTERN, &namespace)).unwrap();
    let bodies = Objects { namespace: namespace.clone() };
    let Cell { call, fault, lasts } = cell;
    let proxy = Proxy::start(plane, call, fault, if lasts { usize::MAX } else { 1 });
    let mut lines = Vec::new();
    let ended = process(&plan, &bodies, &proxy, &mut lines, lasts);
    let stops = matches!(fault, Fault::Owned | Fault::Invalid) || (lasts && call != Call::Pods);
    if stops {
        let failed: Vec<String> = ended
            .failed
            .iter()
            .map(|(step, cause, choices)| format!("{step}: {cause}\n{}", choices.join("\n")))
            .collect();
        if ended.how != Ending::Failed || failed.len() != 1 {
            return Err(format!("{:?}: {failed:?}", ended.how));
        }
        for words in words(fault) {
            if !failed[0].contains(words) {
                return Err(format!("does not say {words:?}: {}", failed[0]));
            }
        }
        eprintln!("{cell:?}: stops, {} hits: {}", proxy.hits(), failed[0].replace(&namespace, "N"));
        proxy.mend();
        let ended = process(&plan, &bodies, &proxy, &mut lines, false);
        if ended.how != Ending::Done {
            return Err(format!("gone on with: {ended:?}"));
        }
    } else if ended.how != Ending::Done {
        return Err(format!("{ended:?}"));
    } else {
        eprintln!("{cell:?}: survives, {} hits", proxy.hits());
    }
    // A Deployment may be ready before anybody asks for its pods.
    if proxy.hits() == 0 && call != Call::Pods {
        return Err("the call was never made".to_owned());
    }
    let replayed = replay(&lines).map_err(|error| error.to_string())?;
    let done = replayed.records.iter().filter(|record| matches!(record.entry, Entry::Done { .. })).count();
    if done != plan.steps.len() || replayed.ended.as_deref() != Some("done") {
        return Err(format!("{done} of {} steps are done: {:?}", plan.steps.len(), replayed.ended));
    }
    let mut versions = proxy.versions();
    versions.dedup();
    if versions.len() != 1 {
        return Err(format!("the ConfigMap was written more than once: {versions:?}"));
    }
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/app-0");
    let live = run(plane.ask("GET", &path, &Value::Null));
    let state = (&live["metadata"]["generation"], &live["status"]["readyReplicas"]);
    if state != (&json!(1), &json!(1)) {
        return Err(format!("the Deployment's generation and ready pods are {state:?}"));
    }
    Ok(())
}

#[test]
fn every_call_with_every_fault_is_survived_or_gone_on_with() {
    let plane = control_plane::whole();
    let plan = Work::new(PATTERN, 1).plan();
    let pattern = serde_json::to_string(&plan).unwrap();
    let cells = cells();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(cell) = cells.get(number) else { break };
                    if let Err(why) = check(plane, &pattern, number, *cell) {
                        wrong.lock().unwrap().push(format!("{cell:?}: {why}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}\n{} of {} cells", wrong.join("\n\n"), wrong.len(), cells.len());
}

#[test]
fn a_stop_is_told_with_what_to_do_and_the_command_goes_on() {
    let plane = control_plane::whole();
    let work = Work::new("fault-told", 1);
    let plan = work.plan();
    let at = |fault: Fault, call: Call| {
        let proxy = Proxy::start(plane, call, fault, 1);
        work.write("kubeconfig", &kubeconfig(&proxy.url, None, ADMIN));
        work.apply_by(&work.path("kubeconfig"), &plan.digest).output().unwrap()
    };
    let stopped = at(Fault::Owned, Call::ApplyConfigMap);
    let text = shown(&stopped);
    assert_eq!(stopped.status.code(), Some(6), "{text}");
    assert!(text.contains(".data.mode is of somebody"), "{text}");
    assert!(
        text.contains("1. leave the fields to their owner")
            && text.contains("2. or keep what is there: write it into the manifest")
            && text.contains("3. or, where the values differ, take them over"),
        "{text}"
    );
    // Each leads to the cluster, and the plan has its name.
    let flags = format!("--context it --kubeconfig {}", work.path("kubeconfig").display());
    for command in [
        format!("kubectl {flags} get ConfigMap settings-0 -n fault-told -o yaml"),
        format!("kubectl {flags} edit ConfigMap settings-0 -n fault-told --field-manager=drplan"),
    ] {
        assert!(text.contains(&command), "{command}: {text}");
    }
    assert!(text.contains("/plan.json --step manifests/ConfigMap/fault-told/settings-0"), "{text}");
    assert!(!text.contains("show PLAN"), "{text}");
    // In one line, however long: it is to be pasted.
    let command =
        format!("--digest {} --context it --kubeconfig {}", plan.digest, work.path("kubeconfig").display());
    assert!(
        text.lines().any(|line| line.trim().starts_with("drplan apply") && line.contains(&command)),
        "{text}"
    );

    let done = at(Fault::Broken, Call::ApplyDeployment);
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert!(shown(&done).contains("goes on: "), "{}", shown(&done));
    let refused = at(Fault::Expired, Call::Identity);
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("sign in anew"), "{}", shown(&refused));
}

/// No cloud is asked.
struct Nobody;

impl World for Nobody {
    fn inventory(&self) -> BoxFuture<'_, Result<Arc<Inventory>, String>> {
        Box::pin(async { Err("nobody is asked".to_owned()) })
    }
}
