//! What the script makes of an object is what a run of drplan makes of it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::model::value::ValueKind;
use crate::plan::Plan;
use crate::plan::body::{Change, Places, body};
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

const LABEL: &str = "ConfigMap/shop/settings";
const OLD: &str = "us-east-2";
const NEW: &str = "us-west-2";
const HOST: &str = "db.abc.us-east-2.rds.amazonaws.com";
const ROLE: &str = "arn:aws:iam::1:role/us-east-2-app";

/// Kind, place inside, text, what it becomes, how often.
type Looked = (ValueKind, Option<&'static str>, &'static str, Option<&'static str>, usize);

/// An object with one string, and what is rewritten in it.
struct Case {
    object: Value,
    path: &'static str,
    sought: Vec<Looked>,
}

impl Case {
    fn of(text: impl Into<String>) -> Self {
        Self {
            object: json!({ "data": { "a": text.into(), "b": OLD } }),
            path: "/data/a",
            sought: Vec::new(),
        }
    }

    fn and(
        mut self,
        kind: ValueKind,
        within: Option<&'static str>,
        text: &'static str,
        to: Option<&'static str>,
        times: usize,
    ) -> Self {
        self.sought.push((kind, within, text, to, times));
        self
    }

    /// The region, so many times.
    fn region(self, within: Option<&'static str>, times: usize) -> Self {
        self.and(ValueKind::Region, within, OLD, Some(NEW), times)
    }

    fn rewrites(&self) -> Vec<Rewrite> {
        let of = |(_, within, text, to, times): &Looked| {
            let rewrite = Rewrite {
                path: self.path.to_owned(),
                within: within.map(str::to_owned),
                token: (*text).to_owned(),
                owner: None,
                counterpart: to.map(str::to_owned),
                known_after: None,
            };
            vec![rewrite; *times]
        };
        self.sought.iter().flat_map(of).collect()
    }

    fn values(&self) -> Vec<OwnedValue> {
        let of = |(kind, within, text, ..): &Looked| {
            let site = Site::File {
                file: "a.yaml".to_owned(),
                line: 1,
                object: Some(LABEL.to_owned()),
                path: self.path.to_owned(),
                within: within.map(str::to_owned),
            };
            let used = Use { site, disposition: UseDisposition::Kept, counterpart: None, known_after: None };
            OwnedValue { kind: *kind, value: (*text).to_owned(), owner: None, uses: vec![used] }
        };
        self.sought.iter().map(of).collect()
    }

    /// What a run makes of it; none where it stops.
    fn by_drplan(&self) -> Option<Value> {
        let (rewrites, values) = (self.rewrites(), self.values());
        let change = Change { label: LABEL, rewrites: &rewrites, hold: None, scaled: false };
        body(self.object.clone(), &change, &Places::new(&values), &|_| None).ok()
    }

    fn by_hand(&self) -> Option<Value> {
        let plan = Plan { values: self.values(), ..crate::plan::sample::unsealed() };
        let filters = changes(&mut Script::new(&plan), LABEL, &self.rewrites());
        let functions = super::super::TEMPLATE.split(super::super::FUNCTION);
        let function = functions.filter_map(|chunk| chunk.strip_prefix("change_text\n")).next().unwrap();
        let text = format!("set -euo pipefail\n{function}\n{}\n", filters.join(" |\n"));
        let mut child = Command::new("bash")
            .args(["-c", &text])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(self.object.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        output.status.success().then(|| serde_json::from_slice(&output.stdout).unwrap())
    }
}

fn cases() -> Vec<Case> {
    let encoded = |text: &str| BASE64_STANDARD.encode(text);
    let wrapped = |text: &str| {
        let lines: Vec<String> = encoded(text)
            .as_bytes()
            .chunks(20)
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect();
        lines.join("\n") + "\n"
    };
    let text = "region: us-east-2\nqueue: arn:aws:sqs:us-east-2:1:payments\nhost: https://sqs.us-east-2.amazonaws.com/1\n\
                name: logs-us-east-2 us-east-21 'us-east-2'\n";
    let layout = r#" {"n": [{}, {"us-east-2": "x"}, "a-us-east-2"],  "k": 12345678901234567890, "us-east-2": "us-east-2", "k" : "\u0075s-east-2" } "#;
    let with_host = format!("host={HOST}:5432 region={OLD} role={ROLE} ünd us-east-2");
    vec![
        Case::of(text).region(None, 3),
        Case::of(text).region(None, 2),
        Case::of(text).region(None, 6),
        Case::of(with_host.as_str())
            .and(ValueKind::Endpoint, None, HOST, Some("db.new"), 1)
            .region(None, 2)
            .and(ValueKind::Arn, None, ROLE, None, 0),
        Case::of("shop.example.com example.com/ example.com.au x-example.com").and(
            ValueKind::Domain,
            None,
            "example.com",
            Some("example.org"),
            1,
        ),
        Case::of("vpc-1 vpc-12 a-vpc-1 vpc-1/x").and(ValueKind::Id, None, "vpc-1", Some("vpc-9"), 2),
        Case::of("a.b*c [x] a.b*c").and(ValueKind::Literal, None, "a.b*c", Some("$1 \\ 'it'"), 2),
        Case::of(layout).region(Some("json:/us-east-2"), 1).region(Some("json:/k"), 1),
        Case::of(layout).region(Some("json:/n/1/us-east-2 (key)"), 1),
        Case::of(layout).region(Some("json:/none"), 1),
        Case::of(encoded(text)).region(Some("base64"), 3),
        Case::of(wrapped(text)).region(Some("base64"), 3),
        Case::of(encoded(layout)).region(Some("base64 > json:/us-east-2"), 1),
        Case::of(json!({ "x": encoded(text) }).to_string()).region(Some("json:/x > base64"), 3),
        Case::of("u=https%3a%2F%2fsqs.us-east-2.amazonaws.com%2Fa&r=us-east-2")
            .region(Some("percent"), 1)
            .region(None, 1),
        Case::of("u=https%3a%2F%2Fx%2Fa%20b&r=1").and(
            ValueKind::Url,
            Some("percent"),
            "https://x/a",
            Some("https://y/c d"),
            1,
        ),
        Case::of("u=https%3a%2F%2fsqs.us-east-2.amazonaws.com%2Fa").region(Some("percent"), 1),
        Case::of("nothing of it").region(None, 1),
        Case {
            object: json!({ "data": { OLD: OLD, "b": OLD } }),
            path: "/data/us-east-2",
            sought: Vec::new(),
        }
        .region(Some("key"), 1)
        .region(None, 1),
    ]
}

#[test]
fn exactly_what_the_plan_rewrites_is_changed() {
    if Command::new("jq").arg("--version").output().is_err() {
        println!("skipped: there is no jq here");
        return;
    }
    let mut stopped = 0;
    for case in cases() {
        let wanted = case.by_drplan();
        stopped += usize::from(wanted.is_none());
        assert_eq!(case.by_hand(), wanted, "{}", case.object);
    }
    assert_eq!(stopped, 5, "what the plan does not say");
}

#[test]
fn an_object_is_taken_from_what_renders_it() {
    let mut plan = crate::plan::sample::unsealed();
    let with = |rendered_by| Action::ApplyObject {
        file: "k8s/base/web.yaml".to_owned(),
        document: 2,
        rendered_by,
        api_version: "apps/v1".to_owned(),
        object_kind: "Deployment".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "web".to_owned(),
        rewrites: Vec::new(),
        hold: None,
        document_digest: String::new(),
    };
    let overlay = RenderedBy::Kustomization { folder: "k8s/overlays/prod".to_owned() };
    let chart = RenderedBy::Chart { folder: "charts/web".to_owned(), release: "shop".to_owned() };
    let pattern = plan.steps.first().unwrap().clone();
    plan.steps = [Some(overlay), Some(chart), None]
        .into_iter()
        .zip(["one", "two", "three"])
        .map(|(by, id)| Step { id: id.to_owned(), action: with(by), needs: Vec::new(), ..pattern.clone() })
        .collect();
    let given = super::super::Given { settings: None, base: ".", command: "" };
    let text = super::super::render_shell(&plan, &given).unwrap();
    let object = "kube_object apps/v1 Deployment shop web";
    for line in [
        format!(
            "\n  kubectl kustomize \"$BASE\"/k8s/overlays/prod |\n    {object} |\n    apply_object shop\n"
        ),
        format!(
            "\n  helm template shop \"$BASE\"/charts/web --include-crds --skip-tests |\n    {object} |\n    apply_object shop\n"
        ),
        format!("\n  {object} <\"$BASE\"/k8s/base/web.yaml |\n    apply_object shop\n"),
    ] {
        assert!(text.contains(&line), "{line}{text}");
    }
    assert!(text.contains("for tool in aws kubectl jq helm; do"), "{text}");
}
