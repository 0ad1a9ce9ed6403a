//! A file in HCL: its text, its lines, and what is said about a place in it.

use std::cell::OnceCell;
use std::ops::Range;
use std::path::Path;

use hcl_edit::structure::Body;

use super::mask::{self, Lexed, Show};
use crate::model::diagnostic::{Place, Problem};
use crate::sources::text::{Lines, read_text};

#[cfg(test)]
mod tests;

/// A file's text with what is needed to point into it.
#[derive(Debug)]
pub(super) struct Source {
    /// Path as it is printed.
    pub(super) shown: String,
    /// The text, without byte order mark.
    pub(super) text: String,
    lines: Lines,
    lexed: OnceCell<Lexed>,
}

impl Source {
    pub(super) fn read(path: &Path, shown: &str, limit: u64) -> Result<Self, Problem> {
        Ok(Self::new(shown, read_text(path, shown, limit)?))
    }

    pub(super) fn new(shown: impl Into<String>, text: String) -> Self {
        let lines = Lines::new(&text);
        Self { shown: shown.into(), text, lines, lexed: OnceCell::new() }
    }

    /// Parses the text.
    pub(super) fn body(&self) -> Result<Body, Problem> {
        hcl_edit::parser::parse_body(&self.text).map_err(|error| self.syntax(&error))
    }

    pub(super) fn line(&self, offset: usize) -> u32 {
        self.lines.line(offset)
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        Place::new(self.shown.clone(), self.line(offset))
    }

    /// The text that a span covers.
    pub(super) fn slice(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or("")
    }

    /// A problem about a token, with its line.
    pub(super) fn problem(
        &self,
        token: Range<usize>,
        show: Show,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Problem {
        let lexed = self.lexed.get_or_init(|| mask::lex(&self.text));
        let line = self.lines.range(&self.text, token.start);
        let place = self.place(token.start);
        let excerpt = mask::excerpt(&self.text, lexed, line, token, show);
        Problem::at(place, message, fix).excerpt(Some(excerpt))
    }

    fn syntax(&self, error: &hcl_edit::parser::Error) -> Problem {
        let lexed = self.lexed.get_or_init(|| mask::lex(&self.text));
        let offset = error.location().offset();
        // The parser lets a string run over lines and fails far below; people forgot the mark where it began.
        if let Some(start) = lexed.unclosed.filter(|start| *start <= offset) {
            return self.problem(
                start..start + 1,
                Show::Masked,
                "a quoted string that is not closed on its line",
                "close it with a quotation mark, or use a heredoc for several lines",
            );
        }
        let message = error.message();
        let (message, fix) = if message.contains("nesting depth") {
            ("nested deeper than 64 levels".to_owned(), "take the inner parts out into locals")
        } else if message.contains("chained binary operators") {
            ("more than 128 operators in one expression".to_owned(), "take parts of it out into locals")
        } else if message.contains("unique attribute") {
            ("the same attribute twice in one block".to_owned(), "keep one of the two")
        } else if message.contains("unique object key") {
            (
                "the same key twice in one object".to_owned(),
                "keep one of the two; engines take the last silently",
            )
        } else if self.text.get(offset..).is_none_or(|rest| rest.trim().len() <= 1 && !self.closes(offset)) {
            (
                format!("the file ends in the middle of something: {message}"),
                "close what is open; the file may be cut off",
            )
        } else {
            (format!("this is not HCL: {message}"), "write here what was expected")
        };
        let end = self.text.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.problem(offset..offset + end, Show::Masked, message, fix)
    }

    /// Whether the text at an offset is a closing bracket too many rather than an end that came too early.
    fn closes(&self, offset: usize) -> bool {
        self.text.get(offset..).is_some_and(|rest| rest.starts_with(['}', ']', ')']))
    }
}
