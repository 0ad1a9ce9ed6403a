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

/// Keys given twice that are put up with in one file; each costs a parse.
const RENAMES: u8 = 16;

/// Comparisons of keys in one file; some seconds.
const COMPARISONS: u64 = 10_000 * 10_000;

/// A name of `length` bytes that no one writes, another one for each `attempt`.
fn stand_in(length: usize, attempt: u8) -> String {
    let letter = char::from(if attempt < 26 { b'A' + attempt } else { b'a' + (attempt - 26) % 26 });
    let tail = usize::from(length > 1);
    let middle = "_".repeat(length.saturating_sub(1 + tail));
    if tail == 0 { letter.to_string() } else { format!("{letter}{middle}{letter}") }
}

/// A file's text with what is needed to point into it.
#[derive(Debug)]
pub(super) struct Source {
    /// Path as it is printed.
    pub(super) shown: String,
    /// The text, without byte order mark.
    pub(super) text: String,
    lines: Lines,
    lexed: OnceCell<Lexed>,
    /// Keys that stand under another name in what was parsed, in the order of their renaming.
    renamed: Vec<Range<usize>>,
}

impl Source {
    pub(super) fn read(path: &Path, shown: &str, limit: u64) -> Result<Self, Problem> {
        Ok(Self::new(shown, read_text(path, shown, limit)?))
    }

    pub(super) fn new(shown: impl Into<String>, text: String) -> Self {
        let lines = Lines::new(&text);
        Self { shown: shown.into(), text, lines, lexed: OnceCell::new(), renamed: Vec::new() }
    }

    /// Parses the text.
    pub(super) fn body(&self) -> Result<Body, Problem> {
        self.body_renaming(&mut Vec::new(), 0)
    }

    /// Parses the text as the engines do, who let an object give a key twice (the last one counts).
    ///
    /// The parser refuses that, so further ones are renamed in a copy, in place: all spans stay true.
    pub(super) fn lenient_body(&mut self) -> Result<Body, Problem> {
        let mut renamed = Vec::new();
        let body = self.body_renaming(&mut renamed, RENAMES)?;
        self.renamed = renamed;
        Ok(body)
    }

    /// The key before a value that begins at `value`, as it is written, where it had to be renamed.
    pub(super) fn written_key(&self, value: usize) -> Option<&str> {
        let before = self.renamed.iter().rev().find(|key| key.end <= value)?;
        let between = self.text.get(before.end..value)?.trim();
        matches!(between, "=" | ":" | "\"=" | "\" =" | "\":" | "\" :").then(|| self.slice(before.clone()))
    }

    fn body_renaming(&self, renamed: &mut Vec<Range<usize>>, most: u8) -> Result<Body, Problem> {
        let lexed = self.lexed.get_or_init(|| mask::lex(&self.text));
        // The parser lets a string run over lines, which no engine does, and then fails far below.
        if let Some(start) = lexed.unclosed {
            return Err(self.problem(
                start..start + 1,
                Show::Masked,
                "a quoted string that is not closed on its line",
                "close it with a quotation mark, or use a heredoc for several lines",
            ));
        }
        // It takes time without end for these, where a bracket is missing.
        if let Some(start) = lexed.chained {
            return Err(self.problem(
                start..start + 1,
                Show::Masked,
                "brackets are nested too deep in the operands of operators",
                "close what is open, or give the inner parts names in a `locals` block",
            ));
        }
        // It also looks through all keys of an object for each key.
        if lexed.comparisons > COMPARISONS {
            let place = Place::file(self.shown.clone());
            let message = "has an object with too many keys, more than 10,000";
            return Err(Problem::at(place, message, "split the object, or keep it in a data file"));
        }
        let mut copy: Option<String> = None;
        // A stand-in may be taken already; then the next one is tried.
        let mut attempt = 0;
        loop {
            let text = copy.as_deref().unwrap_or(&self.text);
            let error = match hcl_edit::parser::parse_body(text) {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let key = self.repeated_key(&error).filter(|_| attempt < most);
            let Some(key) = key else { return Err(self.syntax(&error)) };
            let mut text = copy.take().unwrap_or_else(|| self.text.clone());
            text.replace_range(key.clone(), &stand_in(key.len(), attempt));
            attempt += 1;
            copy = Some(text);
            renamed.retain(|known| *known != key);
            renamed.push(key);
        }
    }

    /// The name that an object gives twice, without quotation marks, where the parser refused it for that.
    fn repeated_key(&self, error: &hcl_edit::parser::Error) -> Option<Range<usize>> {
        if !error.message().contains("unique object key") {
            return None;
        }
        let offset = error.location().offset();
        let rest = self.text.get(offset..)?;
        let quote = usize::from(rest.starts_with('"'));
        let name = rest.get(quote..)?;
        let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))?;
        (end > 0).then_some(offset + quote..offset + quote + end)
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
        let offset = error.location().offset();
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
        } else if message == "unexpected token" {
            let fix = "write NAME = VALUE or NAME { ... } here";
            ("this is not HCL: expected the name of an argument or block".to_owned(), fix)
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
        self.text.get(offset..).is_some_and(|rest| rest.trim_start().starts_with(['}', ']', ')']))
    }
}
