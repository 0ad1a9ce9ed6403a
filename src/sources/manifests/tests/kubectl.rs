//! Scalars are typed as kubectl types them: kubectl is asked. Skipped with a message where there is none.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value};

use super::{Request, Tools, corpus, read_manifests, write};

/// Every scalar that YAML 1.1, YAML 1.2 and go-yaml v2 read differently, and the ways to write one.
const SCALARS: &str = r#"0755, 08, 0o17, 0O17, 0x1F, 0X1f, 0x_1F, 0b101, 0B11, -0b101, 0b-101, -0755, +0755, +5, -0, -0.0, 1_000,
 1__0, _1, 1_, 1_0.5, 0_7, yes, Yes, YES, yEs, no, No, on, oN, On, off, y, Y, n, N, true, TRUE, tRUE, "false",
 False, ~, null, Null, nULL, "", '', 1e3, 1E5, 1e+3, 012e3, 1.0, 1.5, 1., .5, +.5, .5e3, .5_0, .5_, .5__0, ._5,
 1.5_, .5e1_0, 1_000.5_5e1_0, 1e21, 1e-7, 0.000001, 0.0000012, 1e400, 1e18, 1234567890123456789e0,
 9223372036854775807, 9223372036854775808, -9223372036854775808, -9223372036854775809, 18446744073709551615,
 18446744073709551616, 123456789012345678901234567890, +18446744073709551615, 0777777777777777777777777,
 0xFFFFFFFFFFFFFFFFF, 0x1p-2, 0x, 0b, 0b2, 0o8, 2001-01-01, "2001-01-01T00:00:00Z", 12:30:45, 190:20:30, <<, =, -,
 -x, +, ., .., ..., 1.2.3, 1e, e3, 1e5e5, 0.1.2, "yes", 'no', !!str 123, !!str yes, !!str , !!int "5", !!int 0x10,
 !!float 5, !!float "08", !!bool "yes", !!bool y, !!null "", !!null ~, !foo 5, ! 5, !!binary aGk=, !!binary "aGk=",
 !!timestamp 2001-01-01, !!merge x, "\x41\u00e9\U0001F600\t", a b, 100m, 1Gi, 5432, 123456789012, 0123456789012, 00, 0, 000123, 1e06, 3.14159265358979323846, 1e15, 123456.789e3"#;

const OTHERS: &str = "
apiVersion: v1
kind: ConfigMap
metadata: {name: keys}
keys: {yes: 1, 0755: 2, 1.5: 3, 1e6: 4, 0.00001: 5, 123456789.5: 6, .inf: 7, 2001-01-01: 8, 'null': 9, 100000.0: 10}
base: &base {a: 1, b: 2}
before: {a: 9, <<: *base}
after: {<<: *base, a: 9}
several: {a: 9, <<: [*base, {a: 3, c: 4}]}
twice: {<<: *base, q: 1}
quoted: {\"<<\": 7}
alias: [*base, *base]
literal: |
  yes
folded: >-
  a
  b

  c
kept: |+
  x

---
apiVersion: v1
kind: ConfigMap
metadata: {name: last}
end: |
  no newline";

#[test]
fn scalars_are_typed_as_kubectl_types_them() {
    let Some(kubectl) = kubectl() else { return };
    let folder = tempfile::tempdir().unwrap();
    let scalars =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: scalars}}\nvalues: {SCALARS}\n");
    let files = [
        write(folder.path(), "scalars.yaml", &scalars),
        write(folder.path(), "others.yaml", OTHERS),
        write(
            folder.path(),
            "others-crlf.yaml",
            OTHERS.replace('\n', "\r\n").replace("metadata: {name: ", "metadata: {name: crlf-"),
        ),
        write(
            folder.path(),
            "one.json",
            r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"},"v":[1.0,1E3,-0,1e400]}"#
                .replace(",1e400", "")
                .as_str(),
        ),
        write(
            folder.path(),
            "two.json",
            "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"two\"}}\n{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\n\t\"metadata\":{\"name\":\"three\"},\"s\":\"\\/\\ud83d\\ude00\"}",
        ),
        write(
            folder.path(),
            "list.yaml",
            "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: typed}\n- {apiVersion: v1, kind: Secret, metadata: {name: own}}\n",
        ),
    ];
    for file in files {
        compare(&kubectl, &[file]);
    }
}

#[test]
fn shared_manifests_are_read_as_kubectl_reads_them() {
    let (Some(kubectl), Some(root)) = (kubectl(), corpus::folder()) else {
        println!("skipped: no kubectl or no shared fixtures");
        return;
    };
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let read = path.is_file().then(|| read_alone(&path));
        if read.is_some_and(|objects| objects > 0) {
            files.push(path);
        }
    }
    assert!(files.len() > 600, "{} files", files.len());
    for batch in files.chunks(60) {
        compare(&kubectl, batch);
    }
}

fn read_alone(path: &Path) -> usize {
    let request = Request { paths: vec![path.to_owned()], base: PathBuf::from("/"), ..Request::default() };
    read_manifests(&request).map_or(0, |read| if read.skipped.is_empty() { read.objects.len() } else { 0 })
}

fn kubectl() -> Option<PathBuf> {
    let found = std::env::var_os("PATH").and_then(|path| Tools::find(&path).kubectl);
    if found.is_none() {
        println!("skipped: kubectl is not installed; its typing of scalars is not compared");
    }
    found
}

/// Reads files with drplan and with kubectl, which adds an annotation and prints JSON.
fn compare(kubectl: &Path, files: &[PathBuf]) {
    let mut command = Command::new(kubectl);
    command.args(["annotate", "--local", "-o", "json", "drplan-test=x", "--overwrite"]);
    for file in files {
        command.arg("-f").arg(file);
    }
    let output = command.env("KUBECONFIG", "/nonexistent").output().unwrap();
    assert!(output.status.success(), "{files:?}: {}", String::from_utf8_lossy(&output.stderr));
    let theirs: Vec<Value> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().map(Result::unwrap).collect();
    let mut ours = Vec::new();
    for file in files {
        let request = Request { paths: vec![file.clone()], base: PathBuf::from("/"), ..Request::default() };
        let read = read_manifests(&request).unwrap_or_else(|bad| panic!("{}: {bad:?}", file.display()));
        let mut objects: Vec<_> = read.objects.iter().collect();
        objects.sort_by_key(|object| object.document);
        ours.extend(objects.into_iter().map(|object| (file, annotated(object.root.to_json()))));
    }
    assert_eq!(theirs.len(), ours.len());
    for (theirs, (file, ours)) in theirs.into_iter().zip(ours) {
        assert_eq!(difference("", &ours, &theirs), None, "{}", file.display());
    }
}

fn annotated(mut object: Value) -> Value {
    let metadata = &mut object["metadata"];
    if !metadata["annotations"].is_object() {
        metadata["annotations"] = Value::Object(Map::new());
    }
    metadata["annotations"]["drplan-test"] = "x".into();
    object
}

/// The first place where two values differ.
fn difference(at: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let side = |map: &Map<String, Value>| map.get(key).cloned().unwrap_or("absent".into());
                difference(&format!("{at}/{key}"), &side(a), &side(b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(index, (a, b))| difference(&format!("{at}/{index}"), a, b))
        }
        (a, b) => (a != b).then(|| format!("{at}: ours {a}, kubectl's {b}")),
    }
}
