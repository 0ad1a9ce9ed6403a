//! What may be quoted of a source line: every string literal but the token in question is masked, and so are
//! comments, heredocs and the words of values, since a secret is also pasted without quotation marks.

use std::ops::Range;

use crate::model::diagnostic::Excerpt;
use crate::model::secret::looks_secret;

#[cfg(test)]
mod tests;

/// Longest excerpt, bytes; a line of a generated file can have megabytes.
const LONGEST: usize = 160;

/// What the name of an argument or variable says about its value: whether it may be a secret.
///
/// Wider than what is masked in a plan: in settings that people write, `key` alone is suspicious too. `kms_key_id`,
/// `secret_arn` and `key_name` only name one.
pub(super) fn secret_like(written: &str) -> bool {
    // Keys of these are public or identifiers: of KMS, of SSH, of a table, of an object in a bucket.
    const PUBLIC: [&str; 9] =
        ["kms", "public", "hash", "range", "partition", "sort", "primary", "object", "state"];
    let name = written.to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let ends_in_key = words.last().is_some_and(|last| matches!(*last, "key" | "keys" | "pem" | "pass"));
    looks_secret(written) || (ends_in_key && !words.iter().any(|word| PUBLIC.contains(word)))
}

/// What an excerpt may show of the place that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// The token as it is written.
    Token,
    /// That there is one.
    Masked,
}

/// The parts of a text that are no code.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexed {
    /// Strings, heredocs and comments, in order, without overlap.
    parts: Vec<(Range<usize>, bool)>,
    /// Start of the first quoted string that its line does not close.
    pub(super) unclosed: Option<usize>,
    /// Comparisons of keys that a parser makes which looks through all keys of an object for each: the sum of squares.
    pub(super) comparisons: u64,
    /// Start of the first bracket that is [`CHAINS`] deep in operands of chains: a parser that reads the last operand
    /// of a chain twice before it gives up takes twice as long for each.
    pub(super) chained: Option<usize>,
}

/// Operands of chains of operators within each other; people write two or three.
const CHAINS: usize = 12;

/// Counts keys and operators between brackets.
#[derive(Default)]
struct Brackets {
    open: Vec<Level>,
    outermost: Level,
    /// Open brackets that are operands of a chain.
    chains: usize,
}

#[derive(Default)]
struct Level {
    /// Whether lines end what stands here.
    lines: bool,
    keys: u64,
    operators: u32,
    chained: bool,
}

impl Brackets {
    /// Takes a byte of code and returns the cost of the object that it closes.
    fn take(&mut self, before: u8, byte: u8, after: u8) -> u64 {
        let level = self.open.last_mut().unwrap_or(&mut self.outermost);
        match byte {
            b'=' if after != b'=' && !matches!(before, b'=' | b'!' | b'<' | b'>') => {
                level.keys += u64::from(after != b'>');
                level.operators = 0;
            }
            b':' => level.keys += u64::from(after != b':' && before != b':'),
            b',' => level.operators = 0,
            b'\n' if level.lines => level.operators = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!' | b'&' | b'|' => {
                level.operators += 1
            }
            b'{' | b'[' | b'(' => {
                let chained = level.operators > 1;
                self.chains += usize::from(chained);
                self.open.push(Level { lines: byte == b'{', chained, ..Level::default() });
            }
            b'}' | b']' | b')' => {
                let closed = self.open.pop().unwrap_or_default();
                self.chains -= usize::from(closed.chained);
                return if byte == b'}' { closed.keys.saturating_mul(closed.keys) } else { 0 };
            }
            _ => {}
        }
        0
    }
}

/// How deep the lexer is inside a quoted string.
enum Mode {
    Quoted,
    Interpolated { braces: usize },
}

/// Tells strings, heredocs and comments from code. Reads any text, sound or not, in one pass.
pub(super) fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut lexed = Lexed::default();
    let mut modes: Vec<Mode> = Vec::new();
    let (mut at, mut start) = (0, 0);
    let mut levels = Brackets { outermost: Level { lines: true, ..Level::default() }, ..Brackets::default() };
    let next = |offset: usize| bytes.get(offset).copied().unwrap_or(b'\n');
    while at < bytes.len() {
        let (byte, after) = (next(at), next(at + 1));
        match modes.last_mut() {
            Some(Mode::Quoted) => match byte {
                b'\\' if after != b'\n' => at += 1,
                b'$' | b'%' if after == byte && next(at + 2) == b'{' => at += 2,
                b'$' | b'%' if after == b'{' => {
                    modes.push(Mode::Interpolated { braces: 0 });
                    at += 1;
                }
                b'"' => {
                    modes.pop();
                    if modes.is_empty() {
                        lexed.parts.push((start..at + 1, true));
                    }
                }
                b'\n' => {
                    lexed.unclosed.get_or_insert(start);
                    lexed.parts.push((start..at, true));
                    modes.clear();
                }
                _ => {}
            },
            Some(Mode::Interpolated { braces: 0 }) if byte == b'}' => {
                modes.pop();
            }
            Some(Mode::Interpolated { braces }) => {
                lexed.comparisons += levels.take(next(at.wrapping_sub(1)), byte, after);
                if levels.chains > CHAINS {
                    lexed.chained.get_or_insert(at);
                }
                match byte {
                    b'"' => modes.push(Mode::Quoted),
                    b'{' => *braces += 1,
                    b'}' => *braces -= 1,
                    _ => {}
                }
            }
            None => {
                let end = match (byte, after) {
                    (b'"', _) => {
                        start = at;
                        modes.push(Mode::Quoted);
                        at + 1
                    }
                    (b'#', _) | (b'/', b'/') => comment(&mut lexed, at, line_end(bytes, at)),
                    (b'/', b'*') => {
                        let end = memchr::memmem::find(bytes.get(at + 2..).unwrap_or_default(), b"*/");
                        comment(&mut lexed, at, end.map_or(bytes.len(), |found| at + 4 + found))
                    }
                    (b'<', b'<') => match heredoc(bytes, at) {
                        Some(body) => {
                            let end = body.end;
                            lexed.parts.push((body, true));
                            end
                        }
                        None => at + 2,
                    },
                    _ => {
                        lexed.comparisons += levels.take(next(at.wrapping_sub(1)), byte, after);
                        if levels.chains > CHAINS {
                            lexed.chained.get_or_insert(at);
                        }
                        at + 1
                    }
                };
                at = end;
                continue;
            }
        }
        at += 1;
    }
    if !modes.is_empty() {
        lexed.unclosed.get_or_insert(start);
        lexed.parts.push((start..bytes.len(), true));
    }
    lexed
}

fn comment(lexed: &mut Lexed, start: usize, end: usize) -> usize {
    lexed.parts.push((start..end, false));
    end
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |found| from + found)
}

/// The lines of a heredoc, its end marker with them; `at` is its `<<`.
fn heredoc(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let first = line_end(bytes, at);
    let marker = bytes.get(at + 2..first)?.trim_ascii();
    let marker = marker.strip_prefix(b"-").unwrap_or(marker);
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || !byte.is_ascii();
    if marker.is_empty() || !marker.iter().all(name) {
        return None;
    }
    let mut line = first + 1;
    while line < bytes.len() {
        let end = line_end(bytes, line);
        let text = bytes.get(line..end)?.trim_ascii_start();
        if text.strip_prefix(marker).is_some_and(|rest| !rest.first().is_some_and(name)) {
            return Some(first..end);
        }
        line = end + 1;
    }
    Some(first..bytes.len())
}

/// The line that holds `token`, masked. `line` is its byte range, both are ranges of `text`.
pub(super) fn excerpt(
    text: &str,
    lexed: &Lexed,
    line: Range<usize>,
    token: Range<usize>,
    show: Show,
) -> Excerpt {
    let token = token.start.min(line.end)..token.end.min(line.end).max(token.start.min(line.end));
    let mut out = Masked { text: String::new(), token, show, range: None, value: false };
    let from = lexed.parts.partition_point(|(part, _)| part.end <= line.start);
    let mut at = line.start;
    for (part, literal) in lexed.parts.iter().skip(from).take_while(|(part, _)| part.start < line.end) {
        out.code(text, at..part.start.max(at));
        if *literal {
            out.string(text, part, &line);
        }
        at = part.end.min(line.end);
    }
    out.code(text, at..line.end);
    out.finish()
}

struct Masked {
    text: String,
    token: Range<usize>,
    show: Show,
    range: Option<Range<usize>>,
    /// Whether what follows is a value.
    value: bool,
}

impl Masked {
    fn string(&mut self, text: &str, part: &Range<usize>, line: &Range<usize>) {
        let meant = self.token.start <= part.start && self.token.end >= part.end;
        let whole = part.start >= line.start && part.end <= line.end;
        let mark = self.text.len();
        if meant && whole && self.token == *part && self.show == Show::Token {
            self.push(text.get(part.clone()).unwrap_or(""));
        } else {
            self.text.push_str("\"***\"");
        }
        if meant || part.contains(&self.token.start) {
            self.mark(mark);
        }
    }

    /// Code: names and punctuation as they are, the words of values masked.
    fn code(&mut self, text: &str, range: Range<usize>) {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let mut at = range.start;
        while at < range.end {
            let rest = text.get(at..range.end).unwrap_or("");
            let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let length = if word > 0 { word } else { rest.chars().next().map_or(1, char::len_utf8) };
            let piece = rest.get(..length).unwrap_or("");
            let meant = self.token.start < at + length && self.token.end > at;
            let mark = self.text.len();
            if word == 0 {
                self.value = (self.value || matches!(piece, "=" | ":")) && piece != "{";
                self.push(piece);
            } else if meant && self.show == Show::Token || self.names(text, at + length) {
                self.push(piece);
            } else {
                self.text.push_str("***");
            }
            if meant {
                self.mark(mark);
            }
            at += length;
        }
        if range.contains(&self.token.start) && self.range.is_none() {
            self.mark(self.text.len());
        }
    }

    /// Whether the word that ends at `end` is a name: what follows says so.
    fn names(&self, text: &str, end: usize) -> bool {
        let rest = text.get(end..).unwrap_or("").trim_start_matches([' ', '\t']);
        !self.value && rest.starts_with(['=', '{', ':', '"'])
    }

    fn mark(&mut self, from: usize) {
        let start = self.range.as_ref().map_or(from, |range| range.start);
        self.range = Some(start..self.text.len());
    }

    /// Appends text that a terminal shows as it is: no control characters, none that turn the direction.
    fn push(&mut self, text: &str) {
        self.text.extend(text.chars().map(plain));
    }

    fn finish(self) -> Excerpt {
        let end = self.text.len();
        let range = self.range.unwrap_or(end..end);
        cut(&self.text, range)
    }
}

/// Keeps the part of a long line around what is meant.
fn cut(text: &str, range: Range<usize>) -> Excerpt {
    let indent = text.len() - text.trim_start().len();
    let first = if range.end <= LONGEST + indent { indent } else { range.start.saturating_sub(20) };
    let start = (first..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let last = (start + LONGEST).min(text.len());
    let end = (start..=last).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let shown = text.get(start..end).unwrap_or("").trim_end();
    let clip = |at: usize| at.saturating_sub(start).min(shown.len());
    Excerpt { text: shown.to_owned(), range: clip(range.start)..clip(range.end) }
}

/// A character that may be printed, or a stand-in.
fn plain(c: char) -> char {
    match c {
        '\t' => ' ',
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => '?',
        c if c.is_control() => '?',
        c => c,
    }
}

/// A word of the input in a message: in quotation marks, without control characters, shortened.
pub(super) fn quoted(word: &str) -> String {
    const MOST: usize = 60;
    let mut out: String = word.chars().take(MOST).map(plain).collect();
    if word.chars().nth(MOST).is_some() {
        out.push_str("...");
    }
    format!("\"{out}\"")
}
