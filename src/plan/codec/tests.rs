use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::plan::resume::Resumes;
use crate::plan::sample;
use crate::plan::values::UseDisposition;

fn encoded(plan: &Plan) -> Vec<u8> {
    let mut out = Vec::new();
    encode(plan, &mut out).unwrap();
    out
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x7f]{0,20}", "[a-z./:@-]{0,30}"]
}

/// The sample with other texts, numbers and lengths.
fn any_plan() -> impl Strategy<Value = Plan> {
    (
        proptest::collection::vec(any_text(), 12),
        proptest::collection::vec(0_u64..(1 << 53), 6),
        proptest::option::of(any_text()),
        0_usize..4,
        (-377_705_023_201_i64..253_402_207_200, 0_i32..1_000_000_000),
    )
        .prop_map(|(texts, numbers, maybe, keep, (second, nanosecond))| {
            let mut plan = sample::unsealed();
            let mut texts = texts.into_iter().cycle();
            let mut text = || texts.next().unwrap_or_default();
            plan.stack = text();
            plan.saw.state.lineage = text();
            plan.saw.state.serial = numbers[0];
            plan.saw.account.clone_from(&maybe);
            plan.created_at = jiff::Timestamp::new(second, nanosecond).unwrap_or(plan.created_at);
            plan.policy.expiry_seconds = numbers[1];
            plan.resources.truncate(keep * 3);
            plan.stores.truncate(keep);
            plan.findings.truncate(keep);
            for resource in &mut plan.resources {
                resource.reason = text();
                resource.counterpart.clone_from(&maybe);
            }
            for used in plan.values.iter_mut().flat_map(|value| &mut value.uses) {
                used.counterpart = Some(text());
                used.disposition = UseDisposition::Rewritten;
            }
            for (step, number) in plan.steps.iter_mut().zip(numbers.iter().cycle()) {
                step.id = text();
                step.estimate.p50_seconds = *number;
                step.expects = Expects::Present { subject: text(), value: maybe.clone() };
            }
            plan.forecast.best_prepared = None;
            plan.resumes = maybe.map(|run| Resumes {
                run,
                decision_digest: text(),
                done: vec![text()],
                again: vec![],
                changed: vec![text()],
                gone: vec![text(), text()],
            });
            sample::sealed(plan)
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(plan in any_plan()) {
        prop_assert_eq!(decode(&encoded(&plan)).unwrap(), plan);
    }

    #[test]
    fn digests_are_of_the_rfc_8785_form(plan in any_plan()) {
        let mut value = serde_json::to_value(&plan).unwrap();
        value.as_object_mut().unwrap().remove("digest");
        let bytes = serde_json_canonicalizer::to_vec(&value).unwrap();
        let expected = format!("sha256:{}", hex(&<sha2::Sha256 as sha2::Digest>::digest(&bytes)));
        prop_assert_eq!(&plan.digest, &expected);
        prop_assert_eq!(digest_of(&value).unwrap(), expected);
    }

    #[test]
    fn a_changed_byte_is_refused_or_means_nothing(at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let plan = sample::plan();
        let mut bytes = encoded(&plan);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = decode(&bytes) {
            // White space between tokens.
            prop_assert_eq!(read, plan);
        }
    }

    #[test]
    fn a_changed_value_is_refused(pick in any::<proptest::sample::Index>(), text in "[a-z]{1,8}") {
        let plan = sample::plan();
        let mut value = serde_json::to_value(&plan).unwrap();
        let mut leaves = Vec::new();
        collect(&value, String::new(), &mut leaves);
        let pointer = &leaves[pick.index(leaves.len())];
        let leaf = value.pointer_mut(pointer).unwrap();
        *leaf = match leaf {
            Value::String(old) => Value::from(format!("{old}{text}")),
            Value::Number(old) => Value::from(old.as_u64().unwrap_or(0) + 1),
            Value::Bool(old) => Value::from(!*old),
            _ => Value::from(text),
        };
        prop_assert!(decode(&serde_json::to_vec(&value).unwrap()).is_err(), "{} was changed", pointer);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(&bytes).is_err());
    }
}

fn collect(value: &Value, pointer: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                collect(inner, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), leaves);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                collect(inner, format!("{pointer}/{at}"), leaves);
            }
        }
        _ => leaves.push(pointer),
    }
}

#[test]
fn the_same_plan_in_another_layout_is_the_same_plan() {
    let plan = sample::plan();
    let compact = serde_json::to_vec(&plan).unwrap();
    assert_eq!(decode(&compact).unwrap(), plan);
    let text = String::from_utf8(encoded(&plan)).unwrap();
    assert_eq!(decode(text.replace('\n', "\r\n").as_bytes()).unwrap(), plan);
    assert_eq!(decode(format!("\u{feff}{text}").as_bytes()).unwrap(), plan);
    // Keys in another order, escapes written otherwise.
    let value: Value = serde_json::from_slice(&compact).unwrap();
    assert_eq!(decode(&serde_json::to_vec(&value).unwrap()).unwrap(), plan);
    assert_eq!(decode(text.replace("shop/db", "shop\\/d\\u0062").as_bytes()).unwrap(), plan);
}

#[test]
fn a_plan_cut_short_is_refused() {
    let bytes = encoded(&sample::plan());
    let last = bytes.iter().rposition(|byte| *byte == b'}').unwrap();
    for end in (0..last).step_by(97).chain([last]) {
        assert!(matches!(decode(&bytes[..end]), Err(DecodeError::Malformed(_))), "cut at {end}");
    }
}

#[test]
fn another_version_is_named() {
    let text = String::from_utf8(encoded(&sample::plan())).unwrap();
    let version = |to: &str| {
        decode(text.replacen("\"format_version\": 1", &format!("\"format_version\": {to}"), 1).as_bytes())
    };
    assert!(matches!(version("2"), Err(DecodeError::Version { found: 2 })));
    assert!(matches!(version("0"), Err(DecodeError::Version { found: 0 })));
    assert!(matches!(version("18446744073709551615"), Err(DecodeError::Version { found: u64::MAX })));
    for none in ["-1", "1.0", "1e400", "\"1\"", "null", "[]", "99999999999999999999999"] {
        assert!(matches!(version(none), Err(DecodeError::Malformed(_))), "{none}");
    }
    // A newer format may have any other shape: its version is told all the same.
    let newer = br#"{"format_version": 7, "waves": [{"of": {"anything": 1.5}}]}"#;
    assert!(matches!(decode(newer), Err(DecodeError::Version { found: 7 })));
}

#[test]
fn hostile_files_are_refused() {
    let text = String::from_utf8(encoded(&sample::plan())).unwrap();
    let deep =
        |open: &str, close: &str, depth: usize| format!("{}{}", open.repeat(depth), close.repeat(depth));
    let with = |extra: &str| text.replacen('{', &format!("{{{extra},"), 1);
    let mut hostile = vec![
        Vec::new(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"\0".repeat(1 << 16),
        b"PK\x03\x04".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        text.replace("shop", "sh\u{0}op").into_bytes(),
        text.replacen("us-west-2", "\\ud800", 1).into_bytes(),
        with(&format!("\"x\": {}", deep("[", "]", 200_000))).into_bytes(),
        with(&format!("\"saw\": {}", deep("{\"a\":", "}", 100_000).replace(":}", ":1}"))).into_bytes(),
        with("\"format_version\": 1").into_bytes(),
        with("\"stack\": \"shop\"").into_bytes(),
        with("\"unknown\": 1").into_bytes(),
        text.replacen("\"kind\": \"check\"", "\"kind\": \"check\", \"kind\": \"check\"", 1).into_bytes(),
        text.replacen("\"kind\": \"check\"", "\"kind\": \"delete\"", 1).into_bytes(),
        text.replacen("\"quorum\": 2", "\"quorum\": 2, \"quorum\": 2", 1).into_bytes(),
        text.replacen("\"serial\": 412", "\"serial\": 1e400", 1).into_bytes(),
        text.replacen("\"serial\": 412", "\"serial\": -1", 1).into_bytes(),
        text.replacen("\"serial\": 412", "\"serial\": 412.0", 1).into_bytes(),
        text.replacen("\"serial\": 412", "\"serial\": 9007199254740993", 1).into_bytes(),
        text.replacen("\"p50_seconds\": 10", "\"p50_seconds\": 99999999999999999999", 1).into_bytes(),
        text.replacen("\"created_at\": \"", "\"created_at\": \"9", 1).into_bytes(),
        format!("{text}{text}").into_bytes(),
        format!("{text}x").into_bytes(),
    ];
    let mut invalid = text.clone().into_bytes();
    let at = text.find("what is so").unwrap();
    invalid[at] = 0xff;
    hostile.push(invalid);
    for (at, bytes) in hostile.iter().enumerate() {
        assert!(decode(bytes).is_err(), "hostile file {at} was read");
    }
}

#[test]
fn two_serials_that_are_one_double_have_no_digest() {
    let mut plan = sample::unsealed();
    plan.saw.state.serial = (1 << 53) + 1;
    assert!(seal(plan).is_err());
}

#[test]
fn what_merely_moves_is_no_decision() {
    let plan = sample::plan();
    let mut moved = sample::unsealed();
    moved.created_at = moved.expires_at;
    moved.saw.state.serial += 1;
    moved.saw.inventory = None;
    moved.steps[0].estimate.p90_seconds += 1;
    moved.stores[1].chosen = Some("orders-nightly".to_owned());
    moved.stores[1].candidates.reverse();
    moved.findings.clear();
    let moved = sample::sealed(moved);
    assert_eq!(moved.decision_digest, plan.decision_digest);
    assert_ne!(moved.digest, plan.digest);
    let mut looser = sample::unsealed();
    looser.stores[1].rule.max_age_seconds = None;
    assert_ne!(sample::sealed(looser).decision_digest, plan.decision_digest);
}
