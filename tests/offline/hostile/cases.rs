//! The table: what the input is, what it holds, what must be said.

use super::{Case, STATE, check};

/// A manifest as small as one can be.
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

const SHOW: &[&str] = &["show", "given.json"];
const TF: &[&str] = &["--terraform", "code"];
const YAML: &[&str] = &["--manifests", "app.yaml"];
const JSON: &[&str] = &["--manifests", "app.json"];
const INVENTORY: &[&str] = &["--inventory", "inventory.json"];
const OBSERVATION: &[&str] = &["--observation", "observation.json"];

fn state(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "state.tfstate", text, words)
}

fn deep(open: &str, close: &str) -> String {
    open.repeat(10_000) + &close.repeat(10_000)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn utf16_marked_be(text: &str) -> Vec<u8> {
    "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
}

#[test]
fn states() {
    check(&[
        state("empty", "", &["state.tfstate", "is empty"]),
        state("version 3", r#"{"version": 3, "serial": 1, "modules": []}"#, &["format version 3", "0.12"]),
        state("version 5", r#"{"version": 5, "resources": []}"#, &["format version 5", "newer drplan"]),
        state("version in quotes", r#"{"version": "4", "resources": []}"#, &["no whole number"]),
        state("negative version", r#"{"version": -4, "resources": []}"#, &["no whole number"]),
        state("huge version", r#"{"version": 1e400, "resources": []}"#, &["state.tfstate:1"]),
        state(
            "huge serial",
            STATE.replace("\"serial\": 3", "\"serial\": 99999999999999999999999"),
            &["state.tfstate:2"],
        ),
        state("negative serial", STATE.replace("\"serial\": 3", "\"serial\": -3"), &["state.tfstate:2"]),
        state(
            "encrypted",
            r#"{"meta": {}, "encrypted_data": "x", "encryption_version": "v0"}"#,
            &["encrypted by OpenTofu", "tofu state pull"],
        ),
        state("a saved plan", "PK\u{3}\u{4}rest", &["saved plan file"]),
        state("a plan in JSON", r#"{"format_version": "1.2", "planned_values": {}}"#, &["plan in JSON"]),
        state("show -json", r#"{"format_version": "1.0", "values": {}}"#, &["show -json"]),
        state("a list", "[]", &["no Terraform state", "state pull"]),
        state("a number", " 3\n", &["no Terraform state"]),
        state("an HTML page", "<!DOCTYPE html><html>", &["not JSON"]),
        state("YAML", "version: 4\nresources: []\n", &["not JSON"]),
        state("only nesting", deep("[", "]"), &["state.tfstate:1"]),
        state(
            "nested attributes",
            STATE.replace("\"orders\"}", &format!("{}}}", deep("[", "]"))),
            &["state.tfstate"],
        ),
        state(
            "nested index",
            STATE.replace(
                "\"schema_version\"",
                &format!("\"index_key\": {}, \"schema_version\"", deep("[", "]")),
            ),
            &["state.tfstate"],
        ),
        state("two texts", format!("{STATE}{STATE}"), &["state.tfstate:10", "trailing"]),
        state(
            "key twice at the top",
            STATE.replace("\"version\": 4", "\"version\": 4, \"version\": 4"),
            &["state.tfstate:2", "duplicate"],
        ),
        state(
            "key twice in an instance",
            STATE.replace("\"schema_version\": 0", "\"schema_version\": 0, \"schema_version\": 0"),
            &["state.tfstate:6", "duplicate"],
        ),
        state(
            "key twice in attributes",
            STATE.replace("\"id\": \"orders\"", "\"id\": \"orders\", \"id\": \"others\""),
            &["state.tfstate", "aws_sqs_queue.orders", "\"id\"", "more than once"],
        ),
        state(
            "key twice deep in attributes",
            STATE.replace(
                "\"id\": \"orders\"",
                "\"id\": \"orders\", \"tags\": [{\"b\": 1, \"a\": 2, \"b\": 3}]",
            ),
            &["state.tfstate", "\"b\"", "more than once"],
        ),
        state(
            "key twice by an escape",
            STATE.replace("\"id\": \"orders\"", "\"id\": \"orders\", \"i\\u0064\": \"others\""),
            &["state.tfstate", "more than once"],
        ),
        state(
            "address twice",
            STATE.replace("\"instances\": [{", "\"instances\": [{\"attributes\": {}}, {"),
            &["aws_sqs_queue.orders", "more than once"],
        ),
        state(
            "attributes are a list",
            STATE.replace("\"attributes\": {", "\"attributes\": [1], \"x\": {"),
            &["attributes of aws_sqs_queue.orders"],
        ),
        state("odd mode", STATE.replace("managed", "imagined"), &["mode \"imagined\""]),
        state("a lone surrogate", STATE.replace("8a2b", "\\ud800"), &["state.tfstate:2"]),
        state("invalid UTF-8", [STATE.as_bytes(), b"\xff"].concat(), &["state.tfstate:10", "not UTF-8"]),
        state("NUL", STATE.replace("8a2b", "8a\u{0}2b"), &["state.tfstate:2", "NUL"]),
        state("UTF-16", utf16(STATE), &["state.tfstate", "UTF-16 (little-endian)", "save it as UTF-8"]),
        state("UTF-16 with a mark", utf16_marked_be(STATE), &["state.tfstate", "UTF-16 (big-endian)"]),
        state("another region's folder", STATE, &["us-moon-1", "no region"])
            .args(&["--primary", "us-moon-1"]),
        state("primary is recovery", STATE, &["us-west-2"]).args(&["--primary", "us-west-2"]),
    ]);
}

fn settings(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "drplan.hcl", text, words)
}

#[test]
fn settings_files() {
    check(&[
        settings("unknown attribute", "stak = \"a\"\n", &["drplan.hcl:1", "stak", "stack"]),
        settings("unknown block", "gait \"dns\" {}\n", &["drplan.hcl:1", "gait", "gate"]),
        settings("attribute twice", "stack = \"a\"\nstack = \"b\"\n", &["drplan.hcl:2", "stack"]),
        settings("wrong type", "recovery = { a = 1 }\n", &["drplan.hcl:1", "recovery"]),
        settings("not closed", "terraform {\n  dir = \"terraform\"\n", &["drplan.hcl"]),
        settings("JSON", "{\"stack\": \"a\"}", &["drplan.hcl:1"]),
        settings("nested", format!("stack = {}\n", deep("[", "]")), &["drplan.hcl:1", "nested"]),
        settings("nested blocks", deep("a {\n", "}\n"), &["drplan.hcl", "nested"]),
        settings(
            "huge number",
            "stack = \"a\"\nobjective \"stack\" {\n  rto = \"99999999999999999999h\"\n}\n",
            &["drplan.hcl:3"],
        ),
        settings("negative time", "objective \"stack\" {\n  rto = \"-5m\"\n}\n", &["drplan.hcl:2"]),
        settings("NUL", "stack = \"a\0b\"\n", &["drplan.hcl:1", "NUL"]),
        settings("invalid UTF-8", b"# \xc3\x28\n".to_vec(), &["drplan.hcl:1", "not UTF-8"]),
        settings("UTF-16", utf16("stack = \"a\"\n"), &["drplan.hcl", "UTF-16"]),
        settings(
            "a secret given in clear",
            "terraform {\n  variable \"db_password\" {\n    value = \"hunter2\"\n  }\n}\n",
            &["drplan.hcl:3", "db_password"],
        ),
        settings(
            "a secret from nowhere",
            "database \"a\" {\n  password = \"hunter2\"\n}\n",
            &["drplan.hcl:2"],
        ),
        settings(
            "bad clock",
            "stack = \"a\"\nestimate \"restore\" {\n  p50 = \"1m\"\n  p90 = \"2m\"\n  measured = \"yesterday\"\n}\n",
            &["drplan.hcl:5", "measured"],
        ),
    ]);
}

fn code(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "code/main.tf", text, words).args(TF)
}

fn code_json(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "code/main.tf.json", text, words).args(TF)
}

#[test]
fn terraform_code() {
    check(&[
        code("broken", "resource \"a\" \"b\" {\n  c = \n}\n", &["code/main.tf:2"]),
        code("not closed", "locals {\n  a = 1\n", &["code/main.tf"]),
        code("attribute twice", "locals {\n  a = 1\n  a = 2\n}\n", &["code/main.tf:3"]),
        code("nested", format!("locals {{\n  a = {}\n}}\n", deep("[", "]")), &["code/main.tf:2", "nested"]),
        code(
            "nested calls",
            format!("locals {{\n  a = {}\n}}\n", deep("f(", ")")),
            &["code/main.tf:2", "nested"],
        ),
        code(
            "nested templates",
            format!("locals {{\n  a = {}1{}\n}}\n", "\"${".repeat(10_000), "}\"".repeat(10_000)),
            &["code/main.tf:2", "nested"],
        ),
        code("NUL", "locals {\n  a = \"\0\"\n}\n", &["code/main.tf:2", "NUL"]),
        code("invalid UTF-8", b"locals {\n  a = \"\xff\"\n}\n".to_vec(), &["code/main.tf:2", "not UTF-8"]),
        code("UTF-16", utf16("locals {}\n"), &["code/main.tf", "UTF-16"]),
        code("a heredoc without end", "locals {\n  a = <<E\ntext\n}\n", &["code/main.tf"]),
        code_json("broken", "{\"locals\": {\"a\": }}", &["code/main.tf.json:1"]),
        code_json("cut off", "{\"locals\": {\"a\": 1", &["code/main.tf.json:1"]),
        code_json("key twice", "{\"locals\": {\"a\": 1,\n\"a\": 2}}", &["code/main.tf.json:2"]),
        code_json(
            "nested",
            format!("{{\"locals\": {{\"a\": {}}}}}", deep("[", "]")),
            &["code/main.tf.json:1"],
        ),
        code_json("UTF-16", utf16("{\"locals\": {}}"), &["code/main.tf.json", "UTF-16"]),
        Case::new("a folder without code", "code/README.md", "", &["code"]).args(TF),
    ]);
}

fn yaml(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "app.yaml", text, words).args(YAML)
}

fn json(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "app.json", text, words).args(JSON)
}

fn laughs() -> String {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        text += &format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(9));
    }
    text
}

#[test]
fn manifests() {
    check(&[
        yaml("broken", format!("{OBJECT}data: [\n"), &["app.yaml:"]),
        yaml(
            "key twice",
            format!("{OBJECT}kind: Secret\n"),
            &["app.yaml:4", "twice", "app.yaml:2 first here"],
        ),
        yaml("half an object", "kind: ConfigMap\nmetadata: {name: a}\n", &["app.yaml", "apiVersion"]),
        yaml("object twice", format!("{OBJECT}---\n{OBJECT}"), &["app.yaml:1", "app.yaml:5"]),
        yaml("a bomb", laughs(), &["app.yaml:", "aliases"]),
        yaml("contains itself", format!("{OBJECT}data: &a {{b: *a}}\n"), &["app.yaml:4", "itself"]),
        yaml("unknown anchor", format!("{OBJECT}data: *gone\n"), &["app.yaml:4", "anchor"]),
        yaml("nested", format!("{OBJECT}data: {}\n", deep("[", "]")), &["app.yaml:4", "nested"]),
        yaml(
            "nested by dashes",
            format!("{OBJECT}data:\n  {}a\n", "- ".repeat(10_000)),
            &["app.yaml", "nested"],
        ),
        yaml("NUL", format!("{OBJECT}data: {{a: \"\0\"}}\n"), &["app.yaml:4", "NUL"]),
        yaml("invalid UTF-8", [OBJECT.as_bytes(), b"# \xff\n"].concat(), &["app.yaml:4", "not UTF-8"]),
        yaml("UTF-16", utf16_marked_be(OBJECT), &["app.yaml", "UTF-16"]),
        yaml("UTF-16 without a mark", utf16(OBJECT), &["app.yaml", "UTF-16"]),
        yaml("a tab", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n", &["app.yaml:4"]),
        yaml("nothing", "", &["app.yaml"]),
        yaml("a state as manifests", STATE, &["app.yaml"]),
        json("broken", "{\"apiVersion\": \"v1\", \"kind\": }", &["app.json:1"]),
        json("cut off", "{\"apiVersion\": \"v1\",\n\"kind\": \"ConfigMap\"", &["app.json:"]),
        json(
            "key twice",
            "{\"apiVersion\": \"v1\",\n\"kind\": \"ConfigMap\",\n\"kind\": \"Secret\", \"metadata\": {\"name\": \"a\"}}",
            &["app.json:3", "twice"],
        ),
        json(
            "nested",
            format!(
                "{{\"apiVersion\": \"v1\", \"kind\": \"A\", \"metadata\": {{\"name\": \"a\"}}, \"x\": {}}}",
                deep("[", "]")
            ),
            &["app.json:1", "nested"],
        ),
        json("UTF-16", utf16("{\"apiVersion\": \"v1\"}"), &["app.json", "UTF-16"]),
    ]);
}

fn inventory(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "inventory.json", text, words).args(INVENTORY)
}

fn observation(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "observation.json", text, words).args(OBSERVATION)
}

const HEAD: &str = r#""region": "us-west-2", "account": "123456789012", "taken_at": "2026-11-22T12:00:00Z""#;

#[test]
fn recordings() {
    check(&[
        inventory("empty", "", &["inventory.json"]),
        inventory(
            "an observation",
            format!(r#"{{"format_version": 1, "kind": "observation", {HEAD}}}"#),
            &["inventory.json", "an observation", "--observation"],
        ),
        inventory(
            "newer",
            format!(r#"{{"format_version": 99, "kind": "inventory", {HEAD}}}"#),
            &["inventory.json", "99", "use the drplan that wrote it"],
        ),
        inventory(
            "version 0",
            format!(r#"{{"format_version": 0, "kind": "inventory", {HEAD}}}"#),
            &["inventory.json", "format_version"],
        ),
        inventory(
            "huge version",
            format!(r#"{{"format_version": 1e99, "kind": "inventory", {HEAD}}}"#),
            &["inventory.json"],
        ),
        inventory(
            "key twice",
            format!(
                "{{\"format_version\": 1, \"kind\": \"inventory\",\n{HEAD},\n\"region\": \"eu-west-1\"}}"
            ),
            &["inventory.json:3", "region"],
        ),
        inventory("nested", deep("[", "]"), &["inventory.json:1"]),
        inventory(
            "nested in an unknown field",
            format!(r#"{{"format_version": 1, "kind": "inventory", {HEAD}, "x": {}}}"#, deep("{\"a\":", "}")),
            &["inventory.json:1"],
        ),
        inventory("a state", STATE, &["inventory.json", "a Terraform state", "--state"]),
        inventory("a manifest", OBJECT, &["inventory.json"]),
        inventory("invalid UTF-8", b"{\"kind\": \"\xff\"}".to_vec(), &["inventory.json:1", "not UTF-8"]),
        inventory("UTF-16", utf16("{\"kind\": \"inventory\"}"), &["inventory.json", "UTF-16"]),
        inventory("NUL", "{\"kind\": \"\0\"}", &["inventory.json:1", "NUL"]),
        inventory(
            "no time",
            format!(
                r#"{{"format_version": 1, "kind": "inventory", {}}}"#,
                HEAD.replace("2026-11-22T", "soon")
            ),
            &["inventory.json", "taken_at"],
        ),
        observation(
            "an inventory",
            format!(r#"{{"format_version": 1, "kind": "inventory", {HEAD}}}"#),
            &["observation.json", "an inventory", "--inventory"],
        ),
        observation(
            "newer",
            format!(r#"{{"format_version": 99, "kind": "observation", {HEAD}}}"#),
            &["observation.json", "99", "use the drplan that wrote it"],
        ),
        observation("cut off", r#"{"format_version": 1, "kind": "observation","#, &["observation.json:1"]),
        observation("UTF-16", utf16("{\"kind\": \"observation\"}"), &["observation.json", "UTF-16"]),
    ]);
}

fn plan(name: &'static str, text: impl Into<Vec<u8>>, words: &'static [&'static str]) -> Case {
    Case::new(name, "given.json", text, words).args(SHOW)
}

#[test]
fn plans_given_to_show() {
    check(&[
        plan("empty", "", &["given.json"]),
        plan("no plan", "{}", &["given.json"]),
        plan("a state", STATE, &["given.json"]),
        plan("newer", r#"{"format_version": 99}"#, &["given.json", "format version 99"]),
        plan("nested", deep("[", "]"), &["given.json"]),
        plan("NUL", "{\"format_version\": \"\0\"}", &["given.json", "NUL"]),
        plan("invalid UTF-8", b"{\"format_version\": \"\xff\"}".to_vec(), &["given.json", "not UTF-8"]),
        plan("UTF-16", utf16("{\"format_version\": 1}"), &["given.json", "UTF-16"]),
        plan("key twice", r#"{"format_version": 1, "format_version": 1}"#, &["given.json"]),
    ]);
}

/// Code that calls itself, a settings file that asks for what is not there: all of it told at once.
#[test]
fn several_inputs_at_once() {
    check(&[
        Case::new(
            "everything is wrong",
            "app.yaml",
            "kind: A\n",
            &["app.yaml", "inventory.json", "gone.json", "us-moon-1"],
        )
        .also("inventory.json", "{")
        .args(&[
            "--manifests",
            "app.yaml",
            "--inventory",
            "inventory.json",
            "--observation",
            "gone.json",
            "--primary",
            "us-moon-1",
        ]),
        Case::new(
            "named in drplan.hcl, not there",
            "drplan.hcl",
            "inventory = \"gone.json\"\nobservation = \"lost.json\"\n",
            &["gone.json", "lost.json"],
        ),
    ]);
}
