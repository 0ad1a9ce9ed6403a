//! What a run made or was to make goes meanwhile: it is told, waited for where it is on its way out, and made anew.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use drplan::plan::journal::Entry;
use serde_json::{Value, json};

use crate::control_plane::{self, ControlPlane};
use crate::emulator::run;
use crate::work::{Work, newest_journal, objects};

/// Changes an object as a field manager.
pub(crate) fn merge(plane: &ControlPlane, manager: &str, path: &str, change: &Value) {
    run(crate::kube_target::apply::by(plane, manager, path, change));
}

#[test]
fn a_namespace_on_its_way_out_is_waited_for_and_made_anew() {
    const PATH: &str = "/api/v1/namespaces/gone-going";
    let plane = control_plane::whole();
    let work = Work::new("gone-going", 1);
    let plan = work.plan();
    let uid = || run(plane.ask("GET", PATH, &Value::Null))["metadata"]["uid"].clone();
    let keeps = json!({ "metadata": { "name": "kept", "finalizers": ["drplan.test/kept"] } });
    run(plane.make("/api/v1/namespaces", json!({ "metadata": { "name": "gone-going" } })));
    run(plane.make(&format!("{PATH}/configmaps"), keeps));
    let old = uid();
    run(plane.ask("DELETE", PATH, &json!({})));
    let dry = work.apply(plane, &plan.digest).arg("--dry-run").output().unwrap();
    let told = crate::work::shown(&dry).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(dry.status.code(), Some(0), "{told}");
    assert!(told.contains("it is being deleted: a run waits") && !told.contains("refused"), "{told}");
    let mut child =
        work.apply(plane, &plan.digest).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Nothing is begun of it while it goes: it has said so, and waits.
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.contains("drplan.test/kept") && lines.read_line(&mut told).unwrap() > 0 {}
    assert!(child.try_wait().unwrap().is_none(), "{told}");
    let intents = |work: &Work| {
        let (_, replayed) = work.journals().remove(0);
        let entries = replayed.records.into_iter().map(|record| record.entry);
        entries.filter(|entry| matches!(entry, Entry::Intent { .. })).count()
    };
    assert!(newest_journal(&work).is_file());
    assert_eq!(intents(&work), 0);
    merge(plane, "test", &format!("{PATH}/configmaps/kept"), &json!({ "metadata": { "finalizers": null } }));
    lines.read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{told}");
    assert!(told.contains("NamespaceTerminating: it is being deleted"), "{told}");
    assert!(told.contains("drplan.test/kept"), "what keeps it is named: {told}");
    assert!(
        told.matches("NamespaceTerminating").count() < 4,
        "it is said once, not every two seconds: {told}"
    );
    assert_ne!(uid(), old);
    assert_eq!(objects(plane, "gone-going").len(), 2);
}
