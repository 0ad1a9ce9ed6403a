//! A plan of manifests that was approved 30 days ago, against a real cluster.

use std::path::Path;
use std::process::Output;

use drplan::plan::journal::Entry;

use crate::control_plane;
use crate::work::{Work, objects, shown};

const PLAN: [&str; 8] =
    ["region", "us-west-2", "--offline", "--manifests", "manifests", "--state", "terraform.tfstate", "--at"];

#[test]
fn approved_thirty_days_ago_it_applies_and_with_one_more_object_it_does_not() {
    let plane = control_plane::whole();
    let work = Work::new("run-aged", 1);
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walkthroughs/approval.files");
    for (from, to) in
        [("keys/ops-lead", "ops-lead"), ("keys/db-owner", "db-owner"), ("allowed_signers", "allowed_signers")]
    {
        std::fs::copy(files.join(from), work.path(to)).unwrap();
    }
    work.write(
        "drplan.hcl",
        "stack = \"shop\"\napproval {\n  allowed_signers = \"allowed_signers\"\n  quorum = 2\n}\n",
    );
    let then =
        jiff::Timestamp::now().checked_sub(jiff::SignedDuration::from_hours(30 * 24)).unwrap().to_string();
    let drplan = |args: &[&str]| work.drplan().args(args).output().unwrap();
    let done = |output: &Output| assert_eq!(output.status.code(), Some(0), "{}", shown(output));
    done(&drplan(&[&PLAN[..], &[&then]].concat()));
    let apply = || {
        let mut command = work.drplan();
        command.args(["apply", "plan.json", "--offline", "--manifests", "manifests"]);
        command.args(["--state", "terraform.tfstate", "--context", "it", "--kubeconfig"]).arg(plane.admin());
        command.output().unwrap()
    };
    let approve = |key: &str| drplan(&["approve", "plan.json", "--key", key, "--at", &then]);
    done(&approve("ops-lead"));
    let half = apply();
    assert_eq!(half.status.code(), Some(5), "{}", shown(&half));
    assert!(shown(&half).contains("1 of 2"), "{}", shown(&half));
    assert!(work.journals().is_empty() && objects(plane, "run-aged").is_empty());
    done(&approve("db-owner"));

    let file = work.path("manifests/all.yaml");
    let good = std::fs::read_to_string(&file).unwrap();
    let more = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: one-more, namespace: run-aged }\n";
    work.write("manifests/all.yaml", &format!("{good}{more}"));
    let refused = apply();
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("ConfigMap/run-aged/one-more"), "{}", shown(&refused));
    assert!(work.journals().is_empty() && objects(plane, "run-aged").is_empty());

    work.write("manifests/all.yaml", &good);
    done(&apply());
    assert_eq!(objects(plane, "run-aged").len(), 2);
    let journals = work.journals();
    let [(_, replayed)] = &journals[..] else { panic!("one run") };
    let Entry::Begun(begun) = &replayed.records[0].entry else { panic!("it begins") };
    assert_eq!(begun.approved_by, ["db-owner@example.com", "ops-lead@example.com"]);
}
