//! Secrets planted in every input appear nowhere: in no plan, screen or diagnostic, neither in clear nor encoded
//! nor as a digest.

use base64::Engine as _;
use sha2::Digest as _;

use crate::sandbox::{AT, Run, Sandbox};

mod planted;
mod refused;

/// What every canary begins with. The example's own are found in its state.
const MARK: &str = "CANARY";

/// The ways in which a value could appear that hides it badly.
struct Forms {
    needles: Vec<(String, String)>,
}

impl Forms {
    fn of(canaries: &[String]) -> Self {
        let mut needles = Vec::new();
        for canary in canaries {
            let mut add = |needle: String| needles.push((needle, canary.clone()));
            add(canary.clone());
            add(hex(canary.as_bytes()));
            for shift in 0..3 {
                add(base64_within(canary, shift));
            }
            for value in [canary.clone(), format!("{canary}\n"), format!("\"{canary}\"")] {
                add(hex(&sha2::Sha256::digest(&value)));
                add(hex(&sha2::Sha512::digest(&value)));
                add(base64::engine::general_purpose::STANDARD_NO_PAD.encode(sha2::Sha256::digest(&value)));
                add(command_digest("sha1sum", &value));
                add(command_digest("md5sum", &value));
            }
        }
        needles.retain(|(needle, _)| needle.len() >= 8);
        Self { needles }
    }

    /// Every canary in a text, each with the form that gave it away.
    fn found(&self, place: &str, text: &str) -> Vec<String> {
        let lower = text.to_lowercase();
        let seen = self.needles.iter().filter(|(needle, _)| {
            text.contains(needle.as_str()) || (is_hex(needle) && lower.contains(needle.as_str()))
        });
        seen.map(|(needle, canary)| format!("{place}: {canary} as {needle}: {}", around(text, needle)))
            .collect()
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The part of the base64 of any text that only the canary decides, where `shift` bytes stand before it.
fn base64_within(canary: &str, shift: usize) -> String {
    let padded = [&b"___"[..shift], canary.as_bytes()].concat();
    let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&padded);
    let from = [0, 2, 3][shift];
    let to = padded.len() * 8 / 6;
    text[from..to].to_owned()
}

/// Digests that no library of drplan makes, by the tools of the system; empty where they are missing.
fn command_digest(tool: &str, value: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let Ok(mut child) = Command::new(tool).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        return String::new();
    };
    child.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap_or_default().to_owned()
}

fn around(text: &str, needle: &str) -> String {
    let Some(at) = text.find(needle) else { return String::new() };
    let from = text[..at].char_indices().rev().nth(60).map_or(0, |(from, _)| from);
    text[from..].chars().take(120 + needle.len()).collect::<String>().replace('\n', " ")
}

/// All values in a text that begin with the mark.
fn canaries_in(text: &str) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    text.match_indices(MARK)
        .map(|(at, _)| text[at..].split(ends).next().unwrap_or_default().to_owned())
        .collect()
}

/// Both streams of a run, under a name.
fn streams(name: &str, run: Run) -> Vec<(String, String)> {
    vec![(format!("{name}, stdout"), run.stdout), (format!("{name}, stderr"), run.stderr)]
}

/// Everything that can be asked of a stack and its plan.
fn all_outputs(sandbox: &Sandbox, flags: &[&str]) -> Vec<(String, String)> {
    let mut outputs = Vec::new();
    for format in
        [&["--format", "human"] as &[&str], &["--format", "markdown"], &["--format", "json"], &["-v"]]
    {
        let args = [&["region", "us-west-2", "--offline", "--at", AT], flags, format].concat();
        let run = sandbox.run(&args);
        assert!(matches!(run.code, Some(0 | 3)), "{args:?}: {:?}\n{}", run.code, run.stderr);
        outputs.extend(streams(&format!("region {}", format.join(" ")), run));
    }
    let text = sandbox.read("plan.json");
    let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
    outputs.push(("plan.json".to_owned(), text));
    for show in [&["--values"] as &[&str], &["-v"], &["--format", "markdown"]] {
        let run = sandbox.run(&[&["show", "plan.json"], show].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        outputs.extend(streams(&format!("show {}", show.join(" ")), run));
    }
    for (list, key, flag) in [("steps", "id", "--step"), ("resources", "address", "--resource")] {
        for entry in plan[list].as_array().unwrap() {
            let id = entry[key].as_str().unwrap();
            let run = sandbox.run(&["show", "plan.json", flag, id]);
            assert_eq!(run.code, Some(0), "{id}: {}", run.stderr);
            outputs.extend(streams(&format!("show {flag} {id}"), run));
        }
    }
    outputs
}

fn assert_silent(forms: &Forms, outputs: &[(String, String)]) {
    let found: Vec<String> = outputs.iter().flat_map(|(place, text)| forms.found(place, text)).collect();
    let shown: Vec<&str> = found.iter().take(25).map(String::as_str).collect();
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), shown.join("\n"));
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let forms = Forms::of(&["CANARY-search".to_owned()]);
    let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    for text in [
        "CANARY-search".to_owned(),
        hex(b"xCANARY-searchx").to_uppercase(),
        encode("CANARY-search"),
        encode("aCANARY-search and more"),
        encode("abCANARY-search and more"),
        hex(&sha2::Sha256::digest("CANARY-search")),
    ] {
        assert!(!forms.found("", &text).is_empty(), "{text}");
    }
    assert!(forms.found("", "CANARY-other").is_empty());
}
