//! A name that people gave, as a part of a key or of a path.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Parts stay far below what a file system (255) and a key (1,024, with a prefix) take.
const LONGEST: usize = 120;
/// What is left of a longer one; the rest is told apart by a digest.
const KEPT: usize = 80;

/// A part of a key that is another one for each name, and is neither empty, nor `.`, nor has a separator.
///
/// Letters, digits and `-` stand for themselves, every other byte for `_` and its two hexadecimal digits.
#[must_use]
pub fn key_part(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            part.push(char::from(byte));
        } else {
            let _ = write!(part, "_{byte:02x}");
        }
    }
    if part.is_empty() {
        return "_".to_owned();
    }
    if part.len() > LONGEST {
        part.truncate(KEPT);
        // No byte is written so.
        part.push_str("_x");
        for byte in Sha256::digest(name.as_bytes()).iter().take(16) {
            let _ = write!(part, "{byte:02x}");
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_has_a_part_of_its_own_that_leads_nowhere() {
        assert_eq!(key_part("shop-2"), "shop-2");
        assert_eq!(key_part("../a b"), "_2e_2e_2fa_20b");
        let long = "ä".repeat(200);
        let names = ["", ".", "..", "_", "a/b", "a_2fb", "a_b", "A", "a", "ä", &long, &format!("{long}ä")];
        let parts: BTreeSet<String> = names.into_iter().map(key_part).collect();
        assert_eq!(parts.len(), names.len(), "{parts:?}");
        let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= 120 && part.chars().all(safe)));
    }
}
