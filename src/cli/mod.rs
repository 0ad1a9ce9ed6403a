//! The command line: gathers the inputs, asks the planner, and prints. The only layer that prints.
//!
//! The result goes to stdout; progress and diagnostics go to stderr. Exit codes: `docs/exit-codes.md`.

mod advice;
mod again;
mod apply;
mod approve;
mod args;
mod ask;
mod bodies;
mod claims;
mod connect;
mod drill;
mod engine;
mod execute;
mod gather;
mod hints;
mod home;
mod init;
mod inputs;
mod inventory;
mod journal_region;
mod kept;
mod live;
mod look;
mod newest;
mod only_run;
mod opening;
mod output;
mod overlay;
mod preview;
mod progress;
mod region;
mod repeated;
mod resume;
mod run_checks;
mod run_folder;
mod run_records;
mod save;
mod search;
mod shared_run;
mod show;
mod sign;
mod since;
mod taken;
mod typed;
mod verify;
mod watch;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use crate::model::diagnostic::BadInput;

/// How a command ended. `docs/exit-codes.md` has the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something failed that no input is to blame for: a full disk, a defect.
    Failed = 1,
    /// Usage or bad input.
    BadInput = 2,
    /// The plan was made and saved, but has errors and cannot be applied.
    Blocked = 3,
    /// The run waits at a gate.
    AtGate = 4,
    /// Refused: nothing was done.
    Refused = 5,
    /// A step failed, and the run can be gone on with; or, of a dry run, would fail.
    StepFailed = 6,
    /// What was verified is not healthy, or could not be seen whole.
    Unhealthy = 7,
    /// Interrupted: the run can be gone on with.
    Interrupted = 130,
}

/// Why a command could not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Inputs that the reader can mend.
    #[error(transparent)]
    BadInput(#[from] BadInput),
    /// What was asked is sound, and may not be done or is not wanted by who was asked.
    #[error(transparent)]
    Refused(BadInput),
    /// Writing, mostly.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A defect of drplan.
    #[error("{0}")]
    Defect(String),
}

impl Failure {
    /// A refusal with what to do.
    fn refused(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Refused(crate::model::diagnostic::Problem::new(message, fix).into())
    }
}

impl From<crate::model::diagnostic::Problem> for Failure {
    fn from(problem: crate::model::diagnostic::Problem) -> Self {
        Self::BadInput(problem.into())
    }
}

/// Runs a command line and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help on stdout and errors on stderr, and knows which is which.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { Exit::BadInput as u8 } else { Exit::Done as u8 });
        }
    };
    let screen = output::Screen::new(cli.color);
    let ended = match &cli.command {
        args::Command::Init(init) => init::run(init, &screen),
        args::Command::Inventory(inventory) => inventory::run(inventory, &screen),
        args::Command::Region(region) => region::run(region, &screen),
        args::Command::Approve(approve) => approve::run(approve, &screen),
        args::Command::Verify(verify) => verify::run(verify, &screen),
        args::Command::Show(show) => show::run(show, &screen),
        args::Command::Apply(apply) => apply::run(apply, &screen),
        args::Command::Drill(drill) => drill::run(drill, &screen),
        args::Command::Explain(explain) => show::explain(explain, &screen),
    };
    let exit = ended.unwrap_or_else(|failure| screen.failure(&failure));
    ExitCode::from(exit as u8)
}
