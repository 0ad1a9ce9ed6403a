//! Words that a shell takes as they are, whatever an input calls its things, and comments that stay comments.

use super::super::text::{clean, is_hostile, width};
use crate::model::paste;

/// Columns of a line of comment.
const COLUMNS: usize = 100;

/// A text as one word. What could move a cursor or turn a direction is written out, as is a quotation mark that only looks
/// like one.
pub(super) fn word(text: &str) -> String {
    let is_odd = |c: char| is_hostile(c) || matches!(c, '\u{2018}'..='\u{201f}' | '\u{a0}');
    if !text.contains(is_odd) {
        return paste::shell(text);
    }
    let mut out = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c if is_odd(c) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("\\x{byte:02x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A label and a text as lines of comment; what goes on stands below its begin.
pub(super) fn comment(label: &str, text: &str) -> Vec<String> {
    let text = clean(text);
    let margin = " ".repeat(label.len());
    let mut lines: Vec<String> = Vec::new();
    let mut line = format!("# {label}");
    let mut is_begun = false;
    for part in text.split(' ').filter(|part| !part.is_empty()) {
        if is_begun && width(&line) + 1 + width(part) > COLUMNS {
            lines.push(std::mem::replace(&mut line, format!("# {margin}")));
            is_begun = false;
        }
        if is_begun {
            line.push(' ');
        }
        line.push_str(part);
        is_begun = true;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_one_word() {
        assert_eq!(word("a.b[\"c\"]"), "'a.b[\"c\"]'");
        assert_eq!(word("a\nb'c"), "$'a\\x0ab\\'c'");
        assert_eq!(word("\u{202e}x"), "$'\\xe2\\x80\\xaex'");
        assert_eq!(word("it\u{2019}s"), "$'it\\xe2\\x80\\x99s'");
    }

    #[test]
    fn a_comment_is_wrapped_and_stays_one() {
        let lines = comment("needs  ", &format!("a\nrm {}", "x ".repeat(60)));
        assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("# ")), "{lines:?}");
        assert_eq!(comment("", "a"), ["# a"]);
    }
}
