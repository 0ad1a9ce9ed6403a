//! Who counts, and who does not.

use proptest::prelude::*;

use super::*;

const MESSAGE: &[u8] = b"sha256:0123";

fn of(signatures: &[Text], signers: &[Signers], revoked: &str) -> Count {
    let revoked = read_revoked(revoked, "revoked").unwrap();
    count(MESSAGE, signatures, signers, &[revoked], now())
}

fn approved(count: &Count) -> Vec<&str> {
    count.approved.iter().map(|approver| approver.name.as_str()).collect()
}

#[test]
fn two_people_are_two() {
    let file = signers(&[("alice", 1), ("bob", 2), ("carol", 3)]);
    let counted = of(&[signed("b", 2, MESSAGE), signed("a", 1, MESSAGE)], &[file], "");
    assert_eq!(approved(&counted), ["alice", "bob"]);
    assert_eq!(counted.open, ["carol"]);
    assert!(counted.discarded.is_empty());
}

#[test]
fn a_person_counts_once_however_many_keys_and_names_they_have() {
    for file in [
        // Two keys of one name; of a name and its alias; of two names that a third line joins.
        signers(&[("alice", 1), ("alice", 2)]),
        signers(&[("alice,alice@acme.com", 1), ("alice@acme.com,al", 2)]),
        signers(&[("alice", 1), ("al", 2), ("alice,al", 3)]),
        // One key under two names.
        signers(&[("alice", 1), ("bob", 1), ("bob", 2)]),
        // A pattern that may be anybody.
        signers(&[("*@acme.com", 1), ("alice@acme.com", 2)]),
        signers(&[("*@acme.com", 1), ("a*", 2)]),
    ] {
        let counted =
            of(&[signed("1", 1, MESSAGE), signed("2", 2, MESSAGE), signed("3", 1, MESSAGE)], &[file], "");
        assert_eq!(counted.approved.len(), 1, "{counted:#?}");
        assert!(counted.discarded.iter().all(|one| matches!(one.why, Why::Again { .. })), "{counted:#?}");
    }
}

#[test]
fn patterns_and_uses_that_keep_people_apart() {
    for file in [
        signers(&[("*@acme.com", 1), ("bob@other.com", 2)]),
        signers(&[("*@acme.com,!bob@acme.com", 1), ("bob@acme.com", 2)]),
        // Who may sign commits is nobody here.
        signers(&[("alice", 1), ("bob", 2), ("* namespaces=\"git\"", 3)]),
    ] {
        let counted = of(&[signed("1", 1, MESSAGE), signed("2", 2, MESSAGE)], &[file], "");
        assert_eq!(counted.approved.len(), 2, "{counted:#?}");
    }
}

#[test]
fn each_reason_not_to_count() {
    let file = signers(&[
        ("alice", 1),
        ("git namespaces=\"git\"", 2),
        ("early valid-after=\"20261123120001Z\"", 3),
        ("late valid-before=\"20261123115959Z\"", 4),
        ("first valid-after=\"20261123120000Z\"", 5),
        ("last valid-before=\"20261123120000Z\"", 6),
        ("gone", 7),
        ("other", 8),
        ("wrong", 9),
    ]);
    let mut unread = Text::new("x.sig", "");
    unread.text = Err(crate::model::diagnostic::Problem::new("x.sig is a folder", "remove it"));
    let signatures = [
        signed("alice", 1, MESSAGE),
        signed("alice again", 1, MESSAGE),
        signed("git", 2, MESSAGE),
        signed("early", 3, MESSAGE),
        signed("late", 4, MESSAGE),
        signed("first", 5, MESSAGE),
        signed("last", 6, MESSAGE),
        signed("gone", 7, MESSAGE),
        signed("other", 8, b"sha256:9999"),
        signed_for("wrong", 9, "git", MESSAGE),
        signed("foreign", 10, MESSAGE),
        Text::new("text.sig", "approved!"),
        unread,
    ];
    let counted = of(&signatures, &[file], &public(7));
    assert_eq!(approved(&counted), ["alice", "first", "last"]);
    let said: Vec<String> = counted
        .discarded
        .iter()
        .map(|one| {
            let problem = one.why.problem(&one.file, "plan.json");
            assert!(!problem.fix.is_empty());
            problem.message.replace("this signature does not count: ", "")
        })
        .collect();
    let starts = [
        "alice has approved already (alice again.sig)",
        "its key is not valid before 2026-11-23T12:00:01Z (allowed_signers:3)",
        "its key SHA256:",
        "its key is not for approvals: the namespaces of allowed_signers:2 do not have drplan",
        "the key of gone that it is by was revoked",
        "its key was valid until 2026-11-23T11:59:59Z (allowed_signers:4)",
        "other did not sign the decisions of this plan",
        "it is no SSH signature",
        "it was made for \"git\", and an approval is made for \"drplan\"",
        "x.sig is a folder",
    ];
    let mut sorted = said.clone();
    sorted.sort();
    let mut wanted = starts;
    wanted.sort_unstable();
    assert_eq!(said.len(), starts.len(), "{said:#?}");
    for (said, wanted) in sorted.iter().zip(wanted) {
        assert!(said.starts_with(wanted), "{said:?} is not {wanted:?}");
    }
    assert!(counted.open.is_empty() || !counted.open.contains(&"gone".to_owned()), "{:?}", counted.open);
}

/// Where the plan's file and drplan.hcl's differ, both must allow a key.
#[test]
fn of_two_files_each_must_allow_a_key() {
    let plan = signers(&[("alice", 1), ("bob", 2), ("al", 3)]);
    let now = signers(&[("alice", 1), ("carol", 4), ("al,alice", 3)]);
    let signatures = [1, 2, 3, 4].map(|seed| signed(&seed.to_string(), seed, MESSAGE));
    let counted = of(&signatures, &[plan, now], "");
    assert_eq!(approved(&counted), ["alice"], "al is alice by what the second file says: {counted:#?}");
}

/// What a random signature is like.
fn signature() -> impl Strategy<Value = (u8, u8)> {
    (0_u8..9, 0_u8..4)
}

fn made(of: &[(u8, u8)]) -> Vec<Text> {
    of.iter()
        .enumerate()
        .map(|(at, (seed, kind))| match kind {
            0 => signed(&format!("{at:03}"), *seed, b"sha256:other"),
            1 => signed_for(&format!("{at:03}"), *seed, "git", MESSAGE),
            _ => signed(&format!("{at:03}"), *seed, MESSAGE),
        })
        .collect()
}

/// Three people, one of them with two keys and one with an alias; a revoked key; an expired one.
fn three() -> Vec<Signers> {
    vec![signers(&[
        ("alice", 0),
        ("alice", 1),
        ("bob,bob@acme.com", 2),
        ("bob@acme.com", 3),
        ("carol", 4),
        ("gone", 5),
        ("late valid-before=\"20200101Z\"", 6),
    ])]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn order_and_repetition_change_nothing(
        signatures in proptest::collection::vec(signature(), 0..8),
        shuffle in any::<u64>(),
    ) {
        let file = three();
        let texts = made(&signatures);
        let counted = of(&texts, &file, &public(5));
        let mut moved = texts.clone();
        moved.extend(texts);
        // A rotation and a reversal reach every neighbourhood that matters to a count.
        let by = usize::try_from(shuffle % 7).unwrap().min(moved.len());
        moved.rotate_left(by);
        if shuffle % 2 == 0 { moved.reverse(); }
        let again = of(&moved, &file, &public(5));
        prop_assert_eq!(&counted.approved, &again.approved);
        prop_assert!(counted.approved.len() <= 3);
        let names = counted.approved.iter().map(|one| one.name.split('@').next().unwrap().to_owned());
        let names: std::collections::BTreeSet<String> = names.collect();
        prop_assert_eq!(names.len(), counted.approved.len(), "somebody counts twice");
    }

    /// Signatures that do not count never help, and one more that counts is one more at most.
    #[test]
    fn nothing_foreign_or_revoked_ever_helps(
        signatures in proptest::collection::vec(signature(), 0..6),
        more in proptest::collection::vec(prop_oneof![
            (5_u8..9, 0_u8..4),
            (0_u8..9, 0_u8..2),
        ], 1..4),
    ) {
        let file = three();
        let before = of(&made(&signatures), &file, &public(5));
        let all: Vec<(u8, u8)> = signatures.iter().chain(&more).copied().collect();
        let after = of(&made(&all), &file, &public(5));
        prop_assert_eq!(before.approved, after.approved);
    }

    #[test]
    fn revoking_never_helps(signatures in proptest::collection::vec(signature(), 0..6), gone in 0_u8..9) {
        let file = three();
        let texts = made(&signatures);
        let fewer = of(&texts, &file, &public(gone)).approved.len();
        prop_assert!(fewer <= of(&texts, &file, "").approved.len());
    }
}
