//! `drplan show --format overlay`: what kubectl makes of it is the manifests, but for the plan's rewrites and holds.
#![expect(clippy::print_stdout, reason = "says why it is skipped")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use drplan::sources::manifests::{Request, read_manifest_text, read_manifests};
use serde_json::{Value, json};

use crate::sandbox::{AT, Sandbox};

const SHOW: [&str; 4] = ["show", "plan.json", "--format", "overlay"];

/// The rendered text; `None` where there is no kubectl.
fn rendered(sandbox: &Sandbox, folder: &str, flags: &[&str]) -> Option<String> {
    let run = sandbox.command("kubectl").arg("kustomize").args(flags).arg(folder).output();
    let Ok(output) = run else {
        println!("skipped: kubectl is not installed; the overlay is not rendered");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

fn by_label(objects: &[drplan::model::document::Object]) -> BTreeMap<String, Value> {
    objects.iter().map(|object| (object.label_in_group(), object.root.to_json())).collect()
}

fn objects_of(text: &str) -> BTreeMap<String, Value> {
    by_label(&read_manifest_text("rendered.yaml", text).unwrap().0)
}

fn originals(sandbox: &Sandbox, folder: &str) -> BTreeMap<String, Value> {
    let request =
        Request { paths: vec![sandbox.path(folder)], base: sandbox.path("."), ..Request::default() };
    by_label(&read_manifests(&request).unwrap().objects)
}

/// Every leaf of a document by its pointer.
fn leaves(value: &Value, at: &str, out: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                leaves(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &format!("{at}/{index}"), out);
            }
        }
        leaf => {
            out.insert(at.to_owned(), leaf.clone());
        }
    }
}

/// Where two documents differ, with what the second has there.
fn differences(one: &Value, other: &Value) -> BTreeMap<String, Value> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    leaves(one, "", &mut old);
    leaves(other, "", &mut new);
    let pointers: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = pointers.into_iter().filter(|pointer| old.get(*pointer) != new.get(*pointer));
    differ.map(|pointer| (pointer.clone(), new.get(pointer).cloned().unwrap_or(json!("(gone)")))).collect()
}

/// Placeholders by step and token, as the text lists them.
fn placeholders(text: &str) -> BTreeMap<(String, String), String> {
    let lines: Vec<&str> = text.lines().collect();
    let pairs = lines.windows(2).filter_map(|pair| {
        let name = pair[0].strip_prefix("#   ").filter(|name| name.starts_with("${"))?;
        let (step, token) = pair[1].strip_prefix("#     after ")?.split_once(", in place of ")?;
        Some(((step.to_owned(), token.to_owned()), name.to_owned()))
    });
    pairs.collect()
}

/// What the steps of a plan make of an object, by the naive way: token by token, the longest first.
fn expected(
    action: &Value,
    original: &Value,
    names: &BTreeMap<(String, String), String>,
) -> BTreeMap<String, Value> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut all: Vec<&Value> = action["rewrites"].as_array().unwrap().iter().collect();
    all.sort_by_key(|rewrite| std::cmp::Reverse(text(&rewrite["token"]).len()));
    let mut out: BTreeMap<String, Value> = BTreeMap::new();
    for rewrite in all {
        let path = text(&rewrite["path"]);
        let to = match &rewrite["known_after"] {
            Value::String(step) => names[&(step.clone(), text(&rewrite["token"]))].clone(),
            _ => text(&rewrite["counterpart"]),
        };
        let old = out.get(&path).unwrap_or_else(|| original.pointer(&path).unwrap());
        let new = text(old).replace(&text(&rewrite["token"]), &to);
        out.insert(path, json!(new));
    }
    match action["hold"].as_str() {
        Some("suspend") => {
            out.insert("/spec/suspend".to_owned(), json!(true));
        }
        Some("replicas") => {
            out.insert("/spec/replicas".to_owned(), json!(0));
        }
        _ => {}
    }
    out
}

fn plan_of(sandbox: &Sandbox, flags: &[&str]) -> Value {
    let run = sandbox.run(&[&["region", "us-west-2", "--offline", "--at", AT], flags].concat());
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.stderr);
    serde_json::from_str(&sandbox.read("plan.json")).unwrap()
}

fn actions(plan: &Value) -> Vec<&Value> {
    let steps = plan["steps"].as_array().unwrap().iter().map(|step| &step["action"]);
    steps.filter(|action| action["kind"] == "apply_object").collect()
}

fn check_example(sandbox: &Sandbox, plan: &Value, folder: &str, flags: &[&str]) {
    let text = sandbox.read(&Path::new(folder).join("kustomization.yaml").to_string_lossy());
    let Some(rendered) = rendered(sandbox, folder, flags) else { return };
    let (names, originals, rendered) =
        (placeholders(&text), originals(sandbox, "kubernetes"), objects_of(&rendered));
    assert!(originals.len() > 30 && !names.is_empty());
    assert!(!text.contains("# Not in here"), "{text}");
    assert_eq!(originals.keys().collect::<Vec<_>>(), rendered.keys().collect::<Vec<_>>());
    let (mut rewritten, mut held) = (0, 0);
    let mut changed = BTreeSet::new();
    for action in actions(plan) {
        let is_it = |object: &Value| {
            object["kind"] == action["object_kind"]
                && object["apiVersion"] == action["api_version"]
                && object["metadata"]["name"] == action["name"]
                && object["metadata"]["namespace"] == action["namespace"]
        };
        let (label, original) = originals.iter().find(|(_, object)| is_it(object)).unwrap();
        let wanted = expected(action, original, &names);
        rewritten += usize::from(action["rewrites"] != json!([]));
        held += usize::from(action["hold"] != Value::Null);
        if !wanted.is_empty() {
            changed.insert(label);
        }
        assert_eq!(differences(original, &rendered[label]), wanted, "{label}");
    }
    assert!(rewritten >= 6 && held >= 3, "{rewritten} rewritten, {held} held");
    for (label, original) in originals.iter().filter(|(label, _)| !changed.contains(label)) {
        assert_eq!(*original, rendered[label], "{label}");
    }
}

#[test]
fn what_kubectl_makes_of_it_is_the_example_but_for_rewrites_and_holds() {
    let sandbox = Sandbox::example();
    let plan = plan_of(&sandbox, &["--inventory", "inventory-good.json"]);
    let run = sandbox.run(&[&SHOW[..], &["--out", "."]].concat());
    assert_eq!((run.code, run.stderr.trim()), (Some(0), "saved ./kustomization.yaml"), "{}", run.stdout);
    check_example(&sandbox, &plan, ".", &[]);
    // Printed, it is the same but for how it is told.
    let printed = sandbox.run(&SHOW);
    let body = |text: &str| text[text.find("apiVersion").unwrap()..].to_owned();
    assert_eq!(body(&printed.stdout), body(&sandbox.read("kustomization.yaml")));
}

#[test]
fn a_folder_of_its_own_refers_to_the_manifests_outside_of_it() {
    let sandbox = Sandbox::example();
    let plan = plan_of(&sandbox, &["--inventory", "inventory-good.json"]);
    let folder = "recovery/us-west-2";
    assert_eq!(sandbox.run(&[&SHOW[..], &["--out", folder]].concat()).code, Some(0));
    let text = sandbox.read(&format!("{folder}/kustomization.yaml"));
    assert!(
        text.contains("\"../../kubernetes/configmap.yaml\"") && text.contains("--load-restrictor"),
        "{text}"
    );
    check_example(&sandbox, &plan, folder, &["--load-restrictor", "LoadRestrictionsNone"]);
}

/// A small stack with the manifests given.
fn small(manifests: &[(&str, &str)]) -> Sandbox {
    let sandbox = Sandbox::example();
    std::fs::remove_dir_all(sandbox.path("kubernetes")).unwrap();
    for (name, text) in manifests {
        sandbox.write(&format!("kubernetes/{name}"), text);
    }
    sandbox
}

const HOST: &str = "ecommerce-prod-primary.c7k4m2qzx9ab.us-east-2.rds.amazonaws.com";

#[test]
fn no_secret_is_copied_and_what_is_encoded_is_encoded_again() {
    let secret = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{ name: db, namespace: shop }}\nstringData: {{ host: {HOST} }}\n"
    );
    let settings = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{ name: db.settings, namespace: shop }}\ndata:\n  \
         url: postgres://app:hunter2@{HOST}:5432/shop\n  app.json: |\n    {{ \"z\": \"us-east-2\",\n      \"a\": 1 }}\n  \
         note: dXMtZWFzdC0yIGlzIGhvbWU=\n  plain: us-east-2\n"
    );
    let sandbox = small(&[("secret.yaml", &secret), ("settings.yaml", &settings)]);
    plan_of(&sandbox, &["--inventory", "inventory-good.json"]);
    assert_eq!(sandbox.run(&[&SHOW[..], &["--out", "."]].concat()).code, Some(0));
    let text = sandbox.read("kustomization.yaml");
    assert!(!text.contains("hunter2"), "{text}");
    assert!(text.contains("#   Secret/shop/db /stringData/host: it may hold a secret"), "{text}");
    assert!(text.contains("#   ConfigMap/shop/db.settings /data/url: it may hold a secret"), "{text}");
    assert!(text.contains("\"name\":\"db\\\\.settings\""), "{text}");
    let Some(rendered) = rendered(&sandbox, ".", &[]) else { return };
    let (before, after) = (originals(&sandbox, "kubernetes"), objects_of(&rendered));
    assert_eq!(before["Secret/shop/db"], after["Secret/shop/db"]);
    let changed = differences(&before["ConfigMap/shop/db.settings"], &after["ConfigMap/shop/db.settings"]);
    let wanted = [
        ("/data/app.json", json!("{ \"z\": \"us-west-2\",\n  \"a\": 1 }\n")),
        ("/data/note", json!("dXMtd2VzdC0yIGlzIGhvbWU=")),
        ("/data/plain", json!("us-west-2")),
    ];
    assert_eq!(changed, wanted.map(|(pointer, value)| (pointer.to_owned(), value)).into());
}

#[test]
fn a_kustomization_is_referred_to_as_a_whole() {
    let sandbox = small(&[
        ("kustomization.yaml", "resources: [settings.yaml]\nnamespace: shop\nnamePrefix: eu-\n"),
        (
            "settings.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { region: us-east-2 }\n",
        ),
    ]);
    if sandbox.command("kubectl").arg("version").arg("--client").output().is_err() {
        println!("skipped: kubectl is not installed");
        return;
    }
    plan_of(&sandbox, &["--inventory", "inventory-good.json"]);
    assert_eq!(sandbox.run(&[&SHOW[..], &["--out", "recovery"]].concat()).code, Some(0));
    let text = sandbox.read("recovery/kustomization.yaml");
    assert!(
        text.contains("resources:\n  - \"../kubernetes\"\n") && !text.contains("--load-restrictor"),
        "{text}"
    );
    let after = objects_of(&rendered(&sandbox, "recovery", &[]).unwrap());
    assert_eq!(after["ConfigMap/shop/eu-settings"]["data"]["region"], "us-west-2");
}

#[test]
fn what_it_cannot_be_made_of_is_refused() {
    let sandbox = Sandbox::example();
    plan_of(&sandbox, &["--inventory", "inventory-good.json"]);
    let refused = |sandbox: &Sandbox, flags: &[&str], says: &str| {
        let run = sandbox.run(flags);
        assert_eq!(run.code, Some(2), "{}", run.stdout);
        assert!(run.stderr.contains(says), "{}", run.stderr);
    };
    refused(&sandbox, &["show", "plan.json", "--out", "."], "add --format overlay");
    refused(&sandbox, &[&SHOW[..], &["--values"]].concat(), "an overlay is of the whole plan");
    sandbox.write("mine/kustomization.yaml", "resources: [a.yaml]\n");
    refused(&sandbox, &[&SHOW[..], &["--out", "mine"]].concat(), "another kind of file");
    let text = sandbox.read("kubernetes/configmap.yaml").replace("us-east-2", "eu-west-1");
    sandbox.write("kubernetes/configmap.yaml", text);
    refused(&sandbox, &SHOW, "is not what the plan plan.json was made from");
}
