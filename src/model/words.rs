//! Numbers with their nouns.

/// `1 error`, `3 warnings`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {}", plural(noun)) }
}

/// `is` of one, `are` of any other number.
#[must_use]
pub const fn is(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ if noun.ends_with('s') => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        assert_eq!([count(1, "key"), count(2, "key"), count(3, "retry")], ["1 key", "2 keys", "3 retries"]);
        assert_eq!([count(2, "class"), count(0, "image")], ["2 classes", "0 images"]);
        assert_eq!([is(1), is(0), is(2)], ["is", "are", "are"]);
    }
}
