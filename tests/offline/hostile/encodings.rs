//! A byte order mark and the line ends of Windows change nothing, in any format.

use super::{AT, Sandbox};

const FILES: [&str; 6] = [
    "state.tfstate",
    "drplan.hcl",
    "terraform/main.tf",
    "kubernetes/configmap.yaml",
    "inventory-good.json",
    "observation.json",
];

fn digest(sandbox: &Sandbox) -> String {
    let run = sandbox.run(&["region", "us-west-2", "--offline", "--at", AT]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let plan: serde_json::Value = serde_json::from_str(&sandbox.read("plan.json")).unwrap();
    plan["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_mark_and_windows_line_ends_change_nothing() {
    let plain = digest(&Sandbox::example());
    for file in FILES {
        let sandbox = Sandbox::example();
        let text = sandbox.read(file);
        sandbox.write(file, format!("\u{FEFF}{text}"));
        assert_eq!(digest(&sandbox), plain, "a byte order mark in {file}");
        sandbox.write(file, text.replace('\n', "\r\n"));
        assert_eq!(digest(&sandbox), plain, "CRLF in {file}");
    }
}

#[test]
fn a_plan_with_a_mark_and_windows_line_ends_is_shown() {
    let sandbox = Sandbox::example();
    digest(&sandbox);
    let plain = sandbox.run(&["show", "plan.json"]);
    assert_eq!(plain.code, Some(0), "{}", plain.stderr);
    let text = sandbox.read("plan.json");
    sandbox.write("plan.json", format!("\u{FEFF}{}", text.replace('\n', "\r\n")));
    let marked = sandbox.run(&["show", "plan.json"]);
    assert_eq!(marked.code, Some(0), "{}", marked.stderr);
    assert_eq!(marked.stdout, plain.stdout);
}
