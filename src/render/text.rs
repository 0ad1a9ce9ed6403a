//! Words, figures and escapes that every renderer shares.

use std::borrow::Cow;
use std::fmt::Write as _;

pub(super) use crate::model::words::count;
use jiff::{SignedDuration, Timestamp, Unit};

/// Whether a character could move the cursor, hide text or turn its direction.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}')
}

/// The text with every control, invisible and direction character written out, on one line.
#[must_use]
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hostile(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Columns that a character takes on a terminal: 0 for combining marks, 2 for wide ones.
pub(super) fn columns(c: char) -> usize {
    match u32::from(c) {
        0x20..=0x7e => 1,
        0x300..=0x36f
        | 0x483..=0x489
        | 0x591..=0x5bd
        | 0x610..=0x61a
        | 0x64b..=0x65f
        | 0x1ab0..=0x1aff
        | 0x1dc0..=0x1dff
        | 0x20d0..=0x20ff
        | 0xfe20..=0xfe2f => 0,
        0x1100..=0x115f
        | 0x231a..=0x231b
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1b000..=0x1b2ff
        | 0x1f000..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Columns that a cleaned text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The cleaned text, filled with spaces to at least `columns`.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let text = clean(text);
    let fill = columns.saturating_sub(width(&text));
    let mut out = text.into_owned();
    out.extend(std::iter::repeat_n(' ', fill));
    out
}

/// The cleaned text in at most `max` columns, its middle left out where it is longer.
pub(super) fn shorten(text: &str, max: usize) -> String {
    let text = clean(text);
    if width(&text) <= max {
        return text.into_owned();
    }
    let keep = max.saturating_sub(3);
    let head = take(text.chars(), keep - keep / 2);
    let tail: String = take(text.chars().rev(), keep / 2).chars().rev().collect();
    format!("{head}...{tail}")
}

fn take(chars: impl Iterator<Item = char>, max: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += columns(*c);
            used <= max
        })
        .collect()
}

/// `45 s`, `1 min 30 s`, `52 min`, `1 h 4 min`, `3 d 4 h`: rounded to what a person plans with.
#[must_use]
pub(super) fn duration(seconds: u64) -> String {
    if seconds < 60 {
        return format!("{seconds} s");
    }
    if seconds < 600 && !seconds.is_multiple_of(60) {
        return format!("{} min {} s", seconds / 60, seconds % 60);
    }
    let minutes = seconds.saturating_add(30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m} min"),
        (h, 0) if h < 48 => format!("{h} h"),
        (h, m) if h < 48 => format!("{h} h {m} min"),
        (h, _) if h % 24 == 0 => format!("{} d", h / 24),
        (h, _) => format!("{} d {} h", h / 24, h % 24),
    }
}

/// `0:39`, hours and minutes.
pub(super) fn clock(seconds: u64) -> String {
    let minutes = seconds.saturating_add(30) / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// `22 Nov 2026 12:00 UTC`.
pub(super) fn instant(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M UTC").to_string()
}

/// `14:02:11 UTC` on the day of `near`, else with its date.
pub(super) fn instant_near(at: Timestamp, near: Timestamp) -> String {
    if at.strftime("%F").to_string() == near.strftime("%F").to_string() {
        at.strftime("%H:%M:%S UTC").to_string()
    } else {
        at.strftime("%-d %b %Y %H:%M:%S UTC").to_string()
    }
}

/// `20 Feb 2027`.
pub(super) fn day(at: Timestamp) -> String {
    at.strftime("%-d %b %Y").to_string()
}

/// Age of `at` seen from `now`: `4 min old`, `new`, `from the future`.
pub(super) fn age(at: Timestamp, now: Timestamp) -> String {
    let age: SignedDuration = now.duration_since(at);
    let age = age.round(Unit::Second).unwrap_or(age).as_secs();
    match u64::try_from(age) {
        Ok(0..60) => "new".to_owned(),
        Ok(seconds) => format!("{} old", duration(seconds)),
        Err(_) => format!("{} ahead of the plan's clock", duration(age.unsigned_abs())),
    }
}

/// `a, b and c`; beyond `max`, `a, b and 11 more`.
pub(super) fn list(items: &[String], max: usize) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        _ if items.len() > max => {
            format!("{} and {} more", items.get(..max).unwrap_or(items).join(", "), items.len() - max)
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The start of a digest, long enough to tell plans apart by eye.
pub(super) fn short_digest(digest: &str) -> String {
    digest.strip_prefix("sha256:").unwrap_or(digest).chars().take(8).collect()
}

/// Up to three of `known` that `asked` may have meant, the nearest first.
pub(super) fn nearest<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    // A name of a megabyte is compared by its start: the distance grows with the product of the lengths.
    let asked: String = asked.chars().take(200).collect();
    let lower = asked.to_lowercase();
    let mut near: Vec<(u32, &str)> = known
        .filter_map(|name| {
            let head = name.char_indices().nth(200).map_or(name, |(end, _)| name.get(..end).unwrap_or(name));
            let other = head.to_lowercase();
            let mut score = strsim::jaro_winkler(&lower, &other);
            if !lower.is_empty() && other.contains(&lower) {
                score = score.max(0.9);
            }
            // An integer sorts without the questions of floats.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "score is in 0..=1")]
            let score = (score * 10_000.0) as u32;
            (score >= 7_500).then_some((score, name))
        })
        .collect();
    near.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    near.dedup();
    near.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn durations_are_what_a_person_plans_with() {
        let shown: Vec<String> =
            [0, 45, 60, 90, 600, 3120, 3599, 3840, 86_400, 93_600, 172_800, 180_000].map(duration).into();
        assert_eq!(
            shown,
            [
                "0 s",
                "45 s",
                "1 min",
                "1 min 30 s",
                "10 min",
                "52 min",
                "1 h",
                "1 h 4 min",
                "24 h",
                "26 h",
                "2 d",
                "2 d 2 h"
            ]
        );
        assert_eq!(clock(2340), "0:39");
        assert!(!duration(u64::MAX).is_empty() && !clock(u64::MAX).is_empty());
    }

    #[test]
    fn hostile_characters_are_written_out() {
        assert_eq!(clean("a\u{1b}[31mred\u{7}\nb\tc"), "a\\u{1b}[31mred\\u{7}\\nb\\tc");
        assert_eq!(clean("\u{202e}txt\u{200b}\u{9b}x\u{2028}"), "\\u{202e}txt\\u{200b}\\u{9b}x\\u{2028}");
        assert_eq!(clean("plain, Ünïcode, 日本"), "plain, Ünïcode, 日本");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("日本"), 4);
        assert_eq!(pad("日本", 6), "日本  ");
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(shorten("abcdefghijklmnop", 9), "abc...nop");
        assert_eq!(width(&shorten(&"日本".repeat(50), 20)), 19);
    }

    #[test]
    fn lists() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(list(&items, 3), "a, b and c");
        assert_eq!(list(&items, 2), "a, b and 1 more");
        assert_eq!(list(&[], 2), "");
    }

    #[test]
    fn nearest_names() {
        let known = ["restore/primary", "restore/replica", "infra/aws_vpc.main"];
        assert_eq!(nearest("restore/primry", known.into_iter()).first().unwrap(), "restore/primary");
        assert_eq!(nearest("aws_vpc.main", known.into_iter()), ["infra/aws_vpc.main"]);
        assert!(nearest("zzz", known.into_iter()).is_empty());
    }

    #[test]
    fn ages() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let at = |s: &str| age(s.parse().unwrap(), now);
        assert_eq!(at("2026-11-22T11:56:00Z"), "4 min old");
        assert_eq!(at("2026-11-22T12:00:00Z"), "new");
        assert_eq!(at("2026-11-22T12:05:00Z"), "5 min ahead of the plan's clock");
        assert_eq!(instant(now), "22 Nov 2026 12:00 UTC");
        assert_eq!(day("2027-02-20T12:00:00Z".parse().unwrap()), "20 Feb 2027");
    }
}
