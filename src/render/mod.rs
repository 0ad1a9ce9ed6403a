//! What people see of a plan: on a terminal, as Markdown, and as pages of `drplan explain`.
//!
//! Renderers are siblings over the same facts (`summary`). They return text and never print, and they read no
//! clock, file or environment: ages are told from the plan's own `created_at`. Every name that comes from an input
//! is neutralised on its way out.

mod action;
pub mod approval;
pub mod changes;
pub mod explain;
mod findings;
mod fix;
#[cfg(test)]
mod golden;
pub mod health;
pub mod human;
pub mod markdown;
pub mod overlay;
mod phases;
pub mod preview;
pub mod problems;
pub mod rehearsal;
pub mod report;
pub mod resource;
pub mod run;
#[cfg(test)]
mod sample;
mod screen;
pub mod shell;
pub mod step;
pub mod steps;
mod summary;
mod text;
pub mod values;

/// How a screen is to look.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Whether the terminal takes colours.
    pub color: bool,
    /// Columns; below 40 counts as 40.
    pub width: usize,
    /// 0: notes in short form, findings of one code grouped. 1 and more: everything in full.
    pub verbose: u8,
    /// Path that the plan was saved to, or is shown from, for the commands in the last line.
    pub saved: Option<&'a str>,
}

impl Options<'_> {
    /// What shows the plan.
    #[must_use]
    pub fn command(&self) -> String {
        format!("drplan show {}", self.saved.map_or_else(|| "PLAN".to_owned(), crate::model::paste::shell))
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { color: false, width: 100, verbose: 0, saved: None }
    }
}

/// A name that the plan does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {what} {} here", text::shorten(.asked, 80))]
pub struct Unknown {
    /// What was asked for: `step`, `resource`, `code`.
    pub what: &'static str,
    /// The name that was asked for.
    pub asked: String,
    /// Names that may have been meant, the nearest first; may be empty.
    pub near: Vec<String>,
}

impl Unknown {
    fn new<'a>(what: &'static str, asked: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self { what, asked: asked.to_owned(), near: text::nearest(asked, known) }
    }
}
