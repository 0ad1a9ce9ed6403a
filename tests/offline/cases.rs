//! The small disasters of `examples/cases`: each plan has the findings that its `case.md` lists, and no other.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::{Sandbox, copy};
use crate::worlds::checkout;

/// A line of a list: `- WORD REST`.
fn lines<'t>(text: &'t str, heading: &str) -> BTreeSet<&'t str> {
    let section = text.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_default();
    section.lines().filter_map(|line| line.strip_prefix("- ")).collect()
}

/// What the second forecast says: where it stops, what waits, what is reached.
fn without_us_east_1(plan: &Value) -> BTreeSet<String> {
    let without = &plan["forecast"]["without_us_east_1"];
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let minutes = |value: &Value| value.as_u64().unwrap().div_ceil(60);
    let mut lines: BTreeSet<String> =
        texts(&without["first"]).into_iter().map(|step| format!("stops at {step}")).collect();
    let steps = plan["steps"].as_array().unwrap().len();
    let rto = &without["rto"];
    lines.insert(format!(
        "{} of {steps} steps wait, all else is done in {} min (p90 {} min)",
        without["all"],
        minutes(&rto["p50_seconds"]),
        minutes(&rto["p90_seconds"])
    ));
    for component in without["components"].as_array().unwrap() {
        let name = component["component"].as_str().unwrap();
        lines.insert(match &component["p50_seconds"] {
            Value::Null => format!("{name} waits for {}", texts(&component["waits_for"]).join(", ")),
            p50 => format!("{name} is reached in {} min", minutes(p50)),
        });
    }
    for one in without["beforehand"].as_array().unwrap() {
        lines.insert(format!("have beforehand {}", one["what"].as_str().unwrap()));
    }
    lines
}

#[test]
fn every_case_has_the_findings_that_it_lists() {
    let folder = checkout().join("examples/cases");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() >= 14, "{}", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let sandbox = Sandbox::empty();
        copy(&case, &sandbox.path("."));
        let run = sandbox.run(&["region", "us-west-2", "--offline", "--at", "2026-11-22T12:00:00Z"]);
        let text = sandbox.read("case.md");
        let wanted = lines(&text, "Findings");
        let fails = wanted.iter().any(|line| line.starts_with("error "));
        assert_eq!(run.code, Some(if fails { 3 } else { 0 }), "{name}: {}", run.stderr);
        let plan: Value = serde_json::from_str(&sandbox.read("plan.json")).unwrap();
        let of = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        let found: BTreeSet<String> = plan["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} `{}` {}", of(one, "severity"), of(one, "code"), of(one, "subject")))
            .collect();
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        wrong.extend(found.difference(&wanted).map(|line| format!("{name}: not listed: {line}")));
        wrong.extend(wanted.difference(&found).map(|line| format!("{name}: not found: {line}")));
        let without = without_us_east_1(&plan);
        let listed = lines(&text, "Without us-east-1");
        if !listed.is_empty() {
            let without: BTreeSet<&str> = without.iter().map(String::as_str).collect();
            wrong.extend(without.difference(&listed).map(|line| format!("{name}: not listed: {line}")));
            wrong.extend(listed.difference(&without).map(|line| format!("{name}: not so: {line}")));
            // It is the first figure, on a screen and in a pull request.
            let headline = "recovers  does not complete without us-east-1";
            assert!(run.stdout.contains(headline), "{name}: {}", run.stdout);
            let markdown = sandbox.run(&["show", "plan.json", "--format", "markdown"]).stdout;
            assert!(markdown.contains("| recovers | does not complete without us-east-1 |"), "{markdown}");
        }
        let fates: BTreeSet<String> = plan["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {} {}", of(one, "disposition"), of(one, "engine"), of(one, "address")))
            .collect();
        let listed = lines(&text, "Resources").into_iter();
        wrong.extend(
            listed
                .filter(|line| !fates.contains(*line))
                .map(|line| format!("{name}: becomes otherwise: {line}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
