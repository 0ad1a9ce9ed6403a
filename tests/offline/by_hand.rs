//! `drplan show --format shell`: the script of the example, run to its end with programs that only write down what they are
//! asked.
#![expect(clippy::print_stdout, reason = "says why it is skipped")]

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use drplan::sources::manifests::{Request, read_manifests};
use serde_json::Value;

use crate::sandbox::{AT, Sandbox};
use crate::worlds::checkout;

/// The example, planned, and a folder beside it for what the script keeps.
fn planned() -> (Sandbox, Sandbox) {
    let sandbox = Sandbox::example();
    let args = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
    assert_eq!(sandbox.run(&args).code, Some(0));
    let shown = sandbox.run(&["show", "plan.json", "--format", "shell"]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    sandbox.write("by-hand.sh", shown.stdout);
    // What kubectl would read of the manifests.
    let request =
        Request { paths: vec![sandbox.path("kubernetes")], base: sandbox.path("."), ..Request::default() };
    let objects = read_manifests(&request).unwrap().objects;
    let lines: Vec<String> = objects.iter().map(|object| object.root.to_json().to_string()).collect();
    sandbox.write("objects.jsonl", lines.join("\n"));
    sandbox.write("state/.keep", "");
    (sandbox, Sandbox::empty())
}

/// Runs the script; a person answers each question in turn. Its exit code and all that it said.
fn run((sandbox, kept): &(Sandbox, Sandbox), answers: &str) -> (Option<i32>, String) {
    let fakes = checkout().join("tests/fakes");
    let path = format!("{}:{}", fakes.display(), std::env::var("PATH").unwrap());
    let at = |name: &str| sandbox.path(name).into_os_string();
    let mut child = sandbox
        .command("bash")
        .arg("by-hand.sh")
        .env("PATH", path)
        .env("RUN", kept.path("run"))
        .env("FAKES_LOG", at("log"))
        .env("FAKES_STATE", at("state"))
        .env("FAKES_PLAN", at("plan.json"))
        .env("FAKES_OBJECTS", at("objects.jsonl"))
        .env("PRIMARY_CONTEXT", "primary")
        .env("ECOMMERCE_DB_PASSWORD", "canary-of-a-password")
        .env("ECOMMERCE_PAYMENT_API_KEY", "canary-of-a-key")
        .env_remove("KUBE_CONTEXT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A script that stops early does not read all of it.
    let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), said)
}

fn json(sandbox: &Sandbox, name: &str) -> Value {
    serde_json::from_str(&sandbox.read(name)).unwrap()
}

fn has(program: &str) -> bool {
    let there = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .any(|folder| folder.join(program).is_file());
    if !there {
        println!("skipped: there is no {program} here");
    }
    there
}

#[test]
fn the_example_is_recovered_by_hand_and_a_second_run_does_nothing() {
    if !has("bash") || !has("jq") {
        return;
    }
    let both = planned();
    let (sandbox, kept) = &both;
    // Nobody passes the gate of dns at first: nothing behind it is done.
    let answers = |gates: usize| format!("ecommerce\necommerce\nfence\n{}", "ecommerce\n".repeat(gates));
    let (code, said) = run(&both, &answers(1));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.ends_with("stopped: nobody confirmed it; run this again to come back here\n")
            || said.contains("is us-east-2 given up?"),
        "{said}"
    );
    let log = sandbox.read("log");
    assert!(!log.contains("change-resource-record-sets") && !log.contains("update-distribution"), "{log}");
    let applied = sandbox.read("state/applied.jsonl");
    assert!(applied.contains("\"suspend\":true") && applied.contains("\"replicas\":0"), "held until then");

    let (code, said) = run(&both, &"ecommerce\n".repeat(9));
    assert_eq!(code, Some(0), "{said}");
    let plan = json(sandbox, "plan.json");
    let done = kept.read("run/done");
    for step in plan["steps"].as_array().unwrap() {
        let id = step["id"].as_str().unwrap();
        assert_eq!(done.lines().filter(|line| *line == id).count(), 1, "{id}");
    }
    let log = sandbox.read("log");
    assert_eq!(log.matches("restore-db-instance-to-point-in-time").count(), 1);

    // What was asked is what the plan says.
    let config = sandbox.read("state/applied.jsonl");
    let config =
        config.lines().find(|line| line.contains("\"ConfigMap\"") && line.contains("DB_HOST")).unwrap();
    for value in ["primary.us-west-2.rds.amazonaws.com", "redis.us-west-2", "\"AWS_REGION\":\"us-west-2\""] {
        assert!(config.contains(value), "{config}");
    }
    let record = json(sandbox, "state/record.json");
    let target = &record["Changes"][0]["ResourceRecordSet"]["AliasTarget"];
    assert_eq!(target["DNSName"], "dualstack.new.us-west-2.elb.amazonaws.com");
    assert_eq!(target["HostedZoneId"], "ZNEW");
    let origins = &json(sandbox, "state/distribution.json")["Origins"]["Items"];
    assert_eq!(origins[1]["DomainName"], "ecommerce-prod-media-us-west-2.s3.us-west-2.amazonaws.com");
    let trust = json(sandbox, "state/trust.json");
    assert_eq!(
        trust["Statement"][0]["Principal"]["Federated"],
        "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/NEW"
    );
    assert_eq!(json(sandbox, "state/password.json")["MasterUserPassword"], "canary-of-a-password");
    let secret = json(sandbox, "state/secret.json");
    let secret: Value = serde_json::from_str(secret["SecretString"].as_str().unwrap()).unwrap();
    assert_eq!(secret["host"], "primary.us-west-2.rds.amazonaws.com");
    assert_eq!(secret["password"], "canary-of-a-secret");
    let carried = json(sandbox, "state/carried.json");
    assert_eq!(carried["resources"].as_array().unwrap().len(), 4, "four values live only in the state");

    // No secret was ever an argument, or is left in a file or on the screen.
    assert!(!log.contains("canary") && !said.contains("canary"), "{log}");
    assert_eq!(with_canary(&kept.path("run")), Vec::<String>::new());

    let (code, said) = run(&both, "");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(sandbox.read("log"), log, "nothing is asked a second time");
}

/// Files of the run that hold a canary.
fn with_canary(folder: &Path) -> Vec<String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.is_file())
        .filter(|path| std::fs::read(path).unwrap().windows(6).any(|part| part == b"canary"))
        .map(|path| path.display().to_string())
        .collect()
}

#[test]
fn a_database_that_somebody_began_stops_it() {
    if !has("bash") || !has("jq") {
        return;
    }
    let both = planned();
    let (sandbox, _) = &both;
    sandbox.write("state/database", "");
    let (code, said) = run(&both, &format!("ecommerce\necommerce\nfence\n{}", "ecommerce\n".repeat(9)));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there is a database instance ecommerce-prod-primary already"), "{said}");
    assert!(!sandbox.read("log").contains("restore-db-instance"));
}

#[test]
fn the_commands_are_those_of_the_whole_plan() {
    let (sandbox, _) = planned();
    let shown = sandbox.run(&["show", "plan.json", "--format", "shell", "--steps"]);
    assert_eq!(shown.code, Some(2), "{}", shown.stderr);
    assert!(shown.stderr.contains("the commands are those of the whole plan"), "{}", shown.stderr);
    let shown = sandbox.run(&["show", "plan.json", "--format", "shell", "--out", "x"]);
    assert_eq!(shown.code, Some(2), "{}", shown.stderr);
}
