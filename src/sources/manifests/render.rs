//! Running `kubectl kustomize` and `helm template`: a folder in, text out, nothing else.
//!
//! A child gets no environment but PATH, a home of its own that is removed again, a deadline and a limit of output.
//! Proxies that do not answer and a git that may use no protocol stand behind the check that nothing remote is named.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::model::diagnostic::GapReason;

/// How long and how much a child may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) deadline: Duration,
    pub(super) output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(30), output: 32 << 20 }
    }
}

/// Read of what a child says about an error, to tell what kind it is.
const MAX_COMPLAINT: u64 = 64 << 10;
const POLL: Duration = Duration::from_millis(4);
/// After a child has ended, for what is still in its pipes.
const DRAIN: Duration = Duration::from_secs(2);

/// Why there is no output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) reason: GapReason,
    /// Without any text of the child, which may quote manifests.
    pub(super) why: String,
}

/// Runs a tool in a folder and returns what it prints.
pub(super) fn run(tool: &Path, arguments: &[&str], folder: &Path, limits: Limits) -> Result<String, Failure> {
    let home =
        Home::new().map_err(|_| failure(GapReason::Failed, "no temporary folder could be made for it"))?;
    let mut command = Command::new(tool);
    command.args(arguments).current_dir(folder).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    for name in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"] {
        command.env(name, &home.0);
    }
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1");
    }
    command.env("GIT_ALLOW_PROTOCOL", "none").env("GIT_TERMINAL_PROMPT", "0").env("HELM_NO_PLUGINS", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => failure(GapReason::ToolMissing, "the tool is not installed"),
        _ => failure(GapReason::Failed, "the tool could not be started"),
    })?;
    // One byte past the limit tells that there is more.
    let output = read_aside(child.stdout.take(), limits.output + 1);
    let complaint = read_aside(child.stderr.take(), MAX_COMPLAINT);
    let (status, text) = wait(&mut child, &output, limits)?;
    // Whoever prints on when nobody reads any more is killed by that: what it printed tells first.
    let text = text.or_else(|| output.recv_timeout(DRAIN).ok());
    if text.as_ref().is_some_and(|text| text.len() as u64 > limits.output) {
        return Err(too_much(limits));
    }
    if !status.success() {
        let complaint = complaint.recv_timeout(DRAIN).unwrap_or_default();
        return Err(explain(&String::from_utf8_lossy(&complaint)));
    }
    let text = text.ok_or_else(|| failure(GapReason::Failed, "its output did not end"))?;
    String::from_utf8(text).map_err(|_| failure(GapReason::Malformed, "its output is not UTF-8"))
}

fn wait(
    child: &mut Child,
    output: &Receiver<Vec<u8>>,
    limits: Limits,
) -> Result<(ExitStatus, Option<Vec<u8>>), Failure> {
    let start = Instant::now();
    let mut text = None;
    loop {
        if text.is_none() {
            text = output.try_recv().ok();
        }
        let flooded = text.as_ref().is_some_and(|text| text.len() as u64 > limits.output);
        match child.try_wait() {
            Ok(Some(status)) if !flooded => return Ok((status, text)),
            Ok(None) if !flooded && start.elapsed() < limits.deadline => std::thread::sleep(POLL),
            ended => {
                // Of a child that has ended by itself there is nothing to kill.
                let _ = child.kill();
                let _ = child.wait();
                return Err(if flooded {
                    too_much(limits)
                } else if ended.is_err() {
                    failure(GapReason::Failed, "it could not be waited for")
                } else {
                    let seconds = limits.deadline.as_secs();
                    failure(GapReason::TimedOut, format!("it did not end within {seconds} s"))
                });
            }
        }
    }
}

/// Reads a pipe in a thread of its own, which ends with the pipe.
fn read_aside(pipe: Option<impl Read + Send + 'static>, limit: u64) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let complete = pipe.take(limit).read_to_end(&mut bytes);
            if complete.is_ok() {
                // Nobody waits any more after a deadline.
                let _ = sender.send(bytes);
            }
        });
    }
    receiver
}

fn failure(reason: GapReason, why: impl Into<String>) -> Failure {
    Failure { reason, why: why.into() }
}

fn too_much(limits: Limits) -> Failure {
    failure(GapReason::Failed, format!("it prints more than {} MiB", limits.output >> 20))
}

/// What a tool complains of, in words that hold nothing of the manifests.
fn explain(complaint: &str) -> Failure {
    const KNOWN: [(&str, &str); 15] = [
        ("plugins disabled", "it uses a plugin, which is not run"),
        ("enable-helm", "it renders a chart as a plugin, which is not run"),
        ("cycle detected", "its kustomizations include each other"),
        ("security; file", "it names a file outside of its own folder, which kustomize refuses"),
        ("no such file or directory", "it names a file or folder that is not there"),
        ("not a valid directory", "it names a folder that is not there"),
        ("unable to find one of", "it names a folder without a kustomization"),
        ("already registered id", "it has the same object twice"),
        ("no matches for Id", "one of its patches has no target"),
        ("failed to find unique target", "one of its patches has no target, or several"),
        ("unable to find patch target", "one of its patches has no target"),
        ("unknown field", "its kustomization has a field that kustomize does not know"),
        ("missing in charts/", "the charts that it depends on are not in its charts folder"),
        ("malformedyaml", "one of its files is not valid YAML"),
        ("yaml: line", "one of its files is not valid YAML"),
    ];
    let lower = complaint.to_ascii_lowercase();
    let known = KNOWN.iter().find(|(sign, _)| lower.contains(&sign.to_ascii_lowercase()));
    match known {
        Some((sign, why)) => {
            let plugin = ["plugins disabled", "enable-helm"].contains(sign);
            failure(if plugin { GapReason::Outside } else { GapReason::Failed }, *why)
        }
        None => failure(GapReason::Failed, "the tool refuses it"),
    }
}

/// A folder that a child may call its home, removed when it has ended.
struct Home(PathBuf);

impl Home {
    fn new() -> std::io::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let home = std::env::temp_dir().join(format!("drplan-render-{}-{number}", std::process::id()));
            match std::fs::create_dir(&home) {
                Ok(()) => return Ok(Self(home)),
                // Left behind by an earlier process of the same number, which was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1 << 20 => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
