//! Which version of a state object is the state. Pure: the versions and the first bytes of each are given.

use jiff::Timestamp;

/// A version of the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// `None` in a bucket without versions.
    pub(super) id: Option<String>,
    /// When it was written.
    pub(super) modified: Option<Timestamp>,
    /// What its first bytes say; `None` where they say nothing.
    pub(super) head: Option<Head>,
}

/// What tells states apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lineage: String,
    pub(super) serial: u64,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Take this one, by its place in the list.
    Take(usize),
    /// Several lineages and none was expected; one line for each.
    Lineages(Vec<String>),
    /// None of the expected lineage.
    Other,
}

/// Takes the highest serial of the lineage; of two with one serial the later. `versions` are newest first.
pub(super) fn choose(versions: &[Version], expected: Option<&str>) -> Choice {
    let heads = || versions.iter().enumerate().filter_map(|(at, version)| Some((at, version.head.as_ref()?)));
    let Some((_, newest)) = heads().next() else {
        // No version says what it is: the newest is judged when it is read whole.
        return Choice::Take(0);
    };
    let lineage = match expected {
        Some(expected) => expected,
        None if heads().all(|(_, head)| head.lineage == newest.lineage) => &newest.lineage,
        None => return Choice::Lineages(lineages(versions)),
    };
    let of_it = heads().filter(|(_, head)| head.lineage == lineage);
    let highest = of_it.max_by(|(a, left), (b, right)| left.serial.cmp(&right.serial).then(b.cmp(a)));
    highest.map_or(Choice::Other, |(at, _)| Choice::Take(at))
}

/// The highest serial of each lineage, in the order of the list.
fn lineages(versions: &[Version]) -> Vec<String> {
    let mut found: Vec<(&Head, &Version)> = Vec::new();
    for version in versions {
        let Some(head) = &version.head else { continue };
        match found.iter_mut().find(|(known, _)| known.lineage == head.lineage) {
            Some(entry) if entry.0.serial < head.serial => *entry = (head, version),
            Some(_) => {}
            None => found.push((head, version)),
        }
    }
    let line = |(head, version): (&Head, &Version)| {
        let id = version.id.as_deref().unwrap_or("null");
        let modified = version.modified.map(|at| format!(" of {at}")).unwrap_or_default();
        format!("{} serial {} is version {id}{modified}", head.lineage, head.serial)
    };
    found.into_iter().map(line).collect()
}

/// Reads serial and lineage from the first bytes of a state: both engines write them before outputs and resources.
pub(super) fn head(bytes: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(bytes);
    let end = ["\"outputs\"", "\"resources\"", "\"modules\""].iter().filter_map(|key| text.find(key)).min();
    let text = text.get(..end.unwrap_or(text.len()))?;
    let value = |key: &str| {
        let (_, after) = text.split_once(key)?;
        after.trim_start().strip_prefix(':').map(str::trim_start)
    };
    let serial = value("\"serial\"")?;
    let digits = serial.find(|c: char| !c.is_ascii_digit())?;
    let lineage = value("\"lineage\"")?.strip_prefix('"')?;
    let (lineage, _) = lineage.split_once('"')?;
    Some(Head { lineage: lineage.to_owned(), serial: serial.get(..digits)?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(id: &str, head: Option<(&str, u64)>) -> Version {
        let head = head.map(|(lineage, serial)| Head { lineage: lineage.to_owned(), serial });
        Version { id: Some(id.to_owned()), modified: None, head }
    }

    #[test]
    fn the_highest_serial_wins_over_the_newest_object() {
        let versions =
            [version("c", Some(("x", 7))), version("b", Some(("x", 9))), version("a", Some(("x", 8)))];
        assert_eq!(choose(&versions, None), Choice::Take(1));
        assert_eq!(choose(&versions, Some("x")), Choice::Take(1));
        assert_eq!(choose(&versions, Some("y")), Choice::Other);
    }

    #[test]
    fn of_one_serial_the_later_object_wins() {
        let versions = [version("b", Some(("x", 9))), version("a", Some(("x", 9)))];
        assert_eq!(choose(&versions, None), Choice::Take(0));
    }

    #[test]
    fn two_lineages_are_not_mixed() {
        let versions = [version("b", Some(("new", 1))), version("a", Some(("x", 412)))];
        assert_eq!(choose(&versions, Some("x")), Choice::Take(1));
        let lines = vec!["new serial 1 is version b".to_owned(), "x serial 412 is version a".to_owned()];
        assert_eq!(choose(&versions, None), Choice::Lineages(lines));
    }

    #[test]
    fn a_version_that_says_nothing_is_passed_over_unless_all_do() {
        assert_eq!(choose(&[version("b", None), version("a", Some(("x", 2)))], None), Choice::Take(1));
        assert_eq!(choose(&[version("b", None), version("a", None)], None), Choice::Take(0));
    }

    #[test]
    fn heads_are_read_before_outputs() {
        let text =
            br#"{"version": 4, "terraform_version": "1.9.0", "serial": 41, "lineage": "ab-c", "outputs": {"#;
        assert_eq!(head(text), Some(Head { lineage: "ab-c".to_owned(), serial: 41 }));
        assert_eq!(head(br#"{"version":4,"outputs":{"serial":{"value":3,"lineage":"x"}}"#), None);
        assert_eq!(head(br#"{"serial":4"#), None);
        assert_eq!(head(b"\xff\xfe"), None);
    }
}
