//! Files that break off, at every kilobyte.

use super::{AT, STATE, Sandbox, refusal};

/// Cuts a file of the example at every kilobyte and at its last byte but the newline.
fn cut(file: &str, args: &[&str]) {
    let text = Sandbox::example().read(file);
    // Beside a small state, so that each run is short.
    let sandbox = Sandbox::empty();
    sandbox.write("state.tfstate", STATE);
    let whole = text.trim_end().len();
    let mut wrong = Vec::new();
    for end in (0..whole).step_by(1024).chain([whole - 1]) {
        sandbox.write(file, &text.as_bytes()[..end]);
        wrong.extend(refusal(&format!("{file} cut at {end}"), &sandbox, args, &[file]));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_state_cut_at_every_kilobyte() {
    cut("state.tfstate", &[]);
}

#[test]
fn an_inventory_cut_at_every_kilobyte() {
    cut("inventory-good.json", &["--inventory", "inventory-good.json"]);
}

#[test]
fn an_observation_cut_at_every_kilobyte() {
    cut("observation.json", &["--observation", "observation.json"]);
}

#[test]
fn a_plan_cut_at_every_kilobyte() {
    let sandbox = Sandbox::example();
    let run = sandbox.run(&["region", "us-west-2", "--offline", "--at", AT, "--out", "whole.json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = sandbox.read("whole.json");
    let whole = text.trim_end().len();
    let mut wrong = Vec::new();
    for end in (0..whole).step_by(1024).chain([whole - 1]) {
        sandbox.write("cut.json", &text.as_bytes()[..end]);
        wrong.extend(refusal(&format!("plan cut at {end}"), &sandbox, &["show", "cut.json"], &["cut.json"]));
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
