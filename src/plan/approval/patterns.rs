//! Pattern lists as OpenSSH has them (PATTERNS in ssh_config(5)): `*`, `?`, and `!` for what is not meant.

/// Whether a name is meant by a list of patterns. One that is denied is not, whatever else matches.
pub(super) fn list_matches(list: &str, name: &str) -> bool {
    let mut meant = false;
    for pattern in list.split(',') {
        match pattern.strip_prefix('!') {
            Some(denied) if matches(denied, name) => return false,
            Some(_) => {}
            None => meant = meant || matches(pattern, name),
        }
    }
    meant
}

/// Whether a pattern stands for more than one name.
pub(super) fn is_wild(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

/// Whether a pattern matches a whole name. Steps back to the last `*` only, so that no pattern takes exponential time.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.as_bytes(), name.as_bytes());
    let mut back: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (Some((b'*', rest)), _) => {
                back = Some((rest, name));
                pattern = rest;
            }
            (None, None) => return true,
            (Some((p, rest)), Some((n, after))) if *p == b'?' || p == n => {
                (pattern, name) = (rest, after);
            }
            _ => {
                let Some((rest, (_, after))) = back.and_then(|(rest, at)| Some((rest, at.split_first()?)))
                else {
                    return false;
                };
                back = Some((rest, after));
                (pattern, name) = (rest, after);
            }
        }
    }
}

/// Whether some name is matched by both patterns.
pub(super) fn overlap(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    // `row[j]`: whether what is left of `left`, from where the loop is, and `right[j..]` have a name in common.
    let mut below = suffix_row(right);
    for l in left.iter().rev() {
        let mut row = vec![false; right.len() + 1];
        let last = row.len() - 1;
        let set = |row: &mut Vec<bool>, at: usize, value: bool| {
            if let Some(place) = row.get_mut(at) {
                *place = value;
            }
        };
        let get = |row: &[bool], at: usize| row.get(at).copied().unwrap_or_default();
        set(&mut row, last, *l == b'*' && get(&below, last));
        for (at, r) in right.iter().enumerate().rev() {
            let value = if *l == b'*' || *r == b'*' {
                // One star stands for nothing, or takes one more character of the other.
                get(&below, at) || get(&row, at + 1)
            } else {
                (*l == b'?' || *r == b'?' || l == r) && get(&below, at + 1)
            };
            set(&mut row, at, value);
        }
        below = row;
    }
    below.first().copied().unwrap_or_default()
}

/// Which ends of a pattern match nothing at all: the last, and all that are stars only.
fn suffix_row(pattern: &[u8]) -> Vec<bool> {
    let stars = pattern.iter().rev().take_while(|c| **c == b'*').count();
    (0..=pattern.len()).map(|at| at + stars >= pattern.len()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_match_as_those_of_openssh() {
        for (pattern, name, wanted) in [
            ("alice", "alice", true),
            ("alice", "Alice", false),
            ("*@acme.com", "alice@acme.com", true),
            ("*@acme.com", "alice@acme.com.evil", false),
            ("a?ice", "alice", true),
            ("a?ice", "aice", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
        assert!(list_matches("git,drplan", "drplan"));
        assert!(list_matches("*,!bob", "alice") && !list_matches("*,!bob", "bob"));
        assert!(!list_matches("!bob", "alice"), "a list that only denies means nobody");
    }

    #[test]
    fn no_pattern_takes_long() {
        let pattern = "a*".repeat(60) + "b";
        assert!(!matches(&pattern, &"a".repeat(4000)));
    }

    #[test]
    fn patterns_that_have_a_name_in_common() {
        for (left, right, wanted) in [
            ("*@acme.com", "alice@*", true),
            ("*@acme.com", "*@other.com", false),
            ("a*", "*b", true),
            ("a?", "?b", true),
            ("a?", "a", false),
            ("*", "", true),
            ("**a", "a**", true),
            ("alice", "alice", true),
        ] {
            assert_eq!(overlap(left, right), wanted, "{left} {right}");
            assert_eq!(overlap(right, left), wanted, "{right} {left}");
        }
    }

    proptest! {
        #[test]
        fn whoever_is_matched_by_both_is_an_overlap(
            left in "[ab*?]{0,6}", right in "[ab*?]{0,6}", name in "[ab]{0,6}",
        ) {
            if matches(&left, &name) && matches(&right, &name) {
                prop_assert!(overlap(&left, &right));
            }
            prop_assert_eq!(overlap(&left, &name), matches(&left, &name));
        }
    }
}
