//! The binary: exit code only.

use std::process::ExitCode;

fn main() -> ExitCode {
    drplan::cli::main()
}
