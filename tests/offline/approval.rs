//! `drplan approve` on files that are not as they should be.

use std::path::Path;

use crate::sandbox::{AT, Run, Sandbox, copy};

/// The example, planned, with keys that can sign.
fn planned() -> Sandbox {
    let sandbox = Sandbox::example();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/walkthroughs/approval.files");
    copy(&files, &sandbox.path("."));
    let plan = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
    assert_eq!(sandbox.run(&plan).code, Some(0));
    sandbox
}

fn approve(sandbox: &Sandbox, who: &str, more: &[&str]) -> Run {
    let key = format!("keys/{who}");
    sandbox.run(&[&["approve", "plan.json", "--key", &key, "--at", "2026-11-23T12:00:00Z"], more].concat())
}

#[test]
fn a_changed_plan_is_not_signed() {
    let sandbox = planned();
    let changed = sandbox.read("plan.json").replacen("\"quorum\": 2", "\"quorum\": 1", 1);
    sandbox.write("plan.json", changed);
    let run = approve(&sandbox, "ops-lead", &[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("its digest does not match its content"), "{}", run.stderr);
    assert!(!sandbox.path("plan.json.approvals").exists());
}

#[test]
fn a_changed_or_foreign_signature_is_told_and_does_not_count() {
    let sandbox = planned();
    assert_eq!(approve(&sandbox, "ops-lead", &[]).code, Some(0));
    let good = sandbox.read("plan.json.approvals/ops-lead@example.com.sig");
    // A letter in the middle of the signature itself.
    let at = good.match_indices('\n').nth(3).unwrap().0 + 20;
    let mut changed = good.clone();
    changed.replace_range(at..=at, if &good[at..=at] == "A" { "B" } else { "A" });
    sandbox.write("plan.json.approvals/ops-lead@example.com.sig", changed);
    sandbox.write("plan.json.approvals/text.sig", "approved, says the boss");
    sandbox.write("plan.json.approvals/huge.sig", vec![b'x'; 1 << 20]);
    std::fs::create_dir(sandbox.path("plan.json.approvals/folder.sig")).unwrap();
    let run = approve(&sandbox, "db-owner", &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("db-owner@example.com (1 of 2)"), "{}", run.stdout);
    for said in [
        "ops-lead@example.com did not sign the decisions of this plan",
        "it is no SSH signature",
        "huge.sig is larger than 64 KiB",
        "folder.sig is a folder",
    ] {
        // Lines are broken at spaces.
        let stderr = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stderr.contains(said), "{said}: {}", run.stderr);
    }
}

#[test]
fn a_file_of_signers_that_is_none_is_refused_with_its_place() {
    let sandbox = planned();
    let good = sandbox.read("allowed_signers");
    let utf16: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let huge = format!("{good}# {}", "x".repeat(2 << 20));
    let nul = good.replacen(" ssh-ed25519", "\0ssh-ed25519", 1);
    let krl = b"SSHKRL\n\0\0\0\0\x01".to_vec();
    for (bytes, said) in [
        (utf16, "allowed_signers is UTF-16"),
        (huge.into_bytes(), "allowed_signers is larger than 1 MiB"),
        (nul.into_bytes(), "allowed_signers:2"),
        (b"ops-lead\nssh-ed25519 AAAA\n".to_vec(), "allowed_signers:2"),
        (krl, "allowed_signers:2"),
    ] {
        sandbox.write("allowed_signers", &bytes);
        let run = approve(&sandbox, "ops-lead", &[]);
        assert_eq!(run.code, Some(2), "{said}: {}", run.stdout);
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    // Every line twice, and carriage returns: the same people.
    sandbox.write("allowed_signers", format!("{good}{good}").replace('\n', "\r\n"));
    let run = approve(&sandbox, "ops-lead", &[]);
    assert!(run.stdout.contains("ops-lead@example.com (1 of 2)"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn what_whoever_signs_should_know() {
    let sandbox = planned();
    let late = ["--at", "2027-06-01T00:00:00Z"];
    let args = [&["approve", "plan.json", "--key", "keys/ops-lead"][..], &late].concat();
    let run = sandbox.run(&args);
    assert_eq!(run.code, Some(0));
    assert!(run.stderr.contains("plan.json was good until 2027-02-20T12:00:00Z"), "{}", run.stderr);
    // A stricter file than the plan.
    let settings = sandbox.read("drplan.hcl").replace("\"90d\"", "\"12h\"");
    sandbox.write("drplan.hcl", settings.replace("quorum          = 2", "quorum          = 1"));
    let run = approve(&sandbox, "ops-lead", &[]);
    assert!(run.stderr.contains("plan.json was good until 2026-11-23T00:00:00Z"), "{}", run.stderr);
    assert!(run.stdout.contains("(1 of 2)"), "{}", run.stdout);
    // A folder of another stack.
    sandbox.write("drplan.hcl", settings.replace("\"ecommerce\"", "\"other\""));
    let run = approve(&sandbox, "ops-lead", &[]);
    assert!(run.stderr.contains("the drplan.hcl that is read is of \"other\""), "{}", run.stderr);
}

#[test]
fn nobodys_signature_is_written_over() {
    let sandbox = planned();
    let good = sandbox.read("allowed_signers");
    // Both names become the same file.
    sandbox.write(
        "allowed_signers",
        good.replace("ops-lead@example.com", "a/b").replace("db-owner@example.com", "a:b"),
    );
    assert_eq!(approve(&sandbox, "ops-lead", &[]).code, Some(0));
    let run = approve(&sandbox, "db-owner", &[]);
    assert!(
        run.stdout.contains("a/b, a:b (2 of 2)") || run.stdout.contains("a:b, a/b (2 of 2)"),
        "{}",
        run.stdout
    );
    let count = std::fs::read_dir(sandbox.path("plan.json.approvals")).unwrap().count();
    assert_eq!(count, 2);
    let approve_again = approve(&sandbox, "db-owner", &[]);
    assert_eq!(approve_again.code, Some(0));
    assert_eq!(
        std::fs::read_dir(sandbox.path("plan.json.approvals")).unwrap().count(),
        2,
        "approving twice is once"
    );
}

#[test]
fn keys_that_cannot_sign_say_why() {
    let sandbox = planned();
    sandbox.write("pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    let key = sandbox.read("keys/ops-lead");
    sandbox.write("cut", &key[..key.len() / 2]);
    for (key, said) in [
        ("pem", "another form than OpenSSH's"),
        ("cut", "cut cannot be read, or is damaged"),
        ("drplan.hcl", "drplan.hcl is no SSH key"),
        ("missing", "missing is not there"),
        ("keys", "keys is a folder"),
    ] {
        let run = sandbox.run(&["approve", "plan.json", "--key", key, "--at", "2026-11-23T12:00:00Z"]);
        assert_eq!(run.code, Some(2), "{key}");
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let mut agentless = sandbox.command(env!("CARGO_BIN_EXE_drplan"));
    let run = agentless.args(["approve", "plan.json"]).env_remove("SSH_AUTH_SOCK").output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("there is no ssh-agent"));
    assert!(!sandbox.path("plan.json.approvals").exists());
}

/// Who may approve is decided with the plan: somebody more is another decision, an end of a key's time is none.
#[test]
fn somebody_more_among_the_signers_is_another_decision() {
    let sandbox = planned();
    let plan = |sandbox: &Sandbox| -> serde_json::Value {
        let args = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
        assert_eq!(sandbox.run(&args).code, Some(0));
        serde_json::from_str(&sandbox.read("plan.json")).unwrap()
    };
    let before = plan(&sandbox);
    let approvers = before["policy"]["approvers"].as_array().unwrap();
    assert_eq!(approvers.len(), 2);
    assert!(approvers[0].as_str().unwrap().starts_with("db-owner@example.com SHA256:"), "{approvers:?}");
    let good = sandbox.read("allowed_signers");
    let ended = good.replace("namespaces=\"drplan\"", "namespaces=\"drplan\",valid-before=\"20271231Z\"");
    assert_ne!(ended, good);
    sandbox.write("allowed_signers", ended);
    assert_eq!(plan(&sandbox)["decision_digest"], before["decision_digest"]);
    let key = good.trim_end().rsplit_once("ssh-ed25519").unwrap().1;
    sandbox.write("allowed_signers", format!("{good}eve@example.com ssh-ed25519{key}\n"));
    assert_ne!(plan(&sandbox)["decision_digest"], before["decision_digest"]);
}
