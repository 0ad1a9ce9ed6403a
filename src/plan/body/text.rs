//! Rewrites inside one string, encoded or not. Finds tokens as the planner found them: whole, the longest first, none over
//! another; encodings are undone, rewritten inside, and made again around what has changed.

use std::ops::Range;

use base64::Engine as _;
use percent_encoding::percent_decode_str;

use super::literal;
use crate::model::encoding::{base64_text, percent_words};
use crate::model::value::ValueKind;
use crate::model::value::whole::{is_whole, stands_alone};

/// One step into an encoded string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Inside {
    Base64,
    /// A value of a JSON document.
    Json(String),
    /// A key of one.
    JsonKey(String),
    /// A percent-encoded word.
    Percent,
    /// The key that the value at the pointer stands under.
    Key,
}

/// A place inside a string, with all that is looked for there.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Spot<'s> {
    pub(in crate::plan) within: Vec<Inside>,
    pub(in crate::plan) tokens: Vec<Token<'s>>,
}

/// A text that is looked for.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Token<'s> {
    pub(in crate::plan) text: &'s str,
    pub(in crate::plan) kind: ValueKind,
    /// What takes its place; `None` where it stays.
    pub(in crate::plan) to: Option<String>,
    /// How often the plan rewrites it here.
    pub(in crate::plan) planned: usize,
}

/// Reads a `within` of the plan.
pub(in crate::plan) fn parse(within: &str) -> Vec<Inside> {
    const BY: &str = " > ";
    let mut found = Vec::new();
    let mut rest = within;
    loop {
        // A key of JSON may have anything in it: a step ends where another begins.
        let end = rest.match_indices(BY).map(|(at, _)| at).find(|at| {
            let next = rest.get(at + BY.len()..).unwrap_or_default();
            ["base64", "json:", "percent"].iter().any(|word| next.starts_with(word))
        });
        let step = end.map_or(rest, |end| rest.get(..end).unwrap_or_default());
        found.push(match step {
            "base64" => Inside::Base64,
            "percent" => Inside::Percent,
            "key" => Inside::Key,
            json => {
                let pointer = json.strip_prefix("json:").unwrap_or(json);
                match pointer.strip_suffix(" (key)") {
                    Some(pointer) => Inside::JsonKey(pointer.to_owned()),
                    None => Inside::Json(pointer.to_owned()),
                }
            }
        });
        match end {
            Some(end) => rest = rest.get(end + BY.len()..).unwrap_or_default(),
            None => return found,
        }
    }
}

/// A spot as seen from some way inside.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Seen<'b, 's> {
    /// Number of the spot.
    spot: usize,
    within: &'b [Inside],
    tokens: &'b [Token<'s>],
}

pub(in crate::plan) fn borrowed<'b, 's>(spots: &'b [Spot<'s>]) -> Vec<Seen<'b, 's>> {
    let seen = spots.iter().enumerate();
    seen.map(|(spot, Spot { within, tokens })| Seen { spot, within, tokens }).collect()
}

/// How often each token of each spot was rewritten.
pub(in crate::plan) struct Tally(Vec<Vec<usize>>);

impl Tally {
    pub(in crate::plan) fn new(spots: &[Spot<'_>]) -> Self {
        Self(spots.iter().map(|spot| vec![0; spot.tokens.len()]).collect())
    }

    fn add(&mut self, spot: usize, token: usize) {
        if let Some(count) = self.0.get_mut(spot).and_then(|tokens| tokens.get_mut(token)) {
            *count += 1;
        }
    }

    /// Whether a token that was to be rewritten was not found at all.
    pub(in crate::plan) fn misses(&self, spots: &[Spot<'_>]) -> bool {
        let counted = spots.iter().zip(&self.0).flat_map(|(spot, counts)| spot.tokens.iter().zip(counts));
        counted.into_iter().any(|(token, found)| token.to.is_some() && *found == 0)
    }

    /// The first token that was not found as often as planned.
    pub(super) fn wrong<'b, 's>(&self, spots: &'b [Spot<'s>]) -> Option<(String, &'b Token<'s>, usize)> {
        spots.iter().zip(&self.0).find_map(|(spot, counts)| {
            let mut tokens = spot.tokens.iter().zip(counts);
            let (token, found) = tokens.find(|(token, found)| **found != token.planned)?;
            Some((described(&spot.within), token, *found))
        })
    }
}

fn described(within: &[Inside]) -> String {
    let steps = within.iter().map(|step| match step {
        Inside::Base64 => "base64".to_owned(),
        Inside::Percent => "percent".to_owned(),
        Inside::Key => "key".to_owned(),
        Inside::Json(pointer) => format!("json:{pointer}"),
        Inside::JsonKey(pointer) => format!("json:{pointer} (key)"),
    });
    steps.collect::<Vec<_>>().join(" > ")
}

/// The text with all that is seen in it rewritten; else the encoding that it does not have.
pub(in crate::plan) fn rewrite(
    text: &str,
    seen: &[Seen<'_, '_>],
    tally: &mut Tally,
) -> Result<String, String> {
    let first = |wanted: fn(&Inside) -> bool| seen.iter().any(|one| one.within.first().is_some_and(wanted));
    if first(|step| *step == Inside::Base64) {
        return in_base64(text, seen, tally);
    }
    if first(|step| matches!(step, Inside::Json(_) | Inside::JsonKey(_))) {
        return in_json(text, seen, tally);
    }
    in_words(text, seen, tally)
}

/// What is seen behind a first step.
fn behind<'b, 's>(seen: &[Seen<'b, 's>], step: &Inside) -> Vec<Seen<'b, 's>> {
    let inner = seen.iter().filter_map(|one| match one.within.split_first() {
        Some((first, within)) if first == step => Some(Seen { within, ..*one }),
        _ => None,
    });
    inner.collect()
}

fn in_base64(text: &str, seen: &[Seen<'_, '_>], tally: &mut Tally) -> Result<String, String> {
    let decoded = base64_text(text).ok_or("base64")?;
    let new = rewrite(&decoded, &behind(seen, &Inside::Base64), tally)?;
    if new == decoded {
        return Ok(text.to_owned());
    }
    let encoded = base64::prelude::BASE64_STANDARD.encode(new);
    // The space around stays, and lines are as long as they were.
    let core = text.trim();
    let (before, after) = text.split_once(core).unwrap_or_default();
    let Some((line, _)) = core.split_once('\n') else { return Ok(format!("{before}{encoded}{after}")) };
    let width = line.trim().len().max(1);
    let mut lines: Vec<&str> = Vec::new();
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(width.min(rest.len()));
        lines.push(line);
        rest = more;
    }
    Ok(format!("{before}{}{after}", lines.join("\n")))
}

fn in_json(text: &str, seen: &[Seen<'_, '_>], tally: &mut Tally) -> Result<String, String> {
    let mut steps: Vec<&Inside> = seen.iter().filter_map(|one| one.within.first()).collect();
    steps.dedup();
    let mut splices = Splices::default();
    for (at, step) in steps.iter().enumerate() {
        let (pointer, key) = match step {
            Inside::Json(pointer) => (pointer, false),
            Inside::JsonKey(pointer) => (pointer, true),
            _ => continue,
        };
        if steps.iter().take(at).any(|before| before == step) {
            continue;
        }
        let named = || format!("JSON with {pointer}");
        let range = literal::at(text, pointer, key).ok_or_else(named)?;
        let written = text.get(range.clone()).unwrap_or_default();
        let string: String = serde_json::from_str(written).map_err(|_| named())?;
        let new = rewrite(&string, &behind(seen, step), tally)?;
        if new != string {
            splices.add(range, serde_json::Value::String(new).to_string());
        }
    }
    Ok(splices.apply(text))
}

/// Text that is searched as it stands, with percent-encoded words in it.
fn in_words(text: &str, seen: &[Seen<'_, '_>], tally: &mut Tally) -> Result<String, String> {
    let mut splices = Splices::default();
    let plain: Vec<Seen<'_, '_>> = seen.iter().copied().filter(|one| one.within.is_empty()).collect();
    let found = find(text, &plain);
    for Found { range, spot, token, of } in &found {
        let alone = !matches!(of.kind, ValueKind::Region | ValueKind::Zone | ValueKind::ZoneId)
            || stands_alone(text, range.start, range.end);
        if let Some(to) = of.to.as_ref().filter(|_| alone) {
            tally.add(*spot, *token);
            splices.add(range.clone(), to.clone());
        }
    }
    let encoded = behind(seen, &Inside::Percent);
    if !encoded.is_empty() {
        for word in percent_words(text) {
            let begins = word.as_ptr() as usize - text.as_ptr() as usize;
            let range = begins..begins + word.len();
            if found.iter().any(|found| range.contains(&found.range.start)) {
                continue;
            }
            let Ok(decoded) = percent_decode_str(word).decode_utf8() else { continue };
            // One of several words may be encoded otherwise than the one that is meant.
            let Ok(new) = rewrite(&decoded, &encoded, tally) else { continue };
            if new != decoded {
                splices.add(range, percent_encoded(word, &decoded, &new));
            }
        }
    }
    Ok(splices.apply(text))
}

/// A token that stands in a text.
struct Found<'b, 's> {
    range: Range<usize>,
    spot: usize,
    token: usize,
    of: &'b Token<'s>,
}

/// Whole tokens, the longest first, none over another.
fn find<'b, 's>(text: &str, seen: &[Seen<'b, 's>]) -> Vec<Found<'b, 's>> {
    let mut found: Vec<Found<'b, 's>> = Vec::new();
    for one in seen {
        for (token, of) in one.tokens.iter().enumerate() {
            let mut from = 0;
            while let Some(at) =
                text.get(from..).and_then(|rest| rest.find(of.text)).filter(|_| !of.text.is_empty())
            {
                let range = from + at..from + at + of.text.len();
                from = range.start
                    + text.get(range.start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                if range.len() == text.len() || is_whole(text, range.start, range.end, of.kind) {
                    found.push(Found { range, spot: one.spot, token, of });
                }
            }
        }
    }
    found.sort_by_key(|found| (std::cmp::Reverse(found.range.len()), found.range.start));
    let mut taken: Vec<Found<'b, 's>> = Vec::with_capacity(found.len());
    for hit in found {
        if taken.iter().all(|other| hit.range.end <= other.range.start || other.range.end <= hit.range.start)
        {
            taken.push(hit);
        }
    }
    taken
}

/// A word encoded again: what is the same at both ends stays as it is written, what has changed between is encoded, but
/// for characters that the word has plain.
fn percent_encoded(word: &str, old: &str, new: &str) -> String {
    let same = |a: &mut dyn Iterator<Item = (u8, u8)>| a.take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len());
    let mut before = same(&mut old.bytes().zip(new.bytes())).min(most);
    while !(old.is_char_boundary(before) && new.is_char_boundary(before)) {
        before -= 1;
    }
    let mut after = same(&mut old.bytes().rev().zip(new.bytes().rev())).min(most - before);
    while !(old.is_char_boundary(old.len() - after) && new.is_char_boundary(new.len() - after)) {
        after -= 1;
    }
    let raw = octets(word);
    let written = |range: Range<usize>| -> String {
        raw.get(range)
            .unwrap_or_default()
            .iter()
            .map(|octet| word.get(octet.clone()).unwrap_or_default())
            .collect()
    };
    let mut text = written(0..before);
    for c in new.get(before..new.len() - after).unwrap_or_default().chars() {
        let unreserved = c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~');
        if unreserved || (c != '%' && c.is_ascii() && word.contains(c)) {
            text.push(c);
        } else {
            let mut bytes = [0; 4];
            let encoded = percent_encoding::percent_encode(
                c.encode_utf8(&mut bytes).as_bytes(),
                percent_encoding::NON_ALPHANUMERIC,
            );
            text.extend(encoded);
        }
    }
    text + &written(raw.len() - after..raw.len())
}

/// Where each octet of what a word says is written.
fn octets(word: &str) -> Vec<Range<usize>> {
    let bytes = word.as_bytes();
    let mut found = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
        let length = if bytes.get(at) == Some(&b'%') && hex(at + 1) && hex(at + 2) { 3 } else { 1 };
        found.push(at..at + length);
        at += length;
    }
    found
}

/// Replacements in one text.
#[derive(Default)]
struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    fn add(&mut self, range: Range<usize>, by: String) {
        self.0.push((range, by));
    }

    fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(range, _)| range.start);
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        for (range, by) in &self.0 {
            new.push_str(text.get(at..range.start).unwrap_or_default());
            new.push_str(by);
            at = range.end;
        }
        new.push_str(text.get(at..).unwrap_or_default());
        new
    }
}
