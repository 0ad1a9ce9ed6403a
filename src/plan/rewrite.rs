//! Applies what a plan replaces to one text that it found it in.

use super::body::text::{Spot, Tally, Token as Wanted, borrowed, parse, rewrite as rewritten};
use crate::model::value::ValueKind;

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

/// The text with its tokens replaced; `None` where a token that is to be replaced is not found, or a place is not encoded
/// as the plan says.
///
/// Tokens are found as the planner found them: whole, the longest first, never overlapping. One that stays keeps what
/// is inside it.
#[must_use]
pub fn rewrite(text: &str, tokens: &[Token<'_>]) -> Option<String> {
    let mut spots: Vec<(Option<&str>, Spot<'_>)> = Vec::new();
    for token in tokens {
        let wanted = Wanted {
            text: token.text,
            kind: token.kind,
            to: token.to.map(str::to_owned),
            planned: usize::from(token.to.is_some()),
        };
        match spots.iter_mut().find(|(within, _)| *within == token.within) {
            Some((_, spot)) => spot.tokens.push(wanted),
            None => {
                let within = token.within.map(parse).unwrap_or_default();
                spots.push((token.within, Spot { within, tokens: vec![wanted] }));
            }
        }
    }
    let spots: Vec<Spot<'_>> = spots.into_iter().map(|(_, spot)| spot).collect();
    let mut tally = Tally::new(&spots);
    let out = rewritten(text, &borrowed(&spots), &mut tally).ok()?;
    (!tally.misses(&spots)).then_some(out)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

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
        assert_eq!(rewrite("a%2Fus-east-2", &[at("percent")]).unwrap(), "a%2Fus-west-2");
    }
}
