//! Inputs that mean harm, or were cut off: an answer each time, never a panic, never a secret.

use super::testing::{Repository, configuration, settings, shown};

const SETTINGS: &str = r#"
stack = "shop"
inventory = { us-west-2 = "a.json" }
terraform {
  variable "db_password" { env = "DB" }
  variable "list" { value = ["a", { b = "c" }] }
}
objective "x" { rto = "1h30m" }
"#;

const TERRAFORM: &str = r#"
resource "aws_x" "y" {
  a = "one-${var.b}-\u00e9$${c}"
  d = <<-EOT
    text ${upper("x")} %{ if var.q }more%{ else }less%{ endif }
  EOT
  e = { for k, v in local.m : k => v... if v != null }
  dynamic "s" {
    for_each = [1, 2]
    content { f = s.value }
  }
}
module "m" { source = "./m" }
"#;

const JSON: &str =
    r#"{"locals": [{"a": "x-${var.b}", "c": [1, {"d": null}]}], "module": {"m": {"source": "./m"}}}"#;

fn cuts(text: &str) -> impl Iterator<Item = &[u8]> {
    (0..=text.len()).map(|at| &text.as_bytes()[..at])
}

#[test]
fn a_file_may_end_anywhere() {
    let repository = Repository::new(&[("m/main.tf", "locals {}")]);
    for cut in cuts(SETTINGS) {
        let _ = settings(cut);
    }
    for cut in cuts(TERRAFORM) {
        repository.write("main.tf", cut);
        let _ = repository.read(".");
    }
    repository.write("main.tf", "");
    for cut in cuts(JSON) {
        repository.write("main.tf.json", cut);
        let _ = repository.read(".");
    }
}

#[test]
fn any_byte_may_be_wrong() {
    let repository = Repository::new(&[]);
    for (name, text) in [("main.tf", TERRAFORM), ("main.tf.json", JSON)] {
        for at in (0..text.len()).step_by(3) {
            for wrong in *b"\0\"{}\xff\n$" {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = wrong;
                repository.write(name, &bytes);
                let _ = repository.read(".");
            }
        }
        repository.write(name, if name == "main.tf" { "" } else { "{}" });
    }
}

#[test]
fn nesting_without_end_is_refused_on_a_small_stack() {
    let texts = [
        "(".repeat(10_000),
        "[".repeat(10_000),
        "{a={".repeat(10_000),
        "f(".repeat(10_000),
        "!".repeat(10_000),
        "-".repeat(10_000),
        "\"${".repeat(10_000),
        "x[".repeat(10_000),
        "a?".repeat(10_000),
        "a?b:".repeat(10_000),
        format!("x{}", "[0]".repeat(10_000)),
        format!("x{}", ".y".repeat(10_000)),
        format!("<<E\n{}", "%{if a}".repeat(10_000)),
        format!("<<E\n{}", "${".repeat(10_000)),
    ];
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            for text in texts {
                let start: String = text.chars().take(12).collect();
                let long_path = start.starts_with("x[0]") || start.starts_with("x.y");
                assert_eq!(
                    configuration(&format!("locals {{\n a = {text}\n}}")).is_ok(),
                    long_path,
                    "{start}"
                );
                assert!(settings(format!("stack = {text}")).is_err(), "{start}");
            }
            assert!(configuration(&"a {\n".repeat(10_000)).is_err());
            assert!(settings("state {\n".repeat(10_000)).is_err());
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn the_deepest_that_is_read_fits_on_a_small_stack() {
    let nested = |open: &str, close: &str, levels: usize| {
        format!("locals {{\n a = {}1{}\n}}", open.repeat(levels), close.repeat(levels))
    };
    let texts = [
        nested("(", ")", 60),
        nested("[", "]", 60),
        nested("{ a = ", "}", 60),
        nested("f(", ")", 60),
        nested("\"${", "}\"", 30),
        format!("locals {{\n a = {}1\n}}", "1 + ".repeat(120)),
    ];
    std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || {
            for text in texts {
                assert!(configuration(&text).is_ok(), "{}", &text[..24]);
            }
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn numbers_may_be_of_any_size() {
    let digits = "9".repeat(5_000);
    for number in [digits.as_str(), "1e400", "-1", "0.5", "1e99999999999"] {
        let _ = configuration(&format!("locals {{ a = {number} }}"));
        assert!(settings(format!("approval {{ quorum = {number} }}")).is_err());
        assert!(settings(format!("objective \"x\" {{ rto = {number} }}")).is_err());
        assert!(settings(format!("objective \"x\" {{ rto = \"{number}\" }}")).is_err());
    }
}

#[test]
fn encodings_are_refused_by_name() {
    let utf16: Vec<u8> = "stack = \"x\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = |bytes: &[u8]| settings(bytes).unwrap_err().0.remove(0).message;
    assert_eq!(message(&utf16), "drplan.hcl is UTF-16 (little-endian) text");
    assert_eq!(message(b"stack = \"\0\""), "a NUL byte, so this is no text");
    assert_eq!(message(b"stack = \"\xc3\x28\""), "bytes that are not UTF-8");
    assert_eq!(message(&[0; 4096]), "a NUL byte, so this is no text");
    assert!(settings("stack = \"\u{202e}evil\"").is_ok());
}

/// Wherever a secret stands in a file that is refused, no problem shows it.
#[test]
fn secrets_in_refused_files_are_not_shown() {
    let canary = "s3cr3t-Canary";
    let lines = [
        "password = \"s3cr3t-Canary\"",
        "password = s3cr3t-Canary",
        "password = \"s3cr3t-Canary",
        "password = s3cr3t-Canary\"",
        "password = 's3cr3t-Canary'",
        "password: s3cr3t-Canary",
        "password = <<EOT\ns3cr3t-Canary\nEOT ]",
        "# s3cr3t-Canary",
        "/* s3cr3t-Canary */ ]",
        "password = \"${s3cr3t-Canary}\" ]",
        "password = [\"s3cr3t-Canary\" \"x\"]",
        "password = { a = \"s3cr3t-Canary\", a = \"s3cr3t-Canary\" ]",
        "\"s3cr3t-Canary\" = 1",
        "token \"s3cr3t-Canary\" ]",
        "password = \"\\q s3cr3t-Canary\"",
        "export PASSWORD=s3cr3t-Canary",
    ];
    let repository = Repository::new(&[]);
    for line in lines {
        for broken in ["", "\n]", "\n= 1", " ]"] {
            for inside in [format!("locals {{\n{line}{broken}\n}}"), format!("{line}{broken}\n")] {
                repository.write("main.tf", &inside);
                repository.write("terraform.tfvars", &inside);
                if let Err(bad) = repository.read(".") {
                    assert!(!shown(&bad).contains(canary), "{inside}\n{}", shown(&bad));
                }
                repository.write("terraform.tfvars", "");
                if let Err(bad) = settings(&inside) {
                    let text = shown(&bad);
                    assert!(!text.contains(canary), "{inside}\n{text}");
                }
            }
        }
    }
    for text in [
        "{\"locals\": {\"password\": \"s3cr3t-Canary\",}}",
        "{\"locals\": {\"password\": \"s3cr3t-Canary\", \"password\": \"s3cr3t-Canary\"}}",
        "{\"locals\": \"s3cr3t-Canary\"}",
        "{\"locals\": {\"password\": s3cr3t-Canary}}",
    ] {
        repository.write("main.tf.json", text);
        repository.write("main.tf", "");
        let bad = repository.read(".").unwrap_err();
        assert!(!shown(&bad).contains(canary), "{text}");
    }
}
