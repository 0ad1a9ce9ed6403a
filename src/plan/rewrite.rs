//! Applies what a plan replaces to the text that it found it in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::model::value::ValueKind;
use crate::model::value::whole::is_whole;

/// A token of the primary at one place of a text.
#[derive(Clone, Copy, Debug)]
pub struct Token<'t> {
    /// The token.
    pub text: &'t str,
    /// What it is, which says where it ends.
    pub kind: ValueKind,
    /// The place inside an encoded string, as [`super::action::Rewrite`] has it.
    pub within: Option<&'t str>,
    /// What stands there afterwards; `None` where it stays.
    pub to: Option<&'t str>,
}

/// The text with its tokens replaced; `None` where a token is not found, or stands in what cannot be written anew: the
/// key of a mapping, percent-encoded words.
///
/// Tokens are found as the planner found them: whole, the longest first, never overlapping. One that stays keeps what
/// is inside it.
#[must_use]
pub fn rewrite(text: &str, tokens: &[Token<'_>]) -> Option<String> {
    let (plain, inside): (Vec<Token<'_>>, Vec<Token<'_>>) =
        tokens.iter().partition(|token| token.within.is_none());
    let mut text = match plain.as_slice() {
        [] => text.to_owned(),
        plain => replace(text, plain)?,
    };
    let mut places: Vec<&str> = inside.iter().filter_map(|token| token.within.map(head)).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        let deeper: Vec<Token<'_>> = inside
            .iter()
            .filter(|token| token.within.map(head) == Some(place))
            .map(|token| Token { within: token.within.and_then(tail), ..*token })
            .collect();
        if deeper.iter().all(|token| token.to.is_none()) {
            continue;
        }
        text = match place.strip_prefix("json:") {
            Some(pointer) if !pointer.ends_with(" (key)") => in_json(&text, pointer, &deeper)?,
            None if place == "base64" => in_base64(&text, &deeper)?,
            _ => return None,
        };
    }
    Some(text)
}

fn head(within: &str) -> &str {
    within.split_once(" > ").map_or(within, |(head, _)| head)
}

fn tail(within: &str) -> Option<&str> {
    within.split_once(" > ").map(|(_, tail)| tail)
}

fn replace(text: &str, tokens: &[Token<'_>]) -> Option<String> {
    let mut found: Vec<(usize, usize, Option<&str>)> = Vec::new();
    for token in tokens.iter().filter(|token| !token.text.is_empty()) {
        let before = found.len();
        for (start, _) in text.match_indices(token.text) {
            let end = start + token.text.len();
            if is_whole(text, start, end, token.kind) {
                found.push((start, end, token.to));
            }
        }
        if found.len() == before && token.to.is_some() {
            return None;
        }
    }
    found.sort_by_key(|(start, end, _)| (std::cmp::Reverse(end - start), *start));
    let mut taken: Vec<(usize, usize, Option<&str>)> = Vec::with_capacity(found.len());
    for hit in found {
        if taken.iter().all(|other| hit.1 <= other.0 || other.1 <= hit.0) {
            taken.push(hit);
        }
    }
    taken.sort_unstable();
    let (mut out, mut at) = (String::with_capacity(text.len() + 64), 0);
    for (start, end, to) in taken {
        out.push_str(text.get(at..start)?);
        out.push_str(to.or_else(|| text.get(start..end))?);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// As it is laid out, where the tokens stand in it as they are; else written anew.
fn in_json(text: &str, pointer: &str, tokens: &[Token<'_>]) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    let part = value.pointer_mut(pointer)?;
    let old = part.as_str()?.to_owned();
    let new = rewrite(&old, tokens)?;
    *part = Value::String(new.clone());
    let written = |text: &str| serde_json::to_string(text).ok();
    let (old, new) = (written(&old)?, written(&new)?);
    for (at, _) in text.match_indices(&old) {
        let laid_out = [text.get(..at)?, &new, text.get(at + old.len()..)?].concat();
        if serde_json::from_str::<Value>(&laid_out).is_ok_and(|read| read == value) {
            return Some(laid_out);
        }
    }
    serde_json::to_string_pretty(&value).ok()
}

fn in_base64(text: &str, tokens: &[Token<'_>]) -> Option<String> {
    let compact: String = text.split_ascii_whitespace().collect();
    let inside = String::from_utf8(STANDARD.decode(compact).ok()?).ok()?;
    Some(STANDARD.encode(rewrite(&inside, tokens)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token<'t>(text: &'t str, kind: ValueKind, within: Option<&'t str>, to: Option<&'t str>) -> Token<'t> {
        Token { text, kind, within, to }
    }

    #[test]
    fn the_longest_token_decides_and_what_stays_keeps_what_is_inside_it() {
        let region = token("us-east-2", ValueKind::Region, None, Some("us-west-2"));
        let host = token("db.us-east-2.aws.com", ValueKind::Endpoint, None, Some("${HOST}"));
        let kept = token("arn:aws:iam::1:role/us-east-2", ValueKind::Arn, None, None);
        let text = "us-east-2 db.us-east-2.aws.com:5432 arn:aws:iam::1:role/us-east-2 us-east-21";
        assert_eq!(
            rewrite(text, &[region, host, kept]).unwrap(),
            "us-west-2 ${HOST}:5432 arn:aws:iam::1:role/us-east-2 us-east-21"
        );
        assert_eq!(rewrite("eu-west-1", &[region]), None);
    }

    #[test]
    fn json_keeps_its_layout_and_base64_its_encoding() {
        let at = |within| token("us-east-2", ValueKind::Region, Some(within), Some("us-west-2"));
        let text = "{ \"b\": \"us-east-2\",\n  \"a\": \"us-east-2\" }";
        let out = "{ \"b\": \"us-east-2\",\n  \"a\": \"us-west-2\" }";
        assert_eq!(rewrite(text, &[at("json:/a")]).unwrap(), out);
        let encoded = STANDARD.encode(text);
        assert_eq!(rewrite(&encoded, &[at("base64 > json:/a")]).unwrap(), STANDARD.encode(out));
        assert_eq!(rewrite(text, &[at("json:/a (key)")]), None);
        assert_eq!(rewrite("a%20us-east-2", &[at("percent")]), None);
    }
}
