//! Long texts are shown by what differs in them.

use similar::{ChangeTag, TextDiff};

/// Texts up to this length, in bytes, are shown whole.
const WHOLE: usize = 160;
/// Words that stay on either side of what differs.
const AROUND: usize = 4;

/// Two texts, equal runs of words replaced by `…` where both are long.
pub(super) fn shortened(before: String, after: String) -> (String, String) {
    if before.len() <= WHOLE || after.len() <= WHOLE {
        return (before, after);
    }
    let words = TextDiff::from_words(&before, &after);
    let changes: Vec<(ChangeTag, &str)> =
        words.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    let near = near_a_change(&changes);
    let side = |left_out: ChangeTag| {
        let mut out = String::new();
        let mut gap = false;
        for ((tag, word), near) in changes.iter().zip(&near) {
            if *tag == left_out {
                continue;
            }
            if *near {
                out.push_str(word);
            } else if !gap {
                out.push_str("… ");
            }
            gap = !near;
        }
        out.trim_end().to_owned()
    };
    let (old, new) = (side(ChangeTag::Insert), side(ChangeTag::Delete));
    // White space alone may differ, or a sign of elision stand for what differs: then the whole says more.
    if old == new { (before, after) } else { (old, new) }
}

/// For each word, whether a change lies within [`AROUND`] words of it.
fn near_a_change(changes: &[(ChangeTag, &str)]) -> Vec<bool> {
    // Words and the white space between them are both items.
    let reach = AROUND * 2;
    let mut near = vec![false; changes.len()];
    let mut mark = |positions: &mut dyn Iterator<Item = usize>| {
        let mut since = usize::MAX;
        for at in positions {
            let changed = changes.get(at).is_some_and(|(tag, _)| *tag != ChangeTag::Equal);
            since = if changed { 0 } else { since.saturating_add(1) };
            if let Some(near) = near.get_mut(at) {
                *near |= since <= reach;
            }
        }
    };
    mark(&mut (0..changes.len()));
    mark(&mut (0..changes.len()).rev());
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_whole() {
        let (before, after) = shortened("a b".to_owned(), "a c".to_owned());
        assert_eq!((before.as_str(), after.as_str()), ("a b", "a c"));
    }

    #[test]
    fn long_texts_show_what_differs() {
        let long = |middle: &str| format!("{}{middle} {}", "word ".repeat(60), "rest ".repeat(60));
        let (before, after) = shortened(long("old"), long("new"));
        assert!(before.len() < 100 && before.contains("old") && before.starts_with('…'), "{before}");
        assert!(after.len() < 100 && after.contains("new") && after.ends_with('…'), "{after}");
    }

    #[test]
    fn texts_that_differ_stay_different() {
        let long = "x ".repeat(200);
        let (before, after) = shortened(long.clone(), format!("{long} "));
        assert_ne!(before, after);
    }

    proptest::proptest! {
        #[test]
        fn no_difference_is_lost(a in "[a-c …\n]{150,400}", b in "[a-c …\n]{150,400}") {
            let (before, after) = shortened(a.clone(), b.clone());
            proptest::prop_assert_eq!(a == b, before == after);
        }
    }
}
