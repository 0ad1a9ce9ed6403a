//! Where a value is itself, and not a part of something longer.

use super::ValueKind;

/// A token ends where its alphabet ends: `vpc-1` is not in `vpc-12`, `us-east-2` is in `logs-us-east-2`.
#[must_use]
pub fn is_whole(text: &str, start: usize, end: usize, kind: ValueKind) -> bool {
    let before = text[..start].chars().next_back();
    let after = text[end..].chars().next();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match kind {
        // A region or zone may be a part of a name; a letter or digit beside it makes it another word.
        ValueKind::Region | ValueKind::Zone | ValueKind::ZoneId | ValueKind::Account => {
            !word(before) && !word(after)
        }
        // `arn:...:role/app` is not in `arn:...:role/app-extra`, nor a host in a longer host.
        ValueKind::Arn | ValueKind::Certificate | ValueKind::Key => {
            !word(before) && !word(after) && !matches!(after, Some('-' | '_'))
        }
        ValueKind::Endpoint | ValueKind::BucketDomain | ValueKind::Issuer | ValueKind::Registry => {
            !word(before) && !word(after) && !matches!(before, Some('-' | '.')) && !matches!(after, Some('-'))
        }
        // `example.com` is neither in `shop.example.com` nor in `example.com.au`.
        ValueKind::Domain => {
            let mut rest = text[end..].chars();
            let goes_on = rest.next() == Some('.') && word(rest.next());
            !word(before)
                && !word(after)
                && !goes_on
                && !matches!(before, Some('-' | '.' | '_'))
                && !matches!(after, Some('-' | '_'))
        }
        ValueKind::Literal => true,
        _ => {
            !word(before)
                && !word(after)
                && !matches!(after, Some('-' | '_'))
                && !matches!(before, Some('-' | '_'))
        }
    }
}

/// Whether a region is a word of its own or the region of a service's host; as part of a name or of an ARN that
/// nobody owns it says nothing of what the name would be elsewhere.
#[must_use]
pub fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let boundary = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | ',' | ';' | '=' | '&' | '|' | '(' | ')' | '<' | '>' | '`')
    };
    let word_start = text[..start].rfind(boundary).map_or(0, |at| at + 1);
    let word_end = text[end..].find(boundary).map_or(text.len(), |at| end + at);
    let (word, before, after) = (&text[word_start..word_end], &text[word_start..start], &text[end..word_end]);
    if word.contains("arn:") {
        return false;
    }
    let neighbour =
        |c: Option<char>| c.is_none_or(|c| matches!(c, '/' | ':' | '?' | '[' | ']' | '{' | '}' | '@'));
    if neighbour(before.chars().next_back()) && neighbour(after.chars().next()) {
        return true;
    }
    // `sqs.us-east-2.amazonaws.com`, with scheme, port or path around it: one label for the service.
    let host = before.rsplit(['/', '@', ':']).next().unwrap_or_default();
    let service = host.strip_suffix('.').unwrap_or_default();
    let service = service.strip_prefix("api.").unwrap_or(service);
    !service.is_empty()
        && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && (after.starts_with(".amazonaws.com") || after.starts_with(".api.aws"))
}
