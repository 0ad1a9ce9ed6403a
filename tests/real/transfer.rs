//! A run whose inputs are in S3: another machine goes on with it that has nothing but credentials.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use drplan::targets::objects::{Bucket, Condition, Objects};

use crate::control_plane::{self, ControlPlane};
use crate::emulator::{self, Emulator, PATIENCE, run};
use crate::work::{Work, objects};

const WORLD: &[&str] = &["runs"];
const KEY: &str = "arn:aws:kms:us-west-2:123456789012:key/0d9e1c5a-0000-4000-8000-000000000001";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: { name: login, namespace: NAMESPACE }\n\
                      stringData: { password: canary-password }\n";
const KUSTOMIZATION: &str = "namespace: NAMESPACE\nresources: [one.yaml]\nnamePrefix: of-\n";
const ONE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: unit }\ndata: { a: b }\n";

fn shown(output: &Output) -> String {
    crate::work::shown(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn settings(kms: &str) -> String {
    format!("recovery = [\"us-west-2\"]\njournal {{\n  s3 = \"s3://runs/moved\"\n{kms}}}\n")
}

/// A stack with a secret and a kustomization.
fn work(namespace: &str, kms: &str) -> Work {
    let work = Work::with(namespace, 6, &settings(kms));
    work.write("manifests/secret.yaml", &SECRET.replace("NAMESPACE", namespace));
    std::fs::create_dir(work.path("manifests/unit")).unwrap();
    work.write("manifests/unit/kustomization.yaml", &KUSTOMIZATION.replace("NAMESPACE", namespace));
    work.write("manifests/unit/one.yaml", ONE);
    work
}

fn by(mut command: Command, emulator: &Emulator) -> Command {
    command.env("AWS_ENDPOINT_URL", emulator.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
    command
}

/// On a machine that has neither the folder nor any tool.
fn elsewhere(folder: &Path, emulator: &Emulator, plane: &ControlPlane, run: &str, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
    command.current_dir(folder).stdin(Stdio::null()).env_clear().env("PATH", folder).env("HOME", folder);
    command.args(["apply", "--offline", "--take-over", run, "--context", "it", "--kubeconfig"]);
    command.arg(plane.admin()).args(more);
    by(command, emulator).output().unwrap()
}

fn bytes(emulator: &Emulator, key: &str) -> Option<Vec<u8>> {
    run(async {
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        store.get(key).await.unwrap().map(|object| object.bytes)
    })
}

fn put(emulator: &Emulator, key: &str, bytes: Option<&[u8]>) {
    run(async {
        let client = emulator.connect("us-west-2", PATIENCE).await.s3();
        client.delete_object().bucket("runs").key(key).send().await.unwrap();
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        if let Some(bytes) = bytes {
            store.put(key, bytes.to_vec(), &Condition::Absent).await.unwrap();
        }
    });
}

/// As a holder that ended in order leaves its lease: nobody waits for it.
fn let_go(emulator: &Emulator, name: &str) {
    let key = format!("moved/{name}/lease.json");
    let mut lease: serde_json::Value = serde_json::from_slice(&bytes(emulator, &key).unwrap()).unwrap();
    lease["released"] = true.into();
    put(emulator, &key, Some(lease.to_string().as_bytes()));
}

#[test]
fn a_machine_that_has_nothing_but_credentials_goes_on_with_a_run() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let work = work("moved", &format!("  kms_key = {KEY:?}\n"));
    // A base of several stacks, beside this one's repository.
    let base = tempfile::tempdir_in(work.folder.path().parent().unwrap()).unwrap();
    std::fs::write(base.path().join("kustomization.yaml"), "resources: [two.yaml]\n").unwrap();
    std::fs::write(base.path().join("two.yaml"), ONE.replace("unit", "beside")).unwrap();
    let name_of = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let beside = format!("resources: [one.yaml, ../../../{}]", name_of(base.path()));
    let unit = KUSTOMIZATION.replace("NAMESPACE", "moved").replace("resources: [one.yaml]", &beside);
    work.write("manifests/unit/kustomization.yaml", &unit);
    let plan = work.plan();
    let name = crate::journal::begun_and_killed(&work, &emulator, &plan.digest, 8);
    let decision = plan.decision_digest.trim_start_matches("sha256:");
    let key = format!("moved/{name}/inputs/{decision}.json");

    // Encrypted with the key, and the only object that has a secret.
    let sealed = run(async {
        let client = emulator.connect("us-west-2", PATIENCE).await.s3();
        client.head_object().bucket("runs").key(&key).send().await.unwrap()
    });
    assert_eq!(sealed.server_side_encryption.unwrap().as_str(), "aws:kms");
    assert_eq!(sealed.ssekms_key_id.as_deref(), Some(KEY));
    let inputs = bytes(&emulator, &key).unwrap();
    assert!(String::from_utf8_lossy(&inputs).contains("canary-password"));
    assert!(!String::from_utf8_lossy(&inputs).contains("canary-secret"));
    let keys = run(async {
        let store = Bucket::new(emulator.connect("us-west-2", PATIENCE).await, "runs");
        store.list(&format!("moved/{name}/")).await.unwrap()
    });
    for other in keys.iter().filter(|other| **other != key) {
        let text = String::from_utf8(bytes(&emulator, other).unwrap()).unwrap();
        assert!(!text.contains("canary") && !text.contains("Y2FuYXJ5"), "{other}: {text}");
    }

    // The first machine is gone with all that it had.
    let all = format!("\"{}/manifests/all.yaml\":", name_of(work.folder.path()));
    drop((work, base));
    let machine = tempfile::tempdir().unwrap();
    let uri = format!("s3://runs/moved/{name}");
    let there = |run: &str, more: &[&str]| elsewhere(machine.path(), &emulator, plane, run, more);
    let west = ["--journal-region", "us-west-2", "--digest", &plan.digest];

    for (given, code, says) in [
        (name.as_str(), 5, "--take-over s3://BUCKET/PREFIX/RUN"),
        ("s3://runs", 5, "names no run"),
        ("s3://runs/moved/..", 2, "no name of a run"),
        ("s3://runs/moved/20200101T000000Z", 5, "there is no record of 20200101T000000Z"),
    ] {
        let refused = there(given, &west);
        assert_eq!(refused.status.code(), Some(code), "{given}: {}", shown(&refused));
        assert!(shown(&refused).contains(says), "{given}: {}", shown(&refused));
    }
    let nowhere = there("s3://no-such-bucket/moved/20200101T000000Z", &["--digest", &plan.digest]);
    assert_eq!(nowhere.status.code(), Some(5), "{}", shown(&nowhere));
    assert!(shown(&nowhere).contains("in which region the bucket no-such-bucket is"), "{}", shown(&nowhere));
    assert!(shown(&nowhere).contains("--journal-region REGION"), "{}", shown(&nowhere));

    // What somebody else wrote there is not unpacked.
    let text = String::from_utf8(inputs.clone()).unwrap();
    let outside = text.replace(&all, "\"../all.yaml\":");
    let newer = text.replace("{\"format_version\":1,", "{\"format_version\":9,");
    assert!(outside != text && newer != text);
    for (bytes, says) in [
        (Some(&inputs[..inputs.len() / 2]), "are cut off at"),
        (Some(outside.as_bytes()), "which is outside of their folder"),
        (Some(newer.as_bytes()), "are of format 9"),
        (Some(&b"[]"[..]), "are damaged at"),
        (None, "is not there"),
    ] {
        put(&emulator, &key, bytes);
        let refused = there(&uri, &west);
        assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
        assert!(shown(&refused).contains(says), "{says}: {}", shown(&refused));
        assert!(!shown(&refused).contains("canary"), "{}", shown(&refused));
    }
    assert!(!machine.path().join(".drplan/runs/all.yaml").exists());
    // Other manifests are other decisions: they are refused, and nothing is applied.
    put(
        &emulator,
        &key,
        Some(text.replace("data: { a: b }", "data: { a: c }").replace("  a: b", "  a: c").as_bytes()),
    );
    let other = there(&uri, &west);
    assert_eq!(other.status.code(), Some(5), "{}", shown(&other));
    assert!(shown(&other).contains("its decisions are not those that were approved"), "{}", shown(&other));
    put(&emulator, &key, Some(&inputs));

    // A clone of the stack's repository knows the place, and S3 the region, which nobody has named.
    let cloned = "stack = \"shop\"\nrecovery = [\"us-east-2\", \"us-west-2\"]\njournal {\n  s3 = \"s3://runs/moved\"\n}\n";
    std::fs::write(machine.path().join("drplan.hcl"), cloned).unwrap();
    let done = there(&name, &["--digest", &plan.digest]);
    assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
    assert!(shown(&done).contains("if nothing is heard of it until"), "{}", shown(&done));
    assert!(emulator.actions().contains("s3:HeadBucket"));
    let made = objects(plane, "moved");
    for unit in ["ConfigMap/of-unit", "ConfigMap/of-beside"] {
        assert!(made.iter().any(|(name, _)| name == unit), "{made:?}");
    }
    assert!(made.iter().all(|(_, generation)| *generation <= 1), "{made:?}");
    let folder = machine.path().join(".drplan/runs").join(&name);
    assert!(folder.join("journal.jsonl").is_file() && !folder.join("inputs").exists());
    let over = there(&uri, &west);
    assert_eq!(over.status.code(), Some(5), "{}", shown(&over));
    assert!(shown(&over).contains("is done"), "{}", shown(&over));
}

#[test]
fn a_run_without_a_key_says_that_it_is_not_transferable() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let work = work("unmoved", "");
    let plan = work.plan();
    let name = crate::journal::begun_and_killed(&work, &emulator, &plan.digest, 8);
    let machine = tempfile::tempdir().unwrap();
    let uri = format!("s3://runs/moved/{name}");
    let refused = elsewhere(
        machine.path(),
        &emulator,
        plane,
        &uri,
        &["--journal-region", "us-west-2", "--digest", &plan.digest],
    );
    assert_eq!(refused.status.code(), Some(5), "{}", shown(&refused));
    assert!(shown(&refused).contains("names no journal { kms_key }"), "{}", shown(&refused));
    assert!(!machine.path().join(".drplan/runs").join(&name).exists());
    // In the folder that it was begun in it goes on.
    let again = by(work.apply(plane, &plan.digest), &emulator).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", shown(&again));
}

const STATE: &str = "{\"version\":4,\"terraform_version\":\"1.11.4\",\"serial\":SERIAL,\"lineage\":\"none\",\"outputs\":{},\"resources\":[]}";

/// The newest state in reach counts; where it is out of reach, the copy that the run has, and that is said.
#[test]
fn a_state_in_s3_is_asked_for_first_and_its_copy_taken_where_it_is_gone() {
    let emulator = emulator::with(WORLD);
    let plane = control_plane::whole();
    let state = |serial: &str| STATE.replace("SERIAL", serial);
    let work = work(
        "state-moved",
        &format!(
            "  kms_key = {KEY:?}\n}}\nstate {{\n  path = \"s3://runs/state/shop.tfstate\"\n  region = \"us-west-2\"\n"
        ),
    );
    std::fs::remove_file(work.path("terraform.tfstate")).unwrap();
    put(&emulator, "state/shop.tfstate", Some(state("1").as_bytes()));
    let drplan = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.current_dir(work.path(".")).stdin(Stdio::null()).env("NO_COLOR", "1").args(arguments);
        by(command, &emulator)
    };
    let made = drplan(&["region", "us-west-2"]).output().unwrap();
    assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
    let plan = drplan::plan::codec::decode(&std::fs::read(work.path("plan.json")).unwrap()).unwrap();
    let admin = plane.admin().display().to_string();
    for (gone, serial) in [(false, 2), (true, 1)] {
        put(&emulator, "state/shop.tfstate", Some(state("1").as_bytes()));
        let by_context = ["--digest", &plan.digest, "--context", "it", "--kubeconfig", &admin];
        let mut begin = drplan(&[&["apply", "plan.json"], &by_context[..]].concat());
        let name = crate::journal::killed_when_begun(&work, &mut begin, 8);
        put(&emulator, "state/shop.tfstate", (!gone).then(|| state("2")).as_ref().map(String::as_bytes));

        let_go(&emulator, &name);
        let machine = tempfile::tempdir().unwrap();
        let uri = format!("s3://runs/moved/{name}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.current_dir(machine.path()).stdin(Stdio::null()).env_clear().env("PATH", machine.path());
        command.args(["apply", "--take-over", &uri, "--journal-region", "us-west-2"]).args(by_context);
        let done = by(command, &emulator).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", shown(&done));
        assert_eq!(
            shown(&done).contains("planning from the copies that the run has"),
            gone,
            "{}",
            shown(&done)
        );
        let kept = machine.path().join(".drplan/runs").join(&name).join("plan.json");
        let kept = drplan::plan::codec::decode(&std::fs::read(kept).unwrap()).unwrap();
        assert_eq!(kept.saw.state.serial, serial);
        std::fs::remove_dir_all(work.path(".drplan")).unwrap();
    }
}
