//! The terminal: what is printed where, in which colours, how wide.

use std::io::{IsTerminal as _, Write as _};

use super::args::Color;
use super::{Exit, Failure};
use crate::model::diagnostic::Problem;
use crate::render::{Options, problems};

/// Where results and diagnostics go.
#[derive(Clone, Copy)]
pub(super) struct Screen {
    out_color: bool,
    err_color: bool,
    width: usize,
}

/// Columns of the terminal, at most a hundred.
fn width() -> usize {
    let term =
        if std::io::stdout().is_terminal() { console::Term::stdout() } else { console::Term::stderr() };
    if term.is_term() { usize::from(term.size().1).min(100) } else { 100 }
}

impl Screen {
    pub(super) fn new(color: Color) -> Self {
        let quiet = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let wanted = |terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !quiet,
        };
        let terminal = std::io::stdout().is_terminal();
        let err_color = wanted(std::io::stderr().is_terminal());
        Self { out_color: wanted(terminal), err_color, width: width() }
    }

    /// As wide as the terminal is now.
    pub(super) fn resized(&self) -> Self {
        Self { width: width(), ..*self }
    }

    /// How results look.
    pub(super) fn options<'a>(&self, verbose: u8, saved: Option<&'a str>) -> Options<'a> {
        Options { color: self.out_color, width: self.width, verbose, saved }
    }

    /// What is shown on stderr.
    pub(super) fn errors(&self) -> Options<'static> {
        Options { color: self.err_color, ..self.options(0, None) }
    }

    /// Prints a result.
    pub(super) fn result(&self, text: &[u8]) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text).and_then(|()| out.flush()) {
            // The reader has seen enough: `drplan show plan.json | head`.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|source| Failure::Io { what: "stdout".to_owned(), source }),
        }
    }

    /// Says on stderr what was done; a dead terminal changes nothing of that.
    pub(super) fn note(&self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Tells on stderr what does not stop a command; a dead terminal changes nothing of that.
    pub(super) fn warn(&self, warnings: &[Problem]) {
        let options = Options { color: self.err_color, ..self.options(0, None) };
        let _ = std::io::stderr().lock().write_all(problems::render_warnings(warnings, options).as_bytes());
    }

    /// Prints why a command failed; a dead terminal changes nothing of that.
    pub(super) fn failure(&self, failure: &Failure) -> Exit {
        let mut err = std::io::stderr().lock();
        match failure {
            Failure::BadInput(bad) | Failure::Refused(bad) => {
                let options = Options { color: self.err_color, ..self.options(0, None) };
                let text = match failure {
                    Failure::Refused(_) => problems::render_refusals(bad, options),
                    _ => problems::render_problems(bad, options),
                };
                let _ = err.write_all(text.as_bytes());
                if matches!(failure, Failure::Refused(_)) { Exit::Refused } else { Exit::BadInput }
            }
            failure => {
                let _ = writeln!(err, "error: {failure}");
                Exit::Failed
            }
        }
    }
}
