//! A plan that was applied to its end, once more: what it has let go is not held again unasked.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::journal::{Entry, Record, replay};
use serde_json::Value;

use crate::control_plane::{self, ControlPlane};
use crate::work::{Work, shown};

const CRON: &str = "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: { name: nightly, namespace: run-repeated }\n\
    spec:\n  schedule: \"0 3 * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          \
    restartPolicy: Never\n          containers: [{ name: job, image: \"r.example/job:1\" }]\n";

/// As a process that asked a person at a terminal leaves the journal.
fn decide(journal: &Path, plan: &Plan) {
    let replayed = replay(&std::fs::read(journal).unwrap()).unwrap();
    let open = |step: &&drplan::plan::step::Step| {
        matches!(step.action, Action::Gate { .. } | Action::Fence { .. })
            && !replayed.steps.contains_key(&step.id)
            && step.needs.iter().all(|need| replayed.steps.contains_key(need))
    };
    let gate = plan.steps.iter().find(open).expect("a gate that waits").id.clone();
    let held = Entry::Held { by: "ops".to_owned(), took_over: false, break_glass: None };
    let decided = Entry::Decided { step: gate, by: "ops".to_owned(), go: true, since: None };
    let (mut head, mut text) = (replayed.head, String::new());
    for entry in [held, decided] {
        let record = Record::chained(&head, jiff::Timestamp::now(), replayed.generation + 1, entry).unwrap();
        head = record.head();
        text += &record.line().unwrap();
    }
    std::fs::File::options().append(true).open(journal).unwrap().write_all(text.as_bytes()).unwrap();
}

fn is_suspended(plane: &ControlPlane, namespace: &str) -> bool {
    let got = Command::new(ControlPlane::program("kubectl"))
        .args(["get", "cronjob/nightly", "-n", namespace, "-o", "json", "--kubeconfig"])
        .arg(plane.admin())
        .output()
        .unwrap();
    let object: Value = serde_json::from_slice(&got.stdout).unwrap();
    object["spec"]["suspend"] == true
}

#[test]
fn what_was_let_go_is_not_held_again_unless_that_is_asked_for() {
    let plane = control_plane::whole();
    let work = Work::new("run-repeated", 1);
    let text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    work.write("manifests/all.yaml", &format!("{text}{CRON}"));
    let plan = work.plan();
    let mut asked = 0;
    loop {
        let ended = work.apply(plane, &plan.digest).output().unwrap();
        if ended.status.code() == Some(0) {
            break;
        }
        assert_eq!(ended.status.code(), Some(4), "{}", shown(&ended));
        assert!(is_suspended(plane, "run-repeated") || asked == 0, "held until the last gate");
        decide(&work.journals()[0].0, &plan);
        asked += 1;
    }
    assert!(asked > 0 && !is_suspended(plane, "run-repeated"));
    let refused = work.apply(plane, &plan.digest).output().unwrap();
    let told = shown(&refused);
    assert_eq!(refused.status.code(), Some(5), "{told}");
    assert!(told.contains("CronJob/run-repeated/nightly") && told.contains("--again"), "{told}");
    assert_eq!(
        (work.journals().len(), is_suspended(plane, "run-repeated")),
        (1, false),
        "nothing was changed"
    );
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    assert_eq!(dry.status.code(), Some(0), "{}", shown(&dry));
    let again = work.apply(plane, &plan.digest).arg("--again").output().unwrap();
    assert_eq!(again.status.code(), Some(4), "{}", shown(&again));
    assert_eq!(work.journals().len(), 2);
    // Until the fence is decided nothing is applied; from then on the new run holds it, as it says.
    decide(&work.journals()[1].0, &plan);
    let on = work.apply(plane, &plan.digest).output().unwrap();
    assert!(matches!(on.status.code(), Some(0 | 4)), "it goes on without the flag: {}", shown(&on));
    assert_eq!(work.journals().len(), 2);
}

/// Applied until the gate behind which its CronJob is let go.
fn held(namespace: &str) -> (Work, Plan) {
    let plane = control_plane::whole();
    let work = Work::new(namespace, 1);
    let text = std::fs::read_to_string(work.path("manifests/all.yaml")).unwrap();
    work.write("manifests/all.yaml", &format!("{text}{}", CRON.replace("run-repeated", namespace)));
    let plan = work.plan();
    let first = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(first.status.code(), Some(4), "{}", shown(&first));
    decide(&work.journals()[0].0, &plan);
    let held = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(held.status.code(), Some(4), "{}", shown(&held));
    assert!(shown(&held).contains("dns/gate"), "{}", shown(&held));
    (work, plan)
}

fn kubectl(plane: &ControlPlane, args: &[&str]) {
    let done = Command::new(ControlPlane::program("kubectl"))
        .args(args)
        .arg("--kubeconfig")
        .arg(plane.admin())
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", shown(&done));
}

/// Nothing acts before its gate, whoever wants it to.
#[test]
fn a_hold_that_somebody_has_taken_away_is_not_taken_for_held() {
    let plane = control_plane::whole();
    let (work, plan) = held("hold-lost");
    let on = r#"{"spec":{"suspend":false}}"#;
    kubectl(plane, &["patch", "cronjob", "nightly", "-n", "hold-lost", "--type", "merge", "-p", on]);
    // A dry run says the same.
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    let text = shown(&dry);
    assert_eq!(dry.status.code(), Some(6), "{text}");
    assert!(text.contains("its hold is taken away") && text.contains("1 refused"), "{text}");
    let told = work.apply(plane, &plan.digest).output().unwrap();
    let text = shown(&told);
    assert!(text.contains("its hold is taken away (.spec.suspend is kubectl-patch's)"), "{text}");
    // Fields of others are never taken: the step stops, and its gate is not asked.
    assert_eq!(told.status.code(), Some(6), "{text}");
    assert!(text.contains("FieldManagerConflict") && !text.contains("dns/gate  asks"), "{text}");
}

#[test]
fn a_hold_that_is_taken_away_under_drplans_own_name_is_held_again() {
    let plane = control_plane::whole();
    let (work, plan) = held("hold-own");
    let on = r#"{"spec":{"suspend":false}}"#;
    let patch = [
        "patch",
        "cronjob",
        "nightly",
        "-n",
        "hold-own",
        "--field-manager=drplan",
        "--type",
        "merge",
        "-p",
        on,
    ];
    kubectl(plane, &patch);
    let told = work.apply(plane, &plan.digest).output().unwrap();
    let text = shown(&told);
    assert_eq!(told.status.code(), Some(4), "{text}");
    assert!(text.contains("its hold is taken away"), "{text}");
    let path = "/apis/batch/v1/namespaces/hold-own/cronjobs/nightly";
    let live = crate::emulator::run(plane.ask("GET", path, &serde_json::Value::Null));
    assert_eq!(live["spec"]["suspend"], true, "{live:#}");
}

/// What a run has let go is its own doing, whatever is undone of it since: nothing is stopped that serves.
#[test]
fn what_was_let_go_stays_so_though_what_it_stood_on_is_gone() {
    let plane = control_plane::whole();
    let (work, plan) = held("let-go");
    let journal = work.journals()[0].0.clone();
    decide(&journal, &plan);
    let let_go = work.apply(plane, &plan.digest).output().unwrap();
    assert_eq!(let_go.status.code(), Some(0), "{}", shown(&let_go));
    assert!(!is_suspended(plane, "let-go"));
    // As where it died just before it said that it has ended.
    let text = std::fs::read_to_string(&journal).unwrap();
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    assert!(text[end..].contains("ended"), "{text}");
    std::fs::write(&journal, &text[..end]).unwrap();
    kubectl(plane, &["delete", "deployment", "app-0", "-n", "let-go"]);
    for _ in 0..3 {
        let told = work.apply(plane, &plan.digest).output().unwrap();
        assert_eq!(told.status.code(), Some(4), "{}", shown(&told));
        assert!(!is_suspended(plane, "let-go"), "{}", shown(&told));
    }
}

#[test]
fn a_gate_is_not_asked_on_a_readiness_that_is_gone() {
    let plane = control_plane::whole();
    let (work, plan) = held("proof-gone");
    let broken = r#"{"spec":{"template":{"spec":{"nodeSelector":{"disk":"none"}}}}}"#;
    kubectl(plane, &["patch", "deployment", "app-0", "-n", "proof-gone", "--type", "merge", "-p", broken]);
    let told = work.apply(plane, &plan.digest).output().unwrap();
    let text = shown(&told);
    assert!(
        text.contains("manifests/ready/Deployment/proof-gone/app-0  it is not as it was proven"),
        "{text}"
    );
    assert_eq!(told.status.code(), Some(6), "{text}");
    assert!(!text.contains("dns/gate  asks"), "{text}");
}
