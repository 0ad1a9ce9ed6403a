//! Manifests that no one here wrote: planned, applied for real, applied again, changed, and compared field by field with
//! what `kubectl apply --server-side` of the same files leaves in another cluster.
//!
//! They lie outside of the project (`../shared/fixtures`, or `DRPLAN_CORPUS`). A part of them is taken with every run of
//! the tests; `DRPLAN_COMPARE=whole`, as `make compare` sets it, takes every folder that can be planned and lists the rest
//! with what its plan says; `DRPLAN_COMPARE=kube-prometheus` takes those below one.
#![expect(clippy::print_stderr, reason = "what a comparison finds is for whoever asks for it: --nocapture")]

mod allowed;
mod balancers;
mod cases;
mod compare;
mod example;
mod kubectl;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use drplan::model::rollout::taken::{Now, taken};
use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::work::shown;
use allowed::{allowed, comes_and_goes, kubectl_refuses, stops, stops_when_changed};
use cases::{Case, Outcome, case, folders, label};
use compare::{differences, without_the_servers};
use kubectl::{live, settle, wipe};

/// What is taken with every run of the tests.
const SOME: &[&str] = &[
    "aws-load-balancer-controller/config/controller",
    "aws-load-balancer-controller/config/rbac",
    "aws-load-balancer-controller/config/webhook",
    "aws-load-balancer-controller/helm/aws-load-balancer-controller/crds",
    "eks-workshop/manifests/base-application",
    "eks-workshop/manifests/modules/introduction/basics/daemonsets",
    "eks-workshop/manifests/modules/security/Guardduty/mount",
    "eks-workshop/manifests/modules/security/pss-psa/restricted-workload",
    "kube-prometheus",
    "kubernetes-examples/_archived/cluster-dns",
    "kubernetes-examples/_archived/elasticsearch/production_cluster",
    "kubernetes-examples/_archived/spark",
    "kubernetes-examples/_archived/storage/mysql-galera",
    "kubernetes-examples/_archived/storage/vitess",
    "kubernetes-examples/_archived/volumes/glusterfs",
    "kubernetes-examples/web/guestbook-go",
];

/// Whose turn it is: the two clusters are emptied after each.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Folders that are under way at once: two cores.
const AT_ONCE: usize = 3;

/// The shared manifests, where they are there.
fn root() -> Option<PathBuf> {
    let beside = |above: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(above).join("shared/fixtures");
    let named = std::env::var_os("DRPLAN_CORPUS").map(PathBuf::from);
    // A checkout may be a work tree one folder further down.
    let folder = named.into_iter().chain([beside(".."), beside("../..")]).find(|folder| folder.is_dir());
    folder?.join("manifests").canonicalize().ok()
}

/// Does the same with each, some at once.
fn each<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    let Some(one) = all.get(at) else { break };
                    let result = work(one);
                    done.lock().unwrap().push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Folders that have no object in common can lie in one cluster at once; but where a webhook stands that nobody answers
/// for, nothing else is let in.
fn batches(cases: Vec<Case>) -> Vec<Vec<Case>> {
    let mut batches: Vec<(BTreeSet<String>, Vec<Case>)> = Vec::new();
    for case in cases {
        let own: BTreeSet<String> = case.objects.iter().map(label).collect();
        let alone = |case: &Case| {
            let mut kinds = case.objects.iter().filter_map(|object| object["kind"].as_str());
            kinds.any(|kind| kind.ends_with("WebhookConfiguration"))
        };
        let fits = |(taken, batch): &&mut (BTreeSet<String>, Vec<Case>)| {
            taken.is_disjoint(&own) && !alone(&case) && !batch.iter().any(alone)
        };
        match batches.iter_mut().find(fits) {
            Some((taken, batch)) => {
                taken.extend(own);
                batch.push(case);
            }
            None => batches.push((own, vec![case])),
        }
    }
    batches.into_iter().map(|(_, batch)| batch).collect()
}

#[test]
fn what_others_wrote_is_applied_as_kubectl_applies_it() {
    let Some(root) = root() else {
        eprintln!("skipped: no shared fixtures (../shared/fixtures, or DRPLAN_CORPUS)");
        return;
    };
    let wanted = std::env::var("DRPLAN_COMPARE").ok();
    let taken: Vec<String> = match wanted.as_deref() {
        Some("whole") => folders(&root),
        Some(below) => folders(&root).into_iter().filter(|name| name.starts_with(below)).collect(),
        None => SOME.iter().map(|&name| name.to_owned()).collect(),
    };
    let mut cases: Vec<Case> = Vec::new();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (folder, outcome) in taken.iter().zip(each(&taken, |folder| case(&root, folder))) {
        match outcome {
            Outcome::Planned(case) => {
                let all: Vec<String> = case.objects.iter().map(Value::to_string).collect();
                match seen.get(&all.join("\n")) {
                    Some(same) => eprintln!("{folder}: the same objects as {same}"),
                    None => {
                        seen.insert(all.join("\n"), folder.clone());
                        cases.push(case);
                    }
                }
            }
            Outcome::Not(why) => {
                assert!(wanted.is_some(), "{folder} was planned once: {why}");
                eprintln!("{folder}: not planned: {why}");
            }
        }
    }
    let least = match wanted.as_deref() {
        Some("whole") => 75,
        Some(_) => 1,
        None => SOME.len(),
    };
    assert!(cases.len() >= least, "only {} folders are planned", cases.len());
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (ours, theirs) = control_plane::two();
    balancers::serve(ours);
    let mut wrong: Vec<String> = Vec::new();
    for batch in batches(cases) {
        for found in each(&batch, |case| through(case, ours, theirs)) {
            wrong.extend(found);
        }
        each(&[ours, theirs], |plane| wipe(plane, &batch));
    }
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
}

/// One folder, from nothing to changed; what is wrong with it.
fn through(case: &Case, ours: &ControlPlane, theirs: &ControlPlane) -> Vec<String> {
    let began = Instant::now();
    let name = &case.name;
    let mut wrong = Vec::new();
    let stop = stops(name);
    let expected = if stop.is_some() { Some(6) } else { Some(0) };
    let applied = case.apply(ours);
    if applied.status.code() != expected {
        return vec![format!("{name}: {}", shown(&applied))];
    }
    if let Some(words) = stop
        && !case.causes().iter().all(|cause| cause.contains(words))
    {
        wrong.push(format!("{name}: stopped for another reason: {:?}", case.causes()));
    }
    // There is no pod here that could answer for one: it is told and stops nothing.
    let is_served = |object: &Value| object["kind"] == "APIService" && object["spec"]["service"].is_object();
    if expected == Some(0)
        && case.objects.iter().any(is_served)
        && !shown(&applied).contains("nobody answers for it")
    {
        wrong.push(format!("{name}: says nothing of an API that nobody answers for: {}", shown(&applied)));
    }
    let first = live(ours, &case.rendered());
    wrong.extend(others_have(case, &first));
    let said = settle(theirs, &case.sources);
    if let Some(why) = said.as_deref().and_then(|said| kubectl_refuses(name, said)) {
        eprintln!("{name}: {} objects, refused by kubectl: {why}", first.len());
        return wrong;
    }
    // What the API server refuses it refuses to everybody; pods that cannot start are no matter of kubectl's.
    let refused = stop.is_some() && case.causes().iter().any(|cause| !cause.contains("CannotStart"));
    if said.is_some() != refused {
        wrong.push(format!("{name}: kubectl says {said:?}"));
    }
    wrong.extend(same_in_the_end(case, &case.rendered(), ours, theirs));
    if stop.is_some() {
        eprintln!("{name}: {} objects, stopped as expected: {:?}", first.len(), case.causes());
        return wrong;
    }
    if first.len() != case.objects.len() {
        wrong.push(format!("{name}: {} of {} objects are there", first.len(), case.objects.len()));
    }
    let again = case.apply(ours);
    if again.status.code() != Some(0) {
        wrong.push(format!("{name}: applied again: {}", shown(&again)));
    }
    wrong.extend(compare::written(&first, &live(ours, &case.rendered())).map(|one| format!("{name}: {one}")));

    let changed = case.changed();
    let applied = changed.apply(ours);
    let expected = if stops_when_changed(name) { 6 } else { 0 };
    if applied.status.code() != Some(expected) {
        wrong.push(format!("{name}: changed: {}", shown(&applied)));
        return wrong;
    }
    if let Some(said) = settle(theirs, &changed.sources) {
        wrong.push(format!("{name}: kubectl, changed: {said}"));
    }
    let after = live(ours, &changed.rendered());
    for (label, object) in &after {
        if object.pointer("/metadata/labels/drplan.test~1changed").is_none() {
            wrong.push(format!("{name}: {label} was not changed"));
        }
    }
    wrong.extend(others_have(&changed, &after));
    wrong.extend(same_in_the_end(case, &changed.rendered(), ours, theirs));
    eprintln!("{name}: {} objects, {} s", first.len(), began.elapsed().as_secs());
    wrong
}

/// Fields that a process which goes on would say were changed by others, though nobody but controllers was there.
fn others_have(case: &Case, live: &BTreeMap<String, Value>) -> Vec<String> {
    let mut wrong = Vec::new();
    for object in &case.objects {
        let label = label(object);
        for one in live.get(&label).map_or_else(Vec::new, |live| taken(live, object, "drplan")) {
            // Another notation of the same value: only the server tells, and is asked.
            if one.now != Now::Unsure && allowed(case, &label, &one.field.replace('.', "/")).is_none() {
                wrong.push(format!("{}: {label}: is taken for changed: {one:?}", case.name));
            }
        }
    }
    wrong
}

/// Compares what two clusters have until it is the same, or half a minute has passed: controllers write annotations,
/// finalizers and names of volumes some time after the apply.
fn same_in_the_end(case: &Case, file: &Path, ours: &ControlPlane, theirs: &ControlPlane) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let (told, wrong) = same(case, &live(ours, file), &live(theirs, file));
        if wrong.is_empty() || Instant::now() > until {
            told.iter().for_each(|one| eprintln!("{}: {one}", case.name));
            return wrong;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Compares what two clusters have; what differs and may, and what may not.
fn same(
    case: &Case,
    ours: &BTreeMap<String, Value>,
    theirs: &BTreeMap<String, Value>,
) -> (Vec<String>, Vec<String>) {
    let (mut told, mut wrong) = (Vec::new(), Vec::new());
    for label in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        let (Some(ours), Some(theirs)) = (ours.get(label), theirs.get(label)) else {
            let whose = if ours.contains_key(label) { "drplan" } else { "kubectl" };
            match comes_and_goes(&case.name, label) {
                Some(why) => told.push(format!("{label} is left by one alone: {why}")),
                None => wrong.push(format!("{}: {label} is left by {whose} alone", case.name)),
            }
            continue;
        };
        for (path, ours, theirs) in differences(&without_the_servers(ours), &without_the_servers(theirs)) {
            match allowed(case, label, &path) {
                Some(why) => told.push(format!("{label} {path}: {why}")),
                None => wrong.push(format!("{}: {label} {path}: {ours} is {theirs} by kubectl", case.name)),
            }
        }
    }
    (told, wrong)
}
