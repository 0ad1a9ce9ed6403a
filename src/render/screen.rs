//! Lines on a terminal: wrapped, indented, painted. Whatever is put on a screen is neutralised here.

use super::text::{clean, columns};

/// How a piece of text looks where colour is on; the words must do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
    Warn,
    Info,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Dim => "\u{1b}[2m",
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[1;31m",
            Self::Warn => "\u{1b}[1;33m",
            Self::Info => "\u{1b}[1;36m",
        }
    }
}

/// Columns of the left margin that labels stand in.
pub(super) const MARGIN: usize = 12;

const RESET: &str = "\u{1b}[0m";

/// A run of text in one style.
pub(super) type Piece = (Style, String);

/// Plain text.
pub(super) fn plain(text: impl Into<String>) -> Piece {
    (Style::Plain, text.into())
}

/// Bold text.
pub(super) fn bold(text: impl Into<String>) -> Piece {
    (Style::Bold, text.into())
}

/// Dim text.
pub(super) fn dim(text: impl Into<String>) -> Piece {
    (Style::Dim, text.into())
}

/// A screen that is being written.
pub(super) struct Screen {
    out: String,
    width: usize,
    color: bool,
}

impl Screen {
    /// An empty one; narrower than 40 columns is not attempted.
    pub(super) fn new(options: super::Options<'_>) -> Self {
        Self { out: String::new(), width: options.width.max(40), color: options.color }
    }

    /// Columns.
    pub(super) const fn width(&self) -> usize {
        self.width
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.out
    }

    /// An empty line, but never two.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// One paragraph; its further lines are indented by `hang`.
    pub(super) fn text(&mut self, hang: usize, pieces: &[Piece]) {
        let hang = hang.min(self.width / 2);
        let chars = cleaned(pieces);
        let mut rest = chars.as_slice();
        let mut indent = 0;
        loop {
            let room = self.width - indent;
            let end = line_end(rest, room);
            let (line, after) = rest.split_at(end);
            self.line(indent, line);
            let skip = after.iter().take_while(|(c, _)| *c == ' ').count();
            rest = after.get(skip..).unwrap_or_default();
            if rest.is_empty() {
                return;
            }
            indent = hang;
        }
    }

    /// One line that a reader copies: indented, and whole however long it is.
    pub(super) fn unbroken(&mut self, indent: usize, pieces: &[Piece]) {
        let chars = cleaned(pieces);
        self.line(indent, &chars);
    }

    /// Lines that were drawn elsewhere, neutralised already.
    pub(super) fn drawn(&mut self, lines: &str) {
        for line in lines.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    /// A row with a label in the left margin; an empty label continues the row above.
    pub(super) fn row(&mut self, label: &str, pieces: &[Piece]) {
        self.row_at(label, 0, pieces);
    }

    /// A row whose further lines are indented by `hang` more than its first.
    pub(super) fn row_at(&mut self, label: &str, hang: usize, pieces: &[Piece]) {
        let mut all = vec![bold(format!("  {label:<10}"))];
        all.extend_from_slice(pieces);
        self.text(MARGIN + hang, &all);
    }

    fn line(&mut self, indent: usize, line: &[(char, Style)]) {
        let used = line.iter().rposition(|(c, _)| *c != ' ').map_or(0, |last| last + 1);
        let line = line.get(..used).unwrap_or_default();
        if !line.is_empty() {
            self.out.extend(std::iter::repeat_n(' ', indent));
        }
        let mut current = Style::Plain;
        for (c, style) in line {
            // Spaces look the same in every style: fewer escapes, and none at the end of a line.
            if self.color && *style != current && *c != ' ' {
                if current != Style::Plain {
                    self.out.push_str(RESET);
                }
                self.out.push_str(style.code());
                current = *style;
            }
            self.out.push(*c);
        }
        if current != Style::Plain {
            self.out.push_str(RESET);
        }
        self.out.push('\n');
    }
}

fn cleaned(pieces: &[Piece]) -> Vec<(char, Style)> {
    pieces
        .iter()
        .flat_map(|(style, text)| clean(text).chars().map(|c| (c, *style)).collect::<Vec<_>>())
        .collect()
}

/// How many characters go on a line of `room` columns: up to the last space that fits, else as many as fit.
fn line_end(chars: &[(char, Style)], room: usize) -> usize {
    let mut used = 0;
    let mut space = None;
    let first_word = chars.iter().position(|(c, _)| *c != ' ').unwrap_or(0);
    for (at, (c, _)) in chars.iter().enumerate() {
        used += columns(*c);
        if used > room {
            if *c == ' ' {
                return at;
            }
            // At least one character a line, or a wide one in a narrow place would never end.
            return space.unwrap_or(at.max(1));
        }
        if *c == ' ' && at > first_word {
            space = Some(at);
        }
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::*;

    fn screen(width: usize, color: bool) -> Screen {
        Screen::new(Options { color, width, ..Options::default() })
    }

    #[test]
    fn long_text_wraps_at_spaces_and_hangs() {
        let mut screen = screen(40, false);
        screen.row("saw", &[plain("one two three four five six seven eight nine ten")]);
        assert_eq!(
            screen.finish(),
            "  saw       one two three four five six\n            seven eight nine ten\n"
        );
    }

    #[test]
    fn a_word_longer_than_the_screen_is_broken() {
        let mut screen = screen(40, false);
        screen.text(2, &[plain("x".repeat(100))]);
        let lines: Vec<usize> = screen.finish().lines().map(str::len).collect();
        assert_eq!(lines, [40, 40, 24]);
    }

    #[test]
    fn colour_never_reaches_over_a_line_and_text_cannot_bring_its_own() {
        let mut screen = screen(40, true);
        screen.text(0, &[(Style::Bad, "bad \u{1b}[2J".to_owned()), plain("\nx")]);
        assert_eq!(screen.finish(), "\u{1b}[1;31mbad \\u{1b}[2J\u{1b}[0m\\nx\n");
    }
}
