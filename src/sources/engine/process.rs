//! Runs the engine: with an environment that is known, until a deadline, and without its words reaching anybody.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// Longest that one command may take; a plan of thousands of resources takes minutes.
const DEADLINE: Duration = Duration::from_secs(900);
const POLL: Duration = Duration::from_millis(20);
/// Variables that the operator's own work needs and that say nothing of the recovery.
const KEPT: [&str; 3] =
    ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE"];

/// What a command left.
pub(super) struct Done {
    pub(super) success: bool,
    pub(super) output: Vec<u8>,
}

/// Runs one command of the engine in a folder; what it prints goes to a file beside it.
pub(super) fn run(
    program: &Path,
    arguments: &[String],
    folder: &Path,
    environment: &[(String, &str)],
    log: &Path,
) -> Result<Done, String> {
    let output = File::create(log).map_err(|error| format!("its output cannot be kept: {error}"))?;
    let errors = output.try_clone().map_err(|error| format!("its output cannot be kept: {error}"))?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(output).stderr(errors);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if (text.starts_with("TF_") || text.starts_with("KUBE")) && !KEPT.contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let mut child = command.spawn().map_err(|error| format!("it could not be started: {error}"))?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < DEADLINE => std::thread::sleep(POLL),
            _ => {
                // Of a child that has ended by itself there is nothing to kill.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it did not end within {} minutes", DEADLINE.as_secs() / 60));
            }
        }
    };
    let output = std::fs::read(log).map_err(|error| format!("its output cannot be read: {error}"))?;
    Ok(Done { success: status.success(), output })
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "@level")]
    level: String,
    diagnostic: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    severity: String,
    summary: String,
    detail: Option<String>,
    address: Option<String>,
    range: Option<Range>,
}

#[derive(Deserialize)]
struct Range {
    filename: String,
    start: Start,
}

#[derive(Deserialize)]
struct Start {
    line: u32,
}

/// The errors in what `-json` prints.
fn diagnostics(output: &[u8]) -> Vec<Diagnostic> {
    let text = String::from_utf8_lossy(output);
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    lines
        .filter(|line| line.level == "error")
        .filter_map(|line| line.diagnostic)
        .filter(|diagnostic| diagnostic.severity == "error")
        .collect()
}

/// The addresses of import blocks that the code has no instance for.
pub(super) fn unmade(output: &[u8]) -> HashSet<String> {
    let address = |diagnostic: Diagnostic| {
        let detail =
            diagnostic.detail.filter(|_| diagnostic.summary.ends_with("import target does not exist"))?;
        let (_, rest) = detail.split_once("given import ")?;
        let (address, _) = rest.split_once(" does not exist")?;
        Some(address.strip_prefix("target ").unwrap_or(address).to_owned())
    };
    diagnostics(output).into_iter().filter_map(address).collect()
}

/// The errors by their summaries: details and snippets may hold values.
pub(super) fn errors(output: &[u8]) -> Vec<String> {
    let mut errors: Vec<String> = diagnostics(output)
        .into_iter()
        .map(|diagnostic| {
            let of = diagnostic.address.map(|address| format!(" ({address})")).unwrap_or_default();
            let at = diagnostic.range.map(|range| format!(", {}:{}", range.filename, range.start.line));
            format!("{}{of}{}", diagnostic.summary, at.unwrap_or_default())
        })
        .collect();
    errors.dedup();
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_without_what_they_quote() {
        let output = br#"{"@level":"info","@message":"x"}
{"@level":"error","@message":"Error: Invalid index: CANARY","diagnostic":{"severity":"error","summary":"Invalid index","detail":"CANARY","address":"aws_a.b","range":{"filename":"main.tf","start":{"line":3,"column":1,"byte":9},"end":{"line":3,"column":2,"byte":10}},"snippet":{"code":"CANARY"}}}
not json"#;
        assert_eq!(errors(output), ["Invalid index (aws_a.b), main.tf:3"]);
        assert!(unmade(output).is_empty());
    }

    #[test]
    fn imports_without_an_instance_are_known_by_their_addresses() {
        let line = |word: &str, address: &str| {
            let detail = format!(
                "The configuration for the given import {word}{address} does not exist. All target ..."
            );
            serde_json::json!({ "@level": "error", "diagnostic": { "severity": "error", "detail": detail,
                "summary": "Configuration for import target does not exist" } })
        };
        let output = format!("{}\n{}", line("", "aws_a.b[\"c d\"]"), line("target ", "module.m[0].aws_a.b"));
        let addresses = ["aws_a.b[\"c d\"]", "module.m[0].aws_a.b"].map(str::to_owned);
        assert_eq!(unmade(output.as_bytes()), HashSet::from(addresses));
    }
}
