//! A folder of its own for every run of the program: nothing is written to the checkout, nothing is read above it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The clock of every plan here.
pub(crate) const AT: &str = "2026-11-22T12:00:00Z";

/// A temporary folder, and the program run in it.
pub(crate) struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a run left behind.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty folder that is a repository's root, so that nothing above it is looked at.
    pub(crate) fn empty() -> Self {
        let sandbox = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(sandbox.path(".git")).unwrap();
        sandbox
    }

    /// The same with a copy of `examples/ecommerce` in it.
    pub(crate) fn example() -> Self {
        let sandbox = Self::empty();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce"), sandbox.folder.path());
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Runs the program.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        finish(self.command(env!("CARGO_BIN_EXE_drplan")).args(args).output().unwrap())
    }

    /// Runs the program with so many MiB of address space; more than that, and it dies.
    pub(crate) fn run_within(&self, mebibytes: u64, args: &[&str]) -> Run {
        let script = format!("ulimit -v {} && exec \"$0\" \"$@\"", mebibytes * 1024);
        let mut command = self.command("sh");
        finish(command.args(["-c", &script, env!("CARGO_BIN_EXE_drplan")]).args(args).output().unwrap())
    }

    /// A command in this folder: no terminal, no credentials, no colour.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).env("NO_COLOR", "1");
        for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        command
    }
}

fn finish(output: Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_name() != "plan.json" {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
