//! Inputs that are broken, foreign or made to harm: each is refused by name, with its place and what to do.
//!
//! Every case runs the program in a folder of its own, with little memory and little time, and leaves no plan.

use std::time::{Duration, Instant};

use crate::sandbox::{AT, Run, Sandbox};

mod cases;
mod encodings;
mod files;
mod truncation;

/// A state with one bucket: enough for a plan.
pub(crate) const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "8a2b", "outputs": {},
  "resources": [
    {"mode": "managed", "type": "aws_sqs_queue", "name": "orders",
     "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
     "instances": [{"schema_version": 0, "attributes": {
       "arn": "arn:aws:sqs:us-east-2:123456789012:orders", "id": "orders", "name": "orders"}}]}
  ]
}
"#;

/// Address space of a run in MiB. The plan of the whole example needs less.
const MEMORY: u64 = 512;
/// A refusal takes moments; this is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// One input and what must be said of it.
struct Case {
    name: &'static str,
    /// Files beside the state, which is `state.tfstate` unless one of these is.
    files: Vec<(&'static str, Vec<u8>)>,
    args: &'static [&'static str],
    /// What the diagnostics must say: the place first.
    words: &'static [&'static str],
}

impl Case {
    fn new(
        name: &'static str,
        file: &'static str,
        bytes: impl Into<Vec<u8>>,
        words: &'static [&'static str],
    ) -> Self {
        Self { name, files: vec![(file, bytes.into())], args: &[], words }
    }

    fn args(mut self, args: &'static [&'static str]) -> Self {
        self.args = args;
        self
    }

    fn also(mut self, file: &'static str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((file, bytes.into()));
        self
    }

    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::empty();
        sandbox.write("state.tfstate", STATE);
        for (file, bytes) in &self.files {
            sandbox.write(file, bytes);
        }
        sandbox
    }

    /// Runs it; `None` where all is as it should be, else what is wrong.
    fn wrong(&self) -> Option<String> {
        refusal(self.name, &self.sandbox(), self.args, self.words)
    }
}

/// Runs the program, `region` unless `args` begin with another command, and says what is wrong with its refusal.
fn refusal(name: &str, sandbox: &Sandbox, args: &[&str], words: &[&str]) -> Option<String> {
    let started = Instant::now();
    let run = sandbox.run_within(MEMORY, &arguments(args));
    let mut wrong = Vec::new();
    if run.code != Some(2) {
        wrong.push(format!("exit {:?}", run.code));
    }
    if !run.stdout.is_empty() {
        wrong.push(format!("stdout: {}", run.stdout.lines().next().unwrap_or_default()));
    }
    if run.stderr.contains("panicked") {
        wrong.push("a panic".to_owned());
    }
    let flat = flat(&run);
    wrong.extend(
        words.iter().filter(|word| !flat.contains(*word)).map(|word| format!("does not say {word:?}")),
    );
    if !flat.contains("fix: ") {
        wrong.push("no fix".to_owned());
    }
    if sandbox.path("plan.json").exists() {
        wrong.push("a plan was saved".to_owned());
    }
    if started.elapsed() > PATIENCE {
        wrong.push(format!("took {:?}", started.elapsed()));
    }
    (!wrong.is_empty()).then(|| format!("{name}: {}\n{}", wrong.join("; "), clipped(&run.stderr)))
}

/// The diagnostics on one line, so that where they wrap does not matter.
fn flat(run: &Run) -> String {
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn clipped(text: &str) -> String {
    text.chars().take(1500).collect()
}

fn arguments<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let mut all = Vec::new();
    if !matches!(args.first(), Some(&("show" | "explain"))) {
        all.extend(["region", "us-west-2", "--offline", "--at", AT]);
    }
    all.extend(args);
    all
}

/// Runs all cases and reports those that are wrong together.
fn check(cases: &[Case]) {
    let wrong: Vec<String> = cases.iter().filter_map(Case::wrong).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn the_state_without_harm_plans() {
    let sandbox = Case::new("harmless", "README.md", "", &[]).sandbox();
    let run = sandbox.run_within(MEMORY, &arguments(&[]));
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.stderr);
    assert!(sandbox.path("plan.json").exists());
}
