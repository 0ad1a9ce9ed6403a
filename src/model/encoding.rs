//! Encodings that values are found in: where the encoded parts of a text are, and what they say.

use base64::Engine as _;

/// Text that base64 hides; `None` where it is no base64 or no text.
#[must_use]
pub fn base64_text(text: &str) -> Option<String> {
    let compact: String;
    let text = if text.contains('\n') {
        compact = text.split_ascii_whitespace().collect();
        &compact
    } else {
        text
    };
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if text.len() < 12 || !text.len().is_multiple_of(4) || !text.bytes().all(alphabet) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    (!decoded.chars().any(|c| c.is_control() && !c.is_whitespace())).then_some(decoded)
}

/// Words with percent-encoded octets (RFC 3986).
pub fn percent_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '&' | '?' | '=' | ',' | ';'))
        .filter(|word| word.contains('%'))
}
