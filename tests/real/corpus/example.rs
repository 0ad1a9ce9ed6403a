//! The manifests of the example by the executor, with somebody at its gates: what is held is held until then, and at the
//! end the cluster has what kubectl makes of the same files.

use std::path::Path;
use std::sync::Mutex;

use drplan::clients::aws::Limits as CallLimits;
use drplan::clients::clock::Clock;
use drplan::clients::kube::session::Session;
use drplan::clients::kube::{Kubeconfig, Source as Config};
use drplan::event::Ending;
use drplan::executor::journal::{Journal as _, MemoryJournal};
use drplan::executor::people::{Answer, Asked, People};
use drplan::executor::requests::{Bodies, Requests, Unknown};
use drplan::executor::{Executor, Limits, Stop, Targets};
use drplan::model::secret::Secret;
use drplan::model::target::kube::ObjectRef;
use drplan::model::target::proof::ProofRequest;
use drplan::model::target::{Acted, Mark, Outputs, Seen, TargetError};
use drplan::plan::Plan;
use drplan::plan::action::{Action, Hold, Rewrite};
use drplan::plan::body::{Change, Places, body};
use drplan::plan::journal::{Begun, Entry, Replayed};
use drplan::plan::step::Step;
use drplan::targets::Target;
use drplan::targets::kube::KubeTarget;
use drplan::targets::unbuilt::Unbuilt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::cases::{Case, Outcome, case_with, label};
use super::kubectl::{kubectl, live, settle, wipe};
use super::{ALONE, balancers, same_in_the_end};
use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;
use crate::work::shown;

/// What the example's cluster has besides.
const PROVIDES: &str = "provides \"APIService/metrics.k8s.io\" { by = \"metrics-server\" }\n\
                        provides \"IngressClass/alb\" { by = \"aws-load-balancer-controller\" }\n";

/// Everything outside of the cluster is as it should be: there is nobody here who could be asked.
struct Fine;

impl Target<ProofRequest> for Fine {
    fn look<'a>(&'a self, _: &'a ProofRequest, _: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async { Ok(Seen::Done(Outputs::new())) })
    }

    fn act<'a>(&'a self, _: &'a ProofRequest, _: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async { Ok(Acted::Done(Outputs::new())) })
    }
}

/// Bodies as `drplan apply` makes them.
struct Read<'c> {
    case: &'c Case,
    places: Places<'c>,
}

impl Read<'_> {
    fn object(&self, step: &Step) -> Option<&Value> {
        let Action::ApplyObject { object_kind, name, namespace, .. } = &step.action else { return None };
        self.case.objects.iter().find(|object| {
            object["kind"] == **object_kind
                && object["metadata"]["name"] == **name
                && object["metadata"]["namespace"].as_str() == namespace.as_deref()
        })
    }
}

impl Bodies for Read<'_> {
    fn body(
        &self,
        step: &Step,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
    ) -> Result<Secret, String> {
        let (Action::ApplyObject { rewrites, hold, .. }, Some(object)) = (&step.action, self.object(step))
        else {
            return Err(format!("{} has no object", step.id));
        };
        let scaled = super::allowed::is_scaled(self.case, &label(object));
        let named = step.id.strip_prefix("manifests/").unwrap_or(&step.id);
        let change = Change { label: named, rewrites, hold: *hold, scaled };
        let made = body(object.clone(), &change, &self.places, &|rewrite| value(rewrite).ok());
        made.map(|made| Secret::new(made.to_string())).map_err(|error| error.to_string())
    }

    fn replicas(&self, step: &Step) -> u32 {
        let replicas = self.object(step).and_then(|object| object["spec"]["replicas"].as_u64());
        u32::try_from(replicas.unwrap_or(1)).unwrap()
    }
}

/// Says go everywhere, and looks at what is held meanwhile.
struct AtTheGate<'p> {
    plane: &'p ControlPlane,
    case: &'p Case,
    seen: Mutex<Vec<(String, std::collections::BTreeMap<String, Value>)>>,
}

impl People for AtTheGate<'_> {
    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Option<Answer>> {
        Box::pin(async move {
            let there = live(self.plane, &self.case.rendered());
            self.seen.lock().unwrap().push((asked.step.clone(), there));
            Some(Answer { by: "test".to_owned(), go: true })
        })
    }
}

async fn applied(plan: &Plan, case: &Case, plane: &ControlPlane, people: &dyn People) -> Ending {
    let config = Config { file: Some(plane.admin()), context: None };
    let kube = Session::open(Kubeconfig::read(&config).unwrap(), CallLimits::default()).await.unwrap();
    let kube = KubeTarget::new(kube).running(deployments(plan));
    let bodies = Read { case, places: Places::new(&plan.values) };
    let requests = Requests::new(plan, &bodies).with_fence_by_hand();
    let journal = MemoryJournal::after(Replayed::default().head, 1, Vec::new());
    let clock = Clock::starting(jiff::Timestamp::now());
    let first = Entry::Begun(Begun::of("example", plan));
    journal.append(clock.now(), first).await.unwrap();
    let stop = Stop::new();
    let executor = Executor {
        plan,
        run: "example",
        requests: &requests,
        targets: Targets { proofs: &Fine, engine: &Unbuilt, data: &Unbuilt, traffic: &Unbuilt, kube: &kube },
        journal: &journal,
        people,
        clock,
        told: &|_| {},
        stop: &stop,
        limits: Limits::default(),
    };
    executor.run(&Replayed::default()).await.how
}

fn deployments(plan: &Plan) -> impl Iterator<Item = ObjectRef> {
    let applied = plan.steps.iter().filter_map(|step| step.action.object());
    applied.filter(|object| object.kind == "Deployment")
}

#[test]
fn the_example_is_held_until_its_gate_and_then_as_kubectl_leaves_it() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce");
    let Outcome::Planned(case) = case_with(&root, "kubernetes", PROVIDES) else { panic!("it is planned") };
    let plan = case.read_plan();
    let (ours, theirs) = control_plane::two();
    balancers::serve(ours);
    let people = AtTheGate { plane: ours, case: &case, seen: Mutex::default() };
    assert_eq!(run(applied(&plan, &case, ours, &people)), Ending::Done);

    // When traffic was asked for, all was there, and what is held was held.
    let seen = people.seen.into_inner().unwrap();
    let (_, at_gate) = seen.iter().find(|(step, _)| step == "dns/gate").expect("it asks");
    let mut held = 0;
    for step in &plan.steps {
        let Action::ApplyObject { hold: Some(hold), .. } = &step.action else { continue };
        let object = case.objects.iter().find(|object| step.id.ends_with(&plain(object))).unwrap();
        let live = at_gate.get(&label(object));
        let is_held = match hold {
            Hold::Suspend => live.is_some_and(|live| live["spec"]["suspend"] == true),
            Hold::Replicas => live.is_some_and(|live| live["spec"]["replicas"] == 0),
            Hold::Ask => live.is_none(),
        };
        assert!(is_held, "{}: {live:#?}", step.id);
        held += 1;
    }
    assert!(held >= 3, "{held}");

    let first = live(ours, &case.rendered());
    assert_eq!(first.len(), case.objects.len());
    assert_eq!(settle(theirs, &case.sources), None);
    let wrong = same_in_the_end(&case, &case.rendered(), ours, theirs);
    let cases = [case];
    super::each(&[ours, theirs], |plane| wipe(plane, &cases));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Says go, and takes away what was shown as soon as that is said; leaves when it is gone.
struct Shaken<'p> {
    plane: &'p ControlPlane,
    workload: ObjectRef,
    asked: Mutex<Vec<(bool, Option<String>)>>,
}

impl Shaken<'_> {
    fn kubectl(&self, verb: &[&str]) {
        let ObjectRef { kind, namespace, name, .. } = &self.workload;
        let mut command = kubectl(self.plane);
        command.args(verb).args([kind, name, "-n", namespace.as_deref().unwrap()]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", shown(&output));
    }
}

impl People for Shaken<'_> {
    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Option<Answer>> {
        Box::pin(async move {
            let go = || Some(Answer { by: "test".to_owned(), go: true });
            if asked.step != "dns/gate" {
                return go();
            }
            let of_workload = |(need, _): &(&String, &String)| need.contains(&self.workload.name);
            let doubt = asked.unproven.iter().find(of_workload).map(|(_, why)| why.clone());
            let times = {
                let mut all = self.asked.lock().unwrap();
                all.push((asked.again, doubt));
                all.len()
            };
            match times {
                1 => self.kubectl(&["scale", "--replicas=0"]),
                2 => self.kubectl(&["delete", "--wait=true"]),
                _ => return None,
            }
            go()
        })
    }
}

#[test]
fn a_go_on_what_is_not_so_any_more_is_not_taken_and_what_is_gone_is_asked_about_once_more() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce");
    let Outcome::Planned(case) = case_with(&root, "kubernetes", PROVIDES) else { panic!("it is planned") };
    let plan = case.read_plan();
    let (ours, _) = control_plane::two();
    balancers::serve(ours);
    let gate = plan.steps.iter().find(|step| step.id == "dns/gate").expect("it asks");
    let is_needed = |object: &ObjectRef| {
        let plain = object.label();
        gate.needs.iter().any(|need| {
            let step = plan.steps.iter().find(|step| step.id == *need);
            step.is_some_and(|step| matches!(&step.action, Action::AwaitReady { object } if *object == plain))
        })
    };
    let workload = deployments(&plan).find(is_needed).expect("it stands on a Deployment");
    let people = Shaken { plane: ours, workload, asked: Mutex::default() };
    let how = run(applied(&plan, &case, ours, &people));
    let asked = people.asked.into_inner().unwrap();
    wipe(ours, &[case]);
    assert_eq!(how, Ending::AtGate, "{asked:#?}");
    // The second time it is at none, or its controller has yet to see that it is to be.
    let [(false, None), (true, Some(_)), (true, Some(gone))] = &asked[..] else { panic!("{asked:#?}") };
    assert!(gone.contains("somebody has deleted it"), "{gone}");
}

/// `Kind/namespace/name`.
fn plain(object: &Value) -> String {
    let kind = object["kind"].as_str().unwrap();
    let name = object["metadata"]["name"].as_str().unwrap();
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => format!("manifests/{kind}/{namespace}/{name}"),
        None => format!("manifests/{kind}/{name}"),
    }
}
